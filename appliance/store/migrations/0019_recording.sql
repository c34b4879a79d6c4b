-- Recordings of one device's packets that a parent asked for. The packets lie in a file beside the store.
CREATE TABLE recording (
    id INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, begun REAL NOT NULL, until REAL NOT NULL, ended REAL,
    size_bytes INTEGER NOT NULL, dropped INTEGER NOT NULL
);
