"""Debian's Postfix as an office's smart host: an instance of its own, in a folder of its own, bound to loopback."""

from __future__ import annotations

import grp
import json
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from relaylab_certs.authority import KeyFiles
from tests.clients.by_socket import Door
from tests.clients.programs import PATIENCE, daemon

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = /dev/stdout
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = smart-host.contoso.com
mydestination =
alias_maps =
local_recipient_maps =
relayhost = [{host}]:{port}
smtp_tls_security_level = encrypt
smtp_tls_CAfile = {ca}
smtp_dns_support_level = disabled
smtp_host_lookup = native
{shown}
# What is refused for good stays in the queue: Postfix's own safety net for a new route.
soft_bounce = yes
"""
_MASTER = """
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class SmartHost:
    """A Postfix that hands everything to one place; a ``with`` block stops it."""

    def __init__(self, where: Door, ca_file: Path, shown: KeyFiles | None = None) -> None:
        """Start it; ``shown`` is the certificate that it has for a server that asks for one."""
        self._program = daemon("postfix")
        if os.geteuid() != 0:
            pytest.skip("Postfix starts for root only; run this test as root")
        # Not pytest's own folder: Postfix gives up root, and must still get in.
        self._folder = Path(tempfile.mkdtemp(prefix="relaylab-postfix-"))
        self._folder.chmod(0o755)
        for name in ("conf", "queue", "data"):
            (self._folder / name).mkdir()
        owner = pwd.getpwnam("postfix").pw_uid
        os.chown(self._folder / "data", owner, grp.getgrnam("postfix").gr_gid)
        shutil.copy(ca_file, self._folder / "ca.pem")
        (self._folder / "ca.pem").chmod(0o644)
        words = {"folder": self._folder, "host": where.host, "port": where.port, "ca": self._folder / "ca.pem"}
        words["shown"] = self._own_certificate(shown) if shown else ""
        (self._folder / "conf" / "main.cf").write_text(_MAIN.format(**words), encoding="ascii")
        (self._folder / "conf" / "master.cf").write_text(_MASTER, encoding="ascii")
        self._process = subprocess.Popen(
            [self._program, "-c", str(self._folder / "conf"), "start-fg"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        self.wait_for("daemon started")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run(self._program, "-c", str(self._folder / "conf"), "stop")
        self._process.communicate(timeout=PATIENCE)
        shutil.rmtree(self._folder)

    def wait_for(self, what: str) -> str:
        """Read the log up to a line that holds ``what``, and give it."""
        assert self._process.stdout is not None
        seen = []
        for line in self._process.stdout:
            seen.append(line)
            if what in line:
                return line
        raise AssertionError(f"Postfix ended without {what!r}: {''.join(seen)}")

    def send(self, sender: str, recipient: str, letter: bytes) -> str:
        """Put a message into the queue; give the line that says what became of the first attempt."""
        command = ["sendmail", "-C", str(self._folder / "conf"), "-i", "-f", sender, recipient]
        self._run(daemon(command[0]), *command[1:], given=letter)
        return self.wait_for(f"to=<{recipient}>")

    def try_again(self, recipient: str) -> str:
        """Have the queue tried at once; give the line that says what became of it."""
        self._run(daemon("postqueue"), "-c", str(self._folder / "conf"), "-f")
        return self.wait_for(f"to=<{recipient}>")

    def queue(self) -> list[dict[str, Any]]:
        """What waits, as ``postqueue -j`` tells it."""
        told = self._run(daemon("postqueue"), "-c", str(self._folder / "conf"), "-j")
        return [json.loads(line) for line in told.splitlines()]

    def _own_certificate(self, shown: KeyFiles) -> str:
        """Put a certificate where the instance can read it; give the line of its configuration."""
        names = ("key.pem", "chain.pem")
        for file, name in zip((shown.key, shown.chain), names, strict=True):
            shutil.copy(file, self._folder / name)
        return "smtp_tls_chain_files = " + ", ".join(str(self._folder / name) for name in names)

    @staticmethod
    def _run(*command: str, given: bytes = b"") -> bytes:
        return subprocess.run(command, input=given, capture_output=True, timeout=PATIENCE, check=True).stdout
