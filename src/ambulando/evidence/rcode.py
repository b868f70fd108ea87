"""The R code that computes the same as a command here, for those who want to see it in R (metafor, netmeta, dosresmeta).

Each function returns R text that runs as it stands beside the named CSV file. ``columns`` maps the role of a column (the
argument name of the R function, as ``yi``, ``ai``, ``m1i``, ``slab``, ``treat1``) to its name in the file. Stop rules are set
tighter than the defaults of R, since those leave tau2 uncertain in its fourth digit.
"""

import re
from collections.abc import Mapping, Sequence

#: What metafor is told, so that its answers have as many digits as ours.
CONTROL = "control = list(threshold = 1e-12, tol = 1e-12, maxiter = 10000, stepadj = 0.5)"
#: Names of these results that R spells in another way.
R_METHODS = {"EE": "EE", "COMMON": "EE", "FE": "EE", "FIXED": "EE", "HSK": "HSk"}
COMMON = ("EE", "FE", "COMMON", "FIXED")
_COVARIANCES = {"gl": "gl", "hamling": "h", "h": "h", "indep": "indep"}
_NETWORK_ROLES = ("TE", "seTE", "treat1", "treat2", "studlab")
_ARM_ROLES = ("treat", "event", "n", "mean", "sd", "time", "studlab")


