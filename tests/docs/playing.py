"""Runs the blocks of a page in order, in a folder of their own, as a reader would who copies them into a terminal."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from tests.clients import programs
from tests.clients.served import free_port_bases
from tests.docs.blocks import Block
from tests.plugin.conftest import WITHOUT_OUR_PLUGINS

PATIENCE: Final = 120.0
_FIRST_PORT: Final = 1587  # of every page; the reader's port N is base + N - 1587 here
_PORTS: Final = 270  # two emulators, one at 1587 and one at 1787, with their sites
_PORT: Final = re.compile(r"(?<![\w.-])1[5-8]\d\d\b")
_SEARCHED: Final = f"{os.environ['PATH']}{os.pathsep}/usr/sbin"
_READY: Final = "Nothing is delivered ..."
_TAKEN: Final = "cannot listen on"
_TRUST: Final = re.compile(r"^ +trust +(.+)$", re.MULTILINE)
_TOKEN: Final = re.compile(r"^ +control .* token (\S+)$", re.MULTILINE)
_CLIENTS: Final = frozenset({"curl", "msmtp", "s-nail", "php", "perl", "openssl"})


class PortTakenError(Exception):
    """Somebody took a port between the look at it and the server's start; other ports may do."""


@dataclass
class Player:
    """One reader: a folder, a range of ports, and what keeps running."""

    folder: Path
    base: int
    environment: dict[str, str]
    ca_file: str = "CA_FILE"
    token: str = "TOKEN"
    _said: str = ""
    _at_the_end: list[tuple[Block, str]] = field(default_factory=list)
    _servers: list[Server] = field(default_factory=list)

    def play(self, blocks: Sequence[Block]) -> None:
        """Do what each block says; stop at the first that does not do what the page promises."""
        for number, block in enumerate(blocks):
            text = self.here(block.text)
            if block.file is not None:
                self._write(block.file, text, append=block.is_appended)
            elif block.is_last:
                self._at_the_end += [(block, command) for command in commands(text)]
            elif block.is_promise:
                self._compare(text, block)
            elif block.is_run:
                self._run(block, text, number)

    def _write(self, name: str, text: str, *, append: bool = False) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.read_text(encoding="utf-8") if append else ""
        file.write_text(before + text, encoding="utf-8")

    def _compare(self, promised: str, block: Block) -> None:
        kept = self._servers[-1].says(promised) if block.is_of_the_server else promises(promised, self._said)
        said = self._servers[-1].said if block.is_of_the_server else self._said
        assert kept, f"line {block.line}\npromised:\n{promised}\nsaid:\n{said}"

    def _run(self, block: Block, text: str, number: int) -> None:
        if block.language == "python":
            self._write(f"block_{number}.py", text)
            self._shell(f"python block_{number}.py", block)
        elif block.language == "sh":
            for command in commands(text):
                self._shell(command, block)
        else:
            for command, promised in dialogue(text):
                self._converse(command, promised, block)

    def here(self, text: str) -> str:
        """Write the page's ports, its root certificate and its token as they are here."""

        def move(port: re.Match[str]) -> str:
            offset = int(port[0]) - _FIRST_PORT
            return str(self.base + offset) if 0 <= offset < _PORTS else port[0]

        text = _PORT.sub(move, text).replace("CA_FILE", self.ca_file)
        return re.sub(r"\bTOKEN\b", self.token, text)

    def _converse(self, command: str, promised: str, block: Block) -> None:
        said = self._serve(command, block) if block.keeps_running else self._shell(command, block)
        assert promises(promised, said), f"line {block.line}: {command}\npromised:\n{promised}\nsaid:\n{said}"

    def _shell(self, script: str, block: Block) -> str:
        _need_clients_of(script)
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        self._said = done.stdout
        assert block.ends_with == done.returncode, f"line {block.line}: {script}\n{done.stdout}"
        return done.stdout

    def _serve(self, command: str, block: Block) -> str:
        """Start a server and give what it says until it is ready; it ends with the page."""
        server = Server(self.folder, command, self.environment)
        self._servers.append(server)
        if not server.says(_READY) and _TAKEN in server.said:
            self._servers.pop().end(2)
            raise PortTakenError(server.said)
        assert server.says(_READY), f"line {block.line}: {command}\n{server.said}"
        trusted, secret = _TRUST.search(server.said), _TOKEN.search(server.said)
        self.ca_file = trusted[1] if trusted else self.ca_file
        self.token = secret[1] if secret else self.token
        return server.said

    def close(self) -> None:
        """Tidy up and end what runs; all of it must end well."""
        for block, command in self._at_the_end:
            self._shell(command, block)
        for server in reversed(self._servers):
            server.end()


