"""Risk of bias as traffic lights: a sign in each, so that colour alone never carries the word."""

from collections.abc import Mapping, Sequence
from typing import Any

from ambulando.evidence.faults import ImpossibleValue, TooFewStudies
from ambulando.evidence.figures.canvas import axes_of, look_of, short, write

#: Judgement -> (colour token, sign). Words of RoB 2 and ROBINS-I.
JUDGEMENTS = {
    "low": ("moss", "+"),
    "some concerns": ("sky", "\u2013"),
    "moderate": ("sky", "\u2013"),
    "high": ("clay", "\u00d7"),
    "serious": ("clay", "\u00d7"),
    "critical": ("clay", "!"),
    "no information": ("stone", "?"),
}


def traffic_lights(
    judgements: Mapping[str, Mapping[str, str]],
    *,
    ax: Any = None,
    theme: str = "light",
    width: str = "wide",
    weights: Mapping[str, float] | None = None,
) -> Any:
    """Risk of bias on ``ax`` (or axes of its own), which it returns: a row a study, a column a domain, a light a judgement.

    ``judgements`` is study -> domain -> one of JUDGEMENTS; a domain that was not judged stays empty. Under the lights a bar a
    domain shows the shares, weighted by ``weights`` (study -> weight) where they are given.
    """
    if not judgements:
        raise TooFewStudies("There are no judgements to draw.")
    look = look_of(theme, width)
    colours = look.colours
    domains = list(dict.fromkeys(domain for row in judgements.values() for domain in row))
    for study, row in judgements.items():
        for domain, word in row.items():
            if word not in JUDGEMENTS:
                raise ImpossibleValue(
                    f"{study} has {word!r} as {domain}; take one of {', '.join(JUDGEMENTS)}.", study=study
                )
    studies = list(judgements)
    most = 30 if look.wide else 18
    left = 14 + 6.9 * min(most, max(*map(len, studies), *(len(domain) + 3 for domain in domains)))
    bars = 22.0 * len(domains) + 26
    height = 40 + 24.0 * len(studies) + bars + 64
    ax = axes_of(look, ax, height, left, 40, 14, bars + 64)
    ax.set_xlim(0, len(domains))
    ax.set_ylim(len(studies), 0)
    ax.set_xticks([])
    ax.set_yticks([])
    for column, _domain in enumerate(domains):
        write(ax, look, column + 0.5, 1, f"D{column + 1}", "stone", at=("data", "axes fraction"), shift=(0, 16), ha="center")  # fmt: skip
    for place, study in enumerate(studies):
        write(ax, look, 0, place + 0.5, short(study, most), shift=(10 - left, 0))
        for column, domain in enumerate(domains):
            judged = judgements[study].get(domain)
            if judged is not None:
                colour, sign = JUDGEMENTS[judged]
                ax.plot([column + 0.5], [place + 0.5], "o", markersize=13, color=colours[colour], zorder=3)
                write(ax, look, column + 0.5, place + 0.5, sign, at=("data", "data"), ha="center", color=colours["paper"], fontweight="bold", zorder=4)  # fmt: skip
    _bars(ax, look, judgements, domains, weights, left)
    return ax


def _bars(ax: Any, look: Any, judgements: Any, domains: Sequence[str], weights: Any, left: float) -> None:
    """A bar a domain, under the lights, in an axes of its own that hangs below the first."""
    colours = look.colours
    box = ax.get_position()
    figure = ax.figure
    high = figure.get_size_inches()[1] * 96
    bars = figure.add_axes((box.x0, 46 / high, box.width, (22.0 * len(domains)) / high))
    bars.patch.set_visible(False)
    for side in bars.spines.values():
        side.set_visible(False)
    bars.set_xlim(0, 1)
    bars.set_ylim(len(domains), 0)
    bars.set_xticks([])
    bars.set_yticks([])
    for place, domain in enumerate(domains):
        total, start = 0.0, 0.0
        shares: dict[str, float] = {}
        for study, row in judgements.items():
            weight = 1.0 if weights is None else float(weights.get(study, 0.0))
            if domain in row:
                shares[row[domain]] = shares.get(row[domain], 0.0) + weight
                total += weight
        for word in JUDGEMENTS:
            if word in shares and total > 0:
                share = shares[word] / total
                bars.barh(place + 0.5, share, left=start, height=0.72, color=colours[JUDGEMENTS[word][0]], edgecolor=colours["paper"], linewidth=0.8)  # fmt: skip
                start += share
        name = short(f"D{place + 1} {domain}", 30 if look.wide else 18)
        write(bars, look, 0, place + 0.5, name, shift=(10 - left, 0))
    used = [word for word in JUDGEMENTS if any(word in row.values() for row in judgements.values())]
    words = "   ".join(f"{JUDGEMENTS[word][1]} {word}" for word in used)
    write(bars, look, 0, 0, words, "stone", at=("axes fraction", "axes fraction"), shift=(10 - left, -24))
