"""The socket of an open page, which is told ids and takes nothing in."""

from authorised.rules import Row

ROWS = {
    "socket ws/live/": Row(
        "own page", "nothing, signed in", reads={"person": "own"}, why="it tells nothing by itself"
    )
}
