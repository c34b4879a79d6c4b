-- What the family forbids or allows a device: when it began, when it ends or was taken back, what it stopped.
CREATE TABLE policy (
    id INTEGER PRIMARY KEY AUTOINCREMENT, ts REAL NOT NULL, device TEXT NOT NULL, kind TEXT NOT NULL, party TEXT,
    until REAL, ended REAL, packets INTEGER NOT NULL
);
