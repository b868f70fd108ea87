"""How do you know? One page shows what an answer stands on, in plain words and pictures, with every number in a table."""

import re
from copy import deepcopy
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ambulando.web.journal import actions as journal
from ambulando.web.people.models import Learned, Person
from ambulando.web.plans import answers, jobs, knowing
from ambulando.web.plans.knowing import in_100
from ambulando.web.plans.models import Answer
from lives import live

PAGE = "/progress/answer/"


MADE: dict[str, Any] = {}


@pytest.fixture
def answered(ada: Person) -> Person:
    """Ada with twelve weeks of days and the answer that the worker made of them; made once, as the days are the same."""
    live(ada, 84)
    if not MADE:
        MADE.update(answers.made(answers.days_of(ada, timezone.localdate())))
    answers.keep_answer(ada, deepcopy(MADE))
    return Person.objects.get(pk=ada.pk)


def read(client: Client, path: str = PAGE) -> str:
    return unescape(client.get(path).content.decode())


def section(page: str, name: str) -> str:
    """What stands under a heading."""
    part = page[page.index(f'id="{name}"') :]
    return part[: part.index("</section>")]


def test_one_page_shows_data_model_prior_grade_and_sensitivity(as_ada: Client, answered: Person) -> None:
    page = read(as_ada)
    for heading in (
        "How sure is that?",
        "Before your days, and with them",
        "Day by day after a session",
        "What would change this answer",
        "Could it be the other way round?",
        "What it was made from",
        "What was believed before your days",
        "How the grade is given",
        "What this can not know",
        "The numbers, for a clinician or a researcher",
    ):
        assert heading in page
    assert "grade B: seen in you" in page
    assert "emerson2018" in page


def test_each_of_the_three_pictures_has_its_numbers_in_a_table_under_it(
    as_ada: Client, answered: Person
) -> None:
    page = read(as_ada)
    fit = answered.answer.fit
    for name in ("belief", "after", "change"):
        part = section(page, name)
        assert part.count('<svg class="curve answered"') == 1
        assert part.index("<svg") < part.index("<table>")
    main = next(
        one for one in fit["effects"] if (one["modality"], one["horizon"]) == (fit["modality"], "same-day")
    )
    figure = f"{main['mean']:.2f}".replace("-", "−")
    for name in ("belief", "change"):
        assert f'<td class="number">{figure}</td>' in section(page, name)
    assert section(page, "after").count('<th scope="row">') == 8
    assert "<script" not in re.sub(r"<script src=[^>]*></script>", "", page), "nothing needs a script"
    assert "style=" not in page


def test_the_answer_is_held_against_three_priors_the_halves_and_low_days(
    as_ada: Client, answered: Person
) -> None:
    part = section(read(as_ada), "change")
    for row in (
        "This answer",
        "With a doubtful start",
        "With a hopeful start",
        "Allowing for low days",
        "With days far from usual held back",
        "From the first half of your days",
        "From the second half of your days",
    ):
        assert f'<th scope="row">{row}</th>' in part
        assert f">{row}</text>" in part
    assert "With a start in the middle" not in part, "that is this answer"


def test_chances_are_told_for_each_kind_and_never_a_best_one(as_ada: Client, answered: Person) -> None:
    page = read(as_ada)
    part = section(page, "how-sure")
    best = answered.answer.fit["p_best"]
    assert len(best) == 2
    places = [
        part.index(f"the chance is {in_100(chance)}.") for chance in sorted(best.values(), reverse=True)
    ]
    assert places == sorted(places), "the likeliest first"
    plain = re.sub(r"<[^>]+>", " ", page).lower()
    for word in (
        "your best",
        "the best exercise",
        "works for you",
        "improves",
        "lifts your",
        "proves",
        "should",
    ):
        assert word not in plain


@pytest.mark.parametrize(
    ("chance", "words"),
    [(0.0, "less than 1 in 100"), (0.004, "less than 1 in 100"), (0.014, "1 in 100"), (0.5, "50 in 100"), (0.614, "61 in 100"),
     (0.986, "99 in 100"), (0.999, "more than 99 in 100"), (1.0, "more than 99 in 100")],
)  # fmt: skip
def test_a_chance_is_never_none_and_never_all(chance: float, words: str) -> None:
    assert in_100(chance) == words


def told_of_low_days(tipping: float | None) -> str | None:
    corrected = {"reverse_mean": 0.5, "reverse_sd": 0.2}
    return knowing._tipping({"corrected": corrected, "tipping_point": tipping})


def test_how_strong_the_pull_of_low_days_would_have_to_be_is_told_in_words() -> None:
    assert "by 35 percent" in told_of_low_days(0.3)
    assert "we take 65 percent as usual" in told_of_low_days(0.3)
    assert told_of_low_days(0.3).endswith("the pull alone could be all that we see here.")
    assert told_of_low_days(0.8).endswith("may well be part of what we see.")
    assert "by more than 400 percent" in told_of_low_days(3.0)
    assert told_of_low_days(3.0).endswith("more than twice as strong as usual to be all of it.")
    assert told_of_low_days(None) is None