class Server:
    """A command that keeps running, and all that it has said so far."""

    def __init__(self, folder: Path, command: str, environment: dict[str, str]) -> None:
        self._lines: list[str] = []
        self._news = threading.Condition()
        self._has_ended = False
        self._process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    @property
    def said(self) -> str:
        with self._news:
            return "".join(self._lines)

    def says(self, promised: str) -> bool:
        """Wait until it has said this; False when it ends without, or nobody would wait any longer."""
        with self._news:
            self._news.wait_for(lambda: self._kept(promised) or self._has_ended, PATIENCE)
            return self._kept(promised)

    def end(self, expected: int = 0) -> None:
        self._process.terminate()
        try:
            code = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            pytest.fail("what the page started does not end when it is told to")
        finally:
            self._listener.join()
            assert self._process.stdout is not None
            self._process.stdout.close()
        assert expected == code, self.said

    def _kept(self, promised: str) -> bool:
        return promises(promised, "".join(self._lines))

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._news:
                self._lines.append(line)
                self._news.notify_all()
        with self._news:
            self._has_ended = True
            self._news.notify_all()


def play(blocks: Sequence[Block], folder: Path) -> None:
    """Play the blocks; again from the beginning, on other ports, where somebody took one of them meanwhile."""
    if os.name == "nt" or shutil.which("bash") is None:
        programs.missing("bash", "run the pages on Linux or macOS")
    for base in free_port_bases(_PORTS):
        with contextlib.suppress(PortTakenError), _player(folder / str(base), base) as reader:
            reader.play(blocks)
            return
    pytest.fail(f"no {_PORTS} free ports in a row")


@contextlib.contextmanager
def _player(folder: Path, base: int) -> Iterator[Player]:
    """Prepare a folder whose user knows nothing of whoever runs the tests."""
    shims = folder / ".shims"
    shims.mkdir(parents=True)
    _shim(shims / "relaylab", f'exec "{sys.executable}" -m relaylab_conformance "$@"')
    _shim(shims / "python", f'exec "{sys.executable}" "$@"')
    _shim(shims / "python3", f'exec "{sys.executable}" "$@"')
    _shim(shims / "pytest", f'exec "{sys.executable}" -m pytest {" ".join(WITHOUT_OUR_PLUGINS)} "$@"')
    if os.geteuid() == 0:
        _shim(shims / "sudo", 'exec "$@"')
    one = Player(
        folder,
        base,
        {
            "PATH": f"{shims}{os.pathsep}{_SEARCHED}",
            "HOME": str(folder),
            "XDG_DATA_HOME": str(folder / ".data"),
            "LC_ALL": "C.UTF-8",
            "NODE_PATH": str(programs.NODE_FOLDER / "node_modules"),
            "PYTHONUNBUFFERED": "1",
            "TESTS": str(Path(__file__).parent),
        },
    )
    try:
        yield one
    finally:
        one.close()


def commands(text: str) -> list[str]:
    """Give the commands of a script that has one on each line, those that go on behind a backslash whole."""
    whole = text.replace("\\\n", " ")
    return [line for line in whole.splitlines() if line.strip() and not line.startswith("#")]


def dialogue(text: str) -> list[tuple[str, str]]:
    """Give each command of a dialogue with a shell, and what the page promises that it prints."""
    turns: list[tuple[str, str]] = []
    continues = False
    for line in text.splitlines():
        if line.startswith("$ "):
            turns.append((line[2:], ""))
        elif continues:
            command, promised = turns.pop()
            turns.append((f"{command}\n{line}", promised))
        else:
            command, promised = turns.pop()
            turns.append((command, f"{promised}{line}\n"))
        continues = (line.startswith("$ ") or continues) and line.endswith("\\")
    return turns


def promises(promised: str, said: str) -> bool:
    """Whether the lines promised are there in order; ``...`` stands for anything, on a line of its own for lines."""
    wanted = [line.rstrip() for line in promised.splitlines() if line.strip() not in {"", "..."}]
    lines = iter(" ".join(line.split()) for line in said.splitlines())
    return all(any(_fits(line, have) for have in lines) for line in wanted)


def _fits(line: str, have: str) -> bool:
    pieces = [" ".join(piece.split()) for piece in line.split("...")]
    pattern = ".*".join(map(re.escape, pieces))
    return re.fullmatch(f" ?{pattern} ?".replace(r"\ .*", ".*").replace(r".*\ ", ".*"), have) is not None


def _need_clients_of(script: str) -> None:
    words = {Path(word).name for word in re.findall(r"(?:^|[|;&]|sudo )\s*([\w./-]+)", script, re.MULTILINE)}
    if "swaks" in words:
        programs.swaks()
    if "node" in words:
        programs.node_with_nodemailer()
    for name in sorted(words & _CLIENTS):
        if shutil.which(name, path=_SEARCHED) is None:
            programs.missing(name, f"install it (apt install {name})")
    if "postfix" in script and shutil.which("postfix", path=_SEARCHED) is None:
        programs.missing("postfix", "install it (apt install postfix libsasl2-modules)")
    if "sudo" in words and os.geteuid() != 0 and not _may_sudo():
        programs.missing("sudo without a password", "run the tests as root, or allow it")


def _may_sudo() -> bool:
    sudo = shutil.which("sudo")
    return sudo is not None and subprocess.run([sudo, "-n", "true"], check=False, capture_output=True).returncode == 0


def _shim(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
