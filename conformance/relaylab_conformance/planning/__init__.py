"""Plans the migration of an estate: which method for whom and why, what to do before, in which order, by when."""

from relaylab_conformance.planning.plan import Planned, make_plan

__all__ = ["Planned", "make_plan"]
