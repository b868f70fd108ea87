"""Where an installation keeps evidence of its own, beside what is part of the program. Standard library only."""

import os
from pathlib import Path

from ambulando.ground import data_place

VARIABLE = "AMBULANDO_EVIDENCE"


def folder() -> Path:
    """``AMBULANDO_EVIDENCE`` when it is set, else ``evidence`` in the data folder; whether it is there yet or not."""
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen).expanduser().resolve()
    return data_place() / "evidence"
