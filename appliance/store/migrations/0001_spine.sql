-- The system of record. Columns carry the names of the fields of the record types (appliance/store/tables.py
-- checks them by test); lists and mappings are JSON text.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- What the core needs to go on after a restart: one JSON text for each part and device.
CREATE TABLE state (part TEXT NOT NULL, device TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (part, device)) WITHOUT ROWID;

CREATE TABLE device (
    device TEXT PRIMARY KEY, name TEXT NOT NULL, macs TEXT NOT NULL, addresses TEXT NOT NULL,
    hostnames TEXT NOT NULL, vendor TEXT, category TEXT, model TEXT, confidence TEXT NOT NULL,
    evidence TEXT NOT NULL, first_ts REAL NOT NULL, last_ts REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE party (
    device TEXT NOT NULL, domain TEXT NOT NULL, organisation TEXT, role TEXT NOT NULL, purpose TEXT,
    organisation_country TEXT, server_countries TEXT NOT NULL, first_ts REAL NOT NULL, last_ts REAL NOT NULL,
    contacts INTEGER NOT NULL, bytes_up INTEGER NOT NULL, bytes_down INTEGER NOT NULL, encrypted INTEGER,
    outcome TEXT NOT NULL, reason TEXT NOT NULL, hosts TEXT NOT NULL,
    PRIMARY KEY (device, domain)
) WITHOUT ROWID;

-- The hourly rollup that answers every page.
CREATE TABLE sighting (
    device TEXT NOT NULL, domain TEXT NOT NULL, hour INTEGER NOT NULL, contacts INTEGER NOT NULL,
    flows INTEGER NOT NULL, bytes_up INTEGER NOT NULL, bytes_down INTEGER NOT NULL,
    PRIMARY KEY (device, hour, domain)
) WITHOUT ROWID;

CREATE TABLE software_update (
    ts REAL NOT NULL, device TEXT NOT NULL, certainty TEXT NOT NULL, evidence TEXT NOT NULL,
    version_before TEXT, version_after TEXT,
    PRIMARY KEY (device, ts)
) WITHOUT ROWID;

CREATE TABLE change (
    id TEXT PRIMARY KEY, ts REAL NOT NULL, device TEXT NOT NULL, kind TEXT NOT NULL, domain TEXT,
    organisation TEXT, role TEXT, "before" TEXT NOT NULL, "after" TEXT NOT NULL, "update" REAL,
    certainty TEXT NOT NULL, evidence TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX change_by_device ON change (device, ts);

CREATE TABLE finding (
    device TEXT NOT NULL, code TEXT NOT NULL, domain TEXT NOT NULL, first_ts REAL NOT NULL, last_ts REAL NOT NULL,
    times INTEGER NOT NULL, severity INTEGER NOT NULL, detail TEXT NOT NULL, evidence TEXT NOT NULL,
    PRIMARY KEY (device, code, domain)
) WITHOUT ROWID;

CREATE TABLE alert (
    ts REAL NOT NULL, identifier TEXT PRIMARY KEY, device TEXT NOT NULL, kind TEXT NOT NULL,
    severity INTEGER NOT NULL, volume TEXT NOT NULL, domain TEXT, organisation TEXT, title TEXT NOT NULL,
    text TEXT NOT NULL, "do" TEXT NOT NULL, evidence TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX alert_by_ts ON alert (ts);

CREATE TABLE flow (
    ts REAL NOT NULL, duration_s REAL NOT NULL, uid TEXT NOT NULL, community_id TEXT NOT NULL,
    part INTEGER NOT NULL, proto TEXT NOT NULL, orig_h TEXT NOT NULL, orig_p INTEGER NOT NULL,
    resp_h TEXT NOT NULL, resp_p INTEGER NOT NULL, orig_pkts INTEGER NOT NULL, resp_pkts INTEGER NOT NULL,
    orig_wire_bytes INTEGER NOT NULL, resp_wire_bytes INTEGER NOT NULL, orig_ip_bytes INTEGER NOT NULL,
    resp_ip_bytes INTEGER NOT NULL, orig_bytes INTEGER NOT NULL, resp_bytes INTEGER NOT NULL,
    orig_mac TEXT, resp_mac TEXT, orig_dst_mac TEXT, vlan INTEGER, orig_tcp_flags INTEGER NOT NULL,
    resp_tcp_flags INTEGER NOT NULL, "end" TEXT NOT NULL, device TEXT, domain TEXT, server_name TEXT
);

-- Flows that a change, finding or alert rests on: kept apart, so that they outlive the flow log and are found by uid.
CREATE TABLE evidence_flow (
    ts REAL NOT NULL, duration_s REAL NOT NULL, uid TEXT NOT NULL, community_id TEXT NOT NULL,
    part INTEGER NOT NULL, proto TEXT NOT NULL, orig_h TEXT NOT NULL, orig_p INTEGER NOT NULL,
    resp_h TEXT NOT NULL, resp_p INTEGER NOT NULL, orig_pkts INTEGER NOT NULL, resp_pkts INTEGER NOT NULL,
    orig_wire_bytes INTEGER NOT NULL, resp_wire_bytes INTEGER NOT NULL, orig_ip_bytes INTEGER NOT NULL,
    resp_ip_bytes INTEGER NOT NULL, orig_bytes INTEGER NOT NULL, resp_bytes INTEGER NOT NULL,
    orig_mac TEXT, resp_mac TEXT, orig_dst_mac TEXT, vlan INTEGER, orig_tcp_flags INTEGER NOT NULL,
    resp_tcp_flags INTEGER NOT NULL, "end" TEXT NOT NULL, device TEXT, domain TEXT, server_name TEXT,
    PRIMARY KEY (uid, part)
) WITHOUT ROWID;

-- Facts read from packets, as the JSON lines of sensor/records.py.
CREATE TABLE observation (ts REAL NOT NULL, type TEXT NOT NULL, device TEXT, uid TEXT, body TEXT NOT NULL);
CREATE INDEX observation_by_uid ON observation (uid) WHERE uid IS NOT NULL;

CREATE TABLE weird (ts REAL NOT NULL, name TEXT NOT NULL, uid TEXT, src TEXT, dst TEXT, detail TEXT NOT NULL);

CREATE TABLE loss (ts REAL NOT NULL, until REAL NOT NULL, kind TEXT NOT NULL, lost INTEGER NOT NULL, detail TEXT NOT NULL);
CREATE INDEX flow_by_ts ON flow (ts);
