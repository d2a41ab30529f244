"""Why: explains a rule, a reply line, a status code, an event or a message, in sentences and as JSON."""

from relaylab_conformance.explain.answer import Explanation, UnknownError
from relaylab_conformance.explain.ask import explain

__all__ = ["Explanation", "UnknownError", "explain"]
