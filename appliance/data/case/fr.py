# ruff: noqa: E501 - a sentence is one line
"""French texts of a case. `{name}` is filled in. Words are neutral: « constaté », never a verdict."""

from __future__ import annotations

from typing import Final

MONTHS: Final = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
DAY: Final = "{day} {month} {year}"

TEXTS: Final[dict[str, str]] = {
    "support.supported": "Des mises à jour sont annoncées jusqu'à la fin de cette date : {until}.",
    "support.ending": "Des mises à jour sont annoncées jusqu'à la fin de cette date : {until}, soit dans {days}.",
    "support.ended": "La durée annoncée des mises à jour est écoulée depuis {days} (fin : {until}).",
    "support.not_stated": "Aucune durée de mises à jour n'est annoncée, à notre connaissance.",
    "support.unreadable": "Ce qui est annoncé n'a pas pu être lu comme une date.",
    "support.still": " Il envoie toujours des données à {who}.",
    "support.still_many": " Il envoie toujours des données à {who} et {n} autres.",
    "support.updated": " Dernière mise à jour constatée : {date}.",
    "support.not_updated": " Aucune mise à jour n'a été constatée pendant notre observation.",
    "support.host": " Son serveur de mises à jour, {host}, a été contacté pour la dernière fois le {date}.",
    "support.no_host": " Aucun serveur de mises à jour n'a été contacté ces 30 derniers jours.",
    "support.source.parent": "vos propres mots : « {quote} »",
    "support.source.catalogue": "notre liste d'appareils : « {quote} »",
}
