"""The control plane is for programs of this machine: not for other machines, not for pages in a browser."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from relaylab.app.steered import Steered
from relaylab.servers.control import ControlServer
from tests.clients.controlled import Controlled
from tests.conftest import Emulate


@pytest.mark.parametrize(
    "host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST", "127.0.0.5", "[::1]:{port}", "[::1]"]
)
def test_every_name_of_this_machine_will_do(host: str, controlled: Controlled) -> None:
    answer = controlled.client.get("/clock", headers={"Host": host.format(port=controlled.address[1])})

    assert 200 == answer.status_code


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example", "192.0.2.1", "", "localhost.evil"]
)
def test_a_name_that_was_pointed_here_is_refused(host: str, controlled: Controlled) -> None:
    answer = controlled.client.get("/clock", headers={"Host": host.format(port=controlled.address[1])})

    assert 421 == answer.status_code
    assert "is not a name of this machine; ask at http://127.0.0.1" in answer.json()["error"]


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "OPTIONS", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_origin_is_refused_even_with_the_token(
    method: str, headers: dict[str, str], controlled: Controlled
) -> None:
    answer = controlled.client.request(method, "/reset", headers=headers)

    assert 403 == answer.status_code
    assert "a page of another origin may not ask here" in answer.json()["error"]
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_page_of_its_own_origin_may_ask(controlled: Controlled) -> None:
    headers = {"Origin": controlled.server.url, "Sec-Fetch-Site": "same-origin"}

    assert 200 == controlled.client.get("/clock", headers=headers).status_code


@pytest.mark.parametrize("path", ["/", "/nowhere", "/openapi.json", "/events/stream", "/ready"])
def test_nothing_is_told_without_the_token_not_even_what_there_is(path: str, controlled: Controlled) -> None:
    assert 401 == httpx.get(controlled.server.url + path, trust_env=False).status_code


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.com"])
def test_it_does_not_listen_where_other_machines_can_reach_it(host: str, emulate: Emulate) -> None:
    server = ControlServer(Steered(emulate()))

    with pytest.raises(ValueError, match=r"it is for this machine only; use 127\.0\.0\.1"):
        asyncio.run(server.start(host, 0))


def test_it_listens_on_the_loopback_of_ipv6_too(controlled: Controlled) -> None:
    server = ControlServer(Steered(controlled.emulator))
    try:
        controlled.in_loop(server.start("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")

    headers = {"Authorization": f"Bearer {server.token}"}
    assert 200 == httpx.get(f"{server.url}/clock", headers=headers, trust_env=False).status_code
    controlled.in_loop(server.stop())
