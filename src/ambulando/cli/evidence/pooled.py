"""Pooled answers for a person: a small table, what it means on which scale, what was left out and noted."""

from collections.abc import Sequence
from typing import Any

from ambulando.cli.evidence.group import show_left_out
from ambulando.cli.talk import shown, table

#: What a difference below zero, or a ratio below one, says.
LESS = {
    **dict.fromkeys(("SMD", "SMDH", "SMD1", "MD", "ROM"), "{one} has the lower scores"),
    **dict.fromkeys(("RR", "OR", "HR", "RD", "PETO", "IRR", "IRD", "AS"), "it happens less in {one}"),
    **dict.fromkeys(
        ("MC", "SMCC", "SMCR", "SMCRH", "SMCRP", "ROMC"), "the second time has the higher scores"
    ),
}
#: The units of measures that people read as they are.
UNITS = {
    **dict.fromkeys(("SMD", "SMDH", "SMD1"), "In standard deviations of the scores, {one} less {two}"),
    **dict.fromkeys(
        ("SMCC", "SMCR", "SMCRH", "SMCRP"), "In standard deviations, the first time less the second"
    ),
    "MD": "In units of the scale, {one} less {two}",
    "MC": "In units of the scale, the first time less the second",
    "RD": "A difference of risks, {one} less {two}",
    "IRD": "A difference of rates, {one} less {two}",
}


def show(
    name: str, found: Any, arms: tuple[str, str] = ("group 1", "group 2"), *, groups: Any = None
) -> None:
    """Print an answer: Pooled, Regression, ThreeLevel or PooledCounts; with ``groups`` (Subgroups) these instead, and all."""
    if groups is not None:
        show_groups(name, found, groups)
    elif found.estimate is None:
        show_coefficients(name, found)
    else:
        show_effect(name, found)
    one, two = arms[::-1] if found.options.get("flip") is True else arms
    for sentence in meaning(found, one, two):
        print(sentence)
    show_left_out(found.excluded)
    for note in (*found.notes, *(note for note in getattr(groups, "notes", ()) if note not in found.notes)):
        print(note)


def natural_of(measure: str, interval: Sequence[float]) -> tuple[float, ...] | None:
    from ambulando.evidence import effects

    values = [effects.natural(measure, end) for end in interval]
    return None if any(value is None for value in values) else tuple(value[1] for value in values if value)


def title_of(name: str, found: Any) -> str:
    from ambulando.evidence.effects import MEASURES

    scale = f"{MEASURES.get(found.measure, found.measure)}" + (
        "" if found.measure == "GEN" else f" ({found.measure})"
    )
    studies = f"{found.k} {'study' if found.k == 1 else 'studies'}"
    if hasattr(found, "clusters"):
        studies = f"{found.k} effects in {found.clusters} clusters"
    return f"{name}: {studies}, {scale}, {found.method}, {getattr(found, 'test', 'z')} test"


def show_effect(name: str, found: Any) -> None:
    """One pooled effect, on the scale of its measure and beside it on the one that people read."""
    from ambulando.evidence import effects

    there = effects.natural(found.measure, 0.0)
    rows: list[tuple[Any, ...]] = []
    for label, value in (
        ("estimate", (found.estimate,)),
        (f"{found.level:.0%} interval", found.ci),
        ("prediction interval", getattr(found, "pi", None)),
    ):
        if value is not None:
            back = natural_of(found.measure, value) if there else None
            rows.append((label, shown(tuple(value)), shown(back) if back else ""))
    rows += [("standard error", found.se, ""), ("p", found.p, "")]
    if getattr(found, "sigma2", None) is not None:
        rows += [
            ("variance between clusters", found.sigma2[0], ""), ("variance within clusters", found.sigma2[1], ""),
            ("I2 (%) between, within", found.i2_levels, ""),
        ]  # fmt: skip
    if getattr(found, "tau2", None) is not None:
        rows += [("tau2", found.tau2, "")]
        if getattr(found, "tau2_ci", None) is not None:
            rows += [("tau2 interval", found.tau2_ci, "")]
    rows += [
        ("Q", found.q, ""),
        ("df of Q", found.q_df, ""),
        ("p of Q", found.q_p, ""),
        ("I2 (%)", found.i2, ""),
    ]
    if getattr(found, "h2", None) is not None:
        rows += [("H2", found.h2, "")]
    robust = getattr(found, "robust", None)
    if robust is not None and robust.se is not None:
        rows += [
            ("cluster-robust standard error", robust.se, ""), ("cluster-robust p", robust.p, ""),
            ("cluster-robust interval", robust.ci, ""),
        ]  # fmt: skip
    if there:
        table(
            title_of(name, found),
            ("", found.measure if found.measure not in _LOGS else f"log {found.measure}", there[0]),
            rows,
        )
    else:
        table(title_of(name, found), ("", ""), [row[:2] for row in rows])


