"""Flows as Parquet files (zstd), written and read with duckdb. Its library is loaded by short processes only.

Columns carry the names of `FlowRow`. `ts` is a timestamp in UTC; `duration_s` becomes `duration_us`, whole
microseconds, which are stored in half the space. The archive has no community ids, which would be two thirds
more and follow from the rest: they are made where they are asked for.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from appliance.archive.compact import ARCHIVED, COMPACT, WITH_IDS, compact
from appliance.archive.folder import ArchiveError
from appliance.flowrow import FlowRow
from appliance.store.flowlog import FREE, PAGE, TICKS, Key, Sums, Wanted
from sensor.communityid import community_id_of

MEMORY: Final = "96MB"
"""What duckdb may hold at once; beside it stand about 60 MB of the library and Python."""

ROW_GROUP: Final = 40_960
"""Rows that are compressed together: more would be no smaller, and take more memory with each thread."""

BUFFER_BYTES: Final = 4_000_000
"""What the reader of text takes at once; its own default took twice as long and 40 MB more (measured)."""

PIPE_BYTES: Final = 1_048_576
"""Size of the pipe, the largest that Linux allows by default: fewer turns between writer and reader."""

LEVEL: Final = 9
"""Of zstd: 1.5 % smaller than its own 3 and no slower here; 15 takes twice as long for 3.5 % more."""

_TYPES: Final = {"int": "BIGINT", "int | None": "USMALLINT", "str": "VARCHAR", "str | None": "VARCHAR"}
_NARROW: Final = {
    "part": "UINTEGER",
    "orig_p": "USMALLINT",
    "resp_p": "USMALLINT",
    "orig_tcp_flags": "UTINYINT",
    "resp_tcp_flags": "UTINYINT",
}


def _columns() -> dict[str, str]:
    columns = {}
    for name, annotation in FlowRow.__annotations__.items():
        kind: str = getattr(annotation, "__forward_arg__", str(annotation))
        columns[_renamed(name)] = (
            "BIGINT" if kind == "float" else _NARROW.get(name, _TYPES.get(kind, "VARCHAR"))
        )
    return columns


def _renamed(name: str) -> str:
    return "duration_us" if name == "duration_s" else name


def _cell(name: str) -> str:
    """Return what makes a column's cell of the text that `_text` reads."""
    if name in FREE:
        return f"CASE WHEN {name} IS NULL THEN '' ELSE '\"' || replace({name}, '\"', '\"\"') || '\"' END"
    return "epoch_us(ts)" if name == "ts" else f"coalesce(\"{_renamed(name)}\"::VARCHAR, '')"


COLUMNS: Final = _columns()
"""Name and type of each column as the text of `flowlog.lines` has it."""

_ENDS: Final = "proto, orig_h, orig_p, resp_h, resp_p"
_READ: Final = ", ".join("epoch_us(ts)" if name == "ts" else f'"{_renamed(name)}"' for name in ARCHIVED)
_CELLS: Final = " || ',' || ".join(_cell(name) for name in ARCHIVED)


