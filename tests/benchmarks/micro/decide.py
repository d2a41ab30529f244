"""Decisions a second by the whole rulebook, on one core: the verdict alone, and with every rule's outcome listed.

    python -m tests.benchmarks.micro.decide [--json] [--rounds N]

The asks are those of one message each by submission and by the tenant MX; each decides at its own stage.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from relaylab.domain.endpoint import Endpoint
from relaylab.rules.catalogue import rulebook
from tests.benchmarks.micro.timing import Piece, told
from tests.builders import (
    a_data_ask,
    a_delivery_ask,
    a_hello_ask,
    a_mail_ask,
    a_mechanism_ask,
    a_rcpt_ask,
    a_sign_in_ask,
    a_world,
)

if TYPE_CHECKING:
    from relaylab.domain.asks import Ask
    from relaylab.engine.verdict import Verdict

_TURNS: Final = 1_000


def asks() -> tuple[Ask, ...]:
    """Make the asks of two messages that are taken."""
    world = a_world()
    return (
        a_hello_ask(),
        a_mechanism_ask(),
        a_sign_in_ask(),
        a_mail_ask(),
        a_rcpt_ask(world=world, endpoint=Endpoint.SUBMISSION, mail_from="scanner@contoso.com"),
        a_data_ask(world=world),
        a_delivery_ask(world=world),
        a_hello_ask(endpoint=Endpoint.MX),
        a_mail_ask(endpoint=Endpoint.MX),
        a_rcpt_ask(world=world),
        a_data_ask(world=world, endpoint=Endpoint.MX, mail_from="desk@fabrikam.com"),
    )


def pieces() -> dict[str, Piece]:
    """Give what is timed."""
    book, asked = rulebook(), asks()
    units = _TURNS * len(asked)

    def judging(then: Callable[[Verdict], object]) -> Callable[[], None]:
        def work() -> None:
            for _ in range(_TURNS):
                for ask in asked:
                    then(book.judge(ask))

        return work

    return {
        "verdict": Piece(judging(lambda verdict: verdict), units, "decision"),
        "verdict with trace": Piece(judging(lambda verdict: verdict.trace()), units, "decision"),
    }


if __name__ == "__main__":
    told(pieces(), __doc__ or "")
