"""`scripts/fuzz`: a run in a child process, so that the death of a process is a figure too."""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys


def main() -> int:
    """Run in a child and say how it ended; in the child (`--here`), run."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument(
        "--packets", type=int, default=100_000, help="how many mutated packets (default 100000)"
    )
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other packets")
    parser.add_argument("--plain", action="store_true", help="with the meter and the reader in plain Python")
    parser.add_argument("--compiled", metavar="FOLDER", help="with the compiled meter and reader found there")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.here:
        return _run(args)
    child = subprocess.run([sys.executable, "-m", "tests.fuzz", "--here", *sys.argv[1:]], check=False)
    died = child.returncode not in (0, 1)
    print(f"process_deaths: {int(died)}" + (f" (exit status {child.returncode})" if died else ""))
    return child.returncode


def _run(args: argparse.Namespace) -> int:
    if args.compiled:
        _load("sensor.meter._meter", f"{args.compiled}/_meter.abi3.so")
        _load("sensor.quick._quick", f"{args.compiled}/_quick.abi3.so")
    from tests.fuzz.run import Run  # noqa: PLC0415 - after the native parts were chosen

    figures = Run(args.seed, native=False if args.plain else None).go(args.packets)
    print("\n".join(figures.lines()), flush=True)
    return 0 if figures.sound(memory=not args.compiled) else 1  # a sanitiser keeps freed memory aside


def _load(name: str, path: str) -> None:
    """Make this file the compiled module that will be found under this name."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"fuzz: {path} is no Python extension module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    sys.exit(main())
