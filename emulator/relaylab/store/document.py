"""A kept message as one JSON text and back: its public shape and what that leaves out, all but the content.

The text is ASCII, so what a client sent that is no text (lone surrogates in a ``str``) comes back as it was.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from relaylab.domain.acs_asks import DeliveryStatus
from relaylab.domain.address import Address, DomainName
from relaylab.domain.clock import parse_instant
from relaylab.domain.decision import Decision, EffectKind, ReplyFacts
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.message import Copy, Envelope, Fate, KeptMessage, MessageHead, Placement, Side, Version
from relaylab.domain.source import Confidence, Source
from relaylab.store.shapes import MessageShape, VerdictShape, hop_of, message_json

if TYPE_CHECKING:
    from relaylab.store.shapes import ReplyShape


class _Document(MessageShape):
    from_address: str | None
    has_from: bool
    judged_at: str | None  # the endpoint of the verdict, which its shape does not name
    copies_judged_at: list[str | None]


def write(message: KeptMessage) -> str:
    """Give all of a message but its content."""
    head = message.head
    document: _Document = {
        **message_json(message),
        "from_address": str(head.from_address) if head.from_address else None,
        "has_from": head.has_from,
        "judged_at": _judged_at(message.decision),
        "copies_judged_at": [_judged_at(copy.decision) for copy in message.copies],
    }
    return json.dumps(document)


def read(text: str, raw: bytes) -> KeptMessage:
    """Make the message again; raise ValueError, KeyError or TypeError for a text that ``write`` did not make."""
    document: _Document = json.loads(text)
    return KeptMessage(
        id=document["id"],
        endpoint=Endpoint(document["endpoint"]),
        tenant=document["tenant"],
        site=document["site"],
        session=document["session"],
        accepted_at=parse_instant(document["accepted_at"]),
        delivered_at=parse_instant(document["delivered_at"]),
        envelope=Envelope(
            _optional_address(document["mail_from"]),
            tuple(_address(recipient) for recipient in document["recipients"]),
        ),
        shown_from=document["shown_from"],
        head=MessageHead(
            from_address=_optional_address(document["from_address"]),
            has_from=document["has_from"],
            subject=document["subject"],
            message_id=document["message_id"],
        ),
        size=document["size"],
        raw=raw,
        copies=tuple(
            Copy(
                recipient=_address(copy["recipient"]),
                through=_address(copy["through"]),
                placed=Placement(copy["placed"]),
                decision=_decision(copy["verdict"], judged_at),
            )
            for copy, judged_at in zip(document["copies"], document["copies_judged_at"], strict=True)
        ),
        decision=_decision(document["verdict"], document["judged_at"]),
        report_of=document["report_of"],
        versions=_versions(document),
        authentication=tuple(hop_of(one) for one in document.get("authentication", ())),  # files of before have none
        reported=tuple(
            Fate(_address(one["recipient"]), DeliveryStatus(one["status"]), one["said"])
            for one in document.get("reported", ())
        ),
        operation=document.get("operation"),
    )


def _versions(document: _Document) -> tuple[Version, ...]:
    """Give the versions; a file of before has the fields of a message as they were for all of its recipients."""
    versions = document.get("versions", [])
    headers = tuple(document.get("headers", ()))
    if versions or not headers:
        return tuple(
            Version(
                side=Side(one["side"]),
                tenant=one["tenant"],
                recipients=tuple(_address(recipient) for recipient in one["recipients"]),
                mail_from=_optional_address(one["mail_from"]),
                headers=tuple(one["headers"]),
            )
            for one in versions
        )
    leaves = all(copy["placed"] == Placement.OUTSIDE for copy in document["copies"])
    return (
        Version(
            side=Side.OUTSIDE if leaves else Side.INSIDE,
            tenant=None if leaves else document["tenant"],
            recipients=tuple(_address(copy["recipient"]) for copy in document["copies"]),
            mail_from=_optional_address(document["mail_from"]),
            headers=headers,
        ),
    )


def _judged_at(decision: Decision | None) -> str | None:
    return decision.endpoint.value if decision else None


def _decision(verdict: VerdictShape | None, judged_at: str | None) -> Decision | None:
    if verdict is None or judged_at is None:
        return None
    source = verdict["source"]
    return Decision(
        effect=EffectKind(verdict["effect"]),
        reply=_reply(verdict["reply"]) if verdict["reply"] else None,
        rule=verdict["rule"],
        endpoint=Endpoint(judged_at),
        stage=Stage(verdict["stage"]),
        at=parse_instant(verdict["at"]),
        reading=tuple(verdict["reading"].items()),
        because=tuple(verdict["because"]),
        source=Source(
            fact=source["fact"],
            title=source["title"],
            date=source["date"],
            confidence=Confidence(source["confidence"]),
            url=source["url"],
        ),
        fix=verdict["fix"],
    )


def _reply(reply: ReplyShape) -> ReplyFacts:
    return ReplyFacts(code=reply["code"], enhanced=reply["enhanced"], text=reply["text"])


def _optional_address(text: str | None) -> Address | None:
    return None if text is None else _address(text)


def _address(text: str) -> Address:
    """Give an address that was parsed before it was kept; another parser's mind must not make it unreadable."""
    local, _, domain = text.rpartition("@")
    return Address(local, DomainName(domain))
