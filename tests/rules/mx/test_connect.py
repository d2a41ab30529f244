"""EHLO and HELO at the tenant MX."""

import pytest

from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint
from tests.builders import a_hello_ask
from tests.rules.judging import effect, rule, said


@pytest.mark.parametrize("name", ["MacBook..", "scan ner"])
def test_a_malformed_name_is_refused_as_at_client_submission(name: str) -> None:
    ask = a_hello_ask(name, endpoint=Endpoint.MX)

    assert "501 5.5.4 Invalid domain name" == said(ask)
    assert "mx.connect.name_is_malformed" == rule(ask)


@pytest.mark.parametrize("name", ["printer.contoso.com", "localhost", "localhost.localdomain", "[198.51.100.7]", ""])
def test_every_other_name_is_accepted(name: str) -> None:
    assert EffectKind.ADMIT == effect(a_hello_ask(name, endpoint=Endpoint.MX))
