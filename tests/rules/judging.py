"""What the rulebook of Microsoft 365 makes of one ask, in a word or a line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from relaylab.domain.asks import Ask
from relaylab.domain.decision import EffectKind
from relaylab.engine.rulebook import Rulebook
from relaylab.engine.verdict import Verdict
from relaylab.rules.catalogue import rulebook

Dates = Mapping[str, datetime | None]


def verdict(ask: Ask, *, milestones: Dates | None = None, **readings: str) -> Verdict:
    return _rulebook(tuple(sorted(readings.items())), tuple(sorted((milestones or {}).items()))).judge(ask)


def said(ask: Ask, *, milestones: Dates | None = None, **readings: str) -> str:
    """The line of the answer without its trailer; nothing, where nothing stands in the way and nothing is said."""
    reply = verdict(ask, milestones=milestones, **readings).reply
    return reply.line if reply else ""


def rule(ask: Ask, *, milestones: Dates | None = None, **readings: str) -> str | None:
    """The id of the rule that decides."""
    found = verdict(ask, milestones=milestones, **readings).rule
    return found.id if found else None


def effect(ask: Ask, *, milestones: Dates | None = None, **readings: str) -> EffectKind:
    return verdict(ask, milestones=milestones, **readings).effect.kind


@cache
def _rulebook(readings: tuple[tuple[str, str], ...], milestones: tuple[tuple[str, datetime | None], ...]) -> Rulebook:
    return rulebook(dict(readings), dict(milestones))
