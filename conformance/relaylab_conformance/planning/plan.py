"""Makes the plan of an estate: each sender's way today, its candidates, what is recommended, and the order of work."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from relaylab.app.rulebooks import rulebook_for
from relaylab.domain.estate import Method
from relaylab.rules.milestones import BASIC_AUTH_OFF_BY_DEFAULT
from relaylab_conformance.migration.dates import default_dates
from relaylab_conformance.migration.mistakes import mistakes, stands_still
from relaylab_conformance.migration.pitfalls import hve_cost
from relaylab_conformance.migration.stand_ins import with_stand_ins
from relaylab_conformance.planning.advice import advice
from relaylab_conformance.planning.assumed import policy_assumed_for, with_what_is_assumed
from relaylab_conformance.planning.choosing import EFFORT
from relaylab_conformance.planning.guide_errors import guide_errors
from relaylab_conformance.planning.imported import Imported, imported
from relaylab_conformance.planning.looking import Looked, cannot, look
from relaylab_conformance.planning.model import SCHEMA, STATEMENT, Plan, SenderPlan
from relaylab_conformance.planning.promised import promised
from relaylab_conformance.planning.question import Question
from relaylab_conformance.planning.quota import terrl, within_quota
from relaylab_conformance.planning.renewal import renewal
from relaylab_conformance.planning.unsaid import unsaid
from relaylab_conformance.planning.ways import Way
from relaylab_conformance.planning.words import BUFFER
from relaylab_conformance.planning.work import Work, work_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relaylab.app.config import LoadedWorld
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook
    from relaylab_conformance.planning.model import Step
    from relaylab_conformance.planning.preparation import Preparation
    from relaylab_conformance.planning.unsaid import Unsaid

_HVE: Final = frozenset({Method.HVE_BASIC, Method.HVE_OAUTH})
_FILE: Final = re.compile(r"^.*?: (?=(?:tenant|site|dns|sender)\[)")


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan; the world after all its steps, each ``target`` as recommended, for certify to judge; and that before."""

    plan: Plan
    world: World
    before: World


