"""Certifies the migration of an estate: who stops, with which line, by which rule, and whether the plan is enough."""

from relaylab_conformance.migration.certify import certify
from relaylab_conformance.migration.trial import Order

__all__ = ["Order", "certify"]
