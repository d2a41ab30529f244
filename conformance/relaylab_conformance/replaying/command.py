"""The verb ``replay``: traces in, what the limits of client submission would have made of them out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from relaylab.app.config import load_world
from relaylab_conformance.inventory.origin import ExportError
from relaylab_conformance.options import BadInputError
from relaylab_conformance.replaying.outcome import Outcome, as_json, as_text
from relaylab_conformance.replaying.trace import read_trace
from relaylab_conformance.terminal import say, say_json, width
from relaylab_scenarios.replaying import engine


def replay_and_tell(paths: Sequence[Path], world: str | None, *, engine_name: str, as_json_text: bool) -> bool:
    """Replay and print; give whether a message would have been refused. Raise BadInputError for what cannot be read."""
    of_world = load_world(world).world if world is not None else None
    try:
        replayed = engine(engine_name)
        trace = read_trace(paths, of_world)
    except (ExportError, ValueError) as error:
        raise BadInputError(str(error)) from None
    outcome = Outcome.of(trace, replayed(trace.events))
    if as_json_text:
        say_json(as_json(outcome))
    else:
        say(as_text(outcome, width()))
    return outcome.refused > 0
