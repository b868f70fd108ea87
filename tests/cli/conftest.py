"""Running a command as its entry point does, in this process."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from ambulando import cli


@dataclass(frozen=True)
class Said:
    """What a command left: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document of a command that did what it was asked to; only a check that did not hold says more."""
        assert self.code in (0, 1), self.err
        assert self.code != 0 or self.err == ""
        return json.loads(self.out)


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run ``ambulando`` with these arguments."""

    def run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["ambulando", *(str(one) for one in arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return Said(ended.value.code, out, err)

    return run
