"""Which class a medicine belongs to, by its name as a person writes it. A name that is not known is never guessed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ambulando.ground import InputError, packaged_rows
from ambulando.safety.words import PACKAGE, named, nearest

CLASSES: tuple[str, ...] = tuple(named("medicine"))
#: The class of common medicines that need no note; no rule asks for it.
NONE_KNOWN = "none-known"
#: What stands beside a name on the box and says nothing about what it is: salts and kinds of tablet.
BESIDE = frozenset({
    "hydrochloride", "hcl", "hydrobromide", "hydrochlorid", "succinate", "tartrate", "fumarate",
    "hemifumarate", "maleate", "oxalate", "mesilate", "mesylate", "besilate", "besylate", "carbonate",
    "citrate", "sulfate", "sulphate", "decanoate", "acetate", "pamoate", "sodium", "potassium", "xl",
    "xr", "sr", "er", "cr", "la", "mr", "pr", "cd", "od", "xt", "retard", "depot", "prolonged",
    "extended", "modified", "sustained", "release", "tablet", "tablets", "capsule", "capsules", "tab",
    "tabs", "cap", "caps", "drops", "solution", "injection", "patch", "maintena", "consta", "generic",
    "daily", "pen", "flexpen", "kwikpen", "solostar",
})  # fmt: skip
#: How like a known name another must look before it is asked about: most medicines that we do not know look a little
#: like one that we do.
ALIKE = 0.8
#: What a person writes between two doses of one medicine ("10 mg in the morning, 20 mg at night").
BETWEEN_DOSES = frozenset({
    "morning", "mornings", "noon", "midday", "lunch", "evening", "evenings", "night", "nights", "bedtime", "bed",
    "am", "pm", "at", "in", "on", "the", "a", "to", "then", "or", "of", "once", "twice", "times", "every", "each",
    "per", "day", "days", "week", "weekly", "other", "max", "maximum", "up", "needed", "as", "if", "before", "after",
    "now", "from", "since", "total", "plus", "half", "one", "two",
})  # fmt: skip
DOSE = re.compile(
    r"\b[0-9]+(?:[.,][0-9]+)?\s*(?:(?:mg|mcg|µg|ug|g|ml|iu|ie|units?|milligrams?|micrograms?|x)\b|%|×)"
)

#: days for which a medicine or its dose counts as changed (the fact "medicine-changed"); our judgement: the sources speak of the first weeks
NEW_DAYS = 28


@dataclass(frozen=True)
class Medicine:
    """A medicine by one of its names. ``classes`` are those of CLASSES; ``kind`` is "generic" or "brand"."""

    name: str
    generic: str
    atc: str
    classes: tuple[str, ...]
    kind: str
    source: str
    certainty: str


@cache
def medicines() -> Mapping[str, Medicine]:
    """All known names, in lower case. Raises InputError naming the row that is at fault."""
    found: dict[str, Medicine] = {}
    for number, row in enumerate(packaged_rows(PACKAGE, "data/medicines.csv"), start=1):
        one = Medicine(
            name=row["name"],
            generic=row["generic"],
            atc=row["atc"],
            classes=tuple(row["classes"].split()),
            kind=row["kind"],
            source=row["source"],
            certainty=row["certainty"],
        )
        if not re.fullmatch(r"[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}", one.atc):
            raise InputError(f"Row {number} of medicines.csv has '{one.atc}', which is not an ATC code.")
        if not one.classes or not set(one.classes) <= set(CLASSES):
            raise InputError(
                f"Row {number} of medicines.csv has the classes '{row['classes']}', which are not known."
            )
        if one.name.casefold() in found:
            raise InputError(f"Row {number} of medicines.csv names {one.name} a second time.")
        found[one.name.casefold()] = one
    return found


def found(written: str) -> tuple[Medicine, ...]:
    """The medicines in what a person wrote ("Sertraline 50 mg", "bisoprolol/amlodipine"); those not known are left out."""
    return tuple(one for one in _parts(written) if one is not None)


def classes_of(written: str) -> frozenset[str]:
    """The classes of what a person wrote, with "unknown" among them when a part of the name is not known.

    A class itself may stand in brackets, as a clinician notes it: "Newname (beta-blocker)".
    """
    parts = _parts(written)
    classes = {name for one in parts if one is not None for name in one.classes}
    classes |= {name for name in re.findall(r"\(([^)]*)\)", written.casefold()) if name in CLASSES}
    return frozenset(classes | {"unknown"} if None in parts else classes)


def resembling(written: str) -> str | None:
    """A known name that looks like this one, to ask "did you mean ...?". It is never taken in its place."""
    near = nearest(_plain(written), medicines(), alike=ALIKE)
    return medicines()[near].name if near else None


def corrected(written: str, name: str) -> str:
    """What a person wrote with its unknown name replaced by ``name``; the dose and whatever else stands beside it stays."""
    plain = _plain(written)
    at = written.casefold().find(plain)
    return name if at < 0 else written[:at] + name + written[at + len(plain) :]


def _parts(written: str) -> tuple[Medicine | None, ...]:
    """Every medicine of a line; None for each part that is not known. Nothing after a dose or in brackets is lost."""
    text = written.casefold()
    found = [one for part in re.split(r"[,;]", re.sub(r"\([^)]*\)", " ", text)) for one in _combined(part)]
    if not found:
        found = [None]
    return (*found, *(one for inside in re.findall(r"\(([^)]*)\)", text) for one in _beside(inside)))


def _combined(part: str) -> tuple[Medicine | None, ...]:
    """One medicine, or several that stand together ("olanzapine and fluoxetine", "bisoprolol/amlodipine")."""
    known = medicines()
    pieces = re.split(r"[/+&]|\band\b|\bwith\b", part)
    names = [name for piece in pieces if (name := _plain(piece))]
    beside = [one for piece in pieces for one in _beside(_after_dose(piece))]
    together = " and ".join(names)
    if together in known:
        return (known[together], *beside)
    return (*(one for name in names for one in _within(name)), *beside)


def _within(piece: str) -> tuple[Medicine | None, ...]:
    """The medicine of this name; else those named among other words ("lithium at night"), with None for the rest."""
    known = medicines()
    if piece in known:
        return (known[piece],)
    return (*(known[word] for word in piece.split() if word in known), None)


def _beside(text: str) -> tuple[Medicine | None, ...]:
    """The medicines named in brackets or after a dose, and None for another name that has a dose of its own."""
    known = medicines()
    found: list[Medicine | None] = [known[word] for word in _words(text) if word in known]
    for dose in DOSE.finditer(text):
        before = [word for word in _words(text[: dose.start()]) if word not in BESIDE | BETWEEN_DOSES]
        if before and before[-1] not in known:
            found.append(None)
    return tuple(found)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text)


def _plain(written: str) -> str:
    """The bare name: without the dose and whatever follows it, without salts and kinds of tablet."""
    text = re.sub(r"\([^)]*\)", " ", written.casefold())
    text = DOSE.split(_from_name(text), maxsplit=1)[0]
    text = re.sub(r"\b[0-9]+([.,][0-9]+)?\b", " ", text)
    kept = [word for word in re.split(r"[\s®™.-]+", text) if word and word not in BESIDE]
    return " ".join(kept)


def _after_dose(piece: str) -> str:
    """What stands behind the first dose."""
    parts = DOSE.split(_from_name(piece), maxsplit=1)
    return parts[1] if len(parts) > 1 else ""


def _from_name(text: str) -> str:
    """The text without a dose that stands before the name ("50 mg sertraline")."""
    text = text.strip()
    dose = DOSE.match(text)
    return text[dose.end() :] if dose else text