class Engine:
    """One duckdb in memory, bounded in memory and threads."""

    def __init__(self, scratch: Path) -> None:
        """`scratch` is a folder where it may put what does not fit into memory."""
        self._db = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "threads": 2,
                "temp_directory": str(scratch / "duckdb.part"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )

    def close(self) -> None:
        """Close it."""
        self._db.close()

    def archive(self, lines: Iterable[bytes], out: Path) -> None:
        """Write flows, the ARCHIVED columns of each, to `out`. Raises ArchiveError.

        `out` is whole on the disk when this returns; when it raises there may be a part of it.
        """
        self._write(lines, ARCHIVED, _plain(ARCHIVED), ("", []), out)

    def write_compact(self, lines: Iterable[bytes], files: Sequence[Path], wanted: Wanted, out: Path) -> None:
        """Write the wanted flows of `files`, then those of `lines` (COMPACT of each), compact, likewise."""
        made = compact(map(_renamed, COMPACT))
        self._write(lines, COMPACT, made, self._archived(_selected(made), files, wanted), out)

    def write_with_ids(self, lines: Iterable[bytes], out: Path) -> None:
        """Write flows, WITH_IDS of each, with all columns, likewise."""
        self._write(lines, WITH_IDS, _plain(FlowRow._fields), ("", []), out)

    def lines(self, files: Sequence[Path], wanted: Wanted) -> Iterator[bytes]:
        """Yield WITH_IDS of the wanted flows of `files` as `flowlog.lines` does. Raises ArchiveError."""
        clause, values = _where(wanted)
        for path in files:
            query = f"SELECT {_CELLS}, {_ENDS} FROM read_parquet('{_quoted(path)}') WHERE {clause}"  # noqa: S608
            for rows in self._pages(query, values, path):
                yield "".join([f"{cells},{community_id_of(*ends)}\n" for cells, *ends in rows]).encode()

    def _write(
        self,
        lines: Iterable[bytes],
        named: Iterable[str],
        made: Mapping[str, str],
        archived: tuple[str, list[Any]],
        out: Path,
    ) -> None:
        """Write what `archived` selects, then columns made of those that are `named` in `lines`."""
        fresh = _selected({**made, "ts": "make_timestamp(ts)"})
        first, values = archived
        with _Pipe(lines) as pipe:
            self._copy(f"{first}SELECT {fresh} FROM {_text(pipe.path, named)}", values, out)  # noqa: S608 - names only

    def write_objects(self, lines: Iterable[bytes], types: Mapping[str, str], out: Path) -> None:
        """Write JSON lines with columns of these types to `out`. Raises ArchiveError."""
        columns = ", ".join(f"'{name}': '{'VARCHAR' if of == 'JSON' else of}'" for name, of in types.items())
        with _Pipe(lines) as pipe:
            source = f"read_json('{pipe.path}', format = 'newline_delimited', columns = {{{columns}}})"
            self._copy(f"SELECT * FROM {source}", [], out)  # noqa: S608 - names only

    def rewrite_without(self, path: Path, devices: Sequence[str], out: Path) -> int:
        """Write the flows of `path` that are of none of these devices to `out`; return how many there are."""
        marks = ", ".join("?" * len(devices))
        kept = f"SELECT * FROM {_sources([path])} WHERE device IS NULL OR device NOT IN ({marks})"  # noqa: S608
        self._copy(kept, list(devices), out)
        return self.sums(out).flows

    def _copy(self, query: str, values: list[Any], out: Path) -> None:
        form = (
            f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {LEVEL}, PARQUET_VERSION v2,"
            f" ROW_GROUP_SIZE {ROW_GROUP}"
        )
        self._run(f"COPY ({query}) TO '{_quoted(out)}' ({form})", values, out)
        _sync(out)

    def sums(self, path: Path) -> Sums:
        """Return the sums over a file, every column of it read. Raises ArchiveError."""
        query = (
            "SELECT count(*), coalesce(min(epoch_us(ts)), 0), coalesce(max(epoch_us(ts)), 0),"  # noqa: S608
            " coalesce(sum(duration_us), 0), coalesce(sum(orig_pkts + resp_pkts), 0),"
            " coalesce(sum(orig_wire_bytes + resp_wire_bytes), 0), coalesce(sum(orig_bytes + resp_bytes), 0),"
            " coalesce(sum(length(uid)), 0), count(hash(COLUMNS(*)))"
            f" FROM read_parquet('{_quoted(path)}')"
        )
        return Sums._make(map(int, self._run(query, [], path)[0][:8]))

    def count(self, files: Sequence[Path], wanted: Wanted) -> int:
        """Return how many flows of the files are wanted. Raises ArchiveError."""
        if not files:
            return 0
        clause, values = _where(wanted)
        return int(
            self._run(f"SELECT count(*) FROM {_sources(files)} WHERE {clause}", values, files[0])[0][0]  # noqa: S608 - names only
        )

    def flows(self, path: Path, wanted: Wanted, after: Key | None) -> Iterator[list[FlowRow]]:
        """Yield the wanted flows of a file behind a key, by key, in pages. Raises ArchiveError."""
        clause, values = _where(wanted)
        if after is not None:
            clause += " AND (epoch_us(ts), uid, part) > (?, ?, ?)"
            values += list(after)
        query = (
            f"SELECT {_READ} FROM read_parquet('{_quoted(path)}') WHERE {clause}"  # noqa: S608
            " ORDER BY epoch_us(ts), uid, part"
        )
        for rows in self._pages(query, values, path):
            yield [_row(*row) for row in rows]

    def _pages(self, query: str, values: list[Any], path: Path) -> Iterator[list[tuple[Any, ...]]]:
        try:
            cursor = self._db.cursor().execute(query, values)
            while rows := cursor.fetchmany(PAGE):
                yield rows
        except duckdb.Error as error:
            raise ArchiveError(_explain(path, error)) from error

    def community_ids(self, files: Sequence[Path], wanted: Wanted, uids: Collection[str]) -> dict[str, str]:
        """Return the community ids of these flows that the files have. Raises ArchiveError."""
        clause, values = _where(wanted)
        query = f"SELECT DISTINCT uid, {_ENDS} FROM {_sources(files)} WHERE {clause} AND uid IN (SELECT unnest(?))"  # noqa: S608, E501
        found = self._run(query, [*values, list(uids)], files[0])
        return {uid: community_id_of(*ends) for uid, *ends in found}

    def _archived(self, selected: str, files: Sequence[Path], wanted: Wanted) -> tuple[str, list[Any]]:
        if not files:
            return "", []
        clause, values = _where(wanted)
        return f"SELECT {selected} FROM {_sources(files)} WHERE {clause} UNION ALL ", values  # noqa: S608

    def _run(self, query: str, values: list[Any], path: Path) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(query, values).fetchall()
        except duckdb.Error as error:
            raise ArchiveError(_explain(path, error)) from error


