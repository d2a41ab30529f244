"""Faults as people and programs write them: a text of ``--fault`` or a document, into a value and back to JSON.

A text is ``WHERE=BEHAVIOUR,key=value,...``: WHERE is a listener, a host name or ``*``, and may be left out with its
equals sign. Every error names the key, the value, what is expected, and the way out.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from relaylab.app import fault_values as read
from relaylab.app.world_file.errors import did_you_mean, shown
from relaylab.domain.address import Address, DomainName
from relaylab.domain.clock import Window, iso
from relaylab.domain.codes import EnhancedCode
from relaylab.domain.fault import Behaviour, Fault, FaultReply, FaultScope, Layer, Per, Step, When
from relaylab.domain.handshake import TlsVersion
from relaylab.rules.faults import CONDUCTS, FaultError, check
from relaylab.servers.fleet import FAULT_PLACES

if TYPE_CHECKING:
    from relaylab.domain.world import World

__all__ = ["FaultError", "fault_json", "parse_fault", "parse_spec", "stated_faults"]

SCOPE: Final = ("listener", "host", "site", "session", "sender", "recipient")
COMMON: Final = ("times", "per", "chance", "since", "until", "for")
_PARAMETERS: Final = frozenset(name for conduct in CONDUCTS.values() for name in conduct.takes)
_ANYWHERE: Final = "*"
_LONGEST_TEXT: Final = 4096  # octets: what senders.md asks for, and a line that some clients cannot hold
_SPAN: Final = re.compile(r"(\d{1,6})([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_spec(text: str, now: datetime | None = None) -> Fault:
    """Read the text of ``--fault``; ``now`` is what ``for=10m`` counts from. Raise FaultError."""
    parts = next(csv.reader([text], skipinitialspace=True), [])
    if not parts or not parts[0].strip():
        raise FaultError("a fault is WHERE=BEHAVIOUR,key=value,...; such as submission=nostarttls")
    where, _, behaviour = parts[0].rpartition("=")
    document: dict[str, object] = {"behaviour": behaviour.strip()}
    where = where.strip()
    scope: dict[str, object] = {}
    if where and where != _ANYWHERE:
        scope["listener" if where in FAULT_PLACES or "." not in where else "host"] = where
    for part in parts[1:]:
        key, equals, value = part.partition("=")
        key = key.strip()
        if not equals:
            raise FaultError(
                f'{shown(part)} has no value; write key=value, and put a text with a comma in quotes: "text=a, b"'
            )
        at = scope if key in SCOPE else document
        if key in at:
            raise FaultError(f"{key}: is given twice; give it once")
        at[key] = value.strip()
    if scope:
        document["scope"] = scope
    return parse_fault(document, now)


def parse_fault(document: Mapping[str, object], now: datetime | None = None) -> Fault:
    """Read a fault from a document, values as JSON has them or as text; raise FaultError."""
    if "behaviour" not in document:
        _check_words(document)
    behaviour = read.choice(Behaviour, "behaviour", document.get("behaviour"), "`relaylab faults` lists them")
    takes = CONDUCTS[behaviour].takes
    known = ("behaviour", "scope", *COMMON, *takes)
    for key in document:
        if key in SCOPE:
            raise FaultError(f'{key}: belongs to the scope; write {{"scope": {{"{key}": ...}}}}')
        if key not in known:
            listed = f"it takes {', '.join((*COMMON, *takes))}"
            way_out = listed if key in _PARAMETERS else did_you_mean(key, (*known, *SCOPE), listed)
            raise FaultError(f"{key}: is nothing that {behaviour} takes; {way_out}")
    given = {key: value for key, value in document.items() if value is not None}
    fault = Fault(
        behaviour=behaviour,
        scope=_scope(given.get("scope", {})),
        times=read.whole_number(given, "times"),
        per=read.choice(Per, "per", given["per"]) if "per" in given else None,
        window=_window(given, now),
        chance=read.number(given, "chance", 1.0),
        step=read.choice(Step, "step", given["step"]) if "step" in given else None,
        nth=read.nth(given["nth"]) if "nth" in given else None,
        reply=_reply(given),
        says=read.text_name(given["says"]) if "says" in given else "",
        closes=read.yes_or_no("close", given["close"]) if "close" in given else None,
        seconds=read.number(given, "seconds", None),
        octets=read.whole_number(given, "octets") or read.whole_number(given, "size"),
        lines=read.whole_number(given, "lines"),
        words=read.words(given),
        layer=read.choice(Layer, "layer", given["layer"]) if "layer" in given else None,
        when=read.choice(When, "when", given["when"]) if "when" in given else None,
        name=read.host_name("name", given["name"]) if "name" in given else "",
        minimum=read.choice(TlsVersion, "minimum", given["minimum"]) if "minimum" in given else None,
        maximum=read.choice(TlsVersion, "maximum", given["maximum"]) if "maximum" in given else None,
    )
    check(fault)
    return fault


def stated_faults(
    faults: Iterable[Fault | str | Mapping[str, object]], world: World, now: datetime
) -> tuple[Fault, ...]:
    """Give faults as values, each of which can act at a site that there is; raise FaultError."""
    stated = tuple(_stated(fault, now) for fault in faults)
    for fault in stated:
        check(fault)
        check_site(fault, world)
    return stated


def _stated(fault: Fault | str | Mapping[str, object], now: datetime) -> Fault:
    match fault:
        case str():
            return parse_spec(fault, now)
        case Fault():
            return fault
        case Mapping():
            return parse_fault(fault, now)
        case _:  # of a caller without types
            raise FaultError(f"{fault!r} is no fault; write one such as 'mx=421connect'; `relaylab faults` lists them")


def check_site(fault: Fault, world: World) -> None:
    """Make sure that the site of a fault is one of the world's; raise FaultError."""
    names, site = [site.name for site in world.sites], fault.scope.site
    if site is not None and site not in names:
        otherwise = f"they are {', '.join(names)}" if names else "it has none; leave it out"
        raise FaultError(f"site: {shown(site)} is not a site of this world; {did_you_mean(site, names, otherwise)}")


