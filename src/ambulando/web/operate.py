"""The operator's page: is this installation well? Nothing of a person stands there but how many there are."""

import time

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

import ambulando
from ambulando.web import doctor
from ambulando.web.journal.models import Assessment, Bout, CheckIn
from ambulando.web.people.learned import sharing
from ambulando.web.people.models import Learned, Person


@require_safe
def operate(request: HttpRequest) -> HttpResponse:
    """For staff. To everybody else there is no such page."""
    if not request.user.is_staff:
        raise Http404
    found = (*doctor.around(settings.DATA, timezone.localdate()), *doctor.within(settings.DATA, time.time()))
    context = {
        "faults": [one for one in found if not one.ok],
        "well": [one for one in found if one.ok],
        "version": ambulando.__version__,
        "people": Person.objects.filter(simulated=False).count(),
        "sharing": sharing().count(),
        "learned": Learned.objects.first(),
        "entries": sum(kind.objects.count() for kind in (Assessment, Bout, CheckIn)),
    }
    return render(request, "operate.html", context)
