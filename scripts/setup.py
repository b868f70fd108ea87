"""Make .venv and install the pinned requirements into it. Standard library only: this runs before anything is there.

usage: setup.py base|dev|bench
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PIP = [str(VENV / "bin/python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]


def main(which: str) -> None:
    if sys.version_info < (3, 11):
        stop(
            f"Ambulando needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try: make PYTHON=python3.11 setup"
        )
    if not (VENV / "bin/python").exists() or not has_pip():
        print("Making the virtual environment .venv", file=sys.stderr)
        if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False).returncode:
            stop("Python's venv module is not complete here. On Debian: apt-get install python3-venv")
    print(f"Installing requirements/{which}.txt (the first time takes a few minutes)", file=sys.stderr)
    run([*PIP, "install", "--require-hashes", "--requirement", str(ROOT / f"requirements/{which}.txt")])
    if which == "base":
        # The build back end is pinned with the rest, so nothing unpinned is fetched for the project itself.
        run([*PIP, "install", "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT)])
    (VENV / f"{which}.stamp").touch()


def has_pip() -> bool:
    return subprocess.run([*PIP, "--version"], check=False, stdout=subprocess.DEVNULL).returncode == 0


def run(command: list[str]) -> None:
    environment = os.environ | {"PIP_ROOT_USER_ACTION": "ignore", "PIP_NO_WARN_SCRIPT_LOCATION": "1"}
    if subprocess.run(command, check=False, env=environment).returncode:
        stop("Setting up did not finish. The lines above say why; once mended, run the same command again.")


def stop(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    main(sys.argv[1])
