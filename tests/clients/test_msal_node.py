"""npm's @azure/msal-node, driven by ``node/token.mjs``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.clients.errand import submit
from tests.clients.nodemailer import Nodemailer
from tests.clients.oauth import DEFAULT_SCOPE, FIRMWARE, INVOICES, USER_SCOPE, OAuthLab
from tests.clients.programs import NODE_FOLDER, missing, run

pytestmark = pytest.mark.clients


def acquire(lab: OAuthLab, folder: Path, **job: object) -> dict[str, Any]:
    if not (NODE_FOLDER / "node_modules" / "@azure" / "msal-node").is_dir():
        missing("@azure/msal-node", "npm install --prefix tests/clients/node")
    node = shutil.which("node") or missing("node", "install Node.js (apt install nodejs)")
    auth = {"authority": lab.authority, "knownAuthorities": [urlsplit(lab.url).netloc]}
    page = {"page": f"{lab.url}/common/oauth2/deviceauth"}
    given = page | job | {"auth": auth | dict(job.get("auth", {}))}  # type: ignore[call-overload]
    script = NODE_FOLDER / "token.mjs"
    environment = {"NODE_EXTRA_CA_CERTS": lab.ca}
    ran = run([node, script], folder, given=json.dumps(given).encode(), environment=environment)
    assert 0 == ran.returncode, ran.stderr.decode()
    said: dict[str, Any] = json.loads(ran.stdout)
    return said


def with_secret(secret: str) -> dict[str, object]:
    auth = {"clientId": INVOICES, "clientSecret": secret}
    return {"flow": "client_credentials", "scopes": [DEFAULT_SCOPE], "auth": auth}


def as_user(flow: str, **more: object) -> dict[str, object]:
    user = {"user": "scanner@contoso.com", "password": "fake tray 2"}
    return {"flow": flow, "scopes": [USER_SCOPE], "auth": {"clientId": FIRMWARE}} | user | more


def test_an_application_gets_a_token_keeps_it_and_nodemailer_sends_with_it(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    got = acquire(oauth_lab, tmp_path, **with_secret("fake-secret-1"))

    errand = submit(oauth_lab.emulator, user="app@contoso.com", password=None, token=got["token"])
    outcome = Nodemailer().send(errand, tmp_path)
    assert (False, True) == (got["first"], got["fromCache"])
    assert "sent" == outcome.ended


def test_a_wrong_secret_is_the_client_s_own_error(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    said = acquire(oauth_lab, tmp_path, **with_secret("wrong"))

    assert ("ServerError", "invalid_client") == (said["name"], said["errorCode"])
    assert "AADSTS7000215" in said["message"]


def test_a_device_signs_in_with_the_short_name_of_the_grant(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    got = acquire(oauth_lab, tmp_path, **as_user("device_code", refresh=True))

    assert ("scanner@contoso.com", False) == (got["username"], got["fromCache"])
    assert "sent" == oauth_lab.send("scanner@contoso.com", got["token"], tmp_path).ended


def test_a_user_signs_in_with_a_password(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    got = acquire(oauth_lab, tmp_path, **as_user("password"))

    assert ("scanner@contoso.com", True) == (got["username"], got["fromCache"])


@pytest.mark.parametrize(
    ("user", "password", "code", "name"),
    [
        ("scanner@contoso.com", "wrong", "AADSTS50126", "ServerError"),
        ("careful@contoso.com", "fake careful", "AADSTS50076", "InteractionRequiredAuthError"),
        ("newcomer@contoso.com", "fake newcomer", "AADSTS50079", "InteractionRequiredAuthError"),
        ("nobody@contoso.com", "fake", "AADSTS50034", "ServerError"),
        ("locked@contoso.com", "fake locked", "AADSTS50053", "ServerError"),
        ("expired@contoso.com", "fake expired", "AADSTS50055", "ServerError"),
        ("helpdesk@contoso.com", "fake", "AADSTS50056", "ServerError"),
        ("disabled@contoso.com", "fake disabled", "AADSTS50057", "ServerError"),
        ("risky@contoso.com", "fake risky", "AADSTS53003", "ServerError"),
    ],
)
def test_a_user_who_may_not_is_the_client_s_own_error(  # noqa: PLR0913, PLR0917 - a table
    oauth_lab: OAuthLab, tmp_path: Path, user: str, password: str, code: str, name: str
) -> None:
    said = acquire(oauth_lab, tmp_path, **as_user("password", user=user, password=password))

    assert name == said["name"]
    assert code in said["message"]
