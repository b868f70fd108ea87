"""An aim of one's own, and the road there week by week: set it, look at it, take it away again."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ambulando.activity.catalogue import MODALITIES
from ambulando.plan.pace import WITH_DISTANCE, in_km, in_unit, unit_of
from ambulando.plan.road import Road
from ambulando.plan.road import road as road_to
from ambulando.plan.standing import standing
from ambulando.safety.profile import Aim, Profile
from ambulando.safety.screen import screen
from ambulando.web.people import actions as people
from ambulando.web.people.onboarded import onboarded
from ambulando.web.people.unsent import given
from ambulando.web.people.words import MODALITY_NAMES
from ambulando.web.plans import convert, inputs

#: the picture: pixels
WIDTH, HEIGHT, LEFT, LOW, HIGH = 360, 128, 22, 104, 30
UNIT_NAMES = {
    "mile": gettext_lazy("miles a week"),
    "km": gettext_lazy("km a week"),
    "minutes": gettext_lazy("minutes a week"),
}


class AimForm(forms.Form):
    modality = forms.ChoiceField(
        label=gettext_lazy("What would you like to do?"),
        choices=[(id_, MODALITY_NAMES[id_]) for id_ in MODALITIES],
    )
    amount = forms.FloatField(
        label=gettext_lazy("How much?"),
        min_value=0.1,
        max_value=2000,
        error_messages={
            "required": gettext_lazy("Please put in how much. A guess is fine."),
            "invalid": gettext_lazy("Please put in a number, such as 2."),
            "min_value": gettext_lazy("Please put in a little more than nothing."),
            "max_value": gettext_lazy("That is more than a week holds. Please put in less."),
        },
    )
    unit = forms.ChoiceField(label=gettext_lazy("Of what?"))
    grow = forms.BooleanField(label=gettext_lazy("And then slowly more"), required=False)

    def __init__(self, *given: Any, country: str | None, **more: Any) -> None:
        super().__init__(*given, **more)
        choices = [(name, UNIT_NAMES[name]) for name in (unit_of(country), "minutes")]
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField has them

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        unit, amount = cleaned.get("unit"), cleaned.get("amount")
        if amount is None or unit is None:
            return cleaned
        if unit == "minutes" and not 2 <= round(amount) <= 2000:
            self.add_error("amount", _("Please put in two minutes or more."))
        if unit != "minutes" and cleaned.get("modality") not in WITH_DISTANCE:
            self.add_error("unit", _("This kind has no distance. Minutes a week fit it."))
        elif unit != "minutes" and in_km(amount, unit) > 200:
            self.add_error("amount", _("That is very far for a week. Please put in less."))
        return cleaned

    def aim(self) -> dict[str, Any]:
        """What was filled in, as the profile keeps it."""
        told, unit = self.cleaned_data, self.cleaned_data["unit"]
        if unit == "minutes":
            amount = {"minutes": round(told["amount"])}
        else:
            amount = {"km": max(round(in_km(told["amount"], unit), 3), 0.1)}
        return {"modality": told["modality"], **amount, "grow": told["grow"]}


@require_http_methods(["GET", "HEAD", "POST"])
@onboarded
def road(request: HttpRequest) -> HttpResponse:
    person, today = request.user, timezone.localdate()
    profile = convert.profile_of(person, today)
    screening = screen(profile)
    if request.method == "POST" and "remove" in request.POST:
        people.tell(person, {"aim": None})
        messages.success(request, _("Removed. Your plan goes on as before."))
        return redirect("road")
    if screening.limits.no_numbers:  # amounts to reach can do harm: nothing can be set here
        return render(request, "plans/road.html", {"page": "week", "aim": profile.aim})
    if screening.outcome in ("hold", "no-plan"):  # the week says why, kindly
        return redirect("week")
    form = AimForm(given(request), country=profile.country, initial=_initial(profile))
    if request.method == "POST" and form.is_valid():
        people.tell(person, {"aim": form.aim()})
        messages.success(request, _("Kept. Here is the road."))
        return redirect("road")
    miles = unit_of(profile.country) == "mile"
    context: dict[str, Any] = {"page": "week", "form": form, "aim": profile.aim, "miles": miles}
    if profile.aim:
        found = _road(request, profile, profile.aim)
        context |= {
            "road": found,
            "rows": rows(found, today),
            "picture": picture(found),
            "kind": MODALITY_NAMES[profile.aim.modality],
        }
    return render(request, "plans/road.html", context, status=422 if form.errors else 200)


def _initial(profile: Profile) -> dict[str, Any]:
    unit, aim = unit_of(profile.country), profile.aim
    if aim is None:
        return {"modality": "walking", "unit": unit, "grow": True}
    if aim.km is None:
        return {"modality": aim.modality, "amount": aim.minutes, "unit": "minutes", "grow": aim.grow}
    return {
        "modality": aim.modality,
        "amount": round(in_unit(aim.km, unit), 1),
        "unit": unit,
        "grow": aim.grow,
    }


def _road(request: HttpRequest, profile: Profile, aim: Aim) -> Road:
    today = timezone.localdate()
    stands = standing(profile, today=today, **inputs.told_by(request.user, today))
    return road_to(aim, standing=stands, limits=screen(profile).limits, profile=profile)


def rows(found: Road, today: date) -> list[dict[str, Any]]:
    """The weeks for a table; those that follow each other and are the same stand in one row."""
    told: list[dict[str, Any]] = []
    for place, week in enumerate(found.weeks, start=1):
        day = today + timedelta(days=week.starts)
        if told and told[-1]["words"] == week.words and place != found.reached_in:
            told[-1]["until"] = day
        else:
            told.append({"day": day, "until": None, "words": week.words, "aim": place == found.reached_in})
    return told


def picture(found: Road) -> SafeString:
    """The road as a path over hills that climbs as the weeks do; the table under it says the same."""
    totals = [week.sessions * week.minutes for week in found.weeks]
    if not totals:
        return mark_safe("")
    most, least = max(totals), min(totals)
    step = (WIDTH - 2 * LEFT) / max(len(totals) - 1, 1)

    def point(place: int) -> tuple[float, float]:
        share = (totals[place] - least) / (most - least) if most > least else 0.3
        return LEFT + step * place, LOW - (LOW - HIGH) * share

    points = [point(place) for place in range(len(totals))]
    way = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    dots = "".join(
        f'<circle class="step{" last" if place + 1 == found.reached_in else ""}" cx="{x:.1f}" cy="{y:.1f}" r="{6 if place + 1 == found.reached_in else 3.5}"/>'
        for place, (x, y) in enumerate(points)
    )
    hills = (
        f'<path class="far" d="M0 {HEIGHT}V84C60 58 130 52 190 66S300 30 360 44V{HEIGHT}z"/>'
        f'<path class="near" d="M0 {HEIGHT}V112C80 96 160 104 230 108S330 96 360 92V{HEIGHT}z"/>'
    )
    return format_html(
        '<svg class="landscape" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        WIDTH,
        HEIGHT,
        _("A path that climbs in small steps. The table below has its weeks."),
        mark_safe(f'{hills}<path class="way" d="{way}"/>{dots}'),  # noqa: S308 - made of numbers alone
    )
