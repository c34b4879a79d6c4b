"""The cues of German notices. Every noun has a capital: a lone word is a name only where more says so.

Does no I/O.
"""

from __future__ import annotations

from typing import Final

from appliance.declared.words import Words, alternatives, some

WORDS: Final = Words(
    code="de",
    common=some("der die das und wir ihre sie unsere ihr ihnen für mit dass werden ist nicht auf den von zu"),
    sharing=alternatives(
        r"weiter\w* übermitt\w* übertrag\w* teilen geteilt offen\w* verkauf\w* send\w* gesendet"
        r" schick\w* geschickt dritt\w* \w*dienstleister\w* auftragsverarbeiter\w* \w*anbieter\w*"
        r" \w*partner\w* empfänger\w* \w*dienste? hosting gehostet hosten hostet betrieben betreibt"
        r" setzen einsetzen eingesetzt nutzen nutzt genutzt verwenden verwendet bedienen beauftrag\w*"
        r" erhalten erhält verarbeit\w* speicher\w* gespeichert \w*bereit\w* ausgewertet übernimmt"
        r" arbeiten zusammen geben gibt gehen geht liefer\w* hilf\w* helfen fließ\w* landet landen zugriff"
        r" mieten \w*verantwortliche\w* beteiligt\w* erfolgt abgewickelt \w*versand anmeldung"
        r" relais leitet \w+_von"
    ),
    excluded=alternatives(
        r"beschwer\w* aufsichtsbehörde\w* \w*beauftragte[rnm]? landesbeauftragte\w* marken markenzeichen"
    ),
    receiver=alternatives(
        r"\w*dienstleister[ns]? auftragsverarbeiter[ns]? \w*anbieter[ns]? \w*partner[ns]? \w*werkstatt"
        r" \w*werkstätten \w*händlern? call-?center verlage?s kanzlei genossenschaft verein[s]?"
        r" (?:dienst|marke|tochter|angebot|produkt)_(?:von|der|des) \w*herstellern? empfänger[ns]? firma"
        r" firmen agentur institut"
        r" stiftung verlag studio bank unternehmens? \w*gesellschaft \w*firma vertreter(?:in)? datenbank"
        r" tochter mutter \w*dienste?s?"
        r" sdks?(?:-namen?)?"
        r" plattform(?:en)? hoster[ns]? werkzeuge? tools? netzwerke?n? netz spezialisten? namens"
        r" \w*versender \w*speicher konzern \w*betreiber"
    ),
    before=alternatives(
        r"von vom durch beauftragen_wir beauftragt_wir mit an bei über via zu zur zum aus und_an und_von"
        r" nutzen_wir verwenden_wir nutzen nutzt verwenden setzen_wir der die das beim auf"
    ),
    listing=alternatives(
        r"ja wie etwa"
        r" z\.\s*B\. zum_Beispiel beispielsweise insbesondere nämlich darunter derzeit sind ist wären"
    ),
    joining=r"\s*(?:,(?!\s*(?:und|oder)\b)|;|\b(?:und|oder|sowie|&)\s(?:die\s|der\s|das\s)?)\s*(?:auch\s|an\s|von\s|durch\s|mit\s)*",
    doing=alternatives(
        r"hostet speichert verarbeitet stellt wandelt liefert hilft erhält empfängt wertet verschickt"
        r" versendet zählt betreibt übernimmt ist_unser ist_unsere misst bewahrt übersetzt erkennt"
        r" sammelt sorgt wickelt darf kann sieht bekommt gibt verteilt rechnet schreibt kümmert"
    ),
    at_places=alternatives("in nach aus"),
    linking=some("& of"),
    ordinary=some(
        "der die das den dem des ein eine einen einem einer eines dieser diese dieses wir unser unsere"
        " unseren unserem unserer sie ihr ihre ihren ihrem ihrer es er wenn falls wer was wo wie warum"
        " welche welcher welches in im an am auf aus bei beim von vom zu zur zum mit nach für durch über"
        " unter vor hinter zwischen ohne um und oder aber nicht kein keine alle alles jede jeder jedes"
        " andere daten datenschutz erklärung hinweise hinweis dienst dienste app apps webseite website"
        " seite konto kind kinder kindern kindes eltern elternteil nutzer familie familien kunde kunden"
        " dritte dritten dritter personen person recht rechte rechten gesetz gesetze artikel art"
        " abschnitt anhang tabelle kontakt sicherheit dauer cookies cookie partner firma firmen"
        " unternehmen hosting analyse werbung support zahlung zahlungen sprache stimme stimmen ton cloud"
        " speicher zweck zwecke land länder staat staaten drittland drittländer drittstaaten europa eu"
        " sdk sdks api plugin plugins"
        " ewr usa dsgvo bdsg tddsg ttdsg tdddg ip mac id pin tls ssl aes wlan wi-fi wifi bluetooth ble"
        " android ios iphone ipad windows linux internet web mail e-mail e-mails sms faq januar februar"
        " märz april mai juni juli august september oktober november dezember montag dienstag mittwoch"
        " donnerstag freitag samstag sonntag deutsch englisch stand version datum spielzeug spielzeuge"
        " box kiste roboter puppe bär gerät geräte geräts produkt produkte name namen adresse adressen"
        " nummer nummern frau herr beispiel beispielsweise zudem außerdem jedoch daher heute derzeit"
        " während bevor sobald solange seit bis innerhalb außerhalb sowie auch nur erst dann damit dafür"
        " dabei hier dort beim gmbh ag se kg ug inc llc ltd standardvertragsklauseln eu-kommission"
        " kommission union raum wirtschaftsraum europäische europäischen europäischer tage tagen monate"
        " monaten jahre jahren wochen stunden jahr monat tag woche stunde geschichte geschichten lieder"
        " lied musik inhalte server servern rechenzentrum rechenzentren texte text fotos foto bilder"
        " bild videos video standort ort spielzeit alter geburtsdatum passwort gespräche gespräch fragen"
        " frage antwort antworten absturz abstürze fehler statistik statistiken statistische push"
        " newsletter post hilfe vertrag verträge interesse gericht gerichte polizei behörde behörden"
        " ministerium grundlage zugriff zugang ende anfang fall fälle weg falle teil teile form art"
        " gründe grund begriffe begriff seiten dort danach ihnen uns euch du dein deine deinem deinen"
        " ganze solche solchen manche etwa zugleich damals jetzt gemeinsam zusammen nie niemals rechnung"
        " abo abonnement käufe kauf sprachaufnahmen mikrofon kamera firmware software update updates"
        " stufe sitz deutschland-server aufnahme tonaufnahme ziel ziele einstellungen einstellung"
        " kenntnis betreiberin herstellerin anbieterin verantwortliche verantwortlicher verantwortlichen"
        " empfänger anbieter dienstleister auftragsverarbeiter verarbeiter betreiber hersteller händler"
        " mitarbeiter mutter tochter agentur nachricht nachrichten ihres unseres seines seiner seinem"
        " seinen seine sein deren dessen schutz niveau browser router account client provider computer"
        " community party baby handy text box weder freistaat bundesland stadt kanton bund shop onlineshop"
        " oma opa mama papa thema info infos auto büro radio kita risiko logo prof dr tool tools plugin"
        " widget pixel remarketing retargeting tracking reparatur reparaturen galerie link links button"
        " menü team code codes app-store chat log logs region angaben angabe auskunft cent euro ablauf"
        " widerruf content delivery network staatsanwaltschaft"
        " löschfrist frist fristen klauseln"
    ),
    apart=some(
        "framework shield rules clauses act ihres ihrer ihrem ihren ihre ihnen unseres unserer des dem den"
        " das die der eines einer einem einen straße strasse platz weg gasse allee ring ufer promenade"
        " postfach chrome safari firefox edge opera explorer"
    ),
    placed=alternatives(
        r"sitz ansässig niedergelassen rechenzentrum rechenzentren standort stehen steht server servern"
        r" büro niederlassung"
    ),
    column=(
        alternatives(
            r"\w*empfänger\w* \w*auftragnehmer\w* \w*dienstleister\w* \w*anbieter\w* firma firmen"
            r" unternehmen \w*verarbeiter\w*"
            r" betreiber organisation (?:weitergegeben|übermittelt)_an"
        ),
        alternatives(r"name partner wer hersteller dritte werkzeuge? tools? dienste?"),
    ),
    conjunction="und",
    serving="für",
    article=r"",
    company=alternatives(
        r"\w*dienst \w*dienste?s \w*dienstleister\w* \w*angebot \w*anbieter unternehmen \w*plattform firma"
        r" \w*tochter \w*gesellschaft marke produkt werkzeug \w*hoster \w*händler verlag agentur"
    ),
    endings=r"\w{3,}(?:daten|dienste?n?s?|leister[ns]?|anbieter[ns]?|nummern?|adressen?|händlern?|namen?|zeit(?:en)?|stellen?"
    r"|behörden?|partner[ns]?|unternehmens?|ung|ungen|ungs|heit|heiten|keit|keiten|schaft|schaften|ion"
    r"|ionen|tät|täten|zwecken?|rechten?|nutzern?s?|kindern?|geräten?|netzwerken?|system\w*|verträge"
    r"|vertrag|anfragen?|protokollen?|berichten?|inhalten?|aufnahmen?|befehlen?|servern?|land|ländern?"
    r"|staaten|raum|zentrum|zentren|kosten|ismus|gesetz|gesetze|konto|konten|listen?|dateien?"
    r"|ereignissen?|kennzeichen|merkmalen?|zahlen?|bearbeiter|empfänger[ns]?|gruppen?|plattform"
    r"|plattformen|technik|logik|statistik|grund|gründen?|richtlinien?)",
    denial=r"\b(?:weder\b|(?:setz|nutz|verwend)\w*\s(?:wir\s)?nicht\b|(?:erhält|erhalten|bekommt|bekommen)\s(?:\w+\s){0,5}?(?:nichts|keine\w*)|(?:geb|teil|übermittel|verkauf|send|übertrag|leit|reich|nutz|verwend|schick)\w*\s(?:\w+\s){0,5}?"
    r"(?:nichts?|nie|niemals|keine\w*)|keine\w*\s(?:\w+\s){1,8}?(?:weiter|übermittelt|übertragen|verkauft|gesendet))\b",
    denied_before=True,
    refused="",
    keeping=alternatives(
        r"\w*speicher\w* gespeichert aufbewahr\w* \w*lösch\w* behalten entfern\w* nach innerhalb"
        r" spätestens dauer lang frist\w*"
    ),
    updating=alternatives(
        r"sicherheits-?updates? sicherheitsaktualisierung\w* software-?updates? firmware-?updates?"
        r" softwareaktualisierung\w* unterstützungszeitraum\w* supportende updates?_bis"
    ),
    placing=alternatives(
        r"\w*server\w* speicher\w* gespeichert übermitt\w* übertrag\w* verarbeit\w* sitz ansässig gehostet"
        r" hosting rechenzent\w+ außerhalb steh\w* gesendet drittl\w+ in"
    ),
    recurring=alternatives("alle jede[nrs]? pro je unter über einmal ab"),
    aged=alternatives("alt alte[nrs]?"),
    units={
        **dict.fromkeys(("stunde", "stunden"), "hours"),
        **dict.fromkeys(("tag", "tage", "tagen"), "days"),
        **dict.fromkeys(("woche", "wochen"), "weeks"),
        **dict.fromkeys(("monat", "monate", "monaten", "monats"), "months"),
        **dict.fromkeys(("jahr", "jahre", "jahren", "jahres"), "years"),
    },
    numbers={
        **dict.fromkeys(("ein", "eine", "einem", "einer", "eines", "einen"), 1),
        **{
            "zwei": 2,
            "drei": 3,
            "vier": 4,
            "fünf": 5,
            "sechs": 6,
            "sieben": 7,
            "acht": 8,
            "neun": 9,
            "zehn": 10,
        },
        **{"zwölf": 12, "vierzehn": 14, "achtzehn": 18, "vierundzwanzig": 24, "dreißig": 30, "sechzig": 60},
        **{"neunzig": 90, "sechsunddreißig": 36, "zweiundsiebzig": 72},
    },
    purposes=(
        ("voice", alternatives(r"sprach\w* spracherkennung stimme\w* gesprochen\w* tonaufnahme\w*")),
        ("advertising", alternatives(r"werb\w* anzeigen marketing")),
        (
            "analytics",
            alternatives(r"statistik\w* statistisch\w* \w*analyse\w* nutzungs\w* reichweite\w* auswert\w*"),
        ),
        ("crash", alternatives(r"absturz\w* abstürze\w* fehlerbericht\w* diagnose\w*")),
        ("storage", alternatives(r"\w*host\w* \w*speicher\w* cloud \w*sicherung\w*")),
        ("update", alternatives(r"updates? \w*aktualisierung\w* firmware")),
        ("push", alternatives(r"push\w* benachrichtigung\w*")),
        ("payment", alternatives(r"zahlung\w* bezahl\w* kauf\w* käufe\w* abo\w* abrechnung\w*")),
        ("support", alternatives(r"kundendienst\w* kundenservice support\w* newsletter\w*")),
        ("location", alternatives(r"standort\w* gps ortung")),
        ("ai", alternatives(r"künstliche\w*_intelligenz ki sprachmodell\w* maschinelle\w*_lernen\w*")),
        ("login", alternatives(r"anmeld\w* einlogg\w* authentifi\w*")),
        ("content", alternatives(r"geschichten? lieder\w* musik inhalte\w*")),
        ("video", alternatives(r"videos? kamera\w* fotos? bilder\w*")),
    ),
    areas={
        "europäischen wirtschaftsraum": "EEA",
        "europäischer wirtschaftsraum": "EEA",
        "europäischen wirtschaftsraums": "EEA",
        "ewr": "EEA",
        "europäischen union": "EU",
        "europäische union": "EU",
        "eu": "EU",
    },
)
