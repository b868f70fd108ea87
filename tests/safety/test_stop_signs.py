"""Stop now: the signs and the steps."""

from ambulando.safety.stop_signs import source, stop_signs, what_to_do


def test_the_signs_that_can_not_wait_are_all_there() -> None:
    words = " ".join(str(sign).lower() for sign in stop_signs())
    for sign in (
        "chest",
        "jaw",
        "short of breath",
        "faint",
        "cold sweat",
        "heartbeat",
        "one side",
        "headache",
        "joint",
    ):
        assert sign in words
    assert "heat" in words


def test_chest_pain_comes_first() -> None:
    assert "chest" in str(stop_signs()[0])


def test_the_first_step_is_to_stop_and_the_second_the_emergency_number_as_dialled() -> None:
    steps = [str(step) for step in what_to_do("111")]
    assert steps[0].startswith("Stop now")
    assert steps[1].startswith("Call 111 at once")
    assert any("see a doctor" in step for step in steps)


def test_without_a_country_the_step_still_reads_well() -> None:
    assert "Call your emergency number at once" in str(what_to_do()[1])


def test_the_signs_have_a_source() -> None:
    assert "https://" in source()