@pytest.mark.parametrize(("warns", "words"), [(True, "A warning: "), (False, "please do not rest on it")])
def test_the_look_at_tomorrow_warns_and_never_reassures(
    as_ada: Client, answered: Person, warns: bool, words: str
) -> None:
    answer = answered.answer
    assert answer.fit["sensitivity"]["lead_ci"]
    answer.fit["sensitivity"]["lead_warns"] = warns
    answer.save()
    assert words in section(read(as_ada), "change")
    answer.fit["sensitivity"]["lead_ci"] = None
    answer.save()
    assert words not in section(read(as_ada), "change"), "with too few days for it nothing is said"


def test_what_was_tried_on_another_kind_is_not_shown_beside_this_one(
    as_ada: Client, answered: Person
) -> None:
    answer = answered.answer
    assert "day on which a coin decides" in read(as_ada).replace("days on", "day on")
    answer.fit["sensitivity"]["modality"] = "swimming"
    answer.save()
    page = read(as_ada)
    assert "on which a coin decides" not in page
    assert "From the first half of your days" not in page


def test_energy_and_sleep_have_pages_of_their_own_and_stress_once_it_is_rated(
    as_ada: Client, answered: Person
) -> None:
    page = read(as_ada)
    tabs = page[page.index('<nav class="tabs"') : page.index("</nav>", page.index('<nav class="tabs"'))]
    assert re.findall(r'href="([^"]*)"', tabs) == [PAGE, "?of=energy", "?of=sleep"]
    assert tabs.count("aria-current") == 1
    energy = read(as_ada, f"{PAGE}?of=energy")
    assert "Your energy in the evening" in energy
    assert "From the first half of your days" not in energy, "that was tried for the mood alone"
    journal.check_in(answered, timezone.localdate(), "later", mood=5, stress=3)
    assert "it is turned round" in read(as_ada, f"{PAGE}?of=stress").lower()


@pytest.mark.parametrize("of", ["stress", "nonsense", "", "mood", "__class__"])
def test_what_has_no_answer_shows_that_of_the_mood(as_ada: Client, answered: Person, of: str) -> None:
    assert "Your mood in the evening" in read(as_ada, f"{PAGE}?of={of}")
    answers.leave_behind(answered)
    assert "Your mood in the evening" in read(as_ada, f"{PAGE}?of={of}"), "also where it is made anew here"


def test_the_evening_is_what_a_session_is_held_against_and_the_morning_what_came_before(ada: Person) -> None:
    day = timezone.localdate() - timedelta(days=1)
    journal.check_in(ada, day, "morning", mood=2, energy=1, sleep=4, stress=9)
    journal.check_in(ada, day, "later", mood=7, energy=8, sleep=5, stress=3)
    journal.assess(ada, "phq-9", [1] * 9, day)
    journal.assess(ada, "phq-8", [2] * 8, day)
    series = answers.days_of(ada, timezone.localdate())
    assert (series.mood, series.energy, series.stress) == ((7.0,), (8.0,), (3.0,))
    assert (series.morning, series.sleep) == ((2.0,), (4.0,)), "a night is told best in the morning"
    assert series.phq9 == (9,), "the PHQ-8 is another form"
    journal.check_in(ada, timezone.localdate(), "morning", mood=3)
    assert answers.days_of(ada, timezone.localdate()).mood == (7.0, None)


def test_with_nothing_it_is_too_early_and_nothing_is_drawn(as_ada: Client) -> None:
    page = read(as_ada)
    assert "Too early to say" in page
    assert "answered" not in page


def test_with_a_few_days_the_grade_is_c_and_most_of_it_comes_from_others(as_ada: Client, ada: Person) -> None:
    live(ada, 10)
    jobs.refresh_answer.func(ada.pk)
    page = read(as_ada)
    assert "grade C: from trials in others" in page
    assert "rests mostly on other people" in page
    share = int(re.search(r"About (\d+) parts in 100 of what is known here come from your days", page)[1])
    assert share < 50


def test_a_mood_without_anything_done_has_a_page_too(as_ada: Client, ada: Person) -> None:
    for ago in range(5):
        journal.check_in(ada, timezone.localdate() - timedelta(days=ago), "later", mood=5)
    jobs.refresh_answer.func(ada.pk)
    page = read(as_ada)
    assert "What it was made from" in page
    assert '<svg class="curve' not in page


