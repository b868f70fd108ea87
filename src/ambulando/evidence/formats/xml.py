"""XML as a tree of elements, by the standard library's expat in one pass.

A file that declares entities is refused, so that nothing is expanded; expat itself opens no other file and no address. That
is all that a further library would add here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from ambulando.ground import InputError

#: No format that is read here goes deeper.
DEEPEST = 200


@dataclass
class Node:
    """An element: its attributes, and its texts and elements in order."""

    tag: str
    attributes: Mapping[str, str]
    parts: "list[str | Node]" = field(default_factory=list)

    @property
    def children(self) -> "list[Node]":
        return [one for one in self.parts if isinstance(one, Node)]

    @property
    def text(self) -> str:
        """All text in it, that of the elements below it too, with single spaces."""
        found: list[str] = []
        waiting: list[str | Node] = [self]
        while waiting:
            one = waiting.pop()
            if isinstance(one, str):
                found.append(one)
            else:
                waiting.extend(reversed(one.parts))
        return " ".join("".join(found).split())

    def child_text(self, tag: str) -> str:
        """The text of the first element of that tag right below; "" where there is none."""
        return next((one.text for one in self.children if one.tag == tag), "")

    def every(self, *tags: str) -> "list[Node]":
        """All elements of these tags below this one, in order."""
        found = []
        waiting = list(reversed(self.children))
        while waiting:
            one = waiting.pop()
            if one.tag in tags:
                found.append(one)
            waiting.extend(reversed(one.children))
        return found


def tree(text: str, where: str) -> Node:
    """The elements of an XML text, below a root without a name. Raises InputError for what is no XML, and for entities."""
    root = Node("", {})
    path = [root]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(path) > DEEPEST:
            raise InputError(f"{where} has elements in elements without end; it was not read.")
        node = Node(tag, attributes)
        path[-1].parts.append(node)
        path.append(node)

    def said(data: str) -> None:
        path[-1].parts.append(data)

    def refuse(*_: object) -> None:
        raise InputError(f"{where} declares entities, which no such file needs; it was not read.")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _tag: path.pop()
    parser.CharacterDataHandler = said
    parser.EntityDeclHandler = refuse
    try:
        # The text is decoded already, so what its first line says of its encoding no longer counts.
        parser.Parse(re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode(), True)
    except expat.ExpatError as error:
        raise InputError(f"{where} is not a readable XML file ({error}).") from None
    return root
