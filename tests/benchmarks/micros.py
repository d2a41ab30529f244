"""Runs the micro benchmarks, each a command of its own: python tests/benchmarks/micro/NAME.py --json.

It prints one JSON object; what lies under its key ``figures`` is context, and under ``ratios`` what a baseline keeps:
both {name: number}. Whatever else it prints is kept with the run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
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
        told: Micro = said if isinstance(said, dict) and done.returncode == 0 else {}
    except ValueError:
        told = {}
    if not told:
        why = done.stderr.strip() or f"it ended with {done.returncode} and printed no JSON object"
        return Failure(workload=name, server="-", round=0, why=why)
    return told