class _Pipe:
    """Blocks of text, fed by a thread to a pipe that duckdb reads like a file."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = blocks
        self._read, self._write = os.pipe()
        fcntl.fcntl(self._write, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._thread = threading.Thread(target=self._feed, daemon=True)
        self._failure: Exception | None = None
        self.path = f"/dev/fd/{self._read}"

    def __enter__(self) -> _Pipe:
        self._thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        os.close(self._read)
        self._thread.join()
        if self._failure is not None and kind is None:
            raise self._failure

    def _feed(self) -> None:
        try:
            with open(self._write, "wb") as pipe:
                for block in self._blocks:
                    pipe.write(block)
        except BrokenPipeError:
            pass  # duckdb has stopped reading, and says why itself
        except Exception as error:  # noqa: BLE001 - carried to the thread that waits, and raised there
            self._failure = error


def _row(ts: int, duration: int, uid: str, part: int, *rest: Any) -> FlowRow:
    """Return the row of _READ."""
    return FlowRow(ts / TICKS, duration / TICKS, uid, community_id_of(*rest[:5]), part, *rest)


def _plain(names: Iterable[str]) -> dict[str, str]:
    return {name: f'"{name}"' for name in map(_renamed, names)}


def _selected(columns: Mapping[str, str]) -> str:
    """Return the list of a SELECT: what each column is made of, and its name."""
    return ", ".join(f'{expression} AS "{name}"' for name, expression in columns.items())


def _where(wanted: Wanted) -> tuple[str, list[Any]]:
    clause, values = "epoch_us(ts) >= ?", list[Any]([round(wanted.since * TICKS)])
    if wanted.until != float("inf"):
        clause += " AND epoch_us(ts) < ?"
        values.append(round(wanted.until * TICKS))
    if wanted.devices:
        clause += f" AND device IN ({', '.join('?' * len(wanted.devices))})"
        values += list(wanted.devices)
    return clause, values


def _sources(files: Sequence[Path]) -> str:
    names = ", ".join(f"'{_quoted(path)}'" for path in files)
    return f"read_parquet([{names}], union_by_name = true)"


def _text(path: str, named: Iterable[str]) -> str:
    """Return what reads the text of `flowlog.lines`: every column named, nothing guessed."""
    types = ", ".join(f"'{name}': '{COLUMNS[name]}'" for name in map(_renamed, named))
    return (
        f"read_csv('{path}', header = false, auto_detect = false, buffer_size = {BUFFER_BYTES}, delim = ',',"
        f" quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, columns = {{{types}}})"
    )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _explain(path: Path, error: Exception) -> str:
    reason = str(error).splitlines()[0].partition("Error: ")[2] or str(error).splitlines()[0]
    if "No space left" in str(error):
        return f"cannot write beside {path}: the disk is full; free some space and try again"
    if isinstance(error, duckdb.OutOfMemoryException):
        return f"cannot use {path}: memory is full; try again when less is at work"
    return f"{path} cannot be used ({reason:.200}): expected a Parquet file of flows that Tattlebox wrote"
