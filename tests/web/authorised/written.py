"""docs/authorisation.md, made of the rows: ``python -m authorised.written`` in ``tests/web`` writes it anew."""

import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

DOCUMENT = Path(__file__).parents[3] / "docs" / "authorisation.md"
NAMES = {
    "anonymous": "nobody signed in", "person": "the person", "other": "another person", "clinician": "clinician let in",
    "of-another": "clinician of another", "withdrawn": "withdrawn", "expired": "expired", "friend": "friend", "operator": "operator",
}  # fmt: skip


def _rules(way: str, rules: dict[str, dict[str, str]]) -> list[str]:
    lines = [f"| {way} | " + " | ".join(NAMES.values()) + " | in words |", "|---" * 11 + "|"]
    return [*lines, *(f"| {rule} | " + " | ".join(cells[who] for who in NAMES) + f" | {cells['words']} |" for rule, cells in rules.items())]  # fmt: skip


def _cells(verb: str, cells: Mapping[str, str]) -> list[str]:
    """The cells that differ from the rule, those that are alike together."""
    alike: dict[str, list[str]] = defaultdict(list)
    for who, cell in cells.items():
        alike[cell].append(NAMES[who])
    return [
        f"{'everybody' if len(names) == len(NAMES) else ', '.join(names)} {verb}: {cell}"
        for cell, names in alike.items()
    ]


def document() -> str:
    """The whole text. Django has to be set up."""
    from authorised import world
    from authorised.routes import every
    from authorised.rules import READ_RULES, WRITE_RULES

    rows = world.all_rows()
    apps: dict[str, dict[tuple[str, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, address in every():
        if name not in rows:
            continue
        app, row = rows[name]
        other = [*_cells("reads", row.reads), *_cells("writes", row.writes)]
        differs = f"{'; '.join(other)} ({row.why})" if other else ""
        apps[app][(row.read, row.write, differs)].append(f"`/{address}`")
    lines = [
        "Written by `cd tests/web && PYTHONPATH=..:. ../../.venv/bin/python -W ignore -m authorised.written`, from the rows in `tests/web/authorised/`.",
        "",
        "# Who may do what",
        "",
        f"{len(rows)} routes (pages, files, forms and sockets) x 9 people x read and write = {len(rows) * 18} cells. Each is tried by"
        " `tests/web/test_authorisation.py`; a route without a stated row fails it. Every route follows one rule for reading and one for writing:",
        "",
        *_rules("read", READ_RULES),
        "",
        *_rules("write", WRITE_RULES),
        "",
        "`sees`: it comes. `looks`: it comes, and the look is written into the person's record. `own`: only their own comes, or they are led on; nothing of the"
        " person's. `no-page`: led on, or not allowed. `sign-in`: led to sign-in. `none`: not found. `changes`: something of the person's is changed."
        " `keeps`: nothing of the person's is changed. The words are explained in `tests/web/authorised/README.md`.",
        "",
        "| App | Read | Write | Routes |",
        "|---|---|---|---|",
    ]
    for app in sorted(apps):
        for (read, write, differs), found in apps[app].items():
            lines.append(
                f"| {app} | {read} | {write} | {', '.join(found).replace('|', chr(92) + '|')}{f'. But {differs}' if differs else ''} |"
            )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings_for_tests")
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]
    import django

    django.setup()
    DOCUMENT.write_text(document(), "utf-8")
