"""The first stage: each study's log ratios (or differences of means) against its reference dose, with their covariance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ambulando.evidence.dose.basis import basis
from ambulando.evidence.dose.covariance import covariance_of
from ambulando.evidence.dose.groups import DoseGroup, reference_and_others
from ambulando.evidence.dose.mixed import Block, block
from ambulando.evidence.faults import EvidenceFault
from ambulando.evidence.results import Array


@dataclass(frozen=True)
class DoseStudy:
    """A study's contrasts: ``y`` (m,) at ``doses`` (m,) against the dose ``reference``, with covariance ``s`` (m, m)."""

    name: str
    row: int
    doses: Array
    reference: float
    y: Array
    s: Array

    def design(self, model: str, knots: Sequence[float]) -> Array:
        """(m, p): the columns of the doses less those of the reference, which is why there is no intercept."""
        return basis(self.doses, model, knots) - basis(self.reference, model, knots)


def study_of(groups: Sequence[DoseGroup], covariance: str) -> tuple[DoseStudy, str]:
    """The contrasts of the dose groups of one study, and a note ("" when there is nothing to say)."""
    reference, others = reference_and_others(groups)
    y = np.array([group.logrr for group in others])
    try:
        s, note = covariance_of(
            covariance,
            cases=np.array([reference.cases, *(group.cases for group in others)]),
            n=np.array([reference.n, *(group.n for group in others)]),
            logrr=y,
            se=np.array([float(group.se or 0) for group in others]),
            kind=reference.kind,
        )
    except EvidenceFault as error:
        where = f" (from row {groups[0].row})" if groups[0].row else ""
        raise type(error)(
            f"Study {reference.id}{where}: {error}", row=groups[0].row, study=reference.id
        ) from error
    doses = np.array([group.dose for group in others])
    study = DoseStudy(reference.id, groups[0].row, doses, reference.dose, y, s)
    return study, f"Study {reference.id}: {note}." if note else ""


def coefficients_of(study: DoseStudy, model: str, knots: Sequence[float]) -> tuple[Array, Block] | None:
    """A study's own curve by generalised least squares, (p,), and the block that it is in the second stage.

    None when the study has too few different doses for the model.
    """
    x = study.design(model, knots)
    p = x.shape[1]
    if x.shape[0] < p or np.linalg.matrix_rank(x / np.maximum(np.abs(x).max(axis=0), 1e-300)) < p:
        return None
    whole = block(study.y, x, study.s)
    # With X = Q R the coefficients are R^-1 Q'y with covariance (R'R)^-1, which R whitens.
    q, r = np.linalg.qr(whole.z)
    y = q.T @ whole.y
    log_det = -2 * float(np.log(np.abs(np.diag(r))).sum())
    return np.linalg.solve(r, y), Block(y, r, np.eye(p), log_det, np.eye(p))
