"""A table of contrasts or arms, as a network of treatments."""

from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ambulando.cli.evidence.group import group, show_left_out
from ambulando.cli.talk import JsonFlag, answer, table, text_of
from ambulando.ground import InputError, as_json

if TYPE_CHECKING:
    from ambulando.evidence.networks.components import ComponentNetwork
    from ambulando.evidence.networks.fit import Network
    from ambulando.evidence.networks.report import Options, Report


@group.command()
def network(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A CSV file of contrasts or of arms.")],
    reference: Annotated[
        str | None, typer.Option(help="The treatment that others are shown against.")
    ] = None,
    measure: Annotated[
        str | None,
        typer.Option(
            help="Of arms: OR, RR, RD; MD, SMD. Of contrasts: what they are; else as the columns say."
        ),
    ] = None,
    method: Annotated[
        str,
        typer.Option(help="DL, REML, ML, EE; MH (Mantel-Haenszel) of events; REML-uncorrelated, to compare."),
    ] = "DL",
    level: Annotated[float, typer.Option(help="Of the intervals.")] = 0.95,
    components: Annotated[
        bool,
        typer.Option("--components", help="Fit an additive model of components, as in 'exercise + therapy'."),
    ] = False,
    separator: Annotated[str, typer.Option(help="Between components.")] = "+",
    inactive: Annotated[str | None, typer.Option(help="The component without effect, as placebo.")] = None,
    small_values: Annotated[
        str, typer.Option(help="desirable (as of symptoms) or undesirable; decides which rank is first.")
    ] = "desirable",
    tolerance: Annotated[
        float, typer.Option(help="By how much the contrasts of one study may fail to add up.")
    ] = 0.001,
    threshold: Annotated[
        float | None,
        typer.Option(help="The smallest difference that matters (for ratios the ratio): judges certainty."),
    ] = None,
    reporting: Annotated[
        str | None, typer.Option(help="Reporting bias, judged by hand: 'some concerns: small trials alone'.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the simulated ranks.")] = 1,
    draws: Annotated[int, typer.Option(help="Of the simulated ranks.")] = 20_000,
    r_code: Annotated[
        bool, typer.Option("--r-code", help="Print the same analysis as R code (netmeta).")
    ] = False,
    json_: JsonFlag = False,
) -> None:
    """Every treatment of a network against every other, from direct and indirect evidence together.

    Columns: studlab, treat1, treat2, TE, seTE (all pairs of a study of several arms); or study, treatment, event, n; or
    study, treatment, mean, sd, n. With rob and indirectness (low, some, high) certainty is judged.
    """
    import numpy as np

    from ambulando.evidence.networks.report import Options, as_dict, report

    if seed < 0:
        raise InputError(f"--seed is {seed}; please give a whole number from 0.")
    options = Options(
        reference=reference, measure=measure, method=method, level=level, small_values=small_values, tolerance=tolerance,
        components=components, separator=separator, inactive=inactive, threshold=threshold, reporting=reporting, draws=draws,
    )  # fmt: skip
    found = report(text_of(Path(file)), file, options, rng=np.random.default_rng(seed))
    said = as_dict(found)
    said["options"] = dict(said["options"]) | {"seed": seed, "draws": draws}
    if r_code:
        code = code_of(file, found, options)
        answer({**as_json(said), "r_code": code}, json_, lambda: print(code, end=""))
        return
    answer(said, json_, lambda: show(file, found))


def code_of(file: str, found: "Report", options: "Options") -> str:
    from ambulando.evidence.rcode import network_code

    method = options.method.upper().removesuffix("-UNCORRELATED")
    if method == "MH":
        raise InputError(
            "R code is printed for the methods DL, REML, ML and EE; please leave out --r-code or --method MH."
        )
    named = found.table.contrasts.measure
    return network_code(
        file,
        columns=found.table.columns,
        measure="MD" if named == "GEN" else named,
        reference=options.reference,
        level=options.level,
        method=method,
    )


def show(name: str, found: "Report") -> None:
    if found.network is not None:
        show_network(name, found.network)
    if found.components is not None:
        show_components(name, found.components)
    if found.certainty is not None:
        print()
        table(
            "Certainty (CINeMA)",
            ("comparison", "certainty", *(one.domain for one in found.certainty.answers[0].domains)),
            [
                (one.pair, one.certainty, *(part.concern for part in one.domains))
                for one in found.certainty.answers
            ],
        )
        for note in found.certainty.notes:
            print(note)


