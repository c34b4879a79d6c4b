"""The sensor in plain Python, guided by the branches it takes: python -m tests.fuzz.branches [OPTIONS]

Options are those of libFuzzer, inputs those of guided.py. atheris is not among the locked libraries: no
release of it has builds for all the Pythons we support.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["sensor"]):
    from tests.fuzz.guided import take


def main() -> None:
    atheris.Setup(sys.argv, lambda data: take(data, native=False))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
