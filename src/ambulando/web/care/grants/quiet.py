"""Pages whose address is a secret: in no cache, no index, no log, and told to no other site."""

import logging
import re
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]
#: what stands after these parts of an address is a secret
SECRET = re.compile(r"(/(?:in|report)/)[^/\s?'\"]+")


def quiet(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        # With "no-referrer" a browser sends the form of such a page without its origin, and it would be refused.
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return guarded


class WithoutSecrets(logging.Filter):
    """Takes the secret out of an address before a line is written to the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        told = record.getMessage()
        hidden = SECRET.sub(r"\1...", told)
        if hidden != told:
            record.msg, record.args = hidden, ()
        return True
