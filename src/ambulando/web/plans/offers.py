"""What was offered on days gone by, and what became of it: the rows behind "learned from" in a trace."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ambulando.web.people.onboarded import onboarded
from ambulando.web.plans.outcomes import DAY, offered

#: days on one page
SHOWN = timedelta(days=30)


@onboarded
@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    """The offers up to ``until`` (yesterday where that is not told), the last day first."""
    if request.user.no_numbers:
        return redirect("week")
    today = timezone.localdate()
    until = min(_day(request.GET.get("until", "")) or today, today - DAY)
    since = until - SHOWN + DAY
    found = offered(request.user, since, until + DAY)
    days = {one.day: [other for other in found if other.day == one.day] for one in reversed(found)}
    context = {"page": "week", "days": days, "since": since, "until": until, "earlier": since - DAY}
    return render(request, "plans/offers.html", context)


def _day(text: str) -> date | None:
    """The day that an address names; None for none, and for one before there were any."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year > 2000 else None
