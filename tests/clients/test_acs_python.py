"""azure-communication-email for Python, unmodified, over HTTPS: by connection string and by azure-identity.

The client sleeps through its transport, which is an option of its documentation: here that moves the simulated clock.
"""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema  # type: ignore[import-untyped]
import pytest
from azure.communication.email import EmailClient
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import ClientSecretCredential

from relaylab.domain.event import Judged
from tests.acs_rest_interface import VERSIONS, schema_of
from tests.acs_rest_lab import APP, MANAGED, STRANGER, UNLUCKY, AcsLab, a_message, everything
from tests.clients.oauth import TENANT

pytestmark = pytest.mark.clients

OPERATION = "0f5e1c1e-0000-4000-8000-000000000001"


class SimulatedSleep(RequestsTransport):  # type: ignore[misc]
    """The client's own transport, whose sleep passes in simulated time; ``slept`` is what it would have taken."""

    def __init__(self, lab: AcsLab) -> None:
        super().__init__(connection_verify=lab.ca)
        self.lab = lab
        self.slept: list[float] = []
        self.exchanged: list[tuple[Any, Any]] = []

    def send(self, request: Any, **how: Any) -> Any:  # noqa: ANN401 - the client's own
        answer = super().send(request, **how)
        self.exchanged.append((request, answer))
        return answer

    def sleep(self, duration: float) -> None:
        self.slept.append(duration)
        self.lab.emulator.advance(timedelta(seconds=duration))


def by_connection_string(
    lab: AcsLab,
    resource: str = "contoso-mail",
    **options: Any,  # noqa: ANN401 - the client's own
) -> tuple[EmailClient, list[float]]:
    transport = SimulatedSleep(lab)
    made = EmailClient.from_connection_string(lab.connection_string(resource), transport=transport, **options)
    return made, transport.slept


def by_identity(lab: AcsLab, app: str, secret: str) -> EmailClient:
    pointed = {"authority": lab.url, "disable_instance_discovery": True, "connection_verify": lab.ca, "retry_total": 0}
    credential = ClientSecretCredential(TENANT, app, secret, **pointed)
    return EmailClient(lab.endpoint(), credential, transport=SimulatedSleep(lab))


def refusals(lab: AcsLab) -> list[str | None]:
    return lab.rules()


def test_a_message_is_sent_and_polled_to_success(acs_lab: AcsLab) -> None:
    client, slept = by_connection_string(acs_lab)

    result = client.begin_send(a_message()).result()

    assert "Succeeded" == result["status"]
    assert [30.0] == slept, "it polls at once, and then as Retry-After says"
    assert 1 == len(acs_lab.emulator.store.mail)


@pytest.mark.parametrize("version", ["2023-03-31", "2024-07-01-preview", "2025-09-01"])
def test_every_version_of_the_client_s_is_spoken(acs_lab: AcsLab, version: str) -> None:
    client, _ = by_connection_string(acs_lab, api_version=version)

    assert "Succeeded" == client.begin_send(a_message()).result()["status"]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_the_client_asks_and_is_answered_is_as_its_version_describes_it(acs_lab: AcsLab, version: str) -> None:
    transport = SimulatedSleep(acs_lab)
    client = EmailClient.from_connection_string(acs_lab.connection_string(), transport=transport, api_version=version)
    client.begin_send(everything(inline=version == "2025-09-01"), operation_id=OPERATION).result()
    with pytest.raises(HttpResponseError):
        client.begin_send(a_message("orders@contoso.com", "never@fabrikam.com")).result()
    with pytest.raises(ResourceNotFoundError):
        client.begin_send(a_message("orders@fabrikam.com"))

    seen = []
    for request, answer in transport.exchanged:
        assert [version] == parse_qs(urlsplit(request.url).query)["api-version"]
        if request.method == "POST":
            jsonschema.validate(json.loads(request.content), schema_of("Message", version))
        document = answer.json()
        jsonschema.validate(document, schema_of("Result" if answer.status_code < 300 else "Refusal", version))
        seen.append((request.method, answer.status_code, document.get("status")))
    took, failed = ("POST", 202, "Running"), ("GET", 200, "Failed")
    running, succeeded = ("GET", 200, "Running"), ("GET", 200, "Succeeded")
    assert [took, running, succeeded, took, running, failed, ("POST", 404, None)] == seen


def test_only_the_later_version_describes_inline_images() -> None:
    inline = everything(inline=True)

    jsonschema.validate(inline, schema_of("Message", "2025-09-01"))
    with pytest.raises(jsonschema.ValidationError, match="contentId"):
        jsonschema.validate(inline, schema_of("Message", "2023-03-31"))


def test_an_application_of_entra_sends_with_its_secret(acs_lab: AcsLab) -> None:
    client = by_identity(acs_lab, APP, "fake-secret-1")

    assert "Succeeded" == client.begin_send(a_message()).result()["status"]
    because = acs_lab.events(Judged)[-1].decision.because
    assert any("the request shows an Entra token" in said for said in because)


def test_an_application_without_the_role_is_the_client_s_own_error(acs_lab: AcsLab) -> None:
    client = by_identity(acs_lab, STRANGER, "fake-secret-2")

    with pytest.raises(HttpResponseError, match="does not have the right") as refused:
        client.begin_send(a_message())
    assert 403 == refused.value.status_code


