"""Applies what the family said to a store that no service is at work on: that of a replay.

    python -m appliance.settle STORE

A process of its own for those who serve pages: it loads the knowledge tables, which are larger than they are.
"""

from __future__ import annotations

import sys
from pathlib import Path

from appliance.home import Home
from appliance.lookup.knowledge import load_knowledge
from appliance.service import Service
from appliance.store.database import StoreError
from appliance.store.writer import Writer


def settle(store: Path) -> None:
    """Apply the words that are new in the store. Raises StoreError."""
    writer = Writer(store)
    try:
        Service(Home(load_knowledge()), writer).commit()
    finally:
        writer.close()


def main() -> int:
    """Settle the store named on the command line; 1 with a sentence when it cannot be."""
    try:
        settle(Path(sys.argv[1]))
    except StoreError as error:
        print(f"settle: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
