"""A rule: metadata that readers and reports want, and one pure predicate.

The decorators return a Rule and register nothing: order and membership are the ``RULES`` tuples, visible in a diff.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, Self, TypeAlias, TypeVar

from relaylab.domain.asks import Ask
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage

if TYPE_CHECKING:
    from relaylab.domain.reply import ReplyTemplate
    from relaylab.domain.source import Source
    from relaylab.engine.milestones import Milestone

A = TypeVar("A", bound=Ask)


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens when a rule decides: the kind, and the reply it gives (None: nothing is said)."""

    kind: EffectKind
    reply: ReplyTemplate | None = None


@dataclass(frozen=True, slots=True)
class Rule(Generic[A]):
    """One rule of the service.

    ``since`` and ``until`` are names of milestones (None: always); ``under`` are the readings it holds under,
    ``rests_on`` names readings that do not switch it but decide what its ask holds (a quota, an identity); ``fix`` is
    the cmdlet, DNS line or setting that would change the answer, with blanks filled from the Ask's words.
    """

    id: str
    sentence: str
    asks: type[A]
    endpoint: Endpoint
    stage: Stage
    effect: Effect
    predicate: Callable[[A], bool]
    source: Source
    since: str | None = None
    until: str | None = None
    under: tuple[tuple[str, str], ...] = ()
    rests_on: tuple[str, ...] = ()
    fix: str = ""

    def matches(self, ask: A) -> bool:
        """Tell whether the condition holds, whatever the date and the readings."""
        return self.predicate(ask)

    def only_under(self, **readings: str) -> Self:
        """Give the same rule, bound to more readings: how a reading moves a rule within the order."""
        return replace(self, under=(*self.under, *readings.items()))

    def saying(self, reply: ReplyTemplate, source: Source | None = None, **readings: str) -> Self:
        """Give the same rule with another reply: how a reading changes the text of one refusal."""
        effect = Effect(self.effect.kind, reply)
        return replace(self, effect=effect, source=source or self.source, under=(*self.under, *readings.items()))


# The one place where Any is allowed: a shortlist holds rules about asks of different types.
AnyRule: TypeAlias = Rule[Any]  # type: ignore[explicit-any]


class RuleMaker:
    """Makes the rules of one endpoint and stage; one stands at the top of each rules module."""

    def __init__(self, endpoint: Endpoint, stage: Stage) -> None:
        """Bind the endpoint and the stage, which give the id its first two words."""
        self._endpoint = endpoint
        self._stage = stage

    def __call__(  # noqa: PLR0913 - the columns of the catalogue
        self,
        kind: EffectKind,
        reply: ReplyTemplate | None,
        *,
        asks: type[A],
        source: Source,
        since: Milestone | None = None,
        until: Milestone | None = None,
        under: tuple[tuple[str, str], ...] = (),
        rests_on: tuple[str, ...] = (),
        fix: str = "",
    ) -> Callable[[Callable[[A], bool]], Rule[A]]:
        """Give the decorator; the docstring becomes the rule's sentence, the function's name the end of its id."""

        def make(predicate: Callable[[A], bool]) -> Rule[A]:
            return Rule(
                id=f"{self._endpoint}.{self._stage}.{predicate.__name__}",
                sentence=" ".join((predicate.__doc__ or "").split()),
                asks=asks,
                endpoint=self._endpoint,
                stage=self._stage,
                effect=Effect(kind, reply),
                predicate=predicate,
                source=source,
                since=since.name if since else None,
                until=until.name if until else None,
                under=under,
                rests_on=rests_on,
                fix=fix,
            )

        return make
