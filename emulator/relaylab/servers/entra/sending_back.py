"""Sends a browser back to the application: in the query, in the fragment or by a form (response_mode)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from relaylab.rules.entra.authorize import RESPONSE_MODES
from relaylab.servers.entra import pages
from relaylab.servers.entra.office import Answer, Visit


def send_back(visit: Visit, answer: Mapping[str, str]) -> Answer:
    """Send it with the answer and the state that the application gave."""
    told = dict(answer) | ({"state": visit.form["state"]} if "state" in visit.form else {})
    uri, mode = visit.form["redirect_uri"], visit.form.get("response_mode", "")
    if mode not in RESPONSE_MODES:
        # What would hold a token goes into the fragment, errors as well (OAuth 2.0 Multiple Response Types §2.1).
        mode = "query" if visit.form.get("response_type", "code") == "code" else "fragment"
    if mode == "form_post":
        return Answer(page=pages.posting(uri, told), posts=True)
    joint = "#" if mode == "fragment" else "&" if "?" in uri else "?"
    return Answer(status=302, location=f"{uri}{joint}{urlencode(told)}")
