"""Which verdict of a session decided: the same question for a replay over sockets and for one in memory."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.decision import Decision, EffectKind, ReplyFacts
from relaylab.domain.endpoint import Stage
from relaylab.domain.event import Event, Judged, Kept
from relaylab.rules import limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relaylab.domain.message import Copy, KeptMessage
    from relaylab.domain.world import World
    from relaylab.engine.rule import AnyRule
    from relaylab.engine.rulebook import Rulebook

_LINE: Final = re.compile(r"(\d{3})[ -](?:([245]\.\d{1,3}\.\d{1,3}) )?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Decisive:
    """A verdict, and the place among the events of the one it came with."""

    place: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one delivery left behind; ``messages`` are those that were kept, reports included."""

    events: tuple[Event, ...]
    messages: tuple[KeptMessage, ...]

    @property
    def copies(self) -> tuple[Copy, ...]:
        """Where each copy of what the sender handed over went."""
        return tuple(copy for message in self.messages if message.report_of is None for copy in message.copies)

    def decisive(self, world: World, rulebook: Rulebook) -> Decisive | None:
        """Find the verdict that decided what became of the message; None where no verdict did.

        Where a sender came back with recipients that were put off, its last session decides. A message that came back:
        its report. One that was kept: the refusal of a recipient if there is one, else the acceptance. One that was not
        kept: the last refusal.
        """
        last = [(place, event) for place, event in enumerate(self.events) if event.session == self.events[-1].session]
        judged = [(place, event.decision) for place, event in last if isinstance(event, Judged)]
        refused = [(place, decision) for place, decision in judged if decision.effect is not EffectKind.ADMIT]
        if not any(isinstance(event, Kept) for _, event in last):
            return Decisive(*refused[-1]) if refused else None
        place, accepted = next(each for each in reversed(judged) if each[1].stage is Stage.DATA)
        bounced = _bounced(self.messages, accepted, world, rulebook)
        if bounced is not None:
            return Decisive(place, bounced)
        return Decisive(*next((each for each in refused if each[1].stage is Stage.RCPT), (place, accepted)))


def reply_facts(line: str) -> ReplyFacts:
    """Take a reply line apart; one without a code keeps all of it as text."""
    found = _LINE.match(line)
    return ReplyFacts(int(found[1]), found[2], found[3]) if found else ReplyFacts(0, None, line)


def _bounced(messages: Sequence[KeptMessage], accepted: Decision, world: World, rulebook: Rulebook) -> Decision | None:
    """Give the verdict behind the first copy that came back, as the rule that the copy names would put it."""
    for message in messages:
        for copy in message.copies:
            rule = _rule_named(copy.rule, accepted, rulebook.catalogue.rules, rulebook)
            if rule is not None and copy.reply is not None:
                return Decision(
                    effect=EffectKind.BOUNCE,
                    reply=reply_facts(copy.reply),
                    rule=rule.id,
                    endpoint=accepted.endpoint,
                    stage=rule.stage,
                    at=accepted.at,
                    reading=tuple(sorted(rulebook.readings_behind(rule).items())),
                    because=(rule.sentence, f"the copy for {copy.recipient} came back as a non-delivery report"),
                    source=rule.source,
                    fix=rule.fix.format_map(_words(message, copy, world, rulebook)),
                )
    return None


def _rule_named(name: str | None, accepted: Decision, rules: Iterable[AnyRule], rulebook: Rulebook) -> AnyRule | None:
    in_force = (
        rule
        for rule in rules
        if rule.id == name and rulebook.readings.allow(rule.under) and accepted.at in rulebook.window(rule)
    )
    return next(in_force, None)


def _words(message: KeptMessage, copy: Copy, world: World, rulebook: Rulebook) -> dict[str, str]:
    """Give the words for the blanks of a fix that the message still holds."""
    tenant = next((tenant for tenant in world.tenants if tenant.name == message.tenant), None)
    quota = limits.external_quota(tenant, message.accepted_at, rulebook.calendar) if tenant else None
    sender = str(message.envelope.mail_from or "<>")
    return {
        "ip": "the sender's address",
        "recipient": str(copy.recipient),
        "mailbox": message.shown_from or sender,
        "sender": sender,
        "tenant": message.tenant or "(no tenant)",
        "quota": str(quota),
        "size": str(message.size),
    }
