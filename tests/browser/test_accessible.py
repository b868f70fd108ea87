"""Help has one place everywhere, what a screen reader is told makes sense, and a keyboard is enough for the whole path.

What axe finds on every page, in light and dark, stands in test_pages.py.
"""

from typing import Any

import pytest
from browser_people import sign_up
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
PUBLIC = ["/", "/account/login/", "/account/signup/", "/account/password/reset/", "/account/password/reset/done/", "/account/inactive/",
          "/account/confirm-email/", "/help/", "/help/now/", "/stop/", "/about/", "/offline/", "/nothing-here/", "/why/", "/why/does-it-help/",
          "/why/rules/", "/why/activities/"]  # fmt: skip
OWN = ["/today/?all=1", "/week/", "/journal/", "/journal/add/", "/journal/import/", "/progress/", "/progress/answer/", "/questions/",
       "/questions/phq-9/", "/questions/evs/", "/questions/gad-7/", "/you/", "/you/leave/", "/you/reminders/", "/you/signals/",
       "/start/safety/", "/start/likes/", "/help/", "/help/plan/", "/help/plan/change/", "/help/alert/", "/help/kept/", "/stop/",
       "/account/email/", "/account/password/change/", "/account/logout/", "/team/", "/team/ask/", "/team/looks/", "/in/", "/messages/",
       "/messages/settings/", "/messages/hours/", "/calls/", "/treatment/", "/find/", "/walks/", "/practice/"]  # fmt: skip
#: pages for when something went wrong, and for operators, as they are rendered
RENDERED = ["403.html", "404.html", "429.html", "500.html", "operate.html"]

#: what is wrong with the order, the names and the landmarks of a page, as a list of sentences
STRUCTURE = """() => {
  const faults = [];
  const seen = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && node.getClientRects().length > 0;
  const short = (node) => node.outerHTML.slice(0, 110);
  const all = (selector) => [...document.querySelectorAll(selector)];

  if (!document.documentElement.lang) faults.push("the page has no language");
  if (!document.title.includes("Ambulando")) faults.push(`the title is ${document.title}`);
  for (const [name, selector] of [["banner", "body > header"], ["main", "main"], ["contentinfo", "body > footer"]]) {
    if (all(selector).length !== 1) faults.push(`${name} is there ${all(selector).length} times`);
  }
  const paths = all("nav").map((nav) => nav.getAttribute("aria-label"));
  if (paths.some((name) => !name) || new Set(paths).size !== paths.length) faults.push("a navigation has no name of its own");

  const headings = all("h1, h2, h3, h4, h5, h6").filter((node) => node.checkVisibility());
  if (headings.filter((node) => node.tagName === "H1").length !== 1) faults.push("there is not one h1");
  let before = 0;
  for (const node of headings) {
    const level = Number(node.tagName[1]);
    if (level > before + 1) faults.push(`a level is left out before ${short(node)}`);
    if (!node.textContent.trim()) faults.push(`an empty heading ${short(node)}`);
    before = level;
  }

  for (const node of all("img")) if (!node.hasAttribute("alt")) faults.push(`no text for ${short(node)}`);
  for (const node of all("svg")) {
    const told = node.getAttribute("role") === "img" && node.getAttribute("aria-label");
    if (!told && !node.closest("[aria-hidden=true]")) faults.push(`no text for ${short(node)}`);
  }

  const inputs = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const controls = all(inputs).filter((node) => seen(node) || seen(node.closest("label") ?? node));
  for (const node of controls) {
    const labels = [...(node.labels ?? [])].map((label) => label.textContent.trim()).join("");
    const ids = (node.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join("");
    const alt = [...node.querySelectorAll("[alt], [aria-label]")].map((one) => one.getAttribute("alt") ?? one.getAttribute("aria-label")).join("");
    const name = node.getAttribute("aria-label") || ids || labels || node.textContent.trim() || alt;
    if (!name) faults.push(`no name for ${short(node)}`);
  }

  // What follows in the document stands further down, or further on in the same row.
  const flow = controls.filter((node) => !node.closest(".bar, .skip"));
  for (let at = 1; at < flow.length; at++) {
    const [a, b] = [flow[at - 1], flow[at]].map((node) => (seen(node) ? node : node.closest("label")).getBoundingClientRect());
    if (b.bottom <= a.top + 1) faults.push(`${short(flow[at])} stands above ${short(flow[at - 1])}`);
    const rows = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (rows > 0.6 * Math.min(a.height, b.height) && b.right <= a.left) faults.push(`${short(flow[at])} stands before ${short(flow[at - 1])}`);
  }
  return faults;
}"""

