"""What ``from ambulando import evidence`` offers, and what it leaves unloaded."""

import ast
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ambulando import evidence
from places import ROOT

HEAVY = ("numpy", "scipy", "scipy.stats", "matplotlib", "django")


def loaded_after(code: str) -> set[str]:
    """Which of HEAVY a fresh Python has loaded after ``code``."""
    said = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint([one for one in {HEAVY} if one in sys.modules])"],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return set(ast.literal_eval(said.stdout.splitlines()[-1]))


@pytest.mark.parametrize("name", sorted(evidence._HOME))
def test_every_public_name_is_there_and_comes_from_its_home(name: str) -> None:
    found = getattr(evidence, name)
    assert callable(found)
    assert found.__module__.startswith(f"ambulando.evidence.{evidence._HOME[name]}") or inspect.isclass(found)


@pytest.mark.parametrize("name", sorted(evidence.MODULES))
def test_every_public_module_is_there(name: str) -> None:
    assert inspect.ismodule(getattr(evidence, name))


def test_no_public_name_is_that_of_a_module() -> None:
    """An import of the module would put it in the place of the name."""
    modules = {one.name for one in pkgutil.iter_modules(evidence.__path__)}
    assert modules & set(evidence._HOME) == set()
    assert modules >= evidence.MODULES


def test_no_name_has_two_homes() -> None:
    names = [name for listed in evidence.HOMES.values() for name in listed.split()]
    assert len(names) == len(set(names)) == len(evidence._HOME)


def test_the_names_are_listed() -> None:
    assert {*evidence._HOME, *evidence.MODULES} <= set(dir(evidence))
    assert "import_module" not in dir(evidence)


def test_type_checkers_are_told_the_same_names() -> None:
    tree = ast.parse(Path(evidence.__file__).read_text("utf-8"))
    (block,) = [one for one in tree.body if isinstance(one, ast.If)]
    told = {
        alias.asname: node.module.removeprefix("ambulando.evidence").removeprefix(".")
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    assert told == {**dict.fromkeys(evidence.MODULES, ""), **evidence._HOME}


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'pol'"):
        _ = evidence.pol
    assert not hasattr(evidence, "__wrapped__")


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_after("from ambulando import evidence; dir(evidence)") == set()


def test_the_evidence_base_is_read_without_numpy() -> None:
    assert loaded_after("from ambulando import evidence; evidence.base.analyses()") == set()


@pytest.mark.parametrize(
    "call",
    [
        "evidence.pool([-0.6, -0.1, -0.4], [0.05, 0.02, 0.08])",
        "evidence.regress([-0.6, -0.1, -0.4, 0.0], [0.05, 0.02, 0.08, 0.03], {'age': [20, 30, 40, 60]})",
        "evidence.two_by_two('RR', [4], [119], [11], [128])",
        "evidence.three_level([-0.6, -0.1, -0.4, 0.0], [0.05, 0.02, 0.08, 0.03], ['a', 'a', 'b', 'c'])",
        "evidence.posterior([-0.6, -0.1, -0.4], [0.05, 0.02, 0.08])",
        "evidence.trim_and_fill([-0.6, -0.1, -0.4], [0.05, 0.02, 0.08])",
        "evidence.Network, evidence.component_network, evidence.judge, evidence.ranks",
        "evidence.dose_curve('pearce2022-any')",
        "evidence.pooled('cooney2013-post')",
        "[getattr(evidence, name) for name in evidence._HOME]",
    ],
)
def test_an_answer_needs_neither_scipy_stats_nor_matplotlib_nor_django(call: str) -> None:
    loaded = loaded_after(f"from ambulando import evidence; {call}")
    assert "numpy" in loaded
    assert loaded & {"scipy.stats", "matplotlib", "django"} == set()


def test_every_name_of_the_guide_is_public() -> None:
    """The table of docs/evidence.md: what R calls so, and what it is called here."""
    guide = (ROOT / "docs" / "evidence.md").read_text("utf-8")
    cells = [line.split(" | ")[1] for line in guide.splitlines() if line.startswith("| `")]
    names = [name for cell in cells for name in re.findall(r"`([a-z_0-9.]+)", cell)]
    assert len(names) > 60
    for name in names:
        found = evidence
        for part in name.split("."):
            found = getattr(found, part)
        assert callable(found), name


def test_figures_are_what_loads_matplotlib() -> None:
    assert "matplotlib" in loaded_after("from ambulando import evidence; evidence.figures")
