"""opendkim in its test mode: one message, our key instead of DNS, and all that it prints."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.clients.programs import missing, run
from tests.mailauth.dkim.letters import DOMAIN, KEY_NAME, SELECTOR, key_record, pem, rsa_key

# Debian keeps these where only an administrator's search path looks.
SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])


def administrators_program(name: str, package: str) -> str:
    """Where a program is."""
    return shutil.which(name, path=SEARCH_PATH) or missing(name, f"install it (apt install {package})")


@dataclass(frozen=True, slots=True)
class OpenDkim:
    """The program, and a folder for its settings and messages."""

    path: str
    folder: Path

    def verify(self, message: bytes) -> str:
        """Verify a message signed with the key of the tests."""
        return self._run(message, {"Mode": "v"})

    def sign(self, message: bytes, **options: str) -> str:
        """Sign a message with the key of the tests; the signature is among what is printed."""
        key = self.folder / "key.pem"
        key.write_bytes(pem(rsa_key()))
        return self._run(message, {"Mode": "s", "Domain": DOMAIN, "Selector": SELECTOR, "KeyFile": str(key)} | options)

    def _run(self, message: bytes, options: dict[str, str]) -> str:
        keys, settings, letter = (self.folder / name for name in ("keys", "opendkim.conf", "letter.eml"))
        keys.write_text(f"{KEY_NAME} {key_record()}\n")
        letter.write_bytes(message)
        # The folder of the tests lies within one that everybody may write to.
        given = {"TestPublicKeys": keys, "TemporaryDirectory": self.folder, "RequireSafeKeys": "false"} | options
        settings.write_text("".join(f"{name} {value}\n" for name, value in given.items()))
        done = run([self.path, "-x", settings, "-t", letter, "-vv"], self.folder)
        return (done.stdout + done.stderr).decode("latin-1")
