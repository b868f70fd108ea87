"""``ambulando plan make``: what it returns beside the keys that are promised, and what it reads."""

import json
from datetime import date, timedelta

import pytest

from ambulando.activity.catalogue import catalogue
from ambulando.ground import InputError
from ambulando.plan.rules import rules
from ambulando.safety.profile import profile_from
from ambulando.safety.rules import rules as safety_rules
from cast import ADA, BEN, CLEO

DAY = "2026-06-08"
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:1@test
DTSTAMP:20260601T000000Z
DTSTART:20260608T000000
DTEND:20260612T235900
SUMMARY:Away
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def made(called, tmp_path):
    """The answer of ``plan make --json`` for what a person told."""

    def call(told, *more):
        path = tmp_path / "profile.json"
        path.write_text(json.dumps(told))
        said = called("plan", "make", "--profile", path, "--today", DAY, "--json", *more)
        assert (said.code, said.err) == (0, "")
        return said.json

    return call


def test_every_session_names_the_rules_that_bound_it_and_how_hard_it_is_to_feel(made):
    found = made(BEN)
    known = {*rules(), *(rule.id for rule in safety_rules())}
    for session in found["week"]:
        assert session["constraints"]
        assert set(session["constraints"]) <= known
        assert "not-checked-yet" in session["constraints"]
        assert session["talk"] == "easy enough to sing"
        assert 0.15 <= session["probability"] <= 1
        values = {one["name"]: one["value"] for one in session["trace"]["steps"]}
        parts = session["scores"]
        weighed = (
            parts["liked"] * values["weight of liking"]
            + parts["benefit"] * values["weight of the benefit"] * parts["doing"]
            + parts["doing"] * values["weight of the chance of doing"]
            + parts["enjoyment"] * values["weight of enjoyment"]
            + parts["mastery"] * values["weight of mastery"]
            + parts["regimen"] * values["weight of the form"]
            - parts["strain"] * values["weight of strain, taken off"]
            - values.get("less for variety", 0)
        )
        assert parts["total"] == pytest.approx(weighed, abs=1e-3)
        assert session["trace"]["odds"]


def test_a_hold_has_no_week_and_says_why(made):
    found = made(CLEO)
    assert found["week"] == []
    assert "Help is always" in found["message"]


def test_the_weather_what_a_clinician_said_and_homework_are_read(made):
    told = ADA | {
        "weather": ["ice"],
        "season": "winter",
        "care": {"max_minutes": 6, "avoid": ["chair-yoga"]},
        "homework": [{"activity": "tidy", "times": 1, "minutes": 5, "note": "after tea"}],
        "windows": [],
        "minutes_per_week": None,
    }
    found = made(told)
    assert "tidy" in [session["activity"] for session in found["week"]]
    for session in found["week"]:
        assert session["minutes"] <= 6
        assert session["activity"] != "chair-yoga"
        assert catalogue()[session["activity"]].place != "outdoors"
    homework = next(session for session in found["week"] if session["activity"] == "tidy")
    assert "From your therapy: after tea" in homework["trace"]["parts"]["asked"]["text"]
    assert homework["probability"] == 1


def test_a_week_goes_towards_the_aim_that_was_set(made):
    told = {"aim": {"modality": "walking", "km": 3.2}}
    week = made(told)["week"]
    kinds = [catalogue()[session["activity"]].modality for session in week]
    assert kinds == ["walking"] * len(week)
    for session in week:
        assert "like it" not in session["trace"]["sentence"]  # an aim is no word of liking
        assert session["trace"]["parts"]["asked"]["text"].startswith("You want to do more of this.")
    swims = made({"aim": {"modality": "swimming", "minutes": 60}})["week"]
    assert {catalogue()[session["activity"]].modality for session in swims} == {"swimming"}


def test_the_times_of_a_calendar_are_left_free(made, tmp_path):
    calendar = tmp_path / "mine.ics"
    calendar.write_text(CALENDAR.replace("\n", "\r\n"))
    free = made({"likes": ["walking"]})
    taken = made({"likes": ["walking"]}, "--busy", calendar)
    assert min(session["day"] for session in free["week"]) < "2026-06-12"
    assert taken["week"]
    for session in taken["week"]:
        assert session["day"] >= "2026-06-13"
        assert date.fromisoformat(session["day"]) < date.fromisoformat(DAY) + timedelta(days=7)


def test_a_week_made_in_the_afternoon_has_nothing_in_the_morning_of_that_day(made):
    told = {"likes": ["walking"], "windows": [{"day": "monday", "from": "09:00", "to": "20:00"}]}
    day = date.fromisoformat(DAY)
    told["windows"][0]["day"] = f"{day:%A}".lower()
    week = made(told, "--now", "15:07")["week"]
    assert week
    assert all((one["day"], one["time"]) >= (DAY, "15:15") for one in week)


def test_a_time_that_is_none_is_refused_in_one_sentence(called, tmp_path):
    (tmp_path / "p.json").write_text("{}")
    said = called("plan", "make", "--profile", tmp_path / "p.json", "--now", "noon", "--json")
    assert said.code == 2
    assert "--now is 'noon'" in said.err


