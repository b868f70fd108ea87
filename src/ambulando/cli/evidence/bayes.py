"""A table of studies, pooled in the Bayesian way."""

import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ambulando.cli.evidence.given import Continuity, Exclude, Given, Level, Measure, document, given
from ambulando.cli.evidence.group import Studies, group, show_left_out
from ambulando.cli.talk import JsonFlag, answer, numbers_from, table
from ambulando.ground import InputError

if TYPE_CHECKING:
    from ambulando.evidence.bayes.posteriors import Posterior


DEFAULT = "half-normal:0.5"
#: Scales on which a spread of 0.5 between studies is large.
SUITED = ("RR", "OR", "HR", "IRR", "ROM", "PETO", "SMD", "SMDH", "SMCR", "SMCC")


@group.command()
def bayes(
    studies: Studies,
    tau_prior: Annotated[
        str,
        typer.Option(
            help="half-normal:0.5, half-cauchy:0.5, half-t:3:0.5, exponential:0.5, uniform, jeffreys ..."
        ),
    ] = DEFAULT,
    mu_prior: Annotated[
        str | None, typer.Option(help="Mean and standard deviation of a normal prior, as 0,1; else uniform.")
    ] = None,
    below: Annotated[float, typer.Option(help="The chance of an effect below this value is given.")] = 0.0,
    level: Level = 0.95,
    measure: Measure = None,
    continuity: Continuity = None,
    exclude: Exclude = None,
    json_: JsonFlag = False,
) -> None:
    """Bayesian random-effects pooling, exact: the effect, its spread between studies, and the effect in a new setting."""
    data = given(studies, measure, continuity, exclude)
    from ambulando.evidence.bayes.posteriors import posterior

    normal: tuple[float, float] | None = None
    if mu_prior is not None:
        numbers = numbers_from(mu_prior, "--mu-prior")
        if len(numbers) != 2:
            raise InputError(
                f"--mu-prior is '{mu_prior}'; please give a mean and a standard deviation, as 0,1."
            )
        normal = (numbers[0], numbers[1])
    if not math.isfinite(below):
        raise InputError(f"--below is {below}; a finite number is needed.")
    found = posterior(
        data.yi, data.vi, tau_prior=tau_prior, mu_prior=normal, level=level, studies=data.studies
    )
    fields = {name: getattr(found, name) for name in found.__dataclass_fields__ if name != "grid"}
    whole = document(fields, data)
    for row, one in zip(data.rows, whole["shrinkage"], strict=True):
        one["row"] = row
    whole["measure"] = data.measure
    if tau_prior == DEFAULT and data.measure not in SUITED:
        whole["notes"].append(
            f"The prior {DEFAULT} suits log ratios and standardised mean differences; for {data.measure} please say with "
            "--tau-prior how far effects may differ on its scale."
        )
    whole["below"] = {"value": below, "mu": found.p_below(below), "theta": found.p_below(below, "theta")}
    answer(whole, json_, lambda: _show_bayes(studies, found, data, whole))


def _show_bayes(name: str, found: "Posterior", data: Given, whole: dict[str, Any]) -> None:
    table(
        f"{name}: {found.k} studies, {data.measure}, prior of tau {found.tau_prior}",
        ("", "mode", "median", "mean", "sd", f"shortest {found.level:.0%} interval"),
        [
            (label, one.mode, one.median, one.mean, one.sd, one.ci)
            for label, one in (
                ("mean effect", found.mu),
                ("effect in a new setting", found.theta),
                ("tau", found.tau),
            )
        ],
    )
    below = whole["below"]
    print(f"P(mean effect < {below['value']:g}) = {below['mu']:.4g}; in a new setting {below['theta']:.4g}.")
    table(
        "",
        ("study", "effect", "in the light of the others", f"{found.level:.0%} interval"),
        [(one.study, one.yi, one.mean, one.ci) for one in found.shrinkage],
    )
    if data.table is not None:
        show_left_out(data.table.excluded)
    for note in whole["notes"]:
        print(note)