#: controls that are smaller than 24 by 24, but for links inside a sentence (2.5.8)
TOO_SMALL = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
  .map((node) => node.matches("input[type=radio], input[type=checkbox]") ? node.closest("label") ?? node : node)
  .filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.matches(".skip"))
  .filter((node) => {
    const box = node.getBoundingClientRect();
    const inline = node.matches("a") && getComputedStyle(node).display === "inline";
    return box.width > 1 && !inline && (box.width < 24 || box.height < 24);
  })
  .map((node) => `${location.pathname}: ${node.outerHTML.slice(0, 100)}`)"""

#: the element that has the focus: whether it can be seen that it has, and whether something lies over it
FOCUS = """() => {
  const node = document.activeElement;
  if (node === document.body) return null;
  const shapes = [node, node.nextElementSibling, node.closest("label")].filter(Boolean);
  const box = (node.checkVisibility({ opacityProperty: true }) ? node : shapes.at(-1)).getBoundingClientRect();
  const outlined = shapes.some((one) => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  });
  const [x, y] = [box.left + Math.min(box.width, innerWidth) / 2, box.top + Math.min(box.height, 40) / 2];
  const top = document.elementFromPoint(x, y);
  const over = top && !shapes.some((one) => one.contains(top) || top.contains(one));
  const bar = document.querySelector(".bar")?.getBoundingClientRect();
  const hidden = bar && !node.closest(".bar") && box.top >= bar.top;
  return { what: node.outerHTML.slice(0, 100), outlined, covered: Boolean(over || hidden || !top), key: `${box.top + scrollY},${box.left},${node.tagName},${node.name ?? ""}` };
}"""

#: letters, words and lines as far apart as WCAG 1.4.12 asks a page to bear
WIDER_TEXT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }");
  document.adoptedStyleSheets = [sheet];
}"""


FAULTY = """<title>Other</title><h3>Three</h3><nav></nav>
<button id="last" style="position: absolute; top: 300px; outline: none">last</button><button id="first" class="x">first</button>
<button></button><button id="tiny" style="width: 9px; height: 9px; padding: 0">.</button><img src="data:,"><svg></svg>
<main>one</main><main>two</main><div style="position: fixed; inset: 0; background: white"></div>"""


def place_of_help(page: Any) -> tuple[Any, ...]:
    """Where the help link is on the screen, and that it comes last in the header, before the page itself."""
    page.evaluate("scrollTo(0, 0)")
    box = page.locator(".help-link").bounding_box()
    order = page.evaluate(
        """() => {
          const stops = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), main")];
          const help = document.querySelector(".help-link");
          return stops.indexOf(help) + 1 === stops.indexOf(document.querySelector("main")) && !!help.closest("header");
        }"""
    )
    return (*(round(box[side], 1) for side in ("x", "y", "width", "height")), order)


def after_item_9(page: Any, answer: int = 1) -> None:
    page.goto("/questions/phq-9/")
    page.locator("input[name=item-1][value='1']").check(force=True)
    page.locator(f"input[name=item-9][value='{answer}']").check(force=True)
    page.get_by_role("button", name="Keep my answers").click()
    page.wait_for_url("**/assessments/*/help/")


def show_rendered(page: Any, name: str) -> None:
    """A page that a person of a test can hardly come to."""
    from django.template.loader import render_to_string

    page.route(
        "**/made-for-a-test/",
        lambda route: route.fulfill(
            body=render_to_string(name, {"people": 1, "entries": 1}), content_type="text/html"
        ),
    )
    page.goto("/made-for-a-test/")
    page.unroute("**/made-for-a-test/")


def session_of(page: Any) -> str:
    page.goto("/week/")
    return page.locator("a[href^='/sessions/']").first.get_attribute("href")


def walk(page: Any, name: str, look: Any) -> None:
    """``look(page, name of the page)`` on every page: without an account, with one, and where something went wrong."""
    for path in PUBLIC:
        page.goto(path)
        look(page, path)
    for one in RENDERED:
        show_rendered(page, one)
        look(page, one)
    sign_up(page, name)
    session = session_of(page)
    for path in (*OWN, session, f"{session}why/"):
        page.goto(path)
        look(page, path)
    page.goto("/today/")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("button", name="Done", exact=True)).to_be_visible()
    look(page, "a session under way")
    for path in (f"{session}stop/", f"{session}stopped/"):
        page.goto(path)
        look(page, path)
    for answer in (1, 2):
        after_item_9(page, answer)
        look(page, f"after item 9 with {answer}")


