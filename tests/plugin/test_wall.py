"""Nobody reads the wall: a machine whose clock stands in another year sees the same simulated day."""

from __future__ import annotations

from datetime import UTC, datetime

import time_machine

from relaylab.testing import Lab
from tests.plugin.sending import relay, submit


def said_and_kept(lab: Lab) -> tuple[object, ...]:
    lab.begin_again()
    submit(lab)
    relay(lab, "nobody@contoso.com", site="hq")
    lab.travel("2027-01-04")
    with lab.expect_refusal("5.7.30"):
        submit(lab)
    kept = [(one.id, one.accepted_at, one.delivered_at, one.raw) for one in lab.messages]
    return lab.dialogue, [event.event for event in lab.events], kept


def test_the_machine_s_own_time_makes_no_difference(relaylab: Lab) -> None:
    now = said_and_kept(relaylab)
    with time_machine.travel(datetime(1999, 12, 31, tzinfo=UTC), tick=False):
        then = said_and_kept(relaylab)

    assert now == then
