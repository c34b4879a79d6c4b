-- What is to be told, in order (appliance/store/outbox.py). An alert enters in the transaction that stores it, whoever
-- writes it; `key` is what makes two the same, so a restart that judges again tells nothing twice.
CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, ts REAL NOT NULL,
    device TEXT, severity INTEGER NOT NULL, volume TEXT NOT NULL, body TEXT NOT NULL
);
-- NOT EXISTS, not OR IGNORE: in a trigger the conflict clause of the outer statement (OR REPLACE) would win.
CREATE TRIGGER alert_to_outbox AFTER INSERT ON alert WHEN NEW.volume <> 'log' BEGIN
    INSERT INTO outbox (key, kind, ts, device, severity, volume, body)
        SELECT NEW.identifier || '.' || NEW.kind || '.' || NEW.volume || '.' || NEW.ts, 'alert', NEW.ts, NEW.device,
            NEW.severity, NEW.volume, json_object('kind', NEW.kind, 'title', NEW.title, 'text', NEW.text, 'do', NEW."do")
        WHERE NOT EXISTS (SELECT 1 FROM outbox
            WHERE key = NEW.identifier || '.' || NEW.kind || '.' || NEW.volume || '.' || NEW.ts);
    -- The bound: 5,000 alerts of about 1 kB. What a consumer loses by it, it counts (appliance/store/outbox.py).
    DELETE FROM outbox WHERE seq <= (SELECT max(seq) FROM outbox) - 5000;
END;

-- Who is told: notification channels and sinks, as the family set them up. Secrets lie in a file of their own.
CREATE TABLE channel (
    name TEXT PRIMARY KEY, kind TEXT NOT NULL, uid TEXT NOT NULL, person TEXT NOT NULL, content TEXT NOT NULL,
    tells TEXT NOT NULL, severity INTEGER NOT NULL, settings TEXT NOT NULL, since REAL NOT NULL
) WITHOUT ROWID;

-- How far each of them is, and how it stands. `place` is a seq of the outbox, or a minute for a sink.
CREATE TABLE consumer (
    name TEXT PRIMARY KEY, place INTEGER NOT NULL, good REAL, failing REAL, fault TEXT NOT NULL, said TEXT NOT NULL,
    attempts INTEGER NOT NULL, due REAL NOT NULL, busy REAL, delivered INTEGER NOT NULL, given_up INTEGER NOT NULL,
    dropped INTEGER NOT NULL
) WITHOUT ROWID;

-- Written before an event is sent and after: `state` is "sending", "done", "given up" or "not wanted".
CREATE TABLE delivery (
    consumer TEXT NOT NULL, seq INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, begun REAL NOT NULL,
    ended REAL, PRIMARY KEY (consumer, seq)
) WITHOUT ROWID;

-- When a person wants no message of a severity, in minutes of the home's day.
CREATE TABLE quiet (
    person TEXT NOT NULL, severity INTEGER NOT NULL, begins INTEGER NOT NULL, ends INTEGER NOT NULL,
    PRIMARY KEY (person, severity)
) WITHOUT ROWID;

-- The pairs of device and party that a sink has tags for: bounded for good.
CREATE TABLE sink_tag (
    consumer TEXT NOT NULL, device TEXT NOT NULL, party TEXT NOT NULL, PRIMARY KEY (consumer, device, party)
) WITHOUT ROWID;