def test_what_was_told_since_is_in_the_answer_though_no_worker_ran(as_ada: Client, answered: Person) -> None:
    days = answered.answer.fit["days"]
    assert f"<dd>{answered.answer.fit['how_do_you_know']['days']}</dd>" in read(as_ada)
    journal.check_in(answered, timezone.localdate(), "later", mood=5, energy=5, sleep=5)
    journal.check_in(answered, timezone.localdate(), "morning", mood=5, energy=5, sleep=5)
    assert Answer.objects.get().fit["days"] == days, "the worker did not run, and a look stores nothing"
    current = answers.current(Person.objects.get(pk=answered.pk), timezone.localdate(), "energy")
    assert current.mood["days"] == days + 1
    assert current.fits["energy"]["days"] == answered.answer.fit["others"][0]["days"] + 1
    jobs.refresh_answer.func(answered.pk)
    assert Answer.objects.get().fit["days"] == days + 1


def test_the_first_days_have_an_answer_though_no_worker_ran(as_ada: Client, ada: Person) -> None:
    live(ada, 84)
    assert not Answer.objects.exists()
    assert "How sure is that?" in read(as_ada)
    assert "grade B" in read(as_ada, "/progress/")


def test_a_change_while_the_worker_reads_is_not_taken_for_read(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(ada, 20)
    jobs.refresh_answer.func(ada.pk)
    made = answers.made

    def and_meanwhile(series):
        journal.check_in(ada, timezone.localdate(), "later", mood=9)
        return made(series)

    monkeypatch.setattr(answers, "made", and_meanwhile)
    jobs.refresh_answer.func(ada.pk)
    assert Answer.objects.get().behind
    monkeypatch.setattr(answers, "made", made)
    jobs.refresh_answer.func(ada.pk)
    assert not Answer.objects.get().behind


@pytest.mark.parametrize(
    "change",
    [
        lambda ada: journal.remove_check_in(ada, ada.check_ins.last()),
        lambda ada: journal.remove_bout(ada, ada.bouts.last()),
        lambda ada: journal.assess(ada, "phq-9", [1] * 9, timezone.localdate()),
        lambda ada: journal.add_bout(ada, activity="easy-walk", start=timezone.now(), minutes=9),
    ],
)
def test_every_change_of_the_diary_leaves_the_answer_behind(answered: Person, change) -> None:
    assert not answered.answer.behind
    change(answered)
    assert Answer.objects.get().behind


def test_an_answer_of_an_earlier_version_is_made_anew_where_it_is_shown(
    as_ada: Client, answered: Person
) -> None:
    answer = answered.answer
    for key in (
        "by_prior",
        "weeks_by_prior",
        "day_after",
        "curve",
        "p_best",
        "sensitivity",
        "others",
        "target",
    ):
        del answer.fit[key]
    answer.save()
    page = read(as_ada)
    assert "Day by day after a session" in page
    assert "From the first half" not in page, (
        "that takes longer, and the worker makes it with the next change"
    )
    assert as_ada.get("/progress/").status_code == 200


def test_nobody_sees_the_answer_of_another(as_ben: Client, answered: Person) -> None:
    page = read(as_ben)
    assert "Too early to say" in page
    assert "How sure is that?" not in page


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}?of=energy", "/progress/"])
def test_the_queries_do_not_grow_with_the_days_and_a_look_at_todays_answer_reads_none_of_them(
    as_ada: Client, ada: Person, path: str
) -> None:
    as_ada.get("/you/")  # the first page of a day notes that the session is in use
    counted = []
    for days in (20, 60):
        ada.check_ins.all().delete()
        ada.bouts.all().delete()
        live(ada, days)
        jobs.refresh_answer.func(ada.pk)
        counted.append(queries_of(as_ada, path))
        journal.check_in(ada, timezone.localdate(), "later", mood=days // 10)
        counted.append(queries_of(as_ada, path))
    fresh, behind, fresh_later, behind_later = counted
    assert fresh == fresh_later
    assert behind == behind_later == fresh + (3 if path == "/progress/" else 4)


def queries_of(client: Client, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_what_was_learned_over_people_here_is_believed_before_and_said(as_ada: Client, ada: Person) -> None:
    live(ada, 20)
    jobs.refresh_answer.func(ada.pk)
    fit = Answer.objects.get().fit
    assert fit["learned"] is None
    Learned.objects.create(
        modality=fit["modality"], horizon="same-day", mean=0.11, mean_sd=0.04, tau=0.2, tau_low=0.1, tau_high=0.3,
        people=40, randomised_people=3, version="1", made_on=timezone.localdate(),
    )  # fmt: skip
    jobs.refresh_answer.func(ada.pk)
    belief = next(
        one
        for one in Answer.objects.get().fit["how_do_you_know"]["priors"]
        if (one["modality"], one["horizon"]) == (fit["modality"], "same-day")
    )
    assert belief["mean"] == 0.11
    page = read(as_ada)
    assert "40 people" in section(page, "made-of")
    assert "central, with what was learned here" in page
    assert "With a start in the middle" in section(page, "change"), "the answer without what was learned"
