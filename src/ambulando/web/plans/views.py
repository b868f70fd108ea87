"""Today, the week, a session and the reasons for it, and progress."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ambulando.activity.catalogue import catalogue
from ambulando.ground import InputError
from ambulando.measures import checkins
from ambulando.measures.instruments import instrument
from ambulando.plan.milestones import milestone
from ambulando.plan.today import is_hot_now, is_late
from ambulando.safety import stop_signs
from ambulando.safety.helplines import helplines
from ambulando.safety.screen import screen
from ambulando.web.alongside import queries as alongside
from ambulando.web.care.treatment import queries as treatment
from ambulando.web.comparisons import placing as comparing
from ambulando.web.help import queries as hard
from ambulando.web.help.first import help_first
from ambulando.web.journal import actions as journal
from ambulando.web.journal import queries as read
from ambulando.web.people.onboarded import onboarded
from ambulando.web.people.words import MODALITY_NAMES, WEATHER_NAMES
from ambulando.web.plans import actions, answers, convert, progress, queries, why_not
from ambulando.web.plans.knowing import TARGET_NAMES, known
from ambulando.web.plans.landscape import landscape
from ambulando.web.plans.models import Session
from ambulando.web.posted import posted
from ambulando.web.signals import queries as signals

#: an energy at or under this shows one card and nothing else
LOW_ENERGY = 2
EFFORTS = range(11)


@onboarded
def today(request: HttpRequest) -> HttpResponse:
    # After a check-in the card alone is asked for: it may hold a smaller session now.
    return render(request, "plans/card.html" if request.htmx else "plans/today.html", _today(request))


def card(request: HttpRequest) -> HttpResponse:
    """After a tap on it: the card as it is now for a script, Today for a form."""
    if request.htmx:
        return render(request, "plans/card.html", _today(request))
    return redirect("today")


def _today(request: HttpRequest) -> dict[str, Any]:
    now = timezone.localtime()
    person = request.user
    waiting = Exists(alongside.waiting(person, now.date()))
    plan_waits = Exists(treatment.waiting(person, now.date()))
    week, pause = queries.week_and_pause(person, now.date(), has_word=waiting, plan_waits=plan_waits)
    has_word = getattr(week, "has_word", True)  # unknown with a week that is only made now
    drawn = None
    if not pause:  # nothing is made, drawn or offered while the plan rests
        week = week or actions.ensure_week(person, now.date())
        drawn = comparing.shown(person, week, now.date())  # puts the draw of the day into the week
    sessions = queries.sessions_of(week)
    suggestion = None if pause else queries.suggested(sessions, now.date())
    check_ins = read.check_ins_on(person, now.date())
    check_in = check_ins.get(journal.part_of(now))
    so_far = read.sessions_so_far(person)
    done_today = [one for one in sessions if one.state == Session.DONE and one.day == now.date()]
    rested_today = [one for one in sessions if one.state == Session.NOT_TODAY and one.day == now.date()]
    is_today = bool(suggestion and suggestion.day == now.date())
    quiet = person.quiet or bool(check_in and check_in.energy is not None and check_in.energy <= LOW_ENERGY)
    return {
        "page": "today",
        "now": now,
        "week": week,
        # A plan that safety holds has something to say, whether it rests or not.
        "pause": pause if week is None or week.holds else None,
        "rest": why_not.rest_of(person, rested_today, sessions, now.date()),
        "suggestion": suggestion,
        "drawn": drawn,
        "plan_waits": getattr(week, "plan_waits", False),
        "activity": catalogue()[suggestion.activity] if suggestion else None,
        "is_today": is_today,
        "done_today": done_today,
        "rested_today": rested_today,
        # Who did something, or said "not today", is asked for nothing more.
        "enough": bool(not is_today and (done_today or rested_today)),
        "scales": scales_of(check_in, core=True),
        "more_scales": scales_of(check_in, core=False),
        "flags": read.flags_in(check_ins.values()),
        "places": range(11),
        "feeling": instrument("feeling-scale").items[0],
        "talk": instrument("talk-test").items[0],
        "quiet": quiet and request.GET.get("all") is None,
        "so_far": so_far,
        "milestone": milestone(so_far),
        "landscape": landscape(so_far),
        "gentle": (gentle := hard.gentle_question(person, now.date())),
        # One thing at a time: who is asked how they are is told nothing else.
        "signal": (signal := None if gentle else signals.message(person, now.date())),
        "word": None
        if gentle or signal or pause or quiet or not has_word
        else alongside.message(person, now.date()),
        # Looked for only where it is shown: by the whole page, when nothing else is asked.
        "due": None if gentle or pause else partial(read.due, person, now.date()),
    }


def scales_of(check_in: Any, *, core: bool) -> list[tuple[Any, int | None]]:
    """The scales of a check-in with what was picked; the core ones, or those behind "more"."""
    return [
        (scale, getattr(check_in, scale.id, None) if check_in else None)
        for scale in checkins.scales().values()
        if scale.core == core
    ]


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
        return redirect("week") if request.POST.get("back") == "week" else card(request)

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
    now = timezone.localtime()
    limits = screen(convert.profile_of(request.user, now.date())).limits
    if is_late(session.intensity, session.minutes, now.time(), limits):
        return _("It is late for this one, and your plan is by day. Something light is fine now.")
    actions.start(request.user, session, now.date())
    if is_hot_now(session.activity, session.minutes, now.time(), limits):
        return _("On a hot day, stay in the shade or indoors at this hour, and drink water.")
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
    if other.pk == session.pk:
        return _("There is nothing else that fits just now.")
    if "homework" in session.content["trace"] and "homework" not in other.content["trace"]:
        return _(
            "This takes the place of what you agreed on in therapy. That stays on its list for other weeks."
        )
    return None


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
    actions.not_today(request.user, session, why="")
    return _("That is fine. Rest is part of it.")


@session_action
def undo(request: HttpRequest, session: Session) -> None:
    if session.state in (Session.DONE, Session.NOT_TODAY, Session.STARTED):
        actions.undo(request.user, session)


@posted(back="today")
@onboarded
def feeling(request: HttpRequest, pk: int) -> HttpResponse:
    """How it feels before a session, while it is under way: one tap, or none."""
    session = queries.standing(get_object_or_404(queries.with_week(), pk=pk, person=request.user))
    value = place(request.POST.get("feeling_before"), scores_of("feeling-scale"))
    if not session.open and not session.bout:
        return kept(request, gone(session) or "")
    if value is None:
        return kept(request, _("Please pick one of the places."))
    actions.feel_before(request.user, session, value)
    return kept(request, _("Saved."))


@posted(back="today")
@onboarded
def effort(request: HttpRequest, pk: int) -> HttpResponse:
    """How it was, after "done": how it feels, how well talking went, how hard it was. One tap each, or none."""
    session = get_object_or_404(Session, pk=pk, person=request.user)
    if session.bout is None:  # taken back on another page
        return kept(request, _("That one is no longer marked as done."))
    if "skip" in request.POST:
        actions.skip_how_it_was(request.user, session)
        return card(request)
    told = {
        "feeling_after": place(request.POST.get("feeling_after"), scores_of("feeling-scale")),
        "talk": place(request.POST.get("talk"), scores_of("talk-test")),
        "effort": place(request.POST.get("effort"), EFFORTS),
        "pain": {"yes": True, "no": False}.get(request.POST.get("pain", "")),
    }
    answered = {name: value for name, value in told.items() if value is not None}
    if not answered:
        return kept(request, _("Please pick one of the places."))
    journal.change_bout(request.user, session.bout, **answered)
    return kept(
        request,
        _("Thank you. The plan will take that into account.") if "effort" in answered else _("Saved."),
    )


def scores_of(instrument_id: str) -> list[int]:
    """The answers of an instrument of one question, by their scores."""
    return [answer.score for answer in instrument(instrument_id).items[0].answers]


def place(text: str | None, places: Iterable[int]) -> int | None:
    """The place of a scale that was tapped; None for none, and for what is no place of it."""
    return next((one for one in places if str(one) == text), None)


def kept(request: HttpRequest, said: str) -> HttpResponse:
    """A tap that was kept: one line beside the scales for a script, Today for a form."""
    if request.htmx:
        return render(request, "journal/saved.html", {"said": said})
    messages.info(request, said)
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
    person, now = request.user, timezone.localtime()
    today = now.date()
    current, pause = queries.week_and_pause(person, today)
    if not pause:
        current = current or actions.ensure_week(person, today)
    sessions = queries.sessions_of(current)
    coming = None if pause else queries.suggested(sessions, today)
    context = {
        "page": "week",
        "week": current,
        "message": queries.message_of(current),
        "pause": pause if current is None or current.holds else None,
        "coming": coming,
        "activity": catalogue().get(coming.activity) if coming else None,
        "sessions": sessions,
        "unplanned": [] if current is None else queries.unplanned(person, current),
        "weather": WEATHER_NAMES,
        "outside": convert.weather_of(person, today),
        "today": today,
        "now": now.time(),
    }
    return render(request, "plans/week.html", context)


@posted(back="week")
@onboarded
def remake(request: HttpRequest) -> HttpResponse:
    person, today = request.user, timezone.localdate()
    actions.make_anew(person, today)
    if not queries.pause_on(person, today):  # an old page: the plan rests by now
        messages.info(request, _("Here is a new week. What you did stays."))
    return redirect("week")


@onboarded
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """What a session is, how to do it, and when to stop."""
    if request.user.no_numbers:
        return redirect("week")
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
    if request.user.no_numbers:
        return redirect("week")
    found = get_object_or_404(Session, pk=pk, person=request.user)
    context = {
        "page": "week",
        "session": found,
        "activity": catalogue()[found.activity],
        "trace": found.content["trace"],
    }
    return render(request, "plans/why.html", context)


@onboarded
@help_first
def show_progress(request: HttpRequest) -> HttpResponse:
    person = request.user
    so_far = read.sessions_so_far(person)
    today = timezone.localdate()
    bouts = progress.done(person, today)
    # The word rests on questionnaires: whether there is one is known with them.
    has_word = Exists(alongside.waiting(person, today))
    assessments = list(read.latest_questionnaires(person, 10, has_word=has_word))
    context = {
        "page": "progress",
        "so_far": so_far,
        "milestone": milestone(so_far),
        "landscape": landscape(so_far),
        "answer": None if person.no_numbers else answers.current(person, today, bouts=bouts),
        "target_names": TARGET_NAMES,
        "line": progress.time_line(person, today, bouts),
        "weeks": progress.weeks(today, bouts),
        "assessments": assessments,
        "word": alongside.message(person, today) if any(one.has_word for one in assessments) else None,
    }
    return render(request, "plans/progress.html", context)


@onboarded
@help_first
def how_do_you_know(request: HttpRequest) -> HttpResponse:
    """The answer to "does it help me?" with what it was made from."""
    if request.user.no_numbers:
        return redirect("progress")
    target = request.GET.get("of", "mood")
    answer = answers.current(request.user, timezone.localdate(), target)
    context: dict[str, Any] = {"page": "progress"}
    if answer:
        context |= {
            "known": known(answer, target if target in answer.fits else "mood"),
            "targets": [(one, name) for one, name in TARGET_NAMES.items() if one in answer.fits],
            "made_at": answer.made_at,
            "folded": answer.folded,
            "names": MODALITY_NAMES,
            "days_after_words": _("Days after"),
        }
    return render(request, "plans/answer.html", context)


@onboarded
@help_first
def time_line(request: HttpRequest) -> JsonResponse:
    """The rows of the time line, for the chart that is drawn over the table."""
    if request.user.no_numbers:
        raise Http404
    today = timezone.localdate()
    return JsonResponse(progress.time_line(request.user, today, progress.done(request.user, today)).columns())
