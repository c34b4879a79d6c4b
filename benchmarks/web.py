"""Measures the dashboard over a large home's store: python benchmarks/web.py [--store FILE] [--flows N]

Without --store it makes one of --devices, --days and --flows in a temporary folder (36 million flows: 9 GB,
some minutes). It starts the real server and opens every page with --clients at once. It prints
`name: value` lines last. The home goes on meanwhile: new flows, hours and devices are committed every 5 s,
more often than a live home's are.
- p95_ms_<page>: 95th percentile of the time from request to the whole answer, while each client asks for a
  page as soon as it has the one before; p95_ms is that of the worst page; pages_per_s: answered to all then;
  cpu_ms_per_page, cpu_share: processor time of the server a page and a second then;
- reading_p95_ms_<page>, reading_p95_ms: the same while each reads for --pause seconds after a page;
- alone_ms_<page>: median of one client alone; home_kb: the home page with all that it loads, as sent;
- home_usable_ms: median until Chromium, on a processor slowed down four times, has loaded the home page and
  its scripts have run (left out, saying so, without Chromium);
- rss_mb: memory of the server at its end; flows, store_gb: what it read from.
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from appliance.store.reader import Reader  # noqa: E402
from appliance.store.writer import Writer  # noqa: E402
from benchmarks.web_store import Size, device_id, live, make  # noqa: E402

PORT = 8917

COMMIT_S = 5.0
"""A live home commits news as often, and the rest once a minute (appliance/service.py)."""
PAGES = {
    "home": "/",
    "devices": "/devices",
    "device": "/devices/{device}",
    "alerts": "/alerts",
    "alert": "/alerts/{alert}",
    "digest": "/digest",
    "wishes": "/wishes",
    "changes": "/changes",
    "change": "/changes/{change}",
    "sharing": "/sharing",
    "log": "/log/",
    "log_device": "/log/?device={device}",
    "log_party": "/log/?device={device}&domain={domain}",
    "log_text": "/log/?text=nobody.example",
    "names": "/log/?view=names",
}


class Address:
    """The addresses of pages, each time of another device."""

    def __init__(self, store: Path) -> None:
        with Reader(store) as reader:
            self.devices = [device.device for device in reader.devices()] or [device_id(0)]
            self.domains = {party.device: party.domain for party in reader.parties()}
            self.alerts = [alert.identifier for alert in reader.alerts(limit=50)] or ["none"]
            self.changes = [change.id for change in reader.changes(limit=50)] or ["none"]

    def of(self, page: str, generator: random.Random) -> str:
        device = generator.choice(self.devices)
        return PAGES[page].format(
            device=device,
            domain=self.domains.get(device, "none"),
            alert=generator.choice(self.alerts),
            change=generator.choice(self.changes),
        )


@contextmanager
def living(store: Path, size: Size) -> Iterator[None]:
    """Let the home go on in a process of its own: flows, hours and devices are written every COMMIT_S."""
    over = multiprocessing.Event()
    process = multiprocessing.Process(target=_live, args=(store, size, over))
    process.start()
    yield
    over.set()
    process.join()


def _live(store: Path, size: Size, over: Event) -> None:
    writer = Writer(store)
    tick = 0
    while not over.wait(COMMIT_S):
        tick += 1
        live(writer, size, tick, COMMIT_S)
    writer.close()


@contextmanager
def serving(store: Path) -> Iterator[int]:
    """Run the server over a store; gives its process id."""
    command = [
        sys.executable,
        "-m",
        "web",
        "--store",
        str(store),
        "--port",
        str(PORT),
        "--zone",
        "Europe/Paris",
    ]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                Client().fetch("/")
                break
            except OSError:
                time.sleep(0.1)
        yield server.pid
    finally:
        server.terminate()
        server.wait()


class Client:
    """One browser: its connection stays open from page to page."""

    def __init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)

    def fetch(self, address: str) -> float:
        """Return the milliseconds until a page was there."""
        begun = time.perf_counter()
        self._connection.request("GET", address)
        answer = self._connection.getresponse()
        answer.read()
        took_ms = (time.perf_counter() - begun) * 1000
        assert answer.status == 200, (address, answer.status)
        return took_ms


def crowd(addresses: Address, clients: int, seconds: float, pause_s: float) -> dict[str, list[float]]:
    """Return the times of each page with so many readers at once."""
    found: dict[str, list[float]] = defaultdict(list)
    end = time.monotonic() + seconds

    def read(seed: int) -> None:
        generator, client = random.Random(seed), Client()
        time.sleep(generator.uniform(0, pause_s))
        while time.monotonic() < end:
            page = generator.choice(list(PAGES))
            found[page].append(client.fetch(addresses.of(page, generator)))
            time.sleep(generator.uniform(0.5, 1.5) * pause_s)

    readers = [threading.Thread(target=read, args=(seed,)) for seed in range(clients)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return found


def browsed(times: int = 7) -> tuple[float, float] | None:
    """Return (ms until the home page can be used, kB loaded) of a fresh browser; None without Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return None
    with sync_playwright() as driver:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
        browser = driver.chromium.launch(executable_path=chromium, args=arguments)
        seen = [_opened(browser) for _ in range(times)]
        browser.close()
    return statistics.median(ms for ms, _ in seen), max(kilobytes for _, kilobytes in seen)


