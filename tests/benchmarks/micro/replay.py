"""Events a second of each replay engine, octets an event takes while it is replayed, and the hash of the verdicts.

    python tests/benchmarks/micro/replay.py --json [--events 1000000] [--seed 0] [--mailboxes 1200]

Two inputs: ``even``, where mailboxes send alike until one of five runs away with fifty messages to a list, over both
limits, and ``zipf``, where a few send most. Each engine has a process of its own, since memory is what that process had
at most beyond its input. Only the engine is timed, not the counting of what it answers. Linux only: see /proc.
Exit code 1 when engines do not agree. Figures are for the record; no figure is a gate.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from pathlib import Path
from typing import Final

from relaylab.domain.randomness import Randomness
from relaylab_scenarios import accelerated
from relaylab_scenarios.replaying import REFUSED, SUBMISSION, Events, Replay, VerdictHash, engine

PIECE: Final = 100_000
YEAR: Final = 365 * 86_400 * 1_000_000
RUNAWAYS: Final = 5
BURST: Final = 50  # messages, half a second apart
LIST: Final = 120  # recipients at most
INPUTS: Final = ("even", "zipf")


def events_of(kind: str, count: int, mailboxes: int, seed: int) -> Events:
    """Draw a share of a year that has ten million events."""
    chance = Randomness(seed).stream("replay", kind)
    gap, now, found = YEAR / 10_000_000, 0.0, Events()
    while len(found) < count:
        now += chance.expovariate(1) * gap
        if kind == "even" and chance.random() < 0.03 / BURST:
            share = chance.randrange(RUNAWAYS)
            for _ in range(min(BURST, count - len(found))):
                now += 500_000
                found.append(int(now), share, chance.randrange(1, LIST + 1))
            continue
        share = min(mailboxes - 1, int(chance.paretovariate(1)) - 1)
        if kind == "even":
            share = chance.randrange(mailboxes)
        found.append(int(now), share, 1 if chance.random() < 0.9 else chance.randrange(1, 21))
    return found


def measured(name: str, kind: str, count: int, mailboxes: int, seed: int) -> dict[str, object]:
    """Run one engine over one input."""
    events = events_of(kind, count, mailboxes, seed)
    if name == "numba":
        engine(name)(events_of(kind, 1, mailboxes, seed))  # compiled before it is measured
    verdicts, refused, late = VerdictHash(), 0, 0
    before, wall, busy = _forget_peak(), 0.0, 0.0
    replay = Replay(SUBMISSION)
    pieces = [events] if name == "numba" else _pieces(events)
    for piece in pieces:
        began, began_busy = time.perf_counter(), time.process_time()
        delivered = engine(name)(piece) if name == "numba" else replay.feed(piece)
        wall, busy = wall + time.perf_counter() - began, busy + time.process_time() - began_busy
        verdicts.add(delivered)
        refused += delivered.count(REFUSED)
        late += sum(instant > at for instant, at in zip(delivered, piece.at, strict=True))
    return {
        "input": kind,
        "engine": name,
        "events": count,
        "events_per_second": round(count / wall),
        "events_per_cpu_second": round(count / busy),
        "octets_per_event": round((_peak() - before) / count, 1),
        "refused": refused,
        "late": late,
        "hash": str(verdicts),
    }


def _pieces(events: Events) -> list[Events]:
    ends = range(0, len(events), PIECE)
    return [Events(*(col[at : at + PIECE] for col in (events.at, events.mailbox, events.recipients))) for at in ends]


def _forget_peak() -> int:
    """Have the kernel count the peak from here, and give where it stands."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _peak()


def _peak() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--mailboxes", type=int, default=1_200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    names = ("exact", "numba") if accelerated.is_there() else ("exact",)
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        asked = [(name, kind, given.events, given.mailboxes, given.seed) for kind in INPUTS for name in names]
        rows = pool.starmap(measured, asked, chunksize=1)
    agree = all(len({row["hash"] for row in rows if row["input"] == kind}) == 1 for kind in INPUTS)
    absent = [name for name in ("numba",) if name not in names]
    if given.json:
        print(json.dumps({"schema": 1, "rows": rows, "agree": agree, "absent": absent}, indent=2))
    else:
        for row in rows:
            print(
                f"{row['input']:6}{row['engine']:8}{row['events_per_second']:>12,} events/s "
                f"{row['events_per_cpu_second']:>12,} a CPU second "
                f"{row['octets_per_event']:>7} octets/event  {row['refused']:,} refused, {row['late']:,} late  "
                f"{str(row['hash'])[:16]}"
            )
        print("engines agree" if agree else "engines do not agree", *(f"{name}: absent" for name in absent), sep="; ")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
