-- What the family answered to alerts, and what it does not want to hear of. Rows are added, never changed; one that
-- takes another back repeats it and names its id.
CREATE TABLE answer (
    id INTEGER PRIMARY KEY AUTOINCREMENT, ts REAL NOT NULL, act TEXT NOT NULL, alert TEXT, device TEXT, party TEXT,
    kind TEXT, since REAL NOT NULL, until REAL, undoes INTEGER
);
