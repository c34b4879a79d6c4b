-- What the family says of its devices: names, categories, merges, splits. Rows are added, never changed; the
-- highest id tells a running service that there is something new.
CREATE TABLE word (
    id INTEGER PRIMARY KEY AUTOINCREMENT, ts REAL NOT NULL, act TEXT NOT NULL, device TEXT NOT NULL,
    detail TEXT NOT NULL, value TEXT, undoes INTEGER
);
