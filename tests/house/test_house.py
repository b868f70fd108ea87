"""Rules of the house that no single floor can keep alone."""

import re
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest

import ambulando
from places import ROOT

PACKAGE = ROOT / "src/ambulando"
APPS = sorted(path.parent for path in PACKAGE.glob("web/**/apps.py"))
TEMPLATES = sorted(PACKAGE.glob("web/**/templates/**/*.html"))
MOST_LINES = 450


def tracked() -> list[Path]:
    """The files of the repository that are in version control, or are about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("this is not a checkout of the repository")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        try:
            found.append((path.relative_to(ROOT), path.read_text("utf-8")))
        except UnicodeDecodeError:
            continue  # a picture or a font
    assert len(found) > 100
    return found


def test_no_import_runs_upwards():
    # The command is not beside this Python when the tests run in another environment, so it is called as a module.
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


#: Written in parts, so that this file is not its own finding.
ADDRESSES = (
    "py" + "pi.",
    "pythonhosted" + ".org",
    "npm" + "js.",
    "registry." + "yarn",
    "index-" + "url",
    "artifact" + "ory",
)
PLACES = ("/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/Us" + "ers/", "/t" + "mp/", "C:" + "\\")


def findings(text: str, words: tuple[str, ...]) -> list[str]:
    """The lines in which one of ``words`` stands at the start of a word."""
    pattern = re.compile("|".join(rf"(?<![\w.~}}]){re.escape(word)}" for word in words))
    return [line.strip()[:120] for line in text.splitlines() if pattern.search(line)]


def test_no_file_names_a_registry_or_a_place_on_one_machine():
    found = {str(path): lines for path, text in texts() if (lines := findings(text, ADDRESSES + PLACES))}
    assert found == {}


def test_such_a_name_would_be_found():
    for word in (
        "https://" + ADDRESSES[0] + "org/simple",
        "see " + PLACES[0] + "main",
        f'"{PLACES[2]}ada/x"',
    ):
        assert findings(word, ADDRESSES + PLACES) == [word]
    assert findings("https://example.org" + PLACES[2] + "page", PLACES) == []


def requirements(text: str) -> list[list[str]]:
    """Each pin of a requirements file, as its own line and those of its hashes."""
    joined = text.replace("\\\n", "\n ")
    pins: list[list[str]] = []
    for line in joined.splitlines():
        if line and not line.startswith((" ", "#")):
            pins.append([line.strip()])
        elif line.strip() and not line.strip().startswith("#"):
            pins[-1].append(line.strip())
    return pins


@pytest.mark.parametrize("file", ["base.txt", "dev.txt"])
def test_every_requirement_is_pinned_with_hashes(file):
    pins = requirements((ROOT / "requirements" / file).read_text())
    assert len(pins) > 20
    for name, *hashes in pins:
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.!+-]+( ; .+)?", name), name
        assert hashes, f"{name} has no hash"
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one) for one in hashes), name


def test_what_the_project_asks_for_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = {
        "base.txt": project["project"]["dependencies"] + project["dependency-groups"]["build"],
        "dev.txt": project["project"]["dependencies"] + project["dependency-groups"]["dev"],
    }
    for file, asked in groups.items():
        pinned = {pin[0].split("==")[0] for pin in requirements((ROOT / "requirements" / file).read_text())}
        assert {re.split(r"[\[<>=; ]", one)[0].lower() for one in asked} <= pinned


class Inline(HTMLParser):
    """What a strict Content-Security-Policy would block, and what would come from another host."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style":
            self.found.append("<style>")
        # JSON for a script is data and is not run.
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.found.append("<script> without src")
        for name, value in attrs:
            text = (value or "").strip().lower()
            if name == "style" or name.startswith(("on", "hx-on")):
                self.found.append(f"{tag} {name}")
            if text.startswith(("javascript:", "js:")):
                self.found.append(f"{tag} {name}={text[:20]}")
            fetched = name in ("src", "srcset") or (tag == "link" and name == "href")
            if fetched and re.match(r"(https?:)?//", text):
                self.found.append(f"{tag} {name}={text[:40]}")


def inline(html: str) -> list[str]:
    reader = Inline()
    html = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", html, flags=re.DOTALL)
    # What stands between the signs of the template language is no attribute: {% if one.more %} is not "one.more".
    reader.feed(re.sub(r"{%.*?%}", " ", html, flags=re.DOTALL))
    reader.close()
    return reader.found


