"""Dose-response meta-analysis: a curve of relative risk, or of scores, against dose, from the dose groups of many studies."""

from ambulando.evidence.dose.basis import MODELS, basis, person_year_knots, quantile_knots, terms_of
from ambulando.evidence.dose.covariance import (
    COVARIANCES,
    KINDS,
    covariance_of,
    greenland_longnecker,
    hamling,
)
from ambulando.evidence.dose.curve import CurvePoint, MeanPoint, curve_at, differences_at, means_at
from ambulando.evidence.dose.groups import (
    LARGEST_DOSE,
    LARGEST_LOG,
    DoseGroup,
    MeanGroup,
    groups_from,
    means_from,
)
from ambulando.evidence.dose.multivariate import Multivariate, multivariate
from ambulando.evidence.dose.pooled import METHODS, DoseResponse, Wald, dose_means, dose_response
from ambulando.evidence.dose.reading import dose_table, dose_text

__all__ = [
    "COVARIANCES",
    "KINDS",
    "LARGEST_DOSE",
    "LARGEST_LOG",
    "METHODS",
    "MODELS",
    "CurvePoint",
    "DoseGroup",
    "DoseResponse",
    "MeanGroup",
    "MeanPoint",
    "Multivariate",
    "Wald",
    "basis",
    "covariance_of",
    "curve_at",
    "differences_at",
    "dose_means",
    "dose_response",
    "dose_table",
    "dose_text",
    "greenland_longnecker",
    "groups_from",
    "hamling",
    "means_at",
    "means_from",
    "multivariate",
    "person_year_knots",
    "quantile_knots",
    "terms_of",
]
