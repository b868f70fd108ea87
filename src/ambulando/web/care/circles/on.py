"""Views of circles, which are there only where the operator turned them on."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from ambulando.web.care.circles import queries

View = Callable[..., HttpResponse]


def when_on(view: View) -> View:
    """For who is signed in. Where circles are off there is no such page for anybody."""
    asked = login_required(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not settings.CIRCLES:
            raise Http404
        return asked(request, *args, **kwargs)

    return guarded


def in_circle(view: View) -> View:
    """``view(request, member, ...)`` for ``<int:pk>`` of a circle that this person is in now. Else there is no such page."""

    @wraps(view)
    def inside(request: HttpRequest, pk: int, *args: object, **kwargs: object) -> HttpResponse:
        member = queries.membership(request.user, pk)
        if member is None:
            raise Http404
        return view(request, member, *args, **kwargs)

    return when_on(inside)


def moderating(view: View) -> View:
    """The same for who moderates the circle."""

    @wraps(view)
    def inside(request: HttpRequest, pk: int, *args: object, **kwargs: object) -> HttpResponse:
        member = queries.moderated(request.user, pk)
        if member is None:
            raise Http404
        return view(request, member, *args, **kwargs)

    return when_on(inside)


def staff_when_on(view: View) -> View:
    """For who runs the installation."""

    @wraps(view)
    def inside(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not settings.CIRCLES or not request.user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return inside
