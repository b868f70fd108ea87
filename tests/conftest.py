"""Fixtures that several floors use."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from cast import ADA


@pytest.fixture
def ada(db: None) -> Any:
    """Ada of the cast, signed up and onboarded."""
    return signed_up("ada", ADA)


@pytest.fixture
def ben(db: None) -> Any:
    """Somebody else on the same installation, who must never see anything of Ada's."""
    return signed_up("ben", ADA)


def signed_up(name: str, answers: dict[str, Any]) -> Any:
    from ambulando.web.people.models import Person

    return Person.objects.create_user(
        name,
        password="it is solved by walking",
        answers=deepcopy(answers),
        onboarded_at=datetime.now(UTC),
        time_zone="UTC",
    )


@pytest.fixture
def as_ada(ada: Any) -> Any:
    """A browser without JavaScript in which Ada is signed in."""
    from django.test import Client

    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def as_ben(ben: Any) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(ben)
    return client
