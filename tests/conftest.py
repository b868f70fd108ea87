"""Fixtures that several floors use, and the document that the comparisons with other packages make together."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from agreement import DOCUMENT, Agreement, document, gathered, line_of
from cast import ADA
from sign_up import signed_up

#: Properties are tried on the same cases on every machine, and never on how long a busy one takes: a run that is green
#: here is green there. `make test ARGS=--hypothesis-profile=search` looks for new cases.
ANYWHERE = {"deadline": None, "database": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("repeatable", derandomize=True, **ANYWHERE)
settings.register_profile("search", derandomize=False, **ANYWHERE)
settings.load_profile("repeatable")

COMPARED: list[Any] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-validation", action="store_true", help="write docs/validation.md anew")


@pytest.fixture
def agree(request: pytest.FixtureRequest) -> Agreement:
    """Compare with a reference answer; what was compared stands in docs/validation.md."""
    return Agreement(request.node.user_properties)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and report.passed:
        COMPARED.extend(values for name, values in report.user_properties if name == "agreement")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """The document is what a run of all tests compared. Workers leave this to the process that gathers their reports."""
    if hasattr(session.config, "workerinput") or exitstatus != 0 or not COMPARED:
        return
    checks = gathered(COMPARED)
    if session.config.getoption("write_validation"):
        DOCUMENT.write_text(document(checks), "utf-8")
        return
    options = session.config.option
    if options.file_or_dir or options.keyword or options.markexpr or options.lf or options.collectonly:
        return
    written = DOCUMENT.read_text("utf-8") if DOCUMENT.exists() else ""
    lines = [line_of(check) for check in checks]
    if [line for line in written.splitlines() if line.startswith("| ")][1:] != [
        next((row for row in written.splitlines() if row.startswith(line)), line) for line in lines
    ]:
        print("\ndocs/validation.md is not what the tests compared; 'make validation' writes it anew.")
        session.exitstatus = 1


@pytest.fixture
def ada(db: None) -> Any:
    """Ada of the cast, signed up and onboarded."""
    return signed_up("ada", ADA)


@pytest.fixture
def ben(db: None) -> Any:
    """Somebody else on the same installation, who must never see anything of Ada's."""
    return signed_up("ben", ADA)


@pytest.fixture
def as_ada(ada: Any) -> Any:
    """A browser without JavaScript in which Ada is signed in."""
    from django.test import Client

    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def as_ben(ben: Any) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(ben)
    return client
