"""A page for every error line: what it means, when it comes, what to change, and where all that is written."""

from relaylab_conformance.errors.folder import pages, write
from relaylab_conformance.errors.lines import ErrorLine, error_lines
from relaylab_conformance.errors.listing import as_json, as_text

__all__ = ["ErrorLine", "as_json", "as_text", "error_lines", "pages", "write"]
