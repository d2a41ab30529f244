import pytest

from relaylab.domain.world import World
from relaylab.engine.milestones import Calendar
from relaylab.engine.readings import Readings
from relaylab.engine.rulebook import Catalogue, Rulebook
from relaylab.store import Snapshot, WorldHolder
from tests.store.builders import DECISION


@pytest.fixture
def rulebook() -> Rulebook:
    """A rulebook without a rule."""
    catalogue = Catalogue(rules=(), defaults={}, default_source=DECISION.source)
    return Rulebook(catalogue, Calendar.of((), Readings.of((), {})), Readings.of((), {}))


def test_a_holder_begins_with_revision_1(rulebook: Rulebook) -> None:
    world = World()

    holder = WorldHolder(world, rulebook)

    assert Snapshot(world, rulebook, 1) == holder.current
    assert (world, rulebook, 1) == (holder.world, holder.rulebook, holder.revision)


def test_a_swap_puts_the_next_revision_in_force_and_leaves_earlier_snapshots_alone(rulebook: Rulebook) -> None:
    before, after = World(), World(readings=(("basic_auth_refusal", "5.7.139"),))
    holder = WorldHolder(before, rulebook)
    held = holder.current

    swapped = holder.swap(after, rulebook)

    assert Snapshot(after, rulebook, 2) == swapped == holder.current
    assert Snapshot(before, rulebook, 1) == held
