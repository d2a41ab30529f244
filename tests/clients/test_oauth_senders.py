"""Clients that are handed a token: curl in two steps and in one, nodemailer in one; nodemailer also gets its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from relaylab.domain.clock import parse_instant
from tests.clients.curl import Curl
from tests.clients.errand import submit
from tests.clients.nodemailer import Nodemailer
from tests.clients.oauth import FIRMWARE, OAuthLab

pytestmark = pytest.mark.clients


def test_curl_sends_with_a_token_in_two_steps(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    errand = submit(oauth_lab.emulator, user="app@contoso.com", password=None, token=oauth_lab.app_token())

    outcome = Curl().send(errand, tmp_path)

    assert Curl.sent == outcome.ended
    assert "> AUTH XOAUTH2\n" in outcome.output


def test_curl_sends_with_a_token_in_one_step(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    errand = submit(oauth_lab.emulator, user="app@contoso.com", password=None, token=oauth_lab.app_token())

    assert Curl.sent == Curl().send(errand, tmp_path, "--sasl-ir").ended


def test_nodemailer_sends_with_a_token_in_one_step(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    errand = submit(oauth_lab.emulator, user="app@contoso.com", password=None, token=oauth_lab.app_token())

    assert Nodemailer.sent == Nodemailer().send(errand, tmp_path).ended


def getting_its_own(lab: OAuthLab, **auth: str) -> dict[str, object]:
    """nodemailer's documented settings for a token that it is to refresh by itself."""
    where = lab.emulator.endpoints["submission"]
    refresh = {"type": "OAuth2", "user": "scanner@contoso.com", "clientId": FIRMWARE, "clientSecret": ""}
    refresh |= {"accessUrl": f"{lab.authority}/oauth2/v2.0/token"} | auth
    tls = {"ca": lab.emulator.ca_file.read_text("ascii")}
    return {"host": where.host, "port": where.port, "requireTLS": True, "tls": tls, "auth": refresh}


def test_nodemailer_refreshes_by_itself_and_sends(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    errand = submit(oauth_lab.emulator, password=None)
    settings = getting_its_own(oauth_lab, refreshToken=oauth_lab.user_token()["refresh_token"])
    oauth_lab.emulator.travel(parse_instant("2026-12-02"))

    outcome = Nodemailer().run(errand, tmp_path, settings, {"NODE_EXTRA_CA_CERTS": oauth_lab.ca})

    assert Nodemailer.sent == outcome.ended, outcome.output


def test_nodemailer_whose_refresh_token_is_dead_says_why(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    errand = submit(oauth_lab.emulator, password=None)
    settings = getting_its_own(oauth_lab, refreshToken=oauth_lab.user_token()["refresh_token"])
    oauth_lab.emulator.travel(parse_instant("2027-03-01"))

    outcome = Nodemailer().run(errand, tmp_path, settings, {"NODE_EXTRA_CA_CERTS": oauth_lab.ca})

    assert Nodemailer.sent != outcome.ended
    assert "AADSTS700082: " in outcome.output
