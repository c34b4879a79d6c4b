-- Sums of the hourly rollup by UTC day: questions about weeks and months read 24 times fewer rows.
CREATE TABLE daily (
    device TEXT NOT NULL, domain TEXT NOT NULL, day INTEGER NOT NULL, contacts INTEGER NOT NULL,
    flows INTEGER NOT NULL, bytes_up INTEGER NOT NULL, bytes_down INTEGER NOT NULL,
    PRIMARY KEY (device, day, domain)
) WITHOUT ROWID;
INSERT INTO daily SELECT device, domain, hour / 24, sum(contacts), sum(flows), sum(bytes_up), sum(bytes_down)
    FROM sighting GROUP BY device, hour / 24, domain;
