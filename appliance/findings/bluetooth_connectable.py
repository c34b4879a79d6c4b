"""Finding: the toy offers a Bluetooth LE connection to anyone, at rest, on several occasions. Does no I/O.

Shown by looks for toys near by (appliance/bluetooth/judge.py), not by packets.
"""

from __future__ import annotations

from typing import Final

from appliance.findings.kind import Kind, Words, nothing

KIND: Final = Kind(
    code="bluetooth_connectable",
    severity=2,
    title="Open to a connection by anyone nearby",
    sentence="Any phone nearby may be able to connect to {device}, also while nobody plays with it.",
    do="Switch it off when it is not in use. Ask the maker whether it accepts the phone of a stranger.",
    cannot_prove="That it lets a stranger do anything: many toys accept a connection and then ask for more. "
    "We "
    "never connect.",
    rules=("GDPR art. 32", "RED art. 3(3)(e)", "ETSI EN 303 645 5.6-1"),
    reads=(),
    look=nothing,
    french=Words(
        title="Ouvert à une connexion par tous les alentours",
        sentence="Tout téléphone proche pourrait se connecter à {device}, même quand personne ne joue.",
        do="Éteignez-le quand il ne sert pas. Demandez au fabricant s’il accepte le téléphone d’un inconnu.",
        cannot_prove="Qu’un inconnu puisse y faire quoi que ce soit : beaucoup de jouets acceptent une "
        "connexion, puis demandent plus. Nous ne nous connectons jamais.",
    ),
)
