"""Measures the dashboard over a large home's store: python benchmarks/web.py [--store FILE] [--flows N]

Without --store it makes one of --devices, --days and --flows in a temporary folder (36 million flows: 9 GB,
some minutes). It starts the real server and opens every page with --clients at once. It prints
`name: value` lines last:
The store is written to every 5 s meanwhile, more often than a live home's is.
- p95_ms_<page>: 95th percentile of the time from request to the whole answer, while each client pauses
  --pause seconds between pages as readers do; p95_ms is that of the worst page;
- alone_ms_<page>: median of one client alone; home_kb: the home page with all that it loads, as sent;
- home_usable_ms: median until Chromium, on a processor slowed down four times, has loaded the home page and
  its scripts have run (left out, saying so, without Chromium);
- rss_mb: memory of the server at its end; flows, store_gb: what it read from.
"""

from __future__ import annotations

import argparse
import http.client
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
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from appliance.store.reader import Reader  # noqa: E402
from appliance.store.writer import Writer  # noqa: E402
from benchmarks.web_store import Size, device_id, make  # noqa: E402

PORT = 8917
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
def living(store: Path) -> Iterator[None]:
    """Commit to the store every 5 s, as a live home does: pages that are kept are then out of date."""
    over = threading.Event()

    def live() -> None:
        writer = Writer(store)
        while not over.wait(5.0):
            writer.commit(pulse=time.time())
        writer.close()

    thread = threading.Thread(target=live)
    thread.start()
    yield
    over.set()
    thread.join()


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
                fetch("/")
                break
            except OSError:
                time.sleep(0.1)
        yield server.pid
    finally:
        server.terminate()
        server.wait()


def fetch(address: str) -> tuple[float, int]:
    """Return the milliseconds that a page took, and its bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    begun = time.perf_counter()
    connection.request("GET", address)
    answer = connection.getresponse()
    size = len(answer.read())
    took_ms = (time.perf_counter() - begun) * 1000
    connection.close()
    assert answer.status == 200, (address, answer.status)
    return took_ms, size


def crowd(addresses: Address, clients: int, seconds: float, pause_s: float) -> dict[str, list[float]]:
    """Return the times of each page with so many readers at once."""
    found: dict[str, list[float]] = defaultdict(list)
    end = time.monotonic() + seconds

    def read(seed: int) -> None:
        generator = random.Random(seed)
        time.sleep(generator.uniform(0, pause_s))
        while time.monotonic() < end:
            page = generator.choice(list(PAGES))
            found[page].append(fetch(addresses.of(page, generator))[0])
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
    with serving(store) as pid, living(store):
        alone = {page: [fetch(addresses.of(page, generator))[0] for _ in range(7)] for page in PAGES}
        seen = browsed()
        times = crowd(addresses, options.clients, options.seconds, options.pause)
        rss_mb = memory_mb(pid)
    for page, taken in alone.items():
        print(f"alone_ms_{page}: {statistics.median(taken):.0f}")
    worst = {page: statistics.quantiles(taken, n=20)[-1] for page, taken in times.items() if len(taken) > 1}
    for page, slow in worst.items():
        print(f"p95_ms_{page}: {slow:.0f}")
    print(f"p95_ms: {max(worst.values()):.0f}")
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