def test_attachments_and_inline_images_arrive(acs_lab: AcsLab) -> None:
    image, report = b"\x89PNG\r\n\x1a\n", b"%PDF-1.7"
    client, _ = by_connection_string(acs_lab)
    message = a_message(
        content={"subject": "Report", "plainText": "see the image", "html": '<img src="cid:logo">'},
        attachments=[
            {
                "name": "logo.png",
                "contentType": "image/png",
                "contentInBase64": base64.b64encode(image).decode(),
                "contentId": "logo",
            },
            {
                "name": "report.pdf",
                "contentType": "application/pdf",
                "contentInBase64": base64.b64encode(report).decode(),
            },
        ],
    )
    client.begin_send(message).result()

    kept = acs_lab.emulator.store.mail.messages()[-1]
    raw = acs_lab.emulator.store.mail.raw(kept.id) or b""
    assert b"Content-ID: <logo>" in raw
    assert base64.b64encode(image) in raw
    assert base64.b64encode(report) in raw


def test_a_message_to_nobody_but_the_suppressed_is_polled_to_failure(acs_lab: AcsLab) -> None:
    client, _ = by_connection_string(acs_lab)

    with pytest.raises(HttpResponseError) as failed:
        client.begin_send(a_message("orders@contoso.com", "never@fabrikam.com")).result()
    assert failed.value.error is not None
    assert "EmailDroppedAllRecipientsSuppressed" == failed.value.error.code


def test_a_canceled_operation_is_the_client_s_own_error(acs_lab: AcsLab) -> None:
    client, _ = by_connection_string(acs_lab, UNLUCKY)

    with pytest.raises(HttpResponseError, match="The operation was canceled"):
        client.begin_send(a_message("canceled@contoso.com")).result()


def test_a_wrong_key_and_an_unlinked_domain_are_exceptions_of_their_own_kind(acs_lab: AcsLab) -> None:
    wrong = EmailClient.from_connection_string(
        f"endpoint={acs_lab.endpoint()}/;accesskey={acs_lab.key(UNLUCKY)}", transport=SimulatedSleep(acs_lab)
    )
    client, slept = by_connection_string(acs_lab)

    with pytest.raises(ClientAuthenticationError, match="Denied by the resource provider"):
        wrong.begin_send(a_message())
    with pytest.raises(ResourceNotFoundError, match="sender domain has not been linked") as unlinked:
        client.begin_send(a_message("orders@fabrikam.com"))
    assert unlinked.value.error is not None
    assert "DomainNotLinked" == unlinked.value.error.code
    assert [] == slept


def test_a_client_on_the_quota_of_an_hour_hangs_for_an_hour_and_the_log_says_why(acs_lab: AcsLab) -> None:
    """A Retry-After of nearly an hour is slept through without a word: to its caller the client hangs."""
    client, slept = by_connection_string(acs_lab)
    for _ in range(2):
        for _ in range(5):
            acs_lab.send(a_message(MANAGED))
        acs_lab.advance(minutes=1)
    began = acs_lab.now

    poller = client.begin_send(a_message(MANAGED))

    assert timedelta(minutes=55) < acs_lab.now - began < timedelta(hours=1), "in simulated time"
    assert 3_480.0 <= slept[0] <= 3_600.0
    assert "Succeeded" == poller.result()["status"]
    first, second = (
        one.decision for one in acs_lab.events(Judged) if one.command == "POST /emails:send" and one.at >= began
    )
    assert "acs_rest.send.rate_is_used_up" == first.rule
    assert any("libraries of Microsoft do so without a word" in said for said in first.because)
    assert "retry_total=0" in first.fix
    assert any("attempt 2 of the client's request" in said for said in second.because)


def test_a_client_that_is_told_not_to_retry_says_so_at_once(acs_lab: AcsLab) -> None:
    client, slept = by_connection_string(acs_lab, UNLUCKY, retry_total=0)

    with pytest.raises(HttpResponseError) as refused:
        client.begin_send(a_message("busy@contoso.com"))

    assert (429, "3600", []) == (refused.value.status_code, refused.value.response.headers["Retry-After"], slept)  # type: ignore[union-attr]


def test_a_client_gives_up_after_three_retries_and_three_hours(acs_lab: AcsLab) -> None:
    client, slept = by_connection_string(acs_lab, UNLUCKY)

    with pytest.raises(HttpResponseError):
        client.begin_send(a_message("busy@contoso.com"))

    assert [3_600.0] * 3 == slept
    assert ["acs_rest.send.service_is_busy"] * 4 == refusals(acs_lab)


def test_a_service_that_is_down_for_a_while_is_tried_again(acs_lab: AcsLab) -> None:
    client, _ = by_connection_string(acs_lab, UNLUCKY)

    assert "Succeeded" == client.begin_send(a_message("twice@contoso.com")).result()["status"]
    assert ["acs_rest.send.service_is_unavailable"] * 2 == refusals(acs_lab)


def test_the_caller_s_operation_id_is_the_one_that_is_polled(acs_lab: AcsLab) -> None:
    mine = "0e000000-0000-4000-8000-000000000001"
    client, _ = by_connection_string(acs_lab)

    assert mine == client.begin_send(a_message(), operation_id=mine).result()["id"]
