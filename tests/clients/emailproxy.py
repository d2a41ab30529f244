"""The emailproxy package as it is, started as its documentation says, and the device before it."""

from __future__ import annotations

import os
import shutil
import smtplib
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from threading import Event, Thread

from tests.clients.oauth import OAuthLab
from tests.clients.programs import PATIENCE, missing

DEVICE_PASSWORD = "fake device password"  # the proxy locks its store with it; the service never sees it
MESSAGE = "From: {}\r\nTo: helpdesk@contoso.com\r\nSubject: Scan 42\r\n\r\nPage 1\r\n"


def emailproxy() -> str:
    """Where the command of the package is, beside the Python that runs this."""
    found = shutil.which("emailproxy", path=str(Path(sys.executable).parent)) or shutil.which("emailproxy")
    return found or missing("emailproxy", "pip install emailproxy")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


Watch = Callable[[str], None]


@contextmanager
def proxy(
    lab: OAuthLab, folder: Path, account: str, watch: Watch = lambda _: None, *, trusting: bool = True
) -> Iterator[int]:
    """Run the proxy with one account; give the port that the device is set to."""
    port = free_port()
    server = f"""\
        [SMTP-{port}]
        local_address = 127.0.0.1
        server_address = localhost
        server_port = {lab.emulator.endpoints["submission"].port}
        server_starttls = True
        """
    with proxied(lab, folder, dedent(server) + "\n" + account, watch, trusting=trusting):
        yield port


@contextmanager
def proxied(
    lab: OAuthLab, folder: Path, settings: str, watch: Watch = lambda _: None, *, trusting: bool = True
) -> Iterator[None]:
    """Run the proxy with these settings; ``watch`` reads every line that it prints, as its user would."""
    config = folder / "emailproxy.config"
    config.write_text(settings, encoding="utf-8")
    command = [emailproxy(), "--no-gui", "--debug", "--local-server-auth", "--config-file", str(config)]
    command += ["--log-file", str(folder / "log")]
    environment = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", "HOME": str(folder)}
    environment |= {"SSL_CERT_FILE": lab.ca} if trusting else {}
    ready = Event()

    def read(lines: Iterator[str]) -> None:
        for line in lines:
            if "Initialised Email OAuth 2.0 Proxy" in line:
                ready.set()
            watch(line)
        ready.set()

    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        assert run.stdout is not None
        reader = Thread(target=read, args=(run.stdout,))
        reader.start()
        try:
            assert ready.wait(PATIENCE)
            yield
        finally:
            run.terminate()
            run.wait(PATIENCE)
            reader.join(PATIENCE)


def log_of(folder: Path) -> str:
    """What the proxy has logged."""
    return (folder / "log").read_text(encoding="utf-8")


def scan(port: int, user: str, password: str = DEVICE_PASSWORD, to: str = "helpdesk@contoso.com") -> None:
    """Be the device: no TLS, a user name and a password."""
    with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE, local_hostname="mfp.example") as device:
        device.login(user, password)
        device.sendmail(user, [to], MESSAGE.format(user))
