-- What looks for toys near by heard of devices that the family said are theirs; of others nothing is kept.
CREATE TABLE heard (id INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, ts REAL NOT NULL, body TEXT NOT NULL);
CREATE INDEX heard_device ON heard (device, ts);
