"""Errors of Entra are explained by their number, and refused tokens by the claims that mattered."""

from __future__ import annotations

from pathlib import Path

import jwt
import pytest

from relaylab.domain.decision import Decision, EffectKind
from relaylab.domain.event import Judged
from relaylab.rules.catalogue import rulebook
from relaylab.rules.entra.errors import ERRORS
from relaylab_conformance.explain import UnknownError, explain
from relaylab_conformance.explain.records import Serving
from relaylab_conformance.steering.client import Control
from tests.clients.controlled import Controlled
from tests.clients.oauth import FIRMWARE, USER_SCOPE, WRONG_OBJECT_ID, OAuthLab


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


def test_a_device_code_that_waits_is_told_as_such(oauth_lab: OAuthLab) -> None:
    with oauth_lab.http() as http:
        asked = {"client_id": FIRMWARE, "scope": USER_SCOPE}
        given = http.post("/contoso.com/oauth2/v2.0/devicecode", data=asked).json()
    oauth_lab.ask(grant_type="device_code", client_id=FIRMWARE, device_code=given["device_code"])

    because = _last(oauth_lab).because

    assert "nobody has typed the device's code in and signed in yet" in because
    assert f"scope {USER_SCOPE}" in because
    assert "password" not in " ".join(because)
    assert "no user of this tenant" not in " ".join(because)


def test_a_token_with_a_key_that_is_gone_names_the_key(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    token = oauth_lab.app_token()
    oauth_lab.emulator.entra.rotate_signing_keys(keep_old=False)
    oauth_lab.send("app@contoso.com", token, tmp_path)

    because = " ".join(_last(oauth_lab).because)

    assert f"its header names alg RS256, kid {jwt.get_unverified_header(token)['kid']}" in because
    assert "roles SMTP.SendAsApp" in because


def _last(lab: OAuthLab) -> Decision:
    judged = [entry.event for entry in lab.emulator.store.events if isinstance(entry.event, Judged)]
    return next(event.decision for event in reversed(judged) if event.decision.effect is not EffectKind.ADMIT)
