"""A person with weeks of days who lets a reader in, made in the installation of a test of what readers see."""

import os
import sys
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ambulando.web.settings")
for folder in (Path(__file__).parent.parent, Path(__file__).parent.parent / "web"):
    sys.path.insert(0, str(folder))

import django  # noqa: E402

django.setup()

from readers import answered, compared, did, felt, homework, let_in, noticed, planned, reader  # noqa: E402

from cast import ADA  # noqa: E402
from sign_up import signed_up  # noqa: E402

if __name__ == "__main__":
    from django.utils import timezone

    from ambulando.web.people.models import Person

    today = timezone.now().date()
    person = signed_up("ada-who-shares", ADA)
    person.answers |= {"conditions": ["falls"], "medicines": [f"medicine {n}" for n in range(14)]}
    person.save()
    for back in range(84):
        felt(person, today - timedelta(days=back), mood=3 + back % 5, energy=4, sleep=6, stress=2)
        if back % 2:
            did(person, today - timedelta(days=back), effort=3, note="A quiet walk.")
        if back % 3 == 0:
            planned(person, today - timedelta(days=back), state="done" if back % 2 else "planned")
        if back % 14 == 0:
            answered(
                person, "phq-9", [2, 1, 2, 1, 2, 1, 1, 1, 1 if back else 0], today - timedelta(days=back)
            )
            answered(person, "gad-7", [1] * 7, today - timedelta(days=back))
    homework(person, today, "hatha-yoga")
    for number in range(3):
        compared(
            person, today - timedelta(days=70 - number), "There is no clear difference between the two. " * 2
        )
    noticed(person, today, "checkin")
    Person.objects.filter(pk=person.pk).update(has_team=True)
    doctor = reader("dr-reading")
    print(
        let_in(person, doctor).pk, let_in(person, reader("fran-reading"), ["encouragement"], role="friend").pk
    )
