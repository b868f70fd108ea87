"""Every time on a page is the person's own, what is theirs stays in no cache, and signing in again loses nothing."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from ambulando.web.people import unsent

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


def stays_signed_in(get_response: View) -> View:
    """Who comes back stays signed in: the days of a session are counted from the last one on which it was used."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            day = timezone.localdate().isoformat()
            if request.session.get("used") != day:
                request.session["used"] = day
        return get_response(request)

    return middleware


def signs_in_again(get_response: View) -> View:
    """A form that was sent after its session ended leads to sign-in, and from there back to its page with what was written."""

    def middleware(request: HttpRequest) -> HttpResponse:
        was_here = request.user.is_authenticated  # who signs out is led to sign-in too, and lost nothing
        response = get_response(request)
        sign_in = resolve_url(settings.LOGIN_URL)
        asked_to = response.status_code == 302 and response["Location"].startswith(sign_in)
        if request.method != "POST" or was_here or not asked_to:
            return response
        if request.path.startswith(sign_in):
            return response
        if unsent.keep(request):
            page = request.path
            messages.info(request, _("You were signed out. Sign in again, and what you wrote will be there."))
        else:
            page = _page_of(request)
            messages.info(
                request, _("You were signed out, so that was not kept. Sign in again, then do it once more.")
            )
        address = f"{sign_in}?{urlencode({'next': page}, safe='/')}"
        if request.htmx:
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return redirect(address)

    return middleware


def _page_of(request: HttpRequest) -> str:
    """The page on which the form stood."""
    address = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if address and url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return urlsplit(address).path
    return reverse("today")
