"""The evidence commands, a module for each subject; every one adds itself to the group when it is imported."""

from ambulando.cli.evidence import dose, known, pool
from ambulando.cli.evidence.group import group

__all__ = ["dose", "group", "known", "pool"]
