"""People of the cast on an installation."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any


def signed_up(name: str, answers: dict[str, Any]) -> Any:
    from ambulando.web.people.models import Person

    return Person.objects.create_user(
        name,
        password="it is solved by walking",
        answers=deepcopy(answers),
        onboarded_at=datetime.now(UTC),
        time_zone="UTC",
    )
