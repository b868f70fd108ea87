"""What the people of the browser tests do more than once."""

from typing import Any


def sign_up(page: Any, name: str, *, barriers: tuple[str, ...] = ("fatigue",), country: str = "NZ") -> None:
    """Sign up and answer both steps, as a person would."""
    page.goto("/")
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password", exact=True).fill("it is solved by walking")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("How old are you?").fill("41")
    page.get_by_label("Where do you live?").select_option(country)
    page.get_by_role("button", name="Next").click()
    page.locator("label", has_text="Walking").first.click()
    for barrier in barriers:
        page.locator(f"input[name=barriers][value={barrier}]").check(force=True)
    page.get_by_role("button", name="Make my first week").click()
    page.wait_for_url("**/today/")
