"""Take the pictures of the README anew, from `make demo` running on the port given. For maintainers.

usage: .venv/bin/python scripts/pictures.py PORT NAME PASSWORD (as `make demo` prints them)
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURES = Path(__file__).resolve().parent.parent / "docs/pictures"


def main(port: str, name: str, password: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(
            base_url=f"http://127.0.0.1:{port}",
            viewport={"width": 390, "height": 1180},
            device_scale_factor=1.5,
        )
        page = context.new_page()
        page.goto("/account/login/")
        page.locator("[name=login]").fill(name)
        page.locator("[name=password]").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/today/")
        for scale, value in (("mood", 5), ("energy", 6), ("sleep", 7)):
            page.locator(f"input[name={scale}][value='{value}']").check(force=True)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURES / "today.png")
        page.get_by_role("link", name="Why this?").click()
        page.screenshot(path=PICTURES / "why.png")
        page.goto("/why/does-it-help/")
        page.screenshot(path=PICTURES / "evidence.png")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:4])
