"""A table of a network, answered in one go: the network, its ranks and contributions, components and certainty."""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from ambulando.evidence.faults import DisconnectedNetwork, TooFewStudies, UnknownOption
from ambulando.evidence.networks.build import TOLERANCE
from ambulando.evidence.networks.cinema import CONCERNS, Certainty, judge
from ambulando.evidence.networks.components import ComponentNetwork, component_network
from ambulando.evidence.networks.contributions import Contributions, Measure, contributions, measures
from ambulando.evidence.networks.fit import Network, network
from ambulando.evidence.networks.mantel import network_mantel_haenszel
from ambulando.evidence.networks.ranks import Ranks, ranks
from ambulando.evidence.networks.tables import Table, read

#: What a network carries for the functions of this package, which is no part of its answer.
INNER = ("graph", "common", "random")


@dataclass(frozen=True)
class Options:
    """What is asked of a table; see ``fit.network``, ``components.component_network`` and ``cinema.judge``."""

    reference: str | None = None
    measure: str | None = None
    method: str = "DL"
    level: float = 0.95
    small_values: str = "desirable"
    tolerance: float = TOLERANCE
    components: bool = False
    separator: str = "+"
    inactive: str | None = None
    threshold: float | None = None
    reporting: str | None = None
    draws: int = 20_000


@dataclass(frozen=True)
class Report:
    """``network`` is None for a network in parts that components alone join; without it there are no ranks and contributions."""

    network: Network | None
    components: ComponentNetwork | None
    ranks: Ranks | None
    contributions: Contributions | None
    measures: tuple[Measure, ...]
    certainty: Certainty | None
    table: Table


def report(text: str, where: str, options: Options, *, rng: np.random.Generator) -> Report:
    """The answers to a CSV text; ``where`` names it in messages. Raises the faults of reading and of fitting."""
    table = read(text, where, measure=options.measure)
    found = table.contrasts
    rare = options.method.strip().lower() == "mh"
    if not found.studlab and not rare:
        reasons = "; ".join(f"{one.study}: {one.reason}" for one in found.excluded[:3])
        raise TooFewStudies(f"No study of {where} can be used{f' ({reasons})' if reasons else ''}.")
    given = (found.studlab, found.treat1, found.treat2, found.TE, found.seTE)
    made: Network | None = None
    components: ComponentNetwork | None = None
    if options.components or options.inactive is not None:
        if rare:
            raise UnknownOption("A component model takes the methods DL, REML, ML and EE, not MH.")
        components = component_network(
            *given, separator=options.separator, inactive=options.inactive, method=options.method, level=options.level,
            measure=found.measure, tolerance=options.tolerance, rows=found.rows,
        )  # fmt: skip
        components = replace(
            components,
            excluded=_merged(found.excluded, components.excluded),
            notes=found.notes + components.notes,
        )
    if rare:
        if not table.arms or table.arms[0].events is None or found.measure != "OR":
            raise UnknownOption("Mantel-Haenszel (MH) needs the events of arms, and gives odds ratios.")
        made = network_mantel_haenszel(
            table.arms, reference=options.reference, level=options.level, small_values=options.small_values,
            tolerance=options.tolerance,
        )  # fmt: skip
        # rows without numbers never became arms; what the contrasts could not use, this method may
        numbers = [one for one in found.excluded if one.row not in {arm.row for arm in table.arms}]
        made = replace(made, excluded=_merged(made.excluded, numbers))
    else:
        try:
            made = network(
                *given, method=options.method, reference=options.reference, level=options.level, measure=found.measure,
                small_values=options.small_values, tolerance=options.tolerance, rows=found.rows,
            )  # fmt: skip
        except DisconnectedNetwork:
            if components is None:
                raise
        else:
            made = replace(
                made, excluded=_merged(found.excluded, made.excluded), notes=found.notes + made.notes
            )
    if made is None:
        return Report(None, components, None, None, (), None, table)
    certainty = None
    if options.threshold is not None or table.risk_of_bias or table.indirectness or options.reporting:
        certainty = judge(
            made, threshold=options.threshold, risk_of_bias=table.risk_of_bias, indirectness=table.indirectness,
            reporting=_reporting(options.reporting),
        )  # fmt: skip
    return Report(
        network=made,
        components=components,
        ranks=ranks(made, rng=rng, draws=options.draws),
        contributions=contributions(made),
        measures=measures(made),
        certainty=certainty,
        table=table,
    )


def _merged(*groups: Any) -> tuple[Any, ...]:
    return tuple(sorted((one for group in groups for one in group), key=lambda one: one.row))


def _reporting(text: str | None) -> tuple[str, str] | None:
    """A judgement as "some concerns: small trials alone"."""
    if text is None:
        return None
    concern, _, reason = text.partition(":")
    if concern.strip().lower() not in CONCERNS or not reason.strip():
        raise UnknownOption(
            f"Reporting bias is {text!r}; please give one of {', '.join(CONCERNS)}, a colon and the reason."
        )
    return concern.strip().lower(), reason.strip()


def as_dict(found: Report) -> dict[str, Any]:
    """The JSON document of a report, with the keys of ``evidence network``."""
    if found.network is None:
        model = found.components
        if model is None:
            raise UnknownOption("There is neither a network nor a component model.")
        shared = (
            "k",
            "treatments",
            "method",
            "tau2",
            "tau",
            "measure",
            "level",
            "studies",
            "converged",
            "boundary",
        )
        kept = ("data_hash", "options", "versions", "excluded", "notes", "league")
        return {name: getattr(model, name) for name in shared + kept} | {
            "q": model.q_additive, "q_df": model.q_additive_df, "q_p": model.q_additive_p, "q_inconsistency": None,
            "p_scores": {}, "splits": [], "components": model,
        }  # fmt: skip
    answer: dict[str, Any] = {
        one.name: getattr(found.network, one.name) for one in fields(found.network) if one.name not in INNER
    }
    answer["ranks"] = found.ranks
    answer["contributions"] = found.contributions
    answer["measures"] = found.measures
    if found.components is not None:
        answer["components"] = found.components
    if found.certainty is not None:
        answer["certainty"] = found.certainty
    return answer
