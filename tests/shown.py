"""Every sentence that the product can show to a person, with the place where it stands, and how hard it is to read.

What is collected is what is not left out: each thing that is left out is named below with its reason, so that a new
sentence can not escape by standing somewhere new.
"""

import ast
import csv
import re
import tomllib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from places import ROOT

SOURCE = ROOT / "src/ambulando"
PACKS = ROOT / "packs"
#: a text of fewer words is a label, not a sentence: formulas for sentences say nothing about it
FEWEST_WORDS = 4
#: the school grade above which no sentence stands
HARDEST = 8.0

#: code whose texts no person reads on a page -> why; a folder, or a file
NOT_FOR_PERSONS = {
    "cli": "the command line speaks to those who work with it",
    "web/serving.py": "what the server says in the terminal of who runs it",
    "web/settings.py": "settings",
    "web/asgi.py": "the door of the server",
    "migrations": "steps of the database",
}
#: faults that are raised for programmers; what a person is told is an InputError or a form's ValidationError
FOR_PROGRAMMERS = {"ValueError", "TypeError", "KeyError", "RuntimeError", "AssertionError", "LookupError"}
#: data that is not graded -> why. The key stands for a column of a CSV file or a key of a TOML file.
NOT_OURS = {
    ("*", "source"): "where a fact is from: the names and titles of others",
    ("*", "citation"): "the title of a paper",
    ("*", "where"): "the place in a source",
    ("*", "how"): "how a row was read; kept for those who check the rows",
    ("*", "licence"): "the words of a licence",
    ("*", "copyright"): "the words of a licence",
    ("*", "emergency_source"): "where a number is from",
    ("evidence/data/schema.toml", "about"): "what the files of the evidence base hold, for those who add to it",
    ("evidence/data/references.csv", "kind"): "not shown",
    ("evidence/data/claims.csv", "rows"): "identifiers",
    ("evidence/data/claims.csv", "study"): "names of studies",
    ("evidence/data/published.csv", "model"): "not shown",
    ("evidence/data/published.csv", "certainty_note"): "not shown",
    ("evidence/data/stated.csv", "certainty_note"): "not shown",
    ("evidence/data/within_person.csv", "people"): "not shown",
    ("evidence/data/modalities.csv", "note"): "not shown",
    ("evidence/data/studies.csv", "note"): "not shown",
    ("evidence/data/contrasts_smd.csv", "note"): "not shown",
    ("evidence/data/dose_rows.csv", "note"): "not shown",
    ("evidence/data/tolerances.csv", "note"): "not shown",
    ("activity/data/compendium.csv", "what"): "the names that the Compendium gives to what it measured",
    ("safety/data/countries.csv", "name"): "names of countries",
    ("safety/data/helplines.toml", "name"): "names of help lines",
    ("safety/data/helplines.toml", "chat"): "addresses",
    ("safety/data/helplines.toml", "languages"): "names of languages",
}  # fmt: skip
#: in the file of an instrument that is not in our own words, what its makers wrote, which nobody may alter
OF_THE_MAKERS = {"text", "title", "lead", "low_words", "high_words", "unit"}
#: what the forms of Django say here, in its words
OF_DJANGO = (
    "This field is required.",
    "Enter a valid email address.",
    "Select a valid choice. %(value)s is not one of the available choices.",
    "The password is too similar to the %(verbose_name)s.",
    "This password is too short. It must contain at least %d characters.",
    "This password is too common.",
)
#: words that are names and count as one short word
NAMES = (
    "Ambulando",
    "Cochrane",
    "Compendium",
    "Hartung-Knapp",
    "Hamilton",
    "Beck Depression Inventory",
    "HealthDay",
    "RevMan",
    "Australia",
)


@dataclass(frozen=True)
class Sentence:
    text: str
    where: str


@cache
def texts() -> tuple[Sentence, ...]:
    """Everything that is shown, as it stands in the source: patterns with their places still empty."""
    return tuple(_texts())


def _texts() -> Iterator[Sentence]:
    for path in sorted((*SOURCE.rglob("*.html"), *SOURCE.rglob("templates/**/*.txt"))):
        yield from (Sentence(text, place_of(path)) for text in of_template(path.read_text("utf-8")))
    for path in sorted(SOURCE.rglob("*.py")):
        if not any(place_of(path).startswith(part) or part in path.parts for part in NOT_FOR_PERSONS):
            yield from (
                Sentence(text, place_of(path)) for text in of_code(path.read_text("utf-8"), place_of(path))
            )
    for path in sorted((*SOURCE.rglob("*.js"), *SOURCE.rglob("*.webmanifest"))):
        if "vendor" not in path.parts:
            yield from (Sentence(text, place_of(path)) for text in of_script(path.read_text("utf-8")))
    for path in data_files():
        for key, text in cells(path):
            if reason_to_leave_out(path, key) is None:
                yield Sentence(text, place_of(path))
    yield from (Sentence(text, "django") for text in OF_DJANGO)


@cache
def left_out() -> tuple[Sentence, ...]:
    """The texts of data files that may be shown and are not ours to change: names, titles, items of questionnaires."""
    return tuple(
        Sentence(text, place_of(path))
        for path in data_files()
        for key, text in cells(path)
        if reason_to_leave_out(path, key) is not None
    )


def sentences() -> list[Sentence]:
    """The sentences of those texts, each once. Places to be filled count as one short word."""
    found: dict[str, Sentence] = {}
    for text in texts():
        for words in split(text.text):
            found.setdefault(words, Sentence(words, text.where))
    return list(found.values())


def split(text: str) -> list[str]:
    """The sentences of a text that have some words."""
    parts = re.split(r"(?<=[.?!:;])\s+|\n\s*\n| · ", filled(text))
    return [words for part in parts if words_in(words := " ".join(part.split())) >= FEWEST_WORDS]


