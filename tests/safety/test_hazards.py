"""The hazard log names every rule, and every test it names exists."""

import re
from dataclasses import fields

from ambulando.safety.limits import Limits
from ambulando.safety.rules import Rule, rules
from places import ROOT

LOG = (ROOT / "docs" / "hazards.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in LOG.splitlines()
    if line.startswith("| `")
]


def test_every_rule_stands_in_the_log_once_and_no_rule_that_is_gone() -> None:
    section = LOG.split("## The rules of the readiness screen")[1].split("\n## ")[0]
    named = re.findall(r"^\| `([a-z0-9-]+)` \|", section, flags=re.MULTILINE)
    assert sorted(named) == sorted(rule.id for rule in rules())


def control(rule: Rule) -> str:
    """What a rule does, as the log writes it: a limit that is dropped from the data no longer matches its line."""
    free = Limits()
    bound = [
        f"{field.name} {getattr(rule.limits, field.name)}".lower()
        for field in fields(Limits)
        if getattr(rule.limits, field.name) != getattr(free, field.name)
    ]
    outcome = "" if rule.outcome == "full" else f", outcome {rule.outcome}"
    return f"{rule.effect}{outcome}: {', '.join(bound) or 'a note'}"


def test_the_log_gives_each_rule_the_control_and_the_certainty_it_has() -> None:
    by_id = {rule.id: rule for rule in rules()}
    checked = 0
    for row in ROWS:
        rule = by_id.get(row[0].strip("`"))
        if rule is not None:
            assert (row[3], row[4]) == (control(rule), rule.certainty)
            checked += 1
    assert checked == len(by_id)


def test_every_row_of_the_log_is_full_and_names_a_test() -> None:
    assert len(ROWS) > 50
    for row in ROWS:
        assert all(row), row
        assert re.search(r"`tests/[a-z0-9_/]+\.py::test_", row[-1]), row


def test_every_test_that_the_log_names_exists() -> None:
    for path, name in re.findall(r"`(tests/[a-z0-9_/]+\.py)::(test_[a-z0-9_]+)", LOG):
        assert f"def {name}(" in (ROOT / path).read_text("utf-8"), f"{path} has no {name}"
