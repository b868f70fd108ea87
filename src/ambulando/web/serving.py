"""Start everything that an installation needs: database, pictures of the evidence, job worker and schedule, web server."""

import contextlib
import gc
import hashlib
import importlib
import multiprocessing
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command

import ambulando
from ambulando.evidence import base
from ambulando.ground import InputError
from ambulando.web.care.calls import addresses
from ambulando.web.home import for_owner_alone

STAMP = "prepared"
#: seconds after the start of the server
WARM_AFTER = 3.0
#: what a week is made with, in parts that take about a tenth of a second each
WARMED = ("numpy", "scipy.sparse", "scipy.linalg", "scipy.sparse.linalg", "scipy.special", "scipy.optimize")


def fingerprint() -> str:
    """Changes when any file of the program or row of the evidence does: then database and pages are brought up to date."""
    root = Path(ambulando.__file__).parent
    files = sorted(path for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc")
    facts = "".join(f"{path}{(stat := path.stat()).st_mtime_ns}{stat.st_size}" for path in files)
    return hashlib.sha256((facts + base.version()).encode()).hexdigest()


def prepare() -> None:
    """Bring the data folder up to this version of the program; nothing is done when it is already."""
    stamp = settings.DATA / STAMP
    now = fingerprint()
    # The database carries its own mark: one that was put back from a backup is brought up to date like any other.
    ready = stamp.exists() and stamp.read_text() == now and settings.STATIC_ROOT.exists()
    if ready and mark_of_database() == mark(now):
        return
    say("Preparing the database and the pages (only after an update)")
    use_write_ahead_log()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    in_a_process_of_its_own(publish)
    mark_database(mark(now))
    stamp.write_text(now)


def mark(fingerprint: str) -> int:
    """A fingerprint as the whole number that an SQLite file can carry; never 0, which a new file has."""
    return int(fingerprint[:7], 16) + 1


def mark_of_database() -> int:
    from django.db import connection

    if not Path(settings.DATABASES["default"]["NAME"]).exists():
        return 0
    with connection.cursor() as cursor:
        return int(cursor.execute("PRAGMA user_version").fetchone()[0])


def mark_database(number: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA user_version = {int(number)}")


def in_a_process_of_its_own(work: Callable[[], None]) -> None:
    """The memory that ``work`` takes (NumPy, pictures) goes back with it; the web server never loads them."""
    process = multiprocessing.get_context("spawn").Process(target=work)
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"{work.__name__} ended with {process.exitcode}; its messages are above")


def publish() -> None:
    import django

    django.setup()
    from ambulando.web.library.actions import publish

    publish()


def use_write_ahead_log() -> None:
    """Once for the file: readers then never wait for a writer."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=WAL")


def serve(host: str, port: int) -> None:
    """Serve until stopped. Raises InputError when the port is taken, or a setting can not be used."""
    for_owner_alone()
    addresses.check(settings.TURN, settings.CALLS)
    listener = listen(host, port)
    prepare()
    with worker():
        run(listener, host, port)


def serve_demo(host: str, port: int) -> None:
    """Serve with a simulated person, made on the first start."""
    for_owner_alone()
    addresses.check(settings.TURN, settings.CALLS)
    listener = listen(host, port)
    prepare()
    from ambulando.web.demo import NAME, PASSWORD, ensure_simulated_person

    ensure_simulated_person()
    say(f"Simulated person: sign in as {NAME} with the password {PASSWORD}")
    with worker():
        run(listener, host, port)


def listen(host: str, port: int) -> socket.socket:
    """The socket of the server; from here on it is taken, and who comes early waits for the first page."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise InputError(
            f"The address {host}:{port} can not be used ({error.strerror}); choose another with --port, or PORT=8001 with make."
        ) from error
    return listener


def run(listener: socket.socket, host: str, port: int) -> None:
    import uvicorn

    shown = f"[{host}]" if ":" in host else host
    say(f"Ambulando is at http://{shown}:{port}/ (stop it with Ctrl+C)")
    server = uvicorn.Server(
        uvicorn.Config(
            "ambulando.web.asgi:application",
            log_level="warning",
            access_log=False,  # addresses and times of requests would tell about a person's days
            lifespan="off",
            timeout_graceful_shutdown=5,
            server_header=False,
        )
    )
    stopping = threading.Event()
    warming = threading.Thread(target=warm, args=(server, stopping), daemon=True)
    warming.start()
    try:
        with contextlib.suppress(KeyboardInterrupt):  # that is how a person stops it
            server.run(sockets=[listener])
    finally:
        stopping.set()
        warming.join()  # of one part at most: Python must not end while a library of machine code is being loaded


def warm(server: Any, stopping: threading.Event, wait: float = WARM_AFTER) -> None:
    """Load what the first plan needs, once pages are served: nobody waits half a second for it, and no start does.

    Part by part, so that a server that is stopped meanwhile ends at once.
    """
    while not server.started:
        if stopping.wait(0.1):
            return
    stopping.wait(wait)  # whoever opened the first page has it by then
    for part in WARMED:
        if stopping.is_set():
            return
        with contextlib.suppress(ImportError):  # then whoever asks for a plan is told
            importlib.import_module(part)
    settle()


def settle() -> None:
    """Let the collector leave alone what is loaded for good: looking through all of it took 70 ms of a page now and then."""
    gc.collect()
    gc.freeze()


@contextlib.contextmanager
def worker() -> Iterator[None]:
    """The job worker with its schedule, in a process of its own, so that a fit never slows a page.

    Should it end before its time, it is started again.
    """
    # A stop from outside takes the worker along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    stopping = threading.Event()
    process = start_worker()

    def keep() -> None:
        nonlocal process
        while process.wait() is not None and not stopping.wait(1):
            say("The job worker ended before its time and is started again")
            process = start_worker()

    threading.Thread(target=keep, daemon=True).start()
    try:
        yield
    finally:
        stopping.set()
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def start_worker() -> subprocess.Popen[bytes]:
    # It reads its standard input to the end, which comes when this process is gone, however it went.
    return subprocess.Popen(
        [sys.executable, "-m", "ambulando.web.worker", "--attached"],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
