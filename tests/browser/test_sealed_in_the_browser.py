"""Sealed threads between real Chromium profiles: what is kept holds no plain word, keys come back, nothing false is shown.

One story, told in the order of the tests.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from browser_of_tests import PATIENCE, PHONE
from playwright.sync_api import expect
from test_messages_in_the_browser import PASSWORD, Installation

pytestmark = pytest.mark.browser

PHRASES = {"ada": "otter lamp Ångström river", "cora": "seven quiet harbour pears"}
BEFORE = "written plainly before"
SAID = "quincunx: I did not get up until noon"
ANSWER = "zephyrine: thank you for telling me"
OFFLINE = "wombatish: written on the train"
DRAFT = "halcyonic, and not sent yet"
#: a page may not evaluate text, so that Playwright can not wait for a function in it
DRAFT_IS_KEPT = """async () => {
  for (let tries = 0; tries < 100; tries += 1) {
    if (Object.keys(localStorage).some((name) => name.startsWith("draft"))) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}"""
LATER = "from the new key: brindled"


@dataclass
class Story:
    """The installation, who is there, and what they wrote down on paper."""

    installation: Installation
    chromium: Any
    faults: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    pages: dict[str, Any] = field(default_factory=dict)
    contexts: list[Any] = field(default_factory=list)

    @property
    def thread(self) -> str:
        return f"/messages/{self.installation.thread}/"  # type: ignore[attr-defined]

    def device(self, name: str) -> Any:
        """A new profile in which somebody has signed in."""
        context = self.chromium.new_context(base_url=self.installation.address, viewport=PHONE)
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.goto("/account/login/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda address: "/login/" not in address)
        return page

    def make_key(self, name: str, page: Any, phrase: str) -> None:
        form = page.locator("form[data-makes]:visible")
        form.get_by_label("A new passphrase").fill(phrase)
        form.get_by_label("The same once more").fill(phrase)
        form.get_by_role("button", name="Make my key").click()
        code = page.locator("[data-code]")
        expect(code).to_have_text(re.compile(r"^(?:\w{4}-){6}\w{4}$"))
        self.codes[name] = code.inner_text()
        page.get_by_label("Type its last four letters").fill(self.codes[name][-4:].lower())
        page.get_by_role("button", name="I have it on paper").click()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, chromium: Any) -> Iterator[Story]:
    one = Installation(tmp_path_factory.mktemp("sealed"))
    one.start()
    try:
        make = Path(__file__).with_name("people_who_write.py")
        made = subprocess.run(
            [sys.executable, str(make)],
            env=one.environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=300,
        )
        one.grant, one.thread = made.stdout.split()  # type: ignore[attr-defined]
        told = Story(one, chromium)
        yield told
        for context in told.contexts:
            context.close()
    finally:
        one.stop()
    assert told.faults == []


def write(page: Any, words: str) -> None:
    page.get_by_label("Your message").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("li.mine[data-pk] .words", has_text=words)).to_be_visible()


def kept_here(page: Any) -> str:
    """All that this device keeps of this site outside of keys."""
    return page.evaluate("() => JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage })")


def said(page: Any, words: str) -> Any:
    """Where these words can be seen; sentences that wait for their moment stand in the page too, hidden."""
    return page.get_by_text(words).filter(visible=True)


def test_both_say_yes_after_they_were_told_what_it_costs(story: Story) -> None:
    ada, cora = story.device("ada"), story.device("cora")
    story.pages |= {"ada": ada, "cora": cora}
    ada.goto(story.thread)
    write(ada, BEFORE)
    ada.get_by_role("link", name="Seal this thread").click()
    expect(said(ada, "the words are gone for you")).to_be_visible()
    expect(said(ada, "could send a page that cheats")).to_be_visible()
    ada.get_by_role("button", name="First, make your key").click()
    form = ada.locator("form[data-makes]:visible")
    form.get_by_label("A new passphrase").fill("too short")
    form.get_by_role("button", name="Make my key").click()
    expect(said(form, "Please take at least 12 letters.")).to_be_visible()
    story.make_key("ada", ada, PHRASES["ada"])
    ada.get_by_role("button", name="Ask Dr Mere to seal it").click()
    expect(said(ada, "It is sealed when they say yes too.")).to_be_visible()

    cora.goto(story.thread)
    cora.get_by_role("link", name="Read what that means").click()
    cora.get_by_role("button", name="First, make your key").click()
    story.make_key("cora", cora, PHRASES["cora"])
    cora.get_by_role("button", name="Yes, seal it").click()
    cora.wait_for_url(f"**{story.thread}")
    expect(said(cora, "Sealed: only the two of you can read it")).to_be_visible()
    expect(said(ada, "This thread is sealed.")).to_be_visible()
    ada.goto(story.thread)
    expect(said(ada, "Sealed: only the two of you can read it")).to_be_visible()
    expect(said(ada, "Not sealed")).to_have_count(1)


def test_sealed_messages_go_both_ways_and_both_see_the_same_number(story: Story) -> None:
    ada, cora = story.pages["ada"], story.pages["cora"]
    write(ada, SAID)
    expect(said(cora, SAID)).to_be_visible()
    write(cora, ANSWER)
    expect(said(ada, ANSWER)).to_be_visible()
    expect(ada.locator("input[type=file]")).to_have_count(0)
    numbers = [page.locator("[data-state=open] [data-number]").text_content() for page in (ada, cora)]
    assert numbers[0] == numbers[1]
    assert re.fullmatch(r"(\d{5} ){11}\d{5}", numbers[0])


def test_a_draft_and_what_waits_offline_are_sealed_on_the_device(story: Story) -> None:
    ada, cora = story.pages["ada"], story.pages["cora"]
    ada.get_by_label("Your message").fill(DRAFT)
    assert ada.evaluate(DRAFT_IS_KEPT)
    assert "halcyonic" not in kept_here(ada)
    ada.reload()
    expect(ada.get_by_label("Your message")).to_have_value(DRAFT)
    ada.context.set_offline(True)
    ada.get_by_label("Your message").fill(OFFLINE)
    ada.get_by_role("button", name="Send", exact=True).click()
    expect(ada.locator("li[data-waits]", has_text=OFFLINE)).to_be_visible()
    assert "sealed" in kept_here(ada)
    assert "wombatish" not in kept_here(ada)
    ada.context.set_offline(False)
    expect(said(cora, OFFLINE)).to_be_visible()
    expect(said(cora, "is missing here")).to_have_count(0)
    ada.get_by_label("Your message").fill(DRAFT)
    assert ada.evaluate(DRAFT_IS_KEPT)


def test_search_and_a_file_are_made_in_the_browser(story: Story) -> None:
    cora = story.pages["cora"]
    cora.get_by_text("Sealed: only the two of you can read it").click()
    cora.get_by_label("Search here, in your browser").fill("QUINCUNX")
    cora.get_by_role("button", name="Search").click()
    expect(cora.locator("[data-found] li")).to_have_count(1)
    expect(cora.locator("[data-found]")).to_contain_text(SAID)
    with cora.expect_download() as saved:
        cora.get_by_role("button", name="Save as a file").click()
    text = Path(saved.value.path()).read_text("utf-8")
    assert [words in text for words in (BEFORE, SAID, ANSWER, OFFLINE)] == [True] * 4


def test_a_second_device_reads_all_after_the_passphrase(story: Story) -> None:
    page = story.device("ada")
    page.goto(story.thread)
    expect(said(page, "Sealed. Open your key to read it.").first).to_be_visible()
    assert "quincunx" not in page.content()
    page.get_by_label("Passphrase or recovery code").fill("otter lamp angstrom river")
    page.get_by_role("button", name="Open on this device").click()
    expect(said(page, "That is not your passphrase or your recovery code.")).to_be_visible()
    page.get_by_label("Passphrase or recovery code").fill(PHRASES["ada"])
    page.get_by_role("button", name="Open on this device").click()
    for words in (SAID, ANSWER, OFFLINE):
        expect(said(page, words)).to_be_visible()
    page.reload()
    expect(said(page, SAID)).to_be_visible()


def test_another_device_reads_all_after_the_recovery_code_and_nothing_after_signing_out(story: Story) -> None:
    page = story.device("ada")
    page.goto(story.thread)
    page.get_by_label("Passphrase or recovery code").fill(story.codes["ada"].lower().replace("-", " "))
    page.get_by_role("button", name="Open on this device").click()
    expect(said(page, SAID)).to_be_visible()
    out = """async () => {
      const [one] = await new Promise((done) => {
        const opening = indexedDB.open("sealed");
        opening.onsuccess = () => {
          const all = opening.result.transaction("keys").objectStore("keys").getAll();
          all.onsuccess = () => (opening.result.close(), done(all.result));
        };
      });
      return crypto.subtle.exportKey("pkcs8", one.key).then(() => "it came out", (error) => error.name);
    }"""
    assert page.evaluate(out) == "InvalidAccessError"
    page.goto("/you/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/login/**")
    assert page.evaluate("async () => (await indexedDB.databases()).map((one) => one.name)") == []


def test_no_file_of_the_server_holds_a_plain_word_a_passphrase_or_a_code(story: Story) -> None:
    secrets = [
        SAID,
        ANSWER,
        OFFLINE,
        DRAFT,
        "quincunx",
        "zephyrine",
        "wombatish",
        "halcyonic",
        *PHRASES.values(),
    ]
    secrets += [code for one in story.codes.values() for code in (one, one.replace("-", ""), one.lower())]
    folder = story.installation.data
    files = [path for path in (*folder.rglob("*"), story.installation.log) if path.is_file()]
    names = {path.name for path in files}
    assert {"ambulando.sqlite3", "jobs.sqlite3", "words.key", "log"} <= names
    everything = story.installation.shell(
        "from django.apps import apps; print([list(m._base_manager.values_list()) for m in apps.get_models()])"
    )
    assert BEFORE in everything, "what the server can open is opened, and was looked through"
    found = [(one, "a row") for one in secrets if one in everything]
    for path in files:
        content = path.read_bytes()
        found += [(one, path.name) for one in secrets if one.encode() in content]
    assert found == []


def test_what_was_altered_swapped_or_moved_on_the_server_is_not_shown_as_genuine(story: Story) -> None:
    cora = story.pages["cora"]
    closed = "It may have been changed on its way, so it is not shown."
    first = "rows = list(Message.objects.filter(kind='sealed').order_by('pk')); a, b, c = rows[:3]; "

    def after(code: str) -> Any:
        story.installation.shell(first + code)
        cora.reload()
        expect(said(cora, "Sealed: only the two of you can read it")).to_be_visible()
        return cora

    after("import json; r = json.loads(a.body); r['sealed'] = ('A' if r['sealed'][0] != 'A' else 'B') + r['sealed'][1:]; "
          "a.body = json.dumps(r); a.save()")  # fmt: skip
    expect(said(cora, closed)).to_have_count(1)
    expect(cora.locator("#log").get_by_text(SAID)).to_have_count(0)
    after("b.writer, c.writer = c.writer, b.writer; b.save(); c.save()")
    expect(said(cora, closed)).to_have_count(3)
    after("b.writer, c.writer = c.writer, b.writer; b.save(); c.save()")
    expect(said(cora, closed)).to_have_count(1)
    expect(cora.locator("#log").get_by_text(ANSWER)).to_be_visible()
    after("b.body, c.body = c.body, b.body; b.save(); c.save()")
    expect(said(cora, closed)).to_have_count(3)
    after("b.body, c.body = c.body, b.body; b.save(); c.save()")
    # the place of two messages in the thread, and one that is gone
    after("b_, c_ = (b.key, b.writer, b.body), (c.key, c.writer, c.body); import uuid; "
          "b.key = uuid.uuid4(); b.save(); c.key, c.writer, c.body = b_; c.save(); b.key, b.writer, b.body = c_; b.save()")  # fmt: skip
    expect(said(cora, "This message stands in another place than where it was written.")).to_have_count(1)
    after("b_, c_ = (b.key, b.writer, b.body), (c.key, c.writer, c.body); import uuid; "
          "b.key = uuid.uuid4(); b.save(); c.key, c.writer, c.body = b_; c.save(); b.key, b.writer, b.body = c_; b.save()")  # fmt: skip
    expect(said(cora, "This message stands in another place than where it was written.")).to_have_count(0)


def test_a_message_that_was_moved_to_another_thread_with_its_keys_does_not_open_there(story: Story) -> None:
    cora = story.pages["cora"]
    code = """
from django.utils import timezone
from ambulando.web.care.grants.models import Grant
from ambulando.web.care.sealed.models import ThreadKey
old = Thread.objects.get()
from ambulando.web.people.models import Person
other = Person.objects.create_user("dan", password="it is solved by walking")
now = timezone.now()
grant = Grant.objects.create(person=old.grant.person, reader=other, name="Dan", role="coach", items=[], accepted_at=now, confirmed_at=now)
new = Thread.objects.create(grant=grant, sealed=True)
Grant.objects.filter(pk=grant.pk).update(reader=None)
Grant.objects.filter(pk=old.grant_id).update(reader=None)
Grant.objects.filter(pk=grant.pk).update(reader=Person.objects.get(username="cora"))
for one in ThreadKey.objects.filter(thread=old): one.pk = None; one.thread = new; one.save()
one = Message.objects.filter(thread=old, kind="sealed").order_by("pk")[1]; one.pk = None; one.thread = new; one.save()
print(new.pk)
"""
    pk = story.installation.shell(f"exec({code!r})")
    cora.goto(f"/messages/{pk}/")
    message = cora.locator("li[data-sealed-body] .words")
    expect(message).to_have_text(re.compile("^This message can not be opened with your key"))
    back = f"""
from ambulando.web.care.grants.models import Grant
from ambulando.web.people.models import Person
Thread.objects.get(pk={pk}).grant.delete()
Grant.objects.filter(pk={story.installation.grant}).update(reader=Person.objects.get(username="cora"))
"""  # type: ignore[attr-defined]
    story.installation.shell(f"exec({back!r})")


def test_a_lost_key_is_told_honestly_to_both(story: Story) -> None:
    cora, page = story.pages["cora"], story.device("ada")
    cora.goto(story.thread)
    page.goto(story.thread)
    page.get_by_role("link", name="I lost both").click()
    page.get_by_text("I lost both").click()
    expect(said(page, "what was sealed until now stays closed for you")).to_be_visible()
    story.make_key("ada", page, "a wholly new set of words")
    page.wait_for_url("**/seal/")
    page.goto(story.thread)
    expect(said(page, "It was sealed with one from before.")).to_have_count(3)
    expect(said(cora, "The key of the other side is new.")).to_be_visible()
    write(page, LATER)
    expect(said(cora, "It opens once you have compared the numbers.")).to_be_visible()
    expect(said(cora, LATER)).to_have_count(0)
    cora.get_by_label("Your message").fill("hello")
    cora.get_by_role("button", name="Send", exact=True).click()
    expect(said(cora, "Open your key first; what you wrote stays here.")).to_be_visible()
    mine = page.locator("[data-state=open] [data-number]").text_content()
    assert cora.locator("[data-state=changed] [data-number]").text_content() == mine
    cora.get_by_role("button", name="The numbers are the same").click()
    expect(said(cora, LATER)).to_be_visible()
    expect(cora.locator("#log").get_by_text(ANSWER)).to_be_visible()
    cora.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("li:not(.mine) .words", has_text="hello")).to_be_visible()


def test_the_passphrase_is_changed_and_only_the_new_one_opens(story: Story) -> None:
    cora = story.pages["cora"]
    cora.goto("/messages/key/")
    expect(said(cora, "Your key is open on this device.")).to_be_visible()
    cora.get_by_text("Change the passphrase").click()
    form = cora.locator("form[data-changes]")
    form.get_by_label("The passphrase now").fill("not this one")
    form.get_by_label("A new passphrase").fill("nine new green words")
    form.get_by_label("The same once more").fill("nine new green words")
    form.get_by_role("button", name="Change it").click()
    expect(said(form, "That is not your passphrase")).to_be_visible()
    form.get_by_label("The passphrase now").fill(PHRASES["cora"])
    form.get_by_role("button", name="Change it").click()
    expect(said(form, "Your passphrase is changed.")).to_be_visible()
    page = story.device("cora")
    page.goto(story.thread)
    for phrase, opens in ((PHRASES["cora"], False), ("nine new green words", True)):
        page.get_by_label("Passphrase or recovery code").fill(phrase)
        page.get_by_role("button", name="Open on this device").click()
        # this device saw both keys of the other side in the thread, and has not been told that the new one is theirs
        answer = "The key of the other side is new." if opens else "That is not your passphrase"
        expect(said(page, answer)).to_be_visible()


def test_without_javascript_the_form_is_hidden_and_the_page_says_why(story: Story) -> None:
    state = story.pages["cora"].context.storage_state()
    context = story.chromium.new_context(
        base_url=story.installation.address, viewport=PHONE, java_script_enabled=False, storage_state=state
    )
    story.contexts.append(context)
    page = context.new_page()
    page.goto(story.thread)
    expect(said(page, "It is read and written with JavaScript, which is off here")).to_be_visible()
    expect(page.get_by_label("Your message")).to_be_hidden()
    expect(said(page, "Messages are not watched around the clock.")).to_be_visible()
