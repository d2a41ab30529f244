"""A verdict as a test reads it: what was answered and why, with the way past that was nearest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, overload

from relaylab.domain.clock import iso
from relaylab.domain.decision import Decision, EffectKind, ReplyFacts
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.event import Answered, BadInput, Faulted, Judged, Kept
from relaylab.domain.source import Source
from relaylab.engine.explain import explain_decision
from relaylab.engine.passage import Passage, nearest_passage
from relaylab.engine.verdict import Verdict as EngineVerdict
from relaylab.rules.changes import CHANGES

if TYPE_CHECKING:
    from relaylab.store import Entry

_GRAMMAR = "the grammar or the order of the protocol decided, not a rule"
_STAGE_OF = {"AUTH": Stage.AUTH, "MAIL": Stage.MAIL, "RCPT": Stage.RCPT, "DATA": Stage.DATA, "BDAT": Stage.DATA}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer: a rule's, a stage's default, or the grammar's.

    ``seq`` is its number in the event log, ``command`` what was answered, without secrets.
    """

    seq: int
    session: str
    command: str
    decision: Decision = field(repr=False)
    _behind: EngineVerdict | None = field(default=None, repr=False, compare=False)

    @property
    def effect(self) -> EffectKind:
        """Admit, refuse, defer, disconnect or bounce."""
        return self.decision.effect

    @property
    def refuses(self) -> bool:
        """True for everything but an admission: a refusal, a deferral, a disconnection, a bounce."""
        return self.effect is not EffectKind.ADMIT

    @property
    def reply(self) -> ReplyFacts | None:
        """The line that was said: ``code``, ``enhanced``, ``text``."""
        return self.decision.reply

    @property
    def rule(self) -> str | None:
        """The id of the rule that decided; None for a default and for the grammar."""
        return self.decision.rule

    @property
    def endpoint(self) -> Endpoint:
        """The door."""
        return self.decision.endpoint

    @property
    def stage(self) -> Stage:
        """The stage of the dialogue."""
        return self.decision.stage

    @property
    def at(self) -> datetime:
        """The simulated instant."""
        return self.decision.at

    @property
    def reading(self) -> Mapping[str, str]:
        """The readings that it rests on."""
        return dict(self.decision.reading)

    @property
    def because(self) -> tuple[str, ...]:
        """The evidence in sentences."""
        return self.decision.because

    @property
    def source(self) -> Source:
        """Where it is written: ``title``, ``url``, ``date``, ``confidence``."""
        return self.decision.source

    @property
    def fix(self) -> str:
        """The cmdlet, DNS line or setting that would change it; empty for a good answer."""
        return self.decision.fix

    @property
    def nearest(self) -> Passage | None:
        """What would have let it pass, with the fewest facts changed; None for an admission and for the grammar."""
        return nearest_passage(self._behind, CHANGES) if self._behind is not None and self.refuses else None

    def explain(self) -> str:
        """Explain it for a person: the answer, its rule and source, the rules before it, and the nearest way past."""
        text = self._behind.explain() if self._behind is not None else explain_decision(self.decision)
        return f"{text}{self._way_past()}"

    def in_short(self) -> str:
        """Explain it without the rules that were looked at before."""
        return f"{explain_decision(self.decision)}{self._way_past()}"

    def _way_past(self) -> str:
        nearest = self.nearest
        return "" if nearest is None else f"\nNearest: {nearest}"

    def __str__(self) -> str:
        """Write it in one line."""
        said = self.reply.line if self.reply else "(nothing is said)"
        why = self.rule or f"{self.endpoint}.{self.stage}: no rule"
        return f"{self.command} -> {said}  [{why}, {iso(self.at)}]"


class Verdicts(Sequence[Verdict]):
    """The verdicts there were when it was asked for, in order."""

    def __init__(self, verdicts: Sequence[Verdict]) -> None:
        """Hold verdicts."""
        self._verdicts = tuple(verdicts)

    @property
    def refusals(self) -> Verdicts:
        """Those that do not admit."""
        return Verdicts([verdict for verdict in self if verdict.refuses])

    def of(self, session: str) -> Verdicts:
        """Those of one session."""
        return Verdicts([verdict for verdict in self if verdict.session == session])

    def __len__(self) -> int:
        return len(self._verdicts)

    def __iter__(self) -> Iterator[Verdict]:
        return iter(self._verdicts)

    @overload
    def __getitem__(self, place: int) -> Verdict: ...
    @overload
    def __getitem__(self, place: slice) -> Verdicts: ...
    def __getitem__(self, place: int | slice) -> Verdict | Verdicts:
        return Verdicts(self._verdicts[place]) if isinstance(place, slice) else self._verdicts[place]

    def __repr__(self) -> str:
        return "\n".join([f"<{len(self)} verdicts>", *map(str, self)])


def verdict_of(entry: Entry) -> Verdict | None:
    """Give the verdict of an entry of the event log; None for an event that is none."""
    event = entry.event
    match event:
        case Judged(decision=decision, verdict_behind=behind):
            engine = behind if isinstance(behind, EngineVerdict) else None
            return Verdict(entry.seq, event.session, event.command, decision, engine)
        case Answered(command=command, reply=reply, source=source) | BadInput(what=command, reply=reply, source=source):
            return _without_rule(entry, command, reply, _GRAMMAR, source)
        case Faulted(command=command, reply=ReplyFacts() as reply, source=source):
            because = f"fault {event.fault} ({event.behaviour}) answered, and no rule was asked: {event.did}"
            return _without_rule(entry, command, reply, because, source)
        case _:
            return None


def _without_rule(entry: Entry, command: str, reply: ReplyFacts, because: str, source: Source) -> Verdict:
    """Make the verdict of an answer that no rule gave."""
    event = entry.event
    decision = Decision(
        effect=_effect_of(reply),
        reply=reply,
        rule=None,
        endpoint=event.endpoint,
        stage=_STAGE_OF.get(command.split(" ", maxsplit=1)[0], Stage.CONNECT),
        at=event.at,
        reading=(),
        because=(because,),
        source=source,
        fix="",
    )
    return Verdict(entry.seq, event.session, command, decision)


def verdicts_of_messages(entries: Iterable[Entry]) -> dict[str, Verdict]:
    """Give the verdict of each kept message by its id: the one of its session that stands before it in the log."""
    newest: dict[str, Entry] = {}
    found: dict[str, Verdict] = {}
    for entry in entries:
        match entry.event:
            case Judged(session=session):
                newest[session] = entry
            case Kept(session=session, message=message) if session in newest:
                if verdict := verdict_of(newest[session]):
                    found[message] = verdict
            case _:
                pass
    return found


def _effect_of(reply: ReplyFacts) -> EffectKind:
    if reply.code >= 500:
        return EffectKind.REFUSE
    return EffectKind.DEFER if reply.code >= 400 else EffectKind.ADMIT
