"""Clients that are handed a token: curl in two steps and in one, nodemailer in one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.curl import Curl
from tests.clients.errand import submit
from tests.clients.nodemailer import Nodemailer
from tests.clients.oauth import OAuthLab

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
