"""Who may ask: signatures are verified octet for octet, tokens and roles are looked up."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import threading
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from relaylab.domain.event import Judged, TlsFailed
from relaylab.servers.clocks import SystemClock
from tests.acs_rest_lab import APP, LATE, MAIL, STRANGER, VERSION, AcsLab, a_message, acs_world, sign
from tests.builders import at, just_before
from tests.conftest import Emulate

DENIED = {"error": {"code": "Denied", "message": "Denied by the resource provider."}}
SCOPE = "https://communication.azure.com/.default"


@pytest.mark.parametrize("which", [0, 1], ids=["primary", "secondary"])
def test_both_keys_sign(acs_lab: AcsLab, which: int) -> None:
    assert 202 == acs_lab.send(key=acs_lab.key(which=which)).status_code


@pytest.mark.parametrize(
    "host",
    [
        "contoso-mail.communication.azure.com",
        "contoso-mail.unitedstates.communication.azure.com",
        "CONTOSO-MAIL.europe.communication.azure.com:443",
    ],
)
def test_a_resource_is_asked_by_its_host_with_or_without_the_label_of_a_region(acs_lab: AcsLab, host: str) -> None:
    answer = acs_lab.send(host=host)

    assert 202 == answer.status_code
    assert answer.headers["operation-location"].startswith(f"https://{host}/emails/operations/")


def test_an_endpoint_with_a_path_may_be_signed_with_the_path_in_the_host(acs_lab: AcsLab) -> None:
    path = f"/emails:send?api-version={VERSION}"
    body = json.dumps(a_message()).encode()
    host = acs_lab.endpoint().removeprefix("https://")
    signed = sign("POST", f"/acs/{MAIL}{path}", host, body, acs_lab.key(), acs_lab.now)

    assert 202 == acs_lab.request("POST", path, body, headers=signed).status_code


@pytest.mark.parametrize(
    ("changed", "proof"),
    [
        ({"Authorization": ""}, "no Authorization header"),
        ({"Authorization": "Basic dTpw"}, "neither HMAC-SHA256"),
        ({"Authorization": "HMAC-SHA256 Signature=AAAA"}, "neither HMAC-SHA256"),
        ({"Authorization": "HMAC-SHA256 SignedHeaders=host;x-ms-content-sha256&Signature=AAAA"}, "leaves out"),
        ({"Authorization": "HMAC-SHA256 SignedHeaders=x-ms-date;host&Signature=AAAA"}, "leaves out"),
        ({"x-ms-date": "yesterday"}, "no date in GMT"),
        ({"x-ms-date": "Tue, 01 Dec 2026 00:00:00 +0000"}, "no date in GMT"),
        ({"x-ms-content-sha256": base64.b64encode(b"x" * 32).decode()}, "not the body's"),
        ({"x-ms-date": "Tue, 01 Dec 2026 00:00:01 GMT"}, "neither key"),
    ],
)
def test_what_is_not_signed_in_order_is_denied_and_the_log_says_why(
    acs_lab: AcsLab, changed: dict[str, str], proof: str
) -> None:
    answer = acs_lab.send(headers=changed)

    judged = acs_lab.events(Judged)[-1]
    assert (401, DENIED, "Denied") == (answer.status_code, answer.json(), answer.headers["x-ms-error-code"])
    assert "retry-after" not in answer.headers
    assert "acs_rest.send.nothing_proves_who_asks" == judged.decision.rule
    assert any(proof in said for said in judged.decision.because)


@pytest.mark.parametrize(
    ("method", "target", "host", "body"),
    [
        ("GET", None, None, None),
        ("POST", "/emails:send?api-version=2025-09-01", None, None),
        ("POST", None, "elsewhere.communication.azure.com", None),
        ("POST", None, None, b"{}"),
    ],
    ids=["method", "path", "host", "body"],
)
def test_a_signature_over_anything_else_is_denied(
    acs_lab: AcsLab, method: str, target: str | None, host: str | None, body: bytes | None
) -> None:
    path, sent = f"/emails:send?api-version={VERSION}", json.dumps(a_message()).encode()
    own_host = acs_lab.url.removeprefix("https://")
    signed = sign(
        method,
        target or f"/acs/{MAIL}{path}",
        host or own_host,
        sent if body is None else body,
        acs_lab.key(),
        acs_lab.now,
    )

    assert 401 == acs_lab.request("POST", path, sent, headers=signed).status_code


def test_a_key_of_another_resource_is_denied(acs_lab: AcsLab) -> None:
    assert 401 == acs_lab.send(key=acs_lab.key("contoso-unlucky")).status_code


def test_five_minutes_of_skew_are_let_pass_and_not_a_second_more(acs_lab: AcsLab) -> None:
    for sign_of in (1, -1):
        within = acs_lab.send(date=acs_lab.now + sign_of * timedelta(minutes=5))
        beyond = acs_lab.send(date=acs_lab.now + sign_of * timedelta(minutes=5, seconds=1))

        assert 202 == within.status_code
        assert 401 == beyond.status_code
        assert "greater than the allowed margin of 5 minutes" in beyond.json()["error"]["message"]


def test_who_signs_by_the_clock_of_the_machine_is_let_pass_at_any_date_under_the_default_reading(
    emulate: Emulate,
) -> None:
    either = AcsLab(emulate("2027-06-01", world=acs_world()))
    simulated = AcsLab(emulate("2027-06-01", world=acs_world(), readings={"acs_date_clock": "simulated"}))
    by_the_machine = SystemClock().now()

    assert 202 == either.send(date=by_the_machine).status_code
    assert 401 == simulated.send(date=by_the_machine).status_code
    assert ["acs_rest.send.date_is_too_far_off"] == simulated.rules()


def test_an_unknown_resource_is_denied_as_a_wrong_key_is(acs_lab: AcsLab) -> None:
    answer = acs_lab.send(host="nobody.communication.azure.com")

    assert (401, DENIED) == (answer.status_code, answer.json())
    assert ["acs_rest.send.resource_is_unknown"] == acs_lab.rules()


def test_a_resource_answers_from_the_instant_it_was_created_at(acs_lab: AcsLab) -> None:
    acs_lab.emulator.travel(just_before("2025-02-01"))
    before = acs_lab.send(version="2025-01-15-preview")
    acs_lab.emulator.travel(at("2025-02-01"))

    assert [401, 202] == [before.status_code, acs_lab.send(version="2025-01-15-preview").status_code]


def test_a_resource_that_a_new_customer_made_on_the_closing_day_is_none(acs_lab: AcsLab) -> None:
    answer = acs_lab.send(a_message("us@latecomer.example"), resource=LATE)

    assert 401 == answer.status_code
    assert ["acs_rest.send.resource_is_of_a_new_customer"] == acs_lab.rules()


def test_the_day_of_the_retirement_is_the_last_with_email(acs_lab: AcsLab) -> None:
    acs_lab.emulator.travel(just_before("2028-10-01"))
    last = acs_lab.send()
    acs_lab.emulator.travel(at("2028-10-01"))
    gone, status = acs_lab.send(), acs_lab.status(last.json()["id"])

    assert [202, 410, 410] == [last.status_code, gone.status_code, status.status_code]
    assert "OperationNotSupported" == gone.headers["x-ms-error-code"]


def _token(lab: AcsLab, app: str, secret: str, scope: str = SCOPE) -> str:
    form = {"grant_type": "client_credentials", "client_id": app, "client_secret": secret, "scope": scope}
    with lab.http() as http:
        token: str = http.post(f"{lab.url}/contoso.com/oauth2/v2.0/token", data=form).json()["access_token"]
    return token


@pytest.mark.parametrize("scope", [SCOPE, "https://communication.azure.com//.default"], ids=["one slash", "two"])
def test_an_application_with_the_role_sends_with_a_token(acs_lab: AcsLab, scope: str) -> None:
    token = _token(acs_lab, APP, "fake-secret-1", scope)

    answer = acs_lab.send(headers={"Authorization": f"Bearer {token}"})

    assert 202 == answer.status_code


def test_an_application_without_the_role_is_forbidden(acs_lab: AcsLab) -> None:
    token = _token(acs_lab, STRANGER, "fake-secret-2")

    answer = acs_lab.send(headers={"Authorization": f"Bearer {token}"})

    assert (403, "Forbidden") == (answer.status_code, answer.headers["x-ms-error-code"])


def test_a_token_for_another_service_or_past_its_time_is_denied(acs_lab: AcsLab) -> None:
    for_exchange = _token(acs_lab, APP, "fake-secret-1", "https://outlook.office365.com/.default")
    in_time = _token(acs_lab, APP, "fake-secret-1")

    assert 401 == acs_lab.send(headers={"Authorization": f"Bearer {for_exchange}"}).status_code
    acs_lab.advance(hours=2)
    assert 401 == acs_lab.send(headers={"Authorization": f"Bearer {in_time}"}).status_code
    assert 401 == acs_lab.send(headers={"Authorization": "Bearer a.b.c"}).status_code
    assert ["acs_rest.send.token_does_not_count"] * 3 == acs_lab.rules()


def test_a_rotated_key_is_denied_from_the_next_request_on_and_the_other_stays(acs_lab: AcsLab) -> None:
    old, second = acs_lab.key(which=0), acs_lab.key(which=1)
    acs_lab.emulator.acs_rest.rotate_key(MAIL, "primary")
    fresh = acs_lab.key(which=0)

    assert [401, 202, 202] == [acs_lab.send(key=one).status_code for one in (old, second, fresh)]


def test_a_reset_and_a_snapshot_give_the_keys_back(acs_lab: AcsLab) -> None:
    of_the_world = acs_lab.key()
    acs_lab.emulator.acs_rest.rotate_key(MAIL, "primary")
    rotated, snapshot = acs_lab.key(), acs_lab.emulator.snapshot()
    acs_lab.emulator.reset()

    assert of_the_world == acs_lab.key()
    acs_lab.emulator.roll_back(snapshot)
    assert rotated == acs_lab.key()


def test_no_secret_is_in_the_log(acs_lab: AcsLab) -> None:
    token = _token(acs_lab, APP, "fake-secret-1")
    acs_lab.send()
    acs_lab.send(headers={"Authorization": f"Bearer {token}"})

    log = repr([entry.event for entry in acs_lab.emulator.store.events])
    assert acs_lab.key() not in log
    assert token not in log


@pytest.mark.parametrize(
    ("version", "day"),
    [
        ("2021-10-01-preview", "2021-10-01"),
        ("2023-01-15-preview", "2023-01-15"),
        ("2023-03-31", "2023-03-31"),
        ("2024-07-01-preview", "2024-07-01"),
        ("2025-01-01-preview", "2025-01-01"),
        ("2025-01-15-preview", "2025-01-15"),
        ("2025-09-01", "2025-09-01"),
    ],
)
def test_a_version_exists_from_the_day_that_it_is_named_after(emulate: Emulate, version: str, day: str) -> None:
    lab = AcsLab(emulate(day, world=acs_world()))
    lab.emulator.travel(just_before(day))
    asked = f"/emails:send?api-version={version}"
    before = lab.request("POST", asked, b"{}", date=lab.now)
    lab.emulator.travel(at(day))
    since = lab.request("POST", asked, b"{}", date=lab.now)

    assert "UnsupportedApiVersion" == before.headers["x-ms-error-code"]
    assert version not in before.headers["api-supported-versions"].split(", ")
    assert "UnsupportedApiVersion" != since.headers["x-ms-error-code"]
    assert version in since.headers["api-supported-versions"].split(", ")


def test_before_the_interface_is_generally_available_a_stable_version_waits_for_that(emulate: Emulate) -> None:
    lab = AcsLab(emulate("2023-03-31", world=acs_world()))
    lab.emulator.travel(just_before("2023-03-31"))
    lab.send(version="2023-03-31")
    lab.emulator.travel(at("2023-03-31"))
    lab.send(version="2023-03-31")

    assert ["acs_rest.send.only_previews_exist_yet", "acs_rest.send.resource_is_unknown"] == lab.rules()


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": ""}, {"Authorization": "Basic dTpw"}], ids=["wrong key", "nothing", "another"]
)
def test_where_no_resource_is_named_who_proves_nothing_is_told_to_sign(
    acs_lab: AcsLab, headers: dict[str, str]
) -> None:
    path = f"/emails:send?api-version={VERSION}"
    signed = sign("POST", path, acs_lab.url.removeprefix("https://"), b"{}", "d3Jvbmc=", acs_lab.now)
    with acs_lab.http() as http:
        answer = http.post(f"{acs_lab.url}{path}", content=b"{}", headers=signed | headers)

    assert 401 == answer.status_code
    assert ["acs_rest.send.nothing_proves_who_asks"] == acs_lab.rules()


def test_a_key_that_was_rotated_is_told_apart_from_a_resource_that_is_none(acs_lab: AcsLab) -> None:
    old = acs_lab.key()
    acs_lab.emulator.acs_rest.rotate_key(MAIL, "primary")
    path = f"/emails:send?api-version={VERSION}"
    signed = sign("POST", path, acs_lab.url.removeprefix("https://"), b"{}", old, acs_lab.now)
    with acs_lab.http() as http:
        http.post(f"{acs_lab.url}{path}", content=b"{}", headers=signed)

    (judged,) = acs_lab.events(Judged)
    assert "acs_rest.send.nothing_proves_who_asks" == judged.decision.rule
    assert any("rotated" in one for one in (judged.decision.fix or "",))


@pytest.mark.parametrize(
    ("name", "endpoint"),
    [("contoso-mail.communication.azure.com", "acs_rest"), ("login.microsoftonline.com", "entra")],
)
def test_a_handshake_that_fails_is_that_of_the_service_whose_name_was_asked_for(
    acs_lab: AcsLab, name: str, endpoint: str
) -> None:
    there = threading.Event()
    unsubscribe = acs_lab.emulator.store.events.subscribe(
        lambda entry: there.set() if isinstance(entry.event, TlsFailed) else None
    )
    where = urlsplit(acs_lab.emulator.https_url)
    with (
        socket.create_connection((where.hostname or "", where.port or 0)) as connection,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(connection, server_hostname=name)

    assert there.wait(30.0)
    unsubscribe()
    assert [endpoint] == [one.endpoint.value for one in acs_lab.events(TlsFailed)]
