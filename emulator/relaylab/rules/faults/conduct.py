"""What a row of the catalogue of faults is, and the makers of its kinds of rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from relaylab.domain.fault import Behaviour, Layer, Nth, Per, Step, When
from relaylab.domain.handshake import Certificate, Chain, TlsVersion

if TYPE_CHECKING:
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
    NAMES = "another answer to a question, or none"
    COPY = "another end of a copy that was accepted"


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

    @property
    def implied(self) -> dict[str, str | int | float | bool | list[str]]:
        """What holds where a parameter that it takes is not given, and where nothing is said of its count."""
        values = {
            "step": self.step.value if self.step else "",
            "nth": str(self.nth or ""),
            "close": self.closes,
            "seconds": self.seconds,
            "octets": self.octets,
            "size": self.octets,
            "lines": self.lines,
            **{name: list(self.words) for name in ("keywords", "mechanisms", "parameters")},
            "layer": self.layer.value,
            "when": self.when.value,
            "name": self.name,
        }
        counted = {"times": self.times, "per": self.per.value} if self.times is not None else {}
        return counted | {name: value for name in self.takes if (value := values.get(name))}


ALL: Final = frozenset(Step) - {Step.QUERY, Step.COPY}  # of SMTP
ANSWERED: Final = ALL - {Step.TLS, Step.PROMPT, Step.ERROR}
WRITTEN: Final = ALL - {Step.TLS}
WORDED: Final = WRITTEN - {Step.EHLO}
KNOWS_SENDER: Final = frozenset({Step.AUTH, Step.MAIL, Step.RCPT, Step.DATA, Step.CHUNK, Step.FINAL, Step.COPY})
KNOWS_RECIPIENT: Final = frozenset({Step.RCPT, Step.DATA, Step.CHUNK, Step.FINAL, Step.COPY})
ELSEWHERE: Final = "elsewhere.example"  # the name on a certificate of another host
WORDS: Final = ("code", "enhanced", "text", "says", "close", "nth")


def answers(  # noqa: PLR0913 - a row of a table
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
    """Make a row that takes the service's place at a step."""
    return Conduct(
        behaviour=behaviour,
        kind=Kind.ANSWER,
        sentence=sentence,
        source=source,
        takes=(*(("step",) if also else ()), *WORDS),
        steps=also | {step},
        step=step,
        reply=reply,
        closes=closes,
        nth=nth,
    )


def offers(
    behaviour: Behaviour, sentence: str, source: Source, *takes: str, words: tuple[str, ...] = (), lines: int = 0
) -> Conduct:
    """Make a row that changes the EHLO list."""
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


def forms(  # noqa: PLR0913 - a row of a table
    behaviour: Behaviour,
    sentence: str,
    source: Source,
    *,
    steps: frozenset[Step] = WORDED,
    step: Step | None = None,
    octets: int = 0,
    lines: int = 0,
) -> Conduct:
    """Make a row that changes the form of an answer."""
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


def paces(behaviour: Behaviour, sentence: str, source: Source, *takes: str, seconds: float, octets: int) -> Conduct:
    """Make a row that changes the pace of an answer."""
    return Conduct(
        behaviour=behaviour,
        kind=Kind.PACE,
        sentence=sentence,
        source=source,
        takes=("step", "nth", *takes),
        steps=WRITTEN,
        seconds=seconds,
        octets=octets,
    )


def ends(  # noqa: PLR0913 - a row of a table
    behaviour: Behaviour,
    sentence: str,
    source: Source,
    *takes: str,
    steps: frozenset[Step],
    step: Step,
    when: When = When.AFTER,
) -> Conduct:
    """Make a row that ends a connection."""
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


def shakes(  # noqa: PLR0913 - a row of a table
    behaviour: Behaviour,
    sentence: str,
    source: Source,
    *takes: str,
    certificate: Certificate = Certificate.GOOD,
    chain: Chain = Chain.NORMAL,
    only: TlsVersion | None = None,
    name: str = "",
) -> Conduct:
    """Make a row that changes the handshake."""
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
