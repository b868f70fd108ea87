"""Who lives on the server of the browser tests: the simulated person, and one of the staff with two groups."""

from datetime import timedelta

#: who runs the groups; the password is that of the demonstration
STAFF = "olga"
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


if __name__ == "__main__":
    import django

    django.setup()
    make()
