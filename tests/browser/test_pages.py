"""Every page, in both themes, on a phone and a desktop: nothing against WCAG 2.2 AA, nothing wider than the screen, help in its place."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from people_of_the_browser import CODE, FULL, PAUSED, RESTED, STAFF

from ambulando.web.care.grants.demo import NAME as THERAPIST
from ambulando.web.demo import NAME, PASSWORD

pytestmark = pytest.mark.browser

PUBLIC = ["/", "/help/", "/help/?country=GB", "/help/now/", "/stop/", "/about/", "/offline/", "/why/", "/why/rules/", "/why/sources/", "/why/activities/",
          "/why/published/", "/why/claims/", "/why/does-it-help/", "/why/which-kind/", "/why/how-hard/", "/why/how-much/",
          "/why/or-medicine/", "/why/does-it-last/", "/why/fitness/", "/why/rows/cooney2013-post/", "/why/rows/cooney2013-completion/", "/why/rows/pearce2022-any/",
          "/account/login/", "/account/signup/", "/account/password/reset/", "/nothing-here/"]  # fmt: skip
OWN = ["/why/how-much/", "/today/", "/week/", "/journal/", "/journal/add/", "/journal/import/", "/progress/", "/progress/answer/", "/questions/",
       "/questions/phq-9/", "/questions/phq-8/", "/questions/evs/", "/questions/gad-7/", "/questions/paces-s/", "/you/", "/you/leave/", "/you/reminders/",
       "/you/signals/", "/help/", "/help/plan/", "/help/plan/change/", "/help/alert/", "/help/kept/", "/start/safety/", "/start/likes/",
       "/account/email/", "/account/password/change/", "/account/logout/", "/you/sharing/", "/week/sharing/", "/compare/",
       "/compare/new/two-kinds/", "/compare/new/minutes/",
       "/compare/new/two-kinds/?options=moderate-walk&options=hatha-yoga&target=mood&weeks=12&per_week=2",
       "/progress/answer/?of=energy", "/join/", f"/join/{CODE}/", "/week/words/", "/week/road/", "/alongside/", "/alongside/homework/",
       "/alongside/asked/", "/alongside/other-help/", "/treatment/", "/treatment/review/", "/places/", "/places/add/", "/calendar/",
       "/team/", "/team/ask/", "/team/ask/report/", "/team/looks/", "/team/notes/", "/in/", "/messages/", "/messages/settings/", "/messages/hours/",
       "/messages/key/", "/calls/", "/calls/check/", "/find/", "/walks/", "/practice/"]  # fmt: skip
#: for who only reads what others share
READERS = ["/people/", "/people/notes/", "/messages/", "/messages/settings/", "/messages/hours/", "/messages/key/", "/calls/", "/calls/check/",
           "/practice/", "/practice/profile/", "/find/", "/walks/", "/in/", "/you/"]  # fmt: skip
#: for one of the staff, who is in a group herself
STAFFS = ["/trials/", "/trials/new/two-kinds/", "/trials/new/minutes/", "/trials/1/", "/groups/1/", "/places/manage/", "/places/manage/add/",
          "/places/manage/1/"]  # fmt: skip
#: for somebody who uses all that a plan can take: homework, what a clinician asked for, places, a calendar, an aim, own words
FULL_PAGES = ["/today/", "/week/", "/week/words/", "/week/words/?with=fatigue", "/week/road/", "/alongside/", "/alongside/homework/",
              "/alongside/asked/", "/places/", "/places/add/", "/calendar/"]  # fmt: skip
#: for somebody whose plan rests, and for somebody who said "not today"
RESTING_PAGES = ["/today/", "/week/"]
#: everything of WCAG 2.2 up to AA that can be found by machine
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCREENS = {
    "phone, light": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"},
    "phone, dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
    "desktop, light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
}


def sign_in(page: Any, name: str = NAME) -> None:
    page.goto("/account/login/")
    page.locator("[name=login]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/today/$|/people/$"))


def of_one(page: Any) -> list[str]:
    """The pages of the one person who lets the therapist in."""
    page.goto("/people/")
    one = page.locator(".people th a").first.get_attribute("href")
    number = re.search(r"\d+", one)[0]
    kinds = ("review", "clearance", "cap", "goal", "homework", "therapy", "medicine", "task")
    return [
        one,
        *(
            f"{one}{path}"
            for path in ("agreement/", "assessments/", "report/", "notes/", "treatment/", "treatment/review/")
        ),
        *(f"{one}treatment/add/{kind}/" for kind in kinds),
        f"/messages/with/{number}/",
        f"/calls/with/{number}/",
        f"/calls/with/{number}/plan/",
    ]


def further(page: Any) -> list[str]:
    """Pages that hang on a row: a session, its reasons, an assessment, the help before it, a bout, a comparison that ended."""
    page.goto("/week/")
    session = page.locator("a[href^='/sessions/']").first.get_attribute("href")
    page.goto("/progress/")
    assessment = page.locator("a[href^='/assessments/']").first.get_attribute("href")
    # the journal's newest month may be empty; its earlier one is not
    page.goto("/journal/")
    bout = page.locator("a[href^='/journal/bouts/']").first.get_attribute("href")
    check_in = page.locator("a[href^='/journal/check-ins/']").first.get_attribute("href")
    page.goto("/team/")
    grant = page.locator(".card a[href^='/team/']").first.get_attribute("href")
    with_one = re.search(r"\d+", grant)[0]
    page.goto("/compare/")
    comparison = page.locator("a[href^='/compare/']", has_text="Look").last.get_attribute("href")
    number = re.search(r"\d+", session)[0]
    return [
        f"/sessions/{number}/",
        f"/sessions/{number}/why/",
        f"/sessions/{number}/stop/",
        f"/sessions/{number}/stopped/",
        assessment,
        f"{assessment}help/",
        f"{assessment}remove/",
        bout,
        f"{bout}remove/",
        check_in,
        f"{check_in}remove/",
        comparison,
        grant,
        f"{grant}change/",
        f"/messages/with/{with_one}/",
        f"/calls/with/{with_one}/",
        f"/calls/with/{with_one}/plan/",
    ]


def findings(page: Any) -> list[str]:
    """What axe finds with the whole page on the screen (and room for what is drawn late): what the bar lies over for now
    can be scrolled.
    """
    size = page.viewport_size
    whole = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": whole + size["height"]})
    found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
    page.set_viewport_size(size)
    return [
        f"{page.url}: {one['id']} ({one['impact']}): {one['nodes'][0]['html'][:120]} {one['nodes'][0].get('failureSummary', '')[:200]}"
        for one in found
    ]


def place_of_help(page: Any) -> tuple[int, int]:
    """Distance of the help link from the right edge and from the top of its header."""
    box = page.locator(".help-link").bounding_box()
    top = page.locator("header.top").bounding_box()
    return round(top["x"] + top["width"] - box["x"] - box["width"]), round(box["y"] - top["y"])


@pytest.mark.parametrize("screen", SCREENS)
def test_no_page_has_a_finding_or_is_wider_than_the_screen(open_page: Any, screen: str) -> None:
    page = open_page(**SCREENS[screen])
    wrong: list[str] = []
    places = set()
    stages = {
        "": PUBLIC,
        NAME: OWN,
        THERAPIST: READERS,
        STAFF: STAFFS,
        FULL: FULL_PAGES,
        PAUSED: RESTING_PAGES,
        RESTED: RESTING_PAGES,
    }
    for name, paths in stages.items():
        if name:
            page.context.clear_cookies()
            sign_in(page, name)
        more = {NAME: further, THERAPIST: of_one}.get(name)
        for path in [*paths, *(more(page) if more else [])]:
            page.goto(path)
            wrong += findings(page)
            places.add(place_of_help(page))
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if wide > 0:
                wrong.append(f"{path} is {wide} px wider than the screen")
    open_page.watch.errors = [
        text for text in open_page.watch.errors if "404" not in text
    ]  # the page that is not there
    assert wrong == []
    assert len(places) == 1, "help has the same place on every page"


def test_what_can_be_tapped_is_large_enough_for_a_tired_thumb(open_page: Any) -> None:
    page = open_page(**SCREENS["phone, light"])
    sign_in(page)
    small = []
    for path in ("/today/", "/week/", "/help/", "/help/now/", "/help/plan/change/", "/help/alert/", "/questions/phq-9/", "/you/reminders/",
                 "/you/signals/", "/stop/", "/start/likes/"):  # fmt: skip
        page.goto(path)
        small += page.evaluate(
            """() => [...document.querySelectorAll("main button, main .main, main .dial, .bar a, .help-link, .chips label, .places label")]
              .map((node) => ({ node, box: node.getBoundingClientRect() }))
              .filter(({ node, box }) => box.width > 0 && (box.height < 43.5 || (box.width < 43.5 && !node.closest(".places"))))
              .map(({ node, box }) => `${location.pathname}: ${node.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""
        )
    assert small == []


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_each_place_of_a_scale_is_a_circle_with_its_number(open_page: Any, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    sign_in(page)
    sizes = page.evaluate(
        """() => [...document.querySelectorAll(".places span")].map((place) => {
          const box = place.getBoundingClientRect();
          return [box.width, box.height];
        })"""
    )
    assert len(sizes) == 44
    assert all(across >= 24 and abs(across - down) < 1 for across, down in sizes), sizes[:3]


def test_with_reduced_motion_nothing_moves(open_page: Any) -> None:
    page = open_page(reduced_motion="reduce")
    page.goto("/")
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((node) => {
          const style = getComputedStyle(node);
          return parseFloat(style.transitionDuration) > 0.01 || parseFloat(style.animationDuration) > 0.01;
        }).map((node) => node.tagName)"""
    )
    assert moving == []