def _opened(browser: Browser) -> tuple[float, float]:
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(f"http://127.0.0.1:{PORT}/")
    page.wait_for_load_state("load")
    found: list[float] = page.evaluate(
        """() => [performance.getEntriesByType("navigation")[0].loadEventEnd,
            performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
                .reduce((sum, entry) => sum + entry.transferSize, 0) / 1000]"""
    )
    page.context.close()
    return found[0], found[1]


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used (proc(5): utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1000
    return 0.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--store", type=Path)
    parser.add_argument("--devices", type=int, default=40)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--flows", type=int, default=36_000_000)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--pause", type=float, default=5.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tattlebox-web-") as folder:
        store = options.store or Path(folder) / "home.db"
        if options.store is None:
            make(store, Size(options.devices, options.days, options.flows))
        measure(store, options)


def measure(store: Path, options: argparse.Namespace) -> None:
    addresses = Address(store)
    generator = random.Random(0)
    with Reader(store) as reader:
        flows = reader.watch().flows
    size, one = Size(options.devices, options.days, flows), Client()
    sys.setswitchinterval(0.0005)  # the clients share an interpreter: they shall not wait for each other
    with serving(store) as pid, living(store, size):
        alone = {page: [one.fetch(addresses.of(page, generator)) for _ in range(7)] for page in PAGES}
        seen = browsed()
        reading = crowd(addresses, options.clients, options.seconds, options.pause)
        before_s = cpu_s(pid)
        greedy = crowd(addresses, options.clients, options.seconds, 0.0)
        used_s = cpu_s(pid) - before_s
        rss_mb = memory_mb(pid)
    for page, taken in alone.items():
        print(f"alone_ms_{page}: {statistics.median(taken):.0f}")
    for name, times in (("reading", reading), ("", greedy)):
        prefix = f"{name}_p95_ms" if name else "p95_ms"
        worst = {
            page: statistics.quantiles(taken, n=20)[-1] for page, taken in times.items() if len(taken) > 1
        }
        for page, slow in worst.items():
            print(f"{prefix}_{page}: {slow:.0f}")
        print(f"{prefix}: {max(worst.values()):.0f}")
    pages = sum(map(len, greedy.values()))
    print(f"pages_per_s: {pages / options.seconds:.0f}")
    print(f"cpu_ms_per_page: {used_s * 1000 / pages:.2f}")
    print(f"cpu_share: {used_s / options.seconds:.2f}")
    if seen is None:
        print("home_usable_ms, home_kb: left out, no chromium here (Debian: chromium)")
    else:
        print(f"home_usable_ms: {seen[0]:.0f}")
        print(f"home_kb: {seen[1]:.0f}")
    print(f"rss_mb: {rss_mb:.0f}")
    print(f"flows: {flows}")
    print(f"store_gb: {store.stat().st_size / 1e9:.1f}")


if __name__ == "__main__":
    main()
