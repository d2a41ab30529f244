"""npm's @azure/msal-node: it acquires, keeps and refreshes; nodemailer sends with what it got."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.clients.errand import submit
from tests.clients.nodemailer import Nodemailer
from tests.clients.oauth import OAuthLab, oauth_world
from tests.clients.oauth_assertions import CERTIFIED, registered_certificate
from tests.clients.oauth_msal_node import MsalNode
from tests.clients.oauth_requests import Act, Credential, ForItself, Request, WithCode, WithDeviceCode, WithPassword
from tests.conftest import Emulate

pytestmark = pytest.mark.clients

CLIENT = MsalNode()


def test_an_application_gets_a_token_keeps_it_and_nodemailer_sends_with_it(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    got = CLIENT.ask(oauth_lab, ForItself())

    errand = submit(oauth_lab.emulator, user="app@contoso.com", password=None, token=got["token"])
    outcome = Nodemailer().send(errand, tmp_path)
    assert (False, True) == (got["first"], got["fromCache"])
    assert "sent" == outcome.ended


def test_a_token_that_lives_for_minutes_is_not_kept(emulate: Emulate, oauth_lab: OAuthLab) -> None:
    lab = OAuthLab(emulate(world=oauth_world("  [tenant.token_service]\n  access_token_lifetime = 240\n")))

    got = CLIENT.ask(lab, ForItself())

    assert (False, False) == (got["first"], got["fromCache"])


def test_an_application_with_a_certificate_gets_a_token_that_sends(
    emulate: Emulate, oauth_lab: OAuthLab, tmp_path: Path
) -> None:
    lab = OAuthLab(emulate(world=oauth_world(registered_certificate().registered())))

    got = CLIENT.ask(lab, ForItself(app_id=CERTIFIED, secret=Credential.REGISTERED))

    assert "token" in got, got
    assert "sent" == lab.send("app@contoso.com", got["token"], tmp_path).ended


@pytest.mark.parametrize("request_", [WithDeviceCode(), WithCode()], ids=["device code", "code and PKCE"])
def test_a_user_signs_in_and_the_client_keeps_and_refreshes(
    oauth_lab: OAuthLab, tmp_path: Path, request_: Request
) -> None:
    kept = CLIENT.converse(oauth_lab, request_, tmp_path)
    fresh = CLIENT.converse(oauth_lab, request_, tmp_path, refresh=True)

    assert ("scanner@contoso.com", True, kept["first"]) == (kept["username"], kept["fromCache"], kept["token"])
    assert ("scanner@contoso.com", False) == (fresh["username"], fresh["fromCache"])
    assert fresh["first"] != fresh["token"]
    for got in (kept, fresh):
        assert "sent" == oauth_lab.send("scanner@contoso.com", got["token"], tmp_path).ended


def test_a_user_signs_in_with_a_password(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    got = CLIENT.ask(oauth_lab, WithPassword())

    assert ("scanner@contoso.com", True) == (got["username"], got["fromCache"])
    assert "sent" == oauth_lab.send("scanner@contoso.com", got["token"], tmp_path).ended


def test_an_application_at_common_is_refused_by_the_client_itself(oauth_lab: OAuthLab) -> None:
    said = CLIENT.ask(oauth_lab, ForItself(tenant="common"))

    assert ("ClientAuthError", "missing_tenant_id_error") == (said["name"], said["errorCode"])
    assert "entra.token.client_credentials_need_a_tenant" not in oauth_lab.rules()


def test_a_device_that_is_given_no_code_goes_on_and_ends_with_a_code_that_is_none(oauth_lab: OAuthLab) -> None:
    said: dict[str, Any] = CLIENT.ask(oauth_lab, replace(WithDeviceCode(act=Act.NO_CODE), tenant="fabrikam.com"))

    assert "AuthError" == said["name"]
    assert "entra.device_code.application_is_unknown" in oauth_lab.rules()
