"""The R code that reads the same table in the same way and computes the same answer (metafor)."""

from collections.abc import Sequence

from ambulando.evidence import rcode
from ambulando.evidence.faults import UnknownOption
from ambulando.evidence.tables.reading import Studies

#: Names of the continuity rules there.
_RULES = {"only-zero": "only0", "all": "all", "if-any-all": "if0all", "none": "none"}
#: Shapes that it takes as they are.
_TAKEN = ("yi", "vi", "sei", "ai", "bi", "ci", "di", "n1i", "n2i", "m1i", "sd1i", "m2i", "sd2i", "x1i", "t1i", "x2i",
          "t2i", "ri", "ni", "xi", "ti", "mi", "sdi")  # fmt: skip


def r_code(
    file: str,
    studies: Studies,
    *,
    method: str,
    test: str,
    level: float,
    moderators: Sequence[str] = (),
    cluster: str | None = None,
    group: str | None = None,
) -> str:
    """R code for what was asked of ``studies`` of ``file``; ``method`` also MH and PETO.

    Raises UnknownOption where R has no call for the columns, or for the continuity rule.
    """
    if any(role not in _TAKEN for role in studies.columns):
        raise UnknownOption(f"There is no R code for {studies.shape}; with yi and sei in the file there is.")
    rule = str(studies.options.get("continuity", "only-zero"))
    if rule not in _RULES:
        raise UnknownOption(
            f"There is no R code for the continuity rule '{rule}'; take one of {', '.join(_RULES)}."
        )
    columns, before = dict(studies.columns), []
    name = f"dat${rcode._name(studies.names[0])}" if len(studies.names) == 1 else "dat$slab"
    if studies.names:
        columns["slab"] = studies.names[0] if len(studies.names) == 1 else "slab"
    else:
        before.append('dat$slab <- paste("Row", seq_len(nrow(dat)) + 1)')
        columns["slab"] = "slab"
    if len(studies.names) > 1:
        cells = ", ".join(f"dat${rcode._name(column)}" for column in studies.names)
        before.append(f"dat$slab <- paste({cells})")
    if excluded := studies.options.get("exclude"):
        before.append(f"dat <- dat[!({name} %in% {_texts(excluded)}), ]")
    if method.upper() in ("MH", "PETO"):
        return _of_tables(file, columns, before, studies, method.upper(), level)

    code = rcode.pool_code(
        file,
        columns=columns,
        measure=studies.measure,
        method=method,
        test=test,
        level=level,
        moderators=moderators,
        categorical=[
            one
            for one in moderators
            if any(isinstance(cell, str) for cell in studies.moderators.get(one, ()))
        ],
        cluster=cluster,
    )
    lines = code.splitlines()
    read = next(index for index, line in enumerate(lines) if line.endswith(")") and index > 0)
    escalc = next((index for index, line in enumerate(lines) if line.startswith("dat <- escalc(")), None)
    after = read if escalc is None else escalc
    turned = _turned(studies, "yi" if escalc is not None else columns.get("yi", "yi"), name)
    if escalc is not None:
        lines[escalc] = lines[escalc].removesuffix(")") + _zero_cells(studies, rule) + ")"
    lines = [*lines[: read + 1], *before, *lines[read + 1 : after + 1], *turned, *lines[after + 1 :]]
    if group is not None:
        lines.append(f'# each group apart: add subset = {rcode._name(group)} == "..." to the call of rma()')
    return "\n".join([*lines, ""])


def _texts(values: object) -> str:
    texts = values if isinstance(values, list) else []
    return f"c({', '.join(rcode._text(str(one)) for one in texts)})"


def _zero_cells(studies: Studies, rule: str) -> str:
    if studies.counts is None:
        return ""
    chosen = f', add = 1/2, to = "{_RULES[rule]}"'
    return chosen + (", drop00 = TRUE" if studies.options.get("drop_double_zero") else "")


def _turned(studies: Studies, effect: str, name: str) -> list[str]:
    flip = studies.options.get("flip")
    if not flip:
        return []
    column = f"dat${rcode._name(effect)}"
    if flip is True:
        return [f"{column} <- -{column}"]
    some = f"{name} %in% {_texts(flip)}"
    return [f"{column} <- ifelse({some}, -{column}, {column})"]


def _of_tables(
    file: str, columns: dict[str, str], before: list[str], studies: Studies, method: str, level: float
) -> str:
    if isinstance(studies.options.get("flip"), list):
        raise UnknownOption(
            "There is no R code for tables of events of which some are turned round; --flip turns all."
        )
    roles = {role: column for role, column in columns.items() if role != "slab"}
    if studies.options.get("flip"):
        other = {"ai": "ci", "bi": "di", "n1i": "n2i", "x1i": "x2i", "t1i": "t2i"}
        other |= {two: one for one, two in other.items()}
        roles = {role: roles[other[role]] for role in roles}
    given = ", ".join(f"{role} = {rcode._name(column)}" for role, column in roles.items())
    call = "rma.peto(" if method == "PETO" else f'rma.mh(measure = "{studies.measure}", '
    slab = f", slab = {rcode._name(columns['slab'])}"
    return "\n".join(
        [
            "library(metafor)",
            rcode._read(file),
            *before,
            f"fit <- {call}{given}, data = dat, level = {100 * level:.12g}{slab})",
            "print(fit, digits = 8)",
            "",
        ]
    )