def fault_json(fault: Fault, used: int = 0) -> dict[str, object]:
    """Give a fault as JSON, as ``parse_fault`` takes it, with its id and how often it has acted."""
    scope, window, reply = fault.scope, fault.window, fault.reply
    takes = CONDUCTS[fault.behaviour].takes
    words = next((name for name in ("keywords", "mechanisms", "parameters") if name in takes), "words")
    everything: dict[str, object] = {
        "behaviour": fault.behaviour.value,
        "scope": {
            name: str(value) if isinstance(value, Address) else f"@{value}" if isinstance(value, DomainName) else value
            for name in SCOPE
            if (value := getattr(scope, name)) is not None
        },
        "times": fault.times,
        "per": fault.per.value if fault.per else None,
        "chance": fault.chance if fault.chance < 1 else None,
        "since": iso(window.since) if window.since else None,
        "until": iso(window.until) if window.until else None,
        "step": fault.step.value if fault.step else None,
        "nth": str(fault.nth) if fault.nth else None,
        "code": reply.code if reply else None,
        "enhanced": reply.enhanced or None if reply else None,
        "text": reply.text or None if reply else None,
        "says": fault.says or None,
        "close": fault.closes,
        "seconds": fault.seconds,
        "size" if "size" in takes else "octets": fault.octets,
        "lines": fault.lines,
        words: list(fault.words) or None,
        "layer": fault.layer.value if fault.layer else None,
        "when": fault.when.value if fault.when else None,
        "name": fault.name or None,
        "minimum": fault.minimum.value if fault.minimum else None,
        "maximum": fault.maximum.value if fault.maximum else None,
    }
    said = {key: value for key, value in everything.items() if value is not None}
    return {"id": fault.id, **said, "used": used}


