"""Views that only somebody who was let in may open. To everybody else there is no such page."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from ambulando.web.care.grants import chain, queries

View = Callable[..., HttpResponse]


def let_in(what: str, *needs: str) -> Callable[[View], View]:
    """``view(request, grant, ...)`` for ``<int:grant>`` in the address, while that grant lets the signed-in reader in.

    ``what``: what is opened, an id of ``chain.WHAT``; the look is recorded before the page is made. ``needs``: items of
    which one at least has to be shared; without any, the page holds all that is. A grant that does not hold, or shares
    none of them, is a 404.
    """

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, grant: int, *args: object, **kwargs: object) -> HttpResponse:
            now = timezone.now()
            held = queries.held_by(request.user, grant, now)
            if held is None or (needs and not any(held.shows(item) for item in needs)):
                raise Http404
            chain.record(held, what, now, items=[item for item in needs or held.items if held.shows(item)])
            return view(request, held, *args, **kwargs)

        return guarded

    return decorate
