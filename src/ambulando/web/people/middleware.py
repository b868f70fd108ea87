"""Every time on a page is the person's own, and what is theirs stays in no cache."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control

View = Callable[[HttpRequest], HttpResponse]


def own_time_zone(get_response: View) -> View:
    def middleware(request: HttpRequest) -> HttpResponse:
        with timezone.override(request.user.zone if request.user.is_authenticated else None):
            return get_response(request)

    return middleware


def kept_by_nobody(get_response: View) -> View:
    """A page of a person is not left behind in the browser of a shared device, nor in a proxy."""

    def middleware(request: HttpRequest) -> HttpResponse:
        was_here = request.user.is_authenticated
        response = get_response(request)
        if was_here and not request.user.is_authenticated:
            # Signed out: the help page that was kept for offline is that of this person's country.
            response["Clear-Site-Data"] = '"cache", "storage"'
        if request.user.is_authenticated and "Cache-Control" not in response:
            patch_cache_control(response, private=True, no_store=True)
        return response

    return middleware
