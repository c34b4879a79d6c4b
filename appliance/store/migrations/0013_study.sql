-- Studies that the family takes part in: what it agreed to. The key of each lies with the secrets, not here.
CREATE TABLE study (
    name TEXT PRIMARY KEY, profile TEXT NOT NULL, agreed REAL NOT NULL, since INTEGER NOT NULL
) WITHOUT ROWID;