def forget_the_missing_page(open_page: Any) -> None:
    """A browser says in its console that a page was not there."""
    open_page.watch.errors = [text for text in open_page.watch.errors if "404" not in text]


def test_every_page_has_help_in_its_place_an_order_and_names_for_a_screen_reader(open_page: Any) -> None:
    page = open_page(viewport=PHONE)
    places: dict[Any, list[str]] = {}
    wrong: list[str] = []

    def look(page: Any, name: str) -> None:
        places.setdefault(place_of_help(page), []).append(name)
        wrong.extend(f"{name}: {fault}" for fault in (*page.evaluate(STRUCTURE), *page.evaluate(TOO_SMALL)))

    walk(page, "screen-reader", look)
    forget_the_missing_page(open_page)
    assert wrong == []
    assert len(places) == 1, places
    assert next(iter(places))[-1] is True


def test_a_page_with_faults_is_found(open_page: Any) -> None:
    page = open_page(viewport=PHONE)
    page.route("**/made-for-a-test/", lambda route: route.fulfill(body=FAULTY, content_type="text/html"))
    page.goto("/made-for-a-test/")
    found = " ".join([*page.evaluate(STRUCTURE), *page.evaluate(TOO_SMALL)])
    for fault in ("no language", "the title is Other", "banner is there 0 times", "main is there 2 times", "there is not one h1",
                  "a level is left out", "no text for <img", "no text for <svg", "no name for <button", 'class="x">first</button> stands above',
                  "navigation has no name", 'id="tiny"'):  # fmt: skip
        assert fault in found
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == page.evaluate(FOCUS) | {"outlined": False, "covered": True}


def test_with_large_letters_and_wide_text_no_page_is_pushed_sideways_or_cut(open_page: Any) -> None:
    """1280 px at 400 % are 320, at 200 % 640."""
    page = open_page(viewport={"width": 320, "height": 640})
    wrong: list[str] = []

    def look(page: Any, name: str) -> None:
        page.evaluate(WIDER_TEXT)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        cut = page.evaluate(
            """() => [...document.querySelectorAll("button, [role=button], label, legend, h1, h2, h3, summary, .bar a, .help-link, .quietly")]
              .filter((node) => node.checkVisibility() && !node.matches(".unseen") && getComputedStyle(node).overflow === "hidden")
              .filter((node) => node.scrollHeight > node.clientHeight + 2 || node.scrollWidth > node.clientWidth + 2)
              .map((node) => node.outerHTML.slice(0, 100))"""
        )
        wrong.extend([f"{name} is {over} px too wide"] if over > 0 else [])
        wrong.extend(f"{name}: cut: {node}" for node in cut)

    walk(page, "wide-text", look)
    page.set_viewport_size({"width": 640, "height": 450})
    for path in OWN:
        page.goto(path)
        look(page, f"{path} at 200 %")
    forget_the_missing_page(open_page)
    assert wrong == []


@pytest.mark.parametrize(
    "path",
    [
        "/today/?all=1",
        "/start/safety/",
        "/questions/phq-9/",
        "/help/plan/change/",
        "/you/reminders/",
        "/stop/",
    ],
)
def test_the_focus_can_be_seen_and_nothing_lies_over_it(open_page: Any, path: str) -> None:
    page = open_page(viewport={"width": 390, "height": 560})
    sign_up(page, "focus-" + path.strip("/?=1").replace("/", "-").replace("?", "-").replace("=", "-"))
    page.goto(path)
    wrong, stops, last = [], set(), ""
    for _ in range(160):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        if found is None or found["key"] in stops:
            break
        stops.add(found["key"])
        last = found["what"]
        if not found["outlined"] or found["covered"]:
            wrong.append(found)
    assert 'href="/progress/"' in last, "every stop was visited, down to the end of the bar"
    assert wrong == []


def tab_to(page: Any, target: Any, *, backwards: bool = False) -> None:
    """Press Tab until the target has the focus, as a person without a mouse does."""
    for _ in range(200):
        if target.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
    raise AssertionError(f"{target} can not be reached by Tab")


def press(page: Any, target: Any, key: str = "Enter") -> None:
    tab_to(page, target)
    page.keyboard.press(key)


