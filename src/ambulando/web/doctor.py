"""Is this installation well? Small checks, each with what was found and what to do.

They only look: nothing is made, changed or told to anybody, and no finding names a person or what they wrote.
``around`` needs no database and no Django; ``within`` looks into the installation and needs both.
"""

import os
import shutil
import stat
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ambulando.ground import InputError, Words
from ambulando.safety.helplines import Stale, countries, stale
from ambulando.web import heartbeat

#: below this a diary, its log and one copy of it may not fit any more
LEAST_FREE = 500 * 10**6
#: the schedule runs every five minutes, and a long job may keep it waiting
QUIET_MINUTES = 30
#: help lines that go stale within so many days are told beforehand
SOON = timedelta(days=30)
#: the first SQLite that can not corrupt a write-ahead log, https://sqlite.org/wal.html#walresetbug
SOUND_SQLITE = (3, 51, 3)


@dataclass(frozen=True)
class Finding:
    """``check`` is its name, ``ok`` whether it holds, ``says`` what was found, ``does`` what to do (None: nothing)."""

    check: str
    ok: bool
    says: Words
    does: Words | None = None


def around(folder: Path, today: date) -> tuple[Finding, ...]:
    """What can be seen from outside, also before the first start."""
    return (
        *helplines(today),
        *instrument_packs(),
        *data_folder(folder),
        *unwritable(folder),
        disk_space(folder),
    )


def within(folder: Path, now: float) -> tuple[Finding, ...]:
    """What a running installation tells. Django must be ready; ``now`` is in seconds since 1970."""
    always = (worker(folder, now), *inbox(), email(), address(), calls(), sqlite())
    opened = database()
    if not opened.ok:
        return (opened, *always)
    whole, complete = integrity(), migrations()
    inside = (evidence(),) if complete.ok else ()
    return (opened, whole, complete, *inside, *always)


def helplines(today: date) -> tuple[Finding, ...]:
    """One finding for each number whose source is older than twelve months, and a word on those that soon are."""
    old = stale(today)
    found = [
        Finding(
            "helplines",
            False,
            Words(
                "A help line is out of date: {country}, {line}, {number}. Its source is from {date}.",
                _told(one),
            ),
            Words("Find a newer source, then update. Until then the help page puts other lines first."),
        )
        for one in old
    ]
    if not old:
        count = len(countries())
        found.append(
            Finding(
                "helplines",
                True,
                Words("The help lines of {count} countries are up to date.", {"count": count}),
            )
        )
    for one in stale(today + SOON):
        if one not in old:
            found.append(
                Finding(
                    "helplines-soon",
                    True,
                    Words(
                        "A help line will soon be out of date: {country}, {line}, {number}, source from {date}.",
                        _told(one),
                    ),
                )
            )
    return tuple(found)


def _told(one: Stale) -> dict[str, Any]:
    return {
        "country": Words(dict(countries())[one.country]),
        "line": one.line,
        "number": one.dial,
        "date": one.verified.isoformat(),
    }


def data_folder(folder: Path) -> tuple[Finding, ...]:
    """The folder and the keys in it are for their owner alone (0700 and 0600); nothing where there is no folder yet."""
    if not folder.is_dir():
        return ()
    found = []
    if _open_to_others(folder):
        found.append(
            Finding(
                "data-folder",
                False,
                Words("Other users of this machine can look into {folder}.", {"folder": str(folder)}),
                Words("Run: {command}", {"command": f"chmod 700 {folder}"}),
            )
        )
    for key in sorted((*folder.glob("*.key"), *folder.glob("*.pem"))):
        if _open_to_others(key):
            found.append(
                Finding(
                    "keys",
                    False,
                    Words("Other users of this machine can read the key {name}.", {"name": key.name}),
                    Words("Run: {command}", {"command": f"chmod 600 {key}"}),
                )
            )
    return tuple(found) or (
        Finding("data-folder", True, Words("The data folder and its keys are for their owner alone.")),
    )