def make_plan(  # noqa: PLR0913 - each is a fact of its own
    estate: LoadedWorld,
    at: datetime,
    *,
    text: str = "",
    readings: Mapping[str, str] | None = None,
    milestones: Mapping[str, datetime | None] | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Planned:
    """Plan an estate at an instant; ``text`` is the world file, looked through for evidence and guide errors.

    Raise ValueError for a reading, a value or a milestone that does not exist.
    """
    rulebook = rulebook_for(estate.world, readings or {}, milestones or {})
    world, assumed = with_what_is_assumed(with_stand_ins(estate.world))
    judged = tuple(sorted({at, *(one for one in default_dates(rulebook) if one > at)}))
    told = imported(text)
    left_open = replace(unsaid(text, world), lists=told.lists)
    looked: list[Looked] = []
    for sender in world.senders:
        looked.append(look(Question(world, rulebook, sender, judged, left_open)))
        progress(len(looked), len(world.senders))
    work = work_for(within_quota(looked, world, rulebook, judged), world, rulebook, judged, left_open)
    targets = {one.sender.name: one.choice.method for one in work.looked}
    aimed = tuple(replace(one, target=targets[one.name] or one.target) for one in work.after.senders)
    numbers = {one.sender.name: number for number, one in enumerate(work.order, 1)}
    facts = _Facts(world, rulebook, judged, told, assumed, left_open)
    stops = {one.sender.name: one.stop for one in work.looked}
    plan = Plan(
        schema=SCHEMA,
        suite_version=version("relaylab"),
        statement=STATEMENT,
        estate=estate.name,
        estate_digest=estate.digest,
        rulebook_digest=rulebook.digest(),
        at=at,
        judged=judged,
        cutover=rulebook.calendar.at(BASIC_AUTH_OFF_BY_DEFAULT.name),
        readings=dict(rulebook.readings),
        promised=promised(text),
        open_questions=left_open.questions,
        senders=tuple(facts.sender_plan(one, numbers.get(one.sender.name), work) for one in work.looked),
        mistakes=mistakes(_of_the_tenant(estate.world, left_open), rulebook, stops, judged[-1]),
        guide_errors=guide_errors(text, rulebook),
        assumed=tuple(map(str, (*told.switches, *told.policies.values()))),
        notes=tuple(_FILE.sub("", note) for note in estate.notes),
    )
    return Planned(plan, replace(work.after, senders=aimed), world)


def _of_the_tenant(world: World, left_open: Unsaid) -> World:
    """Leave out who may be a forger: what becomes of its mail is no mistake of the administrator."""
    return replace(world, senders=tuple(one for one in world.senders if not left_open.owner(one)))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the plan of every sender is written from."""

    world: World
    rulebook: Rulebook
    judged: tuple[datetime, ...]
    told: Imported
    assumed: Mapping[str, str]
    unsaid: Unsaid

    def sender_plan(self, one: Looked, order: int | None, work: Work) -> SenderPlan:
        sender, choice = one.sender, one.choice
        question = Question(self.world, self.rulebook, sender, self.judged, self.unsaid)
        way = next((each for each in one.ways if each.method is choice.method), None)
        preparations = work.todo.get(sender.name, ())
        todo = tuple(each.step for each in preparations)
        is_hve = any(each.is_possible and each.method in _HVE for each in one.ways) and not question.internal_not_said
        cost = hve_cost(self.world, self.rulebook.calendar, sender, self.judged[-1]) if is_hve else None
        return SenderPlan(
            name=sender.name,
            profile=sender.profile,
            site=sender.site,
            sends_from=str(sender.from_address),
            messages_per_day=sender.messages_per_day,
            today=sender.today,
            evidence=self._evidence(one),
            works_today=one.works,
            stops_at=one.stop,
            line=one.line,
            written=sender.target,
            recommended=choice.method,
            why=choice.why if choice.method or choice.stays else advice(question),
            effort="" if choice.stays or choice.method is None else EFFORT[choice.method],
            steps=todo,
            cautions=self._cautions(one, way, todo),
            candidates=tuple(each.candidate for each in one.ways),
            order=order,
            do_before=self._do_before(one, preparations),
            planned_for=sender.planned_for,
            stands_still_days=_still(one),
            hve_recipients_a_day=cost.recipients_a_day if cost else None,
            hve_dollars_a_month=cost.dollars_a_month if cost else None,
            open_questions=self.unsaid.of(sender),
        )

    def _evidence(self, one: Looked) -> tuple[str, ...]:
        """Say how its way today is known, and what comes of it."""
        sender = one.sender
        stated = f"the world file says {sender.today}"
        if sender.today is Method.SMTP_AUTH_BASIC:
            stated += f", as {sender.signs_in_as}"
        assumed = self._assumed(one)
        assumed += filter(None, [policy_assumed_for(self.world, sender, self.told.policies)])
        if not one.spans:
            assumed.append("not tried: the world file does not say enough of it")
        return (stated, *self.told.evidence.get(sender.name, ()), *assumed)

    def _assumed(self, one: Looked) -> list[str]:
        return [self.assumed[one.sender.name]] if one.sender.name in self.assumed else []

    def _cautions(self, one: Looked, way: Way | None, todo: tuple[Step, ...]) -> tuple[str, ...]:
        guess = f"its profile is a guess: find out what it is, or certify takes it for {one.sender.profile}"
        guessed = (guess,) if one.choice.stays and cannot(one.sender) else ()
        if way is None:
            return guessed
        if one.choice.stays:
            ends = renewal(one, self.world)
            mind = ((ends,) if ends else ()) + ((way.too_much,) if way.too_much and one.over is None else ())
            return (*guessed, *self._assumed(one), *mind, *terrl(one.over))
        shared = len(way.preparations) - len(todo)
        said = list(way.candidate.cautions)
        if shared > 0:
            said.append("some of its steps are those of senders before it in the order of work")
        return tuple(said)

    def _do_before(self, one: Looked, todo: tuple[Preparation, ...]) -> date | None:
        if one.choice.stays:
            return None
        days = [each.last_day for each in todo if each.last_day]
        return min([*days, *([(one.stop - BUFFER).date()] if one.stop else [])], default=None)


def _still(one: Looked) -> int | None:
    """Give the days between the stop and the day planned for, or today where that is later."""
    if one.stop is None or one.choice.stays:
        return None
    aimed = replace(one.sender, target=one.choice.method or one.sender.target)
    planned = stands_still(aimed, one.stop) or 0
    until_now = (one.at.date() - one.stop.date()).days if not one.works else 0
    return max(planned, until_now) or None
