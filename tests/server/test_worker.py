"""The worker knows the jobs of every app."""

import os
import subprocess
import sys
from pathlib import Path

import ambulando.web

WEB = Path(ambulando.web.__file__).parent
JOBS = sorted(
    ".".join(("ambulando.web", *path.relative_to(WEB).with_suffix("").parts)) for path in WEB.rglob("jobs.py")
)


def test_no_app_has_jobs_that_the_worker_does_not_know(tmp_path: Path) -> None:
    """In a process of its own, in which nothing but the worker has read them."""
    read = (
        "import django, sys; django.setup(); from ambulando.web.worker import find_jobs; find_jobs();"
        "print(*(name for name in sys.modules if name.endswith('.jobs')))"
    )
    environment = os.environ | {
        "AMBULANDO_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "ambulando.web.settings",
    }
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", read],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(JOBS) > 8
    assert set(JOBS) <= set(found.stdout.split())
