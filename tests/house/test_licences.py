"""Everything that Ambulando stands on or ships can be combined with its own licence, Apache-2.0."""

import hashlib
import json
import re
import tomllib
from email.message import Message
from importlib.metadata import PackageNotFoundError, distribution

import pytest

from places import ROOT

VENDOR = ROOT / "src/ambulando/web/static/vendor"

#: Licences that allow what we do, by the name we give them and how metadata writes them.
FREE = {
    "MIT": r"mit(-0|-cmu)?( license)?|the mit license",
    "BSD": r"0bsd|(new |modified )?bsd([ -][23][ -]clause)?( license)?|[23][ -]clause bsd( license)?",
    # the exception only takes conditions away
    "Apache-2.0": r"apache([ -]software)?([ -]license)?(,? ?(version )?[ -]?2(\.0)?)?( with llvm-exception)?",
    "ISC": r"isc( license)?( \(iscl\))?",
    "PSF-2.0": r"psf(-2\.0)?|python software foundation license",
    "Zlib": r"zlib",
    "CC0-1.0": r"cc0-1\.0",
    "Unlicense": r"(the )?unlicense( \(unlicense\))?",
    "OFL-1.1": r"(sil )?ofl-1\.1",
}
#: Allowed for a package that is used unmodified, from a place of its own: their conditions are about their own files,
#: which we do not change or ship. (Apache-2.0 code may import them; the Apache Software Foundation's "category B".)
UNMODIFIED = {
    "MPL-2.0": r"mpl[ -]2\.0|mozilla public license 2\.0( \(mpl 2\.0\))?",
    "LGPL": r"lgpl.*|gnu lesser general public license.*",
}
#: Packages whose metadata names no licence, or only its text: what it is, and where that was read.
READ = {
    "axe-playwright-python": (
        "MIT",
        "LICENSE in the package; it carries axe-core (MPL-2.0), for tests alone",
    ),
    "contourpy": ("BSD", "the text in the metadata begins with 'BSD 3-Clause License'"),
    "cycler": ("BSD", "classifier; the text in the metadata is that of three clauses"),
    "huey": ("MIT", "LICENSE in the package"),
    "kiwisolver": ("BSD", "classifier; the text in the metadata is 'Modified BSD License'"),
    "matplotlib": ("PSF-2.0", "classifier; its own licence is derived from that of Python"),
    "pyphen": (
        "LGPL",
        "one of three to choose from, LICENSE in the package; counts syllables, for tests alone",
    ),
    "pysqlite3": ("Zlib", "LICENSE in the package; SQLite itself is in the public domain"),
    "pytest-django": ("BSD", "classifier; the text in the metadata is that of three clauses"),
    "scipy": ("BSD", "classifier; the text in the metadata is that of three clauses"),
}


def licence_of(name: str, metadata: Message) -> str:
    """The licence of a package; "unknown" when its metadata does not say it in a few words."""
    if name in READ:
        return READ[name][0]
    if expression := metadata.get("License-Expression"):
        return expression
    classifiers = [
        one.split("::")[-1].strip()
        for one in metadata.get_all("Classifier") or []
        if one.startswith("License ::") and not one.endswith("OSI Approved")
    ]
    if classifiers:
        return " AND ".join(classifiers)
    return metadata.get("License") or "unknown"


def judged(licence: str) -> str:
    """ "free", "unmodified" or "refused". Of "A AND B" the stricter one counts, of "A OR B" the freer one."""
    words = re.sub(r"^\(([^()]*)\)$", r"\1", " ".join(licence.split()))
    if " OR " in words:
        return min((judged(part) for part in words.split(" OR ")), key=ORDER.index)
    if " AND " in words:
        return max((judged(part) for part in words.split(" AND ")), key=ORDER.index)
    for answer, known in (("free", FREE), ("unmodified", UNMODIFIED)):
        if any(re.fullmatch(pattern, words, re.IGNORECASE) for pattern in known.values()):
            return answer
    return "refused"


ORDER = ("free", "unmodified", "refused")


def pinned(file: str) -> list[str]:
    """The names of the packages that a requirements file pins."""
    text = (ROOT / "requirements" / file).read_text()
    return sorted(set(re.findall(r"^([A-Za-z0-9_.-]+)==", text, re.MULTILINE)))


