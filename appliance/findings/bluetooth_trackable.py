"""Finding: the toy sends one Bluetooth address that never changes. Does no I/O.

Shown by looks for toys near by (appliance/bluetooth/judge.py), not by packets.
"""

from __future__ import annotations

from typing import Final

from appliance.findings.kind import Kind, Words, nothing

KIND: Final = Kind(
    code="bluetooth_trackable",
    severity=1,
    title="Can be recognised by its Bluetooth address",
    sentence="{device} sends the same Bluetooth address each time, so that anyone who hears it again can "
    "tell that it is there.",
    do="Switch it off on the way, if you can.",
    cannot_prove="That anybody does so. Most toys, headphones and watches of its age do the same.",
    rules=("GDPR art. 25", "ETSI EN 303 645 5.8-1"),
    reads=(),
    look=nothing,
    french=Words(
        title="Reconnaissable à son adresse Bluetooth",
        sentence="{device} émet chaque fois la même adresse Bluetooth : qui l’entend de nouveau peut "
        "savoir qu’il est là.",
        do="Éteignez-le en chemin, si possible.",
        cannot_prove="Que quelqu’un le fasse. La plupart des jouets, casques et montres de son âge font de "
        "même.",
    ),
)
