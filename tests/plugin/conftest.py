"""Projects of strangers, in folders of their own, run by a pytest of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

collect_ignore = ["sample"]  # another project: test_sample.py runs it in an environment of its own

_TELLING = ("PYTEST_", "CI", "BUILD_NUMBER")

# Words that keep out the plugins of the tools that test us: a stranger's project has none of them, and they take three
# quarters of its time.
WITHOUT_OUR_PLUGINS = tuple(
    word
    for plugin in ("anyio", "faker", "hypothesispytest", "randomly", "schemathesis", "time_machine")
    for word in ("-p", f"no:{plugin}")
)
_PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *WITHOUT_OUR_PLUGINS)


@dataclass(frozen=True, slots=True)
class Run:
    """What a pytest said: its exit code, its output, and what came of each test by name."""

    code: int
    output: str
    outcomes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with tests."""

    folder: Path

    def write(self, **files: str) -> None:
        """Write modules by their names; ``pytest_ini`` is pytest.ini."""
        for name, text in files.items():
            file = "pytest.ini" if name == "pytest_ini" else f"{name}.py"
            (self.folder / file).write_text(textwrap.dedent(text), encoding="utf-8")

    def run(self, *arguments: str, **variables: str) -> Run:
        """Run its tests with the plugin as it is installed here, in the order in which they are written.

        What tells pytest that it runs in CI, where it writes more, is there only among the ``variables``.
        """
        junit = self.folder / "outcomes.xml"
        done = subprocess.run(
            [*_PYTEST, f"--junit-xml={junit}", *arguments],
            cwd=self.folder,
            env={name: value for name, value in os.environ.items() if not name.startswith(_TELLING)} | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        cases = ET.parse(junit).iter("testcase") if junit.is_file() else []
        outcomes: dict[str, str] = {}
        for case in cases:
            came_to = [child.tag for child in case if child.tag in {"failure", "error", "skipped"}]
            outcomes[case.get("name", "")] = "+".join(came_to) or "passed"
        return Run(done.returncode, done.stdout + done.stderr, outcomes)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project; warnings are errors in it, as they may be in anybody's."""
    made = Project(tmp_path)
    made.write(pytest_ini="[pytest]\naddopts = --strict-markers --strict-config\nfilterwarnings = error\n")
    return made
