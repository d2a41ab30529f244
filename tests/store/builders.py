"""Values for the tests of the store, made from whole cloth; name what matters to the test, leave the rest."""

from dataclasses import replace
from datetime import UTC, datetime

from relaylab.domain.address import Address
from relaylab.domain.charge import Charge, Meter
from relaylab.domain.decision import Decision, EffectKind, ReplyFacts
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.event import Closed
from relaylab.domain.message import Copy, Envelope, KeptMessage, MessageHead, Placement
from relaylab.domain.source import Confidence, Source
from relaylab.domain.telling import Telling

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
SCANNER = Address.parse("Scanner@contoso.com")
HELPDESK = Address.parse("helpdesk@contoso.com")
EVERYBODY = Address.parse("all@contoso.com")
PARTNER = Address.parse("desk@fabrikam.com")

DECISION = Decision(
    effect=EffectKind.ADMIT,
    reply=ReplyFacts(250, "2.0.0", "OK"),
    rule=None,
    endpoint=Endpoint.SUBMISSION,
    stage=Stage.DATA,
    at=NOON,
    reading=(("basic_auth_refusal", "5.7.30"),),
    because=("1 recipient(s), 24 octets",),
    source=Source(
        fact="CS-DATA-01",
        title="A document",
        date="2026-09",
        confidence=Confidence.OBSERVED,
        url="https://learn.microsoft.com/",
    ),
    fix="",
)
BOUNCE = replace(DECISION, effect=EffectKind.BOUNCE, stage=Stage.DELIVERY, rule="submission.delivery.x")
MESSAGE = KeptMessage(
    id="m-1",
    endpoint=Endpoint.SUBMISSION,
    tenant="contoso",
    site="hq",
    session="s-000042",
    accepted_at=NOON,
    delivered_at=NOON,
    envelope=Envelope(SCANNER, (EVERYBODY,)),
    shown_from="Scanner@contoso.com",
    head=MessageHead(from_address=SCANNER, has_from=True, subject="Scan", message_id="<1@contoso.com>"),
    size=24,
    raw=b"Subject: Scan\r\n\r\npage 1\r\n",
    copies=(
        Copy(HELPDESK, through=EVERYBODY, placed=Placement.INBOX),
        Copy(PARTNER, through=EVERYBODY, placed=Placement.NONE, decision=BOUNCE),
    ),
    decision=DECISION,
)


def a_message(name: str = "m-1", *, to: Address | None = None, **changes: object) -> KeptMessage:
    """Make a message, to one recipient's inbox where ``to`` says whose."""
    if to is not None:
        changes |= {"envelope": Envelope(SCANNER, (to,)), "copies": (Copy(to, through=to, placed=Placement.INBOX),)}
    return replace(MESSAGE, id=name, **changes)  # type: ignore[arg-type]


def a_charge(
    amount: int = 1, *, meter: Meter = Meter.RECIPIENTS, owner: str = "scanner@contoso.com", at: datetime = NOON
) -> Charge:
    """Make a charge."""
    return Charge(meter, owner, amount, at)


def closed(why: str, session: str = "s-000001") -> Closed:
    """Make an end of a session."""
    return Closed(at=NOON, session=session, endpoint=Endpoint.MX, why=why)


class Noted(Telling):
    """Tells of so many ends of its session, and notes its name in ``made`` when somebody reads of them."""

    __slots__ = ("made", "name")

    def __init__(self, name: str, made: list[str], *, many: int = 2, session: str = "s-000001") -> None:
        self.name, self.made, self.many, self.session = name, made, many, session

    def told(self) -> tuple[Closed, ...]:
        """Make them."""
        self.made.append(self.name)
        return tuple(closed(f"{self.name}{number}", self.session) for number in range(self.many))
