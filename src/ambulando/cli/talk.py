"""What all commands share: how input is read, how an answer is printed, how a fault is said."""

import json
import math
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from ambulando.ground import InputError, as_json

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def stop(sentence: str, code: int) -> NoReturn:
    print(" ".join(sentence.split()), file=sys.stderr)
    raise SystemExit(code)


def answer(value: Any, json_: bool, show: Callable[[], None]) -> None:
    """Print a result: one JSON document, or what ``show`` prints of it for a person."""
    try:
        if json_:
            # ASCII alone: any terminal can carry it, and also file names that are no text.
            print(json.dumps(as_json(value), allow_nan=False))
        else:
            show()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output went away, as `head` does; the command ends as it would have.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def text_of(path: Path) -> str:
    """The text of a file. Raises InputError when it is not there or not text."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder; please name a file.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not a text file in UTF-8.") from None
    except OSError as error:
        raise InputError(f"The file {path} can not be read ({error.strerror}).") from None
    if "\0" in text:
        raise InputError(f"{path} is not a text file.")
    return text


def json_of(path: Path) -> Any:
    text = text_of(path)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path} is not JSON: line {error.lineno}, {error.msg.lower()}.") from None
    except (ValueError, RecursionError):  # a number of thousands of digits; lists in lists without end
        raise InputError(f"{path} is JSON that goes beyond what can be read.") from None


def numbers_from(text: str | None, option: str) -> tuple[float, ...]:
    """The numbers of an option such as ``--at 4.375,8.75``; none when it was left out."""
    if text is None:
        return ()
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = (math.nan,)
    if not all(math.isfinite(number) for number in numbers):
        raise InputError(
            f"{option} is '{text}'; please give numbers with commas between them, as 4.375,8.75."
        )
    return numbers


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    if title:
        print(title)
    drawn = Table(box=None, pad_edge=False, header_style="bold", show_header=any(columns))
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(shown(cell) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else 140, markup=False, highlight=False)
    with console.capture() as drawing:
        console.print(drawn)
    print(
        drawing.get(), end=""
    )  # not by the console itself, which ends the program when the reader goes away


def shown(value: Any) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.1f}"
    if isinstance(value, tuple | list):
        return ", ".join(shown(part) for part in value)
    return str(value)
