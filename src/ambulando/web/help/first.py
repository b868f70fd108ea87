"""Help comes before any total, also for who did not see it because the line broke on the way."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from ambulando.web.help import queries

View = Callable[..., HttpResponse]


def help_first(view: View) -> View:
    """A page with totals, for somebody who is signed in. ``?on`` is the way on from the page of help: nothing is locked."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        looks = request.method == "GET" and "on" not in request.GET
        if looks and (owed := queries.owed(request.user, timezone.now())):
            return redirect("assessment_help", pk=owed.pk)
        return view(request, *args, **kwargs)

    return guarded