@cache
def grade(sentence: str) -> float:
    """The US school grade of a sentence (Flesch and Kincaid); names count as one short word."""
    with warnings.catch_warnings():  # it loads its word lists in a way that is going out of use
        warnings.simplefilter("ignore")
        import textstat

    return float(textstat.flesch_kincaid_grade(_names().sub("so", sentence)))


def filled(text: str) -> str:
    """A text without markup, and with a short word in each of its places."""
    plain = re.sub(r"<[^>]*>|&[a-z]+;|(?:https?://|\b[a-z0-9-]+\.(?:com|org)/|\bdocs/)\S*", " ", text)
    return re.sub(r"%\([a-z_]+\)[sd]|%[sd]|\{\{[^}]*\}\}|\{[^{}]*\}", "so", plain)


def words_in(text: str) -> int:
    return len(re.findall(r"[A-Za-z][A-Za-z'’-]*", text))


@cache
def _names() -> re.Pattern[str]:
    """Countries, medicines and other names; abbreviations, addresses and names of settings or files are names too."""
    known = set(NAMES)
    for table in ("countries.csv", "medicines.csv"):
        known |= {
            text for key, text in cells(SOURCE / "safety/data" / table) if key == "name" and len(text) > 3
        }
    longest = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    return re.compile(rf"\b(?:{longest}|[A-Z]{{2,}}[A-Za-z0-9_-]*|[a-z0-9-]+\.(?:com|org|csv|toml))\b")


def place_of(path: Path) -> str:
    return str(path.relative_to(SOURCE if path.is_relative_to(SOURCE) else ROOT))


def of_template(source: str) -> Iterator[str]:
    """What the tags of a template translate. (That no text stands outside of them, tests/web/test_words.py sees to.)"""
    for tag in re.findall(r"\{%\s*translate\s.*?%\}", source, re.S):
        yield from _quoted(tag)[:1]
    for call in re.finditer(r"""\b_\(("[^"]*"|'[^']*')\)""", source):
        yield call[1][1:-1]
    for block in re.finditer(r"\{%\s*blocktranslate\b.*?%\}(.*?)\{%\s*endblocktranslate\s*%\}", source, re.S):
        yield from re.split(r"\{%\s*plural\s*%\}", block[1])


def _quoted(tag: str) -> list[str]:
    return [match[1:-1] for match in re.findall(r"\"[^\"]*\"|'[^']*'", tag)]


def of_code(source: str, where: str = "") -> Iterator[str]:
    """The texts of a module that are no docstrings and have some words. Of the evidence, which speaks to researchers, the
    modules that make Words.
    """
    tree = ast.parse(source)
    imported = {
        name.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for name in node.names
    }
    if not where.startswith("evidence/") or "Words" in imported:
        yield from _strings(tree)


def _strings(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Raise) and _name(getattr(node.exc, "func", None)) in FOR_PROGRAMMERS:
        return
    text = _text(node)
    if text is not None:
        words = [word for word in text.split() if re.search("[A-Za-z]", word)]
        # markup that is drawn, and lists of words over several lines, are no sentences
        if len(words) >= FEWEST_WORDS and not text.startswith(("<", "\n")):
            yield text
        return
    for child in ast.iter_child_nodes(node):
        # a text that stands alone is a docstring or a comment
        if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            yield from _strings(child)


def _text(node: ast.AST) -> str | None:
    """The text of a literal, of one with places, or of several that are added."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join("{}" if (text := _text(part)) is None else text for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left), _text(node.right)
        return None if left is None or right is None else left + right
    return None


def _name(function: ast.AST | None) -> str:
    return getattr(function, "attr", None) or getattr(function, "id", "")


def of_script(source: str) -> Iterator[str]:
    """Texts in a script or a manifest that have some words."""
    without_comments = re.sub(r"^\s*//.*$|\s//\s.*$", "", source, flags=re.M)
    for text in _quoted(without_comments):
        if len(text.split()) >= FEWEST_WORDS and re.match(r"[A-Z][a-z]* [a-z]", text):
            yield text


def data_files() -> list[Path]:
    return sorted((*SOURCE.rglob("*.csv"), *SOURCE.rglob("*.toml"), *PACKS.rglob("*.toml")))


def reason_to_leave_out(path: Path, key: str) -> str | None:
    if key in OF_THE_MAKERS and path in _quoted_instruments():
        return "the words of a questionnaire that others made"
    return NOT_OURS.get((place_of(path), key)) or NOT_OURS.get(("*", key))


@cache
def _quoted_instruments() -> frozenset[Path]:
    """The files of instruments whose licence does not begin with "Own wording"."""
    files = (*SOURCE.glob("measures/data/*.toml"), *PACKS.rglob("*.toml"))
    return frozenset(
        path
        for path in files
        if not tomllib.loads(path.read_text("utf-8"))["licence"].startswith("Own wording")
    )


def cells(path: Path) -> Iterator[tuple[str, str]]:
    """The texts of a data file with their columns or keys."""
    if path.suffix == ".csv":
        lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
        for row in csv.DictReader(lines):
            yield from ((key, text) for key, text in row.items() if text)
    else:
        yield from _within(tomllib.loads(path.read_text("utf-8")), "")


def _within(value: object, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _within(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _within(inner, key)


if __name__ == "__main__":
    # python tests/shown.py [part of a path]: what is above the limit there, the hardest first
    import sys

    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    graded = sorted(
        ((grade(one.text), one) for one in sentences() if asked in one.where), key=lambda pair: -pair[0]
    )
    for figure, one in graded:
        if figure > HARDEST:
            print(f"{figure:5.1f}  {one.where}: {one.text}")