def show_network(name: str, net: "Network") -> None:
    best = sorted(net.treatments, key=lambda one: -net.p_scores[one])
    against = net.reference or best[-1]
    ratio = net.league[best[0] if best[0] != against else best[1]][against].estimate_exp is not None
    rows: list[tuple[Any, ...]] = []
    for one in best:
        cell = net.league[one].get(against)
        if cell is None:
            rows.append((one, "–", "–", "–", net.p_scores[one]))
        elif ratio:
            rows.append((one, cell.estimate_exp, cell.ci_exp, cell.pi_exp, net.p_scores[one]))
        else:
            rows.append((one, cell.estimate, cell.ci, cell.pi, net.p_scores[one]))
    print(f"{name}: {net.k} studies, {len(net.treatments)} treatments, {net.measure}, {net.method}")
    table(
        f"Against {against}" + ("" if net.reference else " (the last in rank; --reference chooses another)"),
        ("treatment", "estimate", f"{net.level:.0%} interval", "prediction interval", "P-score"),
        rows,
    )
    better = "Smaller" if net.small_values == "desirable" else "Larger"
    other = "undesirable" if net.small_values == "desirable" else "desirable"
    print(f"{better} values rank first ('--small-values {other}' turns this round).")
    print()
    print(spread_of(net))
    print(consistency_of(net))
    doubtful = [one for one in net.splits if one.p < 0.05]
    if doubtful:
        print()
        table(
            "Direct and indirect evidence that differ (p < 0.05)",
            ("comparison", "direct", "indirect", "p"),
            [
                (one.pair, *(exp(side) if ratio else side for side in (one.direct, one.indirect)), one.p)
                for one in doubtful
            ],
        )
    show_left_out(net.excluded)
    for note in net.notes:
        print(note)


def degrees(df: int) -> str:
    return f"{df} degree{'' if df == 1 else 's'} of freedom"


def spread_of(net: "Network") -> str:
    if net.method in ("EE", "MH"):
        return "One common effect is taken for each comparison."
    return f"tau2 {net.tau2:.4g}; Q {net.q:.4g} with {degrees(net.q_df)}, p {net.q_p:.3g}; I2 {net.i2:.1f}%."


def consistency_of(net: "Network") -> str:
    """Inconsistency in words."""
    if net.q_inconsistency_df == 0:
        return "Consistency cannot be tested: there are no loops of different studies."
    p = net.q_inconsistency_p
    said = f"Q between designs {net.q_inconsistency:.4g} with {degrees(net.q_inconsistency_df)}, p {p:.3g}"
    if net.q_inconsistency_random_p == net.q_inconsistency_random_p and net.tau2_within > 0:
        said += f"; beside the spread within designs p {net.q_inconsistency_random_p:.3g}"
        p = net.q_inconsistency_random_p
    split = sum(one.p == one.p for one in net.splits)
    worst = sum(one.p < 0.05 for one in net.splits)
    lead = (
        "Studies of different designs disagree"
        if p < 0.05
        else "Studies of different designs do not clearly disagree"
    )
    parts = f"; {worst} of {split} comparisons with both kinds of evidence differ (p < 0.05)" if split else ""
    return f"{lead} ({said}){parts}."


def show_components(name: str, model: "ComponentNetwork") -> None:
    print()
    table(
        f"{name}: additive components" + (f", {model.inactive} without effect" if model.inactive else ""),
        ("component", "estimate", f"{model.level:.0%} interval", "p"),
        [
            (
                one.name,
                one.estimate if one.estimate_exp is None else one.estimate_exp,
                one.ci_exp or one.ci,
                one.p,
            )
            for one in model.components
        ],
    )
    print(
        f"tau2 {model.tau2:.4g}; Q {model.q_additive:.4g} with {degrees(model.q_additive_df)}, p {model.q_additive_p:.3g}."
    )
    if model.connected and model.q_difference_df > 0:
        fits = "does not fit as well as" if model.q_difference_p < 0.05 else "fits about as well as"
        print(
            f"Adding components up {fits} an effect for each combination (Q {model.q_difference:.4g}, "
            f"{degrees(model.q_difference_df)}, p {model.q_difference_p:.3g})."
        )
    if not model.connected:
        show_left_out(model.excluded)
    for note in model.notes:
        print(note)
