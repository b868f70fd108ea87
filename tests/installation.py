"""Ambulando as a person starts it: a process of its own, with a data folder of its own."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

DEADLINE = 120

PREPARE = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "ambulando.web.settings"
from ambulando.web.home import for_owner_alone
for_owner_alone()
import django
django.setup()
from ambulando.web import serving

if __name__ == "__main__":
    serving.prepare()
"""


def environment(data: Path) -> dict[str, str]:
    """That of this process without what belongs to the tests or to the person who runs them."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AMBULANDO_", "DJANGO_", "PYTEST_", "COV_"))
    }
    return kept | {"AMBULANDO_DATA": str(data)}


def python(code: str, data: Path, *arguments: str) -> str:
    """What a script of its own prints; it must end well."""
    script = data.parent / f"{data.name}-script.py"
    script.write_text(code)
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def ambulando(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ambulando", *arguments],
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )


def content(data: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the databases of a data folder, by database and table."""
    held = {}
    for file in sorted(data.glob("*.sqlite3")):
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as opened:
            names = opened.execute("select name from sqlite_master where type = 'table' order by name")
            for (table,) in names.fetchall():
                held[f"{file.name} {table}"] = opened.execute(f'select * from "{table}"').fetchall()
    return held


def until(what: Callable[[], object], message: str) -> None:
    """Wait for something to become true; fail with ``message`` when it does not in time."""
    end = time.monotonic() + DEADLINE
    while not what():
        assert time.monotonic() < end, message
        time.sleep(0.05)
