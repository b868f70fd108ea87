"""What a reader sees, on a phone and on paper."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
PASSWORD = "it is solved by walking"


@pytest.fixture(scope="module")
def grants(server: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The numbers of the grants of a doctor and of a friend, for the same person."""
    keys = tmp_path_factory.getbasetemp().glob("data*/secret.key")
    (data,) = {key.resolve().parent for key in keys}  # pytest links to its newest folder too
    environment = os.environ | {
        "AMBULANDO_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "ambulando.web.settings",
    }
    make = Path(__file__).with_name("people_who_read.py")
    made = subprocess.run(
        [sys.executable, str(make)], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    doctor, friend = made.stdout.split()
    return doctor, friend


def sign_in(page: Any, name: str) -> None:
    page.goto("/account/login/")
    page.get_by_label("Username or e-mail").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_reader_goes_from_their_people_to_one_and_marks_a_signal(
    open_page: Any, grants: tuple[str, str], scheme: str
) -> None:
    page = open_page(color_scheme=scheme)
    sign_in(page, "dr-reading")
    page.wait_for_url("**/people/")
    shoot(page, f"caseload-{scheme}")
    page.get_by_role("link", name="ada-who-shares").click()
    page.wait_for_url(f"**/people/{grants[0]}/")
    assert page.locator("svg.time-line").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shoot(page, f"person-{scheme}")
    seen = page.get_by_role("button", name="I have seen it")
    if scheme == "light":
        seen.click()
        page.get_by_text("Dr Simulated saw this on").wait_for()
    assert seen.count() == 0
    page.goto(f"/people/{grants[0]}/assessments/")
    shoot(page, f"assessments-{scheme}")
    page.goto(f"/people/{grants[0]}/notes/")
    shoot(page, f"notes-{scheme}")
    page.goto(f"/people/{grants[0]}/report/")
    shoot(page, f"report-{scheme}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_report_is_one_page_of_paper(open_page: Any, grants: tuple[str, str]) -> None:
    page = open_page()
    sign_in(page, "dr-reading")
    page.wait_for_url("**/people/")
    page.goto(f"/people/{grants[0]}/report/")
    assert page.get_by_role("button", name="Print it").is_visible()
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    if "H7_SHOTS" in os.environ:
        Path(os.environ["H7_SHOTS"], "report.pdf").write_bytes(paper)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1


def test_a_friend_sees_one_quiet_page(open_page: Any, grants: tuple[str, str]) -> None:
    page = open_page()
    sign_in(page, "fran-reading")
    page.wait_for_url("**/people/")
    page.get_by_role("link", name="ada-who-shares").click()
    page.get_by_text("42 times so far").wait_for()
    shoot(page, "friend-light")


def shoot(page: Any, name: str) -> None:
    if folder := os.environ.get("H7_SHOTS"):
        page.screenshot(path=str(Path(folder, f"{name}.png")), full_page=True)
