"""Where an installation keeps its data, and its key."""

import os
import secrets
import sys
from pathlib import Path


def data_folder() -> Path:
    """The folder of the database, the key and the job queue; made with access for its owner alone.

    ``AMBULANDO_DATA`` when it is set; ``var/`` of the checkout whose ``.venv`` runs this; else the user's data folder.
    """
    if chosen := os.environ.get("AMBULANDO_DATA"):
        folder = Path(chosen)
    elif (Path(sys.prefix).parent / "pyproject.toml").exists():
        folder = Path(sys.prefix).parent / "var"
    else:
        folder = Path(os.environ.get("XDG_DATA_HOME", "~/.local/share")).expanduser() / "ambulando"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder.resolve()


def secret_key(folder: Path) -> str:
    """The installation's key, made on first use in a file that only its owner can read (mode 0600)."""
    path = folder / "secret.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    key = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w") as file:
        file.write(key + "\n")
    return key
