"""A study's bundle: a ZIP file with the signed days, the consent, what each column means, and what remains.

What a preview shows and what a bundle holds are the rows of one and the same `Session`.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from appliance.archive.parquet import Engine
from appliance.research.columns import DAY, FLOW, Column
from appliance.research.consent import record
from appliance.research.parcel import Manifest, seal, seal_fields
from appliance.research.profile import Profile
from appliance.research.risk import Summary, Tally, claims
from appliance.research.rows import Row
from appliance.research.session import BundleError, Session
from appliance.store.studies import Consent

README: Final = """\
A research bundle of one home, made by Tattlebox.

consent.json     what the family agreed to, signed by the home's key for this study
days/            a Parquet file for each UTC day, and its signed manifest
flows.parquet    single conversations, where the study asks for them
dictionary.json  what every column means
remains.json     what remains re-identifiable, and for whom

To take it in: python -m study receive BUNDLE PLACE
"""


class Done(NamedTuple):
    """What a bundle holds."""

    home: str
    summary: Summary
    flows: int
    size_bytes: int


def write(session: Session, consent: Consent, out: Path, since: int | None = None) -> Done:
    """Write the bundle, whole or not at all. Raises StoreError, ArchiveError, BundleError."""
    part = out.with_name(out.name + ".part")
    try:
        with (
            tempfile.TemporaryDirectory(dir=out.absolute().parent, prefix="bundle.") as scratch,
            zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as bundle,
        ):
            done = _fill(bundle, session, consent, Path(scratch), since)
        part.replace(out)
    except OSError as error:
        raise BundleError(f"cannot write {out}: {error.strerror}; make room and try again") from error
    finally:
        part.unlink(missing_ok=True)
    return done._replace(size_bytes=out.stat().st_size)


def _fill(
    bundle: zipfile.ZipFile, session: Session, consent: Consent, scratch: Path, since: int | None
) -> Done:
    tally, engine, file = Tally(), Engine(scratch), scratch / "rows.parquet"
    try:
        for day, rows in session.days(since):
            tally.see(rows)
            data, sealed = sealed_day(session, engine, day, rows, file)
            bundle.writestr(f"days/{day}.parquet", data)
            bundle.writestr(f"days/{day}.json", sealed)
        flows = _Counted(session.flows())
        if session.profile.flows:
            engine.write_objects(_lines(flows), _types(FLOW), file)
            bundle.write(file, "flows.parquet")
    finally:
        engine.close()
    summary = tally.summary()
    bundle.writestr("consent.json", sealed_consent(session, consent))
    bundle.writestr("dictionary.json", _json(dictionary(session.profile)))
    bundle.writestr("remains.json", _json(remains(session.profile, summary)))
    bundle.writestr("README.txt", README)
    return Done(session.home, summary, flows.count, 0)


def sealed_day(
    session: Session, engine: Engine, day: str, rows: list[Row], scratch: Path
) -> tuple[bytes, bytes]:
    """Return a day's file and its signed manifest; `scratch` is overwritten. Raises ArchiveError."""
    engine.write_objects(_lines(rows), _types(DAY), scratch)
    data = scratch.read_bytes()
    return data, seal(_manifest(session, day, rows, data), session.signer)


def sealed_consent(session: Session, consent: Consent) -> bytes:
    """Return the record of a consent, signed."""
    return seal_fields("consent", record(session.profile, consent, session.home), session.signer)


def dictionary(profile: Profile) -> dict[str, Any]:
    """Return what every column of a bundle means."""
    tables = {"days": DAY, **({"flows": FLOW} if profile.flows else {})}
    return {table: {column.name: column.meaning for column in columns} for table, columns in tables.items()}


def remains(profile: Profile, summary: Summary) -> dict[str, Any]:
    """Return what leaves in numbers, and what remains re-identifiable."""
    return {**summary._asdict(), "claims": [claim._asdict() for claim in claims(profile, summary)]}


def _manifest(session: Session, day: str, rows: list[Row], data: bytes) -> Manifest:
    digest, profile = hashlib.sha256(data).hexdigest(), session.profile
    words = f"{profile.names}/{profile.amounts}{'/shift' if profile.shift else ''}"
    return Manifest(profile.study, session.home, day, len(rows), digest, words, profile.until)


class _Counted:
    """Rows, counted as they pass."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            yield row


def _lines(rows: Iterable[Row]) -> Iterator[bytes]:
    for row in rows:
        yield json.dumps(row).encode() + b"\n"


def _types(columns: tuple[Column, ...]) -> dict[str, str]:
    return {column.name: column.type for column in columns}


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=1, ensure_ascii=True) + "\n"
