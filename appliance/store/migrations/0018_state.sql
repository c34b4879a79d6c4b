-- What the core needs to go on is compressed (appliance/store/database.py, which gives `deflated`).
CREATE TABLE packed_state (
    part TEXT NOT NULL, device TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (part, device)
) WITHOUT ROWID;
INSERT INTO packed_state SELECT part, device, deflated(body) FROM state;
DROP TABLE state;
ALTER TABLE packed_state RENAME TO state;