def test_what_is_no_calendar_is_refused_in_one_sentence(called, tmp_path):
    (tmp_path / "p.json").write_text("{}")
    (tmp_path / "x.ics").write_text("shopping")
    said = called("plan", "make", "--profile", tmp_path / "p.json", "--busy", tmp_path / "x.ics", "--json")
    assert said.code == 2
    assert "x.ics is not a calendar" in said.err


HUGE = 10**60


@pytest.mark.parametrize(
    "odd", [True, -1, HUGE, 1e308, "x" * 10_000, [[]], [None], {"x": 1}, [{"x": [HUGE]}]]
)
@pytest.mark.parametrize(
    "told",
    [
        lambda odd: {"weather": odd},
        lambda odd: {"season": odd},
        lambda odd: {"ill": [odd]},
        lambda odd: {"care": odd},
        lambda odd: {"care": {"max_minutes": odd}},
        lambda odd: {"care": {"max_intensity": odd}},
        lambda odd: {"care": {"avoid": odd}},
        lambda odd: {"aim": odd},
        lambda odd: {"aim": {"modality": "walking", "km": odd}},
        lambda odd: {"aim": {"modality": odd, "minutes": 20}},
        lambda odd: {"homework": odd},
        lambda odd: {"homework": [{"activity": odd}]},
        lambda odd: {"homework": [{"activity": "tidy", "times": [odd]}]},
        lambda odd: {"own_plans": odd},
        lambda odd: {"own_plans": [{"cue": [odd]}]},
        lambda odd: {"windows": [{"day": odd, "from": "09:00", "to": "10:00"}]},
    ],
)
def test_a_value_that_can_not_be_is_refused_in_one_short_sentence(told, odd):
    with pytest.raises(InputError) as refused:
        profile_from(told(odd))
    said = str(refused.value)
    assert "\n" not in said
    assert len(said) < 600
    assert said.endswith((".", "?"))


def test_the_command_says_so_on_standard_error_and_ends_with_two(called, tmp_path):
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"aim": {"modality": "walking", "km": HUGE**8}}))
    said = called("plan", "make", "--profile", path, "--json")
    assert (said.code, said.out) == (2, "")
    assert said.err.strip() == "'aim.km' is a very large number; please give a number from 0.1 to 200."


@pytest.mark.parametrize(
    "told",
    [
        {"aim": {"modality": "walking", "km": 200, "grow": False}},
        {
            "homework": [
                {"activity": name, "times": 7}
                for name in ("tidy", "easy-run", "chair-yoga", "bodyweight", "cook")
            ]
        },
        {"windows": [{"day": day, "from": "10:00", "to": "10:02"} for day in ("monday", "friday")]},
        {"care": {"max_minutes": 2, "minutes_per_week": 2, "sessions": 1}},
        {"minutes_per_week": 0},
        {"dislikes": list(catalogue())},
    ],
)
def test_values_at_their_ends_still_give_a_week(made, told):
    assert made(told)["week"]


@pytest.mark.parametrize(
    "day", ["2024-02-26", "2025-12-29", "2026-03-28", "2026-10-24", "2199-12-31", "1900-01-01"]
)
def test_a_week_over_a_leap_day_a_new_year_or_a_change_of_the_clocks_has_its_days(called, tmp_path, day):
    (tmp_path / "p.json").write_text("{}")
    said = called("plan", "make", "--profile", tmp_path / "p.json", "--today", day, "--json")
    days = [date.fromisoformat(session["day"]) for session in said.json["week"]]
    first = date.fromisoformat(day)
    assert len(set(days)) == len(days) == 3
    assert all(first <= one < first + timedelta(days=7) for one in days)


def test_a_history_in_the_future_is_refused_by_its_row(called, tmp_path):
    (tmp_path / "p.json").write_text("{}")
    (tmp_path / "ahead.csv").write_text("date,mood,minutes_walking\n2026-06-01,5,20\n2026-06-30,5,400\n")
    said = called(
        "plan", "make", "--profile", tmp_path / "p.json", "--history", tmp_path / "ahead.csv", "--today", DAY
    )
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("Row 3 of ahead.csv")


def test_on_a_day_of_illness_today_is_for_rest_and_the_next_session_is_smaller(made):
    well, ill = made(BEN), made({**BEN, "ill": True})
    assert "On a day of illness you rest." in ill["message"]
    assert all(session["day"] > DAY for session in ill["week"])
    ahead = [session for session in well["week"] if session["day"] > DAY]
    assert [one["activity"] for one in ill["week"]] == [one["activity"] for one in ahead]
    assert 2 <= ill["week"][0]["minutes"] < ahead[0]["minutes"]


def test_who_is_ill_on_the_only_day_that_fits_keeps_the_smallest_version(made):
    day = date.fromisoformat(DAY).strftime("%A").lower()
    only = {**BEN, "windows": [{"day": day, "from": "10:00", "to": "10:30"}]}
    well, (ill,) = made(only)["week"][0], made({**only, "ill": True})["week"]
    assert (ill["day"], ill["activity"]) == (DAY, well["activity"])
    assert 2 <= ill["minutes"] < well["minutes"]
