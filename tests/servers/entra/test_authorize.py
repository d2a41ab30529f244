"""What authorize judges before it shows a page, and what a browser that signed in before is spared."""

from __future__ import annotations

import copy
from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

import httpx
import jwt
import pytest

from relaylab.app.config import load_document
from relaylab.domain.clock import parse_instant
from tests.clients.oauth import FIRMWARE, STRANGER, USER_SCOPE, OAuthLab, form_of, oauth_world

PATH = "/contoso.com/oauth2/v2.0/authorize"
URI = "http://localhost"
ASKED = {
    "client_id": FIRMWARE,
    "response_type": "code",
    "scope": f"openid {USER_SCOPE}",
    "redirect_uri": URI,
    "state": "s-1",
}
SCANNER = {"login": "scanner@contoso.com", "passwd": "fake tray 2", "action": "accept"}


def answered(answer: httpx.Response, mark: str = "?") -> dict[str, str]:
    """What the browser is sent back with."""
    assert 302 == answer.status_code, answer.text
    parts = urlsplit(answer.headers["location"])
    assert f"{parts.scheme}://{parts.netloc}" == URI
    return dict(parse_qsl(parts.query if mark == "?" else parts.fragment))


def sign_in(http: httpx.Client, asked: dict[str, str], **filled: str) -> httpx.Response:
    """Open the page and fill it in."""
    shown = http.get(PATH, params=asked)
    assert 200 == shown.status_code, shown.text
    action, hidden = form_of(shown.text)
    return http.post(action, data=hidden | SCANNER | filled)


