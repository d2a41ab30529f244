"""The work of a plan: the steps of every sender, one behind the other, and the world in which all are carried out.

Law: what is recommended arrives in the world after all the steps, those of others too. Where a step for one sender
stands against another, that one is looked at again there, even if it had nothing to do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.estate import Method
from relaylab_conformance.planning.choosing import NOTHING_FITS, Choice, choose
from relaylab_conformance.planning.model import Kind
from relaylab_conformance.planning.preparation import Preparation, prepared
from relaylab_conformance.planning.question import Question
from relaylab_conformance.planning.quota import limited
from relaylab_conformance.planning.ways import named, refused, steps_of, ways
from relaylab_conformance.planning.ways_spf import one_step_a_domain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from relaylab.domain.address import DomainName
    from relaylab.domain.estate import Site
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook
    from relaylab_conformance.planning.looking import Looked
    from relaylab_conformance.planning.unsaid import Unsaid

_MX: Final = frozenset({Method.CONNECTOR_RELAY, Method.DIRECT_SEND})
_ROUNDS: Final = 3  # of looking again; each may stand against somebody else
_GOES_ON: Final = "goes on as today, once the steps are done that the work for other senders asks of it"


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done: ``looked`` with the ways that hold, ``todo`` of each by name, the world ``after`` it."""

    looked: tuple[Looked, ...]
    todo: dict[str, tuple[Preparation, ...]]
    after: World

    @property
    def order(self) -> tuple[Looked, ...]:
        """Those that something has to be done for, the first of the work first."""
        return tuple(sorted((one for one in self.looked if not one.choice.stays), key=lambda one: one.urgency))


def work_for(
    looked: Iterable[Looked], world: World, rulebook: Rulebook, judged: tuple[datetime, ...], unsaid: Unsaid
) -> Work:
    """Carry out what every sender needs, mend what that breaks, and make the records of each domain one."""
    work = _carried_out(Work(tuple(looked), {}, world), rulebook, judged, unsaid)
    first = [one.sender.name for one in work.order if one.sender.name in work.todo]
    in_order = {name: work.todo[name] for name in dict.fromkeys((*first, *work.todo))}
    todo, after = one_step_a_domain(in_order, _sites(work, unsaid), work.after, rulebook, judged[0])
    return replace(work, todo=todo, after=after)


def _sites(work: Work, unsaid: Unsaid) -> dict[DomainName, tuple[Site, ...]]:
    """Give the sites from which each domain's senders go to the tenant MX, those with work to do first.

    One that may be a forger has no method, and nobody vouches for the site that it sends from.
    """
    sites: dict[DomainName, dict[str, Site]] = {}
    staying = (one for one in work.looked if one.choice.stays)
    for one in (*work.order, *staying):
        site = work.after.site(one.sender.site) if one.sender.site else None
        asks = any(each.spf_of for each in work.todo.get(one.sender.name, ()))
        if site is not None and one.sender.name not in unsaid.doubtful and (asks or one.choice.method in _MX):
            sites.setdefault(one.sender.from_address.domain, {})[site.name] = site
    return {domain: tuple(named.values()) for domain, named in sites.items()}


def _carried_out(work: Work, rulebook: Rulebook, judged: tuple[datetime, ...], unsaid: Unsaid) -> Work:
    world = work.after

    def asked(name: str) -> Question:
        return Question(work.after, rulebook, named(work.after, name), judged, unsaid)

    for one in work.order:
        if one.choice.method is not None:
            work = _with_steps(work, one, steps_of(asked(one.sender.name), one.choice.method))
    if work.after is world:
        return work
    for _ in range(_ROUNDS):
        broken = [one for one in work.looked if not _holds(one, asked(one.sender.name))]
        if not broken:
            return work
        for one in broken:
            again = _looked_at_again(one, asked(one.sender.name))
            way = next((way for way in again.ways if way.method is again.choice.method), None)
            work = _with_steps(work, again, way.preparations if way else ())
    given_up = (
        one if _holds(one, asked(one.sender.name)) else replace(one, choice=NOTHING_FITS) for one in work.looked
    )
    return replace(work, looked=tuple(given_up))


def _with_steps(work: Work, one: Looked, todo: tuple[Preparation, ...]) -> Work:
    name = one.sender.name
    told = {each.step for steps in work.todo.values() for each in steps if _is_a_look(each)}
    todo = tuple(each for each in todo if each.step not in told)
    return Work(
        tuple(one if held.sender.name == name else held for held in work.looked),
        work.todo | {name: (*work.todo.get(name, ()), *todo)},
        prepared(work.after, todo),
    )


def _is_a_look(one: Preparation) -> bool:
    """Tell whether a step is a cmdlet that leaves the world as it is: who has run it need not for another sender."""
    return one.change is None and one.step.kind is Kind.CMDLET


def _holds(one: Looked, question: Question) -> bool:
    method = one.choice.method
    return method is None or not refused(question.world, question, question.sender, method)


def _looked_at_again(one: Looked, question: Question) -> Looked:
    """Choose anew in the world as the work leaves it; the same method, where it has only to be mended."""
    found = limited(ways(question), one.over)
    if any(way.method is one.choice.method and way.is_possible for way in found):
        choice = Choice(one.choice.method, _GOES_ON if one.choice.stays else one.choice.why)
    else:
        choice = choose(question.sender, found, arrives=False)
    return replace(one, ways=found, choice=choice)
