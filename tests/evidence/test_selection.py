"""Selection models: their likelihood beside the reference, their maximum never below it, and rules that always hold."""

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr

from agreement import needs_oracle
from ambulando.evidence.checks.selection import log_likelihood, selection
from ambulando.evidence.checks.weightings import FORMS, Weighting, point
from ambulando.evidence.faults import EvidenceFault, NotConverged, TooFewStudies, UnknownOption
from evidence.univariate import DATASETS, answers, effects, random_studies

ENTRIES = ("beta", "halfnorm", "negexp", "logistic", "power", "step_0.025", "step_0.05", "step_0.025_0.5")
#: A beta form whose weights run off to zero: the reference gives no standard errors, and we give no answer.
RUNS_OFF = ("raudenbush1985", "beta")
#: The reference stopped at a lower maximum, or on the way (its standard errors are missing or its test is negative).
LOWER = {
    ("li2007", "step_0.025"), ("li2007", "beta"), ("normand1999", "beta"), ("normand1999", "power"),
    ("normand1999", "halfnorm"), ("normand1999", "negexp"), ("normand1999", "logistic"), ("molloy2014", "negexp"),
    ("molloy2014", "logistic"),
}  # fmt: skip


def asked(entry):
    form, *steps = entry.split("_")
    return {"form": form, "steps": tuple(float(one) for one in steps) or (0.025,)}


def model_of(name, entry):
    y, v = effects(name)
    options = asked(entry)
    turned = -1.0 if answers()[name]["ML_z"]["beta"][0] < 0 else 1.0
    return Weighting(
        options["form"], turned * y, v, False, options["steps"] if options["form"] == "step" else ()
    ), turned


@needs_oracle
@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("entry", ENTRIES)
def test_the_likelihood_is_that_of_the_reference(agree, name, entry):
    theirs = answers()[name]["selmodel"][entry]
    model, turned = model_of(name, entry)
    delta = np.array(theirs["delta"][1:] if entry.startswith("step") else theirs["delta"])
    ours = log_likelihood(model, np.array([turned * theirs["beta"], theirs["tau2"]]), delta)
    # The reference integrates the forms without steps to four digits only.
    agree(
        f"Log-likelihood of a selection model, {entry}", name, ours, theirs["ll"],
        rel=1e-10 if entry.startswith("step") else 3e-4, reference="metafor",
    )  # fmt: skip


@needs_oracle
@pytest.mark.parametrize(("name", "entry"), list(itertools.product(DATASETS, ENTRIES)))
def test_the_maximum_agrees_with_the_reference_or_is_higher(agree, name, entry):
    theirs = answers()[name]["selmodel"][entry]
    y, v = effects(name)
    if (name, entry) == RUNS_OFF:
        assert theirs["se"] is None
        with pytest.raises(NotConverged, match="no answer that can be relied on"):
            selection(y, v, **asked(entry))
        return
    found = selection(y, v, **asked(entry))
    assert found.log_likelihood >= theirs["ll"] - 3e-5
    if (name, entry) in LOWER:
        assert found.log_likelihood > theirs["ll"] + 1e-5
        return
    deltas = [one.estimate for one in found.weights]
    # Its search ends where the likelihood is flat to about 1e-8 (steps), and estimates are known to the root of that only. The
    # forms without steps it integrates to four digits, so its maximum lies a few percent of a weight beside the true one;
    # that ours is higher is asserted above, and that the integral is exact below.
    agree(
        f"Selection model {entry}, log-likelihood and test", name,
        [found.log_likelihood, found.lrt, found.lrt_p], [theirs["ll"], theirs["LRT"], theirs["LRTp"]],
        rel=2e-3, floor=1.0, reference="metafor",
    )  # fmt: skip
    agree(
        f"Selection model {entry}, estimates", name, [found.estimate, found.tau2, found.se, *deltas],
        [theirs["beta"], theirs["tau2"], theirs["se"], theirs["delta"]],
        rel=5e-3 if entry.startswith("step") else 6e-2, floor=0.5, reference="metafor",
    )  # fmt: skip


@needs_oracle
def test_the_answer_without_selection_and_the_weights_of_a_third_package(agree):
    theirs = answers("06_tsa_bayes_misc")["weightr_bcg"]
    y, v = effects("bcg")
    constant = 13 / 2 * math.log(2 * math.pi)
    found = selection(y, v)
    agree(
        "Selection model, without selection", "bcg", [found.unadjusted_tau2, found.unadjusted], theirs["unadj"],
        rel=1e-4, reference="weightr",
    )  # fmt: skip
    # On the other side no trial has p below 0.025, and that package's weights run off; its likelihood there is ours.
    tau2, mu, *delta = theirs["adj"]
    model = Weighting("step", y, v, False, (0.025, 0.5))
    ours = log_likelihood(model, np.array([mu, tau2]), np.array(delta)) + constant
    agree(
        "Log-likelihood of weights that run off", "bcg", ours, theirs["ll_adj"], rel=1e-8, reference="weightr"
    )
    with pytest.raises(TooFewStudies, match=r"between 0 and 0\.025"):
        selection(y, v, steps=(0.025, 0.5), alternative="greater")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("two_sided", [False, True])
