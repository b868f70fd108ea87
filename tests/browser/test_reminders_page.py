"""Reminders in a browser: asked for after a tap, shown when pushed, paused from the notification, and without JavaScript."""

import json
from typing import Any

import pytest
from browser_people import sign_up
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

#: Chromium without a head has no push service. This one gives a subscription as a browser does, with a key on the curve.
SUBSCRIBES = """
  const POINT = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";
  let kept = JSON.parse(sessionStorage.getItem("kept") ?? "null");
  const made = (options) => ({
    endpoint: "https://fcm.googleapis.com/fcm/send/of-the-test",
    options,
    toJSON() { return { endpoint: this.endpoint, keys: { p256dh: POINT, auth: "c2l4dGVlbiBsZXR0ZXJzLg" } }; },
    unsubscribe: async () => { sessionStorage.removeItem("kept"); kept = null; return true; },
  });
  PushManager.prototype.getSubscription = async () => kept && made({});
  PushManager.prototype.subscribe = async (options) => {
    window.asked = { visible: options.userVisibleOnly, key: options.applicationServerKey.length };
    kept = true; sessionStorage.setItem("kept", "true");
    return made(options);
  };
"""
PUSHED = {
    "web_push": 8030,
    "notification": {
        "title": "Ambulando",
        "body": "A small step is here, if you like.",
        "tag": "reminder",
        "navigate": "/today/",
        "actions": [{"action": "week", "title": "Not this week", "navigate": "/reminders/token/"}],
    },
}
#: a tap on "Not this week"; what the handler asks of the network is caught
TAPPED = """async () => {
  const asked = [];
  self.fetch = async (address, options) => { asked.push([options.method, address.pathname]); return { ok: true }; };
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification, action: "week" }));
  return asked;
}"""
SHOWN = """async () => {
  const worker = await navigator.serviceWorker.ready;
  for (let tries = 0; tries < 60; tries += 1) {
    const shown = await worker.getNotifications();
    if (shown.length) return shown.map(({ title, body, actions, data }) => ({ title, body, actions, data }));
    await new Promise((done) => setTimeout(done, 50));
  }
  return [];
}"""


def test_without_javascript_mail_is_explained_and_the_hour_is_kept(open_page: Any) -> None:
    page = open_page(java_script_enabled=False)
    sign_up(page, "no-script-reminders")
    page.goto("/you/")
    page.get_by_role("link", name="Change reminders").click()
    expect(page.get_by_text("This needs JavaScript.")).to_be_visible()
    expect(page.get_by_text("This installation sends no e-mail for now.")).to_be_visible()
    expect(page.get_by_role("button", name="Remind me on this device")).to_be_hidden()
    page.get_by_label("From what time on?").select_option("17")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("Kept.")).to_be_visible()
    expect(page.get_by_label("From what time on?")).to_have_value("17")


def test_a_device_is_asked_for_only_after_a_tap_and_can_be_stopped(open_page: Any) -> None:
    page = open_page(permissions=["notifications"])
    page.add_init_script(SUBSCRIBES)
    sign_up(page, "device-reminders")
    page.goto("/you/reminders/")
    expect(page.get_by_text("This needs JavaScript.")).to_be_hidden()
    on = page.get_by_role("button", name="Remind me on this device")
    expect(on).to_be_visible()
    assert page.evaluate("window.asked") is None, "nothing is asked before the tap"
    on.click()
    expect(page.get_by_text("This device gets reminders.")).to_be_visible()
    assert page.evaluate("window.asked") == {"visible": True, "key": 65}
    expect(page.get_by_role("button", name="Send me one to try")).to_be_visible()
    page.reload()
    expect(page.get_by_text("This device gets reminders.")).to_be_visible()
    assert page.evaluate("window.asked") is None, "what is there is not asked for again"
    page.get_by_role("button", name="Stop on this device").click()
    expect(on).to_be_visible()
    page.reload()
    expect(on).to_be_visible()


def test_what_the_browser_lost_is_brought_back_when_the_page_is_opened(open_page: Any) -> None:
    page = open_page(permissions=["notifications"])
    page.add_init_script(SUBSCRIBES)
    sign_up(page, "lost-reminders")
    page.goto("/you/reminders/")
    page.get_by_role("button", name="Remind me on this device").click()
    expect(page.get_by_text("This device gets reminders.")).to_be_visible()
    page.evaluate("sessionStorage.removeItem('kept')")
    page.reload()
    expect(page.get_by_text("This device gets reminders.")).to_be_visible()
    assert page.evaluate("window.asked")["visible"]


def test_a_browser_that_refuses_gets_one_calm_sentence(open_page: Any) -> None:
    page = open_page()  # Chromium without a head says no when it is asked
    sign_up(page, "refused-reminders")
    page.goto("/you/reminders/")
    page.get_by_role("button", name="Remind me on this device").click()
    expect(page.get_by_text("This browser does not let us.")).to_be_visible()
    expect(page.get_by_role("button", name="Remind me on this device")).to_be_hidden()


def test_a_browser_that_can_not_do_it_gets_one_calm_sentence(open_page: Any) -> None:
    page = open_page()
    page.add_init_script("delete window.PushManager")
    sign_up(page, "unable-reminders")
    page.goto("/you/reminders/")
    expect(page.get_by_text("This browser can not do it.")).to_be_visible()


def test_a_tap_in_the_notification_pauses_for_a_week(open_page: Any) -> None:
    """Chromium has no way to tap a notification from outside, so its event is made in the service worker itself."""
    page = open_page(permissions=["notifications"])
    page.goto("/help/")
    pushed(page, json.dumps(PUSHED))
    (worker,) = page.context.service_workers
    asked = worker.evaluate(TAPPED)
    assert asked == [["POST", "/reminders/token/"]]


def pushed(page: Any, data: str) -> list[dict[str, Any]]:
    """Deliver a push to the service worker of this page, as the browser would, and read what it shows."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    tools = page.context.new_cdp_session(page)
    found: list[dict[str, Any]] = []
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    tools.send("ServiceWorker.enable")
    page.wait_for_function("true")
    origin = page.evaluate("location.origin")
    registration = next(one for one in found if one["scopeURL"].startswith(origin))
    push = {"origin": origin, "registrationId": registration["registrationId"], "data": data}
    # A worker that is just coming up may miss one; the next takes the place of the first, should both arrive.
    for _ in range(4):
        tools.send("ServiceWorker.deliverPushMessage", push)
        if shown := page.evaluate(SHOWN):
            return shown
    return []


def test_a_push_shows_its_words_and_a_way_to_pause(open_page: Any) -> None:
    page = open_page(permissions=["notifications"])
    page.goto("/help/")
    (shown,) = pushed(page, json.dumps(PUSHED))
    assert (shown["title"], shown["body"]) == ("Ambulando", "A small step is here, if you like.")
    assert [one["title"] for one in shown["actions"]] == ["Not this week"]
    assert shown["data"] == {"navigate": "/today/", "addresses": {"week": "/reminders/token/"}}


@pytest.mark.parametrize("data", ["", "not json", "null", "{}"])
def test_a_push_that_can_not_be_read_still_shows_the_name(open_page: Any, data: str) -> None:
    page = open_page(permissions=["notifications"])
    page.goto("/help/")
    assert [one["title"] for one in pushed(page, data)] == ["Ambulando"]
