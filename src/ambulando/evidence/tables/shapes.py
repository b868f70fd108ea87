"""What a table of studies can hold: its shapes, the names that their columns go by, the measures that they give."""

from collections.abc import Mapping
from dataclasses import dataclass

from ambulando.evidence import effects
from ambulando.evidence.faults import MissingColumns, UnknownOption
from ambulando.evidence.tables.text import MISSING, Table


@dataclass(frozen=True)
class Shape:
    """A set of columns that gives effects: ``words`` for a reader, the ``roles`` needed, the ``measures`` they give, the
    one first that is taken when none is asked for.
    """

    words: str
    roles: tuple[str, ...]
    measures: tuple[str, ...]


_ANY = tuple(effects.MEASURES)
_RATIOS = ("OR", "RR", "HR", "IRR", "ROM")
_COUNTS = ("RR", *(measure for measure in effects.COUNTS if measure != "RR"))

#: In the order in which they are looked for. Given effects come first: they are what somebody decided on.
SHAPES = (
    Shape("effects and variances", ("yi", "vi"), _ANY),
    Shape("effects and standard errors", ("yi", "sei"), _ANY),
    Shape("effects and their 95% intervals", ("yi", "low", "high"), _ANY),
    Shape("ratios and their 95% intervals", ("ratio", "low", "high"), _RATIOS),
    Shape("events and non-events", ("ai", "bi", "ci", "di"), _COUNTS),
    Shape("events and people", ("ai", "n1i", "ci", "n2i"), _COUNTS),
    Shape("means", ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"), tuple(effects.MEANS)),
    Shape("means and standard errors", ("m1i", "se1i", "n1i", "m2i", "se2i", "n2i"), tuple(effects.MEANS)),
    Shape("events and person-time", ("x1i", "t1i", "x2i", "t2i"), effects.RATES),
    Shape("means at two times", ("m1i", "sd1i", "m2i", "sd2i", "ni", "ri"), ("SMCR", *effects.CHANGES)),
    Shape("correlations", ("ri", "ni"), ("ZCOR", "COR", "UCOR")),
    Shape("proportions", ("xi", "ni"), ("PLO", "PR", "PLN", "PAS", "PFT")),
    Shape("rates", ("xi", "ti"), ("IRLN", "IR", "IRS", "IRFT")),
    Shape("t statistics", ("ti", "n1i", "n2i"), ("SMD",)),
    Shape("means of one group", ("mi", "sdi", "ni"), effects.ONE_MEAN),
)
#: Shapes whose effects are computed here from summary data.
GIVEN = SHAPES[:4]

#: The names that a role goes by, first come first taken; upper and lower case are the same.
ALIASES: dict[str, tuple[str, ...]] = {
    "yi": (
        "yi", "TE", "effectsize", "effect_size", "effect", "es", "estimate", "smd", "hedges_g", "g", "d", "md", "logrr",
        "lnrr", "logor", "lnor", "loghr", "lnhr",
    ),
    "vi": ("vi", "var", "v", "variance", "varTE", "sampling_variance"),
    "sei": ("sei", "seTE", "se", "stderr", "standard_error", "selnrr", "selogrr", "selnor", "selogor", "selnhr", "seloghr"),
    "low": ("ci_low", "ci.lb", "ci_lb", "lower", "low", "lb", "lo", "lcl", "or.lb", "rr.lb", "hr.lb"),
    "high": ("ci_high", "ci.ub", "ci_ub", "upper", "high", "ub", "hi", "ucl", "or.ub", "rr.ub", "hr.ub"),
    "ratio": ("rr", "or", "hr", "ratio", "risk_ratio", "odds_ratio", "hazard_ratio"),
    "ai": ("ai", "tpos", "eI", "event.e", "event_e", "events_e", "events_ex", "event_arm1", "rT", "xTi", "xt"),
    "bi": ("bi", "tneg"),
    "ci": ("ci", "cpos", "eC", "event.c", "event_c", "events_c", "events_ctl", "event_arm2", "rC", "xCi", "xc"),
    "di": ("di", "cneg"),
    "n1i": ("n1i", "n1", "nI", "n.e", "n_e", "n_ex", "n_arm1", "totaln_arm1", "nT", "nTi"),
    "n2i": ("n2i", "n2", "nC", "n.c", "n_c", "n_ctl", "n_arm2", "totaln_arm2", "nCi"),
    "m1i": ("m1i", "m1", "mean1", "mean.e", "mean_e", "mean_ex", "mean_arm1"),
    "sd1i": ("sd1i", "sd1", "sd.e", "sd_e", "sd_ex", "sd_arm1"),
    "se1i": ("se1i", "se1", "se.e", "se_e"),
    "m2i": ("m2i", "m2", "mean2", "mean.c", "mean_c", "mean_ctl", "mean_arm2"),
    "sd2i": ("sd2i", "sd2", "sd.c", "sd_c", "sd_ctl", "sd_arm2"),
    "se2i": ("se2i", "se2", "se.c", "se_c"),
    "x1i": ("x1i", "x1"),
    "t1i": ("t1i", "t1", "time.e"),
    "x2i": ("x2i", "x2"),
    "t2i": ("t2i", "t2", "time.c"),
    "ri": ("ri", "r", "cor", "correlation"),
    "ni": ("ni", "n", "sample_size", "samplesize"),
    "xi": ("xi", "x"),
    "ti": ("ti", "t"),
    "mi": ("mi", "mean"),
    "sdi": ("sdi", "sd"),
}  # fmt: skip
#: The measure that the name of a column of effects, or of ratios, says.
SAID_BY_NAME = {
    **dict.fromkeys(("smd", "hedges_g", "g", "d"), "SMD"),
    "md": "MD",
    **dict.fromkeys(("logrr", "lnrr", "rr", "risk_ratio"), "RR"),
    **dict.fromkeys(("logor", "lnor", "or", "odds_ratio"), "OR"),
    **dict.fromkeys(("loghr", "lnhr", "hr", "hazard_ratio"), "HR"),
}
#: Columns that hold the study's name, best first; one with words is taken before one with numbers.
NAMES = ("slab", "study", "studlab", "author", "authors", "trial", "source", "studyid", "study_id", "id")
_TREATMENTS = ("treatment", "treat", "trt", "arm", "drug", "intervention")
_LOG_RATIOS = ("logrr", "lnrr", "logor", "lnor", "loghr", "lnhr")


def roles_of(table: Table) -> dict[str, str]:
    """The roles that the columns of a table can play, and the columns that play them."""
    lower = {name.lower(): name for name in reversed(tuple(table.columns))}
    found = {}
    for role, aliases in ALIASES.items():
        for alias in aliases:
            name = alias if alias in table.columns else lower.get(alias.lower())
            if name is not None:
                found[role] = name
                break
    return found


def shape_of(table: Table, roles: Mapping[str, str], measure: str | None) -> tuple[Shape, str]:
    """The shape of a table that gives ``measure``, or its first shape, and the measure.

    Raises MissingColumns when it has none, UnknownOption when none of its shapes gives the measure. Effects that are given
    are taken as they are, unless a measure is asked for that the summary data beside them give.
    """
    lower = {name.lower() for name in table.columns}
    present = [shape for shape in SHAPES if all(role in roles for role in shape.roles)]
    _for_pooling(table, lower, roles, present)
    if not measure:
        said = SAID_BY_NAME.get(roles.get(present[0].roles[0], "").lower())
        return present[0], said or ("GEN" if present[0] in GIVEN[:3] else present[0].measures[0])
    wanted = measure.strip().upper()
    computed = [shape for shape in present if shape not in GIVEN and wanted in shape.measures]
    for shape in computed + [shape for shape in present if wanted in shape.measures]:
        return shape, wanted
    can = list(dict.fromkeys(one for shape in present for one in shape.measures))
    raise UnknownOption(
        f"{table.where} has {' and '.join(shape.words for shape in present)}, which give {', '.join(can)} and not {wanted}."
    )


#: Families of summary data that one table can hold beside each other, by their first role.
_FAMILIES = {"ai": "events", "m1i": "means", "x1i": "rates"}


def beside(shape: Shape, roles: Mapping[str, str]) -> Shape | None:
    """Another shape that a table has beside the one that was taken without being asked for."""
    family = _FAMILIES.get(shape.roles[0])
    others = [
        other
        for other in SHAPES
        if all(role in roles for role in other.roles)
        and _FAMILIES.get(other.roles[0], family) != family
        and other.roles[-1] != "ri"
    ]
    return others[0] if family and others else None


def _for_pooling(table: Table, lower: set[str], roles: Mapping[str, str], present: list[Shape]) -> None:
    """Refuse tables for other methods, and those without effects, each with what to do."""
    if "dose" in lower and (
        not present or (roles.get("yi", "").lower() in _LOG_RATIOS and lower & {"case", "cases"})
    ):
        raise MissingColumns(
            f"{table.where} has one row for each dose; 'ambulando evidence dose' makes a curve of it, and no single effect."
        )
    if not present or present[0].roles in (("ri", "ni"), ("mi", "sdi", "ni"), ("xi", "ni")):
        arm = next((name for name in table.columns if name.lower() in _TREATMENTS), None)
        if arm is not None:
            raise MissingColumns(
                f"{table.where} has one row for each arm (column '{arm}'), and pooling needs one row for each comparison; "
                "'ambulando evidence network' takes arms as they are."
            )
    if present and {"treat1", "treat2"} <= lower:
        first, second = (
            table.columns[next(name for name in table.columns if name.lower() == one)]
            for one in ("treat1", "treat2")
        )
        pairs = {frozenset(pair) for pair in zip(first, second, strict=True)}
        if len(pairs) > 1:
            raise MissingColumns(
                f"{table.where} compares {len(pairs)} different pairs of treatments, which one pooled effect would mix; "
                "'ambulando evidence network' keeps them apart."
            )
    if not present:
        ways = "; ".join(", ".join(shape.roles) for shape in SHAPES if shape.roles[-1] != "high")
        raise MissingColumns(
            f"{table.where} has the columns {', '.join(table.columns)}, which is not enough; it needs one of these sets: {ways}."
        )


def name_columns(table: Table) -> tuple[str, ...]:
    """The columns that name a study: one, or an author and a year where the author alone names several studies."""
    lower = {name.lower(): name for name in reversed(tuple(table.columns))}
    there = [lower[name] for name in NAMES if name in lower]
    # "source" is a name in some tables and a kind of publication in others
    there = [
        name for name in there if name.lower() != "source" or len(set(table.columns[name])) == len(table.rows)
    ]
    if not there:
        return ()
    chosen = next((name for name in there if _worded(table.columns[name])), there[0])
    year = lower.get("year")
    cells = table.columns[chosen]
    if year is None or not _worded(cells):
        return (chosen,)
    dated = set(zip(cells, table.columns[year], strict=True))
    return (chosen, year) if len(dated) > len(set(cells)) else (chosen,)


def _worded(cells: tuple[str, ...]) -> bool:
    return 2 * sum(not cell.replace(".", "", 1).isdigit() for cell in cells) > len(cells)


def study_names(table: Table, columns: tuple[str, ...]) -> tuple[str, ...]:
    """A name for each row: the cells of ``columns``, else the row."""
    if not columns:
        return tuple(f"Row {row}" for row in table.rows)
    parts = zip(*(table.columns[column] for column in columns), strict=True)
    return tuple(
        " ".join(part for part in cells if part not in MISSING) or f"Row {row}"
        for cells, row in zip(parts, table.rows, strict=True)
    )
