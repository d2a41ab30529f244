"""npm's @azure/communication-email, unmodified, driven by ``node/email.mjs``: by connection string and by identity.

What any of these jobs asks and is answered is held against the description of its version.
"""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
import jsonschema  # type: ignore[import-untyped]
import pytest

from tests.acs_rest_interface import schema_of, schemas
from tests.acs_rest_lab import APP, STRANGER, UNLUCKY, WORLD_FILE, a_message, everything
from tests.clients.oauth import TENANT
from tests.clients.programs import NODE_FOLDER, missing, run
from tests.clients.served import Served

pytestmark = pytest.mark.clients


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The world of Azure Communication Services as ``relaylab serve`` serves it, its clock standing still."""
    words = ("--at", "2026-12-01", "--freeze", "--json", "--ca", str(tmp_path_factory.mktemp("ca")))
    with Served(str(WORLD_FILE), *words) as running:
        yield running


def job(served: Served, folder: Path, resource: str = "contoso-mail", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Have Node do one job, and give what it says."""
    client_is_installed()
    node = shutil.which("node") or missing("node", "install Node.js (apt install nodejs)")
    given = {
        "connection": served.told["acs_rest"][resource]["connection_string"],
        "message": a_message(),
        "clock": served.told["endpoints"]["control"],
        **more,
    }
    ran = run(
        [node, NODE_FOLDER / "email.mjs"],
        folder,
        given=json.dumps(given).encode(),
        environment={"NODE_EXTRA_CA_CERTS": str(served.told["ca_file"])},
    )
    assert 0 == ran.returncode, ran.stderr.decode()
    said: dict[str, Any] = json.loads(ran.stdout)
    for one in said["exchanged"]:
        as_described(one)
    return said


def client_is_installed() -> None:
    """Skip the test, or fail where clients must be there, without the package."""
    if not (NODE_FOLDER / "node_modules" / "@azure" / "communication-email").is_dir():
        missing("@azure/communication-email", "npm install --prefix tests/clients/node")


def as_described(exchanged: dict[str, Any]) -> None:
    """Hold a request and its answer against the description of the version that the request names."""
    (version,) = parse_qs(urlsplit(exchanged["url"]).query)["api-version"]
    if exchanged["method"] == "POST":
        jsonschema.validate(json.loads(exchanged["body"]), schema_of("Message", version))
    answer = schema_of("Result" if exchanged["status"] < 300 else "Refusal", version)
    jsonschema.validate(json.loads(exchanged["answer"]), answer)


def by_identity(served: Served, app: str, secret: str) -> dict[str, Any]:
    https = served.told["endpoints"]["https"]["url"].replace("127.0.0.1", "localhost")
    identity = {"tenant": TENANT, "app": app, "secret": secret, "authority": https}
    return {"connection": None, "endpoint": https, "identity": identity}


def test_a_message_is_sent_and_polled_to_success(served: Served, tmp_path: Path) -> None:
    said = job(served, tmp_path)

    assert "Succeeded" == said["result"]["status"]
    assert ["running", "succeeded"] == said["states"]


def test_what_the_client_asks_and_is_answered_is_as_its_version_describes_it(served: Served, tmp_path: Path) -> None:
    message = everything(inline=True)
    said = job(served, tmp_path, message=message | {"disableUserEngagementTracking": True})  # its own name for it

    post, *polls = said["exchanged"]
    assert message == json.loads(post["body"])
    assert ("POST", 202) == (post["method"], post["status"])
    assert ["Running", "Succeeded"] == [json.loads(poll["answer"])["status"] for poll in polls]


# Names of the generator's objects, and where ours describes the same: within an object, or within its elements.
OBJECTS: Final = {
    "EmailAddress": ("Party",),
    "EmailAttachment": ("Attachment",),
    "EmailMessage": ("Message",),
    "EmailContent": ("Message", "content"),
    "EmailRecipients": ("Message", "recipients"),
    "EmailSendResult": ("Result",),
    "ErrorDetail": ("Detail",),
    "ErrorAdditionalInfo": ("Detail", "additionalInfo"),
    "ErrorResponse": ("Refusal",),
}
# Microsoft's own generator drops that an object within another must be there, so less is required by it than by ours.
TYPES: Final = {"String": "string", "Boolean": "boolean", "Sequence": "array"}


def described(version: str, name: str, *within: str) -> dict[str, Any]:
    """Give an object of our description, or one within it."""
    found: dict[str, Any] = schemas(version)[name]
    for key in within:
        found = found["properties"][key]
        found = found["anyOf"][1]["items"] if "anyOf" in found else found
    return found


