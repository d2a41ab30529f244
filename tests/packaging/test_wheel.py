"""What a user gets who installs the wheel."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE_ROOTS = {
    "relaylab_certs": ROOT / "certs",
    "relaylab": ROOT / "emulator",
    "relaylab_scenarios": ROOT / "scenarios",
    "relaylab_conformance": ROOT / "conformance",
}


@pytest.fixture(scope="module")
def in_the_wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a wheel built from this tree with the build backend at hand."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--no-build-isolation", "--wheel-dir", str(out), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == built.returncode, built.stdout + built.stderr
    (wheel,) = out.glob("relaylab-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize("package", SOURCE_ROOTS)
def test_the_wheel_holds_every_file_of_the_package_code_types_and_data(package: str, in_the_wheel: set[str]) -> None:
    root = SOURCE_ROOTS[package]
    files = {
        file.relative_to(root).as_posix()
        for file in (root / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }

    assert f"{package}/py.typed" in files
    assert set() == files - in_the_wheel


def test_the_wheel_holds_nothing_but_the_four_packages_and_its_own_description(in_the_wheel: set[str]) -> None:
    folders = {name.partition("/")[0] for name in in_the_wheel}

    assert set(SOURCE_ROOTS) == {folder for folder in folders if not folder.endswith(".dist-info")}


def test_the_wheel_carries_its_licence_and_its_command(in_the_wheel: set[str]) -> None:
    described = {name.partition("/")[2] for name in in_the_wheel if ".dist-info/" in name}

    assert {"licenses/LICENSE", "entry_points.txt"} <= described
