"""Whether a fault can act at all."""

from __future__ import annotations

from typing import Final

from relaylab.domain.codes import EnhancedCode
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.fault import Behaviour, Fault, Step
from relaylab.domain.handshake import TlsVersion
from relaylab.rules.acs.delivery import HARD_BOUNCES
from relaylab.rules.faults.catalogue import CONDUCTS, SAYABLE
from relaylab.rules.faults.conduct import KNOWS_RECIPIENT, KNOWS_SENDER, Conduct

# Steps of no SMTP dialogue, and the words of the places where there are such; all other steps are at SMTP listeners.
_PLACES: Final = {
    Step.QUERY: (Endpoint.DNS.value,),
    Step.COPY: (Endpoint.ACS_SMTP.value, Endpoint.ACS_REST.value),
}
_TEMPORARY, _PERMANENT = 400, 500  # the first codes of refusals for now and for good (RFC 5321 §4.2.1)
_AROUND_A_CODE: Final = "#<>()[]:;,-"  # what servers put round an enhanced code, or behind it
_NOT_SMTP: Final = (Endpoint.DNS.value, Endpoint.ACS_REST.value)


class FaultError(ValueError):
    """A fault that cannot be; the text names what is wrong and ends with the way out."""


def check(fault: Fault) -> None:
    """Make sure that a fault can act; raise FaultError."""
    conduct = CONDUCTS[fault.behaviour]
    _check_parameters(fault, conduct)
    _check_refusal(fault)
    _check_failure(fault)
    _check_scope(fault, conduct)
    if fault.times is not None and fault.times < 1:
        raise FaultError(f"times: {fault.times} is not 1 or more; leave it out for a fault without end")
    if not 0 < fault.chance <= 1:
        raise FaultError(f"chance: {fault.chance:g} is not above 0 and up to 1; leave it out for always")
    since, until = fault.window.since, fault.window.until
    if since is not None and until is not None and until <= since:
        raise FaultError("until: is not after since; choose a later instant")


def _check_parameters(fault: Fault, conduct: Conduct) -> None:
    given = {
        "step": fault.step,
        "nth": fault.nth,
        "code": fault.reply,
        "says": fault.says,
        "close": fault.closes,
        "seconds": fault.seconds,
        "octets": fault.octets,
        "lines": fault.lines,
        "words": fault.words,
        "layer": fault.layer,
        "when": fault.when,
        "name": fault.name,
        "minimum": fault.minimum,
        "maximum": fault.maximum,
    }
    other_names = {"words": {"keywords", "mechanisms", "parameters"}, "octets": {"size"}}
    for name, value in given.items():
        taken = {name, *other_names.get(name, ())} & set(conduct.takes)
        if value not in {None, "", ()} and not taken:
            raise FaultError(f"{name}: {fault.behaviour} does not take it; {_taken(conduct)}")
    if fault.step is not None and fault.step not in conduct.steps:
        raise FaultError(f"step: {fault.step} is none of {fault.behaviour}'s; choose one of {_listed(conduct.steps)}")
    if fault.reply is not None and fault.says:
        raise FaultError("says: there is a code as well; give one of them")
    if fault.says and fault.says not in SAYABLE:
        raise FaultError(
            f"says: {fault.says!r} is no text of one line without blanks; rules/replies.py has their names"
        )
    if fault.behaviour is Behaviour.REPLY and fault.reply is None and not fault.says:
        raise FaultError("code: is missing; say which answer, such as code=451, or says=concurrent")
    if fault.behaviour is Behaviour.TLS and fault.minimum is None and fault.maximum is None:
        raise FaultError("minimum: is missing, and maximum too; give one of them, such as minimum=TLSv1.3")
    if fault.minimum and fault.maximum and _rank(fault.minimum) > _rank(fault.maximum):
        raise FaultError(f"minimum: {fault.minimum} is above {fault.maximum}; exchange them")