def _open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def unwritable(folder: Path) -> tuple[Finding, ...]:
    """What can be read but not written: a disk that was mounted for reading alone, a backup put back by another user."""
    files = sorted(folder.glob("*.sqlite3*"))
    return tuple(
        Finding(
            "writing",
            False,
            Words(
                "{place} can be read but not written, so what people write is lost.", {"place": str(place)}
            ),
            Words("Give it to the user who runs Ambulando, and see that the disk takes what is written."),
        )
        for place in (folder, *files)
        if place.exists() and not os.access(place, os.W_OK)
    )


def disk_space(folder: Path) -> Finding:
    place = next(one for one in (folder, *folder.parents) if one.exists())
    free = shutil.disk_usage(place).free
    says = Words("{size} GB of disk are free.", {"size": f"{free / 10**9:.1f}"})
    if free >= LEAST_FREE:
        return Finding("disk-space", True, says)
    return Finding("disk-space", False, says, Words("Make room, else what people write can not be kept."))


def worker(folder: Path, now: float) -> Finding:
    """The job worker has been seen not long ago."""
    seen = heartbeat.last_beat(folder)
    start = Words("Start Ambulando. If it runs, start it again and look at what it prints.")
    if seen is None:
        return Finding("worker", False, Words("The job worker has not run here yet."), start)
    minutes = max(0, int((now - seen) // 60))
    if minutes > QUIET_MINUTES:
        says = Words("The job worker was last seen {minutes} minutes ago.", {"minutes": minutes})
        return Finding("worker", False, says, start)
    return Finding("worker", True, Words("The job worker is at work."))


def instrument_packs() -> tuple[Finding, ...]:
    """Packs of questionnaires that were added here and could not be read."""
    from ambulando.measures.instruments import refused_packs

    refused = refused_packs()
    return tuple(
        Finding(
            "questionnaire-packs",
            False,
            Words("A pack of questionnaires is left out: {reason}", {"reason": str(reason)}),
            Words("Mend the file, or take it away."),
        )
        for reason in refused
    ) or (Finding("questionnaire-packs", True, Words("All packs of questionnaires can be read.")),)


def no_database(folder: Path) -> Finding:
    return Finding(
        "database",
        False,
        Words("There is no database in {folder} yet.", {"folder": str(folder)}),
        Words(
            "Start Ambulando once. If its data lies elsewhere, set {variable}.",
            {"variable": "AMBULANDO_DATA"},
        ),
    )


def database() -> Finding:
    """It can be opened and read."""
    from django.db import DatabaseError, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sqlite_master")
    except DatabaseError as error:
        says = Words("The database can not be read ({reason}).", {"reason": str(error)})
        return Finding(
            "database", False, says, Words("Stop Ambulando and put your last backup in its place.")
        )
    return Finding("database", True, Words("The database can be read."))


def integrity() -> Finding:
    """SQLite finds nothing broken in the file."""
    from django.db import DatabaseError, connection

    try:
        with connection.cursor() as cursor:
            answer = cursor.execute("PRAGMA quick_check(1)").fetchone()[0]
    except DatabaseError as error:
        answer = str(error)
    if answer == "ok":
        return Finding("integrity", True, Words("The database is whole."))
    return Finding(
        "integrity",
        False,
        Words("The database is damaged ({reason}).", {"reason": " ".join(str(answer).split())}),
        Words("Stop Ambulando, keep a copy of the file, and put your last backup in its place."),
    )


def migrations() -> Finding:
    """The tables are those of this version of the program."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    loader = executor.loader
    if set(loader.applied_migrations) - set(loader.disk_migrations):
        return Finding(
            "migrations",
            False,
            Words("The database was made by a newer version of Ambulando."),
            Words("Update Ambulando, or put back a backup of this version."),
        )
    if executor.migration_plan(loader.graph.leaf_nodes()):
        return Finding(
            "migrations",
            False,
            Words("The database is of an older version of Ambulando."),
            Words("Make a backup, then start Ambulando again."),
        )
    return Finding("migrations", True, Words("The database fits this version."))


def evidence() -> Finding:
    """What is shown of the trials is of the evidence base that is here."""
    from ambulando.evidence import base
    from ambulando.web.library.queries import publication

    try:
        version = base.version()
    except InputError as error:
        says = Words("The evidence base can not be read: {reason}", {"reason": str(error)})
        return Finding("evidence", False, says, Words("Mend the rows that were added here."))
    if publication() is None:
        says = Words("The pages do not show the evidence base {version} yet.", {"version": version})
        return Finding("evidence", False, says, Words("Start Ambulando again; it makes them anew."))
    return Finding(
        "evidence", True, Words("The pages show the evidence base {version}.", {"version": version})
    )


def inbox() -> tuple[Finding, ...]:
    """A watched inbox that learns of a hard moment, where somebody relies on one."""
    from ambulando.web.help.inbox import problems

    return tuple(
        Finding(
            "inbox",
            False,
            Words("{reason}", {"reason": reason}),
            Words("Until then nobody is told of a hard moment."),
        )
        for reason in problems()
    ) or (Finding("inbox", True, Words("No watched inbox is at fault.")),)


def email() -> Finding:
    """A note, unless addresses must be checked and no mail can be sent."""
    from django.conf import settings

    if settings.SENDS_EMAIL:
        return Finding("email", True, Words("E-mail is set up."))
    says = Words("E-mail is not set up, so a lost password can only be set by you.")
    does = Words("To send e-mail, set {variable}.", {"variable": "AMBULANDO_SMTP"})
    return Finding("email", not settings.EMAIL_REQUIRED, says, does)


def address() -> Finding:
    """A note on how it is reached."""
    from django.conf import settings

    if not settings.PUBLIC.netloc:
        return Finding(
            "address",
            True,
            Words("It is reached from this machine alone."),
            Words("For others, set {variable} to its address.", {"variable": "AMBULANDO_URL"}),
        )
    # without a name and password, should the address carry them
    shown = {"address": f"{settings.PUBLIC.scheme}://{settings.PUBLIC.netloc.rpartition('@')[2]}"}
    if settings.HTTPS:
        return Finding("address", True, Words("It is reached at {address}.", shown))
    return Finding(
        "address",
        True,
        Words("It is reached at {address}, without https.", shown),
        Words("Without https others on the way can read along, and help pages are not kept for offline."),
    )


def calls() -> Finding:
    """The relay, or the rooms outside, that calls are made with; a note where there are none."""
    from django.conf import settings

    from ambulando.web.care.calls import addresses

    try:
        addresses.check(settings.TURN, settings.CALLS)
    except InputError as error:
        says = Words("{reason}", {"reason": str(error)})
        return Finding("calls", False, says, Words("Mend the setting, then start Ambulando again."))
    if settings.TURN or settings.CALLS:
        return Finding("calls", True, Words("The addresses for calls can be used."))
    return Finding(
        "calls",
        True,
        Words("Calls have no relay, so some strict networks keep two people apart."),
        Words("To use one, set {variable}.", {"variable": "AMBULANDO_TURN"}),
    )


def sqlite() -> Finding:
    """The SQLite in use lacks the fault that can corrupt a write-ahead log."""
    import sqlite3  # here, because the settings put the sound one in its place

    says = {"version": sqlite3.sqlite_version}
    if sqlite3.sqlite_version_info >= SOUND_SQLITE:
        return Finding("sqlite", True, Words("SQLite {version} is sound.", says))
    return Finding(
        "sqlite",
        False,
        Words("SQLite {version} can damage a database when two write at once.", says),
        Words("Install the pinned packages again, so that a newer one is used."),
    )
