"""The documents are true: their examples run, their links resolve, and nothing that can be called or set is left out."""

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from places import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: Spaces at will, so that wide tables can be written narrow; "..." stands for what may differ.
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
#: The commands whose output is shown and compared; others (serve, make) only stand in the text.
CALLED = ("$ ambulando ", "$ .venv/bin/ambulando ")


def blocks(kind: str) -> list[tuple[str, str]]:
    """(document and line, text) of every block of a kind."""
    found = []
    for document in DOCUMENTS:
        text = document.read_text("utf-8")
        for match in BLOCK.finditer(text):
            if match[1] == kind:
                line = text.count("\n", 0, match.start()) + 1
                found.append((f"{document.relative_to(ROOT)}:{line}", match[2]))
    return found


def calls_of(block: str) -> list[tuple[str, str]]:
    """(command, shown output) of a console block; a command goes on over lines that begin with ``>``."""
    calls: list[tuple[str, str]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            calls.append((line[2:], ""))
        elif line.startswith("> ") and not calls[-1][1]:
            calls[-1] = (calls[-1][0] + "\n" + line[2:], "")
        else:
            calls[-1] = (calls[-1][0], calls[-1][1] + line + "\n")
    return calls


CONSOLE = [(where, text) for where, text in blocks("console") if text.startswith(CALLED)]
PYTHON = blocks("python")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which the examples find the command and their files, and no data of anybody."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    (tmp_path / "data").mkdir()
    return tmp_path


def run(command: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AMBULANDO_")}
    environment |= {
        "AMBULANDO_DATA": str(folder / "data"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONUNBUFFERED": "1",  # what is said on both streams comes in order
        **more,
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )


def test_there_are_examples_of_both_kinds() -> None:
    assert len(CONSOLE) >= 8
    assert len(PYTHON) >= 2


@pytest.mark.parametrize(("where", "text"), CONSOLE, ids=[where for where, _ in CONSOLE])
def test_the_output_of_a_command_is_as_shown(where: str, text: str, folder: Path) -> None:
    for command, shown in calls_of(text):
        assert shown.replace("...", "").strip(), f"{where}: '{command}' shows nothing that could be wrong"
        got = run(command, folder).stdout
        assert doctest.OutputChecker().check_output(shown, got, LOOSE), (
            f"{where}: {command}\nshown:\n{shown}\nis:\n{got}"
        )


@pytest.mark.parametrize(("where", "text"), PYTHON, ids=[where for where, _ in PYTHON])
def test_a_python_example_does_what_it_shows(
    where: str, text: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    example = doctest.DocTestParser().get_doctest(text, {}, where, where, 0)
    assert any(one.want for one in example.examples), f"{where} shows no answer"
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=LOOSE).run(example, out=said.append)
    assert result.failed == 0, "".join(said)


def links() -> list[tuple[Path, str]]:
    found = []
    for document in DOCUMENTS:
        text = BLOCK.sub("", document.read_text("utf-8"))
        found += [(document, target) for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    return found


def anchors(document: Path) -> set[str]:
    """The headings of a document as a page of the repository names them."""
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", document.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_and_picture_resolves() -> None:
    missing = []
    for document, target in links():
        if target.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        if not file.exists() or (anchor and anchor not in anchors(file)):
            missing.append(f"{document.relative_to(ROOT)} -> {target}")
    assert not missing
    assert len(links()) > 15


def test_the_readme_leads_to_every_document() -> None:
    """In one step or two."""
    reached = {ROOT / "README.md"}
    for _ in range(2):
        reached |= {
            (document.parent / target.partition("#")[0]).resolve()
            for document, target in links()
            if document in reached and not target.startswith("https://")
        }
    assert [str(document.relative_to(ROOT)) for document in DOCUMENTS if document not in reached] == []


def commands() -> list[str]:
    """Every command of the command line, such as "serve" and "plan make"."""
    from ambulando.cli import app

    def names(one: Any) -> list[str]:
        return [call.name or call.callback.__name__ for call in one.registered_commands]

    grouped = [
        f"{group.name} {name}" for group in app.registered_groups for name in names(group.typer_instance)
    ]
    return names(app) + grouped


def test_every_command_is_documented_and_no_other() -> None:
    text = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    assert sorted(re.findall(r"^## `(.+)`$", text, re.MULTILINE)) == sorted(commands())
    assert "plan make" in commands()


def test_every_option_of_a_command_is_documented(folder: Path) -> None:
    sections = (ROOT / "docs" / "command-line.md").read_text("utf-8").split("\n## `")[1:]
    described = {section.partition("`")[0]: section for section in sections}
    for command in commands():
        if command == "manage":  # hands everything on to Django
            continue
        options = set(
            re.findall(r"(?<![\w-])--[a-z][a-z-]*", run(f"ambulando {command} --help", folder).stdout)
        )
        assert "--help" in options
        missing = [option for option in options - {"--help", "--json"} if option not in described[command]]
        assert not missing, f"{command}: {missing}"


def test_every_setting_stands_in_the_operators_guide() -> None:
    settings = (ROOT / "src" / "ambulando" / "web" / "settings.py").read_text("utf-8")
    named = set(re.findall(r"^(AMBULANDO_\w+) ", settings.split('"""')[1], re.MULTILINE))
    read = {
        name
        for file in (ROOT / "src").rglob("*.py")
        for name in re.findall(r"environ(?:\.get\(|\[)\"(AMBULANDO_\w+)\"", file.read_text("utf-8"))
    }
    text = (ROOT / "docs" / "operate.md").read_text("utf-8")
    assert len(named) >= 4
    assert [name for name in sorted(named | read) if f"`{name}`" not in text] == []


def test_the_verbs_of_the_makefile_stand_in_the_readme() -> None:
    makefile, readme = (ROOT / "Makefile").read_text("utf-8"), (ROOT / "README.md").read_text("utf-8")
    verbs = re.findall(r"^(run|test|demo|setup|check|bench|fmt):", makefile, re.MULTILINE)
    assert len(verbs) == 7
    assert [verb for verb in verbs if f"`make {verb}`" not in readme] == []
    said = {
        verb for document in DOCUMENTS for verb in re.findall(r"`make ([a-z]+)", document.read_text("utf-8"))
    }
    assert said <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def test_what_is_counted_in_the_documents_is_as_many() -> None:
    from ambulando.activity.catalogue import catalogue
    from ambulando.evidence import base, within_person
    from ambulando.safety.helplines import countries

    readme, evidence = ((ROOT / name).read_text("utf-8") for name in ("README.md", "docs/evidence-base.md"))
    assert f"{len(catalogue())} activities" in readme
    assert f"help lines of {len(countries())} countries" in readme
    for table, rows in (
        ("contrasts_smd", base.contrasts()),
        ("contrasts_events", base.event_contrasts()),
        ("dose_rows", base.dose_rows()),
        ("published", base.published()),
        ("within_person", within_person.facts()),
        ("references", base.references()),
    ):
        assert f"| `{table}.csv` | {len(rows)} |" in evidence, table


def test_the_backup_of_the_operators_guide_can_be_read_back(folder: Path) -> None:
    sqlite3 = pytest.importorskip("pysqlite3")
    (command,) = [text for where, text in blocks("sh") if "operate.md" in where and ".backup(" in text]
    (folder / "var").mkdir()
    with sqlite3.connect(folder / "var" / "ambulando.sqlite3") as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE said (words TEXT)")
        database.execute("INSERT INTO said VALUES ('kept')")
        database.commit()
        done = run(command, folder)  # while the database is open, as on a running installation
    assert done.returncode == 0, done.stdout
    (copy,) = folder.glob("backup-*.sqlite3")
    assert copy.stat().st_mode & 0o077 == 0
    assert sqlite3.connect(copy).execute("SELECT words FROM said").fetchall() == [("kept",)]


def test_documents_are_short_and_name_no_place_but_their_own() -> None:
    for document in DOCUMENTS:
        text = document.read_text("utf-8")
        # one line for each hazard, one part for each command, a row for each comparison, a row for each rule of an app
        if document.name not in ("hazards.md", "command-line.md", "validation.md", "authorisation.md"):
            assert text.count("\n") <= 130, document.name
        assert not re.search(r"/(work|home|root|tmp)/|pypi\.org|pip install", text), document.name
