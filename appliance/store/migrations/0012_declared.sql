-- What a maker declares of a device: each version of a document as it was given, and the claims read from it.
CREATE TABLE document (
    id INTEGER PRIMARY KEY, device TEXT NOT NULL, kind TEXT NOT NULL, ts REAL NOT NULL, source TEXT NOT NULL,
    language TEXT, sha256 TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX document_device ON document (device, kind, id);
CREATE TABLE claim (
    document INTEGER NOT NULL, number INTEGER NOT NULL, device TEXT NOT NULL, topic TEXT NOT NULL,
    value TEXT NOT NULL, denied INTEGER NOT NULL, sentence TEXT NOT NULL, rule TEXT NOT NULL,
    said_by TEXT NOT NULL, struck INTEGER NOT NULL, PRIMARY KEY (document, number)) WITHOUT ROWID;
CREATE INDEX claim_device ON claim (device);
