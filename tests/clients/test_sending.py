"""Every client sends through every door, and what was kept is what it was given, octet for octet."""

from pathlib import Path

import pytest

from relaylab.domain.message import Placement
from tests.clients.errand import MailClient, hand_over, refusing_rules, submit
from tests.conftest import Emulate

pytestmark = pytest.mark.clients


def test_a_client_that_signs_in_submits_to_inside_and_outside(
    client: MailClient, emulate: Emulate, tmp_path: Path
) -> None:
    emulator = emulate()
    errand = submit(emulator, to=("helpdesk@contoso.com", "customer@example.net"))

    outcome = client.send(errand, tmp_path)

    assert client.sent == outcome.ended, outcome.output
    (kept,) = emulator.store.mail.messages()
    assert errand.content == emulator.store.mail.raw(kept.id)
    assert ("scanner@contoso.com", *errand.to) == (str(kept.envelope.mail_from), *map(str, kept.envelope.recipients))
    assert [Placement.INBOX, Placement.OUTSIDE] == [copy.placed for copy in kept.copies]
    assert [] == refusing_rules(emulator)


def test_a_client_sends_directly_to_a_recipient_inside(client: MailClient, emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()
    errand = hand_over(emulator)

    outcome = client.send(errand, tmp_path)

    assert client.sent == outcome.ended, outcome.output
    (kept,) = emulator.store.mail.messages()
    assert errand.content == emulator.store.mail.raw(kept.id)
    assert [Placement.INBOX] == [copy.placed for copy in kept.copies]
    assert ("mx", None) == (kept.endpoint.value, kept.site)


def test_a_client_relays_to_the_outside_from_an_office_on_the_connector(
    client: MailClient, emulate: Emulate, tmp_path: Path
) -> None:
    emulator = emulate()
    errand = hand_over(emulator, site="hq", to=("customer@example.net",))

    outcome = client.send(errand, tmp_path)

    assert client.sent == outcome.ended, outcome.output
    (kept,) = emulator.store.mail.messages()
    assert errand.content == emulator.store.mail.raw(kept.id)
    assert [Placement.OUTSIDE] == [copy.placed for copy in kept.copies]
    assert ("mx", "hq", "contoso") == (kept.endpoint.value, kept.site, kept.tenant)
