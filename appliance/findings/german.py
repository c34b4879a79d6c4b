"""What German-speaking families read of each kind of finding. Does no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from appliance.findings.kind import Words

_UPDATE: Final = "Suchen Sie nach einem Update. Gibt es keines, verlangen Sie eines vom Hersteller."

GERMAN: Final[Mapping[str, Words]] = {
    "cleartext_upload": Words(
        "Sendet lesbaren Text",
        "{device} hat lesbaren Text über das Internet gesendet. Jeder unterwegs konnte ihn lesen.",
        "Fragen Sie den Hersteller, wann das verschlüsselt wird. Bis dahin: dem Gerät nichts Privates "
        "anvertrauen.",
        "Dass jemand ihn gelesen hat, oder was sonst in verschlüsseltem Verkehr steckt.",
    ),
    "cleartext_identifiers": Words(
        "Nennt sich lesbar",
        "{device} hat Felder gesendet, die es selbst, einen Menschen oder einen Ort verraten können, "
        "lesbar für "
        "jeden unterwegs.",
        "Bitten Sie den Hersteller, das zu verschlüsseln. War ein Passwort dabei, ändern Sie es.",
        "Was in den Feldern stand: wir lesen nur ihre Namen, und ein Name kann auch etwas anderes meinen.",
    ),
    "reached_from_outside": Words(
        "Aus dem Internet erreicht",
        "Jemand aus dem Internet hat sich mit {device} bei Ihnen zu Hause verbunden.",
        "Schließen Sie die Öffnung in Ihrem Router (Portfreigabe, UPnP), wenn sie nicht von Ihnen ist.",
        "Wer es war oder was geschah: Ihre eigene App unterwegs sieht genauso aus.",
    ),
    "bluetooth_reported": Words(
        "Aus öffentlichen Berichten bekannt",
        "Von Spielzeug wie {device} wurde öffentlich berichtet, dass sich jedes Handy in der Nähe "
        "verbinden konnte.",
        "Schalten Sie es aus, wenn es nicht gebraucht wird, oder nehmen Sie die Batterien heraus. "
        "Fragen Sie den "
        "Hersteller, ob ein neueres sicher ist.",
        "Dass gerade dieses dazugehört oder es noch geht: wir richten uns nach dem Namen und probieren "
        "nichts.",
    ),
    "bluetooth_open": Words(
        "Ein Mikrofon für jeden in der Nähe",
        "Jedes Handy in der Nähe kann sich womöglich mit {device} verbinden und es als Freisprechanlage "
        "benutzen.",
        "Schalten Sie es aus, wenn es nicht gebraucht wird. Fragen Sie den Hersteller, was Fremde daran "
        "hindert.",
        "Dass dafür kein Code und kein Knopf nötig ist oder das Mikrofon benutzt werden kann: das zeigt "
        "sich erst, "
        "wenn sich jemand verbindet, und das versuchen wir nie.",
    ),
    "port_opened": Words(
        "Bittet um eine offene Tür",
        "{device} hat Ihren Router gebeten, eine Tür aus dem Internet zu öffnen.",
        "Schalten Sie UPnP im Router aus, wenn Sie es nicht brauchen, und fragen Sie den Hersteller "
        "nach dem Zweck.",
        "Dass der Router sie geöffnet hat oder jemand hereinkam.",
    ),
    "support_ended": Words(
        "Nicht mehr unterstützt",
        "Die Zeit, für die Updates von {device} angegeben waren, ist vorbei, und es wird noch benutzt.",
        "Suchen Sie eine Aussage des Herstellers, dass es weitergeht. Gibt es keine, nehmen Sie es vom Netz.",
        "Dass es eine Schwachstelle hat, dass die Angabe richtig gelesen wurde oder dass der Hersteller "
        "seine "
        "Server nicht mehr pflegt.",
    ),
    "readable_firmware": Words(
        "Verrät seine Software",
        "{device} hat lesbar verraten, welche Version seiner Software läuft. Das hilft, wer bekannte "
        "Fehler sucht.",
        "Spielen Sie die Updates des Herstellers ein, damit es keine bekannten Fehler gibt.",
        "Dass die Version einen Fehler hat oder der Wert wirklich gesendet wurde: wir lesen nur Namen.",
    ),
    "weak_cipher": Words(
        "Schwache Verschlüsselung",
        "{device} benutzt eine Verschlüsselung, die sich brechen lässt oder nichts schützt.",
        _UPDATE,
        "Dass jemand sie gebrochen hat.",
    ),
    "old_tls": Words(
        "Alte Verschlüsselung",
        "{device} benutzt eine Art der Verschlüsselung, die 2021 abgeschafft wurde.",
        _UPDATE,
        "Dass jemand sie gebrochen hat oder eine neuere anderswo gut benutzt wird.",
    ),
    "bad_certificate": Words(
        "Zweifelhafter Ausweis",
        "Ein Server, mit dem {device} spricht, konnte nicht richtig beweisen, wer er ist.",
        "Suchen Sie nach einem Update. Bleibt es so, fragen Sie den Hersteller, warum das Zertifikat "
        "nicht stimmt.",
        "Dass das Gerät es angenommen hat: es kann aufgelegt haben oder genau dieses Zertifikat kennen.",
    ),
    "open_service": Words(
        "Offen für das ganze Zuhause",
        "{device} bietet allem bei Ihnen zu Hause einen Zugang, der nicht richtig geschützt ist.",
        "Suchen Sie nach einem Update oder einer Einstellung, die ihn abschaltet. Geben Sie dem Gerät "
        "ein eigenes "
        "Netz.",
        "Dass er kein oder ein bekanntes Passwort hat: wir probieren keines.",
    ),
    "bluetooth_connectable": Words(
        "Für jeden in der Nähe ansprechbar",
        "Jedes Handy in der Nähe kann sich womöglich mit {device} verbinden, auch wenn niemand damit spielt.",
        "Schalten Sie es aus, wenn es nicht gebraucht wird. Fragen Sie den Hersteller, ob es fremde "
        "Handys annimmt.",
        "Dass es Fremde etwas tun lässt: viele nehmen eine Verbindung an und verlangen dann mehr. Wir "
        "verbinden "
        "uns nie.",
    ),
    "open_page": Words(
        "Offene Bedienseite",
        "{device} bietet in Ihrem Heimnetz eine offene Bedienseite an.",
        "Setzen Sie ein Passwort für die Seite, wenn es geht. Geben Sie dem Gerät ein eigenes Netz.",
        "Dass die Seite jemanden etwas ändern ließ: sie kann als Nächstes nach einem Passwort gefragt haben.",
    ),
    "heavy_upload": Words(
        "Sendet mehr, als nötig scheint",
        "{device} hat an einen Dienst weit mehr gesendet, als dieser zu brauchen scheint.",
        "Fragen Sie den Hersteller, was dorthin geht. Sie können den Dienst für das Gerät sperren und "
        "sehen, was "
        "dann nicht mehr geht.",
        "Was gesendet wurde, oder dass wir den Zweck des Dienstes richtig geraten haben.",
    ),
    "support_ending": Words(
        "Unterstützung endet bald",
        "Die Zeit, für die Updates von {device} angegeben waren, endet innerhalb von drei Monaten.",
        "Fragen Sie den Hersteller rechtzeitig, ob es weiter Updates gibt.",
        "Dass der Hersteller an diesem Tag aufhört; manche machen länger weiter.",
    ),
    "own_dns": Words(
        "Benutzt eine eigene Auskunft",
        "{device} fragt Namen bei einer Firma außerhalb Ihres Zuhauses nach statt bei Ihrem Router.",
        "Nichts ist kaputt. Ein Filter im Router wirkt für dieses Gerät nicht.",
        "Warum; viele Hersteller tun es, damit das Gerät auch hinter schlechten Routern läuft.",
    ),
    "hidden_names": Words(
        "Verbirgt manche Namen",
        "{device} verschlüsselt manche Namen, die es benutzt; wir können daher nicht alle nennen, mit "
        "denen es "
        "spricht.",
        "Das ist an sich nicht schlecht: es verbirgt sie auch vor Fremden. Unsere Liste kann "
        "unvollständig sein.",
        "Dass etwas mit Absicht verheimlicht wird.",
    ),
    "home_neighbours": Words(
        "Spricht mit anderen Geräten im Haus",
        "{device} hat sich mit einem anderen Gerät bei Ihnen zu Hause verbunden.",
        "Lautsprecher und Fernseher tun das, wenn Sie es wollen. Hat dieses keinen Grund, geben Sie ihm "
        "ein eigenes "
        "Netz.",
        "Was es dort wollte; Musik übertragen und nach Lücken suchen können gleich beginnen.",
    ),
    "many_names": Words(
        "Fragt nach sehr vielen Namen",
        "{device} hat an einem Tag nach Tausenden verschiedener Namen im Internet gefragt. Nur die, die "
        "wiederkehren, stehen in Ihrer Liste.",
        "Schalten Sie es aus und wieder ein. Hört es nicht auf, nehmen Sie es aus dem Netz und fragen Sie "
        "den Hersteller.",
        "Warum es das tut: ein Fehler, ein fremdes Programm oder Daten, die in den Namen stecken.",
    ),
    "always_on": Words(
        "Sendet rund um die Uhr",
        "{device} hat Tag und Nacht gesendet, also auch, als niemand es benutzte.",
        "Schalten Sie es aus, wenn niemand es braucht. Fragen Sie den Hersteller, was es dann sendet.",
        "Was gesendet wurde, oder dass es unnötig war: Geräte melden auch nur, dass sie noch da sind.",
    ),
    "bluetooth_trackable": Words(
        "An der Bluetooth-Adresse wiederzuerkennen",
        "{device} sendet immer dieselbe Bluetooth-Adresse; wer sie wieder hört, weiß, dass es da ist.",
        "Schalten Sie es unterwegs aus, wenn es geht.",
        "Dass jemand das tut. Die meisten Spielzeuge, Kopfhörer und Uhren dieses Alters machen es so.",
    ),
}
"""Code of a kind → its words. A kind that is missing here speaks English."""
