"""Build the wheel of a release into dist/, unless something speaks against it. Nothing is fetched.

usage: release.py
"""

import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import ambulando
from ambulando.web import doctor

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"


def main() -> int:
    changed = run("git", "status", "--porcelain", cwd=ROOT)
    against = refusals(
        ambulando.__version__,
        (ROOT / "CHANGELOG.md").read_text("utf-8"),
        changed,
        doctor.helplines(date.today()),  # noqa: DTZ011 - the day of whoever releases
    )
    if against:
        print("No release is made:", *against, sep="\n- ", file=sys.stderr)
        return 1
    wheel = build(DIST)
    try_out(wheel)
    print(wheel.relative_to(ROOT))
    return 0


def refusals(version: str, changes: str, changed: str, lines: Iterable[doctor.Finding]) -> list[str]:
    """What speaks against a release: one sentence each.

    ``changes`` is the text of CHANGELOG.md, ``changed`` what git says is not committed, ``lines`` the findings on help lines.
    """
    against = [str(one.says) for one in lines if not one.ok]
    newest = re.search(r"^## (\S+) \((.*)\)$", changes, re.MULTILINE)
    if newest is None or newest[1] != version:
        against.append(f"The newest entry of CHANGELOG.md is not {version}, the version of the program.")
    elif not re.fullmatch(r"\d{4}-\d\d-\d\d", newest[2]):
        against.append(f"CHANGELOG.md says '{newest[2]}' where the day of {version} belongs.")
    if changed.strip():
        against.append("Some files are not committed; git status tells which.")
    return against


def build(folder: Path) -> Path:
    """The wheel, made with the pinned back end of this environment."""
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    return folder / f"ambulando-{ambulando.__version__}-py3-none-any.whl"


def try_out(wheel: Path) -> None:
    """Install the wheel into a new environment and call it there. What it needs is lent from this environment."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        venv.create(place / "venv", with_pip=True)
        python = place / "venv/bin/python"
        run(str(python), "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel), cwd=place)
        (own,) = (place / "venv/lib").glob("python*/site-packages")
        (lent,) = (Path(sys.prefix) / "lib").glob("python*/site-packages")
        (own / "lent.pth").write_text(
            f"{lent}\n"
        )  # after its own packages, so that the wheel is what is called
        where = run(str(python), "-c", "import ambulando; print(ambulando.__file__)", cwd=place)
        if not Path(where.strip()).is_relative_to(own):
            raise SystemExit(f"The new environment used {where.strip()} and not the wheel.")
        command = str(place / "venv/bin/ambulando")
        run(command, "--help", cwd=place)
        run(command, "safety", "helplines", "--country", "NZ", cwd=place)  # the data is in the wheel too


def run(*command: str, cwd: Path) -> str:
    """What a command prints; it ends this one when it fails."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AMBULANDO_", "PYTHON"))
    }
    done = subprocess.run(command, cwd=cwd, env=kept, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed.\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main())
