"""Help comes though other things fail; and each page says for whom it is, so that none stays for somebody else."""

import logging
import re
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, resolve_url
from django.urls import resolve, reverse
from django.utils.crypto import salted_hmac

log = logging.getLogger(__name__)

View = Callable[[HttpRequest], HttpResponse]
NAME = "Ambulando-For"
#: public pages that need no database, and the one that stands in for the page after a hard answer
PUBLIC = ("/help/", "/help/now/", "/stop/")
#: the questionnaire that has an item 9
QUESTIONS = "/questions/phq-9/"
AFTER, INSTEAD = re.compile(r"/assessments/[0-9]+/help/"), "/help/now/"


def help_comes(get_response: View) -> View:
    """Where a page of help can not be made for the person, as when the disk is broken, the public one comes instead.

    It stands outside of all that asks the database, and comes as a 503, so that it is kept by no browser.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        path = INSTEAD if AFTER.fullmatch(request.path) else request.path
        if response.status_code < 500 or path not in PUBLIC or request.method == "POST":
            return response
        plain = HttpRequest()
        plain.method, plain.path, plain.META, plain.user = "GET", path, request.META, AnonymousUser()
        if country := _country(request):
            plain.GET = QueryDict(mutable=True)
            plain.GET["country"] = country
        public = resolve(path).func(plain)
        public.status_code = 503
        public["Cache-Control"] = "no-store"
        return public

    return middleware


def _country(request: HttpRequest) -> str | None:
    """The country that was asked for, else that of the person, where that much can still be read."""
    if country := request.GET.get("country"):
        return country
    try:
        return request.user.answers.get("country")
    except Exception:  # whatever it is that fails: help comes all the same
        log.warning("A page of help came without what is the person's own")
        return None


def help_before_sign_in(get_response: View) -> View:
    """A hard answer that was sent after its session had ended leads to help, and from there to sign-in and back."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        to_sign_in = response.status_code == 302 and response["Location"].startswith(
            resolve_url(settings.LOGIN_URL)
        )
        if request.method != "POST" or request.path != QUESTIONS or not to_sign_in:
            return response
        page = {"1": "help", "2": "help_now", "3": "help_now"}.get(request.POST.get("item-9", ""))
        if page is None:
            return response
        return redirect(f"{reverse(page)}?{urlencode({'next': QUESTIONS}, safe='/')}")

    return middleware


def says_for_whom(get_response: View) -> View:
    """A mark that tells nothing but "the same as before" or "another", and the country whose lines the person gets.

    Empty when nobody is signed in.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        person = request.user
        if person.is_authenticated:
            mark = salted_hmac(NAME, str(person.pk)).hexdigest()[:16]
            response[NAME] = f"{mark} {person.answers.get('country') or ''}".strip()
        else:
            response[NAME] = ""
        return response

    return middleware
