"""Pages and records of sealed threads. What is secret is made and opened in the browser alone."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ambulando.ground import InputError
from ambulando.web.care.grants import chain
from ambulando.web.care.sealed import actions, queries, record
from ambulando.web.care.threads.queries import Seen

View = Callable[..., HttpResponse]


def _one_of_two(view: View) -> View:
    """``view(request, seen)`` for the thread in the address; a 404 for everybody but its two sides."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, thread: int) -> HttpResponse:
        seen = _seen(request, thread)
        if seen is None:
            raise Http404
        return view(request, seen)

    return guarded


def _seen(request: HttpRequest, thread: int) -> Seen | None:
    return queries.seen(request.user, thread, timezone.now()) if thread < 2**63 else None


def _taken(act: Callable[[], Any]) -> JsonResponse:
    """Do it; one sentence where it was refused."""
    try:
        act()
    except actions.TooManyError as error:
        return JsonResponse({"error": str(error)}, status=429)
    except InputError as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse({})


@login_required
@require_GET
def key(request: HttpRequest) -> HttpResponse:
    """The own key: make it, open it on this device, change its passphrase, or begin anew when it is lost."""
    asked = request.GET.get("thread", "")
    thread = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    back = _seen(request, thread) if thread else None
    return render(request, "sealed/key.html", {"key": queries.key_of(request.user), "back": back})


@login_required
@require_http_methods(["GET", "POST"])
def key_record(request: HttpRequest) -> HttpResponse:
    """The own keys, wrapped; or a new one to keep."""
    if request.method == "GET":
        return JsonResponse(queries.own_record(request.user))
    now = timezone.now()
    return _taken(lambda: actions.add_key(request.user, record.document(request.body), now))


@login_required
@require_POST
def passphrase(request: HttpRequest) -> HttpResponse:
    """The same key under another passphrase."""
    now = timezone.now()
    return _taken(lambda: actions.rewrap(request.user, record.document(request.body), now))


@_one_of_two
@require_http_methods(["GET", "POST"])
def seal(request: HttpRequest, seen: Seen) -> HttpResponse:
    """What sealing costs, and the wish of both."""
    refused = ""
    if request.method == "POST":
        try:
            if request.POST.get("do") == "ask":
                actions.ask(request.user, seen, timezone.now())
            elif request.POST.get("do") == "withdraw":
                actions.withdraw(request.user, seen)
            return redirect("seal", seen.thread.pk)
        except InputError as error:
            refused = str(error)
    asked = {
        "seen": seen,
        "thread": seen.thread,
        "wish": queries.wish_of(seen.thread),
        "key": queries.key_of(request.user),
        "refused": refused,
    }
    return render(request, "sealed/seal.html", asked, status=422 if refused else 200)


@_one_of_two
@require_http_methods(["GET", "POST"])
def seal_keys(request: HttpRequest, seen: Seen) -> HttpResponse:
    """The keys of a thread that are for this side; or its next key."""
    if request.method == "GET":
        return JsonResponse(queries.thread_record(seen))
    now = timezone.now()
    return _taken(lambda: actions.add_thread_key(request.user, seen, record.document(request.body), now))


@login_required
@require_GET
@_one_of_two
def seal_all(request: HttpRequest, seen: Seen) -> HttpResponse:
    """All messages as they are kept, to be searched or (``copy``) put in a file in the browser.

    That a reader took a copy stands in the person's record.
    """
    if "copy" in request.GET and not seen.mine:
        chain.record(seen.grant, "messages-copy", timezone.now())
    return JsonResponse({"messages": queries.messages_of(seen)})
