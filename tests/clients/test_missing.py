"""A client that is not installed is a skip that names it, or a failure where every client is promised."""

import pytest

from tests.clients.programs import missing


def test_a_missing_client_is_a_skip_that_names_it_and_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RELAYLAB_REQUIRE_CLIENTS", raising=False)

    with pytest.raises(pytest.skip.Exception, match="swaks is missing; install it"):
        missing("swaks", "install it")


def test_a_missing_client_is_a_failure_where_all_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAYLAB_REQUIRE_CLIENTS", "1")

    with pytest.raises(pytest.fail.Exception, match="swaks is missing, and RELAYLAB_REQUIRE_CLIENTS=1 requires it"):
        missing("swaks", "install it")
