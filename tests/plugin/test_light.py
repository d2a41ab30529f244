"""pytest loads the plugin in every project; it must cost nothing there."""

from __future__ import annotations

import subprocess
import sys

from tests.plugin.conftest import Project

HEAVY = "{name.partition('.')[0] for name in sys.modules} & {'relaylab', 'relaylab_certs', 'aiosmtpd', 'pydantic'}"


def test_importing_the_plugin_loads_neither_relaylab_nor_what_it_stands_on() -> None:
    program = f"import sys, relaylab_conformance.pytest_plugin; print(sorted({HEAVY}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


def test_a_project_that_asks_for_no_fixture_loads_nothing_and_one_that_does_loads_it(project: Project) -> None:
    project.write(
        test_a=f"""
            import sys

            import pytest

            @pytest.mark.relaylab(at="2027-01-04")
            def test_not_yet():
                assert set() == {HEAVY}

            def test_on_demand(relaylab):
                assert "relaylab" in {HEAVY}
            """
    )

    assert {"test_not_yet": "passed", "test_on_demand": "passed"} == project.run().outcomes