def _check_refusal(fault: Fault) -> None:
    """Make sure that what refuses has a refusal to say, be it given as a code or by the name of a text."""
    if fault.behaviour is Behaviour.REPLY or Step.COPY in CONDUCTS[fault.behaviour].steps:
        return
    if fault.reply is not None and fault.reply.code < _TEMPORARY:
        raise FaultError(f"code: {fault.reply.code} is no refusal, and {fault.behaviour} refuses; choose 400 to 599")
    if fault.says and (code := int(SAYABLE[fault.says].code)) < _TEMPORARY:
        raise FaultError(
            f"says: {fault.says} is a {code}, no refusal, and {fault.behaviour} refuses; name a text of 400 to 599 "
            "(`relaylab faults --json` lists the texts), or use reply"
        )


def _check_failure(fault: Fault) -> None:
    """Make sure that what is to be reported of a copy is no soft bounce (fact ACS-DLV-09), nor a hard one (-08)."""
    if Step.COPY not in CONDUCTS[fault.behaviour].steps or not (fault.reply or fault.says):
        return
    name, code, codes = _failure(fault)
    if code < _PERMANENT:
        what = "a soft bounce, after which delivery is tried again" if code >= _TEMPORARY else "no refusal"
        raise FaultError(f"{name}: {code} is {what}, and so is no end of a copy; choose 500 to 599")
    for where, enhanced in codes:
        if fault.reply and enhanced.klass != code // 100:
            raise FaultError(f"{where}: {enhanced} does not fit {code} (RFC 2034 §4); begin both with the same digit")
        if enhanced in HARD_BOUNCES:
            raise FaultError(
                f"{where}: {enhanced} is a hard bounce, which is reported as Bounced; choose another, "
                "or write to an address that there is not"
            )


def _failure(fault: Fault) -> tuple[str, int, list[tuple[str, EnhancedCode]]]:
    """Give the key that a reply code comes from, that code, and each enhanced code that is told of a copy with its key.

    A text may begin with one: whoever reads the report takes it for the reply's own.
    """
    if fault.reply is None:
        said = SAYABLE[fault.says]
        return "says", int(said.code), [("says", said.enhanced)] if said.enhanced else []
    first = (fault.reply.text.split() or [""])[0].strip(_AROUND_A_CODE)
    codes: list[tuple[str, EnhancedCode]] = []
    for key, word in (("enhanced", fault.reply.enhanced), ("text", first)):
        try:
            codes.append((key, EnhancedCode.parse(word)))
        except ValueError:  # no code: a word of the text, or nothing
            continue
    return "code", fault.reply.code, codes


def _check_scope(fault: Fault, conduct: Conduct) -> None:
    steps = frozenset({fault.step or conduct.step}) if fault.step or conduct.step else conduct.steps
    listener = fault.scope.listener
    own = next((places for step, places in _PLACES.items() if step in steps), ())
    if listener is not None and (listener not in own if own else listener in _NOT_SMTP):
        other = " or ".join(own) or "an SMTP listener"
        raise FaultError(f"listener: {fault.behaviour} is nothing that {listener} does; scope it by {other}")
    if Step.QUERY in steps:
        for name in ("host", "site", "session"):
            if getattr(fault.scope, name) is not None:
                raise FaultError(f"{name}: a question to DNS has none; give name=, or scope it by the listener dns")
    for name, wanted, known in (
        ("sender", fault.scope.sender, KNOWS_SENDER),
        ("recipient", fault.scope.recipient, KNOWS_RECIPIENT),
    ):
        if wanted is not None and not steps & known:
            raise FaultError(
                f"{name}: {fault.behaviour} acts before there is one; scope it by listener, host, site or session"
            )


def _taken(conduct: Conduct) -> str:
    return f"it takes {', '.join(conduct.takes)}" if conduct.takes else "leave it out"


def _listed(steps: frozenset[Step]) -> str:
    return ", ".join(step for step in Step if step in steps)


def _rank(version: TlsVersion) -> int:
    return list(TlsVersion).index(version)