def test_slope_and_curvature_are_those_of_the_likelihood(form, two_sided):
    y, v = random_studies(7, 9)
    model = Weighting(form, y, v, two_sided, (0.05, 0.5) if form == "step" else ())
    theta = np.array([0.3, 0.2, 0.7, 1.6][: 2 + model.size])
    here = point(model, theta)
    for place in range(theta.size):
        move = np.zeros(theta.size)
        move[place] = 1e-5
        up, down = point(model, theta + move), point(model, theta - move)
        assert here.gradient[place] == pytest.approx((up.value - down.value) / 2e-5, rel=1e-6, abs=1e-7)
        assert -here.observed[place] == pytest.approx(
            (up.gradient - down.gradient) / 2e-5, rel=1e-5, abs=1e-6
        )


@pytest.mark.parametrize(("form", "weight"), [
    ("halfnorm", lambda p: math.exp(-1.3 * p**2)), ("negexp", lambda p: math.exp(-1.3 * p)),
    ("logistic", lambda p: 2 * math.exp(-1.3 * p) / (1 + math.exp(-1.3 * p))),
    ("power", lambda p: (1 - min(max(p, 1e-5), 1 - 1e-5)) ** 1.3),
])  # fmt: skip
@pytest.mark.parametrize("two_sided", [False, True])
def test_the_integral_is_exact(form, weight, two_sided):
    y, v, mu, tau2 = 0.4, 0.05, 0.2, 0.3
    spread = math.sqrt(v + tau2)

    def p(x):
        return float(2 * ndtr(-abs(x) / math.sqrt(v)) if two_sided else ndtr(-x / math.sqrt(v)))

    def density(x):
        return weight(p(x)) * math.exp(-0.5 * ((x - mu) / spread) ** 2) / (spread * math.sqrt(2 * math.pi))

    corners = (0.0, -0.96, 0.96)
    total = quad(density, -6, 6, points=corners, epsabs=1e-11, epsrel=1e-10, limit=400)[0]
    expected = math.log(density(y) / total)
    model = Weighting(form, np.array([y]), np.array([v]), two_sided, ())
    assert log_likelihood(model, np.array([mu, tau2]), np.array([1.3])) == pytest.approx(expected, rel=1e-9)


def test_suppressed_studies_are_allowed_for():
    rng = np.random.default_rng(12)
    v = rng.uniform(0.01, 0.1, 4000)
    y = rng.normal(0.1, 0.1, 4000) + rng.normal(0, 1, 4000) * np.sqrt(v)
    seen = (ndtr(-y / np.sqrt(v)) < 0.025) | (rng.random(4000) < 0.2)
    found = selection(y[seen], v[seen])
    assert found.unadjusted > 0.15
    assert found.estimate == pytest.approx(0.1, abs=3 * found.se)
    assert found.weights[1].estimate == pytest.approx(0.2, abs=3 * found.weights[1].se)
    assert found.lrt_p < 1e-6


@pytest.mark.parametrize("form", FORMS)
def test_turning_the_effects_and_their_scale_do_not_matter(form):
    y, v = random_studies(21, 30)
    one = selection(y, v, form=form)
    turned = selection(-3 * y, 9 * v, form=form)
    assert one.alternative == "greater"
    assert turned.alternative == "less"
    assert turned.estimate == pytest.approx(-3 * one.estimate, rel=1e-5, abs=1e-6)
    assert turned.lrt == pytest.approx(one.lrt, rel=1e-5, abs=1e-6)


@needs_oracle
def test_another_maximum_nearly_as_high_is_told():
    found = selection(*effects("li2007"))
    theirs = answers()["li2007"]["selmodel"]["step_0.025"]
    assert found.boundary
    assert found.others[0].log_likelihood == pytest.approx(theirs["ll"], abs=1e-6)
    assert found.others[0].estimate == pytest.approx(theirs["beta"], abs=1e-4)
    assert any("another maximum" in note for note in found.notes)


def test_what_cannot_be_is_refused():
    y, v = random_studies(2, 12)
    with pytest.raises(TooFewStudies, match="needs 3 studies"):
        selection(y[:2], v[:2])
    with pytest.raises(UnknownOption, match="halfnorm"):
        selection(y, v, form="best")
    with pytest.raises(UnknownOption, match="two-sided"):
        selection(y, v, alternative="up")
    for steps in ((0.5, 0.025), (0.0,), (2.0,), ()):
        with pytest.raises(EvidenceFault, match="rising p values"):
            selection(y, v, steps=steps)


def test_a_search_that_does_not_settle_is_no_answer(monkeypatch):
    from ambulando.evidence import newton

    y, v = random_studies(21, 30)
    monkeypatch.setattr(
        newton,
        "climb",
        lambda at, value, start, *_: newton.Found(start, -1.0, False, 200, (False,) * start.size),
    )
    with pytest.raises(NotConverged, match="no search came to rest"):
        selection(y, v)
