"""A verdict: the ask, the shortlist it was judged by, and where in that list it was decided.

The trace is not recorded, it is implied: with first match over a shortlist, the rules before ``index`` passed, the one
at ``index`` decided, those behind were not reached, and every other rule of the catalogue was not in force.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from relaylab.domain.decision import Decision, EffectKind, ReplyFacts
from relaylab.domain.noun import noun
from relaylab.domain.powershell import filled

if TYPE_CHECKING:
    from relaylab.domain.asks import Ask
    from relaylab.domain.endpoint import Stage
    from relaylab.domain.reply import Reply
    from relaylab.domain.source import Source
    from relaylab.engine.rule import AnyRule, Effect
    from relaylab.engine.rulebook import Rulebook
    from relaylab.engine.shortlist import Shortlist, Step

_ADMIT: Final = EffectKind.ADMIT  # Python 3.11 takes a call to find a name of an enum


@noun()
class Verdict:
    """The answer of a rulebook to an ask; ``index`` is one past the shortlist when the stage's default effect holds."""

    ask: Ask
    rulebook: Rulebook
    shortlist: Shortlist
    index: int

    @property
    def rule(self) -> AnyRule | None:
        """The rule that decided, or None for the default."""
        rules = self.shortlist.rules
        return rules[self.index] if self.index < len(rules) else None

    @property
    def effect(self) -> Effect:
        """What happens."""
        rules = self.shortlist.rules
        return rules[self.index].effect if self.index < len(rules) else self.shortlist.default

    @property
    def default(self) -> Effect:
        """What happens when no rule decides."""
        return self.shortlist.default

    @property
    def admits(self) -> bool:
        """True when nothing stands in the way."""
        return self.effect.kind is _ADMIT

    @property
    def stage(self) -> Stage:
        """The stage at which it was decided."""
        return self.rule.stage if self.rule else self.rulebook.stage_of(type(self.ask))

    @property
    def at(self) -> datetime:
        """The instant it was decided at."""
        return self.ask.now

    @property
    def reply(self) -> Reply | None:
        """The answer, its blanks filled."""
        template = self.effect.reply
        if template is None:
            return None
        if not template.has_blanks:
            return template.fill()
        try:
            return template.fill_from(self.ask.words_at_hand())
        except KeyError:
            return template.fill_from(self.ask.words())

    @property
    def source(self) -> Source:
        """Where the condition is written; for a default, where the wording of the answer is."""
        if self.rule is not None:
            return self.rule.source
        return self.default.reply.source if self.default.reply else self.rulebook.default_source

    @property
    def fix(self) -> str:
        """The exact cmdlet, DNS line or setting that would change a bad answer; empty for a good one."""
        return filled(self.rule.fix, self.ask.fix_words()) if self.rule and self.rule.fix else ""

    @property
    def because(self) -> tuple[str, ...]:
        """The evidence, in sentences; the rule's own sentence comes first."""
        return (*((self.rule.sentence,) if self.rule else ()), *self.ask.evidence())

    @property
    def reading(self) -> dict[str, str]:
        """The readings that this answer rests on."""
        return self.rulebook.readings_behind(self.rule) if self.rule else {}

    def again(self, **facts: object) -> Verdict:
        """Give the same verdict on the ask with other facts, under which it holds as well: the instant, say."""
        return replace(self, ask=replace(self.ask, **facts))  # type: ignore[arg-type]

    def trace(self) -> tuple[Step, ...]:
        """Give every rule of this decision point in catalogue order, with what it contributed."""
        return self.shortlist.trace(self.index)

    def decision(self) -> Decision:
        """Give the verdict as plain values, for the log, the store and the reports, written when they are read."""
        return Decision.implied(self._written)

    def _written(self) -> dict[str, object]:
        reply = self.reply
        return {
            "effect": self.effect.kind,
            "reply": ReplyFacts(int(reply.code), str(reply.enhanced) if reply.enhanced else None, reply.text)
            if reply
            else None,
            "rule": self.rule.id if self.rule else None,
            "endpoint": self.ask.endpoint,
            "stage": self.stage,
            "at": self.at,
            "reading": tuple(sorted(self.reading.items())),
            "because": self.because,
            "source": self.source,
            "fix": self.fix,
        }

    def explain(self) -> str:
        """Explain the verdict in a few lines for a person."""
        from relaylab.engine.explain import explain_verdict  # noqa: PLC0415 - explain reads verdicts

        return explain_verdict(self)
