-- What the family set, and who may come in. Secrets are kept as digests (SHA-256 of 256 random bits) or as
-- argon2 hashes; nothing here opens the dashboard by itself.
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL, ts REAL NOT NULL) WITHOUT ROWID;

CREATE TABLE person (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE COLLATE NOCASE, role TEXT NOT NULL,
    password TEXT NOT NULL, since REAL NOT NULL
);

-- A browser that is logged in. `csrf` outlives the rotation of the cookie, so that an open form still counts.
CREATE TABLE session (
    digest TEXT PRIMARY KEY, person INTEGER NOT NULL, csrf TEXT NOT NULL, begun REAL NOT NULL,
    rotated REAL NOT NULL, seen REAL NOT NULL, ends REAL NOT NULL, browser TEXT NOT NULL
) WITHOUT ROWID;

-- A browser from which a person logged in before: it has a back-off of its own.
CREATE TABLE known_browser (digest TEXT PRIMARY KEY, person INTEGER NOT NULL, seen REAL NOT NULL) WITHOUT ROWID;

CREATE TABLE token (
    id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, person INTEGER NOT NULL,
    label TEXT NOT NULL, scopes TEXT NOT NULL, made REAL NOT NULL, used REAL, ends REAL
);
