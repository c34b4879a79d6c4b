"""The cues of English notices. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.declared.words import Words, alternatives, some

WORDS: Final = Words(
    code="en",
    common=some("the and of to we your our you with for that this when are is not may data"),
    sharing=alternatives(
        r"shar\w* disclos\w* transfer\w* transmit\w* transmission pass\w* sen[dt]\w* sell\w* suppl\w*"
        r" third[\s-]part\w* provider\w* processor\w* sub-?processor\w* vendor\w* partner\w*"
        r" recipient\w* contractor\w* affiliate\w* host\w* outsourc\w* work_with rely_on relies_on"
        r" use[sd]? using provid\w* run runs sees? goes go gets? counts? checks? called reach\w*"
        r" access\w* collect\w* recipients? representative counsel engage\w* available repair\w*"
        r" warrant\w* \w+ed_by \w+n_by receiv\w*"
        r" process\w* stor\w* help\w* supplied operated handled deliver\w* analy\w*"
    ),
    excluded=alternatives(
        r"complain\w* complaint\w* supervisory_authority supervises? supervised_by commissioner\w*"
        r" regulator lodge lodged"
        r" available_in compatible trademark\w* copyright"
    ),
    receiver=alternatives(
        r"providers? processors? sub-?processors? vendors? partners? recipients? company companies"
        r" firms? contractors? agency agencies institute studio publisher bank counsel representative"
        r" affiliates? subsidiary"
        r" subsidiaries services? platforms? hosts? supplier[s]? tools? parent business carriers?"
        r" network networks operators? called named specialist specialists publishers? distributor"
        r" sdks?(?:_names?)?"
        r" (?:part|service|brand|subsidiary|product|division|component|software|tool)_(?:of|by)"
    ),
    before=alternatives(r"by with to from through via at on uses? using engage[sd]? choose chose use called"),
    listing=alternatives(
        r"yes such_as including includes? among_(?:them|which|whom) namely like e\.g\. for_example these_are"
        r" currently are is"
    ),
    joining=r"\s*(?:,\s*(?:and|or|as\s+well\s+as)\b|,|;|\b(?:and|or|as\s+well\s+as|&)\s)\s*(?:also\s|by\s|with\s|to\s|the\s)*",
    doing=alternatives(
        r"hosts? stores? process(?:es)? provides? turns? converts? delivers? helps? receives? analyses"
        r" analyzes sends? counts? runs? handles? operates? supplies is_our are_our acts? measures?"
        r" keeps? \w+s_(?:us|you|our|your) transcribes? translates? manages? gives? collects? recognises"
        r" recognizes carries also"
        r" may as_well does tells? shows? looks? takes?"
    ),
    at_places=alternatives(
        "in near within outside at from am city town street road tap press click select"
        " menu button tab section page"
    ),
    linking=some("of the & for"),
    ordinary=some(
        "a an the this these those we our us you your they their it its he she i if when where who which"
        " what how why in on at to from by with for as and or but not no all any some each other more"
        " most such also for data privacy policy notice service services app application apps website"
        " site account child children parent parents user users family families customer customers party"
        " parties third personal information protection officer standard contractual clauses framework"
        " shield general regulation act law laws rights right section article annex appendix table"
        " contact updates update security retention cookies cookie provider providers partner partners"
        " company companies recipient recipients processor processors hosting analytics advertising"
        " support marketing payment payments speech voice recognition audio cloud storage recordings"
        " recording crash reports report purpose purposes country countries location europe european"
        " union commission economic area member state states united kingdom gdpr coppa ccpa eu eea uk"
        " sdk sdks api plugin plugins"
        " usa us ftc ico cnil ip mac id pin tls ssl aes wifi wi-fi bluetooth ble android ios iphone ipad"
        " windows linux macos internet web email e-mail mail sms faq january february march april may"
        " june july august september october november december monday tuesday wednesday thursday friday"
        " saturday sunday english french german last effective date version toy toys box robot doll bear"
        " device devices product products wifi name names address addresses number numbers mr mrs ms"
        " dear hello please note example today currently however therefore finally first second third"
        " here there under during before after while since until without within between through via"
        " because unless except only both either neither nothing nobody everything once whenever whoever"
        " children's child's binding corporate rules decision adequacy transfers transfer sharing"
        " disclosure legal basis consent contract legitimate interests interest who we what where whom"
        " is are was were be do does did has have had can could will would shall should may might must"
        " inc llc ltd limited gmbh sas part parts stories story songs song music sound sounds settings"
        " setting firmware software server servers center centre centers centres new old every another"
        " operator operators controller manufacturer maker publisher seller authority authorities police"
        " court courts government governments office department introduction overview scope definitions"
        " region statement usage content delivery network dr prof sir plan alerts none category categories"
    ),
    apart=some(
        "act code regulation regulations directive framework shield clauses rules principles agreement"
        " addendum program programme authority commissioner commission ministry court convention extension"
        " street road lane avenue way parkway square quay drive boulevard house floor suite box"
        " chrome safari firefox edge opera explorer worldwide global"
    ),
    placed=alternatives(
        r"based located situated established seated office offices seat headquartered headquarters"
        r" registered incorporated resident living"
    ),
    column=(
        alternatives(
            r"recipients? providers? processors? sub-?processors? vendors? compan(?:y|ies)"
            r" third_part(?:y|ies)"
            r" suppliers? organi[sz]ations? operator entity (?:disclosed|shared|sent|passed)_(?:to|with)"
            r" (?:set|provided|placed)_by"
        ),
        alternatives(r"name partners? who tools? services?"),
    ),
    conjunction="and",
    serving="for",
    article=r"the",
    company=alternatives(
        r"company service services provider platform firm product subsidiary affiliate operator tool"
        r" laboratory agency network vendor processor publisher brand division business part unit"
    ),
    endings=r"\w{3,}(?:ians|ists|ors|ers|ants|ees|ments|tions)",
    denial=r"\b(?:nothing|none\sof\s\w+)\sis\s(?:sent|shared|passed|given)\b|\bnever\sworked\swith\b|"
    r"\bnot\s(?:to\s|by\s|with\s)?(?-i:[A-Z])|\b(?:neither|(?:not|never|n['’]t)\s(?:\w+\s){0,2}?|no\s\w+\s(?:data\s)?(?:is|are)\s)"
    r"(?:share|shared|sell|sold|disclose|disclosed|send|sent|transfer|transferred|transmit|transmitted|pass|passed|give|given|use|provide)\b",
    denied_before=False,
    refused=alternatives(
        r"ha(?:s|ve)_no_access (?:do|does|did|will)(?:_not|n['’]t)_have_access"
        r" (?:do|does|did|will)(?:_not|n['’]t)_receive_(?:any|your|personal)"
        r" (?:gets?|receives?|learns?)_nothing"
    ),
    keeping=alternatives(
        r"keep\w* kept retain\w* retention stor\w* delet\w* eras\w* remov\w* after within held hold for"
        r" for_up_to"
    ),
    updating=alternatives(
        r"(?:security|software|firmware)_updates? (?:security|software|update)_support support_period"
        r" period_of_support end_of_support supported_until updates?_until"
    ),
    placing=alternatives(
        r"server\w* stor\w* transfer\w* process\w* locat\w* host\w* outside based data_cent\w+ sent travel\w*"
        r" sen[dt]\w* kept held abroad recipient\w* in"
    ),
    recurring=alternatives("every each per once twice under over aged age"),
    aged=alternatives("old of_age and_older or_older"),
    units={
        **dict.fromkeys(("hour", "hours"), "hours"),
        **dict.fromkeys(("day", "days"), "days"),
        **dict.fromkeys(("week", "weeks"), "weeks"),
        **dict.fromkeys(("month", "months"), "months"),
        **dict.fromkeys(("year", "years"), "years"),
    },
    numbers={
        **dict.fromkeys(("a", "an", "one"), 1),
        **{
            "two": 2,
            "three": 3,
            "four": 4,
            "five": 5,
            "six": 6,
            "seven": 7,
            "eight": 8,
            "nine": 9,
            "ten": 10,
        },
        **{"twelve": 12, "fourteen": 14, "eighteen": 18, "twenty-four": 24, "thirty": 30, "thirty-six": 36},
        **{"sixty": 60, "ninety": 90, "seventy-two": 72, "forty-eight": 48},
    },
    purposes=(
        (
            "voice",
            alternatives(r"speech voice\w* spoken transcri\w* audio_recording\w* what_your_child_says"),
        ),
        ("advertising", alternatives(r"advert\w* ads? marketing remarketing")),
        ("analytics", alternatives(r"analytics statistics? usage_data measure\w* how_\w+_is_used")),
        ("crash", alternatives(r"crash\w* error_reports? diagnos\w*")),
        ("storage", alternatives(r"host\w* storage cloud backup\w*")),
        ("update", alternatives(r"updates? firmware")),
        ("push", alternatives(r"push notifications?")),
        ("payment", alternatives(r"pay\w* purchas\w* billing subscription\w*")),
        (
            "support",
            alternatives(r"customer_(?:service|support|care) help_?desk support_requests? newsletter\w*"),
        ),
        ("location", alternatives(r"location gps geolocation whereabouts")),
        ("ai", alternatives(r"artificial_intelligence ai machine_learning language_models? chatbot\w*")),
        ("login", alternatives(r"sign(?:ing)?[\s-]in log(?:ging)?[\s-]in authenticat\w*")),
        ("content", alternatives(r"stor(?:y|ies) songs? music content")),
        ("video", alternatives(r"video\w* camera\w* pictures? photos?")),
    ),
    areas={"european economic area": "EEA", "eea": "EEA", "european union": "EU", "eu": "EU"},
)
