"""Finding: the toy offers a headset or hands-free profile to anyone near by, repeatedly. Does no I/O.

Shown by looks for toys near by (appliance/bluetooth/judge.py), not by packets.
"""

from __future__ import annotations

from typing import Final

from appliance.findings.kind import Kind, Words, nothing

KIND: Final = Kind(
    code="bluetooth_open",
    severity=3,
    title="A microphone offered to anyone nearby",
    sentence="Any phone nearby may be able to connect to {device} and use it as a hands-free set.",
    do="Switch it off when it is not in use. Ask the maker what keeps a stranger from pairing with it.",
    cannot_prove="That pairing needs no code or button, or that its microphone can be used: that is only "
    "seen "
    "when somebody pairs, and we never try.",
    rules=("GDPR art. 32", "RED art. 3(3)(e)", "ETSI EN 303 645 5.6-1"),
    reads=(),
    look=nothing,
    french=Words(
        title="Un micro offert à tous les alentours",
        sentence="Tout téléphone proche pourrait se connecter à {device} et s’en servir comme kit mains "
        "libres.",
        do="Éteignez-le quand il ne sert pas. Demandez au fabricant ce qui empêche un inconnu de s’y "
        "appairer.",
        cannot_prove="Que l’appairage se fasse sans code ni bouton, ni que le micro soit utilisable : "
        "cela ne se voit que lors d’un appairage, et nous n’en essayons jamais.",
    ),
)
