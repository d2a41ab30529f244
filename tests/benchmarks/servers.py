"""Starts each server that is measured, and says why one cannot be: an absent one is absent, not slow.

Every start takes ports of its own, waits for the greeting, and checks that the process just started is the one that
listens. A server is ended by its own process id.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from relaylab_certs import TestAuthority, leaves
from tests.benchmarks import estates
from tests.benchmarks.processes import NotReady, await_banner, check_listener, end, free_port

HERE: Final = Path(__file__).parent
PEERS: Final = HERE / "peers"
SINK_SESSIONS: Final = "18000"  # smtp-sink serves 256 at once unless told
_TO_LOAD: Final = 120.0  # seconds that a world of very many tenants may take
_SAID: Final = "said.txt"
_PROGRAM: Final = ("-m", "relaylab_conformance")
_WITHOUT_UVLOOP: Final = (
    "-c",
    "import sys; sys.modules['uvloop'] = None; from relaylab_conformance.cli import main; main(prog_name='relaylab')",
)


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers: where mail is taken as it comes, and where after STARTTLS with a password."""

    name: str
    pid: int
    plain: int
    secure: int
    ca_file: Path
    control: dict[str, str] = field(default_factory=dict)


Start = Callable[[Path, int], contextlib.AbstractContextManager[Running]]


@dataclass(frozen=True, slots=True)
class Launcher:
    """A server by name: how to start it in a folder, why it is absent here, and its version."""

    name: str
    start: Start
    missing: Callable[[], str | None]
    version: Callable[[], str]


def emulator(name: str, program: Sequence[str] = _PROGRAM) -> Start:
    """Give a start of ``relaylab serve``, as anybody starts it, with a world of the benchmarks' own."""

    @contextlib.contextmanager
    def start(folder: Path, tenants: int) -> Iterator[Running]:
        world = folder / "world.toml"
        world.write_text(estates.estate(tenants), encoding="utf-8")
        command = [sys.executable, *program, "serve", str(world)]
        command += ["--at", estates.AT, "--json", "--ca", str(folder / "ca")]
        with _process(command, folder) as process:
            assert process.stdout is not None
            is_told, _, _ = select.select([process.stdout], [], [], _TO_LOAD)
            said = json.loads((process.stdout.readline() if is_told else "") or "{}")
            if not said:
                why = (folder / _SAID).read_text(encoding="utf-8") or f"it said nothing for {_TO_LOAD:.0f} seconds"
                raise NotReady(f"relaylab serve did not start: {why}")
            site = said["sites"][estates.SITE]
            plain, secure = site["mx"]["port"], site["submission"]["port"]
            await_banner(process, plain)
            check_listener(process.pid, secure)
            yield Running(name, process.pid, plain, secure, Path(said["ca_file"]), said["endpoints"]["control"])

    return start


def _peer(name: str, command: Callable[[Path, int], list[str]], *, has_tls: bool = True) -> Start:
    """Give a start of another server on one port; ``command`` is told the folder and the port."""

    @contextlib.contextmanager
    def start(folder: Path, _tenants: int) -> Iterator[Running]:
        port = free_port()
        given = command(folder, port)
        authority = TestAuthority.open(folder / "ca")
        if has_tls:
            files = authority.issue(leaves.good()).write_to(folder)
            given = [*given, *map(str, files)]
        with _process(given, folder) as process:
            await_banner(process, port)
            yield Running(name, process.pid, port, port, authority.ca_file)

    return start


@contextlib.contextmanager
def _process(command: list[str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a server whose complaints go to a file."""
    with (folder / _SAID).open("w", encoding="utf-8") as said:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, stdin=subprocess.DEVNULL, text=True)
        assert process.stdout is not None
        with process.stdout:
            try:
                yield process
            finally:
                end(process)


def _aiosmtpd(_folder: Path, port: int) -> list[str]:
    return [sys.executable, str(PEERS / "bare_aiosmtpd.py"), str(port)]


def _smtp_sink(_folder: Path, port: int) -> list[str]:
    as_whom = ["-u", "nobody"] if os.geteuid() == 0 else []
    return [_found("smtp-sink"), *as_whom, "-m", SINK_SESSIONS, f"127.0.0.1:{port}", "4096"]


def _npm(_folder: Path, port: int) -> list[str]:
    return [_found("node"), str(PEERS / "smtp_server.mjs"), str(port)]


def _maildev(folder: Path, port: int) -> list[str]:
    kept = folder / "mail"
    kept.mkdir()
    program = PEERS / "node_modules" / "maildev" / "dist" / "bin" / "maildev.js"
    command = [_found("node"), str(program), "--smtp", str(port), "--ip", "127.0.0.1", "--disable-web", "--silent"]
    return [*command, "--mail-directory", str(kept)]


def _found(program: str) -> str:
    """Find a program, also where a daemon's programs are and a person's path does not lead."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin") or ""


def _nothing_missing() -> str | None:
    return None


def _without_uvloop() -> str | None:
    try:
        import uvloop  # noqa: F401, PLC0415 - whether it is there is the question
    except ImportError:
        return "uvloop is not installed: pip install uvloop"
    return None


def _without(program: str) -> Callable[[], str | None]:
    return lambda: None if _found(program) else f"{program} is not installed: apt install postfix"


def _without_package(package: str) -> Callable[[], str | None]:
    def missing() -> str | None:
        if not _found("node"):
            return "Node is not installed: apt install nodejs npm"
        if not (PEERS / "node_modules" / package).is_dir():
            return f"{package} is not installed: npm install --prefix tests/benchmarks/peers"
        return None

    return missing


def _of_python(package: str) -> Callable[[], str]:
    def version() -> str:
        from importlib.metadata import version as version_of  # noqa: PLC0415 - only a report asks

        return version_of(package)

    return version


def _of_node(package: str) -> Callable[[], str]:
    manifest = PEERS / "node_modules" / package / "package.json"
    return lambda: str(json.loads(manifest.read_text(encoding="utf-8"))["version"])


def _of_postfix() -> str:
    asked = subprocess.run(
        [_found("postconf"), "-d", "-h", "mail_version"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "unknown"


EMULATOR: Final = "emulator/uvloop"
EMULATOR_ASYNCIO: Final = "emulator/asyncio"
BARE: Final = "aiosmtpd/asyncio"
SINK: Final = "smtp-sink"
NPM: Final = "npm smtp-server"
MAILDEV: Final = "maildev"

LAUNCHERS: Final = (
    Launcher(EMULATOR, emulator(EMULATOR), _without_uvloop, _of_python("relaylab")),
    Launcher(EMULATOR_ASYNCIO, emulator(EMULATOR_ASYNCIO, _WITHOUT_UVLOOP), _nothing_missing, _of_python("relaylab")),
    Launcher(BARE, _peer(BARE, _aiosmtpd), _nothing_missing, _of_python("aiosmtpd")),
    Launcher(SINK, _peer(SINK, _smtp_sink, has_tls=False), _without("smtp-sink"), _of_postfix),
    Launcher(NPM, _peer(NPM, _npm), _without_package("smtp-server"), _of_node("smtp-server")),
    Launcher(MAILDEV, _peer(MAILDEV, _maildev, has_tls=False), _without_package("maildev"), _of_node("maildev")),
)
