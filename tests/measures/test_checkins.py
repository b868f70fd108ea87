"""The daily check-in."""

import pytest

from ambulando.ground import InputError
from ambulando.measures.checkins import check, scales


def test_there_are_tracks_of_eleven_places_with_words_at_both_ends() -> None:
    assert list(scales()) == ["mood", "energy", "sleep", "stress"]
    for scale in scales().values():
        assert (scale.smallest, scale.largest) == (0, 10)
        assert str(scale.low) != str(scale.high)
        assert str(scale.question).endswith("?")


def test_mood_energy_and_sleep_are_the_three_of_today_and_stress_is_for_who_wants_it() -> None:
    assert [id_ for id_, scale in scales().items() if scale.core] == ["mood", "energy", "sleep"]
    assert (str(scales()["stress"].low), str(scales()["stress"].high)) == ("none", "a great deal")


@pytest.mark.parametrize(
    "given",
    [(0, 0, 0), (10, 10, 10), (5, None, None), (None, None, 3), (5, 5, 5, 10), (None, None, None, 0)],
)
def test_what_can_be_kept_passes(given: tuple[int | None, ...]) -> None:
    check(*given)


@pytest.mark.parametrize("wrong", [-1, 11, 5.5, True, "5"])
@pytest.mark.parametrize(("place", "name"), [(0, "Mood"), (1, "Energy"), (2, "Sleep"), (3, "Stress")])
def test_a_place_off_the_track_is_refused_by_name(wrong: object, place: int, name: str) -> None:
    given: list[object] = [5, 5, 5, 5]
    given[place] = wrong
    with pytest.raises(InputError, match=rf"^{name} is .*from 0 to 10\.$"):
        check(*given)  # type: ignore[arg-type]  # what a careless caller may hand over


def test_an_empty_check_in_is_refused_kindly() -> None:
    with pytest.raises(InputError, match="at least one"):
        check(None, None, None)
    with pytest.raises(InputError, match="at least one"):
        check(None, None, None, None)
