"""Where things lie: this checkout, and the shared data beside it (which only the people who build this have)."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

needs_shared = pytest.mark.skipif(
    not SHARED.exists(), reason="the shared data of the project is not beside this checkout"
)
