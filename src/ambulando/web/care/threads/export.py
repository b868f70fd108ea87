"""A thread as a file: who wrote what, and when. Sealed messages stay sealed; their words are in the browser alone."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ambulando.web.care.threads.models import Message
from ambulando.web.care.threads.queries import Seen


def rows(seen: Seen, messages: Iterable[Message]) -> list[dict[str, Any]]:
    """Each message with ``at``, ``from``, ``words``, ``file`` and ``state``: "", "taken back" or "sealed"."""
    out = []
    for one in messages:
        sealed = one.kind == Message.SEALED and not one.taken_back_at
        out.append(
            {
                "at": one.at.isoformat(),
                "from": seen.me.get_username() if one.writer_id == seen.me.pk else seen.name,
                "words": "" if sealed else one.body,
                "sealed": one.body if sealed else None,
                "file": one.file.name if hasattr(one, "file") else None,
                "state": "taken back" if one.taken_back_at else "sealed" if sealed else "",
            }
        )
    return out


def as_json(seen: Seen, messages: Iterable[Message], now: datetime) -> str:
    document = {"with": seen.name, "made_at": now.isoformat(), "messages": rows(seen, messages)}
    return json.dumps(document, ensure_ascii=False, indent=1)


def as_text(seen: Seen, messages: Iterable[Message], now: datetime) -> str:
    """Plain text, times on the clock of who reads it."""
    states = {"taken back": _("(taken back)"), "sealed": _("(sealed: it can be read on the page alone)")}
    parts = [_("Messages with %(name)s, as of %(when)s") % {"name": seen.name, "when": _when(now)}]
    for row in rows(seen, messages):
        lines = [f"{_when(datetime.fromisoformat(row['at']))}  {row['from']}"]
        lines += [row["words"] or states.get(row["state"], "")]
        if row["file"]:
            lines.append(_("File: %(name)s") % {"name": row["file"]})
        parts.append("\n".join(line for line in lines if line))
    return "\n\n".join(parts) + "\n"


def _when(at: datetime) -> str:
    return date_format(localtime(at), "Y-m-d H:i")