@pytest.mark.parametrize("file", ["base.txt", "dev.txt"])
def test_every_pinned_package_can_be_combined_with_apache_2(file):
    names = pinned(file)
    assert len(names) > 20
    looked_at, refused = {}, {}
    for name in names:
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # for another system, such as colorama on Windows
        looked_at[name] = licence_of(name, found.metadata)
        if judged(looked_at[name]) == "refused":
            refused[name] = looked_at[name]
    print("\n".join(f"{name}: {licence}" for name, licence in looked_at.items()))
    assert refused == {}
    assert len(looked_at) >= len(names) - 2


def test_what_is_only_allowed_unmodified_is_for_development_alone():
    """So that who installs Ambulando meets free licences only; a change here is a decision."""
    strict = {
        name
        for name in pinned("dev.txt")
        if name != "colorama" and judged(licence_of(name, distribution(name).metadata)) == "unmodified"
    }
    assert strict == {"certifi", "hypothesis", "pathspec", "pyphen", "tqdm"}
    # certifi comes with osmium, which reads extracts of a map for an operator who asks for that extra.
    # tqdm comes with NumPyro, which the tests and benchmarks hold us against.
    # pathspec is part of the build back end, which stands in base.txt; nothing of ours imports it.
    assert strict & set(pinned("base.txt")) == {"pathspec"}


def test_the_table_of_what_was_read_holds_no_package_that_is_gone():
    assert set(READ) <= set(pinned("dev.txt"))


@pytest.mark.parametrize(
    ("licence", "answer"),
    [
        ("MIT", "free"),
        ("MIT License", "free"),
        ("BSD-3-Clause", "free"),
        ("2-clause BSD", "free"),
        ("Apache 2.0", "free"),
        ("Apache Software License", "free"),
        ("BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", "free"),
        ("Apache-2.0 OR BSD-2-Clause", "free"),
        ("MIT OR GPL-3.0-only", "free"),
        ("(MIT OR Apache-2.0)", "free"),
        ("MPL-2.0", "unmodified"),
        ("Mozilla Public License 2.0 (MPL 2.0)", "unmodified"),
        ("LGPL-2.1-or-later", "unmodified"),
        ("MIT AND MPL-2.0", "unmodified"),
        ("GPL-2.0-only", "refused"),
        ("GPLv3", "refused"),
        ("GNU General Public License v3 (GPLv3)", "refused"),
        ("MIT AND GPL-3.0-only", "refused"),
        ("AGPL-3.0-or-later", "refused"),
        ("GNU Affero General Public License v3", "refused"),
        ("SSPL-1.0", "refused"),
        ("BUSL-1.1", "refused"),
        ("CC-BY-NC-4.0", "refused"),
        ("CC-BY-NC-SA-4.0 OR AGPL-3.0-only", "refused"),
        ("Free for non-commercial use", "refused"),
        ("MIT with Commons Clause", "refused"),
        ("Other/Proprietary License", "refused"),
        ("unknown", "refused"),
        ("", "refused"),
        ("Copyright (c) 2015. All rights reserved.", "refused"),
    ],
)
def test_licences_are_told_apart(licence, answer):
    assert judged(licence) == answer


def metadata(**fields):
    message = Message()
    for name, value in fields.items():
        for one in [value] if isinstance(value, str) else value:
            message[name.replace("_", "-")] = one
    return message


def test_the_expression_counts_before_the_classifier_and_that_before_the_text():
    classifier = "License :: OSI Approved :: GNU General Public License v3 (GPLv3)"
    assert licence_of("some", metadata(License_Expression="MIT", Classifier=classifier)) == "MIT"
    both = metadata(Classifier=[classifier, "License :: OSI Approved :: MIT License"], License="MIT")
    assert judged(licence_of("some", both)) == "refused"
    assert judged(licence_of("some", metadata(Name="some"))) == "refused"


def test_vendored_files_are_what_they_were_with_their_licence_beside_them():
    entries = json.loads((VENDOR / "vendor.json").read_text())
    for entry in entries:
        assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry
        assert judged(entry["licence"]) == "free", entry
        assert "opyright" in (VENDOR / entry["licence_file"]).read_text("utf-8") or entry["licence"] == "0BSD"
        assert entry["version"]
    known = {"vendor.json", *(e["file"] for e in entries), *(e["licence_file"] for e in entries)}
    assert {path.name for path in VENDOR.iterdir()} == known
    packages = json.loads((ROOT / "frontend/package.json").read_text())["dependencies"]
    assert {entry["package"]: entry["version"] for entry in entries} == packages


def test_our_own_licence_is_apache_2():
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["license"] == "Apache-2.0"
    assert all((ROOT / name).is_file() for name in project["license-files"])
