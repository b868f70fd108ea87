"""Jobs that a page leaves for the worker."""

from typing import Any

from django.db import transaction


def later(task: Any, *arguments: Any) -> None:
    """Hand ``task`` to the worker once what was changed is kept.

    A queue that takes no job, as on a full disk, is told in the log and nowhere else: what a person did is kept by then,
    and the page that follows comes.
    """

    def enqueue() -> None:  # Django names it in the log, so it is a function with a name
        task.enqueue(*arguments)

    transaction.on_commit(enqueue, robust=True)
