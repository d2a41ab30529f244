"""Where a browser is sent: to a registered redirect URI, all of it, and in a header that can be written."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.clients.oauth import FIRMWARE, STRANGER, USER_SCOPE, OAuthLab, oauth_world
from tests.conftest import Emulate

APP = "b0000000-0000-4000-8000-000000000007"
REGISTERED = "https://client.example/answer"
LONG = f"https://client.example/{'answer/' * 60}end"


def query(client_id: str, uri: str) -> dict[str, str]:
    return {"client_id": client_id, "scope": USER_SCOPE, "redirect_uri": uri, "response_type": "code"}


def lab_with(emulate: Emulate, uri: str) -> OAuthLab:
    table = f"""
  [[tenant.app_registration]]
  app_id = "{APP}"
  scopes = ["SMTP.Send"]
  redirect_uris = ["{uri}"]
"""
    return OAuthLab(emulate(world=oauth_world(table)))


@pytest.mark.parametrize(
    ("client_id", "uri"),
    [
        (STRANGER, f"{REGISTERED}\r\n"),
        (STRANGER, f"{REGISTERED}\r\nSet-Cookie: a=b"),
        (STRANGER, f"{REGISTERED}\x00"),
        (STRANGER, f"\u200b{REGISTERED}"),
        (FIRMWARE, "http://localhost:8080\r\n"),
    ],
)
def test_a_redirect_uri_with_an_invisible_character_is_not_registered(
    oauth_lab: OAuthLab, client_id: str, uri: str, capfd: pytest.CaptureFixture[str]
) -> None:
    form = query(client_id, uri)
    sign_in = {"login": "scanner@contoso.com", "passwd": "fake tray 2", "action": "accept", "consent": "1"}
    with oauth_lab.http() as http:
        asked = http.get("/contoso.com/oauth2/v2.0/authorize", params=form)
        signed_in = http.post("/contoso.com/login", data=form | sign_in)
        left = http.get("/contoso.com/oauth2/v2.0/logout", params={"post_logout_redirect_uri": uri})

    assert (400, 400, 200) == (asked.status_code, signed_in.status_code, left.status_code)
    assert "AADSTS50011" in asked.text
    assert "AADSTS50011" in signed_in.text
    assert "location" not in asked.headers.keys() | signed_in.headers.keys() | left.headers.keys()
    assert "Traceback" not in capfd.readouterr().err


def test_what_follows_the_first_256_characters_is_judged_too(emulate: Emulate) -> None:
    lab = lab_with(emulate, LONG[:256])

    with lab.http() as http:
        asked = http.get("/contoso.com/oauth2/v2.0/authorize", params=query(APP, LONG))

    assert (400, True) == (asked.status_code, "AADSTS50011" in asked.text)


@pytest.mark.parametrize(
    ("uri", "sent_to"),
    [(LONG, LONG), ("https://client.example/zurück/a b?x=%41", "https://client.example/zur%C3%BCck/a%20b?x=%41")],
    ids=["long", "not ASCII"],
)
def test_the_browser_is_sent_to_a_registered_uri_whatever_its_length_and_letters(
    emulate: Emulate, uri: str, sent_to: str
) -> None:
    lab = lab_with(emulate, uri)

    back = lab.sign_in(
        f"/contoso.com/oauth2/v2.0/authorize?{urlencode(query(APP, uri))}", "scanner@contoso.com", "fake tray 2"
    )

    assert 302 == back.status_code
    assert back.headers["location"].startswith(sent_to)
    assert "code=" in back.headers["location"]
