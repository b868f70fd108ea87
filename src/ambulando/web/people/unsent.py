"""What a form sent after its session had ended: kept until the person who wrote it has signed in again."""

import time

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

NAME = "unsent"
#: seconds that it is kept
LASTS = 60 * 60
#: characters; no form of ours is longer
LONGEST = 50_000


def owner_of(request: HttpRequest) -> str:
    """The mark in a form that says whose it is, so that nobody else on the same device gets to see it."""
    return signing.dumps(request.user.pk, salt=NAME)


def keep(request: HttpRequest) -> bool:
    """Keep what was sent, when the form says whose it is."""
    fields = request.POST.copy()
    fields.pop("csrfmiddlewaretoken", None)
    sent = fields.urlencode()
    if _owner(fields) is None or len(sent) > LONGEST:
        return False
    request.session[NAME] = {"path": request.path, "sent": sent, "until": time.time() + LASTS}
    return True


def given(request: HttpRequest) -> QueryDict | None:
    """What a form is filled with: what was sent just now, or what this person sent before they had to sign in."""
    if request.method == "POST":
        return request.POST
    kept = request.session.get(NAME)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[NAME]
    fields = QueryDict(kept["sent"])
    if _owner(fields) != request.user.pk or kept["until"] < time.time():
        return None
    messages.info(request, _("What you wrote is still here. Look it over, and keep it when it is right."))
    return fields


def _owner(fields: QueryDict) -> int | None:
    try:
        return signing.loads(fields.get("of", ""), salt=NAME)
    except signing.BadSignature:
        return None
