"""The evidence floor: what trials and cohorts say. Effect sizes, pooled effects, regression, dependence, networks, dose
curves, bias, Bayes, monitoring and figures; and the evidence base with its questions, claims and certainty.

``from ambulando import evidence``, then ``evidence.pool(...)``, ``evidence.smd(...)``: a name is loaded when it is first
used. So importing this package loads nothing else, neither NumPy nor SciPy; matplotlib comes with ``evidence.figures`` alone.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what __getattr__ below gives, for type checkers and editors
    from ambulando.evidence import base as base
    from ambulando.evidence import certainty as certainty
    from ambulando.evidence import claims as claims
    from ambulando.evidence import effects as effects
    from ambulando.evidence import export as export
    from ambulando.evidence import faults as faults
    from ambulando.evidence import figures as figures
    from ambulando.evidence import formats as formats
    from ambulando.evidence import living as living
    from ambulando.evidence import modalities as modalities
    from ambulando.evidence import questions as questions
    from ambulando.evidence import rcode as rcode
    from ambulando.evidence import reproduce as reproduce
    from ambulando.evidence import tables as tables
    from ambulando.evidence.bayes.posteriors import Posterior as Posterior
    from ambulando.evidence.bayes.posteriors import posterior as posterior
    from ambulando.evidence.bayes.priors import TauPrior as TauPrior
    from ambulando.evidence.bayes.priors import exponential as exponential
    from ambulando.evidence.bayes.priors import half_cauchy as half_cauchy
    from ambulando.evidence.bayes.priors import half_normal as half_normal
    from ambulando.evidence.bayes.priors import half_t as half_t
    from ambulando.evidence.bayes.priors import inverse_gamma as inverse_gamma
    from ambulando.evidence.bayes.priors import jeffreys as jeffreys
    from ambulando.evidence.bayes.priors import log_normal as log_normal
    from ambulando.evidence.bayes.priors import lomax as lomax
    from ambulando.evidence.bayes.priors import prior_from as prior_from
    from ambulando.evidence.bayes.priors import uniform as uniform
    from ambulando.evidence.checks.asymmetry import egger as egger
    from ambulando.evidence.checks.asymmetry import peese as peese
    from ambulando.evidence.checks.asymmetry import pet as pet
    from ambulando.evidence.checks.asymmetry import pet_peese as pet_peese
    from ambulando.evidence.checks.asymmetry import rank_test as rank_test
    from ambulando.evidence.checks.asymmetry import regression_test as regression_test
    from ambulando.evidence.checks.asymmetry import thompson as thompson
    from ambulando.evidence.checks.asymmetry_binary import binary_test as binary_test
    from ambulando.evidence.checks.asymmetry_binary import schwarzer as schwarzer
    from ambulando.evidence.checks.failsafe import excess_significance as excess_significance
    from ambulando.evidence.checks.failsafe import fail_safe as fail_safe
    from ambulando.evidence.checks.gosh import Gosh as Gosh
    from ambulando.evidence.checks.gosh import gosh as gosh
    from ambulando.evidence.checks.influence import Influence as Influence
    from ambulando.evidence.checks.influence import cumulative as cumulative
    from ambulando.evidence.checks.influence import influence as influence
    from ambulando.evidence.checks.influence import leave_one_out as leave_one_out
    from ambulando.evidence.checks.selection import Selection as Selection
    from ambulando.evidence.checks.selection import selection as selection
    from ambulando.evidence.checks.together import Bias as Bias
    from ambulando.evidence.checks.together import bias as bias
    from ambulando.evidence.checks.trimfill import TrimFill as TrimFill
    from ambulando.evidence.checks.trimfill import trim_and_fill as trim_and_fill
    from ambulando.evidence.dependence.cluster_effects import leave_one_cluster_out as leave_one_cluster_out
    from ambulando.evidence.dependence.cluster_effects import profile_intervals as profile_intervals
    from ambulando.evidence.dependence.cluster_effects import random_effects as random_effects
    from ambulando.evidence.dependence.correlated import che as che
    from ambulando.evidence.dependence.multilevel import ThreeLevel as ThreeLevel
    from ambulando.evidence.dependence.multilevel import three_level as three_level
    from ambulando.evidence.dependence.robust import htz as htz
    from ambulando.evidence.dependence.robust import robust as robust
    from ambulando.evidence.dependence.robust import weighted_regression as weighted_regression
    from ambulando.evidence.dependence.rve import rve_correlated as rve_correlated
    from ambulando.evidence.dependence.rve import rve_hierarchical as rve_hierarchical
    from ambulando.evidence.dependence.sampling import constant_correlation as constant_correlation
    from ambulando.evidence.dependence.sampling import covariance_shared_control as covariance_shared_control
    from ambulando.evidence.dependence.sampling import repeated_measures as repeated_measures
    from ambulando.evidence.dependence.structures import MultivariateEffects as MultivariateEffects
    from ambulando.evidence.dependence.structures import multivariate_effects as multivariate_effects
    from ambulando.evidence.dose import DoseGroup as DoseGroup
    from ambulando.evidence.dose import DoseResponse as DoseResponse
    from ambulando.evidence.dose import MeanGroup as MeanGroup
    from ambulando.evidence.dose import curve_at as curve_at
    from ambulando.evidence.dose import dose_means as dose_means
    from ambulando.evidence.dose import dose_response as dose_response
    from ambulando.evidence.dose import dose_text as dose_text
    from ambulando.evidence.dose import groups_from as groups_from
    from ambulando.evidence.dose import means_from as means_from
    from ambulando.evidence.dose import multivariate as multivariate
    from ambulando.evidence.dose import person_year_knots as person_year_knots
    from ambulando.evidence.dose import quantile_knots as quantile_knots
    from ambulando.evidence.effects import Effects as Effects
    from ambulando.evidence.effects import change as change
    from ambulando.evidence.effects import correlation as correlation
    from ambulando.evidence.effects import cvr as cvr
    from ambulando.evidence.effects import flipped as flipped
    from ambulando.evidence.effects import glass as glass
    from ambulando.evidence.effects import md as md
    from ambulando.evidence.effects import mean as mean
    from ambulando.evidence.effects import mean_and_sd as mean_and_sd
    from ambulando.evidence.effects import proportion as proportion
    from ambulando.evidence.effects import rate as rate
    from ambulando.evidence.effects import rom as rom
    from ambulando.evidence.effects import rpb as rpb
    from ambulando.evidence.effects import sd_from_interval as sd_from_interval
    from ambulando.evidence.effects import sd_from_se as sd_from_se
    from ambulando.evidence.effects import se_from_interval as se_from_interval
    from ambulando.evidence.effects import se_from_p as se_from_p
    from ambulando.evidence.effects import smd as smd
    from ambulando.evidence.effects import smd_from_d as smd_from_d
    from ambulando.evidence.effects import smd_from_f as smd_from_f
    from ambulando.evidence.effects import smd_from_p as smd_from_p
    from ambulando.evidence.effects import smd_from_t as smd_from_t
    from ambulando.evidence.effects import smdh as smdh
    from ambulando.evidence.effects import table_from_ratio as table_from_ratio
    from ambulando.evidence.effects import two_by_two as two_by_two
    from ambulando.evidence.effects import two_means as two_means
    from ambulando.evidence.effects import two_rates as two_rates
    from ambulando.evidence.effects import vr as vr
    from ambulando.evidence.faults import CollinearModerators as CollinearModerators
    from ambulando.evidence.faults import DisconnectedNetwork as DisconnectedNetwork
    from ambulando.evidence.faults import EvidenceFault as EvidenceFault
    from ambulando.evidence.faults import ImpossibleValue as ImpossibleValue
    from ambulando.evidence.faults import InconsistentArms as InconsistentArms
    from ambulando.evidence.faults import MissingColumns as MissingColumns
    from ambulando.evidence.faults import MissingReference as MissingReference
    from ambulando.evidence.faults import NegativeVariance as NegativeVariance
    from ambulando.evidence.faults import NotANumber as NotANumber
    from ambulando.evidence.faults import NotConverged as NotConverged
    from ambulando.evidence.faults import TooFewStudies as TooFewStudies
    from ambulando.evidence.faults import UnknownOption as UnknownOption
    from ambulando.evidence.monitoring.boundaries import Boundaries as Boundaries
    from ambulando.evidence.monitoring.boundaries import boundaries as boundaries
    from ambulando.evidence.monitoring.sequential import Monitor as Monitor
    from ambulando.evidence.monitoring.sequential import diversity as diversity
    from ambulando.evidence.monitoring.sequential import monitor as monitor
    from ambulando.evidence.monitoring.sequential import required_participants as required_participants
    from ambulando.evidence.networks.arms import Arm as Arm
    from ambulando.evidence.networks.arms import contrasts as contrasts
    from ambulando.evidence.networks.cinema import judge as judge
    from ambulando.evidence.networks.components import ComponentNetwork as ComponentNetwork
    from ambulando.evidence.networks.components import component_network as component_network
    from ambulando.evidence.networks.contributions import Contributions as Contributions
    from ambulando.evidence.networks.contributions import contributions as contributions
    from ambulando.evidence.networks.fit import Network as Network
    from ambulando.evidence.networks.fit import hat_matrix as hat_matrix
    from ambulando.evidence.networks.fit import network as network
    from ambulando.evidence.networks.mantel import network_mantel_haenszel as network_mantel_haenszel
    from ambulando.evidence.networks.ranks import Ranks as Ranks
    from ambulando.evidence.networks.ranks import ranks as ranks
    from ambulando.evidence.recompute import dose_curve as dose_curve
    from ambulando.evidence.recompute import pooled as pooled
    from ambulando.evidence.results import Excluded as Excluded
    from ambulando.evidence.tables import Studies as Studies
    from ambulando.evidence.tables import pool_counts as pool_counts
    from ambulando.evidence.tables import pool_text as pool_text
    from ambulando.evidence.tables import read as read
    from ambulando.evidence.tables import read_counts as read_counts
    from ambulando.evidence.univariate.binary import PooledCounts as PooledCounts
    from ambulando.evidence.univariate.binary import mantel_haenszel as mantel_haenszel
    from ambulando.evidence.univariate.binary import peto as peto
    from ambulando.evidence.univariate.binary import rates_mantel_haenszel as rates_mantel_haenszel
    from ambulando.evidence.univariate.fitted import fit_statistics as fit_statistics
    from ambulando.evidence.univariate.fitted import likelihood_ratio as likelihood_ratio
    from ambulando.evidence.univariate.fitted import residuals as residuals
    from ambulando.evidence.univariate.fitted import shrunken as shrunken
    from ambulando.evidence.univariate.intervals import henmi_copas as henmi_copas
    from ambulando.evidence.univariate.intervals import i2_interval as i2_interval
    from ambulando.evidence.univariate.intervals import kenward_roger as kenward_roger
    from ambulando.evidence.univariate.intervals import prediction_interval as prediction_interval
    from ambulando.evidence.univariate.intervals import tau2_interval as tau2_interval
    from ambulando.evidence.univariate.pooling import Pooled as Pooled
    from ambulando.evidence.univariate.pooling import pool as pool
    from ambulando.evidence.univariate.pooling import pool_many as pool_many
    from ambulando.evidence.univariate.regression import Regression as Regression
    from ambulando.evidence.univariate.regression import contrast as contrast
    from ambulando.evidence.univariate.regression import predict as predict
    from ambulando.evidence.univariate.regression import regress as regress
    from ambulando.evidence.univariate.regression import regress_many as regress_many
    from ambulando.evidence.univariate.regression import vif as vif
    from ambulando.evidence.univariate.regression import wald as wald
    from ambulando.evidence.univariate.resample import Bootstrap as Bootstrap
    from ambulando.evidence.univariate.resample import Permutation as Permutation
    from ambulando.evidence.univariate.resample import bootstrap as bootstrap
    from ambulando.evidence.univariate.resample import permute_mean as permute_mean
    from ambulando.evidence.univariate.resample import permute_moderators as permute_moderators
    from ambulando.evidence.univariate.subgroups import Subgroups as Subgroups
    from ambulando.evidence.univariate.subgroups import subgroups as subgroups

#: Where each name is at home. A name is never that of a module, which an import of it would put in its place.
HOMES = {
    "bayes.posteriors": "Posterior posterior",
    "bayes.priors": "TauPrior exponential half_cauchy half_normal half_t inverse_gamma jeffreys log_normal lomax prior_from uniform",
    "checks.asymmetry": "egger peese pet pet_peese rank_test regression_test thompson",
    "checks.asymmetry_binary": "binary_test schwarzer",
    "checks.failsafe": "excess_significance fail_safe",
    "checks.gosh": "Gosh gosh",
    "checks.influence": "Influence cumulative influence leave_one_out",
    "checks.selection": "Selection selection",
    "checks.together": "Bias bias",
    "checks.trimfill": "TrimFill trim_and_fill",
    "dependence.cluster_effects": "leave_one_cluster_out profile_intervals random_effects",
    "dependence.correlated": "che",
    "dependence.multilevel": "ThreeLevel three_level",
    "dependence.robust": "htz robust weighted_regression",
    "dependence.rve": "rve_correlated rve_hierarchical",
    "dependence.sampling": "constant_correlation covariance_shared_control repeated_measures",
    "dependence.structures": "MultivariateEffects multivariate_effects",
    "dose": "DoseGroup DoseResponse MeanGroup curve_at dose_means dose_response dose_text groups_from means_from multivariate person_year_knots quantile_knots",
    "effects": "Effects change correlation cvr flipped glass md mean mean_and_sd proportion rate rom rpb sd_from_interval sd_from_se se_from_interval se_from_p smd smd_from_d smd_from_f smd_from_p smd_from_t smdh table_from_ratio two_by_two two_means two_rates vr",
    "faults": "CollinearModerators DisconnectedNetwork EvidenceFault ImpossibleValue InconsistentArms MissingColumns MissingReference NegativeVariance NotANumber NotConverged TooFewStudies UnknownOption",
    "monitoring.boundaries": "Boundaries boundaries",
    "monitoring.sequential": "Monitor diversity monitor required_participants",
    "networks.arms": "Arm contrasts",
    "networks.cinema": "judge",
    "networks.components": "ComponentNetwork component_network",
    "networks.contributions": "Contributions contributions",
    "networks.fit": "Network hat_matrix network",
    "networks.mantel": "network_mantel_haenszel",
    "networks.ranks": "Ranks ranks",
    "recompute": "dose_curve pooled",
    "results": "Excluded",
    "tables": "Studies pool_counts pool_text read read_counts",
    "univariate.binary": "PooledCounts mantel_haenszel peto rates_mantel_haenszel",
    "univariate.fitted": "fit_statistics likelihood_ratio residuals shrunken",
    "univariate.intervals": "henmi_copas i2_interval kenward_roger prediction_interval tau2_interval",
    "univariate.pooling": "Pooled pool pool_many",
    "univariate.regression": "Regression contrast predict regress regress_many vif wald",
    "univariate.resample": "Bootstrap Permutation bootstrap permute_mean permute_moderators",
    "univariate.subgroups": "Subgroups subgroups",
}
_HOME = {name: home for home, names in HOMES.items() for name in names.split()}
#: Modules that are used as they are, as in ``evidence.figures.forest``.
MODULES = frozenset(
    [
        "base",
        "certainty",
        "claims",
        "effects",
        "export",
        "faults",
        "figures",
        "formats",
        "living",
        "modalities",
        "questions",
        "rcode",
        "reproduce",
        "tables",
    ]
)


def __getattr__(name: str) -> Any:
    """A public name or module, when it is first used."""
    if name in _HOME:
        found = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = found
        return found
    if name in MODULES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME, *MODULES} - {"TYPE_CHECKING", "Any", "import_module"})
