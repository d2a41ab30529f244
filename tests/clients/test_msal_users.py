# ruff: noqa: ANN401 - MSAL has no types
"""MSAL for Python, unmodified: users who sign in by device code and at the page; one travel of the clock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msal  # type: ignore[import-untyped]
import pytest

from relaylab.domain.clock import parse_instant
from tests.clients.oauth import (
    DEFAULT_SCOPE,
    FIRMWARE,
    STRANGER,
    USER_SCOPE,
    OAuthLab,
    answered,
    oauth_world,
)
from tests.clients.oauth_msal import confidential, public
from tests.conftest import Emulate

pytestmark = [
    pytest.mark.clients,
    pytest.mark.filterwarnings("ignore:response_mode='form_post' is recommended"),  # the other modes are tried too
]


def device_flow(app: Any) -> dict[str, Any]:
    flow: dict[str, Any] = app.initiate_device_flow([USER_SCOPE])
    return flow


def poll_once(app: Any, flow: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = app.acquire_token_by_device_flow(dict(flow), exit_condition=lambda _: True)
    return answer


def test_a_device_waits_for_its_user_and_then_sends_refreshes_and_keeps(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    app = public(oauth_lab, FIRMWARE)
    flow = device_flow(app)

    waiting = poll_once(app, flow)
    oauth_lab.type_in(flow["user_code"], "scanner@contoso.com", "fake tray 2")
    got = app.acquire_token_by_device_flow(flow)
    account = app.get_accounts()[0]
    kept = app.acquire_token_silent([USER_SCOPE], account=account)
    fresh = app.acquire_token_silent([USER_SCOPE], account=account, force_refresh=True)

    assert ("authorization_pending", [70016]) == (waiting["error"], waiting["error_codes"])
    assert "scanner@contoso.com" == account["username"]
    assert got["access_token"] == kept["access_token"] != fresh["access_token"]
    assert "sent" == oauth_lab.send("scanner@contoso.com", fresh["access_token"], tmp_path).ended


def test_a_device_code_is_good_for_fifteen_minutes_of_simulated_time(oauth_lab: OAuthLab) -> None:
    app = public(oauth_lab, FIRMWARE)
    flow = device_flow(app)
    oauth_lab.emulator.travel(parse_instant("2026-12-01T00:14:59Z"))
    before = poll_once(app, flow)
    oauth_lab.emulator.travel(parse_instant("2026-12-01T00:15:00Z"))

    assert "authorization_pending" == before["error"]
    after = poll_once(app, flow)
    assert ("expired_token", [70020]) == (after["error"], after["error_codes"])


def test_a_refresh_gives_a_new_refresh_token_which_the_client_keeps(oauth_lab: OAuthLab) -> None:
    app = public(oauth_lab, FIRMWARE)
    flow = device_flow(app)
    oauth_lab.type_in(flow["user_code"], "scanner@contoso.com", "fake tray 2")
    app.acquire_token_by_device_flow(flow)
    (account,) = app.get_accounts()

    kept = [refresh_token_of(app)]
    for _ in range(2):
        app.acquire_token_silent([USER_SCOPE], account=account, force_refresh=True)
        kept.append(refresh_token_of(app))

    assert 3 == len(set(kept))


def refresh_token_of(app: Any) -> str:
    (entry,) = app.token_cache.search(msal.TokenCache.CredentialType.REFRESH_TOKEN)
    return str(entry["secret"])


def test_a_cache_that_was_written_down_needs_no_user(oauth_lab: OAuthLab) -> None:
    first, second = msal.SerializableTokenCache(), msal.SerializableTokenCache()
    app = public(oauth_lab, FIRMWARE, token_cache=first)
    flow = device_flow(app)
    oauth_lab.type_in(flow["user_code"], "scanner@contoso.com", "fake tray 2")
    got = app.acquire_token_by_device_flow(flow)
    second.deserialize(first.serialize())

    later = public(oauth_lab, FIRMWARE, token_cache=second)
    (account,) = later.get_accounts(username="scanner@contoso.com")
    kept = later.acquire_token_silent([USER_SCOPE], account=account)

    assert (got["access_token"], "cache") == (kept["access_token"], kept["token_source"])


@pytest.mark.parametrize("mode", ["query", "form_post", "fragment"])
def test_a_user_signs_in_with_a_code_and_pkce(oauth_lab: OAuthLab, tmp_path: Path, mode: str) -> None:
    app = public(oauth_lab, FIRMWARE)
    flow = app.initiate_auth_code_flow([USER_SCOPE], redirect_uri="http://localhost:54321", response_mode=mode)

    back = oauth_lab.sign_in(flow["auth_uri"], "scanner@contoso.com", "fake tray 2")
    answer = answered(back)
    got = app.acquire_token_by_auth_code_flow(flow, answer)

    assert "scanner@contoso.com" == got["id_token_claims"]["preferred_username"]
    assert USER_SCOPE == got["scope"]
    assert "sent" == oauth_lab.send("scanner@contoso.com", got["access_token"], tmp_path).ended
    again = app.acquire_token_by_auth_code_flow(flow, answer)
    assert [54005] == again["error_codes"]


def test_a_user_who_declines_sends_the_application_an_error(oauth_lab: OAuthLab) -> None:
    app = public(oauth_lab, FIRMWARE)
    flow = app.initiate_auth_code_flow([USER_SCOPE], redirect_uri="http://localhost:54321", response_mode="query")

    back = oauth_lab.sign_in(flow["auth_uri"], "", "", action="decline")
    got = app.acquire_token_by_auth_code_flow(flow, answered(back))

    assert "access_denied" == got["error"]


@pytest.mark.parametrize(
    ("user", "password", "code"),
    [
        ("scanner@contoso.com", "wrong", 50126),
        ("nobody@contoso.com", "fake", 50034),
        ("locked@contoso.com", "fake locked", 50053),
        ("expired@contoso.com", "fake expired", 50055),
        ("disabled@contoso.com", "fake disabled", 50057),
        ("newcomer@contoso.com", "fake newcomer", 50079),
        ("risky@contoso.com", "fake risky", 53003),
    ],
)
def test_the_page_tells_a_user_what_is_wrong(oauth_lab: OAuthLab, user: str, password: str, code: int) -> None:
    flow = public(oauth_lab, FIRMWARE).initiate_auth_code_flow([USER_SCOPE], redirect_uri="http://localhost:1")

    shown = oauth_lab.sign_in(flow["auth_uri"], user, password)

    assert 400 == shown.status_code
    assert f"AADSTS{code}:" in shown.text


def test_who_must_consent_is_asked_once(oauth_lab: OAuthLab) -> None:
    app = confidential(oauth_lab, STRANGER, "fake-secret-3")
    flow = app.initiate_auth_code_flow([USER_SCOPE], redirect_uri="http://localhost", response_mode="query")

    refused = oauth_lab.sign_in(flow["auth_uri"], "scanner@contoso.com", "fake tray 2")
    oauth_lab.sign_in(flow["auth_uri"], "scanner@contoso.com", "fake tray 2", consent="1")
    back = oauth_lab.sign_in(flow["auth_uri"], "scanner@contoso.com", "fake tray 2")

    assert "AADSTS65001" in refused.text
    assert "access_token" in app.acquire_token_by_auth_code_flow(flow, answered(back))


# Time -----------------------------------------------------------------------------------------------------------------


def test_one_travel_moves_token_refresh_and_smtp_together(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    # MSAL keeps tokens by the machine's clock, and ours does not move that: it is asked to refresh by name.
    app = public(oauth_lab, FIRMWARE)
    flow = device_flow(app)
    oauth_lab.type_in(flow["user_code"], "scanner@contoso.com", "fake tray 2")
    token = app.acquire_token_by_device_flow(flow)["access_token"]
    account = app.get_accounts()[0]

    oauth_lab.emulator.travel(parse_instant("2026-12-01T00:59:59Z"))
    assert "sent" == oauth_lab.send("scanner@contoso.com", token, tmp_path).ended
    oauth_lab.emulator.travel(parse_instant("2026-12-01T01:00:00Z"))
    assert "sent" != oauth_lab.send("scanner@contoso.com", token, tmp_path).ended
    assert "submission.auth.token_has_expired" == oauth_lab.last_rule()

    fresh = app.acquire_token_silent([USER_SCOPE], account=account, force_refresh=True)
    assert "sent" == oauth_lab.send("scanner@contoso.com", fresh["access_token"], tmp_path).ended

    oauth_lab.emulator.travel(parse_instant("2027-03-02T01:00:00Z"))  # more than ninety days later
    dead = app.acquire_token_silent_with_error([USER_SCOPE], account=account, force_refresh=True)
    assert ("invalid_grant", [700082]) == (dead["error"], dead["error_codes"])


FOR_AN_HOUR = "b0000000-0000-4000-8000-00000000000b"
ENDS_AT_ONE = f"""
  [[tenant.app_registration]]
  app_id = "{FOR_AN_HOUR}"
    [[tenant.app_registration.password_credential]]
    secret_text = "fake-secret-b"
    end_date_time = 2026-12-01T01:00:00Z
