"""npm's @azure/communication-email, unmodified, driven by ``node/email.mjs``: by connection string and by identity.

What any of these jobs asks and is answered is held against the description of its version.
"""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jsonschema  # type: ignore[import-untyped]
import pytest

from tests.acs_rest_interface import schema_of
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
    if not (NODE_FOLDER / "node_modules" / "@azure" / "communication-email").is_dir():
        missing("@azure/communication-email", "npm install --prefix tests/clients/node")
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
