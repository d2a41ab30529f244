"""How a run is judged: gates, ratios of rounds that belong together, and regressions."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from tests.benchmarks import compare, profile, publish, sampling
from tests.benchmarks.gates import GATES, cpu_ratios, judged
from tests.benchmarks.growth import GROWTH
from tests.benchmarks.results import Run, Sample
from tests.benchmarks.servers import BARE, EMULATOR, LAUNCHERS, SINK
from tests.benchmarks.workloads import SCAN, WORKLOADS


def a_sample(server: str = EMULATOR, workload: str = "T1", **changes: object) -> Sample:
    """A hundred units in a second, at a millisecond of processor time each."""
    values: dict[str, object] = {
        "workload": workload,
        "server": server,
        "round": 0,
        "units": 100,
        "wall_s": 1.0,
        "cpu_s": 0.1,
        "hwm_bytes": 1_000,
        "base_bytes": 1_000,
        "load1": 0.0,
        "driver": "raw",
    }
    return Sample(**(values | changes))  # type: ignore[arg-type]


def a_run(*samples: Sample, suite: str = "smoke") -> Run:
    return Run(suite=suite, when="2026-12-01T00:00:00+00:00", env={}, samples=list(samples))


def the_gate(run: Run, server: str, *, measure: str = "rate") -> object:
    found = [one for one in judged(run) if one.gate.to == ("T1", server) and one.gate.measure == measure]
    return found[0].passes


def test_a_gate_is_met_at_its_bound_and_missed_below_it() -> None:
    at = a_run(a_sample(units=400), a_sample(BARE))
    below = a_run(a_sample(units=399), a_sample(BARE))

    assert the_gate(at, BARE) is True
    assert the_gate(below, BARE) is False


def test_a_gate_against_a_server_that_is_absent_is_neither_met_nor_missed() -> None:
    assert the_gate(a_run(a_sample(), a_sample(BARE)), SINK) is None


def test_memory_is_held_against_the_size_that_was_sent() -> None:
    run = a_run(a_sample(workload="T8", hwm_bytes=1_000 + 2 * SCAN))

    assert [2.0] == [one.value for one in judged(run)]
    assert [False] == [one.passes for one in judged(run)]


def test_loads_that_a_gate_compares_have_as_many_turns() -> None:
    """A ratio is taken turn by turn: else the turns of one round would be held against another round."""
    turns = {load.name: load.turns for load in (*WORKLOADS, *GROWTH)}

    assert [] == [gate.of for gate in GATES if gate.to and turns[gate.of[0]] != turns[gate.to[0]]]


def test_servers_that_are_compared_by_time_have_turns() -> None:
    by_time = {gate.of[0] for gate in GATES if gate.to and gate.to[0] == gate.of[0]}

    assert [] == [load.name for load in WORKLOADS if load.name in by_time and load.turns == 1]


def test_a_ratio_is_taken_within_each_round() -> None:
    # The machine is four times as slow in the second round, for both.
    ours = [a_sample(cpu_s=seconds, round=number) for number, seconds in enumerate((0.2, 0.8, 0.2))]
    theirs = [a_sample(BARE, cpu_s=seconds, round=number) for number, seconds in enumerate((0.1, 0.4, 0.1))]

    assert 2.0 == pytest.approx(a_run(*ours, *theirs).ratio(("T1", EMULATOR), ("T1", BARE), "cpu"))


def test_every_gate_names_loads_and_servers_that_there_are() -> None:
    loads = {one.name: one.servers for one in (*WORKLOADS, *GROWTH)}
    places = [place for gate in GATES for place in (gate.of, gate.to) if place is not None]

    assert [] == [(load, server) for load, server in places if server not in loads[load]]
    assert {name for servers in loads.values() for name in servers} == {one.name for one in LAUNCHERS}


# Regressions ----------------------------------------------------------------------------------------------------------


def written(folder: Path, name: str, cpu_s: float, suite: str = "smoke") -> str:
    file = folder / name
    run = a_run(a_sample(cpu_s=cpu_s), a_sample(BARE), suite=suite)
    file.write_text(json.dumps(run.as_dict()), encoding="utf-8")
    return str(file)


def compared(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["compare", *arguments])
    return compare.main()


@pytest.mark.parametrize(
    ("suite", "cpu_s", "code"),
    [("smoke", 0.12, 0), ("smoke", 0.13, 1), ("full", 0.105, 0), ("full", 0.115, 1), ("smoke", 0.05, 0)],
)
def test_the_gate_fails_when_a_ratio_is_worse_than_the_suite_tolerates(
    suite: str, cpu_s: float, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, new = written(tmp_path, "base", 0.1, suite), written(tmp_path, "new", cpu_s, suite)

    assert code == compared(monkeypatch, base, new, "--gate")
    assert 0 == compared(monkeypatch, base, new)


def test_a_sample_that_was_disturbed_makes_nothing_worse() -> None:
    ours = [a_sample(cpu_s=seconds, round=number) for number, seconds in enumerate((0.1, 0.3, 0.11))]
    bare = [a_sample(BARE, cpu_s=seconds, round=number) for number, seconds in enumerate((0.2, 0.2, 0.22))]

    assert {f"T1 {EMULATOR}": 0.5} == cpu_ratios(a_run(*ours, *bare))


def test_a_baseline_keeps_ratios_and_nothing_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept"

    assert 0 == compared(monkeypatch, "--keep", str(kept), written(tmp_path, "new", 0.1))
    assert {"schema", "suite", "when", "ratios"} == set(json.loads(kept.read_text(encoding="utf-8")))
    assert 1 == compared(monkeypatch, str(kept), written(tmp_path, "worse", 0.2), "--gate")


def test_what_is_no_result_is_said_to_be_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}", encoding="utf-8")

    assert 2 == compared(monkeypatch, str(other), str(other), "--gate")
    assert "other.json is no result" in capsys.readouterr().err


def test_two_runs_with_nothing_in_common_pass_no_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.json"
    empty.write_text(json.dumps(a_run().as_dict()), encoding="utf-8")

    assert 2 == compared(monkeypatch, str(empty), written(tmp_path, "new", 0.1), "--gate")
    assert "no ratio in common" in capsys.readouterr().err


# The page ------------------------------------------------------------------------------------------------------------


def test_the_page_of_figures_is_what_the_published_run_gives() -> None:
    assert publish.PAGE.read_text(encoding="utf-8") == publish.page(publish.published()), (
        "python -m tests.benchmarks.publish writes it again"
    )


# Where the time goes -------------------------------------------------------------------------------------------------


def standing_in(module: str, called: Callable[[], FrameType]) -> FrameType:
    """The frame of ``called``, which a function of this module called."""
    names: dict[str, object] = {"__name__": module, "called": called}
    exec("def caller():\n    return called()\n", names)
    caller = names["caller"]
    assert callable(caller)
    frame: FrameType = caller()
    return frame


def test_a_sample_counts_for_the_room_that_works_or_has_others_work_for_it() -> None:
    at_work = standing_in("relaylab.rules.mx.data", lambda: standing_in("relaylab.domain.address", sys._getframe))
    at_rest = standing_in("re", sys._getframe)

    assert "rules" == sampling.room_at(at_work)
    assert sampling.LOOP == sampling.room_at(at_rest)
    assert ["TLS", "transport"] == [sampling.room_of(f"relaylab.servers.{name}") for name in ("tls", "stream")]


def test_every_room_is_of_modules_that_there_are() -> None:
    assert [] == [name for name in sampling.ROOMS if importlib.util.find_spec(name) is None]


def test_the_shares_of_a_load_are_written_where_the_table_stood() -> None:
    found = [profile.Shares("T2", {"rules": 30, "session": 10}, 3.0, 1.0), profile.Shares("T3", {"TLS": 5}, 0.0, 0.0)]
    page = f"Before.\n{profile.BEGIN}old\n{profile.END}Behind.\n"

    written = profile.replaced(page, profile.table(found, "Seen."))

    assert "| rules | 75 | 0 |\n" in written
    assert "| of all this in the kernel | 25 | 0 |\n" in written
    assert "old" not in written
    assert written == profile.replaced(written, profile.table(found, "Seen."))
    with pytest.raises(SystemExit, match="put it back"):
        profile.replaced("nothing", "table")


def test_the_page_of_shares_has_a_place_for_the_table() -> None:
    assert "\nthe table\n" in profile.replaced(profile.PAGE.read_text(encoding="utf-8"), "the table")
