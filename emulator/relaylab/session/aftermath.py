"""What the event log is told of a message that was accepted: kept, judged by whom, what bounced, what was reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab.domain.event import Authenticated, Kept, Reported

if TYPE_CHECKING:
    from relaylab.domain.event import Event
    from relaylab.domain.message import Envelope, HopFacts
    from relaylab.session.delivery import Delivered
    from relaylab.session.moment import Moment
    from relaylab.session.speech import Speech


def aftermath(delivered: Delivered, speech: Speech, moment: Moment) -> tuple[Event, ...]:
    """Give the events behind the answer to the end of a message, in their order."""
    message, report = delivered.message, delivered.report
    words = message.envelope, message.id, message.size  # which hold no content
    kept = Kept.implied(kept_words, *words, **speech.stamp(moment))
    authenticated = (
        Authenticated.implied(told, one, **speech.stamp(moment), message=message.id) for one in message.authentication
    )
    bounced = (speech.judged(one.verdict, f"delivery to {one.recipient}", moment) for one in delivered.bounced)
    failed = tuple(map(str, delivered.reported))
    reported = (
        (Reported(**speech.stamp(moment), message=report.id, about=message.id, recipients=failed),) if report else ()
    )
    faulted = (one.event for one in delivered.faulted)
    return kept, *authenticated, *bounced, *faulted, *reported


def kept_words(envelope: Envelope, message_id: str, size: int) -> dict[str, object]:
    """Give what an event says of a kept message."""
    sender = envelope.mail_from
    return {
        "message": message_id,
        "mail_from": str(sender) if sender else None,
        "recipients": tuple(str(address) for address in envelope.recipients),
        "size": size,
    }


def told(one: HopFacts) -> dict[str, object]:
    """Give what an event says of a judge's findings."""
    return {
        "hop": one.hop.value,
        "receiver": one.receiver,
        "ip": one.ip,
        "spf": one.spf,
        "dkim": one.dkim,
        "dmarc": one.dmarc,
        "compauth": one.compauth,
        "because": one.because,
    }
