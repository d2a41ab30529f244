"""Programs that we did not write verify our tokens with the published keys: PyJWT, and npm's jose."""

from __future__ import annotations

import json
import shutil
import ssl
from pathlib import Path
from typing import Any

import jwt
import pytest

from relaylab.domain.clock import iso, parse_instant
from tests.clients.oauth import DEFAULT_SCOPE, FIRMWARE, INVOICES, TENANT, USER_SCOPE, OAuthLab
from tests.clients.oauth_msal import public
from tests.clients.programs import NODE_FOLDER, missing, run

pytestmark = pytest.mark.clients

EXCHANGE, STS = "https://outlook.office365.com", f"https://sts.windows.net/{TENANT}/"


def configuration(lab: OAuthLab) -> dict[str, str]:
    with lab.http() as http:
        told: dict[str, str] = http.get("/contoso.com/v2.0/.well-known/openid-configuration").json()
    return told


class Keys:
    """PyJWT's client of a key set; it keeps none, since it would ask anew after half a minute only."""

    def __init__(self, lab: OAuthLab) -> None:
        context = ssl.create_default_context(cafile=lab.ca)
        self.client = jwt.PyJWKClient(configuration(lab)["jwks_uri"], cache_jwk_set=False, ssl_context=context)

    def verify(self, token: str, audience: str = EXCHANGE, issuer: str = STS) -> dict[str, Any]:
        key = self.client.get_signing_key_from_jwt(token)
        options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}  # which are of our clock
        told: dict[str, Any] = jwt.decode(
            token, key, algorithms=["RS256"], audience=audience, issuer=issuer, options=options
        )
        return told


def test_pyjwt_verifies_an_application_s_token(oauth_lab: OAuthLab) -> None:
    claims = Keys(oauth_lab).verify(oauth_lab.app_token())

    assert ["SMTP.SendAsApp"] == claims["roles"]
    assert ("1.0", "app", "1") == (claims["ver"], claims["idtyp"], claims["appidacr"])
    assert "50000000-0000-4000-8000-000000000001" == claims["oid"] == claims["sub"]
    assert 3900 == claims["exp"] - claims["iat"]
    assert parse_instant("2026-11-30T23:55:00Z").timestamp() == claims["nbf"]


def test_pyjwt_verifies_what_a_user_s_sign_in_gives(oauth_lab: OAuthLab) -> None:
    app = public(oauth_lab, FIRMWARE)
    flow = app.initiate_device_flow([USER_SCOPE])
    oauth_lab.type_in(flow["user_code"], "scanner@contoso.com", "fake tray 2")
    got, keys = app.acquire_token_by_device_flow(flow), Keys(oauth_lab)

    access = keys.verify(got["access_token"], audience="https://outlook.office.com")
    identity = keys.verify(got["id_token"], audience=FIRMWARE, issuer=configuration(oauth_lab)["issuer"])

    assert ("SMTP.Send", "scanner@contoso.com") == (access["scp"], access["upn"])
    assert (access["oid"], "scanner@contoso.com") == (identity["oid"], identity["preferred_username"])


def test_pyjwt_refuses_a_token_that_somebody_changed(oauth_lab: OAuthLab) -> None:
    header, claims, signature = oauth_lab.app_token().split(".")
    changed = jwt.encode(json.loads(jwt.utils.base64url_decode(claims)) | {"roles": ["Mail.Send"]}, "x" * 32)

    with pytest.raises(jwt.InvalidSignatureError):
        Keys(oauth_lab).verify(".".join([header, changed.split(".")[1], signature]))


def test_pyjwt_follows_a_rotation_of_keys(oauth_lab: OAuthLab) -> None:
    keys, before = Keys(oauth_lab), oauth_lab.app_token()
    keys.verify(before)
    kid = oauth_lab.emulator.entra.rotate_signing_keys()
    after = oauth_lab.app_token()

    assert kid == jwt.get_unverified_header(after)["kid"] != jwt.get_unverified_header(before)["kid"]
    assert INVOICES == keys.verify(before)["appid"] == keys.verify(after)["appid"]


# jose -----------------------------------------------------------------------------------------------------------------


def by_jose(lab: OAuthLab, folder: Path, token: str, **changes: str) -> dict[str, Any]:
    if not (NODE_FOLDER / "node_modules" / "jose").is_dir():
        missing("jose", "npm install --prefix tests/clients/node")
    node = shutil.which("node") or missing("node", "install Node.js (apt install nodejs)")
    job = {
        "token": token,
        "keys": configuration(lab)["jwks_uri"],
        "issuer": STS,
        "audience": EXCHANGE,
        "now": iso(lab.emulator.clock.now()),
    }
    environment = {"NODE_EXTRA_CA_CERTS": lab.ca}
    ran = run(
        [node, NODE_FOLDER / "verify.mjs"], folder, given=json.dumps(job | changes).encode(), environment=environment
    )
    assert 0 == ran.returncode, ran.stderr.decode()
    said: dict[str, Any] = json.loads(ran.stdout)
    return said


def test_jose_verifies_a_token_by_the_simulated_clock(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    token = oauth_lab.app_token()

    said = by_jose(oauth_lab, tmp_path, token)

    assert ["SMTP.SendAsApp"] == said["claims"]["roles"]
    assert jwt.get_unverified_header(token)["kid"] == said["header"]["kid"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"now": "2026-12-01T01:00:00Z"}, "ERR_JWT_EXPIRED"),
        ({"now": "2026-11-30T23:54:59Z"}, "ERR_JWT_CLAIM_VALIDATION_FAILED"),
        ({"audience": DEFAULT_SCOPE}, "ERR_JWT_CLAIM_VALIDATION_FAILED"),
        ({"issuer": "https://sts.example/"}, "ERR_JWT_CLAIM_VALIDATION_FAILED"),
    ],
)
def test_jose_tells_in_its_own_words_what_is_wrong_with_a_token(
    oauth_lab: OAuthLab, tmp_path: Path, changes: dict[str, str], code: str
) -> None:
    assert code == by_jose(oauth_lab, tmp_path, oauth_lab.app_token(), **changes)["code"]


def test_jose_does_not_know_a_key_that_is_gone(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    token = oauth_lab.app_token()
    oauth_lab.emulator.entra.rotate_signing_keys(keep_old=False)

    assert "ERR_JWKS_NO_MATCHING_KEY" == by_jose(oauth_lab, tmp_path, token)["code"]


def test_a_return_to_a_snapshot_brings_the_keys_back(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    keys, before = Keys(oauth_lab), oauth_lab.app_token()
    snapshot = oauth_lab.emulator.snapshot()
    oauth_lab.emulator.entra.rotate_signing_keys(keep_old=False)
    after = oauth_lab.app_token()

    oauth_lab.emulator.roll_back(snapshot)

    assert ["SMTP.SendAsApp"] == keys.verify(before)["roles"]
    assert "sent" == oauth_lab.send("app@contoso.com", before, tmp_path).ended
    with pytest.raises(jwt.PyJWKClientError):
        keys.verify(after)


def test_the_first_key_stays_when_the_snapshot_is_older_than_it(oauth_lab: OAuthLab) -> None:
    keys, snapshot = Keys(oauth_lab), oauth_lab.emulator.snapshot()
    token = oauth_lab.app_token()

    oauth_lab.emulator.roll_back(snapshot)

    assert ["SMTP.SendAsApp"] == keys.verify(token)["roles"]
