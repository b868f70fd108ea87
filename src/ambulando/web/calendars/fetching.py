"""Reading a calendar from an address: only from servers that the operator named, and never further."""

from http.client import HTTPException
from typing import IO
from urllib.error import URLError
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from django.utils.translation import gettext as _

from ambulando.ground import InputError
from ambulando.plan.calendar import LONGEST
from ambulando.web.calendars import queries

#: seconds that a server has to answer
PATIENCE = 10


class _StaysThere(HTTPRedirectHandler):
    """Another address that a server leads to is held to the same rule."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: object, newurl: str
    ) -> Request | None:
        check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def check(address: str) -> None:
    """Raises InputError unless the address is one that the operator allows."""
    asked = urlsplit(address)
    tricky = asked.username or asked.password or ".." in unquote(asked.path) or "\\" in address
    if not tricky and any(_within(address, allowed) for allowed in queries.allowed_addresses()):
        return
    raise InputError(
        _("This address is not on this installation. Please ask who runs it, or use a file instead.")
    )


def _within(address: str, allowed: str) -> bool:
    """Whether an address lies on the same server as ``allowed``, and below its path."""
    asked, base = urlsplit(address), urlsplit(allowed)
    if (asked.scheme, asked.netloc.lower()) != (base.scheme, base.netloc.lower()):
        return False
    if asked.scheme not in ("http", "https"):
        return False
    folder = base.path if base.path.endswith("/") else base.path + "/"
    return asked.path == base.path or asked.path.startswith(folder)


def fetch(address: str) -> str:
    """The calendar behind an address. Raises InputError in one sentence where there is none."""
    check(address)
    opener = build_opener(ProxyHandler({}), _StaysThere())
    request = Request(address, headers={"Accept": "text/calendar", "User-Agent": "Ambulando"})  # noqa: S310 - checked: http or https, on a named server
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            data: bytes = answer.read(LONGEST + 1)
    except InputError:
        raise
    except (URLError, HTTPException, OSError, ValueError) as error:
        raise InputError(_("The calendar did not answer. Please look at its address.")) from error
    if len(data) > LONGEST:
        raise InputError(_("That calendar is too large to read."))
    return data.decode("utf-8", errors="replace")
