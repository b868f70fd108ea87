"""Where an installation keeps its data, and its key."""

import os
import secrets
import tempfile
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
    """The installation's key, made on first use in a file that only its owner can read (mode 0600).

    It is written whole before it gets its name, so that a process beside this one never reads half a key.
    """
    path = folder / "secret.key"
    if not path.exists():
        handle, draft = tempfile.mkstemp(dir=folder, prefix="secret.")  # mode 0600
        try:
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(48) + "\n")
            os.link(draft, path)
        except FileExistsError:
            pass  # the other process was first, and its key counts
        finally:
            Path(draft).unlink()
    return path.read_text().strip()
