"""``ambulando serve`` and ``demo`` as a person starts them: real processes, a real port, a data folder of their own."""

import importlib.util
import os
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest

from ambulando.web import serving as serving_module
from installation import DEADLINE, ambulando, content, environment, python, until

pytestmark = pytest.mark.server


def free_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Server:
    """A running ``ambulando serve``; ``lines`` is what it said on standard error so far."""

    def __init__(self, data: Path, command: str = "serve") -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ambulando", command, "--port", str(self.port)],
            env=environment(data),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stderr
        self.lines.extend(line.rstrip("\n") for line in self.process.stderr)

    def page(self, path: str) -> tuple[int, str]:
        with urllib.request.urlopen(self.address + path, timeout=DEADLINE) as found:
            return found.status, found.read().decode()

    def is_up(self) -> bool:
        assert self.process.poll() is None, "\n".join(self.lines)
        try:
            return self.page("/help/")[0] == 200
        except OSError:
            return False

    def worker(self) -> int:
        """The process of the job worker."""
        found: list[int] = []

        def look() -> bool:
            started = children(self.process.pid)
            found[:] = [pid for pid in started if "ambulando.web.worker" in words(pid) and lives(pid)]
            return bool(found)

        until(look, "the job worker was not started")
        return found[0]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        code = self.process.wait(DEADLINE)
        self.reader.join(DEADLINE)
        assert self.process.stdout
        assert self.process.stdout.read() == ""
        self.process.stdout.close()
        return code


@contextmanager
def serving(data: Path, command: str = "serve"):
    server = Server(data, command)
    try:
        until(server.is_up, "the help page was not served")
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def children(parent: int) -> list[int]:
    """The processes that ``parent`` started."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if int(fields[1]) == parent:
            found.append(int(place.parent.name))
    return found


def words(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def lives(pid: int) -> bool:
    """Whether a process works still; one that ended and waits to be counted does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """The first start in a folder that was not there, and what was left when it was stopped."""
    data = tmp_path_factory.mktemp("first") / "data"
    umask = os.umask(0o022)  # as most systems have it; what is private must be so by our own doing
    try:
        with serving(data) as server:
            status, page = server.page("/help/")
            worker = server.worker()
            left = {path.name: mode(path) for path in data.iterdir()}
            code = server.stop()
    finally:
        os.umask(umask)
    return {
        "data": data, "status": status, "page": page, "worker": worker, "left": left, "code": code,
        "lines": server.lines,
    }  # fmt: skip


@pytest.fixture
def data(first, tmp_path):
    """A data folder that was prepared before, for one test."""
    return shutil.copytree(first["data"], tmp_path / "data")


def test_the_first_start_prepares_serves_and_says_where(first):
    assert first["status"] == 200
    assert "<html" in first["page"]
    assert first["lines"][0].startswith("Preparing")
    assert re.fullmatch(r"Ambulando is at http://127\.0\.0\.1:\d+/ .*", first["lines"][1])
    assert len(first["lines"]) == 2


def test_what_it_keeps_is_for_its_owner_alone(first):
    assert mode(first["data"]) == 0o700
    assert first["left"]["secret.key"] == 0o600
    assert {"ambulando.sqlite3", "jobs.sqlite3", "secret.key"} <= set(first["left"])
    assert {name: oct(mode) for name, mode in first["left"].items() if mode & 0o077} == {}


def test_the_key_is_long_and_its_own(first, tmp_path):
    key = (first["data"] / "secret.key").read_text().strip()
    assert len(key) >= 60
    other = python(
        "from ambulando.web import settings\nprint(settings.SECRET_KEY)", tmp_path / "other"
    ).strip()
    assert len(other) >= 60
    assert other != key


def test_the_start_itself_leaves_numpy_out_of_the_web_process(tmp_path):
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'ambulando.web.settings';"
        " import ambulando.web.asgi, ambulando.web.serving, ambulando.web.urls;"
        " print('numpy' in sys.modules)"
    )
    assert python(code, tmp_path / "data").strip() == "False"


@pytest.fixture
def warming(monkeypatch, tmp_path):
    """A thread that warms a server which does not serve yet; what it loads is ``loaded``, its errors are ``seen``."""
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("part_one", "part_two"):
        (tmp_path / f"{name}.py").write_text("")
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(serving_module, "WARMED", ("part_one", "no_such_part", "part_two"))
    seen = []
    monkeypatch.setattr(threading, "excepthook", lambda told: seen.append(told.exc_type))
    server, stopping = SimpleNamespace(started=False), threading.Event()
    thread = threading.Thread(target=serving_module.warm, args=(server, stopping, 0.0), daemon=True)
    thread.start()
    yield SimpleNamespace(
        server=server,
        stopping=stopping,
        thread=thread,
        seen=seen,
        loaded=lambda: [name for name in serving_module.WARMED if name in sys.modules],
    )
    stopping.set()
    thread.join(DEADLINE)


def test_what_the_first_plan_needs_is_loaded_once_pages_are_served_and_what_is_missing_ends_nothing(warming):
    warming.thread.join(0.3)
    assert warming.thread.is_alive()
    assert warming.loaded() == [], "nothing is loaded before the server serves"
    warming.server.started = True
    warming.thread.join(DEADLINE)
    assert warming.loaded() == ["part_one", "part_two"]
    assert warming.seen == []


def test_a_server_that_is_stopped_before_it_served_waits_for_nothing(warming):
    warming.stopping.set()
    warming.thread.join(DEADLINE)
    assert not warming.thread.is_alive()
    assert warming.loaded() == []


def test_a_server_that_is_stopped_while_it_warms_waits_for_the_part_that_is_being_loaded_alone(
    warming, tmp_path
):
    (tmp_path / "part_one.py").write_text("import threading\nthreading.stopping.set()\n")
    threading.stopping = warming.stopping
    try:
        warming.server.started = True
        warming.thread.join(DEADLINE)
    finally:
        del threading.stopping
    assert warming.loaded() == ["part_one"]


def test_what_is_warmed_is_there():
    for name in serving_module.WARMED:
        assert importlib.util.find_spec(name), name


def test_it_ends_well_when_it_is_told_to_and_takes_its_worker_along(first):
    assert first["code"] == 0
    assert not lives(first["worker"])


ENQUEUE = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "ambulando.web.settings"
import django
django.setup()
from datetime import timedelta
from django.utils import timezone
from ambulando.web.journal.models import Bout, CheckIn
from ambulando.web.people.models import Person
from ambulando.web.plans.jobs import refresh_answer
now = timezone.now()
person = Person.objects.create_user("ada", password="it is solved by walking", onboarded_at=now, answers={})
for ago in range(1, 15):
    day = now.date() - timedelta(days=ago)
    CheckIn.objects.create(person=person, day=day, part="later", mood=4 + ago % 3)
    if ago % 2:
        Bout.objects.create(person=person, activity="easy-walk", start=now - timedelta(days=ago), seconds=1200)
print(refresh_answer.enqueue(person.pk).status)
"""


def test_the_second_start_prepares_nothing_and_the_worker_does_its_jobs(data):
    with serving(data) as server:
        assert python(ENQUEUE, data).strip() == "READY"
        until(
            lambda: content(data)["ambulando.sqlite3 plans_answer"],
            "the job was not done: " + "; ".join(server.lines),
        )
        assert server.stop() == 0
    assert not [line for line in server.lines if line.startswith("Preparing")]
    assert len(server.lines) == 1


def test_a_database_that_was_put_back_from_a_backup_is_prepared_like_any_other(data):
    with closing(sqlite3.connect(data / "ambulando.sqlite3")) as database:
        database.execute("PRAGMA user_version = 7")  # as a copy of an earlier version carries its own mark
        database.commit()
    with serving(data) as server:
        assert server.stop() == 0
    assert [line for line in server.lines if line.startswith("Preparing")]


def test_the_worker_ends_by_itself_when_the_server_is_killed(data):
    with serving(data) as server:
        worker = server.worker()
        assert server.stop(signal.SIGKILL) == -signal.SIGKILL
        until(lambda: not lives(worker), "the worker lives on without its server")


def test_a_worker_that_ends_before_its_time_is_started_again(data):
    with serving(data) as server:
        worker = server.worker()
        os.kill(worker, signal.SIGKILL)
        until(lambda: len(server.lines) > 1, "nothing was said about the worker")
        assert server.worker() != worker
        assert server.stop() == 0
    assert "started again" in server.lines[1]


def test_ctrl_c_ends_it_without_a_word(data):
    with serving(data) as server:
        worker = server.worker()
        assert server.stop(signal.SIGINT) == 0
    assert len(server.lines) == 1
    assert not lives(worker)


def test_a_port_that_is_taken_is_one_sentence_and_changes_nothing(data, tmp_path):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for folder in (data, tmp_path / "new"):
            done = ambulando(folder, "serve", "--port", port)
            assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
            assert f"127.0.0.1:{port} can not be used" in done.stderr
            assert "--port" in done.stderr
    assert not (tmp_path / "new" / "ambulando.sqlite3").exists()


@pytest.mark.parametrize(("name", "odd"), [("AMBULANDO_TURN", "relay.example.org"), ("AMBULANDO_CALLS", "https://meet.example.org/")])  # fmt: skip
def test_an_address_for_calls_that_is_none_is_one_sentence(data, monkeypatch, name, odd):
    monkeypatch.setattr("installation.environment", lambda folder: environment(folder) | {name: odd})
    done = ambulando(data, "serve", "--port", str(free_port()))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert f"{name} " in done.stderr
    assert odd in done.stderr
    told = ambulando(data, "doctor", "--json").stdout
    assert f"{name} " in told
    assert '"check": "calls"' in told


def test_an_address_that_is_not_ours_is_one_sentence(data):
    done = ambulando(data, "serve", "--host", "no such host", "--port", str(free_port()))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_the_demonstration_has_a_folder_and_a_simulated_person_of_its_own(data):
    before = content(data)
    with serving(data, "demo") as server:
        said = next(line for line in server.lines if line.startswith("Simulated person"))
        name, password = re.search(r"sign in as (\S+) with the password (\S+)", said).groups()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        form = browser.open(server.address + "/account/login/", timeout=DEADLINE).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
        answers = {"csrfmiddlewaretoken": token, "login": name, "password": password}
        sent = urllib.request.Request(
            server.address + "/account/login/", urlencode(answers).encode(), {"Referer": server.address}
        )
        page = browser.open(sent, timeout=DEADLINE)
        assert page.url == server.address + "/today/"
        assert "simulated" in page.read().decode().lower()
    held = content(data / "demo")
    people = held["ambulando.sqlite3 people_person"]
    assert [[name for name in row if name in ("sam-simulated", "dr-simulated")] for row in people] == [
        ["sam-simulated"],
        ["dr-simulated"],
    ]
    assert held["ambulando.sqlite3 journal_checkin"]
    assert mode(data / "demo") == 0o700
    assert mode(data / "demo" / "secret.key") == 0o600
    assert content(data) == before
    assert before["ambulando.sqlite3 people_person"] == []
