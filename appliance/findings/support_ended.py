"""Finding: the stated support period is over. Shown by the passing of time (appliance/support). No I/O."""

from __future__ import annotations

from typing import Final

from appliance.findings.kind import Kind, Words, nothing

KIND: Final = Kind(
    code="support_ended",
    severity=3,
    title="No longer supported",
    sentence="The time for which updates of {device} were stated is over, and it is still in use.",
    do="Look for a statement of the maker that it goes on. If there is none, take it off the network.",
    cannot_prove="That it has a weakness, that the statement was read rightly, or that the maker no longer "
    "repairs its servers.",
    rules=(
        "PSTI Sch. 1 para. 3",
        "ETSI EN 303 645 5.3-13",
        "CRA art. 13(8)",
        "CRA art. 13(19)",
        "RED art. 3(3)(d)",
    ),
    reads=(),
    look=nothing,
    french=Words(
        title="Plus pris en charge",
        sentence="La durée annoncée des mises à jour de {device} est écoulée, et il est encore utilisé.",
        do="Cherchez si le fabricant annonce une prolongation. Sinon, retirez-le du réseau.",
        cannot_prove="Qu'il ait une faille, que l'annonce ait été bien lue, ni que le fabricant ne répare "
        "plus ses serveurs.",
    ),
)
