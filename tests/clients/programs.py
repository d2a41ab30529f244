"""Finding the real clients, and running them far from the settings of whoever runs the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

PATIENCE = 60.0
NODE_FOLDER = Path(__file__).parent / "node"


def missing(what: str, way_out: str) -> NoReturn:
    """Skip by name; fail where RELAYLAB_REQUIRE_CLIENTS=1 promises that every client is there."""
    if os.environ.get("RELAYLAB_REQUIRE_CLIENTS") == "1":
        pytest.fail(f"{what} is missing, and RELAYLAB_REQUIRE_CLIENTS=1 requires it; {way_out}", pytrace=False)
    pytest.skip(f"{what} is missing; {way_out}")


def program(name: str) -> str:
    """Where a program is."""
    return shutil.which(name) or missing(name, f"install it (apt install {name})")


def daemon(name: str) -> str:
    """Where a server is; those are often found by the administrator only."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
    return shutil.which(name, path=path) or missing(name, f"install it (apt install {name})")


def swaks() -> str:
    """Where swaks is, one that can speak TLS."""
    path = program("swaks")
    if not _swaks_speaks_tls(path):
        missing("TLS in swaks", "install Perl's Net::SSLeay (apt install libnet-ssleay-perl)")
    return path


def node_with_nodemailer() -> str:
    """Where Node is, once nodemailer is installed."""
    if not (NODE_FOLDER / "node_modules" / "nodemailer").is_dir():
        missing("nodemailer", "npm install --prefix tests/clients/node")
    return shutil.which("node") or missing("node", "install Node.js (apt install nodejs)")


def run(
    command: Sequence[str | Path], home: Path, *, given: bytes = b"", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a client with an empty home, in English, and without what its user's environment says of proxies."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "PATHEXT") if name in os.environ}
    clean = kept | {"HOME": str(home), "LC_ALL": "C.UTF-8", **(environment or {})}
    return subprocess.run(command, input=given, capture_output=True, env=clean, timeout=PATIENCE, check=False)


@cache
def _swaks_speaks_tls(path: str) -> bool:
    told = subprocess.run([path, "--support"], capture_output=True, text=True, timeout=PATIENCE, check=False)
    return "=== TLS supported" in told.stdout
