"""The laws of the house that no linter's own rule can hold."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "certs/relaylab_certs",
    "emulator/relaylab",
    "scenarios/relaylab_scenarios",
    "conformance/relaylab_conformance",
)

SMTP_REPLY = re.compile(r"[2-5]\d\d[ -]")
RULES = ROOT / "emulator/relaylab/rules"
# replies.py is where every reply lives; the others quote replies in prose, and nothing of theirs is sent.
MAY_SPELL_REPLIES = {RULES / name for name in ("replies.py", "readings.py", "hve_readings.py", "sources.py")}

# Written so that this file does not match itself.
REGISTRY = re.compile(
    r"pypi[.]org|python[h]osted|registry[.]npmjs|npmjs[.]org/|deb[.]debian[.]org|index[-]url", re.IGNORECASE
)
HOME_FOLDER = re.compile(r"(?<![\w.])(/home/|/Users/|/root/|[A-Z]:\\Users\\)[\w.]+")


def tracked_files() -> list[Path]:
    """Every text file that git tracks; a named skip outside a checkout."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: what is tracked is not known")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [file for name in listed.split("\0") if name and (file := ROOT / name).is_file()]


def lines_matching(pattern: re.Pattern[str]) -> Iterator[str]:
    for file in tracked_files():
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if pattern.search(line):
                yield f"{file.relative_to(ROOT)}:{number}: {line.strip()}"


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every string and bytes literal of a module with its line, docstrings left out."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings:
            if isinstance(node.value, str):
                yield node.lineno, node.value
            elif isinstance(node.value, bytes):
                yield node.lineno, node.value.decode("latin-1")


def test_imports_keep_their_contracts() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    checked = subprocess.run([*command, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert 0 == checked.returncode, checked.stdout + checked.stderr


def test_no_smtp_reply_is_written_outside_the_table_of_replies() -> None:
    stray = [
        f"{file.relative_to(ROOT)}:{line}: {text!r}"
        for file in sorted((ROOT / "emulator").rglob("*.py"))
        if file not in MAY_SPELL_REPLIES
        for line, text in texts(ast.parse(file.read_bytes()))
        if SMTP_REPLY.match(text)
    ]

    assert [] == stray


@pytest.mark.parametrize(("text", "is_one"), [("550 5.7.30 ", True), ("250-SIZE", True), ("2026-12-31", False)])
def test_an_smtp_reply_is_told_from_a_date(text: str, *, is_one: bool) -> None:
    assert is_one == bool(SMTP_REPLY.match(text))


def test_no_tracked_file_names_a_package_registry() -> None:
    assert [] == list(lines_matching(REGISTRY))


def test_no_tracked_file_names_a_folder_of_one_machine() -> None:
    assert [] == list(lines_matching(HOME_FOLDER))
    if len(ROOT.parts) > 2:  # a checkout at /src would meet every relative path that ends so
        assert [] == list(lines_matching(re.compile(re.escape(str(ROOT)))))


def test_no_key_or_certificate_is_tracked() -> None:
    begins = re.compile("-----BEGIN [A-Z ]*(PRIVATE KEY|CERTIFICATE)-----\n?[A-Za-z0-9+/]{40}")

    assert [] == [file for file in tracked_files() if begins.search(file.read_text("utf-8", errors="replace"))]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_says_that_it_is_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()
