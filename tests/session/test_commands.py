"""Every command that the service knows is answered, wherever a client says it."""

from __future__ import annotations

import pytest

from relaylab.session.commands import Verb
from relaylab.session.turn import Then
from tests.session.lines import Lab

WORDS = [verb.value for verb in Verb if verb not in {Verb.UNKNOWN, Verb.GARBAGE}]
BEFORE = ("EHLO device.contoso.com", "MAIL FROM:<device@contoso.com>", "RCPT TO:<helpdesk@contoso.com>")


@pytest.mark.parametrize("so_far", range(len(BEFORE) + 1))
@pytest.mark.parametrize("word", [*WORDS, "XFER", "\x01"])
def test_a_command_is_answered_in_every_state(word: str, so_far: int) -> None:
    line = Lab().connect_mx()
    for said in BEFORE[:so_far]:
        line.say(said)

    answer = line.say(word)

    assert answer[:3].isdigit() or line.last.then is Then.READ_CHUNK  # the octets of a chunk are read first
