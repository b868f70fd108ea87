"""Where an installation keeps its data, and its key."""

import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from ambulando.ground import InputError, data_place


def data_folder() -> Path:
    """The folder of the database, the key and the job queue, made when it is not there, for its owner alone. Raises InputError when it can not be."""
    folder = data_place()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise InputError(
            f"The data folder {folder} can not be made ({error.strerror}); choose another with AMBULANDO_DATA."
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(
            f"The data folder {folder} can not be written with your rights; choose another with AMBULANDO_DATA."
        )
    return folder


def for_owner_alone() -> None:
    """Whatever this process makes from now on, only its owner can read."""
    os.umask(0o077)


def secret_key(folder: Path) -> str:
    """The installation's key, which signs sessions and links."""
    return key_file(folder / "secret.key", lambda: f"{secrets.token_urlsafe(48)}\n".encode()).decode().strip()


def key_file(path: Path, make: Callable[[], bytes]) -> bytes:
    """What a key's file holds, made on first use; only its owner can read it (mode 0600).

    It is written whole before it gets its name, so that a process beside this one never reads half a key.
    """
    if not path.exists():
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f"{path.stem}.")  # mode 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(make())
            os.link(draft, path)
        except FileExistsError:
            pass  # the other process was first, and its key counts
        finally:
            Path(draft).unlink()
    return path.read_bytes()
