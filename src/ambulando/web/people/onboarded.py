"""Pages that need a person who has told us enough to make a plan."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from ambulando.web.care.grants import queries as grants


def onboarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.user.onboarded_at is None:
            # who is here for others has a page to land on, also while they wait to be let in
            if request.user.has_caseload:
                return redirect("caseload")
            if grants.waiting(request.user, timezone.now()):
                return redirect("type_code")
            if hasattr(request.user, "clinician"):
                return redirect("practice")
            return redirect("caseload" if grants.was_let_in(request.user) else "onboard_safety")
        return view(request, *args, **kwargs)

    return guarded
