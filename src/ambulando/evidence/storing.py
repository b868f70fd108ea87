"""Writing the tables of a local evidence base: all of an addition or nothing, and one process at a time."""

import fcntl
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ambulando.ground import InputError

#: The order of writing: what others refer to comes first, so that the rows that count come last.
ORDER = (
    "references.csv", "studies.csv", "arms.csv", "subgroups.csv",
    "contrasts_smd.csv", "contrasts_events.csv", "contrasts_effects.csv", "dose_rows.csv",
)  # fmt: skip


def write(folder: Path, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Write what differs, each file whole before it gets its name; when one can not be written, the old ones come back."""
    changed = [file for file in ORDER if before.get(file) != after.get(file)]
    if len(after) < len(before):
        changed.reverse()  # taking out: the rows that count go first
    done: list[str] = []
    try:
        drafts = {file: _draft(folder, after[file]) for file in changed if file in after}
        try:
            for file in changed:
                done.append(file)
                if file in after:
                    drafts[file].replace(folder / file)
                else:
                    (folder / file).unlink()
        except OSError:
            for file in done:
                if file in before:
                    _draft(folder, before[file]).replace(folder / file)
                else:
                    (folder / file).unlink(missing_ok=True)
            raise
        finally:
            for draft in drafts.values():
                draft.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"The evidence folder {folder} can not be written ({error.strerror}); nothing was changed."
        ) from None


def _draft(folder: Path, text: str) -> Path:
    handle, name = tempfile.mkstemp(dir=folder, prefix=".draft-")
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
        os.fchmod(file.fileno(), 0o644)  # nobody's secret, and the web server may be another user
    return Path(name)


@contextmanager
def locked(folder: Path, *, only_if: bool) -> Iterator[None]:
    """With ``only_if``, the folder is there and no other process writes in it meanwhile."""
    if not only_if:
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w")
    except OSError as error:
        raise InputError(
            f"The evidence folder {folder} can not be made or written ({error.strerror})."
        ) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