def _text(value: str) -> str:
    """An R string."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _name(value: str) -> str:
    """An R name, quoted where it must be."""
    if re.fullmatch(r"[A-Za-z.][A-Za-z0-9._]*", value) and not re.match(r"\.[0-9]", value):
        return value
    return "`" + value.replace("\\", "\\\\").replace("`", "\\`") + "`"


def _read(file: str) -> str:
    return (
        f'dat <- read.csv({_text(file)}, comment.char = "#", strip.white = TRUE, check.names = FALSE,\n'
        '                na.strings = c("", "NA", "NaN", "nan", "."))'
    )


def _arguments(columns: Mapping[str, str], roles: Sequence[str] | None = None) -> str:
    chosen = columns if roles is None else [role for role in roles if role in columns]
    return ", ".join(f"{role} = {_name(columns[role])}" for role in chosen)


def _effects(columns: Mapping[str, str], measure: str) -> tuple[list[str], str]:
    """Lines that give ``dat`` its effects, and the arguments of ``rma`` that name them."""
    named = {role: column for role, column in columns.items() if role != "slab"}
    if "yi" in named:
        error = "vi" if "vi" in named else "sei"
        return [], _arguments({"yi": named["yi"], error: named[error]})
    call = f'dat <- escalc(measure = "{measure.upper()}", {_arguments(named)}, data = dat)'
    return [call], "yi = yi, vi = vi"


def _options(columns: Mapping[str, str], method: str, test: str, level: float) -> str:
    slab = f", slab = {_name(columns['slab'])}" if "slab" in columns else ""
    return f'method = "{R_METHODS.get(method.upper(), method)}", test = "{test}", level = {100 * level:.12g}{slab}'


def pool_code(
    file: str,
    *,
    columns: Mapping[str, str],
    measure: str = "GEN",
    method: str = "REML",
    test: str = "knha",
    level: float = 0.95,
    moderators: Sequence[str] = (),
    categorical: Sequence[str] = (),
    cluster: str | None = None,
) -> str:
    """metafor: a pooled effect; with ``moderators`` (columns; those also in ``categorical`` as factors) a meta-regression;
    with ``cluster`` (a column) a three-level model with cluster-robust errors (CR2, from clubSandwich).
    """
    lines, given = _effects(columns, measure)
    terms = [f"factor({_name(one)})" if one in categorical else _name(one) for one in moderators]
    mods = f", mods = ~ {' + '.join(terms)}" if terms else ""
    head = ["library(metafor)", _read(file), *lines]
    if cluster is None:
        options = _options(columns, method, test, level)
        call = f"fit <- rma({given}{mods}, data = dat,\n           {options},\n           {CONTROL})"
        after = ["predict(fit, digits = 8)"] if not terms else []
        if method.upper() not in COMMON:
            after.append("confint(fit, digits = 8, control = list(tol = 1e-12))")
        return "\n".join([*head, call, "print(fit, digits = 8)", *after, ""])
    # rma.mv takes variances alone, and has no Hartung-Knapp test.
    if "yi" in columns:
        given = f"yi = {_name(columns['yi'])}, V = " + (
            _name(columns["vi"]) if "vi" in columns else f"{_name(columns['sei'])}^2"
        )
    else:
        given = "yi = yi, V = vi"
    options = _options(columns, method, "z" if test == "z" else "t", level)
    call = (
        f"fit <- rma.mv({given}{mods}, random = ~ 1 | {_name(cluster)}/effect, data = dat,\n"
        f"              {options},\n"
        "              control = list(rel.tol = 1e-10, iter.max = 1000, eval.max = 1000))"
    )
    return "\n".join(
        [
            *head,
            "dat$effect <- seq_len(nrow(dat))",
            call,
            "print(fit, digits = 8)",
            f"robust(fit, cluster = {_name(cluster)}, clubSandwich = TRUE, digits = 8)",
            "",
        ]
    )


def network_code(
    file: str,
    *,
    columns: Mapping[str, str],
    measure: str = "MD",
    reference: str | None = None,
    level: float = 0.95,
    method: str = "REML",
) -> str:
    """netmeta: a network from contrasts (roles TE, seTE, treat1, treat2, studlab) or from arms (treat, studlab and event, n;
    or mean, sd, n)."""
    lines = ["library(netmeta)", _read(file)]
    given = _arguments(columns, _NETWORK_ROLES)
    if "TE" not in columns:
        lines.append(f'dat <- pairwise({_arguments(columns, _ARM_ROLES)}, data = dat, sm = "{measure}")')
        given = "TE, seTE, treat1, treat2, studlab"
    group = f", reference.group = {_text(reference)}" if reference is not None else ""
    common = method.upper() in COMMON
    tau = "" if common else f', method.tau = "{method.upper()}"'
    lines += [
        f'fit <- netmeta({given}, data = dat, sm = "{measure}"{group},\n'
        f"               common = {str(common).upper()}, random = {str(not common).upper()}{tau}, level = {level:.12g})",
        "print(summary(fit), digits = 6)",
        f"netrank(fit, common = {str(common).upper()}, random = {str(not common).upper()})",
        "netsplit(fit)",
        "decomp.design(fit)",
        "",
    ]
    return "\n".join(lines)


def dose_code(
    file: str,
    *,
    columns: Mapping[str, str],
    model: str = "linear",
    knots: Sequence[float] = (),
    covariance: str = "gl",
    method: str = "reml",
    stages: int = 2,
    at: Sequence[float] = (),
) -> str:
    """dosresmeta: a dose-response curve; roles id, type, dose, cases, n, logrr, se."""
    dose = _name(columns["dose"])
    places = ", ".join(f"{knot:.15g}" for knot in knots)
    terms = {
        "linear": dose,
        "quadratic": f"{dose} + I({dose}^2)",
        "rcs": f"rcs({dose}, c({places}))",
    }[model]
    lines = ["library(dosresmeta)"] + (["library(rms)"] if model == "rcs" else [])
    given = _arguments(columns, ("id", "type", "cases", "n", "se"))
    lines += [
        _read(file),
        f"fit <- dosresmeta({_name(columns['logrr'])} ~ {terms}, {given}, data = dat,\n"
        f'                  covariance = "{_COVARIANCES[covariance]}", method = "{method}", proc = "{stages}stage",\n'
        "                  control = list(reltol = 1e-12))",
        "summary(fit)",
    ]
    if at:
        doses = ", ".join(f"{one:.15g}" for one in at)
        lines.append(f"predict(fit, data.frame({dose} = c(0, {doses})), xref = 0, expo = TRUE)")
    return "\n".join([*lines, ""])


def bias_code(
    file: str,
    *,
    columns: Mapping[str, str],
    measure: str = "GEN",
    method: str = "REML",
    test: str = "knha",
    level: float = 0.95,
) -> str:
    """metafor: Egger and Begg tests, trim and fill, PET and PEESE, influence of each study."""
    lines, given = _effects(columns, measure)
    return "\n".join(
        [
            "library(metafor)",
            _read(file),
            *lines,
            f"fit <- rma({given}, data = dat,\n"
            f"           {_options(columns, method, test, level)},\n           {CONTROL})",
            "regtest(fit$yi, vi = fit$vi)",
            "ranktest(fit)",
            "trimfill(fit)",
            'rma(fit$yi, fit$vi, mods = ~ sqrt(fit$vi), method = "DL")  # PET: the intercept',
            'rma(fit$yi, fit$vi, mods = ~ fit$vi, method = "DL")  # PEESE: the intercept',
            "influence(fit)",
            "leave1out(fit)",
            "",
        ]
    )
