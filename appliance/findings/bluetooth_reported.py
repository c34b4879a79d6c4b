"""Finding: a toy whose name is known from public reports about open Bluetooth. Does no I/O.

Shown by looks for toys near by (appliance/bluetooth/judge.py), not by packets.
"""

from __future__ import annotations

from typing import Final

from appliance.findings.kind import Kind, Words, nothing

KIND: Final = Kind(
    code="bluetooth_reported",
    severity=3,
    title="Known from public reports",
    sentence="Public reports said of toys like {device} that any phone nearby could connect to them.",
    do="Switch it off when it is not in use, or take its batteries out. Ask the maker whether a "
    "newer one is safe.",
    cannot_prove="That this very toy is one of them, or that it can still be done: we go by its name, and "
    "try "
    "nothing.",
    rules=("GDPR art. 32", "RED art. 3(3)(e)", "ETSI EN 303 645 5.1-1"),
    reads=(),
    look=nothing,
    french=Words(
        title="Connu par des rapports publics",
        sentence="Des rapports publics ont dit de jouets comme {device} que tout téléphone proche pouvait "
        "s’y connecter.",
        do="Éteignez-le quand il ne sert pas, ou retirez ses piles. Demandez au fabricant si un "
        "modèle plus récent est sûr.",
        cannot_prove="Que ce jouet précis en soit un, ni que ce soit encore possible : nous nous fions à son "
        "nom et n’essayons rien.",
    ),
)
