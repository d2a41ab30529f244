"""Where sources about Entra differ, a reading chooses; the default is what the fact sheet recommends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.oauth import FIRMWARE, STRANGER, OAuthLab, oauth_world
from tests.conftest import Emulate


@pytest.mark.parametrize(
    ("user", "password", "client", "reading", "code"),
    [
        ("careful@contoso.com", "fake careful", {}, "second_factor_error", 50076),
        ("newcomer@contoso.com", "fake newcomer", {}, "second_factor_error", 50079),
        ("risky@contoso.com", "fake risky", {}, "conditional_access_error", 53003),
        (
            "scanner@contoso.com",
            "fake tray 2",
            {"client_id": STRANGER, "client_secret": "fake-secret-3"},
            "consent_error",
            65001,
        ),
    ],
)
def test_the_oauth_error_of_what_a_user_must_do_is_a_reading(  # noqa: PLR0913, PLR0917 - a table
    emulate: Emulate, user: str, password: str, client: dict[str, str], reading: str, code: int
) -> None:
    said = [
        OAuthLab(emulate(world=oauth_world(), readings=chosen)).user_token(user, password, **client)
        for chosen in ({}, {reading: "interaction_required"})
    ]

    assert ["invalid_grant", "interaction_required"] == [one["error"] for one in said]
    assert [[code], [code]] == [one["error_codes"] for one in said]


def test_under_one_reading_a_refresh_needs_a_scope(emulate: Emulate) -> None:
    lab = OAuthLab(emulate(world=oauth_world(), readings={"refresh_without_scope": "900144"}))
    given = lab.user_token()
    form = {"grant_type": "refresh_token", "client_id": FIRMWARE, "refresh_token": given["refresh_token"]}

    without, with_it = lab.ask(**form).json(), lab.ask(**form, scope=given["scope"]).json()

    assert [900144] == without["error_codes"]
    assert "'scope'" in without["error_description"]
    assert "access_token" in with_it


@pytest.mark.parametrize(
    ("chosen", "rule"), [("full_access", None), ("refused", "submission.auth.token_is_another_user_s")]
)
def test_whether_a_user_s_token_opens_a_shared_mailbox_is_a_reading(
    emulate: Emulate, tmp_path: Path, chosen: str, rule: str | None
) -> None:
    lab = OAuthLab(emulate(world=oauth_world(), readings={"user_token_for_another_mailbox": chosen}))

    outcome = lab.send("shared@contoso.com", lab.user_token()["access_token"], tmp_path)

    assert (rule is None) == ("sent" == outcome.ended)
    assert ([rule] if rule else []) == lab.rules()
