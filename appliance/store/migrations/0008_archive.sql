-- Flows that were moved to daily Parquet files beside the store (appliance/archive). A file that stands in no row
-- here is none of ours yet: it is removed before the next move.
CREATE TABLE archive_file (
    name TEXT PRIMARY KEY, day INTEGER NOT NULL, first_ts REAL NOT NULL, last_ts REAL NOT NULL,
    flows INTEGER NOT NULL, size_bytes INTEGER NOT NULL
) WITHOUT ROWID;
-- Devices whose archived flows are still to be taken out of those files.
CREATE TABLE erasure (device TEXT PRIMARY KEY) WITHOUT ROWID;
-- Bytes written to the disk that holds the store, by UTC day.
CREATE TABLE card_day (day INTEGER PRIMARY KEY, written_bytes INTEGER NOT NULL);
