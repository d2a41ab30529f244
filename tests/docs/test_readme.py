"""The README's commands are run as they stand there, in a folder of their own."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RELAYLAB = [sys.executable, "-m", "relaylab_conformance"]
# What a command is said to exit with, where that is not 0: the shipped estate has problems, and certify finds them.
FINDS_PROBLEMS = 1


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)


def _commands() -> list[str]:
    lines = [line for block in _blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith("relaylab ")]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The user's data folder, where the test root is kept, is the test's own."""
    return os.environ | {"XDG_DATA_HOME": str(tmp_path / "data"), "HOME": str(tmp_path)}


def test_the_readme_gives_commands_to_run() -> None:
    assert len(_commands()) >= 8


@pytest.mark.parametrize("command", _commands())
def test_each_command_of_the_readme_does_what_it_says(
    command: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    done = subprocess.run(
        [*RELAYLAB, *shlex.split(command)[1:]],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    expected = FINDS_PROBLEMS if command.startswith(("relaylab certify", "relaylab timeline")) else 0
    assert expected == done.returncode, done.stderr
    assert done.stdout.strip()


def test_the_python_example_of_the_readme_runs(tmp_path: Path, environment: dict[str, str]) -> None:
    (example,) = (block for block in _blocks("python") if "def test_" not in block)

    done = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert 0 == done.returncode, done.stderr
    assert "[]" in done.stdout  # nothing was sent, so nothing was kept


def test_the_readme_s_tests_are_green_and_the_first_takes_five_lines(tmp_path: Path) -> None:
    tests = [block for block in _blocks("python") if "def test_" in block]
    for number, block in enumerate(tests):
        (tmp_path / f"test_{number}.py").write_text(block, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert 5 == len([line for line in tests[0].splitlines() if line])
    assert (0, True) == (done.returncode, "3 passed" in done.stdout), done.stdout


@pytest.mark.clients
def test_the_serve_example_of_the_readme_shows_the_refusal(tmp_path: Path, environment: dict[str, str]) -> None:
    if shutil.which("curl") is None:
        if os.environ.get("RELAYLAB_REQUIRE_CLIENTS") == "1":
            pytest.fail("curl is not installed")
        pytest.skip("curl is not installed")
    serve, curl = (shlex.split(block.removeprefix("$ ").replace("\\\n", " ")) for block in _blocks("console"))
    (tmp_path / "message.eml").write_bytes(b"From: scanner@contoso.com\r\nSubject: page 1\r\n\r\nscan\r\n")
    base = _free_ports()
    serve[serve.index("--port-base") + 1] = str(base)
    with subprocess.Popen(
        [*RELAYLAB, *serve[1:], "--json"], env=environment, stdout=subprocess.PIPE, text=True, cwd=tmp_path
    ) as server:
        try:
            assert server.stdout is not None
            ready = json.loads(server.stdout.readline())
            words = {"CA_FILE": ready["ca_file"], "smtp://localhost:1587": f"smtp://localhost:{base}"}
            done = subprocess.run(
                [words.get(word, word) for word in curl],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            server.terminate()
            server.wait()

    assert base == ready["endpoints"]["submission"]["port"]
    assert 67 == done.returncode  # curl: the user name or password was not accepted
    assert 0 == server.returncode


def _free_ports() -> int:
    """Give a port that is free with the seventy behind it, as far as one can know."""
    for base in range(21_587, 61_587, 100):
        try:
            for port in range(base, base + 70):
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return base
    pytest.fail("no seventy free ports in a row")
