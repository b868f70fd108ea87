"""What somebody who was let in sees: their people, and each of them."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ambulando.web.care.caseload import actions, list_looks, one, pictures, queries
from ambulando.web.care.caseload.export import zip_of
from ambulando.web.care.caseload.report import limits_of
from ambulando.web.care.grants.items import FOR_READER
from ambulando.web.care.grants.let_in import let_in
from ambulando.web.care.grants.models import Grant
from ambulando.web.posted import posted

#: what a column is called, by what it is sorted by
COLUMNS = {
    "name": gettext_lazy("Name"),
    "contact": gettext_lazy("Last contact"),
    "due": gettext_lazy("Questionnaire"),
    "change": gettext_lazy("Change"),
    "sessions": gettext_lazy("Planned and done"),
    "signals": gettext_lazy("Noticed"),
    "messages": gettext_lazy("Messages"),
}
#: letters of a search that are looked at
LONGEST_SEARCH = 80
#: what goes beyond encouragement: with none of these shared there is one quiet page, and nothing to print or copy
RICH = tuple(id_ for id_ in FOR_READER if id_ != "encouragement")


@login_required
def caseload(request: HttpRequest) -> HttpResponse:
    """Everybody who shares with this reader."""
    now = timezone.now()
    sort = request.GET.get("sort", "name")
    find = request.GET.get("q", "")[:LONGEST_SEARCH].strip()
    lines = queries.caseload(request.user, now, sort=sort, find=find)
    shown = Paginator(lines, queries.PAGE).get_page(request.GET.get("page"))
    list_looks.record(shown.object_list, now)
    context = {
        "page": "people",
        "lines": shown,
        "find": find,
        "sort": sort if sort in COLUMNS else "name",
        "columns": COLUMNS.items(),
        "order": COLUMNS.get(sort, COLUMNS["name"]),
        "labels": {**{id_: str(name) for id_, name in COLUMNS.items()}, "due_since": _("due since")},
    }
    return render(request, "caseload/caseload.html", context)


def _weeks(request: HttpRequest) -> int:
    asked = request.GET.get("weeks", "")
    return next((weeks for weeks in one.WEEKS if str(weeks) == asked), one.WEEKS[0])


@require_safe
@let_in("person")
def person(request: HttpRequest, grant: Grant) -> HttpResponse:
    """One person: the time line and all that is shared; for who was given no more, the encouragement alone."""
    now = timezone.now()
    context = {"page": "people", "grant": grant, "encouragement": one.encouragement(grant, now)}
    if not any(grant.shows(item) for item in RICH):
        return render(request, "caseload/encouragement.html", context)
    today, weeks = one.today_of(grant.person, now), _weeks(request)
    first = one.first_day(grant, today, weeks)
    days, bouts = one.days_of(grant, first), one.done(grant, first)
    planned = one.sessions(grant, first, date.max)
    context |= {
        "weeks": weeks,
        "all_weeks": one.WEEKS,
        "days": days,
        "picture": pictures.time_line(days, first, today) if days else None,
        "by_week": one.weeks_of(grant, days, bouts, planned, today),
        "signals": one.signals(grant, request.user, now),
        "did": one.did(grant, first),
        "planned": planned,
        "barriers": one.barriers_of(grant),
        **one.asked_for(grant),
        "comparisons": one.comparisons_of(grant),
        "medicines": one.medicines_of(grant),
        "body": one.body_of(grant),
        "limits": limits_of(grant),
        "latest": one.answered(grant, first)[:3],
        "not_shared": [name for id_, (name, _sees) in FOR_READER.items() if not grant.shows(id_)],
        **{f"shows_{item.replace('-', '_')}": grant.shows(item) for item in FOR_READER},
    }
    return render(request, "caseload/person.html", context)


@require_safe
@let_in("questionnaires", "assessments", "item-9")
def assessments(request: HttpRequest, grant: Grant) -> HttpResponse:
    """Every questionnaire of the shared days, with its questions as far as they are shared."""
    context = {"page": "people", "grant": grant, "answered": one.answered(grant)}
    return render(request, "caseload/assessments.html", context)


@posted(back="caseload")
@let_in("signal-seen", "mood", "assessments", "plan", "bouts")
def acknowledge(request: HttpRequest, grant: Grant, pk: int) -> HttpResponse:
    """This reader saw a signal, and says so."""
    noticed = one.signal(grant, pk)
    if noticed is None:
        raise Http404
    actions.acknowledge(request.user, grant, noticed, timezone.now())
    messages.info(request, _("Marked as seen. The person can see that you did."))
    return redirect("one_person", grant=grant.pk)


@require_safe
@let_in("report", *RICH)
def report(request: HttpRequest, grant: Grant) -> HttpResponse:
    """One page for the record."""
    found = queries.report_of(grant, timezone.now())
    return render(request, "caseload/report.html", {"grant": grant, "report": found, "by_link": False})


@require_safe
@let_in("export", *RICH)
def export(request: HttpRequest, grant: Grant) -> HttpResponse:
    """A copy of what is shared, as a ZIP of tables."""
    now = timezone.now()
    day = one.today_of(grant.person, now).isoformat()
    answer = HttpResponse(zip_of(grant, now), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="shared-{grant.pk}-{day}.zip"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer
