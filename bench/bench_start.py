"""How soon Ambulando is there: the help of the command line, and a page after the second start.

Prints medians of RUNS, the budget, and the ratio to ``python -c pass`` on the same machine. The first start, which makes
the database and the pictures, is done before and shown beside.
"""

import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

RUNS = 5
#: seconds
HELP, PAGE = 0.3, 2.0
AMBULANDO = str(Path(sys.executable).parent / "ambulando")


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def median(work: Callable[[], float]) -> float:
    return statistics.median(work() for _ in range(RUNS))


def run(*command: str) -> float:
    return timed(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))


def to_a_page(data: str) -> float:
    """Seconds from the start of the server to the last byte of the help page; the server is stopped after."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begin = time.perf_counter()
    server = subprocess.Popen(
        [AMBULANDO, "serve", "--port", str(port)],
        env=os.environ | {"AMBULANDO_DATA": data},
        stderr=subprocess.DEVNULL,
    )
    try:
        while server.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/help/") as page:
                    page.read()
                return time.perf_counter() - begin
            except OSError:
                time.sleep(0.005)
        raise SystemExit("The server did not start; see why with: ambulando serve")
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    print(
        f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}; wall time, medians of {RUNS}"
    )
    run(AMBULANDO, "--help")  # so that every module is compiled
    bare = median(lambda: run(sys.executable, "-c", "pass"))
    helped = median(lambda: run(AMBULANDO, "--help"))
    with tempfile.TemporaryDirectory() as folder:
        first = to_a_page(folder)
        second = median(lambda: to_a_page(folder))
    print(f"{'python -c pass':<36}{bare:7.3f} s")
    for what, seconds, budget in (
        ("ambulando --help", helped, HELP),
        ("second start to a served page", second, PAGE),
    ):
        verdict = "within" if seconds < budget else "OVER"
        print(f"{what:<36}{seconds:7.3f} s  {verdict} {budget} s  {seconds / bare:6.1f} x")
    print(f"{'first start to a served page':<36}{first:7.3f} s")


if __name__ == "__main__":
    main()
