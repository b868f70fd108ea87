"""How distance becomes time: a person's own pace, or a gentle speed of the tables; and miles or kilometres."""

from dataclasses import dataclass
from statistics import median

from ambulando.ground import InputError
from ambulando.plan.rules import number, rules, whole
from ambulando.plan.standing import Standing, modality_of, within
from ambulando.plan.trace import Step, step
from ambulando.plan.trace import row as row_of
from ambulando.safety.profile import Aim

#: countries that use miles (rule "units")
MILES = ("GB", "LR", "MM", "US")
#: modalities that a distance can be told of
WITH_DISTANCE = ("walking", "running", "cycling")


@dataclass(frozen=True)
class Pace:
    """Minutes for a kilometre, whether they are the person's ``own``, and the step that says so."""

    minutes: float
    own: bool
    step: Step


def unit_of(country: str | None) -> str:
    """ "mile" or "km": how distances are told in this country (ISO 3166 code). Source: the rule ``units``."""
    return "mile" if country in MILES else "km"


def in_unit(km: float, unit: str) -> float:
    """Kilometres in the unit of ``unit_of``."""
    return km / number("units", "km") if unit == "mile" else km


def in_km(amount: float, unit: str) -> float:
    """An amount in the unit of ``unit_of`` in kilometres."""
    return amount * number("units", "km") if unit == "mile" else amount


def pace(modality: str, standing: Standing) -> Pace:
    """Minutes for a kilometre: the median of the person's bouts with metres, else the speed of the rule ``pace``.

    Raises InputError for a modality that no distance can be told of.
    """
    if modality not in WITH_DISTANCE:
        raise InputError(
            f"There is no distance for '{modality}'; please set minutes a week, or pick one of {', '.join(WITH_DISTANCE)}."
        )
    own = [
        (bout, bout.minutes / (bout.metres / 1000))
        for bout in within(standing.bouts, standing.today, whole("pace", "days"))
        if bout.metres and bout.metres >= 1000 * number("pace", "least") and modality_of(bout) == modality
    ]
    own = [(bout, value) for bout, value in own if value <= number("pace", "most")]
    if own:
        value = median(value for _, value in own)
        rows = [row_of("bout", bout.start) for bout, _ in own]
        return Pace(value, True, step("your own pace", value, "minutes a kilometre", "pace", rows))
    value = 60 / number("pace", modality)
    return Pace(value, False, step("a gentle pace", value, "minutes a kilometre", "pace"))


def aim_minutes(aim: Aim, standing: Standing) -> float:
    """The minutes a week that an aim comes to, at the pace of this person."""
    return float(aim.minutes or 0) if aim.km is None else aim.km * pace(aim.modality, standing).minutes


def usual_of(modality: str, standing: Standing) -> tuple[float, float]:
    """Minutes and sessions a week that are usual for one modality, over the last four weeks."""
    days = int(rules()["week-growth"].numbers["usual"])
    month = [bout for bout in within(standing.bouts, standing.today, days) if modality_of(bout) == modality]
    known = (standing.today - standing.bouts[0].day).days + 1 if standing.bouts else 0
    span = max(min(known, days), 7) / 7
    return sum(bout.minutes for bout in month) / span, len(month) / span
