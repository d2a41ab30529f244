"""AUTH at the tenant MX."""

import pytest

from relaylab.domain.endpoint import Endpoint
from tests.builders import TLS, a_mechanism_ask
from tests.rules.judging import rule, said


@pytest.mark.parametrize("tls", [None, TLS])
@pytest.mark.parametrize("name", ["LOGIN", "PLAIN", "XOAUTH2", "CRAM-MD5"])
def test_no_mechanism_is_recognised_with_or_without_tls(name: str, tls: object) -> None:
    ask = a_mechanism_ask(name, endpoint=Endpoint.MX, tls=tls)

    assert "504 5.7.4 Unrecognized authentication type" == said(ask)
    assert "mx.auth.no_mechanism_is_offered" == rule(ask)
