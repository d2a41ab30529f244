"""Questions to DNS that fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.domain.fault import Behaviour, Step
from relaylab.rules import sources
from relaylab.rules.faults.conduct import Conduct, Kind

if TYPE_CHECKING:
    from relaylab.domain.source import Source


def _fails(behaviour: Behaviour, sentence: str, source: Source) -> Conduct:
    return Conduct(
        behaviour=behaviour,
        kind=Kind.NAMES,
        sentence=sentence,
        source=source,
        takes=("name",),
        steps=frozenset({Step.QUERY}),
        step=Step.QUERY,
    )


NAMES: Final = (
    _fails(
        Behaviour.SERVFAIL,
        "Answers questions to DNS with SERVFAIL: those for `name` and what lies below it, or all.",
        sources.DNS_RCODES,
    ),
    _fails(
        Behaviour.REFUSED,
        "Answers questions to DNS with REFUSED: those for `name` and what lies below it, or all.",
        sources.DNS_RCODES,
    ),
    _fails(
        Behaviour.TIMEOUT,
        "Answers no questions to DNS: none for `name` and what lies below it, or none at all.",
        sources.DNS_SILENCE,
    ),
)
