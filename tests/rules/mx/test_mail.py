"""MAIL FROM at the tenant MX."""

import pytest

from relaylab.domain.endpoint import Endpoint
from tests.builders import a_mail_ask
from tests.rules.judging import said

SENDER_OK = "250 2.1.0 Sender OK"
TOO_LARGE = "552 5.3.4 Message size exceeds fixed maximum message size"


@pytest.mark.parametrize("sender", ["scanner@contoso.com", "anybody@example.org", None])
def test_any_sender_is_heard_with_or_without_tls(sender: str | None) -> None:
    assert SENDER_OK == said(a_mail_ask(sender, endpoint=Endpoint.MX))
    assert SENDER_OK == said(a_mail_ask(sender, endpoint=Endpoint.MX, tls=None))


@pytest.mark.parametrize(("size", "line"), [(157_286_400, SENDER_OK), (157_286_401, TOO_LARGE)])
def test_a_message_that_announces_more_than_150_mib_is_refused(size: int, line: str) -> None:
    assert line == said(a_mail_ask(endpoint=Endpoint.MX, declared_size=size))
