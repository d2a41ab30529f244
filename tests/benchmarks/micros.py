"""Runs the micro benchmarks, each a command of its own: python tests/benchmarks/micro/NAME.py --json.

It prints one JSON object. What lies under its key ``figures`` is context, and under ``ratios`` what a baseline keeps:
both {name: number}. Where it prints ``rows`` instead, a row an engine and input, the numbers of a row are figures.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from tests.benchmarks.results import Failure, Micro

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]


def told_by(name: str) -> Micro | Failure:
    """Run a micro benchmark and give what it tells."""
    command = [sys.executable, str(HERE / "micro" / f"{name}.py"), "--json"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
    try:
        said = json.loads(done.stdout)
    except ValueError:
        said = None
    if done.returncode or not isinstance(said, dict):
        why = (
            done.stderr.strip() or f"it ended with {done.returncode}, and printed no JSON object or one that disagrees"
        )
        return Failure(workload=name, server="-", round=0, why=why)
    figures = dict(said.get("figures", {})) | _of_rows(said.get("rows", ()))
    return {"figures": figures, "ratios": dict(said.get("ratios", {}))}


def _of_rows(rows: Iterable[Mapping[str, object]]) -> dict[str, float]:
    """Give the numbers of rows, named after their engine and input."""
    return {
        f"{row.get('engine', '')} {row.get('input', '')}, {what.replace('_', ' ')}": value
        for row in rows
        for what, value in row.items()
        if isinstance(value, int | float)
    }
