"""The R code: its text, and where R with metafor is installed the same numbers from it as from here."""

import re
import shutil
import subprocess
from functools import cache

import numpy as np
import pytest

from ambulando.evidence.checks.asymmetry import peese, pet, regression_test
from ambulando.evidence.rcode import bias_code, dose_code, network_code, pool_code
from ambulando.evidence.univariate.pooling import pool
from ambulando.evidence.univariate.regression import regress
from evidence.univariate import random_studies

ROLES = {"yi": "yi", "vi": "vi", "slab": "study"}
DOSE = {"id": "id", "type": "type", "dose": "dose", "cases": "cases", "n": "n", "logrr": "logrr", "se": "se"}


@cache
def no_r():
    """Why R cannot be asked, or an empty text."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return "R is not installed"
    asked = subprocess.run([rscript, "-e", "library(metafor)"], capture_output=True, check=False)
    return "" if asked.returncode == 0 else "the R package metafor is not installed"


def run(code, folder):
    if no_r():
        pytest.skip(no_r())
    answer = subprocess.run(
        ["Rscript", "--vanilla", "-"], input=code, text=True, capture_output=True, cwd=folder, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def written(folder, name="studies.csv", **more):
    y, v = random_studies(12, 14)
    columns = {"study": [f"Study {i}" for i in range(14)], "yi": y, "vi": v, **more}
    lines = [",".join(columns)] + [
        ",".join(str(value) if isinstance(value, str) else repr(float(value)) for value in row)
        for row in zip(*columns.values(), strict=True)
    ]
    (folder / name).write_text("\n".join(lines), "utf-8")
    return y, v


def after(words, text):
    """The first number behind ``words``."""
    return float(re.search(re.escape(words) + r"\s*([-\d.e]+)", text)[1])


def test_r_gives_the_same_pooled_effects(tmp_path):
    y, v = written(tmp_path)
    asked = [
        (method, test)
        for method in ("REML", "PM", "DL", "ML", "SJ", "HSk")
        for test in ("knha", "z", "adhoc")
    ]
    asked.append(("EE", "z"))
    codes = [
        pool_code("studies.csv", columns=ROLES, method=method, test=test, level=0.9) for method, test in asked
    ]
    # One process for all of them: R takes a second to start.
    said = run('cat("NEXT ANSWER")\n'.join(codes), tmp_path).split("NEXT ANSWER")
    assert len(said) == len(asked)
    for (method, test), answer in zip(asked, said, strict=True):
        found = pool(y, v, method=method, test=test, level=0.9)
        line = answer.split("Model Results:")[1].split("\n")[3]
        numbers = [float(one) for one in re.findall(r"-?[\d.]+", line.replace("<", ""))]
        assert numbers[:2] == pytest.approx([found.estimate, found.se], abs=2e-8), (method, test)
        assert numbers[-2:] == pytest.approx(found.ci, abs=2e-8), (method, test)
        if method != "EE":
            assert after("heterogeneity):", answer) == pytest.approx(found.tau2, abs=2e-8), (method, test)
            low, high = re.search(r"tau\^2\s+\S+\s+(\S+)\s+(\S+)", answer.split("ci.ub")[-1]).groups()
            assert (float(low), float(high)) == pytest.approx(found.tau2_ci, abs=2e-8), (method, test)


def test_r_gives_the_same_regression(tmp_path):
    dose, kind = np.linspace(1, 9, 14) ** 2, ["land", "water"] * 7
    y, v = written(tmp_path, dose=dose, kind=kind)
    code = pool_code("studies.csv", columns=ROLES, moderators=("dose", "kind"), categorical=("kind",))
    said = run(code, tmp_path)
    found = regress(y, v, {"dose": dose, "kind": kind})
    for name, one in zip(("intrcpt", "dose", "factor(kind)water"), found.coefficients, strict=True):
        estimate, se = re.search(rf"^{re.escape(name)}\s+(\S+)\s+(\S+)", said, re.MULTILINE).groups()
        assert (float(estimate), float(se)) == pytest.approx((one.estimate, one.se), abs=2e-8)


def test_a_cluster_gives_a_three_level_model_with_robust_errors(tmp_path):
    written(tmp_path, team=["a", "b", "c", "d", "e", "f", "g"] * 2)
    code = pool_code("studies.csv", columns={"yi": "yi", "vi": "vi"}, cluster="team")
    assert "random = ~ 1 | team/effect" in code
    if (
        not no_r()
        and subprocess.run(
            ["Rscript", "-e", "library(clubSandwich)"], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("the R package clubSandwich is not installed")
    assert "Satterthwaite" in run(code, tmp_path)


def test_r_gives_the_same_tests_of_bias(tmp_path):
    y, v = written(tmp_path)
    said = run(bias_code("studies.csv", columns=ROLES), tmp_path)
    for words in ("Regression Test", "Rank Correlation", "Estimated number of missing"):
        assert words in said
    assert float(re.search(r"z = (\S+),", said)[1]) == pytest.approx(
        regression_test(y, v, test="z").statistic, abs=2e-4
    )
    intercepts = [float(one) for one in re.findall(r"^intrcpt\s+(\S+)", said, re.MULTILINE)]
    for found in (pet(y, v), peese(y, v)):
        assert any(abs(one - found.estimate) < 1e-4 for one in intercepts)


def test_raw_counts_go_through_escalc():
    code = pool_code(
        "trials.csv", columns={"ai": "ev t", "n1i": "n1", "ci": "ev_c", "n2i": "2n"}, measure="RR"
    )
    assert 'escalc(measure = "RR", ai = `ev t`, n1i = n1, ci = ev_c, n2i = `2n`, data = dat)' in code


def test_names_and_files_are_quoted_as_r_needs_it():
    code = pool_code('a "b"\\c.csv', columns={"yi": "d`x", "sei": "s"})
    assert 'read.csv("a \\"b\\"\\\\c.csv"' in code
    assert "yi = `d\\`x`, sei = s" in code


def test_a_network_is_given_from_contrasts_or_arms():
    contrasts = {"TE": "TE", "seTE": "seTE", "treat1": "treat1", "treat2": "treat2", "studlab": "studlab"}
    code = network_code("net.csv", columns=contrasts, reference="usual care", method="DL", level=0.9)
    assert 'reference.group = "usual care"' in code
    assert 'common = FALSE, random = TRUE, method.tau = "DL", level = 0.9' in code
    arms = network_code(
        "net.csv", columns={"treat": "treatment", "event": "r", "n": "n", "studlab": "id"}, measure="OR"
    )
    assert 'pairwise(treat = treatment, event = r, n = n, studlab = id, data = dat, sm = "OR")' in arms
    assert "common = TRUE, random = FALSE" in network_code("net.csv", columns=contrasts, method="common")


def test_a_dose_curve_is_given_with_its_model():
    code = dose_code("dose.csv", columns=DOSE, model="rcs", knots=(0, 4.5, 20), covariance="hamling", method="ml", stages=1,
                     at=(4.375,))  # fmt: skip
    assert "logrr ~ rcs(dose, c(0, 4.5, 20))" in code
    assert 'covariance = "h", method = "ml", proc = "1stage"' in code
    assert "data.frame(dose = c(0, 4.375))" in code
    assert "dose + I(dose^2)" in dose_code("dose.csv", columns=DOSE, model="quadratic")
