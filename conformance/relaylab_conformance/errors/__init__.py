"""A page for every error line: what it means, when it comes, what to change, and where all that is written."""

from relaylab_conformance.errors.folder import pages, write
from relaylab_conformance.errors.lines import ErrorLine, error_lines
from relaylab_conformance.errors.listing import as_json, as_text
from relaylab_conformance.errors.rest import RestCode, rest_codes

__all__ = ["ErrorLine", "RestCode", "as_json", "as_text", "error_lines", "pages", "rest_codes", "write"]
