"""Who lives on the server of the browser tests: the simulated person, and one of the staff with two groups."""

from datetime import timedelta

#: who runs the groups; the password is that of the demonstration
STAFF = "olga"
#: who has homework, what a clinician asked for, places, a calendar, an aim and words of their own
FULL = "pia"
#: whose plan rests
PAUSED = "rudi"
#: who said "not today"
RESTED = "nora"
#: the code of a group that she has not joined
CODE = "abcdefghjk"


def make() -> None:
    from django.utils import timezone

    from ambulando.response.protocol import Protocol, option_of
    from ambulando.web.demo import ANSWERS, PASSWORD, ensure_simulated_person
    from ambulando.web.people.models import Person
    from ambulando.web.trials import actions, consent
    from ambulando.web.trials.models import GroupTrial

    ensure_simulated_person()
    now = timezone.now()
    olga = Person.objects.create_user(
        STAFF, password=PASSWORD, is_staff=True, answers=ANSWERS, onboarded_at=now
    )
    kinds = (option_of("easy-walk"), option_of("chair-yoga"))
    protocol = Protocol("two-kinds", kinds, "mood", blocks=12, per_week=2, start=now.date())
    first, last = now.date() - timedelta(days=1), now.date() + timedelta(days=30)
    joined, other = (
        actions.open_trial(
            actions.make("Walk or chair yoga", "Dr. Mere Tane, room 4", protocol, opens=first, closes=last)
        )
        for _ in range(2)
    )
    actions.join(olga, joined, consent.VERSION, now=now)
    GroupTrial.objects.filter(pk=other.pk).update(code=CODE)
    make_people_with_plans()


def make_people_with_plans() -> None:
    from django.utils import timezone

    from ambulando.plan.places import Place
    from ambulando.safety.profile import OwnPlan
    from ambulando.web.alongside import actions as alongside
    from ambulando.web.calendars import actions as calendars
    from ambulando.web.demo import ANSWERS, PASSWORD
    from ambulando.web.people.models import Person
    from ambulando.web.places import actions as places
    from ambulando.web.plans import actions as plans
    from ambulando.web.plans import queries

    now = timezone.now()
    today = now.date()
    pia, rudi, nora = (
        Person.objects.create_user(name, password=PASSWORD, answers=ANSWERS, onboarded_at=now)
        for name in (FULL, PAUSED, RESTED)
    )
    park = Place(
        id="park", name="Riverside Park", kind="park", activities=("walking",), where="12 River Street"
    )
    places.add_for_all(None, park)
    places.add(pia, park)
    pia.answers = ANSWERS | {"aim": {"modality": "walking", "km": 5}}
    pia.save()
    alongside.add_homework(
        pia, now, activity="easy-walk", times=2, minutes=10, note="with a friend", said_by="Mere"
    )
    alongside.ask(pia, now, max_minutes=20, max_intensity="moderate", said_by="my GP")
    calendars.open_feed(pia)
    calendars.add(pia, name="Work", kind="busy", text="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", now=now)
    plans.word(pia, [OwnPlan("I am too tired", "fatigue", "I walk to the gate")], today, barriers=["fatigue"])
    plans.ensure_week(rudi, today)
    plans.pause(rudi, today, 7)
    sessions = queries.sessions_of(plans.ensure_week(nora, today))
    plans.not_today(nora, plans.start(nora, sessions[0], today), why="")


if __name__ == "__main__":
    import django

    django.setup()
    make()
