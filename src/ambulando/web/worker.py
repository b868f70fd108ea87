"""The job worker: carries out what pages left for later, and what the schedule asks for. ``python -m ambulando.web.worker``"""

import os
import signal
import threading
import time


def stop_with_parent() -> None:
    """End when the server that started us is gone, however it went: a worker alone would work on without a master."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(2)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ambulando.web.settings")
    import django

    django.setup()
    from huey.contrib.djhuey import HUEY

    import ambulando.web.plans.jobs  # noqa: F401 - so that the worker knows them

    stop_with_parent()
    # One thread writes, so that jobs never wait for each other's lock.
    HUEY.create_consumer(
        workers=1, worker_type="thread", initial_delay=0.1, max_delay=2.0, periodic=True
    ).run()


if __name__ == "__main__":
    main()