def test_our_description_is_what_microsoft_generated_its_client_from(tmp_path: Path) -> None:
    """The package holds what the generator read from Microsoft's own OpenAPI file of 2025-09-01."""
    client_is_installed()
    node = shutil.which("node") or missing("node", "install Node.js (apt install nodejs)")
    ran = run([node, NODE_FOLDER / "described.mjs"], tmp_path)
    told = {name: one for name, one in json.loads(ran.stdout).items() if not name.endswith("Headers")}

    assert OBJECTS.keys() == told.keys(), ran.stderr.decode()
    for name, place in OBJECTS.items():
        ours = described("2025-09-01", *place)
        assert told[name].keys() == ours["properties"].keys(), name
        assert {key for key, one in told[name].items() if one["required"]} <= set(ours["required"]), name
        typed = {key: TYPES[one["type"]] for key, one in told[name].items() if one["type"] in TYPES}
        assert typed == {key: kind for key in typed if (kind := kind_of(ours["properties"][key]))}, name


def kind_of(schema: dict[str, Any]) -> str:
    """Give the type of a property of our description; an enumeration is of text."""
    plain: dict[str, Any] = schema["anyOf"][1] if "anyOf" in schema else schema
    return "string" if "enum" in plain else str(plain["type"])


def test_an_application_of_entra_sends_with_its_secret(served: Served, tmp_path: Path) -> None:
    assert "Succeeded" == job(served, tmp_path, **by_identity(served, APP, "fake-secret-1"))["result"]["status"]


def test_an_application_without_the_role_is_the_client_s_own_error(served: Served, tmp_path: Path) -> None:
    said = job(served, tmp_path, **by_identity(served, STRANGER, "fake-secret-2"))

    assert ("RestError", 403) == (said["name"], said["statusCode"])


def test_attachments_and_inline_images_are_taken(served: Served, tmp_path: Path) -> None:
    content = {"subject": "Report", "html": '<img src="cid:logo">'}
    pixel = base64.b64encode(b"\x89PNG").decode()
    attachments = [
        {"name": "logo.png", "contentType": "image/png", "contentInBase64": pixel, "contentId": "logo"},
        {"name": "report.txt", "contentType": "text/plain", "contentInBase64": pixel},
    ]
    said = job(served, tmp_path, message=a_message(content=content, attachments=attachments))

    assert "Succeeded" == said["result"]["status"]


def test_a_message_to_nobody_but_the_suppressed_is_polled_to_failure(served: Served, tmp_path: Path) -> None:
    said = job(served, tmp_path, message=a_message("orders@contoso.com", "never@fabrikam.com"))

    seen = json.dumps(said)
    assert "EmailDroppedAllRecipientsSuppressed" in seen or "all recipients were suppressed" in seen


def test_a_wrong_key_is_the_client_s_own_error(served: Served, tmp_path: Path) -> None:
    https = served.told["endpoints"]["https"]["url"]

    said = job(served, tmp_path, connection=f"endpoint={https}/;accesskey=QUJD")

    assert ("RestError", 401) == (said["name"], said["statusCode"])
    assert "Denied" in said["message"]


def test_without_retries_429_is_an_error_at_once_that_says_how_long(served: Served, tmp_path: Path) -> None:
    said = job(
        served, tmp_path, UNLUCKY, message=a_message("busy@contoso.com"), options={"retryOptions": {"maxRetries": 0}}
    )

    assert (429, "3600") == (said["statusCode"], said["retryAfter"])


def test_by_default_429_is_waited_for_three_times_an_hour_each_and_the_log_says_so(
    served: Served, tmp_path: Path
) -> None:
    control = served.told["endpoints"]["control"]
    with httpx.Client(
        base_url=control["url"], headers={"Authorization": f"Bearer {control['token']}"}, trust_env=False
    ) as http:
        before = http.get("/events").json()["through"]
        said = job(served, tmp_path, UNLUCKY, message=a_message("busy@contoso.com"), simulated=True)
        events = http.get("/events", params={"after": before, "kind": "judged"}).json()["events"]

    assert (429, [3_600.0] * 3) == (said["statusCode"], said["slept"])
    posts = [one["verdict"] for one in events if one["command"] == "POST /emails:send"]
    assert ["acs_rest.send.service_is_busy"] * 4 == [one["rule"] for one in posts]
    assert all(any("wait 3600 s" in because for because in one["because"]) for one in posts)
    for number, one in enumerate(posts[1:], 2):
        assert any(f"attempt {number} of the client's request" in because for because in one["because"])
    assert all("retryOptions.maxRetries 0" in one["fix"] for one in posts)
