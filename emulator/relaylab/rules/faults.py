"""What each fault means: one row a behaviour, with its defaults, what it takes, and the requirement it provokes.

Laws of this module: every behaviour has exactly one row; a fault that ``check`` lets through can act somewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from relaylab.domain.fault import Behaviour, Certificate, Chain, Fault, Layer, Nth, Per, Step, TlsVersion, When
from relaylab.rules import replies, sources
from relaylab.rules.sources import practice, requirement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaylab.domain.reply import ReplyTemplate
    from relaylab.domain.source import Source


class Kind(Enum):
    """How a behaviour is done."""

    SHIELD = "the service as it is; no fault behind this one acts"
    ANSWER = "an answer in place of the service's"
    CHALLENGE = "one prompt more in AUTH"
    FORM = "the service's answer in another form"
    PACE = "the service's answer at another pace"
    OFFER = "another EHLO list"
    WAIVER = "what the service would refuse is let through"
    END = "the end of the connection"
    OPENING = "another beginning"
    TLS = "another handshake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """One behaviour.

    ``steps`` are those at which it can act and ``step`` the one it acts at when none is chosen (None: at all of them);
    ``takes`` are the parameters it has, besides those that every fault has. A behaviour that ``lasts`` is decided once
    for a connection. The rest are defaults.
    """

    behaviour: Behaviour
    kind: Kind
    sentence: str
    source: Source
    takes: tuple[str, ...] = ()
    steps: frozenset[Step] = frozenset()
    step: Step | None = None
    lasts: bool = False
    reply: ReplyTemplate | None = None
    closes: bool = False
    nth: Nth | None = None
    times: int | None = None
    per: Per = Per.ALL
    seconds: float = 0.0
    octets: int = 0
    lines: int = 0
    words: tuple[str, ...] = ()
    layer: Layer = Layer.TLS
    when: When = When.AFTER
    certificate: Certificate = Certificate.GOOD
    chain: Chain = Chain.NORMAL
    minimum: TlsVersion | None = None
    maximum: TlsVersion | None = None
    name: str = ""


class FaultError(ValueError):
    """A fault that cannot be; the text names what is wrong and ends with the way out."""


_ALL: Final = frozenset(Step)
_ANSWERED: Final = _ALL - {Step.TLS, Step.PROMPT, Step.ERROR}
_WRITTEN: Final = _ALL - {Step.TLS}
_WORDED: Final = _WRITTEN - {Step.EHLO}
_KNOWS_SENDER: Final = frozenset({Step.AUTH, Step.MAIL, Step.RCPT, Step.DATA, Step.CHUNK, Step.FINAL})
_KNOWS_RECIPIENT: Final = frozenset({Step.RCPT, Step.DATA, Step.CHUNK, Step.FINAL})
_WORDS: Final = ("code", "enhanced", "text", "says", "close", "nth")


def _answers(  # noqa: PLR0913 - a row of a table
    behaviour: Behaviour,
    sentence: str,
    source: Source,
    step: Step,
    reply: ReplyTemplate | None,
    *,
    also: frozenset[Step] = frozenset(),
    closes: bool = False,
    nth: Nth | None = None,
) -> Conduct:
    return Conduct(
        behaviour=behaviour,
        kind=Kind.ANSWER,
        sentence=sentence,
        source=source,
        takes=(*(("step",) if also else ()), *_WORDS),
        steps=also | {step},
        step=step,
        reply=reply,
        closes=closes,
        nth=nth,
    )


def _offers(
    behaviour: Behaviour, sentence: str, source: Source, *takes: str, words: tuple[str, ...] = (), lines: int = 0
) -> Conduct:
    return Conduct(
        behaviour=behaviour,
        kind=Kind.OFFER,
        sentence=sentence,
        source=source,
        takes=takes,
        steps=frozenset({Step.EHLO}),
        lasts=True,
        words=words,
        lines=lines,
    )


def _forms(  # noqa: PLR0913 - a row of a table
    behaviour: Behaviour,
    sentence: str,
    source: Source,
    *,
    steps: frozenset[Step] = _WORDED,
    step: Step | None = None,
    octets: int = 0,
    lines: int = 0,
) -> Conduct:
    takes = ("step", "nth", *(("octets",) if octets else ()), *(("lines",) if lines else ()))
    return Conduct(
        behaviour=behaviour,
        kind=Kind.FORM,
        sentence=sentence,
        source=source,
        takes=takes if len(steps) > 1 else takes[1:],
        steps=steps,
        step=step,
        octets=octets,
        lines=lines,
    )


def _paces(behaviour: Behaviour, sentence: str, source: Source, *takes: str, seconds: float, octets: int) -> Conduct:
    return Conduct(
        behaviour=behaviour,
        kind=Kind.PACE,
        sentence=sentence,
        source=source,
        takes=("step", "nth", *takes),
        steps=_WRITTEN,
        seconds=seconds,
        octets=octets,
    )


def _ends(  # noqa: PLR0913 - a row of a table
    behaviour: Behaviour,
    sentence: str,
    source: Source,
    *takes: str,
    steps: frozenset[Step],
    step: Step,
    when: When = When.AFTER,
) -> Conduct:
    return Conduct(
        behaviour=behaviour,
        kind=Kind.END,
        sentence=sentence,
        source=source,
        takes=("nth", *takes),
        steps=steps,
        step=step,
        when=when,
        seconds=0.05,
    )


def _shakes(  # noqa: PLR0913 - a row of a table
    behaviour: Behaviour,
    sentence: str,
    source: Source,
    *takes: str,
    certificate: Certificate = Certificate.GOOD,
    chain: Chain = Chain.NORMAL,
    only: TlsVersion | None = None,
    name: str = "",
) -> Conduct:
    return Conduct(
        behaviour=behaviour,
        kind=Kind.TLS,
        sentence=sentence,
        source=source,
        takes=takes,
        steps=frozenset({Step.TLS}),
        lasts=True,
        certificate=certificate,
        chain=chain,
        minimum=only,
        maximum=only,
        name=name,
    )


_CAPTURE: Final = sources.FAULT_CAPTURES
_ELSEWHERE: Final = "elsewhere.example"

CAPTURED: Final = (
    Conduct(
        behaviour=Behaviour.M365,
        kind=Kind.SHIELD,
        sentence="The normal service: in its scope no fault that stands behind this one acts.",
        source=_CAPTURE,
        steps=_ALL,
        lasts=True,
    ),
    _offers(
        Behaviour.PLAINOFFER,
        "Offers AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2 NTLM inside TLS, and takes PLAIN and CRAM-MD5.",
        _CAPTURE,
        words=("PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "NTLM"),
    ),
    _offers(Behaviour.NOSTARTTLS, "Has no STARTTLS in the list, and no AUTH.", _CAPTURE),
    Conduct(
        behaviour=Behaviour.STARTTLSPLAIN,
        kind=Kind.OFFER,
        sentence="Has no STARTTLS in the list, and offers and takes AUTH in clear.",
        source=_CAPTURE,
        steps=frozenset({Step.EHLO}),
        lasts=True,
    ),
    _answers(Behaviour.STARTTLS454, "Refuses STARTTLS for now.", _CAPTURE, Step.STARTTLS, replies.TLS_NOT_AVAILABLE),
    _shakes(
        Behaviour.SELFSIGNED,
        "Shows a certificate of an authority that nobody knows.",
        _CAPTURE,
        certificate=Certificate.UNTRUSTED,
    ),
    _shakes(
        Behaviour.WRONGNAME,
        "Shows the certificate of another host; a name may be a wildcard.",
        _CAPTURE,
        "name",
        certificate=Certificate.OTHER_NAME,
        name=_ELSEWHERE,
    ),
    _shakes(Behaviour.TLS10, "Speaks TLS 1.0 only.", _CAPTURE, only=TlsVersion.TLS1_0),
    Conduct(
        behaviour=Behaviour.IMPLICIT,
        kind=Kind.OPENING,
        sentence="Speaks TLS from the first octet, as a port 465 does.",
        source=_CAPTURE,
        steps=frozenset({Step.CONNECT}),
        lasts=True,
    ),
    Conduct(
        behaviour=Behaviour.INJECT,
        kind=Kind.FORM,
        sentence="Puts a plaintext EHLO reply behind the 220 of STARTTLS.",
        source=_CAPTURE,
        steps=frozenset({Step.STARTTLS}),
    ),
    Conduct(
        behaviour=Behaviour.LOWER,
        kind=Kind.FORM,
        sentence="Writes the EHLO list in lower case.",
        source=_CAPTURE,
        steps=frozenset({Step.EHLO}),
        lasts=True,
    ),
    _answers(
        Behaviour.AUTH535,
        "Refuses every sign-in: basic authentication is disabled.",
        _CAPTURE,
        Step.AUTH,
        replies.BASIC_IS_DISABLED,
    ),
    _answers(
        Behaviour.AUTH550,
        "Refuses every sign-in: Basic authentication is not supported.",
        _CAPTURE,
        Step.AUTH,
        replies.BASIC_IS_NOT_SUPPORTED_BARE,
    ),
    Conduct(
        behaviour=Behaviour.JSON334,
        kind=Kind.CHALLENGE,
        sentence="Answers XOAUTH2 with 334 and an error in JSON, and whatever comes then with 535.",
        source=requirement("AUT-06", 7628, "3.2.3"),
        steps=frozenset({Step.AUTH}),
        reply=replies.JSON_CHALLENGE,
    ),
    _answers(
        Behaviour.CONNECT421,
        "Greets with 421 and closes.",
        _CAPTURE,
        Step.CONNECT,
        replies.SERVICE_NOT_AVAILABLE,
        closes=True,
    ),
    _answers(
        Behaviour.MID421,
        "Answers with 421 and closes; at MAIL unless another step is chosen.",
        _CAPTURE,
        Step.MAIL,
        replies.RATE_EXCEEDED,
        also=_ANSWERED,
        closes=True,
    ),
    _answers(Behaviour.MAIL4XX, "Puts MAIL off with 432.", _CAPTURE, Step.MAIL, replies.CONCURRENT),
    _answers(
        Behaviour.RCPT452,
        "Puts recipients off with 452, from the second on.",
        _CAPTURE,
        Step.RCPT,
        replies.TOO_MANY_RECIPIENTS,
        nth=Nth(2, onwards=True),
    ),
    _forms(
        Behaviour.MULTI250,
        "Answers an accepted RCPT with a reply of two lines.",
        _CAPTURE,
        steps=frozenset({Step.RCPT}),
        step=Step.RCPT,
        lines=2,
    ),
    Conduct(
        behaviour=Behaviour.SMALLSIZE,
        kind=Kind.OFFER,
        sentence="Advertises a small SIZE; a larger message is taken all the same.",
        source=_CAPTURE,
        takes=("size",),
        steps=frozenset({Step.EHLO}),
        lasts=True,
        octets=1000,
    ),
    _answers(
        Behaviour.DATAFINAL5XX,
        "Refuses the complete message with 554 5.2.252.",
        _CAPTURE,
        Step.FINAL,
        replies.SEND_AS_DENIED_SHORT,
    ),
    Conduct(
        behaviour=Behaviour.RSTDATA,
        kind=Kind.END,
        sentence="Resets the connection when the content of a message begins to come.",
        source=_CAPTURE,
        takes=("nth",),
        steps=frozenset({Step.DATA}),
        step=Step.DATA,
    ),
    Conduct(
        behaviour=Behaviour.PLAINRELAY,
        kind=Kind.WAIVER,
        sentence="Takes mail for anybody, in clear and without a sign-in, as an open relay on port 25.",
        source=_CAPTURE,
        steps=frozenset({Step.MAIL, Step.RCPT, Step.FINAL}),
        lasts=True,
    ),
)

ANSWERS: Final = (
    _answers(
        Behaviour.REPLY,
        "Answers as you say: with 4xx or 5xx in place of the service, with 2xx or 3xx where the service says yes.",
        requirement("EHL-08", 5321, "4.2"),
        Step.MAIL,
        None,
        also=_ANSWERED,
    ),
    _answers(
        Behaviour.CONNECT554,
        "Greets with 554, and takes nothing but QUIT then.",
        requirement("CON-04", 5321, "3.1"),
        Step.CONNECT,
        replies.NO_SERVICE,
    ),
    _answers(
        Behaviour.EHLO500,
        "Does not know EHLO; HELO is answered.",
        requirement("EHL-01", 5321, "3.2"),
        Step.EHLO,
        replies.UNRECOGNISED,
    ),
    _answers(
        Behaviour.AUTH454,
        "Puts every sign-in off with 454.",
        requirement("AUT-16", 4954, "6"),
        Step.AUTH,
        replies.AUTH_NOT_NOW,
    ),
    Conduct(
        behaviour=Behaviour.GREYLIST,
        kind=Kind.ANSWER,
        sentence="Puts a recipient off the first time (`times`) that this client, sender and recipient come together.",
        source=sources.FAULT_GREYLISTING,
        takes=_WORDS,
        steps=frozenset({Step.RCPT}),
        step=Step.RCPT,
        reply=replies.GREYLISTED,
        times=1,
        per=Per.TRIPLET,
    ),
    Conduct(
        behaviour=Behaviour.PARAMETER555,
        kind=Kind.ANSWER,
        sentence="Refuses MAIL and RCPT with certain parameters.",
        source=requirement("ENV-05", 5321, "4.1.1.11"),
        takes=("parameters", *_WORDS),
        steps=frozenset({Step.MAIL, Step.RCPT}),
        reply=replies.PARAMETERS_NOT_RECOGNISED,
        words=("SMTPUTF8", "ORCPT"),
    ),
    Conduct(
        behaviour=Behaviour.CHALLENGE,
        kind=Kind.CHALLENGE,
        sentence="Asks once more in AUTH when everything has been given.",
        source=requirement("AUT-07", 4954, "4"),
        steps=frozenset({Step.AUTH}),
        reply=replies.ANOTHER_CHALLENGE,
    ),
)

FORMS: Final = (
    _paces(
        Behaviour.DELAY,
        "Holds an answer back.",
        requirement("CON-01", 5321, "4.5.3.2"),
        "seconds",
        seconds=5.0,
        octets=0,
    ),
    _paces(
        Behaviour.DRIP,
        "Writes answers drop by drop: so many octets, then so many seconds of nothing.",
        requirement("CON-12", 5321, "4.5.3.2"),
        "seconds",
        "octets",
        seconds=0.1,
        octets=1,
    ),
    _paces(
        Behaviour.SPLIT,
        "Cuts answers into segments in the middle of a line.",
        requirement("EHL-06", 5321, "4.2.1"),
        "seconds",
        "octets",
        seconds=0.05,
        octets=7,
    ),
    _paces(
        Behaviour.ONEBYONE,
        "Writes each answer to pipelined commands in a segment of its own.",
        requirement("ENV-21", 2920, "3.1"),
        seconds=0.0,
        octets=0,
    ),
    _forms(Behaviour.MULTILINE, "Answers with several lines.", requirement("EHL-06", 5321, "4.2.1"), lines=3),
    _forms(
        Behaviour.LONGTEXT,
        "Answers with a line of so many octets.",
        requirement("EHL-07", 5321, "4.5.3.1.5"),
        octets=512,
    ),
    _forms(
        Behaviour.ODDCODE,
        "Answers with 259, 439 or 577 in place of another code with the same first digit.",
        requirement("EHL-09", 5321, "4.2.1"),
        steps=_WORDED - {Step.CONNECT},
    ),
    _forms(Behaviour.REWORD, "Says everything in other words, in German.", requirement("EHL-08", 5321, "4.2")),
    _forms(Behaviour.NOENHANCED, "Leaves enhanced status codes out.", requirement("EHL-08", 2034, "4")),
    _forms(
        Behaviour.PROMPTS,
        "Asks for user name and password in other letters.",
        practice("AUT-02", "prompts are compared by code, not by text"),
        steps=frozenset({Step.PROMPT}),
        step=Step.PROMPT,
    ),
)

OFFERS: Final = (
    _offers(
        Behaviour.OFFER,
        "Offers these mechanisms, inside TLS or in clear (`layer`), and takes PLAIN and CRAM-MD5 among them.",
        requirement("AUT-21", 4954, "4"),
        "mechanisms",
        "layer",
        words=("XOAUTH2",),
    ),
    _offers(
        Behaviour.WITHOUT,
        "Leaves keywords out of the list; what they stand for is still done, but for STARTTLS.",
        requirement("ENV-04", 5321, "2.2"),
        "keywords",
        words=("PIPELINING", "CHUNKING", "8BITMIME", "SMTPUTF8"),
    ),
    _offers(
        Behaviour.UNKNOWN, "Adds keywords that nobody knows.", requirement("EHL-04", 5321, "2.2"), "lines", lines=40
    ),
    _offers(Behaviour.SHUFFLE, "Gives the list in another order.", requirement("EHL-05", 5321, "4.1.1.1")),
    _offers(Behaviour.STARTTLSAGAIN, "Offers STARTTLS again inside TLS.", requirement("TLS-16", 3207, "4")),
)

_CLOSED: Final = requirement("CON-11", 5321, "3.8")
ENDS: Final = (
    _ends(
        Behaviour.RESET,
        "Resets the connection behind the answer, or in its place.",
        _CLOSED,
        "step",
        "when",
        steps=_ALL,
        step=Step.CONNECT,
    ),
    _ends(
        Behaviour.HANGUP,
        "Closes the connection behind the answer, or in its place, and TLS without a close_notify.",
        requirement("TLS-18", 8446, "6.1"),
        "step",
        "when",
        steps=_ALL,
        step=Step.CONNECT,
    ),
    _ends(
        Behaviour.BLACKHOLE,
        "Says nothing any more, and keeps the connection.",
        requirement("CON-02", 5321, "4.5.3.2.1"),
        "step",
        steps=_ALL - {Step.QUIT},
        step=Step.CONNECT,
        when=When.BEFORE,
    ),
    _ends(
        Behaviour.ACCEPTRESET,
        "Takes the message, and resets the connection in place of the answer.",
        requirement("ENV-16", 5321, "6.1"),
        steps=frozenset({Step.FINAL}),
        step=Step.FINAL,
        when=When.BEFORE,
    ),
)

_NAMES: Final = requirement("TLS-07", 9525, "6")
_CHAINS: Final = practice("TLS-17", "large chains and other orders are handled")
_VERSIONS: Final = requirement("TLS-11", 8996, "4")
HANDSHAKES: Final = (
    _shakes(
        Behaviour.EXPIRED,
        "Shows a certificate that expired in 2001.",
        requirement("TLS-08", 5280, "4.1.2.5"),
        certificate=Certificate.EXPIRED,
    ),
    _shakes(
        Behaviour.NOTYETVALID,
        "Shows a certificate that becomes valid in 2990.",
        requirement("TLS-08", 5280, "4.1.2.5"),
        certificate=Certificate.NOT_YET_VALID,
    ),
    _shakes(
        Behaviour.CNONLY,
        "Shows a certificate with its name in the subject only.",
        _NAMES,
        "name",
        certificate=Certificate.NAME_IN_SUBJECT_ONLY,
        name="smtp.office365.com",
    ),
    _shakes(
        Behaviour.WEAKKEY,
        "Shows a certificate with an RSA key of 1,024 bits.",
        requirement("TLS-15", 3207, "4.1"),
        certificate=Certificate.WEAK_KEY,
    ),
    _shakes(Behaviour.LONGCHAIN, "Sends five certificates.", _CHAINS, chain=Chain.LONG),
    _shakes(Behaviour.LEAFONLY, "Sends its certificate without those above it.", _CHAINS, chain=Chain.LEAF_ONLY),
    _shakes(
        Behaviour.CHAINORDER,
        "Sends the certificates above its own in another order.",
        _CHAINS,
        chain=Chain.ANOTHER_ORDER,
    ),
    _shakes(
        Behaviour.NOSNI,
        "Shows the certificate of another host to who names none (SNI).",
        requirement("TLS-14", 6066, "3"),
        "name",
        certificate=Certificate.OTHER_NAME,
        name=_ELSEWHERE,
    ),
    _shakes(Behaviour.TLS, "Speaks TLS from one version to another.", _VERSIONS, "minimum", "maximum"),
    _shakes(Behaviour.TLS11, "Speaks TLS 1.1 only.", _VERSIONS, only=TlsVersion.TLS1_1),
    _shakes(Behaviour.TLS12, "Speaks TLS 1.2 only.", requirement("TLS-10", 8314, "4.1"), only=TlsVersion.TLS1_2),
    _shakes(Behaviour.TLS13, "Speaks TLS 1.3 only.", requirement("TLS-12", 8446, "D"), only=TlsVersion.TLS1_3),
    _shakes(
        Behaviour.TLSSUITES,
        "Takes only the cipher suites that Microsoft 365 lists.",
        practice("TLS-13", "a sender offers at least one suite of the service"),
    ),
    _shakes(Behaviour.TLSALERT, "Ends every handshake with an alert.", requirement("TLS-03", 3207, "4.1")),
    _shakes(
        Behaviour.TLSINTOLERANT,
        "Ends the handshake with an alert where the client offers TLS 1.3.",
        requirement("TLS-12", 8446, "D"),
    ),
)

CONDUCTS: Final[Mapping[Behaviour, Conduct]] = {
    conduct.behaviour: conduct for conduct in (*CAPTURED, *ANSWERS, *FORMS, *OFFERS, *ENDS, *HANDSHAKES)
}

SAYABLE: Final[Mapping[str, ReplyTemplate]] = {
    reply.name: reply for reply in replies.REPLIES if "{" not in reply.text and "\n" not in reply.text and reply.text
}
"""The texts that a fault can be told to say: those of one line without blanks."""


def check(fault: Fault) -> None:
    """Make sure that a fault can act; raise FaultError."""
    conduct = CONDUCTS[fault.behaviour]
    _check_parameters(fault, conduct)
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
    if fault.behaviour is not Behaviour.REPLY and fault.reply is not None and fault.reply.code < 400:
        raise FaultError(f"code: {fault.reply.code} is no refusal, and {fault.behaviour} refuses; choose 400 to 599")
    if fault.behaviour is Behaviour.TLS and fault.minimum is None and fault.maximum is None:
        raise FaultError("minimum: is missing, and maximum too; give one of them, such as minimum=TLSv1.3")
    if fault.minimum and fault.maximum and _rank(fault.minimum) > _rank(fault.maximum):
        raise FaultError(f"minimum: {fault.minimum} is above {fault.maximum}; exchange them")


def _check_scope(fault: Fault, conduct: Conduct) -> None:
    steps = frozenset({fault.step or conduct.step}) if fault.step or conduct.step else conduct.steps
    for name, wanted, known in (
        ("sender", fault.scope.sender, _KNOWS_SENDER),
        ("recipient", fault.scope.recipient, _KNOWS_RECIPIENT),
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
