"""The one sentence by which relaylab judges: first match in catalogue order decides, else the stage's default.

A Rulebook is handed a catalogue, a calendar and the readings; it resolves names to instants once, when it is made.
Rules are looked up by endpoint, kind of ask and *epoch*: the slice of time between two edges of rule windows, within
which the same rules are in force.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from relaylab.domain.clock import Epoch, Window, iso
from relaylab.engine.shortlist import Shortlist
from relaylab.engine.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaylab.domain.asks import Ask
    from relaylab.domain.endpoint import Endpoint, Stage
    from relaylab.domain.source import Source
    from relaylab.engine.milestones import Calendar, Milestone
    from relaylab.engine.readings import Reading, Readings
    from relaylab.engine.rule import AnyRule, Effect

_Key = tuple["Endpoint", type["Ask"], int]
_NO_EPOCH: Final = -1  # the key of a shortlist without rules
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Default:
    """What holds at a decision point when no rule decides."""

    stage: Stage
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything a rulebook is made from: rules in order, defaults, milestones, readings."""

    rules: tuple[AnyRule, ...]
    defaults: Mapping[tuple[Endpoint, type[Ask]], Default]
    milestones: tuple[Milestone, ...] = ()
    readings: tuple[Reading, ...] = ()
    default_source: Source


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """A catalogue under one calendar and one set of readings. Immutable but for its caches."""

    catalogue: Catalogue
    calendar: Calendar
    readings: Readings
    _edges: list[datetime] = field(init=False, repr=False)
    _last_epoch: Epoch = field(init=False, repr=False)
    _shortlists: dict[_Key, Shortlist] = field(init=False, repr=False, default_factory=dict)
    _stages: dict[type[Ask], Stage] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Find the edges of all windows."""
        windows = [self.window(rule) for rule in self.catalogue.rules]
        edges = {edge for window in windows for edge in (window.since, window.until) if edge not in {None, _NEVER}}
        object.__setattr__(self, "_edges", sorted(edges))
        object.__setattr__(self, "_last_epoch", Epoch.around(_NEVER, self._edges))
        object.__setattr__(
            self, "_stages", {ask: default.stage for (_, ask), default in self.catalogue.defaults.items()}
        )

    def judge(self, ask: Ask) -> Verdict:
        """Give the verdict on an ask at the ask's own instant; raise KeyError for an ask no endpoint decides."""
        key = (ask.endpoint, type(ask), self.epoch(ask.now))
        shortlist = self._shortlists.get(key)
        if shortlist is None:
            shortlist = self._shortlists[key] = self._listed(ask, self._in_force(ask))
        index = 0
        for holds in shortlist.predicates:
            if holds(ask):
                break
            index += 1
        return Verdict(ask, self, shortlist, index)

    def epoch(self, now: datetime) -> int:
        """Give the number of the slice of time around an instant within which the same rules are in force."""
        return self.epoch_around(now).number

    def epoch_around(self, now: datetime) -> Epoch:
        """Give that slice.

        Two questions in a row are nearly always about the same one: 0.15 us in place of 0.6.
        """
        last = self._last_epoch
        if not last.since <= now < last.until:
            last = Epoch.around(now, self._edges)
            object.__setattr__(self, "_last_epoch", last)
        return last

    def default(self, ask: Ask) -> Verdict:
        """Give the verdict that holds when no rule decides, without asking any: for a fault that lets all through."""
        key = (ask.endpoint, type(ask), _NO_EPOCH)
        shortlist = self._shortlists.get(key)
        if shortlist is None:
            shortlist = self._shortlists[key] = self._listed(ask, ())
        return Verdict(ask, self, shortlist, 0)

    def _listed(self, ask: Ask, rules: tuple[AnyRule, ...]) -> Shortlist:
        return Shortlist(rules, self.rules_for(ask), self.catalogue.defaults[ask.endpoint, type(ask)].effect)

    def _in_force(self, ask: Ask) -> tuple[AnyRule, ...]:
        return tuple(
            rule for rule in self.rules_for(ask) if self.readings.allow(rule.under) and ask.now in self.window(rule)
        )

    def rules_for(self, ask: Ask) -> tuple[AnyRule, ...]:
        """Give every rule of the ask's decision point, in catalogue order, in force or not."""
        return tuple(rule for rule in self.catalogue.rules if rule.endpoint is ask.endpoint and rule.asks is type(ask))

    def window(self, rule: AnyRule) -> Window:
        """Give the rule's window on this calendar; one whose beginning never comes is never open."""
        since = self.calendar.at(rule.since) if rule.since else None
        until = self.calendar.at(rule.until) if rule.until else None
        if rule.since and since is None:
            return Window(_NEVER, _NEVER)
        return Window(since, until)

    @property
    def edges(self) -> tuple[datetime, ...]:
        """Every instant at which some rule begins or ends, in order."""
        return tuple(self._edges)

    def stage_of(self, kind: type[Ask]) -> Stage:
        """Give the stage that a kind of ask belongs to."""
        return self._stages[kind]

    def readings_behind(self, rule: AnyRule) -> dict[str, str]:
        """Give the readings behind a rule: its own, what it rests on, and those behind the dates of its milestones."""
        milestones = {milestone.name: milestone for milestone in self.catalogue.milestones}
        named = [name for name in (rule.since, rule.until) if name]
        dated = {reading: self.readings[reading] for name in named for reading, _, _ in milestones[name].under}
        return dated | {reading: self.readings[reading] for reading in rule.rests_on} | dict(rule.under)

    @property
    def default_source(self) -> Source:
        """The citation of an answer that no document is needed for."""
        return self.catalogue.default_source

    def digest(self) -> str:
        """Give a digest that changes when any rule, date, reading, text or citation does: 16 hexadecimal digits.

        A condition is seen by the sentence that states it.
        """
        lines = [
            f"{rule.id}|{rule.asks.__name__}|{rule.sentence}|{_spelt(rule.effect)}|{rule.since}|{rule.until}"
            f"|{rule.under}|{rule.rests_on}|{_cited(rule.source)}|{rule.fix}"
            for rule in self.catalogue.rules
        ]
        lines += [
            f"{endpoint}.{ask.__name__}|{default.stage}|{_spelt(default.effect)}"
            for (endpoint, ask), default in self.catalogue.defaults.items()
        ]
        lines += [f"{name}={iso(at) if at else None}" for name, at in sorted(self.calendar.dates.items())]
        lines += [f"{name}={value}" for name, value in sorted(self.readings.items())]
        return sha256("\n".join(lines).encode()).hexdigest()[:16]


def _spelt(effect: Effect) -> str:
    reply = effect.reply
    if reply is None:
        return str(effect.kind)
    return f"{effect.kind}|{reply.name}|{reply}|{reply.trailer.value}|{reply.slow}|{_cited(reply.source)}"


def _cited(source: Source) -> str:
    return f"{source} {source.url}"
