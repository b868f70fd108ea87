"""Which Chromium the tests use, and how it is started. In a module of its own: there is more than one conftest."""

import os
import shutil
from typing import Any

from playwright.sync_api import expect

#: milliseconds to wait for what must come, also where the machine is busy with other tests; what comes is not waited for
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
#: without the quiet ones Chromium looks for hosts of its own
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
PHONE = {"width": 390, "height": 844}


def wait_until(page: Any, holds: str, arg: Any = None, timeout: int = PATIENCE) -> None:
    """Wait until an async function of the page gives something true.

    Playwright's own ``wait_for_function`` does not wait for such a function: it takes its promise for true, at once.
    """
    held = page.evaluate(
        f"""async ([arg, timeout]) => {{
          const end = performance.now() + timeout;
          while (!(await ({holds})(arg))) {{
            if (performance.now() > end) return false;
            await new Promise((done) => setTimeout(done, 100));
          }}
          return true;
        }}""",
        [arg, timeout],
    )
    assert held, f"not within {timeout / 1000:.0f} s: {holds}"
