"""The evidence commands, a module for each subject; every one adds itself to the group when it is imported."""

from ambulando.cli.evidence import bayes, bias, dose, figure, known, living, monitor, network, pool, questions
from ambulando.cli.evidence.group import group

__all__ = [
    "bayes",
    "bias",
    "dose",
    "figure",
    "group",
    "known",
    "living",
    "monitor",
    "network",
    "pool",
    "questions",
]
