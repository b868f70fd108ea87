"""Records of bibliographies for a screening list: RIS, PubMed's text (nbib) and PubMed's XML; and their duplicates.

A list is not ranked here: tools for that learn from what a person includes and excludes, and read RIS.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from ambulando.evidence.formats.xml import Node, tree
from ambulando.evidence.rows import Reference
from ambulando.ground import InputError

#: Titles shorter than this are shared by many ("Editorial").
SHORTEST_TITLE = 15


@dataclass(frozen=True)
class Record:
    """A publication; ``row`` counts the records of its ``file`` from 1. Empty text and None are what the file does not say."""

    file: str
    row: int
    title: str
    authors: tuple[str, ...]
    year: int | None
    journal: str
    doi: str
    pmid: str
    abstract: str


@dataclass(frozen=True)
class Listed:
    """A publication of the list. ``duplicates`` are the other records of it; ``known`` is its reference in the evidence
    base, "" where it is not there.
    """

    record: Record
    duplicates: tuple[Record, ...]
    known: str


@dataclass(frozen=True)
class Screening:
    """A screening list with the numbers of a PRISMA diagram: records ``identified``, ``duplicates`` removed, ``known`` in the
    evidence base already, and left ``to_screen``.
    """

    identified: int
    duplicates: int
    known: int
    to_screen: int
    files: Mapping[str, int]
    listed: tuple[Listed, ...]


def read(text: str, where: str) -> tuple[Record, ...]:
    """The records of a RIS, PubMed text or PubMed XML file. Raises InputError for another."""
    if text.lstrip().startswith("<"):
        found = _pubmed_xml(text, where)
    elif re.search(r"^PMID\s*- ", text, re.MULTILINE):
        found = _nbib(text, where)
    elif re.search(r"^TY  - ", text.lstrip("\ufeff"), re.MULTILINE):
        found = _ris(text, where)
    else:
        raise InputError(f"{where} is neither RIS nor PubMed text (nbib) nor PubMed XML.")
    records = tuple(found)
    if not records:
        raise InputError(f"{where} has no record.")
    return records


def _ris(text: str, where: str) -> Iterator[Record]:
    import rispy  # type: ignore[import-untyped]

    try:
        entries = rispy.loads(text.lstrip("\ufeff"))
    except Exception as error:  # the reader raises what its parts raise
        raise InputError(f"{where} is not a readable RIS file ({error}).") from None
    if len(entries) != len(re.findall(r"^TY  - ", text.lstrip("\ufeff"), re.MULTILINE)):
        raise InputError(f"{where} has a record without its last line (ER  -); please export it anew.")
    for row, entry in enumerate(entries, start=1):

        def first(*names: str, entry: Mapping[str, object] = entry) -> str:
            for name in names:
                value = entry.get(name)
                if value:
                    return " ".join(str(value if isinstance(value, str) else next(iter(value))).split())  # type: ignore[call-overload]
            return ""

        people = entry.get("authors") or entry.get("first_authors") or ()
        number = first("accession_number", "pubmed_id", "custom2")
        yield Record(
            where, row, first("title", "primary_title"), tuple(people),
            _year(first("year", "publication_year", "date")),
            first("journal_name", "alternate_title3", "secondary_title", "alternate_title1"), _doi(first("doi")),
            number if re.fullmatch(r"\d{5,9}", number) and "pubmed" in str(entry).lower() else "",
            first("abstract", "notes_abstract"),
        )  # fmt: skip


def _nbib(text: str, where: str) -> Iterator[Record]:
    fields: dict[str, list[str]] = defaultdict(list)
    row = 0

    def record() -> Record:
        ids = [value for name in ("LID", "AID") for value in fields[name] if value.endswith("[doi]")]
        return Record(
            where, row, " ".join(fields["TI"] or fields["TT"]), tuple(fields["FAU"] or fields["AU"]),
            _year(" ".join(fields["DP"])), " ".join(fields["JT"] or fields["TA"]),
            _doi(ids[0].removesuffix("[doi]")) if ids else "", fields["PMID"][0], " ".join(fields["AB"]),
        )  # fmt: skip

    last = ""
    for line in text.splitlines():
        start = re.match(r"([A-Z]{2,4})\s*- (.*)", line)
        if start:
            last = start[1]
            if last == "PMID":
                if fields["PMID"]:
                    yield record()
                fields, row = defaultdict(list), row + 1
            fields[last].append(start[2].strip())
        elif line.startswith("      ") and last and fields[last]:
            fields[last][-1] += " " + line.strip()
    if fields["PMID"]:
        yield record()


def _pubmed_xml(text: str, where: str) -> Iterator[Record]:
    for row, article in enumerate(tree(text, where).every("PubmedArticle"), start=1):

        def texts(*tags: str, within: Node = article) -> list[str]:
            return [one.text for one in within.every(*tags)]

        people = [
            " ".join(part for part in (one.child_text("LastName"), one.child_text("Initials")) if part)
            or one.child_text("CollectiveName")
            for one in article.every("Author")
        ]
        dois = [
            one.text
            for one in article.every("ELocationID", "ArticleId")
            if "doi" in (one.attributes.get("EIdType"), one.attributes.get("IdType"))
        ]
        date = next(iter(article.every("PubDate")), None)
        journal = next(iter(article.every("Journal")), None)
        yield Record(
            where, row, next(iter(texts("ArticleTitle")), ""), tuple(people), _year(date.text) if date else None,
            journal.child_text("Title") if journal else "", _doi(dois[0]) if dois else "",
            next(iter(texts("PMID")), ""), " ".join(texts("AbstractText")),
        )  # fmt: skip


def _year(text: str) -> int | None:
    found = re.search(r"(?:19|20)\d\d", text)
    return int(found[0]) if found else None


def _doi(text: str) -> str:
    """A DOI without its address, in small letters; "" when it is none."""
    found = re.search(r"10\.\S+", text.lower())
    return found[0].rstrip(".,;") if found else ""


def plain(text: str) -> str:
    """A title as it is compared: small letters and digits alone."""
    return " ".join(re.findall(r"\w+", text.lower()))


def screened(records: Sequence[Record], references: Iterable[Reference] = ()) -> Screening:
    """The list of ``records`` without duplicates, with those that are among ``references`` marked.

    Two records are the same publication when they share the DOI or the PubMed number, or the title and the year while none
    of the two numbers speaks against it. The one with the most said about it stays.
    """
    groups = _groups(records)
    cited = tuple(references)
    listed = []
    for group in groups:
        best = max(group, key=lambda one: (bool(one.abstract), bool(one.doi), bool(one.pmid), len(one.title)))
        known = next((id_ for one in group if (id_ := _known(one, cited))), "")
        listed.append(Listed(best, tuple(one for one in group if one is not best), known))
    there = sum(bool(one.known) for one in listed)
    files: dict[str, int] = defaultdict(int)
    for one in records:
        files[one.file] += 1
    return Screening(
        len(records), len(records) - len(listed), there, len(listed) - there, dict(files), tuple(listed)
    )


def _groups(records: Sequence[Record]) -> list[list[Record]]:
    """The records of each publication, in the order in which they came."""
    leader = list(range(len(records)))
    numbers = [({one.doi} - {""}, {one.pmid} - {""}) for one in records]  # of the group that each leads

    def lead(at: int) -> int:
        while leader[at] != at:
            leader[at] = at = leader[leader[at]]
        return at

    def join(one: int, other: int, *, by_number: bool) -> None:
        low, high = sorted((lead(one), lead(other)))
        together = [mine | theirs for mine, theirs in zip(numbers[low], numbers[high], strict=True)]
        if low != high and (by_number or all(len(found) < 2 for found in together)):
            leader[high], numbers[low] = low, (together[0], together[1])

    by_number: dict[tuple[str, str], int] = {}
    by_title: dict[tuple[str, int | None], list[int]] = defaultdict(list)
    for at, one in enumerate(records):
        for kind, number in (("doi", one.doi), ("pmid", one.pmid)):
            if number:
                join(by_number.setdefault((kind, number), at), at, by_number=True)
    for at, one in enumerate(records):
        title = plain(one.title)
        if len(title) >= SHORTEST_TITLE:
            for other in by_title[title, one.year]:
                join(other, at, by_number=False)
            by_title[title, one.year].append(at)
    groups: dict[int, list[Record]] = defaultdict(list)
    for at, one in enumerate(records):
        groups[lead(at)].append(one)
    return list(groups.values())


def _known(record: Record, references: Sequence[Reference]) -> str:
    """The id of the reference that is this publication; "" when there is none."""
    title = plain(record.title)
    for one in references:
        if record.doi and record.doi == one.doi.lower():
            return one.id
        if len(title) >= SHORTEST_TITLE and record.year == one.year and title in plain(one.citation):
            return one.id
    return ""


def as_ris(listed: Iterable[Listed]) -> str:
    """The records as RIS, which reference managers and screening tools read."""
    lines = []
    for one in listed:
        record = one.record
        fields = [("TY", "JOUR"), ("TI", record.title)]
        fields += [("AU", name) for name in record.authors]
        fields += [
            ("PY", str(record.year or "")),
            ("JO", record.journal),
            ("DO", record.doi),
            ("AB", record.abstract),
        ]
        fields += [("AN", record.pmid), ("DB", "PubMed" if record.pmid else "")]
        lines.append([f"{tag}  - {value}" for tag, value in fields if value] + ["ER  - ", ""])
    return "\n".join(chain.from_iterable(lines)) + "\n"
