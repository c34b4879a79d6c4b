-- What the family wrote down about a device, in its own words; shown to the family alone, in no export.
CREATE TABLE note (device TEXT PRIMARY KEY, text TEXT NOT NULL, ts REAL NOT NULL) WITHOUT ROWID;
