"""Figures of a table or an analysis, into a file."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ambulando.cli.evidence.group import group, is_analysis
from ambulando.cli.talk import JsonFlag, answer, text_of
from ambulando.ground import InputError, rows_of

if TYPE_CHECKING:
    from ambulando.evidence.dose import DoseGroup, DoseResponse
    from ambulando.evidence.networks.fit import Network
    from ambulando.evidence.univariate.pooling import Pooled

#: What is drawn (axes), and its words for those who cannot see it.
Drawn = tuple[Any, str]
Look = Mapping[str, Any]


@group.command()
def figure(
    kind: Annotated[
        str,
        typer.Argument(help="forest, funnel, baujat, gosh, dose, graph, league, ranks or lights."),
    ],
    studies: Annotated[
        str, typer.Argument(metavar="FILE|ANALYSIS-ID", help="A CSV file as for the other commands.")
    ],
    out: Annotated[Path, typer.Option(help="The file to write: .svg, .png or .pdf.")],
    theme: Annotated[str, typer.Option(help="light or dark.")] = "light",
    width: Annotated[str, typer.Option(help="wide or phone.")] = "wide",
    measure: Annotated[str | None, typer.Option(help="Of a file, as for pool or network.")] = None,
    small_values: Annotated[
        str, typer.Option(help="Of league and ranks: desirable (as of symptoms) or undesirable.")
    ] = "desirable",
    title: Annotated[str | None, typer.Option(help="Of an SVG.")] = None,
    json_: JsonFlag = False,
) -> None:
    """A figure of a table of studies, of a network, or of dose groups.

    lights takes columns study and one for each domain of bias (low, some concerns, high ...); the others what pool, network
    and dose take. An SVG carries a title and a description.
    """
    if kind not in KINDS | RANKED:
        raise InputError(f"There is no figure called {kind}; take one of {', '.join(KINDS | RANKED)}.")
    if small_values != "desirable" and kind not in RANKED:
        raise InputError(f"--small-values is for {' and '.join(RANKED)}; please leave it out.")
    form = out.suffix.lower()
    if form not in (".svg", ".png", ".pdf"):
        raise InputError(f"--out is {out}; a figure is written as .svg, .png or .pdf.")
    look = {"theme": theme, "width": width}
    if kind in RANKED:
        ax, words = RANKED[kind](studies, measure, small_values, look)
    else:
        ax, words = KINDS[kind](studies, measure, look)
    try:
        if form == ".svg":
            from ambulando.evidence.figures import svg

            out.write_text(
                svg(ax, name=kind, title=title or f"{kind}: {studies}", description=words), "utf-8"
            )
        else:
            ax.figure.savefig(out, dpi=192)
    except OSError as error:
        raise InputError(f"The file {out} can not be written ({error.strerror}).") from None
    answer({"figure": kind, "file": str(out), "description": words}, json_, lambda: print(f"{out}: {words}"))


def pooled_of(studies: str, measure: str | None) -> "Pooled":
    if is_analysis(studies):
        from ambulando.evidence import recompute

        if measure:
            raise InputError(f"--measure is for files; {studies} is pooled from the rows of its source.")
        return recompute.pooled(studies)
    from ambulando.evidence import tables
    from ambulando.evidence.faults import TooFewStudies

    text = text_of(Path(studies))
    try:
        return tables.pool_text(text, studies, measure=measure)
    except TooFewStudies:  # one study can be drawn, with the z test; of none this is said again
        return tables.pool_text(text, studies, measure=measure, test="z")


def network_of(file: str, measure: str | None, small_values: str = "desirable") -> "Network":
    import numpy as np

    from ambulando.evidence.networks.report import Options, report

    found = report(
        text_of(Path(file)),
        file,
        Options(measure=measure, small_values=small_values),
        rng=np.random.default_rng(1),
    ).network
    if found is None:
        raise InputError(f"{file} is not one network, so this figure can not be drawn of it.")
    return found


def forest(studies: str, measure: str | None, look: Look) -> Drawn:
    from ambulando.evidence import figures

    pooled = pooled_of(studies, measure)
    return figures.forest(pooled, **look), figures.forest_words(pooled)


def funnel(studies: str, measure: str | None, look: Look) -> Drawn:
    from ambulando.evidence import figures
    from ambulando.evidence.checks.trimfill import trim_and_fill

    pooled = pooled_of(studies, measure)
    filled = trim_and_fill(pooled.yi, pooled.vi).filled if pooled.k >= 3 else ()
    words = figures.funnel_words(pooled)
    if filled:
        words += f" Open circles, {len(filled)}, are what trim and fill adds."
    return figures.funnel(pooled, filled=filled, **look), words


def baujat(studies: str, measure: str | None, look: Look) -> Drawn:
    from ambulando.evidence import figures
    from ambulando.evidence.checks.influence import influence

    pooled = pooled_of(studies, measure)
    rows = influence(pooled.yi, pooled.vi, studies=pooled.studies).influence
    x, y = [one.baujat_x for one in rows], [one.baujat_y for one in rows]
    top = pooled.studies[max(range(len(rows)), key=lambda place: y[place])]
    ax = figures.baujat(pooled.studies, x, y, **look)
    return ax, f"Baujat plot of {pooled.k} studies. {top} moves the pooled effect most."


def gosh(studies: str, measure: str | None, look: Look) -> Drawn:
    import numpy as np

    from ambulando.evidence import figures
    from ambulando.evidence.checks.gosh import gosh as all_subsets

    pooled = pooled_of(studies, measure)
    found = all_subsets(pooled.yi, pooled.vi, rng=np.random.default_rng(1))
    ax = figures.gosh_plot(found.estimate, found.i2, **look)
    low, high = float(np.nanmin(found.estimate)), float(np.nanmax(found.estimate))
    return (
        ax,
        f"{found.subsets:,} subsets of {found.k} studies; their effects go from {low:.2f} to {high:.2f}.",
    )


def dose(studies: str, measure: str | None, look: Look) -> Drawn:
    from ambulando.evidence import figures

    if measure:
        raise InputError("--measure is not for a dose curve; please leave it out.")
    response, groups = curve_of(studies)
    limit = max(group.dose for group in groups)
    marked = tuple(float(f"{limit * share:.2g}") for share in (0.125, 0.25, 0.5))
    ax = figures.dose_curve(response, groups, labelled=marked, **look)
    return ax, figures.dose_words(response, marked)


def curve_of(studies: str) -> "tuple[DoseResponse, tuple[DoseGroup, ...]]":
    if is_analysis(studies):
        from ambulando.evidence import recompute

        return recompute.dose_curve(studies), recompute.dose_groups(studies)
    from ambulando.evidence.dose import dose_response, groups_from, quantile_knots

    groups = groups_from(rows_of(text_of(Path(studies)), where=studies), studies)
    return dose_response(groups, model="rcs", knots=quantile_knots([one.dose for one in groups])), groups


def graph(studies: str, measure: str | None, look: Look) -> Drawn:
    from ambulando.evidence import figures

    found = network_of(studies, measure)
    pairs, arms = drawn_of(found)
    ax = figures.network_graph(found.treatments, pairs, sizes=arms, **look)
    return ax, (
        f"Network of {len(found.treatments)} treatments from {found.k} studies, with {len(pairs)} direct comparisons. "
        f"{max(arms, key=lambda name: arms[name])} stands in most studies."
    )


def drawn_of(found: "Network") -> tuple[dict[tuple[str, str], int], dict[str, float]]:
    """How many studies compare each pair, and how many have each treatment."""
    pairs: Counter[tuple[str, str]] = Counter()
    arms: Counter[str] = Counter()
    for design in found.designs:
        names = list(design.treatments)
        for name in names:
            arms[name] += design.studies
        for i, one in enumerate(names):
            for other in names[i + 1 :]:
                pairs[one, other] += design.studies
    return dict(pairs), {name: float(count) for name, count in arms.items()}


def league(studies: str, measure: str | None, small_values: str, look: Look) -> Drawn:
    import numpy as np

    from ambulando.evidence import figures

    found = network_of(studies, measure, small_values)
    names = sorted(found.treatments, key=lambda name: -found.p_scores[name])
    values = np.zeros((3, len(names), len(names)))
    for i, a in enumerate(names):
        for j, b in enumerate(names):
            if a != b:
                cell = found.league[a][b]
                values[:, i, j] = cell.estimate, *cell.ci
    better = found.small_values == "desirable"
    ratio = found.league[names[0]][names[1]].estimate_exp is not None
    ax = figures.league_map(names, *values, ratio=ratio, lower_is_better=better, **look)
    return ax, f"League table of {len(names)} treatments, row against column; {names[0]} ranks first."


def ranks(studies: str, measure: str | None, small_values: str, look: Look) -> Drawn:
    import numpy as np

    from ambulando.evidence import figures
    from ambulando.evidence.networks.ranks import ranks as simulated

    found = network_of(studies, measure, small_values)
    drawn = simulated(found, rng=np.random.default_rng(1))
    chances = [drawn.probabilities[name] for name in found.treatments]
    scores = [found.p_scores[name] for name in found.treatments]
    ax = figures.rank_plot(found.treatments, chances, scores, **look)
    best = max(found.treatments, key=lambda name: found.p_scores[name])
    return (
        ax,
        f"Chances of each rank for {len(found.treatments)} treatments; {best} has the highest P-score, {max(scores):.2f}.",
    )


def lights(studies: str, measure: str | None, look: Look) -> Drawn:
    from ambulando.evidence import figures

    if measure:
        raise InputError("--measure is not for traffic lights; please leave it out.")
    rows = rows_of(text_of(Path(studies)), where=studies, required=("study",))
    judged = {
        row["study"]: {domain: word.lower() for domain, word in row.items() if domain != "study" and word}
        for row in rows
    }
    ax = figures.traffic_lights(judged, **look)
    count = Counter(word for row in judged.values() for word in row.values())
    return (
        ax,
        f"Risk of bias of {len(judged)} studies: {', '.join(f'{n} {word}' for word, n in count.items())}.",
    )


KINDS: dict[str, Callable[[str, str | None, Look], Drawn]] = {
    "forest": forest,
    "funnel": funnel,
    "baujat": baujat,
    "gosh": gosh,
    "dose": dose,
    "graph": graph,
    "lights": lights,
}
#: Those that need to know whether small values are good.
RANKED: dict[str, Callable[[str, str | None, str, Look], Drawn]] = {"league": league, "ranks": ranks}
