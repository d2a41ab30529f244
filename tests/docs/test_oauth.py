"""docs/oauth.md: each client's lines are run as they stand there, with ports and paths put in."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
import pytest

from relaylab.app.config import parse_world
from tests.clients.emailproxy import free_port, proxied, scan
from tests.clients.oauth import OAuthLab
from tests.clients.programs import NODE_FOLDER, missing, program, run
from tests.conftest import Emulate

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "oauth.md").read_text(encoding="utf-8")
MESSAGE = b"From: app@contoso.com\r\nSubject: page 1\r\n\r\nscan\r\n"

pytestmark = pytest.mark.clients


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def lab(emulate: Emulate, oauth_lab: OAuthLab) -> OAuthLab:
    (world,) = blocks("toml")
    return OAuthLab(emulate("2027-01-04", world=parse_world(world, "oauth.toml")))


def put_in(block: str, lab: OAuthLab, more: Mapping[str, str] | None = None) -> str:
    """Put in what is elsewhere here: the ports, and the file of the root."""
    https, smtp = lab.url.rpartition(":")[2], str(lab.emulator.endpoints["submission"].port)
    words = {"localhost:1591": f"localhost:{https}", "CA_FILE": lab.ca, "localhost:1587": f"localhost:{smtp}"}
    for written, meant in (words | {"= 1587": f"= {smtp}"} | dict(more or {})).items():
        block = block.replace(written, meant)
    return block


def of_the_app(token: str) -> bool:
    claims = jwt.decode(token, options={"verify_signature": False})
    return bool(["SMTP.SendAsApp"] == claims["roles"])


@pytest.mark.parametrize("number", [0, 2], ids=["msal", "azure-identity"])
def test_the_lines_of_python_get_the_application_s_token_and_it_sends(
    lab: OAuthLab, tmp_path: Path, number: int
) -> None:
    names: dict[str, Any] = {}
    exec(compile(put_in(blocks("python")[number], lab), "oauth.md", "exec"), names)

    assert "sent" == lab.send("app@contoso.com", names["token"], tmp_path).ended


def test_the_lines_for_a_device_code_wait_for_the_user(lab: OAuthLab, tmp_path: Path) -> None:
    def user_at_the_page(message: str) -> None:
        code = re.search(r"code (\w+) to", message)
        assert code is not None
        lab.type_in(code[1], "scanner@contoso.com", "fake tray 2")

    names: dict[str, Any] = {"print": user_at_the_page}
    exec(compile(put_in(blocks("python")[1], lab), "oauth.md", "exec"), names)

    assert "sent" == lab.send("scanner@contoso.com", names["token"], tmp_path).ended


def test_the_lines_of_node_get_the_application_s_token(lab: OAuthLab, tmp_path: Path) -> None:
    if not (NODE_FOLDER / "node_modules" / "@azure" / "msal-node").is_dir():
        missing("@azure/msal-node", "npm install --prefix tests/clients/node")
    node = shutil.which("node") or missing("node", "install Node.js (apt install nodejs)")
    (block,) = blocks("js")
    command = [node, "--input-type=module", "--eval", put_in(block, lab)]
    # Node looks for packages from where it stands.
    ran = subprocess.run(
        command, cwd=NODE_FOLDER, env={"NODE_EXTRA_CA_CERTS": lab.ca}, capture_output=True, text=True, check=False
    )

    assert of_the_app(ran.stdout.strip()), ran.stderr


def test_the_lines_of_emailproxy_bridge_a_device(lab: OAuthLab, tmp_path: Path) -> None:
    (block,) = blocks("ini")
    port = free_port()
    with proxied(lab, tmp_path, put_in(block, lab, {"[SMTP-1025]": f"[SMTP-{port}]"})):
        scan(port, "app@contoso.com", to="scanner@contoso.com")

    assert 1 == len(lab.emulator.store.mail)


def test_the_lines_of_curl_send_a_message(lab: OAuthLab, tmp_path: Path) -> None:
    program("curl")
    (tmp_path / "message.eml").write_bytes(MESSAGE)
    (block,) = blocks("sh")
    script = f"cd '{tmp_path}'\n{put_in(block, lab)}"
    ran = run(["sh", "-euc", script], tmp_path)

    assert 0 == ran.returncode, ran.stderr
    assert 1 == len(lab.emulator.store.mail)
