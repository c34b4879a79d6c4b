-- The days of each device, chained (appliance/store/chain.py): `body` names how many rows a day has and their SHA-256,
-- `digest` covers the body and the digest of the day before. Device '' is the home itself: what was not seen.
CREATE TABLE chain (
    device TEXT NOT NULL, day INTEGER NOT NULL, digest TEXT NOT NULL, previous TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (device, day)
) WITHOUT ROWID;
