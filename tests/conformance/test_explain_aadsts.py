"""Errors of Entra are explained by their number, and refused tokens by the claims that mattered."""

from __future__ import annotations

from pathlib import Path

import pytest

from relaylab.domain.event import Judged
from relaylab.rules.catalogue import rulebook
from relaylab.rules.entra.errors import ERRORS
from relaylab_conformance.explain import UnknownError, explain
from relaylab_conformance.explain.records import Serving
from relaylab_conformance.steering.client import Control
from tests.clients.controlled import Controlled
from tests.clients.oauth import WRONG_OBJECT_ID, OAuthLab


@pytest.mark.parametrize("error", [error for error in ERRORS if error.number], ids=lambda error: error.name)
def test_every_error_is_explained_by_its_number_with_rule_source_and_fix(error: object) -> None:
    told = explain(f"invalid_grant: AADSTS{error.number}: cut off", rulebook()).text  # type: ignore[attr-defined]

    assert error.text in told  # type: ignore[attr-defined]
    assert "\nentra." in told
    assert "  Source " in told
    assert "  Fix " in told


def test_an_unknown_number_names_what_it_may_have_been() -> None:
    with pytest.raises(UnknownError, match='did you mean "AADSTS7000215"'):
        explain("AADSTS700215", rulebook())


def test_a_refused_token_is_explained_by_the_claims_that_mattered_and_never_shown(
    oauth_lab: OAuthLab, tmp_path: Path
) -> None:
    token = oauth_lab.app_token(WRONG_OBJECT_ID, "fake-secret-4")
    oauth_lab.send("app@contoso.com", token, tmp_path)
    judged = [entry for entry in oauth_lab.emulator.store.events if isinstance(entry.event, Judged)]
    seq = next(one.seq for one in judged if isinstance(one.event, Judged) and one.event.decision.stage == "auth")
    controlled = Controlled(oauth_lab.emulator)
    try:
        control = Control(controlled.server.url, controlled.server.token)
        told = " ".join(explain(str(seq), rulebook(), Serving(control)).text.split())
    finally:
        controlled.close()

    assert "oid 50000000-0000-4000-8000-000000000004; an application's, roles SMTP.SendAsApp" in told
    assert "Exchange knows the application by object id 50000000-0000-4000-8000-0000000000ff" in told
    assert "New-ServicePrincipal -AppId a0000000-0000-4000-8000-000000000004" in told
    assert not [part for part in token.split(".") if part[:40] in told]
