"""Certifies the migration of an estate: who stops, with which line, by which rule, and whether the plan is enough."""

from relaylab_conformance.migration.certify import cells_of, certify
from relaylab_conformance.migration.trial import Order

__all__ = ["Order", "cells_of", "certify"]
