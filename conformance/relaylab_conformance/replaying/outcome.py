"""What a replay comes to, mailbox by mailbox, in a table for people and as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from relaylab.domain.clock import from_microseconds, iso
from relaylab.rules import limits
from relaylab.rules.submission.data import daily_recipients_are_used_up
from relaylab_conformance.tables import Column, table
from relaylab_scenarios.replaying import REFUSED, VerdictHash

if TYPE_CHECKING:
    from array import array

    from relaylab_conformance.replaying.trace import Trace

SCHEMA: Final = "relaylab.replay/1"
_RULE: Final = daily_recipients_are_used_up


@dataclass(slots=True)
class MailboxOutcome:
    """A mailbox's messages: how many were refused and the first and last of them, how many late and by how much."""

    mailbox: str
    messages: int = 0
    refused: int = 0
    first_refused: int = 0
    last_refused: int = 0
    late: int = 0
    first_late: int = 0
    latest_by: int = 0

    def count(self, at: int, delivered: int) -> None:
        """Count one message."""
        self.messages += 1
        if delivered == REFUSED:
            self.first_refused, self.last_refused = self.first_refused or at, at
            self.refused += 1
        elif delivered > at:
            self.first_late = self.first_late or at
            self.late += 1
            self.latest_by = max(self.latest_by, delivered - at)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of every mailbox, in the order in which they first sent."""

    mailboxes: tuple[MailboxOutcome, ...]
    strangers: int
    first: int | None
    last: int | None
    verdict_hash: str

    @classmethod
    def of(cls, trace: Trace, delivered: array[int]) -> Outcome:
        """Add up the verdicts of a trace."""
        found = [MailboxOutcome(mailbox) for mailbox in trace.mailboxes]
        events, verdicts = trace.events, VerdictHash()
        for at, mailbox, instant in zip(events.at, events.mailbox, delivered, strict=True):
            found[mailbox].count(at, instant)
        verdicts.add(delivered)
        first, last = (events.at[0], events.at[-1]) if len(events) else (None, None)
        return cls(tuple(found), trace.strangers, first, last, str(verdicts))

    @property
    def refused(self) -> int:
        """How many messages were refused."""
        return sum(one.refused for one in self.mailboxes)


def reply_line() -> str:
    """Give the line that a refused message gets, without the service's trailer."""
    reply = _RULE.effect.reply
    return f"{reply.code} {reply.enhanced} {reply.text}" if reply else ""


def as_text(outcome: Outcome, fit: int) -> str:
    """Write it for a person: what is refused and what is late; who has neither is counted only."""
    touched = [one for one in outcome.mailboxes if one.refused or one.late]
    lines = [_opening(outcome)]
    if touched:
        columns = (
            Column("mailbox"),
            Column("messages"),
            Column("refused"),
            Column("from"),
            Column("to"),
            Column("late"),
        )
        lines += ["", table((*columns, Column("by at most")), [_row(one) for one in touched], fit)]
    if outcome.refused:
        lines += ["", f"refused: {reply_line()}", f"by {_RULE.id}: {_RULE.sentence}", f"way out: {_RULE.fix}"]
    if any(one.late for one in touched):
        per_minute = limits.MESSAGES_PER_MINUTE
        lines += ["", f"late: accepted at once, delivered when its minute has room for it; {per_minute} fit into one"]
    if not touched:
        lines.append("nothing would have been refused or late")
    if outcome.strangers:
        lines += ["", f"left out, of senders that are no mailbox of the world: {_number(outcome.strangers, 'row')}"]
    return "\n".join([*lines, "", f"verdicts {outcome.verdict_hash[:16]}"])


def as_json(outcome: Outcome) -> str:
    """Write it as JSON."""
    document = {
        "schema": SCHEMA,
        "messages": sum(one.messages for one in outcome.mailboxes),
        "refused": outcome.refused,
        "late": sum(one.late for one in outcome.mailboxes),
        "from": _iso(outcome.first),
        "to": _iso(outcome.last),
        "strangers": outcome.strangers,
        "rule": _RULE.id,
        "reply": reply_line(),
        "verdict_hash": outcome.verdict_hash,
        "mailboxes": [
            {
                "mailbox": one.mailbox,
                "messages": one.messages,
                "refused": one.refused,
                "first_refused": _iso(one.first_refused or None),
                "last_refused": _iso(one.last_refused or None),
                "late": one.late,
                "first_late": _iso(one.first_late or None),
                "latest_by_seconds": one.latest_by / 1_000_000,
            }
            for one in outcome.mailboxes
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _opening(outcome: Outcome) -> str:
    messages = sum(one.messages for one in outcome.mailboxes)
    if outcome.first is None or outcome.last is None:
        return "no message was sent by any mailbox"
    return (
        f"{_number(messages, 'message')} of {_number(len(outcome.mailboxes), 'mailbox')}, {_short(outcome.first)} to "
        f"{_short(outcome.last)}: {outcome.refused:,} refused, {sum(one.late for one in outcome.mailboxes):,} late"
    )


def _number(count: int, noun: str) -> str:
    ending = "" if count == 1 else "es" if noun.endswith("x") else "s"
    return f"{count:,} {noun}{ending}"


def _row(one: MailboxOutcome) -> tuple[str, ...]:
    refused = (f"{one.refused:,}", _short(one.first_refused), _short(one.last_refused)) if one.refused else ("", "", "")
    late = (f"{one.late:,}", str(timedelta(seconds=one.latest_by // 1_000_000))) if one.late else ("", "")
    return (one.mailbox, f"{one.messages:,}", *refused, *late)


def _short(instant: int) -> str:
    return iso(from_microseconds(instant).replace(microsecond=0))


def _iso(instant: int | None) -> str | None:
    return None if instant is None else iso(from_microseconds(instant))