def show_groups(name: str, found: Any, groups: Any) -> None:
    """The pooled effect of each group and of all, and whether the groups differ."""
    back = bool(natural_of(found.measure, (0.0,)))
    columns = ["group", "studies", "estimate", f"{found.level:.0%} interval", "p", "tau2", "I2 (%)"]
    columns += [_natural_name(found.measure), "interval"] if back else []
    rows: list[tuple[Any, ...]] = []
    for label, one in (*((one.name, one) for one in groups.groups), ("all", found)):
        row: tuple[Any, ...] = (label, one.k, one.estimate, one.ci, one.p, one.tau2, one.i2)
        if back:
            row += (*(natural_of(found.measure, (one.estimate,)) or ()), natural_of(found.measure, one.ci))
        rows.append(row)
    table(title_of(name, found), columns, rows)
    print(
        f"Difference between the groups: Q {shown(groups.q_between)} on {groups.df} degrees of freedom, p {shown(groups.p)}."
    )


def _natural_name(measure: str) -> str:
    from ambulando.evidence import effects

    there = effects.natural(measure, 0.0)
    return there[0] if there else ""


_LOGS = ("RR", "OR", "HR", "IRR")


def show_coefficients(name: str, found: Any) -> None:
    """A meta-regression: its coefficients, and what they explain."""
    table(
        title_of(name, found),
        ("coefficient", "estimate", "standard error", "p", f"{found.level:.0%} interval"),
        [(one.name, one.estimate, one.se, one.p, one.ci) for one in found.coefficients],
    )
    rows: list[tuple[str, Any]] = [("test of the moderators (QM)", found.qm), ("p of QM", found.qm_p)]
    for label, key in (
        ("R2 (%)", "r2"), ("tau2 left", "tau2"), ("tau2 interval", "tau2_ci"), ("variance between, within", "sigma2"),
        ("Q left", "q"), ("df of Q", "q_df"), ("p of Q", "q_p"), ("I2 left (%)", "i2"),
    ):  # fmt: skip
        if getattr(found, key, None) is not None:
            rows.append((label, getattr(found, key)))
    table("", ("", ""), rows)
    robust = getattr(found, "robust", None)
    if robust is not None:
        table(
            "Cluster-robust:",
            ("coefficient", "standard error", "df", "p", f"{found.level:.0%} interval"),
            [(one.name, one.se, one.df, one.p, one.ci) for one in robust.coefficients],
        )


def meaning(found: Any, one: str, two: str) -> list[str]:
    """What the effect means on the scale that people read; nothing where the scale is the file's own."""
    from ambulando.evidence import effects

    less = LESS.get(found.measure, "").format(one=one)
    estimate = getattr(found, "estimate", None)
    if estimate is None:
        return []
    sentences = []
    back = effects.natural(found.measure, estimate)
    if back is not None:
        low, high = natural_of(found.measure, found.ci) or (float("nan"), float("nan"))
        said = f"{back[0].capitalize()} {shown(back[1])} ({shown(low)} to {shown(high)})"
        ratio = found.measure in effects.RATIO_MEASURES
        against = f", {one} against {two}" if ratio and found.measure != "ROMC" else ""
        sentences.append(f"{said}{against}{': below 1, ' + less if ratio and less else ''}.")
    elif found.measure in UNITS:
        sentences.append(f"{UNITS[found.measure].format(one=one, two=two)}: below zero, {less}.")
    pi = getattr(found, "pi", None)
    if pi is not None and all(end == end for end in pi):
        low, high = natural_of(found.measure, pi) or pi
        sentences.append(
            f"In a further study like these the {back[0] if back else 'effect'} is expected between {shown(low)} and {shown(high)} ({found.level:.0%})."
        )
    return sentences
