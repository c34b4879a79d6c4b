-- Observations lie in packs of some hundred, compressed (appliance/store/observations.py, which gives `packed`):
-- ts and until are the first and last time in the pack, seq is the number of its last record. A flow's
-- observations are found by the flow's time, so they need no index by uid.
CREATE TABLE pack (ts REAL NOT NULL, until REAL NOT NULL, seq INTEGER, body BLOB NOT NULL);
INSERT INTO pack SELECT ts, ts, seq, packed(seq, device, body) FROM observation ORDER BY rowid;
DROP TABLE observation;
ALTER TABLE pack RENAME TO observation;
CREATE INDEX observation_by_until ON observation (until);
