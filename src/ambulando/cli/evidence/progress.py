"""A bar on standard error for work that lasts: it shows itself after a second, and to a terminal only."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

#: Seconds before the bar is shown.
PATIENCE = 1.0


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Gives a function that hears (done, all)."""
    begun = time.monotonic()
    bar: Any = None
    task: Any = None

    def heard(done: int, total: int) -> None:
        nonlocal bar, task
        if bar is None:
            if not sys.stderr.isatty() or time.monotonic() - begun < PATIENCE:
                return
            from rich.console import Console
            from rich.progress import Progress

            bar = Progress(console=Console(stderr=True), transient=True)
            bar.start()
            task = bar.add_task(title, total=total)
        bar.update(task, completed=done, total=total)

    try:
        yield heard
    finally:
        if bar is not None:
            bar.stop()
