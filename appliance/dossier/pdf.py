"""From blocks to a PDF: A4, tagged (PDF/UA-1), the same bytes on every machine.

Typst with the fonts it carries and none of the system's (measured against others: docs/decisions.md).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import typst

TEMPLATE: Final = Path(__file__).parent.parent / "data" / "dossier" / "dossier.typ"


def pdf(paper: dict[str, Any]) -> bytes:
    """Return the PDF of what `paper.paper` gave."""
    year, month, day = paper["date"]
    made: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        sys_inputs={"paper": json.dumps(paper)},
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=datetime(year, month, day, tzinfo=UTC),
    )
    return made
