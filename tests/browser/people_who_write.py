"""Two people of whom one lets the other in, made in the installation of a test of messages."""

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ambulando.web.settings")
for folder in (Path(__file__).parent.parent, Path(__file__).parent.parent / "web"):
    sys.path.insert(0, str(folder))

import django  # noqa: E402

django.setup()

from letting_in import let_in  # noqa: E402

from cast import ADA  # noqa: E402
from sign_up import signed_up  # noqa: E402

if __name__ == "__main__":
    from django.utils import timezone

    from ambulando.web.care.threads import queries
    from ambulando.web.people.models import Person

    person = signed_up("ada", ADA)
    cora = Person.objects.create_user("cora", password="it is solved by walking", time_zone="Europe/Vienna")
    grant = let_in(person, cora, "encouragement", now=timezone.now())
    thread = queries.thread_of(person, grant.pk, timezone.now())
    assert thread
    print(grant.pk, thread.pk)
