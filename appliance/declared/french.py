"""The cues of French notices. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.declared.words import Words, alternatives, some

WORDS: Final = Words(
    code="fr",
    common=some("le la les des et de nous vos votre vous nos pour que dans une sont est ne pas données du"),
    sharing=alternatives(
        r"partag\w* transmet\w* transmi\w* transf[eéè]r\w* communiqu\w* divulg\w* envoy\w* envoi\w*"
        r" vend\w* cèd\w* céd\w* tiers prestataire\w* sous-traitant\w* fournisseur\w* partenaire\w*"
        r" destinataire\w* héberg\w* recour\w* fai\w+_appel confi\w* utilis\w* reçoi\w* recev\w*"
        r" trait\w* stock\w* fourni\w* conçu\w* fabriqu\w* édit\w* exploit\w* étudi\w* opéré\w* gér\w*"
        r" assur\w* analys\w* \w+[éiu]e?s?_par recours appel"
        r" disposition aid\w* répar\w* garantie\w* conserv\w* livr\w* passe\w*"
    ),
    excluded=alternatives(
        r"réclamation\w* plainte\w* autorité_de_contrôle autorité_de_protection marques? déposées? saisir"
    ),
    receiver=alternatives(
        r"prestataires? sous-traitants? fournisseurs? partenaires? destinataires? sociétés?(?:_anonyme)?"
        r" entreprises?"
        r" firmes? filiales? agences? instituts? organismes? éditeurs? studios? banques? services?"
        r" plateformes? hébergeurs? outils? groupe réseaux? opérateurs? transporteurs? représentante?"
        r" nommée? appelée?"
        r" spécialistes? sas sasu sarl scop sa cabinet étude association maison-mère maison_mère"
        r" sdk (?:prestataire|partenaire|fournisseur|réseau|service|outil)_d[eu]_(?-i:[a-zà-ÿ])\w+"
        r" (?:service|filiale|marque|produit)_d[eu]"
    ),
    before=alternatives(
        r"par avec à auprès_de chez via de d['’] l['’] au aux et_à ainsi_qu['’]à confié[es]*_à utilis\w+"
        r" c['’]est recours_à appel_à grâce_à (?:par|avec|chez|via|à)_les? (?:par|avec|chez|via|à)_l['’]"
    ),
    listing=alternatives(
        r"oui parmi_(?:eux|elles|lesquels|lesquelles) tels?_que telles?_que tel_que comme notamment dont"
        r" à_savoir par_exemple p\._ex\. actuellement"
        r" sont est"
    ),
    joining=r"\s*(?:,(?!\s*(?:et|ou)\b)|;|\b(?:et|ou|ainsi\s+que|&)\s)\s*(?:aussi\s|par\s|avec\s|à\s|chez\s|de\s)*",
    doing=alternatives(
        r"héberge\w* stocke\w* traite\w* fournit fournissent transforme\w* convertit livre\w* aide\w*"
        r" reçoit reçoivent analyse\w* envoie\w* compte\w* exploite\w* gère\w* assure\w* est_notre"
        r" mesure\w* conserve\w* transcrit transcrivent traduit reconnaît recueille\w* s['’]occupe\w*"
        r" nous met_à peut voit distribue\w* achemine\w* prend encaisse\w* collecte\w* sait"
    ),
    at_places=alternatives(
        "en à au aux hors option formule appuyez_sur cliquez_sur"
        " rue avenue ville place boulevard menu bouton rubrique onglet page"
    ),
    linking=some("de du des & la d’"),
    ordinary=some(
        "le la les l un une des de du ce cet cette ces nous vous nos vos notre votre ils elles il elle"
        " leur leurs on son sa ses si quand lorsque où qui que quel quelle quels quelles comment"
        " pourquoi dans sur à au aux par avec pour en et ou mais ni pas non tout tous toute toutes"
        " chaque autre autres données politique confidentialité vie privée charte service services"
        " application applications site compte enfant enfants parent parents utilisateur utilisateurs"
        " famille familles client clients tiers personnelles personnel informations information"
        " protection délégué clauses contractuelles types règlement général loi droits droit article"
        " annexe tableau contact mise mises jour sécurité conservation durée cookies cookie prestataire"
        " prestataires destinataire finalité partenaire partenaires société sociétés destinataires"
        " sous-traitant sous-traitants hébergement hébergeur analyse publicité assistance paiement"
        " reconnaissance vocale voix audio nuage stockage enregistrements rapports finalité finalités"
        " pays europe européen européenne union commission espace économique états unis états-unis"
        " sdk sdks api plugin plugins"
        " royaume-uni rgpd lil cnil ue eee ip mac id pin tls ssl aes wifi wi-fi bluetooth ble android"
        " ios iphone ipad windows linux internet web e-mail mail sms faq janvier février mars avril mai"
        " juin juillet août septembre octobre novembre décembre lundi mardi mercredi jeudi vendredi"
        " samedi dimanche français anglais dernière date version jouet jouets boîte robot poupée peluche"
        " ourson appareil appareils produit produits nom noms adresse adresses numéro madame monsieur"
        " bonjour toutefois enfin ainsi cependant actuellement aujourd’hui pendant avant après sans"
        " entre sous dès jusqu depuis sauf rien personne une seul seule afin conformément aucune aucun"
        " ne sas sarl sa inc gmbh bouclier décision adéquation transferts transfert partage consentement"
        " contrat intérêt légitime histoires histoire chansons musique paramètres logiciel serveur"
        " serveurs centre centres y ci selon grâce outre autorités autorité police parquet procureur"
        " mairie préfecture tribunal tribunaux contenu contenus"
        " gouvernement ministère code préambule introduction région profil dr prof lors jamais nouveau"
        " nouvelle"
    ),
    apart=some(
        "loi règlement règlements directive framework shield clauses clause convention accord rcs"
        " rue avenue boulevard quai place allée allées chemin impasse cedex"
        " chrome safari firefox edge opera explorer monde mondial"
    ),
    placed=alternatives(
        r"situé\w* sise? établi\w* basée?s? siège implanté\w* trouve\w* domicilié\w* résid\w*"
        r" immatriculé\w* installé\w* bureaux centre centres"
    ),
    column=(
        alternatives(
            r"destinataires? prestataires? sous-traitants? fournisseurs? sociétés? entreprises? organismes?"
            r" hébergeurs? opérateurs? (?:communiqué|transmis)\w*_à"
        ),
        alternatives(r"nom partenaires? tiers qui outils? services?"),
    ),
    conjunction="et",
    serving="pour",
    article=r"(?:le|la)\s|l['’]",
    company=alternatives(
        r"société service prestataire plateforme entreprise filiale marque outil solution opérateur"
        r" hébergeur fournisseur éditeur établissement réseau division groupe association laboratoire"
    ),
    endings=r"(?!x)x",
    denial=r"\brenonc\w+\sà\b|\bni\s[^.;:]{1,60}?\sni\b|\b(?:ne|n['’])\s?(?:\w+\s){0,2}?(?:partag|transm|communiqu|divulgu|vend|envoy|cèd|céd|fourni|transf|utilis)\w*",
    denied_before=False,
    refused=alternatives(
        r"n['’](?:y_)?(?:a|ont|aura|auront)_(?:pas|aucun)_(?:d['’])?accès ne_reçoi(?:t|vent)_(?:rien|aucune?)"
    ),
    keeping=alternatives(
        r"conserv\w* gard\w* stock\w* supprim\w* effac\w* détrui\w* détru\w* durées? après pendant délai pour"
    ),
    updating=alternatives(
        r"mises?_à_jour_(?:de_sécurité|logicielles?|du_micrologiciel) période_d['’]assistance"
        r" assistance_logicielle fin_d['’]assistance mises?_à_jour_jusqu\w*"
    ),
    placing=alternatives(
        r"serveur\w* stock\w* transf[eéè]r\w* trait\w* situé\w* héberg\w* hors établi\w* centres?_de_données"
        r" envoy\w* conserv\w* étranger en aux au"
    ),
    recurring=alternatives("tous toutes chaque par moins_de plus_de âgée?s?_de de_moins_de"),
    aged=alternatives("révolus et_plus"),
    units={
        **dict.fromkeys(("heure", "heures"), "hours"),
        **dict.fromkeys(("jour", "jours"), "days"),
        **dict.fromkeys(("semaine", "semaines"), "weeks"),
        **dict.fromkeys(("mois",), "months"),
        **dict.fromkeys(("an", "ans", "année", "années"), "years"),
    },
    numbers={
        **dict.fromkeys(("un", "une"), 1),
        **{
            "deux": 2,
            "trois": 3,
            "quatre": 4,
            "cinq": 5,
            "six": 6,
            "sept": 7,
            "huit": 8,
            "neuf": 9,
            "dix": 10,
        },
        **{"douze": 12, "treize": 13, "quinze": 15, "dix-huit": 18, "vingt-quatre": 24, "trente": 30},
        **{"trente-six": 36, "soixante": 60, "quatre-vingt-dix": 90, "soixante-douze": 72},
    },
    purposes=(
        ("voice", alternatives(r"voix vocales? vocaux paroles? transcri\w* enregistrements?_audio parle")),
        ("advertising", alternatives(r"publicit\w* annonces? marketing")),
        ("analytics", alternatives(r"statistiques? mesur\w* audience analyse_d['’]usage usages?")),
        ("crash", alternatives(r"plantages? incidents? pannes? diagnosti\w*")),
        ("storage", alternatives(r"héberg\w* stockage nuage sauvegard\w*")),
        ("update", alternatives(r"mises?_à_jour micrologiciel\w*")),
        ("push", alternatives(r"notifications?")),
        ("payment", alternatives(r"pai?ements? payer achats? factur\w* abonnements?")),
        (
            "support",
            alternatives(r"service_client\w* assistance lettres?_d['’]information demandes_d['’]aide"),
        ),
        ("location", alternatives(r"localisation géolocalisation gps position")),
        ("ai", alternatives(r"intelligence_artificielle ia apprentissage_automatique modèles?_de_langage")),
        ("login", alternatives(r"connexion_au_compte authentifi\w* identifiants?")),
        ("content", alternatives(r"histoires? chansons? musique contenus?")),
        ("video", alternatives(r"vidéos? caméras? photos? images?")),
    ),
    areas={
        "espace économique européen": "EEA",
        "eee": "EEA",
        "union européenne": "EU",
        "ue": "EU",
    },
)
