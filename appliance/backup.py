"""Making and restoring encrypted backups, and erasing a home: for commands and pages alike."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from appliance.archive.folder import folder_of
from appliance.store import copies
from appliance.store.database import StoreError
from appliance.store.recordings import folder_of_recordings
from appliance.vault import VaultError, seal, unseal

SPARE_BYTES: Final = 200 << 20
"""Room that is left on the disk, whatever a backup opens to."""


@contextmanager
def sealed(store: Path, password: str) -> Iterator[Iterator[bytes]]:
    """Give the blocks of an encrypted backup of a store. Raises StoreError."""
    with _beside(store) as folder:
        plain = folder / "record.db"
        copies.snapshot(store, plain)
        with plain.open("rb") as file:
            yield seal(file, password)


def restore(store: Path, backup: BinaryIO, password: str) -> None:
    """Put a backup's record in the store's place. Raises VaultError or StoreError: it is untouched then."""
    with _beside(store) as folder:
        plain = folder / "record.db"
        room = max(0, shutil.disk_usage(folder).free - SPARE_BYTES) // 2
        try:
            with os.fdopen(os.open(plain, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                for part in unseal(backup, password, room):
                    file.write(part)
        except OSError as error:
            raise VaultError(f"cannot write {folder}: {error.strerror}; free some space") from error
        copies.replace(store, plain)


def erase(store: Path) -> None:
    """Delete all that was ever recorded in a store, its archive and its secrets. Raises StoreError."""
    copies.erase(store, folder_of(store))
    shutil.rmtree(folder_of_recordings(store), ignore_errors=True)
    store.with_name(store.name + ".secrets").unlink(missing_ok=True)


@contextmanager
def _beside(store: Path) -> Iterator[Path]:
    """Give a folder on the store's own disk that this user alone reads; it is removed afterwards."""
    try:
        with tempfile.TemporaryDirectory(prefix=".tattlebox-", dir=store.absolute().parent) as folder:
            yield Path(folder)
    except OSError as error:
        raise StoreError(f"cannot write beside {store}: {error.strerror}; free some space") from error
