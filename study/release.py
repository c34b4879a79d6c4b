"""The study's end: one table that may be handed on, with what too few homes know held back."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from study.ask import lake_in_duckdb

_RELEASED: Final = """
WITH party_homes AS (SELECT party, organisation, COUNT(DISTINCT home) AS homes FROM sharing GROUP BY ALL),
maker_homes AS (SELECT category, vendor, COUNT(DISTINCT home) AS homes FROM sharing GROUP BY ALL),
held AS (
    SELECT s.home, s.day, s.device,
           s.category, CASE WHEN m.homes >= {k} THEN s.vendor ELSE '' END AS vendor,
           CASE WHEN p.homes >= {k} THEN s.party ELSE 'rare' END AS party,
           CASE WHEN p.homes >= {k} THEN s.organisation ELSE '' END AS organisation,
           s.role, s.purpose,
           CASE WHEN p.homes >= {k} THEN s.organisation_country ELSE '' END AS organisation_country,
           CASE WHEN p.homes >= {k} THEN s.server_country ELSE '' END AS server_country,
           s.contacts, s.bytes_up, s.bytes_down, s.encrypted, s.first_met, s.days_since_update
    FROM sharing AS s JOIN party_homes AS p USING (party, organisation)
    JOIN maker_homes AS m USING (category, vendor)
)
SELECT * FROM held ORDER BY home, day, device, party
"""


def release(lake: Path, out: Path, k: int) -> tuple[int, int]:
    """Write the table; return its rows and how many of them name no party. Raises ValueError."""
    if k < 2:
        raise ValueError(f"read k = {k}, expected 2 or more")
    part = out.with_name(out.name + ".part")
    with lake_in_duckdb(lake) as db:
        place = str(part).replace("'", "''")
        db.execute(
            f"COPY ({_RELEASED.replace('{k}', str(k))}) TO '{place}' (FORMAT parquet, COMPRESSION zstd)"
        )
        counted = "SELECT count(*), count(*) FILTER (party = 'rare') FROM read_parquet(?)"
        rows, rare = db.execute(counted, [str(part)]).fetchall()[0]
    part.replace(out)
    return int(rows), int(rare)
