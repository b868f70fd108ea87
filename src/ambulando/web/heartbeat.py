"""A sign of life of the job worker: a file in the data folder, touched when it begins and by a job of its schedule."""

from pathlib import Path

NAME = "worker.beat"
MINUTES = 5


def beat(folder: Path) -> None:
    (folder / NAME).touch()


def last_beat(folder: Path) -> float | None:
    """When it was last seen, in seconds since 1970; None when it never was."""
    try:
        return (folder / NAME).stat().st_mtime
    except OSError:
        return None