def test_from_sign_up_to_a_help_line_by_keyboard_alone(open_page: Any) -> None:
    page = open_page(viewport=PHONE)
    page.goto("/")
    press(page, page.get_by_role("button", name="Begin"))
    page.wait_for_url("**/account/signup/")
    tab_to(page, page.get_by_label("Username"))
    page.keyboard.type("keys-alone")
    tab_to(page, page.get_by_label("Password", exact=True))
    page.keyboard.type("it is solved by walking")
    press(page, page.get_by_role("button", name="Go on"))

    page.wait_for_url("**/start/safety/")
    tab_to(page, page.get_by_label("How old are you?"))
    page.keyboard.type("41")
    tab_to(page, page.get_by_label("Where do you live?"))
    page.keyboard.type("New Z")
    press(page, page.get_by_role("button", name="Next"))
    page.wait_for_url("**/start/likes/")
    press(page, page.locator("input[name=likes][value=walking]"), "Space")
    press(page, page.get_by_role("button", name="Make my first week"))

    # the check-in: the arrows move along a scale, and what was saved is said
    page.wait_for_url("**/today/")
    tab_to(page, page.locator("input[name=mood]").first)
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.locator("input[name=mood]:checked")).to_have_value("4")
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()

    # a session; the card looks at itself again after a check-in
    page.wait_for_load_state("networkidle")
    press(page, page.get_by_role("button", name="Start", exact=True))
    expect(page.get_by_role("button", name="Done", exact=True)).to_be_visible()
    press(page, page.get_by_role("button", name="Done", exact=True))
    expect(page.get_by_role("status").filter(has_text="Done. That is 1 so far.")).to_be_visible()

    # a questionnaire, whose last answer leads to help
    press(page, page.locator("footer").get_by_role("link", name="Fill in a questionnaire"))
    press(page, page.get_by_role("button", name="Open PHQ-9"))
    page.wait_for_url("**/questions/phq-9/")
    for item in range(1, 9):
        press(page, page.locator(f"input[name=item-{item}]").first, "Space")
    tab_to(page, page.locator("input[name=item-9]").first)
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[name=item-9]:checked")).to_have_value("1")
    press(page, page.get_by_role("button", name="Keep my answers"))
    page.wait_for_url("**/assessments/*/help/")
    tab_to(page, page.locator("main a[href='tel:1737']"))
    focus = page.evaluate(FOCUS)
    assert focus["outlined"]
    assert not focus["covered"]
    press(page, page.get_by_role("button", name="Keep going"))
    expect(page.get_by_text("Your answers add up to")).to_be_visible()

    # and the way back to help, from the top of any page
    page.keyboard.press("Tab")
    tab_to(page, page.locator(".help-link"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="People you can talk to")).to_be_visible()


def test_nothing_is_asked_twice_and_a_password_can_be_pasted_or_filled_by_a_manager(open_page: Any) -> None:
    page = open_page(viewport=PHONE)
    page.goto("/account/signup/")
    name, password = page.get_by_label("Username"), page.get_by_label("Password", exact=True)
    name.fill("it is solved by walking")
    name.press("Control+a")
    name.press("Control+c")
    password.focus()
    page.keyboard.press("Control+v")
    expect(password).to_have_value("it is solved by walking")
    assert name.get_attribute("autocomplete") == "username"
    assert password.get_attribute("autocomplete") == "new-password"
    name.fill("once-only")
    password.fill("short")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Username")).to_have_value("once-only")  # the password alone is asked again
    page.goto("/account/login/")
    assert page.locator("[name=password]").get_attribute("autocomplete") == "current-password"

    sign_up(page, "once-only")
    page.goto("/help/")
    expect(page.locator("main a[href='tel:1737']")).to_be_visible()  # the country was told once
    page.goto("/start/safety/")
    expect(page.get_by_label("How old are you?")).to_have_value("41")


def test_what_changes_is_told_to_who_does_not_look(open_page: Any) -> None:
    page = open_page(viewport=PHONE)
    sign_up(page, "told")
    assert page.locator("#saved").get_attribute("role") == "status"
    assert page.locator("#not-sent").get_attribute("role") == "alert"
    page.locator("input[name=mood][value='4']").check(force=True)
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    page.goto("/journal/add/")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("status").or_(page.get_by_role("alert")).first).to_be_visible()
    page.goto("/start/safety/")
    page.get_by_label("How old are you?").fill("7000")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    age = page.get_by_label("How old are you?")
    expect(age).to_be_focused()
    described = age.get_attribute("aria-describedby") or ""
    assert any(page.locator(f"#{one}.errorlist").count() for one in described.split()), (
        "the reason is read with the field"
    )
