from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from relaylab.servers.asking_tls import AskingTls
from relaylab.servers.chains import ChainJudge
from relaylab.servers.tls import ServerTls
from relaylab_certs import CertifiedKey, TestAuthority, leaves
from tests.clients.controlled import Controlled
from tests.conftest import Emulate

Play = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority.open(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def certified(authority: TestAuthority) -> CertifiedKey:
    return authority.issue(leaves.good())


@pytest.fixture(scope="session")
def server_tls(certified: CertifiedKey) -> ServerTls:
    return ServerTls(certified.chain_pem, certified.key_pem)


@pytest.fixture(scope="session")
def judge(authority: TestAuthority) -> ChainJudge:
    return ChainJudge.of_pem(authority.ca_file.read_bytes())


@pytest.fixture(scope="session")
def asking_tls(certified: CertifiedKey, judge: ChainJudge) -> AskingTls:
    return AskingTls(certified.chain_pem, certified.key_pem, judge)


@pytest.fixture
def client_tls(authority: TestAuthority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authority.ca_file)


@pytest.fixture(params=["asyncio", "uvloop"])
def play(request: pytest.FixtureRequest) -> Iterator[Play]:
    """Runs a coroutine on each kind of loop."""
    new_loop = asyncio.new_event_loop if request.param == "asyncio" else pytest.importorskip("uvloop").new_event_loop
    with asyncio.Runner(loop_factory=new_loop) as runner:
        yield runner.run


@pytest.fixture
def controlled(emulate: Emulate) -> Iterator[Controlled]:
    """An emulator of the small world with a control plane."""
    controlled = Controlled(emulate())
    yield controlled
    controlled.close()