def state_of(fault: Fault, used: int, now: datetime) -> str:
    """Say whether a fault can act: it stands, is to come, is over, or is used up."""
    conduct = CONDUCTS[fault.behaviour]
    times = conduct.times if fault.times is None else fault.times
    if fault.window.until is not None and fault.window.until <= now:
        return "over"
    if times is not None and (fault.per or conduct.per) is Per.ALL and used >= times:
        return "used up"
    return "stands" if now in fault.window else "to come"


def _check_words(document: Mapping[str, object]) -> None:
    """Make sure of the words where nothing says which of them a behaviour takes; raise FaultError."""
    for key in document:
        if key not in {"scope", *COMMON, *_PARAMETERS, *SCOPE}:
            otherwise = 'write {"behaviour": "mail4xx", "scope": {"listener": "mx"}, "times": 3}'
            raise FaultError(f"{key}: is no key of a fault; {did_you_mean(key, ('behaviour', *COMMON), otherwise)}")


# Parts ----------------------------------------------------------------------------------------------------------------


def _scope(value: object) -> FaultScope:
    if not isinstance(value, Mapping):
        raise FaultError(f'scope: {shown(value)} is not a table; write it as {{"listener": "mx"}}')
    for key in value:
        if key not in SCOPE:
            raise FaultError(f"scope.{key}: is no scope; {did_you_mean(key, SCOPE, 'use ' + ', '.join(SCOPE))}")
    texts = {key: read.text_of(key, one) for key, one in value.items() if one is not None}
    listener = texts.get("listener")
    if listener is not None and listener not in FAULT_PLACES:
        otherwise = "a host name has a dot: host=smtp.office365.com"
        raise FaultError(
            f"listener: {shown(listener)} is not one of {', '.join(FAULT_PLACES)}; "
            f"{did_you_mean(listener, FAULT_PLACES, otherwise)}"
        )
    return FaultScope(
        listener=listener,
        host=read.own_name("host", texts["host"]) if "host" in texts else None,
        site=texts.get("site"),
        session=read.session("session", texts["session"]) if "session" in texts else None,
        sender=read.people("sender", texts["sender"]) if "sender" in texts else None,
        recipient=read.people("recipient", texts["recipient"]) if "recipient" in texts else None,
    )


def _window(given: Mapping[str, object], now: datetime | None) -> Window:
    since = read.instant(given, "since")
    until = read.instant(given, "until")
    if "for" not in given:
        return Window(since, until)
    if until is not None:
        raise FaultError("for: there is an until as well; give one of them")
    text = read.text_of("for", given["for"])
    found = _SPAN.fullmatch(text)
    if found is None:
        raise FaultError(f"for: {shown(text)} is not a span of simulated time; write 90s, 10m, 2h or 3d")
    begins = since or now
    if begins is None:
        raise FaultError("for: there is no clock to count from; give until, an instant such as 2027-01-05T09:00:00Z")
    return Window(since, begins + timedelta(**{_UNITS[found[2]]: int(found[1])}))


def _reply(given: Mapping[str, object]) -> FaultReply | None:
    if "code" not in given:
        for key in ("enhanced", "text"):
            if key in given:
                raise FaultError(f"{key}: there is no code with it; add code=451, or what it shall be")
        return None
    code = read.whole_number(given, "code")
    if code is None or not 200 <= code <= 599:
        raise FaultError(f"code: {shown(given['code'])} is not a reply code from 200 to 599; write one such as 451")
    enhanced = read.text_of("enhanced", given["enhanced"]) if "enhanced" in given else ""
    if enhanced:
        _check_enhanced(code, enhanced)
    text = read.text_of("text", given.get("text", ""))
    if not text.isprintable() or len(text.encode()) > _LONGEST_TEXT:
        raise FaultError(f"text: is not one printable line of at most {_LONGEST_TEXT} octets; shorten it")
    return FaultReply(code, enhanced, text)


def _check_enhanced(code: int, enhanced: str) -> None:
    try:
        klass = EnhancedCode.parse(enhanced).klass
    except ValueError as error:
        raise FaultError(f"enhanced: {error}") from None
    if klass != code // 100:
        raise FaultError(f"enhanced: {enhanced} does not fit {code} (RFC 2034 §4); begin both with the same digit")
