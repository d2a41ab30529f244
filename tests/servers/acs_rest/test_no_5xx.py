"""Whatever is sent to the REST interface, no answer is a 5xx, and every answer has a shape that is described."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import jsonschema  # type: ignore[import-untyped]
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relaylab.app.emulator import Emulator
from relaylab.domain.clock import parse_instant
from relaylab_certs import TestAuthority
from tests.acs_rest_interface import VERSIONS, interface, schema_of
from tests.acs_rest_lab import MAIL, VERSION, a_message, acs_world, sign

HOST = f"{MAIL}.communication.azure.com"
CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


class Client:
    """A client without sockets that signs what it sends; an exception of the application comes out here."""

    def __init__(self, emulator: Emulator, runner: asyncio.Runner) -> None:
        transport = httpx.ASGITransport(app=emulator.acs_rest.app, raise_app_exceptions=True)
        self._http = httpx.AsyncClient(transport=transport, base_url=f"https://{HOST}")
        self._runner, self.emulator = runner, emulator

    def request(
        self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        self.emulator.advance(timedelta(minutes=5))  # so that no example is refused for the rate of those before
        request = self._http.build_request(method, f"https://{HOST}{target}", content=body)
        raw = request.url.raw_path.decode()
        signed = sign(method, raw, HOST, body, self.emulator.acs_rest.keys(MAIL)[0].reveal(), self.emulator.clock.now())
        request.headers.update({"Host": HOST} | signed | (headers or {}))
        return self._runner.run(self._http.send(request))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    authority = TestAuthority.open(tmp_path_factory.mktemp("authority"))
    emulator = Emulator(acs_world(), at=parse_instant("2026-11-01"), authority=authority)
    with asyncio.Runner() as runner:
        yield Client(emulator, runner)


def in_shape(answer: httpx.Response, version: str = VERSION) -> None:
    """No 5xx, and a body that is described."""
    assert answer.status_code < 500
    jsonschema.validate(answer.json(), schema_of("Result" if answer.status_code < 300 else "Refusal", version))
    if answer.status_code >= 400:
        assert answer.json()["error"]["code"] == answer.headers["x-ms-error-code"]
    assert ("retry-after" in answer.headers) <= (answer.status_code in {200, 202, 429})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
ADDRESS = st.sampled_from(
    ["orders@contoso.com", "anna@northwind.example", '"a b"@northwind.example', "ä@northwind.example", "x@[127.0.0.1]"]
) | TEXT  # fmt: skip
PARTIES = st.lists(st.fixed_dictionaries({"address": ADDRESS}, optional={"displayName": TEXT}), max_size=3)
ATTACHMENT = st.fixed_dictionaries(
    {
        "name": TEXT,
        "contentType": st.sampled_from(["text/plain", "multipart/mixed; boundary=x", "message/rfc822", "x"]) | TEXT,
        "contentInBase64": st.sampled_from(["", "QUJD", "QUJ", "////", "QUJD\n"]) | TEXT,
    },
    optional={"contentId": TEXT},
)
MESSAGE = st.fixed_dictionaries(
    {
        "senderAddress": st.sampled_from(["orders@contoso.com"]) | ADDRESS,
        "content": st.fixed_dictionaries({"subject": TEXT}, optional={"plainText": TEXT, "html": TEXT}),
        "recipients": st.fixed_dictionaries({"to": PARTIES}, optional={"cc": PARTIES, "bcc": PARTIES}),
    },
    optional={
        "attachments": st.lists(ATTACHMENT, max_size=3),
        "replyTo": PARTIES,
        "headers": st.dictionaries(st.sampled_from(["X-A", "Message-ID", "Date", "Content-Type", "x-a"]) | TEXT, TEXT),
        "userEngagementTrackingDisabled": st.booleans() | st.none(),
    },
)


@given(message=MESSAGE, version=st.sampled_from(VERSIONS))
@settings(max_examples=100, suppress_health_check=CHECKS)
def test_no_message_makes_a_5xx_and_an_accepted_one_is_kept_within_its_fields(
    client: Client, message: dict[str, Any], version: str
) -> None:
    answer = client.request("POST", f"/emails:send?api-version={version}", json.dumps(message).encode())

    in_shape(answer, version)
    if answer.status_code == 202:
        kept = client.emulator.store.mail.messages()[-1]
        raw = client.emulator.store.mail.raw(kept.id) or b""
        head = raw.partition(b"\r\n\r\n")[0].decode()
        names = [line.partition(":")[0].lower() for line in head.split("\r\n") if not line.startswith((" ", "\t"))]
        assert [1, 1, 1] == [names.count(one) for one in ("from", "subject", "message-id")]
        assert "bcc" not in names
        assert all(b"\n" not in line for line in raw.split(b"\r\n"))


@given(document=JSON)
@settings(max_examples=40, suppress_health_check=CHECKS)
def test_no_json_makes_a_5xx(client: Client, document: object) -> None:
    body = json.dumps(document).encode("utf-8", "surrogatepass")

    in_shape(client.request("POST", f"/emails:send?api-version={VERSION}", body))


@given(
    document=st.fixed_dictionaries(
        {"sender": JSON | st.just("orders@contoso.com")},
        optional={
            "recipients": JSON | st.fixed_dictionaries({"to": JSON}, optional={"CC": JSON, "bCC": JSON}),
            "content": JSON | st.just({"subject": "x", "plainText": "x"}),
            "headers": JSON | st.lists(st.fixed_dictionaries({"name": JSON, "value": JSON}), max_size=2),
            "attachments": JSON | st.lists(st.fixed_dictionaries({"name": TEXT, "attachmentType": JSON}), max_size=2),
            "importance": JSON | st.sampled_from(["high", "low"]),
            "replyTo": JSON,
        },
    )
)
@settings(max_examples=50, suppress_health_check=CHECKS)
def test_nothing_in_the_words_of_the_first_preview_makes_a_5xx(client: Client, document: object) -> None:
    headers = {"repeatability-request-id": "one", "repeatability-first-sent": "Tue, 01 Dec 2026 00:00:00 GMT"}
    body = json.dumps(document).encode("utf-8", "surrogatepass")

    answer = client.request("POST", "/emails:send?api-version=2021-10-01-preview", body, headers)
    if answer.status_code != 202:
        in_shape(answer)


@given(body=st.binary(max_size=200))
@settings(max_examples=20, suppress_health_check=CHECKS)
def test_no_octets_make_a_5xx(client: Client, body: bytes) -> None:
    in_shape(client.request("POST", f"/emails:send?api-version={VERSION}", body))


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b'"' + b"x" * 1_000_000 + b'"']
)
def test_no_depth_makes_a_5xx(client: Client, body: bytes) -> None:
    in_shape(client.request("POST", f"/emails:send?api-version={VERSION}", body))


@given(
    headers=st.dictionaries(
        st.sampled_from(
            ["Authorization", "x-ms-date", "x-ms-content-sha256", "Operation-Id", "x-ms-client-request-id"]
        ),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
        | st.sampled_from(
            [
                "Bearer a.b.c", "Bearer ", "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature==",
                "HMAC-SHA256 SignedHeaders=;;;&Signature=AAAA", "Mon, 99 Foo 0000 00:00:00 GMT",
                "Fri, 31 Dec 9999 23:59:59 -2359 GMT",
            ]
        ),
    ),
    path=st.sampled_from(
        ["/emails:send", "/emails/operations/x", "//emails:send", "/emails%3Asend", "/emails", "/%ff"]
    ),
    query=st.sampled_from(
        ["", *(f"?api-version={one}" for one in VERSIONS), "?api-version=", "?" + "a=1&" * 100, "?api-version=%00"]
    ),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD"]),
)  # fmt: skip
@settings(max_examples=80, suppress_health_check=CHECKS)
def test_no_header_and_no_path_makes_a_5xx(
    client: Client, headers: dict[str, str], path: str, query: str, method: str
) -> None:
    assert client.request(method, f"{path}{query}", json.dumps(a_message()).encode(), headers).status_code < 500


@pytest.mark.parametrize("version", VERSIONS)
def test_what_schemathesis_makes_of_a_version_s_description_is_answered_as_it_says(
    client: Client, version: str
) -> None:
    schema = schemathesis.openapi.from_dict(interface(version))

    for operation in schema.get_all_operations():

        @given(case=operation.ok().as_strategy())  # type: ignore[union-attr]
        @settings(max_examples=15, suppress_health_check=CHECKS, deadline=None)
        def ask(case: schemathesis.Case[Any]) -> None:
            target = httpx.Request(case.method, f"https://{HOST}{case.formatted_path}", params=case.query).url.raw_path
            body = json.dumps(case.body).encode() if case.method == "POST" else b""
            headers = {name: str(value) for name, value in (case.headers or {}).items() if str(value).isascii()}
            in_shape(client.request(case.method, target.decode(), body, headers), version)

        ask()
