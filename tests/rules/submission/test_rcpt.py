"""RCPT TO at smtp.office365.com."""

import pytest

from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint
from tests.builders import a_rcpt_ask
from tests.rules.judging import effect, said

RECIPIENT_OK = "250 2.1.5 Recipient OK"


@pytest.mark.parametrize("recipient", ["scanner@contoso.com", "nobody@contoso.com", "desk@fabrikam.com"])
def test_every_recipient_is_accepted_known_or_not_inside_or_outside(recipient: str) -> None:
    assert RECIPIENT_OK == said(a_rcpt_ask(recipient, endpoint=Endpoint.SUBMISSION))


def test_no_number_of_recipients_is_too_many_here() -> None:
    assert RECIPIENT_OK == said(a_rcpt_ask(endpoint=Endpoint.SUBMISSION, recipients=5_000, same_domain=5_000))


@pytest.mark.parametrize(("already", "line"), [(999, RECIPIENT_OK), (1_000, "452 4.5.3 Too many recipients")])
def test_under_the_other_reading_the_1001st_recipient_is_deferred(already: int, line: str) -> None:
    ask = a_rcpt_ask(endpoint=Endpoint.SUBMISSION, recipients=already)

    assert line == said(ask, too_many_recipients="rcpt")


def test_the_stop_at_a_thousand_is_temporary() -> None:
    ask = a_rcpt_ask(endpoint=Endpoint.SUBMISSION, recipients=1_000)

    assert EffectKind.DEFER == effect(ask, too_many_recipients="rcpt")
