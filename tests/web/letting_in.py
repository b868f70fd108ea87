"""Grants for tests: who is asked, who said yes, and what is shared."""

from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def asked(person: Any, *items: str, now: datetime = NOW, **fields: Any) -> Any:
    from ambulando.web.care.grants import actions

    told = {"name": "Dr Mere", "role": "therapist", "items": list(items) or ["encouragement"]}
    return actions.invite(person, now, **(told | fields))


def let_in(person: Any, reader: Any, *items: str, now: datetime = NOW, **fields: Any) -> Any:
    """A grant to which both said yes."""
    from ambulando.web.care.grants import actions

    grant = actions.accept(reader, asked(person, *items, now=now, **fields), now)
    return actions.confirm(person, grant, now)
