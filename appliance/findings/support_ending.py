"""Finding: the stated support period ends soon. Shown by the passing of time (appliance/support). No I/O."""

from __future__ import annotations

from typing import Final

from appliance.findings.kind import Kind, Words, nothing

KIND: Final = Kind(
    code="support_ending",
    severity=2,
    title="Support ends soon",
    sentence="The time for which updates of {device} were stated ends within three months.",
    do="Ask the maker whether updates go on, before the time is over.",
    cannot_prove="That the maker stops on that day; some go on for longer.",
    rules=("PSTI Sch. 1 para. 3", "ETSI EN 303 645 5.3-13", "CRA art. 13(8)", "CRA art. 13(19)"),
    reads=(),
    look=nothing,
    french=Words(
        title="Bientôt plus pris en charge",
        sentence="La durée annoncée des mises à jour de {device} s'achève dans les trois mois.",
        do="Demandez au fabricant si les mises à jour continuent, avant l'échéance.",
        cannot_prove="Que le fabricant s'arrête ce jour-là ; certains continuent plus longtemps.",
    ),
)
