"""Two people of whom one lets the other in, made in the installation of a test of calls."""

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ambulando.web.settings")
sys.path.insert(0, str(Path(__file__).parent.parent))

import django

django.setup()

sys.path.insert(0, str(Path(__file__).parent.parent / "web"))
from calling_people import alex, let_in  # noqa: E402

from cast import ADA  # noqa: E402
from sign_up import signed_up  # noqa: E402

if __name__ == "__main__":
    from ambulando.web.people.models import Person

    if "again" in sys.argv:  # what was ended is agreed to anew
        person, reader = (Person.objects.get(username=name) for name in ("ada", "alex"))
    else:
        person, reader = signed_up("ada", ADA), alex()
    let_in(person, reader)
    person.has_team = reader.has_caseload = True
    person.save()
    reader.save()
