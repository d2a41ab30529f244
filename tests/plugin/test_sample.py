"""A stranger's project in an environment of its own: the wheel is installed as any other, and found by pytest alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = Path(__file__).with_name("sample")
OLDEST_PYTEST = "7.0.0"  # as README.md says
PIP = ["-m", "pip", "--quiet", "--disable-pip-version-check"]
NEWEST = ["pytest", "pytest-asyncio", "pytest-django", "pytest-xdist", "pytest-randomly", "django~=5.2", "aiosmtplib"]


def run(*command: str | Path, folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHON"))}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def missing(why: str) -> NoReturn:
    """Skip, or fail where everything is to be there."""
    if os.environ.get("RELAYLAB_REQUIRE_CLIENTS") == "1":
        pytest.fail(why)
    pytest.skip(why)


def interpreter(version: str) -> Path:
    """Give a Python of that version, from the path or from pyenv; where there is none, what is missing is named."""
    if version == ".".join(map(str, sys.version_info[:2])):
        return Path(sys.executable)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    on_the_path = shutil.which(f"python{version}")
    candidates = [Path(on_the_path)] if on_the_path else []
    candidates += sorted(pyenv.glob(f"versions/{version}.*/bin/python"))
    for candidate in candidates:  # one of pyenv's own on the path may be there and not work
        if subprocess.run([candidate, "-c", "import ssl"], capture_output=True, check=False).returncode == 0:
            return candidate
    missing(f"Python {version} is not installed")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """relaylab as it is handed to others."""
    folder = tmp_path_factory.mktemp("wheels")
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    run(sys.executable, *PIP, *build, folder=folder)
    (made,) = folder.glob("relaylab-*.whl")
    return made


def environment_with(wheel: Path, folder: Path, python: Path, *packages: str) -> Path:
    """Make an environment with relaylab's wheel and these packages; give its Python.

    Our own pip installs, and compiles nothing: one more pip and modules that nobody imports take half a minute.
    """
    run(python, "-m", "venv", "--without-pip", folder / "environment", folder=folder)
    made = folder / "environment" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = [sys.executable, *PIP, "--python", str(made), "install", "--no-compile", str(wheel), *packages]
    installed = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False)
    if installed.returncode:
        missing(f"pip cannot install {', '.join(packages)}: {installed.stderr[-500:]}")
    return made


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.11", "3.13"])
def test_the_sample_is_green_beside_other_plugins_and_with_workers(version: str, wheel: Path, tmp_path: Path) -> None:
    python = environment_with(wheel, tmp_path, interpreter(version), *NEWEST)
    project = shutil.copytree(SAMPLE, tmp_path / "project")

    assert "10 passed" in run(python, "-m", "pytest", "-q", folder=project)
    assert "10 passed" in run(python, "-m", "pytest", "-q", "-n", "2", "--relaylab-report=out", folder=project)
    assert (project / "out" / "report.html").is_file()


@pytest.mark.slow
def test_the_oldest_pytest_that_is_supported_runs_the_sample(wheel: Path, tmp_path: Path) -> None:
    python = environment_with(wheel, tmp_path, interpreter("3.11"), f"pytest=={OLDEST_PYTEST}")
    project = shutil.copytree(SAMPLE, tmp_path / "project")
    for file in ("pytest.ini", "conformance/test_with_django.py", "conformance/test_with_aiosmtplib.py"):
        (project / file).unlink()

    assert "5 passed" in run(python, "-m", "pytest", "-q", "--relaylab-report=out", folder=project)
    assert OLDEST_PYTEST.removesuffix(".0") in (ROOT / "README.md").read_text(encoding="utf-8")
