"""The job worker: carries out what pages left for later, and what the schedule asks for. ``python -m ambulando.web.worker``

With ``--attached`` it ends when its standard input does: the server holds the other end, so the worker never outlives it.
"""

import os
import signal
import sys
import threading


def stop_with_server() -> None:
    def wait() -> None:
        os.read(sys.stdin.fileno(), 1)  # nothing is ever written there: this returns at the end
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def find_jobs() -> None:
    """Read ``jobs.py`` of every app, so that the worker knows them and their schedule."""
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("jobs")


def main(attached: bool) -> None:
    if attached:
        stop_with_server()
    from ambulando.web.home import for_owner_alone

    for_owner_alone()
    os.nice(5)  # a page that somebody waits for comes first
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ambulando.web.settings")
    import django

    django.setup()
    from django.conf import settings
    from huey import crontab
    from huey.contrib.djhuey import HUEY

    from ambulando.web.heartbeat import MINUTES, beat

    find_jobs()

    # A job like any other, so that it tells of the schedule and of the thread that works.
    @HUEY.periodic_task(crontab(minute=f"*/{MINUTES}"))
    def still_here() -> None:
        beat(settings.DATA)

    beat(settings.DATA)
    # One thread writes, so that jobs never wait for each other's lock. A stop lets the job at hand end.
    HUEY.create_consumer(
        workers=1,
        worker_type="thread",
        initial_delay=0.1,
        max_delay=2.0,
        periodic=True,
        graceful_signal="TERM",
    ).run()


if __name__ == "__main__":
    main(attached="--attached" in sys.argv)
