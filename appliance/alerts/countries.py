"""The countries agreed on: the GDPR applies there, or the Commission found protection adequate. No I/O.

EU: members as of 2020; EEA: Iceland, Liechtenstein, Norway. Adequacy decisions under Article 45 GDPR as the
European Commission lists them ("Adequacy decisions", 2025). Several cover only part of a country (Canada:
commercial organisations; USA: companies in the Data Privacy Framework), which an address cannot show.
"""

from __future__ import annotations

from typing import Final

EEA: Final = frozenset(
    (
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT"),
        *("LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
        *("IS", "LI", "NO"),
    )
)
ADEQUATE: Final = frozenset(
    ("AD", "AR", "CA", "CH", "FO", "GB", "GG", "IL", "IM", "JE", "JP", "KR", "NZ", "US", "UY")
)
AGREED: Final = EEA | ADEQUATE


def outside(code: str | None) -> bool:
    """Return whether a known country lies outside the agreed set; an unknown one does not."""
    return code is not None and code not in AGREED
