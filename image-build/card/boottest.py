"""`image-build/boot-test`: starts an image in an emulated machine and looks at it from inside and outside."""

from __future__ import annotations

import argparse
import random
import shutil
import ssl
import sys
import tempfile
import time
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from card.base import BOARD
from card.cuts import cuts
from card.machine import PATIENCE_S, Machine, card_of, reported, started, tail
from card.run import BuildError
from card.toys import WAYS, toys
from tests.lab.lab import LabError

ASKED: Final = """
say() { echo "=== $1"; };
say system; systemctl is-system-running --wait;
say failed; systemctl list-units --failed --plain --no-legend;
say units; systemctl list-units --all --plain --no-legend "tattlebox*" owner-ssh.service boot-firmware.mount;
say mounts; findmnt --real -n -o TARGET,SOURCE,FSTYPE,OPTIONS;
say space; df -h --output=target,size,avail /var;
say listening; ss -Hltnup;
say memory; sleep 30; free -m;
say kernel; grep -E "^(AnonPages|Cached|Shmem|Slab|SUnreclaim|KernelStack|PageTables):" /proc/meminfo;
say processes; for p in /proc/[0-9]*; do
  echo "$(awk '/^Pss(_Anon)?:/ {printf "%5d ", $2 / 1024}' $p/smaps_rollup)" \
    "$(tr '\\0' ' ' <$p/cmdline | cut -c-60)";
done 2>/dev/null | sort -rn | head -20;
say biggest; systemctl status --no-pager -n0 "tattlebox*" | grep -E "Memory:|●";
say half; /opt/tattlebox/bin/tattlebox update status;
say doctor; /opt/tattlebox/bin/tattlebox doctor --store /var/lib/tattlebox/home.db;
say journal; journalctl -b -p warning --no-pager -o cat | tail -40;
say time; systemd-analyze; systemd-analyze blame | head -12;
say done
"""


def main() -> int:
    """Return the exit code: 0 all as it should be, 1 not, 2 wrong use."""
    options = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="tattlebox-boot-", dir=options.scratch) as folder:
        try:
            card = card_of(options.image, Path(folder))
            if options.toys:
                wrong = toys(card, options.arch, options.toys)
            elif options.power_cuts:
                wrong = cuts(card, options.arch, options.power_cuts, random.Random(options.seed))
            else:
                wrong = _look(card, options)
        except (BuildError, LabError) as error:
            print(f"boot-test: {error}", file=sys.stderr)
            return 1
    for sentence in wrong:
        print(f"boot-test: {sentence}", file=sys.stderr)
    return 1 if wrong else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="image-build/boot-test", description="Start an image and look at it."
    )
    parser.add_argument("image", type=Path, metavar="IMAGE", help="what image-build/build made, .xz or not")
    parser.add_argument("--arch", choices=sorted(BOARD), default="arm64")
    parser.add_argument("--scratch", type=Path, metavar="FOLDER", help="where the emulated card lies (1 GB)")
    parser.add_argument("--screenshot", type=Path, metavar="FILE", help="a picture of the first page")
    parser.add_argument("--transcript", type=Path, metavar="FILE", help="what the machine said of itself")
    parser.add_argument("--power-cuts", type=int, default=0, metavar="N", help="cut the power N times")
    parser.add_argument("--toys", choices=sorted(WAYS), help="let toys join so (needs root)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments of the cuts")
    return parser


def _look(card: Path, options: argparse.Namespace) -> list[str]:
    """Start the card once; return what is wrong."""
    wrong = []
    with started(card, options.arch, ASKED) as machine:
        answered = _first_page(machine)
        after = f"{answered} s of the machine's own time, {time.monotonic() - machine.began:.0f} s of ours"
        print(f"first page after {after}" if answered else "no page", flush=True)
        if not answered:
            wrong.append("the dashboard did not answer")
        elif options.screenshot:
            _picture(machine.https_port, options.screenshot)
        said = reported(machine)
        if options.transcript:
            shutil.copy(machine.report, options.transcript)
        if not said:
            return [*wrong, "the machine did not report; its last words:\n" + tail(machine.console)]
    print("\n".join(f"--- {name}\n{text}" for name, text in said.items()))
    if said["system"] != "running":
        wrong.append(f"systemd calls the system {said['system']}: {said['failed']}")
    used = int(said["memory"].splitlines()[1].split()[2])
    print(f"memory_used_mb: {used}")
    if used > 200:
        wrong.append(f"{used} MB of memory are used at rest, expected at most 200")
    wrong += [f"tattlebox doctor: {line}" for line in said["doctor"].splitlines() if line.startswith("bad")]
    if said["space"].split()[-2].endswith("M"):
        wrong.append(f"the record did not get the rest of the card: {said['space']}")
    return wrong


def _first_page(machine: Machine) -> int:
    """Return the seconds from power-on to the first page by the machine's own clock, 0 for none."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = (
        False,
        ssl.CERT_NONE,
    )  # its own certificate, known to nobody yet
    while time.monotonic() - machine.began < PATIENCE_S and machine.process.poll() is None:
        asking = HTTPSConnection("127.0.0.1", machine.https_port, timeout=60, context=context)
        try:
            asking.request("GET", "/setup/", headers={"Host": "tattlebox.local"})
            answer = asking.getresponse()
            if answer.status == HTTPStatus.OK:
                return int(parsedate_to_datetime(answer.headers["Date"]).timestamp()) - machine.clock
        except (HTTPException, OSError):
            time.sleep(1)
        finally:
            asking.close()
    return 0


def _picture(port: int, path: Path) -> None:
    arguments = ["--no-sandbox", f"--host-resolver-rules=MAP tattlebox.local 127.0.0.1:{port}"]
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        page = browser.new_page(viewport={"width": 390, "height": 844}, ignore_https_errors=True)
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto("https://tattlebox.local/")
        page.screenshot(path=path)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
