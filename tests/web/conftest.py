"""Pages are tested at nine in the morning, whenever the tests run: what a plan offers hangs on the hour."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine


@pytest.fixture(autouse=True, scope="module")
def morning() -> Iterator[None]:
    """The clock goes on from nine of today in UTC, where the people of these tests are."""
    with time_machine.travel(datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)):
        yield
