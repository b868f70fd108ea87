"""The rules that a route can follow: for each of nine people, what comes of reading (GET) and of writing (POST).

``README.md`` says what each word in a cell means.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: the nine, in the order of the columns below
WHO = (
    "anonymous",
    "person",
    "other",
    "clinician",
    "of-another",
    "withdrawn",
    "expired",
    "friend",
    "operator",
)
READ = ("sees", "looks", "own", "no-page", "sign-in", "none")
WRITE = ("changes", "looks", "keeps", "sign-in", "none")


def table(text: str) -> dict[str, dict[str, str]]:
    """``rule | cell cell ... | what it is in words``, a cell for each of the nine."""
    found = {}
    for line in text.strip().splitlines():
        rule, cells, words = (part.strip() for part in line.split("|"))
        found[rule] = dict(zip(WHO, cells.split(), strict=True)) | {"words": words}
    return found


#                          anonymous person  other   clinician of-another withdrawn expired friend  operator
READ_RULES = table("""
open                     | own       own     own     own       own        own       own     own     own     | the same for everybody; nothing of anybody's stands on it
open, own words too      | own       sees    own     own       own        own       own     own     own     | for everybody; who is signed in also sees their own
own page                 | sign-in   sees    own     own       own        own       own     own     own     | each sees only their own
own thing                | sign-in   sees    none    none      none       none      none    none    none    | a thing by its number, to its own person
no page                  | no-page   no-page no-page no-page   no-page    no-page   no-page no-page no-page | only takes forms
no page, signed in       | sign-in   no-page no-page no-page   no-page    no-page   no-page no-page no-page | only takes forms, and only of who is signed in
reader                   | sign-in   none    none    looks     none       none      none    none    none    | whom the person let in to it; the look is recorded
reader, friend too       | sign-in   none    none    looks     none       none      none    looks   none    | whom the person let in, with encouragement too; the look is recorded
both sides               | sign-in   sees    none    sees      none       none      none    sees    none    | the person, and each one let in, to what is between the two
caseload                 | sign-in   own     own     sees      own        own       own     sees    own     | a reader sees who lets them in; all others see their own, which is empty
staff                    | none      none    none    none      none       none      none    none    own     | the operator, and no content of anybody
staff, no page           | none      none    none    none      none       none      none    none    no-page | only takes forms of the operator
circle                   | sign-in   sees    none    sees      none       none      none    none    none    | who is in the circle: she, and its moderator
circle, no page          | sign-in   no-page none    no-page   none       none      none    none    none    | only takes forms of who is in the circle
moderator                | sign-in   none    none    sees      none       none      none    none    none    | who moderates the circle
moderator, no page       | sign-in   none    none    no-page   none       none      none    none    none    | only takes forms of who moderates the circle
by its word              | sees      sees    sees    sees      sees       sees      sees    sees    sees    | whoever has the address, which holds a secret word
nobody                   | none      none    none    none      none       none      none    none    none    | there is no such page
""")  # fmt: skip
#                          anonymous person  other   clinician of-another withdrawn expired friend  operator
WRITE_RULES = table("""
nothing                  | keeps     keeps   keeps   keeps     keeps      keeps     keeps   keeps   keeps   | takes nothing of the person's, from nobody
nothing, signed in       | sign-in   keeps   keeps   keeps     keeps      keeps     keeps   keeps   keeps   | signed in, and nothing of the person's is changed
nothing, own thing       | sign-in   keeps   none    none      none       none      none    none    none    | its own person, and nothing is changed
own                      | sign-in   changes keeps   keeps     keeps      keeps     keeps   keeps   keeps   | each changes only their own
own thing                | sign-in   changes none    none      none       none      none    none    none    | its own person changes it
reader                   | sign-in   none    none    changes   none       none      none    none    none    | whom the person let in to it
reader, friend too       | sign-in   none    none    changes   none       none      none    changes none    | whom the person let in, with encouragement too
reader, nothing          | sign-in   none    none    keeps     none       none      none    none    none    | whom the person let in, and nothing is changed
reader, friend too, nothing | sign-in none   none    keeps     none       none      none    keeps   none    | whom the person let in, with encouragement too, and nothing is changed
both sides               | sign-in   changes none    changes   none       none      none    changes none    | both of those between whom it is
both sides, nothing      | sign-in   keeps   none    keeps     none       none      none    keeps   none    | both of those between whom it is, and nothing is changed
circle                   | sign-in   changes none    changes   none       none      none    none    none    | who is in the circle
circle, nothing          | sign-in   keeps   none    keeps     none       none      none    none    none    | who is in the circle, and nothing is changed
moderator                | sign-in   none    none    changes   none       none      none    none    none    | who moderates the circle
moderator, nothing       | sign-in   none    none    keeps     none       none      none    none    none    | who moderates it, and nothing of the person's is changed
staff                    | none      none    none    none      none       none      none    none    keeps   | the operator, and nothing of the person's is changed
by its word, looks       | looks     looks   looks   looks     looks      looks     looks   looks   looks   | whoever has the address, which holds a secret word; the look is recorded
by its word              | changes   changes changes changes   changes    changes   changes changes changes | whoever has the address, which holds a secret word
nobody                   | none      none    none    none      none       none      none    none    none    | there is no such page
""")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What a route is for whom: a rule for reading and one for writing, and the cells that differ from them."""

    read: str
    write: str
    #: the parts of the address; "@name" is something planted in the world
    at: Mapping[str, Any] = field(default_factory=dict)
    #: what is sent: fields, or a function of the world and of who sends that makes them; a string is sent as JSON
    body: Mapping[str, Any] | str | Callable[[Any, str], Any] = field(default_factory=dict)
    #: cells that differ, as {"friend": "none"}; ``why`` has to be said then
    reads: Mapping[str, str] = field(default_factory=dict)
    writes: Mapping[str, str] = field(default_factory=dict)
    why: str = ""

    def cell(self, way: str, who: str) -> str:
        """The stated cell."""
        if way == "read":
            return self.reads.get(who, READ_RULES[self.read][who])
        return self.writes.get(who, WRITE_RULES[self.write][who])
