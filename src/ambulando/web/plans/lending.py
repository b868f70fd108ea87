"""Whether somebody's decisions, day by day, may be studied: a page that says what that means, and one button."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ambulando.web.people.onboarded import onboarded
from ambulando.web.plans import decisions
from ambulando.web.plans.models import Lending


@require_http_methods(["GET", "HEAD", "POST"])
@onboarded
def lending(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        if request.POST.get("lend") == "yes":
            decisions.lend(request.user)
            messages.success(request, _("You share your days now."))
        else:
            decisions.keep(request.user)
            messages.success(request, _("You do not share your days."))
        return redirect("lending")
    context = {"page": "you", "lending": Lending.objects.filter(person=request.user).first()}
    return render(request, "plans/lending.html", context)
