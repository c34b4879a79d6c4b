"""What the core says in English, in a reader's language: each sentence is known by its shape.

Records carry their reasons as plain English, the same in a page, a file and an export. A page looks for the
shape that fits, takes out what was filled in, and says it in the reader's language; what fits no shape stays
as it is. To add one: write it into SHAPES as the core makes it, `%(name)s` where the core fills something in
(`%(reason)s`: another sentence); `tests/web/test_said.py` finds sentences of the core that fit none.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Final

from web.marking import N_

MAX_TEXT: Final = 600
"""Longest text looked at; longer ones stay as they are. A reason is a few sentences."""

IDENTITY: Final = (
    N_("its address block is registered to %(name)s"),
    N_("its address block is registered to %(name)s, whose devices are mostly of this kind"),
    N_("its identifier holds an address block registered to %(name)s"),
    N_("it gives %(text)s as its kind when it asks for an address"),
    N_("it asks for network settings in the order %(text)s"),
    N_("it calls itself %(text)s when it asks for an address"),
    N_("it gives the maker number %(text)s when it asks for an address"),
    N_("it names its MUD file when it asks for an address"),
    N_("it names its MUD file to its neighbours on the wire"),
    N_("it calls itself %(text)s on the home network"),
    N_("it offers the service %(text)s"),
    N_("it announces itself as %(text)s"),
    N_("it announces itself on the home network as %(text)s"),
    N_("it announces itself as a router"),
    N_("the others are told to go out through it"),
    N_("it announces %(text)s"),
    N_("its announced name is %(text)s"),
    N_("its description gives %(text)s as %(field)s"),
    N_("its description gives %(text)s as its type"),
    N_("its description names %(text)s as its maker"),
    N_("its program introduces itself as %(text)s"),
    N_("its encryption library has the fingerprint %(text)s"),
    N_("its certificate is made out to %(text)s"),
    N_("it talks to %(text)s"),
    N_("it answers on %(text)s"),
    N_("it behaves like %(text)s: %(share)s of what it does is the same"),
)
"""Why we think that a device is what it is (appliance/devices)."""

OWNERSHIP: Final = (
    N_("The real name is encrypted (ECH); this is only its cover."),
    N_("The names asked for there are encrypted (DNS over TLS)."),
    N_("The names asked for there are encrypted (DNS over HTTPS)."),
    N_("A tunnel hides what lies behind it."),
    N_("The server is run by %(name)s."),
    N_("This is in your home: nothing left it."),
    N_("The device used no name for this address."),
    N_("The device used no name for this address; it lies in the network of %(name)s."),
    N_("We know neither who made this device nor who owns %(domain)s."),
    N_("%(domain)s bears the name of %(vendor)s; %(name)s only houses it."),
    N_("%(domain)s bears the name of %(vendor)s."),
    N_("We know no tie between %(domain)s and %(vendor)s, and do not know who owns it."),
    N_("%(domain)s belongs to %(name)s; we do not know whether it made this device."),
    N_("%(domain)s belongs to %(name)s, who made this device."),
    N_("%(domain)s belongs to %(name)s, which has the same owner as %(vendor)s."),
    N_("%(vendor)s sells devices that run on the platform of %(name)s."),
    N_("%(name)s watches use or serves advertisements for many companies."),
    N_("%(name)s watches use or serves advertisements for many companies; we know no tie to %(vendor)s."),
    N_("%(name)s offers this service to everyone, on its own account; we know no tie to %(vendor)s."),
    N_("%(name)s is another company; we know no tie to %(vendor)s."),
    N_("%(name)s makes other devices; we know no tie to %(vendor)s."),
    N_("%(name)s is a cloud that many makers rent."),
    N_("%(name)s is a delivery network that many makers rent."),
    N_("%(name)s is a host where many companies put their services."),
    N_("%(name)s is a platform that many devices are built on."),
    N_("%(name)s is a service that delivers messages to apps and devices."),
    N_("%(name)s is a public time service."),
    N_("%(name)s is a public name service."),
    N_("%(name)s is an office that issues and checks certificates."),
    N_("%(name)s is an office or service that keeps the internet's names and routes."),
)
"""Why a company has its role for a device (appliance/parties)."""

UPDATES: Final = (
    N_("it downloaded %(size)s from %(host)s"),
    N_("it downloaded %(size)s from %(host)s, an update server by its name"),
    N_("it restarted: it asked for an address and for %(part)s of the %(all)s names it usually asks for"),
    N_("its %(what)s with %(host)s changed and stayed so"),
    N_("its %(what)s changed"),
    N_("its User-Agent changed from %(before)s to %(after)s"),
    N_("its UPnP SERVER line changed from %(before)s to %(after)s"),
    N_("its DHCP vendor class changed from %(before)s to %(after)s"),
    N_("its mDNS entry %(key)s changed from %(before)s to %(after)s"),
)
"""How we know of an update (appliance/behaviour)."""

LEARNING: Final = (
    N_("1 more day of watching"),
    N_("%(n)s more days of watching"),
    N_("1 more session of use"),
    N_("%(n)s more sessions of use"),
    N_("1 more day with use"),
    N_("%(n)s more days with use"),
    N_("1 restart"),
    N_("%(n)s restarts"),
)
"""What a baseline still misses (appliance/behaviour)."""

FINDINGS: Final = (
    N_("sent something in at least %(hours)s of 24 hours on %(days)s days in a row"),
    N_("asked for %(names)s different names or more in a day"),
    N_("was shown a certificate that ended %(days)s days ago"),
    N_("was shown a certificate that its server signed itself"),
    N_("readable fields %(fields)s"),
    N_("MQTT without encryption to port %(port)s"),
    N_("CoAP %(method)s without encryption"),
    N_("RTSP %(method)s: sound or pictures without encryption"),
    N_("HTTP %(method)s with %(n)s bytes (%(kind)s)"),
    N_("HTTP %(method)s with a body (%(kind)s)"),
    N_("HTTP %(method)s with fields %(fields)s"),
    N_("%(service)s with %(n)s bytes"),
    N_("sent %(sent)s MB in a day for %(purpose)s, which needs less than %(allowed)s MB"),
    N_("looks up names over HTTPS at %(host)s"),
    N_("looks up names over TLS at %(host)s"),
    N_("encrypts the name it asks for (ECH)"),
    N_("talks through a tunnel (%(kind)s) to %(host)s"),
    N_("connected to %(host)s in your home (port %(port)s)"),
    N_("uses %(version)s with %(host)s"),
    N_("offers at best %(version)s"),
    N_("a control page was opened without password: %(path)s"),
    N_("answers on %(service)s (port %(port)s)"),
    N_("shows its pictures to anyone in the home (RTSP without password)"),
    N_("asks the resolver %(host)s"),
    N_("asked %(host)s to open %(proto)s port %(port)s"),
    N_("asked %(host)s to open %(proto)s port %(port)s to %(inside)s"),
    N_("asked %(host)s to open %(proto)s a port of the router's choice"),
    N_("accepted a connection from %(host)s to port %(port)s"),
    N_("tells its software readably: %(fields)s"),
    N_("uses %(why)s (cipher suite %(suite)s)"),
)
"""What exactly was seen (appliance/findings)."""

CHECKS: Final = (
    N_("none yet: `tattlebox run` or `tattlebox replay` begins the record"),
    N_("none yet: is the sensor running, and on the right interface?"),
    N_("a recording with %(n)s packets"),
    N_("none for %(n)s minutes: is the sensor running?"),
    N_("%(n)s so far, the last %(age)s s ago"),
    N_("no device was seen to resolve a name yet; switch one off and on again"),
    N_("%(n)s companies were met by name"),
    N_("seen of %(n)s of %(all)s devices"),
    N_("this machine has it; no device was seen to use it yet"),
    N_("no device was seen to use it, and this machine has none"),
    N_("the clock shows %(time)s, which is past: connect it to the internet once"),
    N_("%(time)s, not yet compared with a time server"),
    N_("%(n)s MB free in %(folder)s"),
    N_("%(n)s GB free in %(folder)s"),
    N_("none: countries of servers, and some companies, cannot be named"),
    N_("not there"),
    N_("%(n)s days old"),
    N_("%(n)s days old: time for an update"),
    N_("these do not work: %(names)s; the settings say why"),
    N_("nothing to archive yet"),
    N_("%(n)s of %(all)s MB used, %(files)s archived files"),
    N_("%(reason)s; bytes written a day were not measured yet: enable tattlebox-archive.timer"),
    N_("%(reason)s; %(n)s MB a day written to the disk"),
    N_("%(reason)s; %(n)s MB a day written to the disk: more than a card bears for years"),
    N_("%(n)s archived files are gone, the first is %(file)s: restore a backup"),
    N_("%(n)s archived files are not as long as they were written, the first is %(file)s: restore a backup"),
    N_("a run began %(when)s and did not end: is memory full?"),
    N_("since %(when)s: %(reason)s"),
    N_("%(file)s cannot be used (%(detail)s): expected a Parquet file of flows that Tattlebox wrote"),
    N_("cannot write beside %(file)s: the disk is full; free some space and try again"),
    N_("cannot use %(file)s: memory is full; try again when less is at work"),
    N_("read back %(copied)s from %(file)s, expected %(there)s: nothing was dropped; try again"),
    N_("flows of %(file)s changed while they were copied; try again"),
    N_(
        "the store %(file)s has schema %(n)s, this release expects %(most)s: run the `tattlebox` command that"
        " writes it once, or use the release that wrote it"
    ),
    N_("the store %(file)s was written by a newer release (schema %(n)s): update Tattlebox"),
    N_("%(file)s is not a Tattlebox store (%(detail)s): choose another file with --store"),
)
"""What the checks found (appliance/checks.py, appliance/archive)."""

SETTINGS: Final = (
    N_("Language of the pages; empty: what each browser asks for."),
    N_("Time zone of the home; empty: the machine's own."),
    N_("Where packets come from: live, or recordings."),
    N_("The interface that is watched; empty: not chosen yet."),
    N_("Days that single conversations and what was read of them stay in the store; then they are archived."),
    N_("Days that archived conversations are kept; 0: no archive."),
    N_("Days that the hourly sums behind the pages are kept."),
    N_("Megabytes that the store and its archive may take; beyond, the oldest conversations go first."),
    N_("Megabytes of the disk that are always left free."),
    N_("Whether a device never seen before gets no internet until it is let in."),
    N_("read %(text)s for %(key)s, expected yes or no"),
    N_("read %(text)s for %(key)s, expected a whole number from %(least)s to %(most)s"),
    N_("read %(text)s for %(key)s, expected one of %(choices)s"),
    N_("read %(text)s for %(key)s, expected a name such as Europe/Paris, or nothing for the machine's own"),
    N_("read %(text)s for %(key)s, expected the name of a network interface, such as eth0"),
)
"""What can be set, and what is refused (appliance/settings.py)."""

CHANNELS: Final = (
    N_("Phone or chat (ntfy, Pushover, Telegram, Signal, Matrix, Gotify, Discord, …)"),
    N_("MQTT and Home Assistant"),
    N_("E-mail"),
    N_("Web hook, signed"),
    N_("The service's apprise address, such as ntfys://TOKEN@ntfy.example/TOPIC"),
    N_("The broker, such as 192.168.1.10"),
    N_("Its port: 1883, or 8883 for TLS"),
    N_("Whether the way there is protected"),
    N_("User name; empty: none is asked for"),
    N_("Password; empty: none is asked for"),
    N_("First part of our topics"),
    N_("Home Assistant's discovery prefix; empty: no discovery"),
    N_("Your provider's server for sending, such as smtp.example.org"),
    N_("Its port: 465 for tls, 587 for starttls"),
    N_("How the way there is protected"),
    N_("Password, or an app password; empty: none is asked for"),
    N_("Address the messages come from"),
    N_("Addresses they go to, with commas between"),
    N_("Where to post to, such as https://home.example/hook"),
    N_("Shared secret of at least 16 characters; whsec_… (base64) or plain text"),
    N_("File with the certificate of your own authority (PEM); empty: the usual ones"),
    N_("the setting %(name)s is missing: %(reason)s"),
    N_("read %(text)s for %(key)s, expected one line of at most 2000 characters"),
    N_("read %(text)s for %(key)s, expected a whole number"),
    N_("read the name %(text)s, expected up to 40 letters, digits, spaces, . _ -"),
    N_("read the person %(text)s, expected a name of at most %(most)s characters in one line"),
    N_("%(name)s is there already: remove it first, or take another name"),
    N_("there are %(n)s channels, at most %(most)s are kept: remove one"),
    N_("there are %(n)s quiet hours, at most %(most)s are kept: remove some"),
    N_("read the hours %(text)s, expected them as 22:00-07:00"),
    N_("read the hours %(text)s, expected two different times"),
)
"""What a channel asks for, and what is refused (appliance/notify, appliance/store/channels.py)."""

DELIVERY: Final = (
    N_("works; last taken %(when)s"),
    N_("nothing was to be told yet"),
    N_("%(n)s waiting and none tried: is `tattlebox notify run` at work?"),
    N_("since %(when)s: %(reason)s; tried %(n)s times, %(waiting)s waiting"),
    N_("works; last taken %(when)s; %(given_up)s given up, %(lost)s lost for lack of room"),
    N_("nothing was to be told yet; %(given_up)s given up, %(lost)s lost for lack of room"),
    N_(
        "%(n)s waiting and none tried: is `tattlebox notify run` at work?; %(given_up)s given up,"
        " %(lost)s lost for lack of room"
    ),
    N_(
        "since %(when)s: %(reason)s; tried %(n)s times, %(waiting)s waiting; %(given_up)s given up, %(lost)s"
        " lost for lack of room"
    ),
    N_("%(host)s refuses the token or password (HTTP %(code)s): give it a new one"),
    N_("%(host)s refuses user name or password (SMTP %(code)s)"),
    N_("the broker %(host)s refuses user name or password"),
    N_("the broker %(host)s refuses the connection"),
    N_("the broker %(host)s does not answer in time"),
    N_("the broker %(host)s does not confirm what it is sent"),
    N_("the connection to the broker %(host)s was lost"),
    N_("%(host)s cannot be reached: is it on, and the address right?"),
    N_("the name %(host)s is not known: check it and the network"),
    N_("%(host)s does not answer in time"),
    N_("%(host)s accepted the connection and hung up"),
    N_("%(host)s answered with something that is not HTTP"),
    N_("%(host)s does not speak TLS on this port: check address and port"),
    N_(
        "the certificate of %(host)s cannot be trusted (%(detail)s): check the name, or give the certificate"
        " of your own authority"
    ),
    N_("%(host)s knows no such place (HTTP 404): check the address"),
    N_("%(host)s sends us elsewhere (HTTP %(code)s): give the final address"),
    N_("%(host)s asks to be tried again later (%(code)s)"),
    N_("%(host)s does not take the message (%(code)s)"),
    N_("%(host)s does not take one of the addresses (%(code)s)"),
    N_("%(host)s offers no log-in or protection of the kind that is set: check the settings"),
    N_("the service: its certificate cannot be trusted"),
    N_("the service: it does not speak TLS as expected"),
    N_("the service: its name is not known"),
    N_("the service: it cannot be reached"),
    N_("the service: it does not answer in time"),
    N_("the service: it accepted the connection and hung up"),
    N_("the service does not take the message: check the address"),
    N_("the address is none that apprise knows: see the list of services in its documentation"),
    N_("the address is no http:// or https:// address without a password in it"),
    N_("the address %(host)s cannot be: check it"),
    N_("the port of the address is no port: check it"),
    N_("the secret is shorter than 16 characters: choose a longer one"),
    N_("what follows whsec_ in the secret is no base64"),
    N_("the file of your authority's certificate, %(file)s, cannot be read as PEM: check it"),
    N_("the file %(file)s cannot be read as PEM: check it"),
    N_("one of the addresses is none, or there are more than %(most)s: check `from` and `to`"),
    N_("a password is not sent over an unprotected way: choose tls or starttls"),
    N_("it was not done within %(n)s s: the receiver answers too slowly"),
    N_("cannot write %(file)s: %(detail)s; free some space"),
    N_("cannot read %(file)s: %(detail)s"),
    N_(
        "%(host)s knows no bucket %(bucket)s in the organisation %(org)s (HTTP 404): check both,"
        " and that the token may write there"
    ),
    N_("the address is no http:// or https:// address"),
    N_("cannot start a process to deliver it: %(detail)s"),
    N_("the process that delivers ended with code %(n)s and said nothing: is memory full?"),
)
"""How a channel stands, and why its receiver took nothing (appliance/delivery, appliance/notify)."""

SHAPES: Final = (
    *(*IDENTITY, *OWNERSHIP, *UPDATES, *LEARNING, *FINDINGS, *CHECKS, *SETTINGS),
    *(*CHANNELS, *DELIVERY),
)
"""Every sentence; of two that fit, the one with more words of its own is meant."""

_FILLED: Final = re.compile(r"%\((\w+)\)s")


def _pattern(shape: str) -> re.Pattern[str]:
    parts = _FILLED.split(shape)
    return re.compile(
        "".join(f"(?P<{part}>.+?)" if number % 2 else re.escape(part) for number, part in enumerate(parts)),
        re.DOTALL,
    )


_PATTERNS: Final = tuple(
    (shape, _pattern(shape)) for shape in sorted(SHAPES, key=lambda shape: -len(_FILLED.sub("", shape)))
)


def said(text: str, translate: Callable[[str], str]) -> str:
    """Return a text of the core in the language of `translate`; as it is where no shape fits."""
    if len(text) > MAX_TEXT:
        return text
    found = shapes_of(text)
    return " ".join(translate(shape) % _spoken(filled, translate) for shape, filled in found) or text


def _spoken(filled: dict[str, str], translate: Callable[[str], str]) -> dict[str, str]:
    """Return what was filled in; a `reason` is a sentence of the core itself."""
    return {name: said(text, translate) if name == "reason" else text for name, text in filled.items()}


@functools.lru_cache(maxsize=4_096)
def shapes_of(text: str) -> tuple[tuple[str, dict[str, str]], ...]:
    """Return the shape of each sentence of a text with what was filled in; nothing where one fits none."""
    for head, rest in _cuts(text):
        first = _shape(head)
        if first is not None and (others := shapes_of(rest)):
            return (first, *others)
    whole = _shape(text)
    return () if whole is None else (whole,)


def _cuts(text: str) -> Iterator[tuple[str, str]]:
    """Yield the text cut behind each full stop: names have some too ("Pte. Ltd.")."""
    for stop in re.finditer(r"(?<=\.) ", text):
        yield text[: stop.start()], text[stop.end() :]


def _shape(sentence: str) -> tuple[str, dict[str, str]] | None:
    for shape, pattern in _PATTERNS:
        found = pattern.fullmatch(sentence)
        if found is not None:
            return shape, found.groupdict()
    return None