@pytest.mark.parametrize(
    ("changes", "error", "text", "mark"),
    [
        ({"response_type": "id_token"}, "unsupported_response_type", "AADSTS700054:", "#"),
        ({"response_type": "code id_token", "nonce": "n"}, "unsupported_response_type", "AADSTS700054:", "#"),
        ({"response_type": "token"}, "unsupported_response_type", "AADSTS700051:", "#"),
        ({"response_type": "magic"}, "unsupported_response_type", "AADSTS70005:", "#"),
        ({"response_type": ""}, "invalid_request", "AADSTS900144: The request body must contain the", "#"),
        ({"response_mode": "web_message"}, "invalid_request", "AADSTS70007:", "?"),
        ({"prompt": "please"}, "invalid_request", "AADSTS90023:", "?"),
        ({"prompt": "login consent"}, "invalid_request", "AADSTS90023:", "?"),
        ({"prompt": "none"}, "login_required", "AADSTS50058:", "?"),
        ({"code_challenge_method": "S256"}, "invalid_request", "AADSTS50147:", "?"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request", "AADSTS501491:", "?"),
        ({"code_challenge": "a" * 43, "code_challenge_method": "MD5"}, "invalid_request", "AADSTS501491:", "?"),
        ({"resource": "https://outlook.office365.com"}, "invalid_request", "AADSTS901002:", "?"),
        ({"scope": "offline_access"}, "invalid_scope", "AADSTS700023:", "?"),
    ],
)
def test_what_authorize_does_not_take_is_told_to_the_application(
    oauth_lab: OAuthLab, changes: dict[str, str], error: str, text: str, mark: str
) -> None:
    with oauth_lab.http() as http:
        told = answered(http.get(PATH, params=ASKED | changes), mark)

    assert (error, "s-1") == (told["error"], told["state"])
    assert told["error_description"].startswith(text)


@pytest.mark.parametrize("prompt", ["login", "consent", "select_account"])
def test_a_prompt_shows_the_page_to_a_browser_that_signed_in(oauth_lab: OAuthLab, prompt: str) -> None:
    with oauth_lab.http() as http:
        sign_in(http, ASKED)

        assert 200 == http.get(PATH, params=ASKED | {"prompt": prompt}).status_code


@pytest.mark.parametrize("prompt", [{}, {"prompt": "none"}, {"prompt": "none", "login_hint": "Scanner@contoso.com"}])
def test_a_browser_that_signed_in_gets_its_next_code_without_the_page(
    oauth_lab: OAuthLab, prompt: dict[str, str]
) -> None:
    with oauth_lab.http() as http:
        first = answered(sign_in(http, ASKED))

        second = answered(http.get(PATH, params=ASKED | prompt))

    assert "s-1" == second["state"]
    assert first["code"] != second["code"]


def test_the_cookie_is_for_tls_and_not_for_scripts(oauth_lab: OAuthLab) -> None:
    with oauth_lab.http() as http:
        cookie = sign_in(http, ASKED).headers["set-cookie"]

    assert cookie.startswith("ESTSAUTH=")
    assert {"Secure", "HttpOnly"} <= set(cookie.split("; "))


def test_somebody_else_s_hint_finds_nobody_signed_in(oauth_lab: OAuthLab) -> None:
    with oauth_lab.http() as http:
        sign_in(http, ASKED)

        told = answered(http.get(PATH, params=ASKED | {"prompt": "none", "login_hint": "app@contoso.com"}))

    assert "login_required" == told["error"]


def test_without_consent_a_silent_request_is_65001(oauth_lab: OAuthLab) -> None:
    stranger = ASKED | {"client_id": STRANGER, "prompt": "none"}
    with oauth_lab.http() as http:
        sign_in(http, ASKED)

        told = answered(http.get(PATH, params=stranger))
        page = http.get(PATH, params=stranger | {"prompt": ""})

    assert "interaction_required" == told["error"]
    assert told["error_description"].startswith("AADSTS65001:")
    assert 400 == page.status_code
    assert "AADSTS65001" in page.text


def test_prompt_consent_asks_again_for_what_was_consented_to(oauth_lab: OAuthLab) -> None:
    asked = ASKED | {"client_id": STRANGER}
    with oauth_lab.http() as http:
        answered(sign_in(http, asked, consent="1"))

        without = sign_in(http, asked | {"prompt": "consent"})
        with_it = sign_in(http, asked | {"prompt": "consent"}, consent="1")

    assert 400 == without.status_code
    assert "AADSTS65001" in without.text
    assert "code" in answered(with_it)


def test_logout_ends_the_session_of_the_browser(oauth_lab: OAuthLab) -> None:
    with oauth_lab.http() as http:
        sign_in(http, ASKED)
        left = http.get("/contoso.com/oauth2/v2.0/logout")

        told = answered(http.get(PATH, params=ASKED | {"prompt": "none"}))

    assert 200 == left.status_code
    assert "login_required" == told["error"]


def test_revoked_sessions_end_that_of_the_browser(oauth_lab: OAuthLab) -> None:
    revoked = copy.deepcopy(dict(oauth_world().document))
    mailboxes = revoked["tenant"][0]["mailbox"]
    scanner = next(one for one in mailboxes if one["address"] == "scanner@contoso.com")
    scanner["sign_in_sessions_valid_from"] = "2026-12-01T00:00:01Z"
    with oauth_lab.http() as http:
        sign_in(http, ASKED)
        oauth_lab.emulator.put(world=load_document(revoked, "world"))

        before = answered(http.get(PATH, params=ASKED | {"prompt": "none"}))
        oauth_lab.emulator.travel(parse_instant("2026-12-01T00:00:01Z"))
        told = answered(http.get(PATH, params=ASKED | {"prompt": "none"}))

    assert "code" in before
    assert "login_required" == told["error"]


def test_a_browser_s_session_without_a_second_factor_does_not_go_on_where_one_is_demanded(oauth_lab: OAuthLab) -> None:
    silent = ASKED | {"prompt": "none"}
    with oauth_lab.http() as http:
        sign_in(http, ASKED)
        oauth_lab.meanwhile("", "mfa_required = true")

        told = answered(http.get(PATH, params=silent))
        page = http.get(PATH, params=ASKED)
        http.post(form_of(page.text)[0], data=form_of(page.text)[1] | SCANNER)
        after = answered(http.get(PATH, params=silent))

    assert "interaction_required" == told["error"]
    assert told["error_description"].startswith("AADSTS50076:")
    assert "code" in after


def test_a_login_hint_is_on_the_page(oauth_lab: OAuthLab) -> None:
    with oauth_lab.http() as http:
        page = http.get(PATH, params=ASKED | {"login_hint": "scanner@contoso.com"})

    assert 'name="login" value="scanner@contoso.com"' in page.text


def test_the_nonce_comes_back_in_the_id_token_and_the_verifier_is_checked(oauth_lab: OAuthLab) -> None:
    verifier = "v" * 43
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    pkce = {"code_challenge": challenge, "code_challenge_method": "S256", "nonce": "n-7"}
    redeem = {"grant_type": "authorization_code", "client_id": FIRMWARE, "redirect_uri": URI}
    with oauth_lab.http() as http:
        right = answered(sign_in(http, ASKED | pkce))["code"]
        wrong = answered(http.get(PATH, params=ASKED | pkce))["code"]
        none = answered(http.get(PATH, params=ASKED | pkce))["code"]

    given = oauth_lab.ask(**redeem, code=right, code_verifier=verifier).json()
    assert "n-7" == jwt.decode(given["id_token"], options={"verify_signature": False})["nonce"]
    assert [501481] == oauth_lab.ask(**redeem, code=wrong, code_verifier="w" * 43).json()["error_codes"]
    assert [501481] == oauth_lab.ask(**redeem, code=none).json()["error_codes"]


def test_the_page_of_a_form_post_comes_back_with_state(oauth_lab: OAuthLab) -> None:
    with oauth_lab.http() as http:
        page = sign_in(http, ASKED | {"response_mode": "form_post"})

    _, hidden = form_of(page.text)
    assert "s-1" == hidden["state"]
    assert hidden["code"]
