"""The JSON of messages and verdicts: names and order are a contract with users, and the types here are its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from relaylab.domain.clock import iso
from relaylab.domain.message import Hop, HopFacts

if TYPE_CHECKING:
    from relaylab.domain.attribution import Attribution
    from relaylab.domain.decision import Decision, ReplyFacts
    from relaylab.domain.message import KeptMessage, Version
    from relaylab.domain.source import Source


class ReplyShape(TypedDict):
    """A reply, without its trailer."""

    code: int
    enhanced: str | None
    text: str


class SourceShape(TypedDict):
    """Where it is written."""

    title: str
    url: str
    date: str
    confidence: str
    fact: str


class VerdictShape(TypedDict):
    """A verdict; ``rule`` is null where no rule decided."""

    effect: str
    reply: ReplyShape | None
    rule: str | None
    stage: str
    at: str
    reading: dict[str, str]
    because: list[str]
    source: SourceShape
    fix: str


class RiskShape(TypedDict):
    """Something that works today and may stop."""

    kind: str
    sentence: str


class ConnectorShape(TypedDict):
    """What one connector had to do with a message."""

    tenant: str
    connector: str
    connector_type: str
    decided: bool
    finding: str
    remedy: str


class AttributionShape(TypedDict):
    """Whose message it is.

    ``evidence`` names every connector of the world once; of a world with more than 1,000, those in question.
    """

    direction: str
    tenant: str | None
    connector: str | None
    basis: str | None
    because: list[str]
    risks: list[RiskShape]
    evidence: list[ConnectorShape]


class CopyShape(TypedDict):
    """One final recipient's copy; ``through`` is of the envelope, ``verdict`` what made it bounce or placed it."""

    recipient: str
    through: str
    placed: str
    verdict: VerdictShape | None


class FateShape(TypedDict):
    """What a delivery report says of a recipient: its status, and how the recipient's side put it."""

    recipient: str
    status: str
    said: str


class HopShape(TypedDict):
    """What one judge of the sender found: ``hop`` is arrival or far_end, ``ip`` the address that it sees.

    ``receiver`` is the domain that a far end judges for, empty on arrival.
    """

    hop: str
    ip: str
    spf: str
    dkim: list[str]
    dmarc: str
    compauth: str
    because: list[str]
    receiver: str


class VersionShape(TypedDict):
    """What one side of the recipients gets: ``side`` is inside, other_tenant or outside, ``tenant`` null outside."""

    side: str
    tenant: str | None
    recipients: list[str]
    mail_from: str | None
    headers: list[str]


class MessageShape(TypedDict):
    """An accepted message without its content; ``placed`` tells for each final recipient where the copy went.

    ``copies`` says the same in full: one entry a copy, also where a recipient was named twice. ``headers`` are the
    fields that the service adds above the content, which ``raw`` leaves as the client sent it: those of the first of
    ``versions``, of which there is one for each side of the recipients of a message at the tenant MX. ``reported`` is
    what the delivery reports of Azure Communication Services say of each recipient of the envelope, ``operation`` the
    id of the send operation that a message over REST is for its client.
    """

    id: str
    endpoint: str
    tenant: str | None
    site: str | None
    session: str
    accepted_at: str
    delivered_at: str
    mail_from: str | None
    recipients: list[str]
    size: int
    subject: str | None
    message_id: str | None
    placed: dict[str, str]
    copies: list[CopyShape]
    verdict: VerdictShape | None
    report_of: str | None
    shown_from: str
    headers: list[str]
    versions: list[VersionShape]
    authentication: list[HopShape]
    reported: list[FateShape]
    operation: str | None


def reply_json(reply: ReplyFacts) -> ReplyShape:
    """Give a reply as JSON."""
    return {"code": reply.code, "enhanced": reply.enhanced, "text": reply.text}


