"""Today, the week, a session and the reasons for it, and progress."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ambulando.activity.catalogue import catalogue
from ambulando.ground import InputError
from ambulando.measures import checkins
from ambulando.plan.milestones import milestone
from ambulando.safety import stop_signs
from ambulando.safety.helplines import helplines
from ambulando.web.journal import actions as journal
from ambulando.web.journal import queries as read
from ambulando.web.people.onboarded import onboarded
from ambulando.web.people.words import MODALITY_NAMES
from ambulando.web.plans import actions, progress, queries
from ambulando.web.plans.landscape import landscape
from ambulando.web.plans.models import Session
from ambulando.web.posted import posted

#: an energy at or under this shows one card and nothing else
LOW_ENERGY = 2
EFFORTS = [str(place) for place in range(11)]


@onboarded
def today(request: HttpRequest) -> HttpResponse:
    # After a check-in the card alone is asked for: it may hold a smaller session now.
    return render(request, "plans/card.html" if request.htmx else "plans/today.html", _today(request))


def _today(request: HttpRequest) -> dict[str, Any]:
    now = timezone.localtime()
    person = request.user
    week = actions.ensure_week(person, now.date())
    sessions = queries.sessions_of(week)
    suggestion = queries.suggested(sessions, now.date())
    check_in = read.check_in_of(person, now.date(), journal.part_of(now))
    so_far = read.sessions_so_far(person)
    done_today = [one for one in sessions if one.state == Session.DONE and one.day == now.date()]
    rested_today = [one for one in sessions if one.state == Session.NOT_TODAY and one.day == now.date()]
    is_today = bool(suggestion and suggestion.day == now.date())
    quiet = person.quiet or bool(check_in and check_in.energy is not None and check_in.energy <= LOW_ENERGY)
    return {
        "page": "today",
        "now": now,
        "week": week,
        "suggestion": suggestion,
        "activity": catalogue()[suggestion.activity] if suggestion else None,
        "is_today": is_today,
        "done_today": done_today,
        "rested_today": rested_today,
        # Who did something, or said "not today", is asked for nothing more.
        "enough": bool(not is_today and (done_today or rested_today)),
        "scales": [
            (scale, getattr(check_in, scale.id, None) if check_in else None)
            for scale in checkins.SCALES.values()
        ],
        "places": range(11),
        "quiet": quiet and request.GET.get("all") is None,
        "so_far": so_far,
        "milestone": milestone(so_far),
        "landscape": landscape(so_far),
    }


def session_action(act: Callable[[HttpRequest, Session], str | None]) -> Callable[..., HttpResponse]:
    """A change to one's own session, posted from Today; answers with the card alone when htmx asked.

    A tap on an old page reaches what took the session's place; two taps at once come one after the other.
    """

    @posted(back="today")
    @onboarded
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        try:
            with transaction.atomic():
                session = queries.standing(get_object_or_404(queries.with_week(), pk=pk, person=request.user))
                said = act(request, session)
        except InputError as error:
            said = str(error)
        if said:
            messages.info(request, said)
        if request.htmx:
            return render(request, "plans/card.html", _today(request))
        return redirect("today")

    return view


def gone(session: Session) -> str | None:
    """What is said of a session that is no longer open: nothing where it is done or rested already."""
    if session.state in (Session.DONE, Session.NOT_TODAY):
        return None
    return _("That one is no longer in your week. Here is what is.")


@session_action
def start(request: HttpRequest, session: Session) -> str | None:
    if not session.open:
        return gone(session)
    actions.start(request.user, session, timezone.localdate())
    return None


@session_action
def smaller(request: HttpRequest, session: Session) -> str | None:
    if not session.open:
        return gone(session)
    smaller = actions.smaller(request.user, session)
    return _("This is the smallest version. It counts in full.") if smaller.pk == session.pk else None


@session_action
def swap(request: HttpRequest, session: Session) -> str | None:
    if not session.open:
        return gone(session)
    other = actions.swap(request.user, session, timezone.localdate())
    return _("There is nothing else that fits just now.") if other.pk == session.pk else None


@session_action
def done(request: HttpRequest, session: Session) -> str | None:
    if not session.open:
        return gone(session)
    actions.done(request.user, session, timezone.now().astimezone(request.user.zone))
    return _("Done. That is {count} so far.").format(count=read.sessions_so_far(request.user))


@session_action
def not_today(request: HttpRequest, session: Session) -> str | None:
    if not session.open:
        return gone(session)
    if session.day > timezone.localdate():  # not today, and its own day is still to come
        return _("That is fine. It stays in your week, for its own day.")
    actions.not_today(request.user, session)
    return _("That is fine. Rest is part of it.")


@session_action
def undo(request: HttpRequest, session: Session) -> None:
    if session.state in (Session.DONE, Session.NOT_TODAY, Session.STARTED):
        actions.undo(request.user, session)


@posted(back="today")
@onboarded
def effort(request: HttpRequest, pk: int) -> HttpResponse:
    """How hard it was, after "done": one tap, or none."""
    session = get_object_or_404(Session, pk=pk, person=request.user, bout__isnull=False)
    value = request.POST.get("effort")
    if value in EFFORTS:
        journal.change_bout(request.user, session.bout, effort=int(value))
        messages.info(request, _("Thank you. The plan will take that into account."))
    else:
        messages.info(request, _("Please pick a number from 0 to 10."))
    if request.htmx:
        return render(request, "plans/card.html", _today(request))
    return redirect("today")


@posted(back="today")
@onboarded
def quiet(request: HttpRequest) -> HttpResponse:
    """Show one card only, or everything again."""
    request.user.quiet = not request.user.quiet
    request.user.save(update_fields=["quiet"])
    return redirect("today")


@onboarded
def week(request: HttpRequest) -> HttpResponse:
    now = timezone.localtime()
    current = actions.ensure_week(request.user, now.date())
    context = {
        "page": "week",
        "week": current,
        "sessions": queries.sessions_of(current),
        "today": now.date(),
    }
    return render(request, "plans/week.html", context)


@posted(back="week")
@onboarded
def remake(request: HttpRequest) -> HttpResponse:
    actions.make_week(request.user, timezone.localdate())
    messages.info(request, _("Here is a new week. What you did stays."))
    return redirect("week")


@onboarded
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """What a session is, how to do it, and when to stop."""
    found = get_object_or_404(Session, pk=pk, person=request.user)
    context = {
        "page": "week",
        "session": found,
        "activity": catalogue()[found.activity],
        "stop_signs": stop_signs.stop_signs(),
        "what_to_do": stop_signs.what_to_do(helplines(request.user.answers.get("country")).emergency),
        "today": timezone.localdate(),
    }
    return render(request, "plans/session.html", context)


@onboarded
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """The stored trace of a suggestion, in three layers, down to the rows."""
    found = get_object_or_404(Session, pk=pk, person=request.user)
    context = {
        "page": "week",
        "session": found,
        "activity": catalogue()[found.activity],
        "trace": found.content["trace"],
    }
    return render(request, "plans/why.html", context)


@onboarded
def show_progress(request: HttpRequest) -> HttpResponse:
    person = request.user
    so_far = read.sessions_so_far(person)
    line = progress.time_line(person, timezone.localdate())
    context = {
        "page": "progress",
        "so_far": so_far,
        "milestone": milestone(so_far),
        "landscape": landscape(so_far),
        "answer": getattr(person, "answer", None),
        "line": line,
        "weeks": progress.weeks(person, timezone.localdate()),
        "assessments": person.assessments.all()[:10],
    }
    return render(request, "plans/progress.html", context)


@onboarded
def how_do_you_know(request: HttpRequest) -> HttpResponse:
    """The answer to "does it help me?" with what it was made from."""
    context = {"page": "progress", "answer": getattr(request.user, "answer", None), "names": MODALITY_NAMES}
    return render(request, "plans/answer.html", context)


@onboarded
def time_line(request: HttpRequest) -> JsonResponse:
    """The rows of the time line, for the chart that is drawn over the table."""
    return JsonResponse(progress.time_line(request.user, timezone.localdate()).columns())