def test_no_template_has_inline_script_or_style_or_another_host():
    assert len(TEMPLATES) > 20
    found = {
        str(path.relative_to(PACKAGE)): lines for path in TEMPLATES if (lines := inline(path.read_text()))
    }
    assert found == {}


@pytest.mark.parametrize(
    "html",
    [
        "<style>p { color: red }</style>",
        '<p style="color: red">',
        "<script>alert(1)</script>",
        '<button onclick="go()">',
        '<a href="javascript:go()">',
        '<div hx-on:click="go()">',
        '<div hx-on::after-request="go()">',
        '<button hx-vals="js:{a: b}">',
        '<script src="https://cdn.example/x.js"></script>',
        '<img src="//cdn.example/x.png">',
    ],
)
def test_what_the_policy_would_block_is_found(html):
    assert inline(html)


def test_what_the_policy_allows_is_not_found():
    assert (
        inline('<script src="{% static "x.js" %}" defer></script><script type="application/json">{}</script>')
        == []
    )
    assert inline('<a href="https://example.org">there</a>{# <style> #}') == []


def test_data_files_are_text_in_utf_8():
    files = [
        path
        for path in PACKAGE.rglob("*")
        if path.suffix in (".csv", ".toml", ".json", ".html", ".css", ".js", ".svg")
    ]
    assert len(files) > 40
    for path in files:
        text = path.read_bytes().decode("utf-8")  # raises with the place of the first wrong byte
        assert "\ufffd" not in text, path
        assert "\r" not in text, path
    assert any(path.parent.name == "data" for path in files)


def test_every_module_can_be_read_in_one_sitting():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in PACKAGE.rglob("*.py")
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert long == {}


@pytest.mark.parametrize("app", APPS, ids=[app.name for app in APPS])
def test_every_app_is_laid_out_as_designed(app):
    """What is stored, what is read, what is changed, and the pages: each in its own module."""
    for name in ("models.py", "actions.py", "views.py", "urls.py", "apps.py"):
        assert (app / name).is_file(), f"{app.name} has no {name}"
    assert (app / "migrations" / "__init__.py").is_file()
    assert list((app / "templates").rglob("*.html")), f"{app.name} has no templates"
    assert (app / "models.py").read_text().lstrip().startswith('"""'), "a module begins with what it holds"


@pytest.mark.parametrize("app", APPS, ids=[app.name for app in APPS])
def test_pages_read_and_change_rows_through_queries_and_actions(app):
    modules = [path for path in (app / "views.py", app / "forms.py", app / "middleware.py") if path.is_file()]
    direct = {
        path.name: lines for path in modules if (lines := re.findall(r".*\.objects\b.*", path.read_text()))
    }
    assert direct == {}


def test_the_version_is_one():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "src/ambulando/__init__.py"
    assert re.fullmatch(r"\d+\.\d+(\.\d+)?((a|b|rc)\d+|\.dev\d+)?", ambulando.__version__)
    changes = ROOT / "CHANGELOG.md"
    if changes.exists():
        newest = re.search(r"^## \[?v?(\d[^\s\]]*)", changes.read_text(), re.MULTILINE)
        assert newest
        assert newest[1] == ambulando.__version__


def test_every_verb_of_the_makefile_says_what_it_does():
    text = (ROOT / "Makefile").read_text()
    verbs = set(re.findall(r"^([a-z]+):", text, re.MULTILINE))
    told = set(re.findall(r"^([a-z]+):.*## \w", text, re.MULTILINE))
    assert told == verbs >= {"setup", "run", "demo", "test", "check", "bench", "fmt", "help"}
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == verbs
    shown = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True)
    assert shown.returncode == 0, shown.stderr
    assert {line.split()[0] for line in shown.stdout.splitlines()} == verbs


def test_a_new_machine_runs_the_two_commands_that_a_person_runs():
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111
    lines = [line for line in script.read_text().splitlines() if line.startswith("make")]
    assert lines == ["make check", "make test"]


def test_no_two_test_files_have_the_same_name():
    """Two of a name can not be collected in one run, and the second would be tested by nobody."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def test_no_test_imports_from_a_conftest():
    """Which of several would be found hangs on what was collected before."""
    rows = [
        path.name
        for path in (ROOT / "tests").rglob("*.py")
        if re.search(r"^(from|import) conftest\b", path.read_text(), re.M)
    ]
    assert rows == []