def source_json(source: Source) -> SourceShape:
    """Give a citation as JSON."""
    return {
        "title": source.title,
        "url": source.url,
        "date": source.date,
        "confidence": source.confidence.value,
        "fact": source.fact,
    }


def decision_json(decision: Decision) -> VerdictShape:
    """Give a verdict as JSON."""
    return {
        "effect": decision.effect.value,
        "reply": reply_json(decision.reply) if decision.reply else None,
        "rule": decision.rule,
        "stage": decision.stage.value,
        "at": iso(decision.at),
        "reading": dict(decision.reading),
        "because": list(decision.because),
        "source": source_json(decision.source),
        "fix": decision.fix,
    }


def hop_json(hop: HopFacts) -> HopShape:
    """Give what one judge found as JSON."""
    return {
        "hop": hop.hop.value,
        "ip": hop.ip,
        "spf": hop.spf,
        "dkim": list(hop.dkim),
        "dmarc": hop.dmarc,
        "compauth": hop.compauth,
        "because": list(hop.because),
        "receiver": hop.receiver,
    }


def hop_of(shape: HopShape) -> HopFacts:
    """Read what one judge found from its JSON."""
    return HopFacts(
        hop=Hop(shape["hop"]),
        ip=shape["ip"],
        spf=shape["spf"],
        dkim=tuple(shape["dkim"]),
        dmarc=shape["dmarc"],
        compauth=shape["compauth"],
        because=tuple(shape["because"]),
        receiver=shape.get("receiver", ""),
    )


def version_json(version: Version) -> VersionShape:
    """Give one version of a message as JSON."""
    return {
        "side": version.side.value,
        "tenant": version.tenant,
        "recipients": [str(recipient) for recipient in version.recipients],
        "mail_from": str(version.mail_from) if version.mail_from else None,
        "headers": list(version.headers),
    }


def attribution_json(attribution: Attribution) -> AttributionShape:
    """Give an attribution as JSON, with its evidence."""
    return {
        "direction": attribution.direction.value,
        "tenant": attribution.tenant.name if attribution.tenant else None,
        "connector": attribution.connector.name if attribution.connector else None,
        "basis": attribution.basis.value if attribution.basis else None,
        "because": list(attribution.because),
        "risks": [{"kind": risk.kind.value, "sentence": risk.sentence} for risk in attribution.risks],
        "evidence": [
            {
                "tenant": one.tenant,
                "connector": one.connector,
                "connector_type": one.connector_type.value,
                "decided": one.decided,
                "finding": one.finding,
                "remedy": one.remedy,
            }
            for one in attribution.told
        ],
    }


def message_json(message: KeptMessage) -> MessageShape:
    """Give a message as JSON, without its content."""
    envelope = message.envelope
    return {
        "id": message.id,
        "endpoint": message.endpoint.value,
        "tenant": message.tenant,
        "site": message.site,
        "session": message.session,
        "accepted_at": iso(message.accepted_at),
        "delivered_at": iso(message.delivered_at),
        "mail_from": str(envelope.mail_from) if envelope.mail_from else None,
        "recipients": [str(recipient) for recipient in envelope.recipients],
        "size": message.size,
        "subject": message.head.subject,
        "message_id": message.head.message_id,
        "placed": {str(copy.recipient): copy.placed.value for copy in message.copies},
        "copies": [
            {
                "recipient": str(copy.recipient),
                "through": str(copy.through),
                "placed": copy.placed.value,
                "verdict": decision_json(copy.decision) if copy.decision else None,
            }
            for copy in message.copies
        ],
        "verdict": decision_json(message.decision) if message.decision else None,
        "report_of": message.report_of,
        "shown_from": message.shown_from,
        "headers": list(message.headers),
        "versions": [version_json(version) for version in message.versions],
        "authentication": [hop_json(hop) for hop in message.authentication],
        "reported": [
            {"recipient": str(one.recipient), "status": one.status.value, "said": one.said} for one in message.reported
        ],
        "operation": message.operation,
    }
