"""Messages: the list, a thread, what is sent, files, export, and how each wants it. A thread that somebody may not see is a 404."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django.contrib import messages as said
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ambulando.ground import InputError
from ambulando.web.care.grants import chain
from ambulando.web.care.threads import actions, queries, uploads
from ambulando.web.care.threads import export as exports
from ambulando.web.care.threads import hours as clock
from ambulando.web.care.threads.forms import HoursForm
from ambulando.web.care.threads.models import Message
from ambulando.web.care.threads.queries import Seen
from ambulando.web.kept import read as opened
from ambulando.web.reminders.queries import email_of, sends_mail

#: characters of what is looked for
LONGEST_SEARCH = 100
View = Callable[..., HttpResponse]


def own(view: View) -> View:
    """``view(request, seen, ...)`` for the thread ``pk`` of the address, while the one who is signed in may see it."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: int, *args: object, **kwargs: object) -> HttpResponse:
        seen = queries.thread_for(request.user, pk, timezone.now())
        if seen is None:
            raise Http404
        return view(request, seen, *args, **kwargs)

    return guarded


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def messages(request: HttpRequest) -> HttpResponse:
    """The list. What is looked for is posted, so that it stands in no address."""
    now = timezone.now()
    words = request.POST.get("q", "").strip()[:LONGEST_SEARCH]
    if request.method == "POST" and not words:
        return redirect("messages")
    context: dict[str, Any] = {"page": "messages", "words": words}
    if words:
        context["found"], context["all_looked"] = queries.found(request.user, words, now)
    else:
        lines = queries.lines_of(request.user, now)
        context["lines"] = [one for one in lines if one.last]
        context["empty"] = [one.seen for one in lines if not one.last and one.seen.holds]
        context["others"] = queries.to_write_to(request.user, now)
    return render(request, "threads/messages.html", context)


@login_required
@require_safe
def write_to(request: HttpRequest, grant: int) -> HttpResponse:
    """The thread of a grant, which is made where there is none yet."""
    found = queries.thread_of(request.user, grant, timezone.now())
    if found is None:
        raise Http404
    return thread(request, pk=found.pk)


@login_required
@require_safe
@own
def thread(request: HttpRequest, seen: Seen) -> HttpResponse:
    """The page; with ``after``, ``only`` or ``part`` the messages alone, as the open page asks for them."""
    after, only, before = (_number(request, name) for name in ("after", "only", "before"))
    if only is not None:
        one = queries.one_of(seen.thread, only)
        return _some(request, seen, [one] if one else [])
    if after is not None:
        return _some(request, seen, queries.since(seen.thread, after))
    rows, earlier = queries.newest(seen.thread, before)
    if "part" in request.GET:
        answer = _some(request, seen, rows)
        answer["Ambulando-Earlier"] = "yes" if earlier else ""
        return answer
    if before is None and rows:
        actions.read(request.user, seen, timezone.now(), to=rows[-1].pk)
    return _page(request, seen, rows, earlier=earlier, older=before is not None)


def _page(
    request: HttpRequest,
    seen: Seen,
    rows: list[Message],
    *,
    earlier: bool = False,
    older: bool = False,
    body: str = "",
    key: str = "",
    fault: str = "",
) -> HttpResponse:
    mine, others = queries.sides_of(seen)
    hours = queries.hours_of(seen.other)
    now = timezone.now()
    context = _shown(seen, rows) | {
        "page": "messages",
        "earlier": rows[0].pk if earlier and rows else None,
        "older": older,
        "body": body,
        "key": key or uuid4(),
        "fault": fault,
        "side": mine,
        "other_hides_read": others is not None and not others.shows_read,
        "hours": clock.in_words(hours, with_zone=hours.person.time_zone != request.user.time_zone)
        if hours
        else "",
        "away": hours and not clock.open_at(hours, now),
        "away_words": hours.words if hours else "",
        "longest": actions.LONGEST,
        # a piece of another app, or nothing where it is not there
        "of_sealing": ["sealed/of_thread.html", "threads/nothing.html"],
    }
    return render(request, "threads/thread.html", context, status=422 if fault else 200)


def _shown(seen: Seen, rows: list[Message]) -> dict[str, Any]:
    return {
        "seen": seen,
        "thread": seen.thread,
        "rows": rows,
        "read_to": queries.read_to(seen) if queries.read_shows(queries.sides_of(seen)) else 0,
    }


def _some(request: HttpRequest, seen: Seen, rows: list[Message]) -> HttpResponse:
    """Messages alone. Headers tell up to where the other has read, and which were taken back."""
    context = _shown(seen, rows)
    answer = render(request, "threads/some.html", context)
    answer["Ambulando-Thread"] = str(seen.thread.pk)
    answer["Ambulando-Read-To"] = str(context["read_to"])
    answer["Ambulando-Taken"] = ",".join(str(pk) for pk in queries.taken_back(seen.thread))
    return answer


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


