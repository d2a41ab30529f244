"""The few pages that a person meets: sign in, type a device code in, consent as an administrator, done, an error.

Every word of a client is escaped. No page needs a script but the one that posts the answer to the application.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

_STYLE: Final = (
    "body{font:16px/1.5 sans-serif;max-width:32em;margin:4em auto;padding:0 1em}label,input,button{display:block}"
    "input{width:100%;margin-bottom:1em}input[type=checkbox]{display:inline;width:auto}button{margin:.5em 0}"
)
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
# The page that posts itself: its script is the only one, and its form may go wherever the application is.
POSTING_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def page(title: str, body: str) -> str:
    """Write a page."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{body}"
        "<p><small>relaylab, a stand-in on this machine: type nothing here that is a secret elsewhere.</small></p>"
        "</body></html>"
    )


def sign_in(  # noqa: PLR0913 - what the page shows
    action: str, hidden: Mapping[str, str], *, app_name: str, scope: str, user: str, error: str = ""
) -> str:
    """Ask who it is, and whether the application may."""
    told = f"<p><strong>{escape(error)}</strong></p>" if error else ""
    body = (
        f"{told}<p>{escape(app_name)} asks for: {escape(scope)}</p>"
        f'<form method="post" action="{escape(action)}">{_hidden(hidden)}'
        f'<label>User <input name="login" value="{escape(user)}"></label>'
        '<label>Password <input name="passwd" type="password"></label>'
        '<label><input type="checkbox" name="consent" value="1"> The application may do this for me</label>'
        '<button name="action" value="accept">Accept</button><button name="action" value="decline">Cancel</button>'
        "</form>"
    )
    return page("Sign in", body)


def device(action: str, *, user_code: str, error: str = "") -> str:
    """Ask for the code that a device shows, and who it is."""
    told = f"<p><strong>{escape(error)}</strong></p>" if error else ""
    body = (
        f'{told}<form method="post" action="{escape(action)}">'
        f'<label>Code that the device shows <input name="user_code" value="{escape(user_code)}"></label>'
        '<label>User <input name="login"></label><label>Password <input name="passwd" type="password"></label>'
        '<label><input type="checkbox" name="consent" value="1"> The application may do this for me</label>'
        '<button name="action" value="accept">Accept</button><button name="action" value="decline">Decline</button>'
        "</form>"
    )
    return page("Sign in on another device", body)


def admin_consent(action: str, hidden: Mapping[str, str], *, app_name: str, tenant: str | None, error: str = "") -> str:
    """Ask an administrator; without a tenant it is that of who signs in."""
    told = f"<p><strong>{escape(error)}</strong></p>" if error else ""
    who = (
        ""
        if tenant is not None
        else (
            '<input type="hidden" name="consent" value="1"><label>User <input name="login"></label>'
            '<label>Password <input name="passwd" type="password"></label>'
        )
    )
    body = (
        f"{told}<p>{escape(app_name)} asks for its permissions in all of {escape(tenant or 'your organisation')}.</p>"
        f'<form method="post" action="{escape(action)}">{_hidden(hidden)}{who}'
        '<button name="action" value="accept">Accept for the organisation</button>'
        '<button name="action" value="decline">Cancel</button></form>'
    )
    return page("Permissions requested", body)


def posting(uri: str, answer: Mapping[str, str]) -> str:
    """Post the answer to the application: response_mode=form_post."""
    body = (
        f'<form method="post" action="{escape(uri)}">{_hidden(answer)}<button>Continue</button></form>'
        "<script>document.forms[0].submit()</script>"
    )
    return page("Working ...", body)


def message(title: str, text: str) -> str:
    """Tell something."""
    return page(title, f"<p>{escape(text)}</p>")


def _hidden(values: Mapping[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(text)}">' for name, text in values.items()
    )
