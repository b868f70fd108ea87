"""How good the line of a call is (`call-line.js`), from reports of getStats that are written down here."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def page(open_page: Any) -> Any:
    page = open_page()
    page.goto("/help/")
    page.evaluate("async () => { window.line = await import('/static/call-line.js'); }")
    return page


def report(at: int, *, way: str = "w1", room: int = 900_000, back: float = 0.02, got: int = 0, missing: int = 0,
           told: tuple[int, float, float] | None = None, other_way: dict[str, Any] | None = None) -> list[Any]:  # fmt: skip
    """A report ``at`` this second. ``told``: what the other side said last: when, the share lost, seconds there and back."""
    rows: list[dict[str, Any]] = [
        {"id": "t", "type": "transport", "selectedCandidatePairId": way},
        {"id": way, "type": "candidate-pair", "nominated": True, "state": "succeeded", "timestamp": at,
         "currentRoundTripTime": back, "availableOutgoingBitrate": room},
        {"id": "in", "type": "inbound-rtp", "timestamp": at, "packetsReceived": got, "packetsLost": missing},
    ]  # fmt: skip
    if told:
        said, lost, there_and_back = told
        rows.append({"id": "out", "type": "remote-inbound-rtp", "timestamp": said, "fractionLost": lost,
                     "roundTripTime": there_and_back})  # fmt: skip
    if other_way:
        rows.append(
            {"id": "old", "type": "candidate-pair", "nominated": True, "state": "succeeded", **other_way}
        )
    return rows


def weak_after(page: Any, *reports: list[Any]) -> list[bool]:
    """After each look, whether the line is weak."""
    return page.evaluate(
        """(all) => {
          let before = null, looks = [];
          return all.map((rows) => {
            const report = new Map(rows.map((one) => [one.id, one]));
            looks = [...looks.slice(-9), line.look(report, before)];
            before = report;
            return line.weak(looks);
          });
        }""",
        list(reports),
    )


def every_two_seconds(times: int, **same: Any) -> list[list[Any]]:
    """Looks at one way, on which a hundred packets come between two looks."""
    return [report(2 * n, got=100 * n, **same) for n in range(times)]


def test_a_good_line_is_never_weak(page: Any) -> None:
    assert not any(weak_after(page, *every_two_seconds(8)))


@pytest.mark.parametrize("poor", [{"room": 100_000}, {"back": 1.2}])
def test_three_poor_looks_make_a_weak_line_and_two_do_not(page: Any, poor: dict[str, Any]) -> None:
    assert weak_after(page, *every_two_seconds(4, **poor)) == [False, False, True, True]


def test_what_is_lost_on_the_way_here_makes_it_weak(page: Any) -> None:
    lossy = [report(2 * n, got=100 * n, missing=20 * n) for n in range(5)]
    assert weak_after(page, *lossy) == [False, False, False, True, True], (
        "the first look has nothing to compare"
    )


def test_what_the_other_side_told_once_counts_once(page: Any) -> None:
    """Of sound it tells every five seconds. One bad moment then stood in three looks, and the picture was turned off."""
    fine, bad = (0, 0.0, 0.02), (5, 0.5, 0.02)
    looks = [report(2 * n, got=100 * n, told=bad if n > 2 else fine) for n in range(8)]
    assert not any(weak_after(page, *looks))
    again = [report(2 * n, got=100 * n, told=(2 * n, 0.5, 0.02)) for n in range(4)]
    assert weak_after(page, *again)[-1], "but where it tells of a loss each time, the line is weak"


def test_what_was_lost_with_one_way_does_not_count_for_the_next(page: Any) -> None:
    """Of two looks at the Wi-Fi and two at the mobile network none says that the mobile network is weak."""
    wifi = [report(2 * n, way="wifi", room=80_000, got=100 * n) for n in range(2)]
    over = report(4, way="mobile", got=210, missing=90, told=(4, 0.9, 2.0))
    mobile = [report(2 * n, way="mobile", got=100 * n, missing=90, told=(4, 0.9, 2.0)) for n in range(3, 6)]
    assert not any(weak_after(page, *wifi, over, *mobile))
    poor = [report(2 * n, way="mobile", got=100 * n, missing=90, room=80_000) for n in range(6, 9)]
    assert weak_after(page, *wifi, over, *mobile, *poor)[-1], "and what is lost with the new one does"


def test_only_the_way_that_is_taken_is_looked_at(page: Any) -> None:
    left = {"timestamp": 1, "currentRoundTripTime": 3.0, "availableOutgoingBitrate": 20_000}
    assert not any(weak_after(page, *every_two_seconds(6, other_way=left)))


def test_a_browser_without_a_report_of_its_transport_is_looked_at_too(page: Any) -> None:
    """Firefox has none; it says of a pair itself that it is the one which is taken."""

    def without(rows: list[Any], **said: Any) -> list[Any]:
        return [
            row | (said if row["type"] == "candidate-pair" else {})
            for row in rows
            if row["type"] != "transport"
        ]

    left = {"timestamp": 1, "currentRoundTripTime": 3.0, "selected": False}
    fine = [without(rows) for rows in every_two_seconds(6)]
    taken = [[*without(rows, selected=True), {"id": "old", "type": "candidate-pair", "nominated": True,
                                              "state": "succeeded", **left}] for rows in every_two_seconds(6)]  # fmt: skip
    assert not any(weak_after(page, *fine))
    assert not any(weak_after(page, *taken))
    assert weak_after(page, *[without(rows) for rows in every_two_seconds(4, back=1.2)])[-1]
    assert weak_after(page, *[without(rows, selected=True) for rows in every_two_seconds(4, back=1.2)])[-1]
    wifi = [without(rows) for rows in every_two_seconds(2, way="wifi", room=80_000)]
    mobile = [without(report(2 * n, way="mobile", got=100 * n, missing=90)) for n in range(2, 6)]
    assert not any(weak_after(page, *wifi, *mobile))