@csrf_exempt  # only until it is said how files come in; the view within asks for the token
def send(request: HttpRequest, pk: int) -> HttpResponse:
    request.upload_handlers = [uploads.InMemory(request)]
    return _send(request, pk=pk)


@csrf_protect
@login_required
@require_POST
@own
def _send(request: HttpRequest, seen: Seen) -> HttpResponse:
    by_script = "Ambulando-Script" in request.headers
    if by_script and request.POST.get("me") != str(request.user.pk):
        return HttpResponse(status=409)  # somebody else wrote it on this device: it waits for them
    body, key, file = request.POST.get("body", ""), request.POST.get("key", ""), request.FILES.get("file")
    try:
        if getattr(request, "too_large", False):
            raise InputError(_("This file is too large. The most is 10 MB."))
        sent = actions.send(request.user, seen, key=key, body=body, now=timezone.now(), file=file)
    except InputError as error:
        if by_script:
            return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
        rows, earlier = queries.newest(seen.thread)
        return _page(request, seen, rows, earlier=earlier, body=_shows(body), fault=str(error))
    if by_script:
        return _some(request, seen, [sent.message])
    return redirect(f"{reverse('thread', args=[seen.thread.pk])}#newest")


def _shows(text: str) -> str:
    """The words as a page can hold them."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


@login_required
@require_POST
@own
def read(request: HttpRequest, seen: Seen) -> HttpResponse:
    """The page was before somebody's eyes, up to a message."""
    text = request.POST.get("to", "")
    if text.isascii() and text.isdecimal() and len(text) < 19:
        actions.read(request.user, seen, timezone.now(), to=int(text))
    return HttpResponse(status=204)


@login_required
@require_POST
@own
def want(request: HttpRequest, seen: Seen) -> HttpResponse:
    actions.want(request.user, seen, muted="muted" in request.POST, shows_read="shows_read" in request.POST)
    said.success(request, _("Kept."))
    return redirect("thread", seen.thread.pk)


@login_required
@require_POST
@own
def take_back(request: HttpRequest, seen: Seen, message: int) -> HttpResponse:
    found = queries.one_of(seen.thread, message)
    if found is None or found.writer_id != request.user.pk:
        raise Http404
    actions.take_back(request.user, seen, found, timezone.now())
    return redirect(f"{reverse('thread', args=[seen.thread.pk])}#m{message}")


@login_required
@require_safe
@own
def file(request: HttpRequest, seen: Seen, message: int) -> HttpResponse:
    """A file, to be saved: no browser opens it as a page of ours."""
    found = queries.file_of(seen.thread, message)
    if found is None:
        raise Http404
    return _saved(opened(found.content), found.name, found.media_type)


@login_required
@require_safe
@own
def export(request: HttpRequest, seen: Seen, form: str) -> HttpResponse:
    """The thread as a file. That a reader took a copy stands in the person's record."""
    makers = {"txt": (exports.as_text, "text/plain"), "json": (exports.as_json, "application/json")}
    if form not in makers:
        raise Http404
    now = timezone.now()
    if not seen.mine:
        chain.record(seen.grant, "messages-copy", now)
    make, media_type = makers[form]
    text = make(seen, queries.whole(seen.thread), now)
    return _saved(text.encode(), f"messages.{form}", f"{media_type}; charset=utf-8")


def _saved(content: bytes, name: str, media_type: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@login_required
def settings(request: HttpRequest) -> HttpResponse:
    """Word of messages and calls, and the way to the hours."""
    person = request.user
    may_mail = sends_mail() and email_of(person) is not None
    devices = person.devices.exists()
    if request.method == "POST":
        wants_push = devices and "push" in request.POST
        actions.want_word(person, push=wants_push, email=may_mail and "email" in request.POST)
        said.success(request, _("Kept."))
        return redirect("message_settings")
    hours = queries.hours_of(person)
    context = {
        "page": "messages",
        "telling": queries.telling_of(person),
        "may_mail": may_mail,
        "sends_mail": sends_mail(),
        "devices": devices,
        "hours": clock.in_words(hours, with_zone=False) if hours else "",
    }
    return render(request, "threads/settings.html", context)


@login_required
def hours(request: HttpRequest) -> HttpResponse:
    """When this person usually answers; what is kept shows in each of their threads."""
    person = request.user
    kept = queries.hours_of(person)
    if request.method == "POST" and "remove" in request.POST:
        actions.forget_hours(person)
        return redirect("message_settings")
    initial = (
        {"days": kept.days, "starts": kept.starts, "ends": kept.ends, "words": kept.words}
        if kept
        else {"days": list(range(5))}
    )
    form = HoursForm(request.POST or None, initial=initial)
    fault = ""
    if request.method == "POST" and form.is_valid():
        try:
            actions.say_hours(person, **form.cleaned_data)
            said.success(request, _("Kept."))
            return redirect("message_settings")
        except InputError as error:
            fault = str(error)
    context = {"page": "messages", "form": form, "kept": kept, "fault": fault}
    status = 422 if form.is_bound else 200
    return render(request, "threads/hours.html", context, status=status)
