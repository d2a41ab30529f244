"""Make a run the one that the documentation shows.

    python -m tests.benchmarks.publish RESULT...

writes published.json beside this file (medians and gates, without the samples) and from it docs/performance-table.md.
Several results, as of the suites full and growth, are sections of one page. Without a result the page is written again
from published.json.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.gates import judged, judged_pieces, summary
from tests.benchmarks.growth import GROWTH
from tests.benchmarks.processes import CALM
from tests.benchmarks.results import SCHEMA, Run
from tests.benchmarks.workloads import WORKLOADS

HERE: Final = Path(__file__).parent
PUBLISHED: Final = HERE / "published.json"
PAGE: Final = HERE.parents[1] / "docs" / "performance-table.md"

Part = dict[str, Any]

_MEASURES: Final = {
    "rate": "rate",
    "cpu": "processor time a unit",
    "growth": "memory by size",
    "held": "octets a connection",
    "p50": "median time",
    "p99": "99th percentile of time",
    "figure": "a second",
}
_HEAD: Final = """\
# Speed: the figures

<!-- Written by python -m tests.benchmarks.publish; do not edit. -->

What each load is, what is aimed at and what bounds it: [speed](performance.md). Rates are wall time on a machine that
driver and server share; *CPU* is the server's own processor time a unit, and *to bare* the same next to that of bare
aiosmtpd in the same turns. Medians of all turns, with the slowest and fastest in brackets.
"""


def part_of(run: Run) -> Part:
    """Give what is published of a run."""
    return {
        "suite": run.suite,
        "when": run.when,
        "env": run.env,
        "load": _span([sample.load1 for sample in run.samples]),
        "absent": run.absent,
        "summary": summary(run),
        "ratios": [*(one.as_dict() for one in judged(run)), *judged_pieces(run)],
        "micro": {name: told.get("figures", {}) for name, told in run.micro.items()},
    }


def page(parts: Iterable[Part]) -> str:
    """Write the page."""
    return "\n".join((_HEAD, *(_section(part) for part in parts)))


def _section(part: Part) -> str:
    env, load = part["env"], part["load"]
    versions = ", ".join(f"{name} {version}" for name, version in env["versions"].items())
    lines = [
        f"## Suite {part['suite']}, {part['when'][:10]}",
        "",
        f"{env['cores']} cores, {env['system']}, Python {env['python']}, OpenSSL {env['openssl']}. {versions}.",
        f"Load of the last minute: {load[0]:.1f} to {load[1]:.1f}.",
    ]
    if load[1] > CALM:
        lines += ["Other work ran on the machine meanwhile: trust the processor time more than the rates."]
    lines += [f"Absent: {name} ({why})." for name, why in part["absent"].items()]
    lines += ["", *_ratios(part["ratios"]), "", *_figures(part["summary"])]
    if part["micro"]:
        lines += ["", "| piece | figure |", "|---|--:|"]
        lines += [
            f"| {name}: {what} | {_number(value)} |"
            for name, told in part["micro"].items()
            for what, value in told.items()
        ]
    return "\n".join((*lines, ""))


def _ratios(rows: list[Part]) -> list[str]:
    lines = ["| load | of | measure | against | ratio | gate | further aim | |", "|---|---|---|---|--:|--:|--:|---|"]
    for row in rows:
        against = row["to"] or ("on this machine" if row["context"] else "the size sent")
        stands = "not measured" if row["value"] is None else _standing(row)
        cells = (row["workload"], row["of"], _MEASURES[row["measure"]], against, _number(row["value"]), row["gate"])
        lines.append(f"| {' | '.join(cells)} | {_number(row['stretch'])} | {stands} |")
    return lines


def _standing(row: Part) -> str:
    word = "met" if row["pass"] else "missed"
    return f"context: {word}" if row["context"] else word if row["pass"] else f"**{word}**"


def _figures(rows: list[Part]) -> list[str]:
    titles = {workload.name: workload for workload in (*WORKLOADS, *GROWTH)}
    lines: list[str] = []
    for name in dict.fromkeys(row["workload"] for row in rows):
        load = titles[name]
        lines += [f"**{name}**: {load.title}", ""]
        lines += [
            f"| server | {load.unit}s a second | CPU µs a {load.unit} | to bare | grew MB | held | p50 / p99 µs |"
        ]
        lines += ["|---|--:|--:|--:|--:|--:|--:|"]
        for row in (one for one in rows if one["workload"] == name):
            rate = f"{_number(row['rate'])} ({_number(row['min'])} to {_number(row['max'])})"
            times = f"{_number(row['p50'])} / {_number(row['p99'])}" if row["p50"] else ""
            growth = f"{row['growth'] / 1e6:,.1f}"
            cpu, to_bare, held = (_number(row[one]) for one in ("cpu_us_per_unit", "cpu_to_bare", "held"))
            cells = (row["server"], rate, cpu, to_bare, growth, held, times)
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return lines[:-1]


def _number(value: float | str | None) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case _ if abs(value) >= 100:
            return f"{value:,.0f}"
        case _:
            return f"{value:.3g}"


def _span(values: list[float]) -> list[float]:
    return [min(values, default=0.0), max(values, default=0.0)]


def published() -> list[Part]:
    """Read what was published last."""
    parts: list[Part] = json.loads(PUBLISHED.read_text(encoding="utf-8"))["parts"]
    return parts


def main(files: list[str]) -> int:
    """Publish these results, or write the page anew."""
    if files:
        parts = [part_of(Run.read(Path(file))) for file in files]
        PUBLISHED.write_text(json.dumps({"schema": SCHEMA, "parts": parts}, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(published()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
