"""Two people of whom one lets the other in, as the tests of calls need them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cast import ADA
from sign_up import signed_up


def let_in(person: Any, reader: Any, role: str = "therapist", **other: Any) -> Any:
    """A grant to which both said yes."""
    from ambulando.web.care.grants.models import Grant

    said = datetime.now(UTC) - timedelta(days=3)
    return Grant.objects.create(
        person=person,
        reader=reader,
        name=other.pop("name", "Alex"),
        role=role,
        items=["encouragement"],
        accepted_at=said,
        confirmed_at=said,
        **other,
    )


def alex() -> Any:
    """Who is let in."""
    return signed_up("alex", ADA)
