"""The keys that Entra signs with, over the control plane: listed, rotated, dropped, and what SMTP says to a token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jwt
import pytest

from tests.clients.controlled import Controlled
from tests.clients.oauth import OAuthLab
from tests.servers.steering import send

KEYS = "/entra/keys"


@dataclass(frozen=True)
class KeysLab:
    """The OAuth world, and its control plane."""

    oauth: OAuthLab
    controlled: Controlled


@pytest.fixture
def lab(oauth_lab: OAuthLab) -> Iterator[KeysLab]:
    """The world of the OAuth tests with a control plane."""
    controlled = Controlled(oauth_lab.emulator)
    yield KeysLab(oauth_lab, controlled)
    controlled.close()


def kid_of(token: str) -> str:
    kid: str = jwt.get_unverified_header(token)["kid"]
    return kid


def published(lab: OAuthLab) -> list[str]:
    with lab.http() as http:
        return [key["kid"] for key in http.get("/contoso.com/discovery/v2.0/keys").json()["keys"]]


def test_a_rotation_signs_with_a_new_key_and_the_old_token_counts_until_it_is_dropped(
    lab: KeysLab, tmp_path: Path
) -> None:
    before = lab.oauth.app_token()

    rotated = send(lab.controlled, "POST", KEYS, status=201)
    after = lab.oauth.app_token()

    assert {"signs": kid_of(after), "old": [kid_of(before)]} == rotated == lab.controlled.get(KEYS)
    assert [kid_of(after), kid_of(before)] == published(lab.oauth)
    assert ["sent"] * 2 == [lab.oauth.send("app@contoso.com", one, tmp_path).ended for one in (before, after)]

    assert {"signs": kid_of(after), "old": []} == send(lab.controlled, "DELETE", KEYS)
    assert [kid_of(after)] == published(lab.oauth)
    assert "SMTPAuthenticationError" == lab.oauth.send("app@contoso.com", before, tmp_path).ended
    assert "submission.auth.token_signature_does_not_count" == lab.oauth.last_rule()
    assert "sent" == lab.oauth.send("app@contoso.com", after, tmp_path).ended


def test_a_rotation_can_drop_the_old_keys_in_the_same_step(lab: KeysLab) -> None:
    before = lab.oauth.app_token()

    rotated = send(lab.controlled, "POST", KEYS, {"keep_old": False}, status=201)

    assert [] == rotated["old"]
    assert kid_of(before) != rotated["signs"]


def test_keys_stay_when_everything_begins_again(lab: KeysLab) -> None:
    first = lab.controlled.get(KEYS)

    send(lab.controlled, "POST", "/reset")

    assert first == lab.controlled.get(KEYS)


def test_a_wrong_body_is_told(lab: KeysLab) -> None:
    told = send(lab.controlled, "POST", KEYS, {"keep_old": "no"}, status=400)

    assert "keep_old" in told["error"]
    assert "true or false" in told["error"]