"""


@pytest.mark.parametrize(
    ("at", "sent", "codes"),
    [
        ("2026-12-01T00:09:59Z", "sent", [None, None, [70016]]),
        ("2026-12-01T00:10:00Z", "sent", [None, [70008], [70016]]),
        ("2026-12-01T00:59:59Z", "sent", [None, [70008], [70020]]),
        ("2026-12-01T01:00:00Z", "SMTPAuthenticationError", [[7000222], [70008], [70020]]),
    ],
)
def test_one_travel_moves_the_token_the_secret_the_code_and_the_device_code(  # noqa: PLR0913, PLR0917 - a table
    emulate: Emulate, oauth_lab: OAuthLab, tmp_path: Path, at: str, sent: str, codes: list[object]
) -> None:
    lab = OAuthLab(emulate(world=oauth_world(ENDS_AT_ONE)))
    app = public(lab, FIRMWARE)
    device, token = device_flow(app), lab.app_token()
    flow = app.initiate_auth_code_flow([USER_SCOPE], redirect_uri="http://localhost", response_mode="query")
    back = answered(lab.sign_in(flow["auth_uri"], "scanner@contoso.com", "fake tray 2"))

    lab.emulator.travel(parse_instant(at))
    by_secret = confidential(lab, FOR_AN_HOUR, "fake-secret-b").acquire_token_for_client([DEFAULT_SCOPE])
    by_code, by_device = app.acquire_token_by_auth_code_flow(flow, back), poll_once(app, device)

    assert sent == lab.send("app@contoso.com", token, tmp_path).ended
    assert codes == [one.get("error_codes") for one in (by_secret, by_code, by_device)]


def test_the_answer_of_a_step_that_names_no_time_stays_the_same(oauth_lab: OAuthLab, emulate: Emulate) -> None:
    other = OAuthLab(emulate(world=oauth_world()))

    codes = [device_flow(public(lab, FIRMWARE))["user_code"] for lab in (oauth_lab, other)]

    assert codes[0] == codes[1], "one seed, one device code"
