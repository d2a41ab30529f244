"""Sends a profile on the errand that a captured session was, to the server that the session had."""

from dataclasses import dataclass, replace
from typing import Final

from relaylab_scenarios.errand import Errand, Nothing, Password, SignInWith, Token
from relaylab_scenarios.habits import TlsWish
from relaylab_scenarios.load import profile
from relaylab_scenarios.play import play
from relaylab_scenarios.played import Played
from relaylab_scenarios.profile import Profile
from tests.scenarios.capture import Capture, Event, capture, message_of
from tests.scenarios.scripted_server import PATIENCE, Certificates, ScriptedServer

PASSWORD: Final = Password("scan@contoso.example", "P@ss")
TOKEN: Final = Token("scan@contoso.example", "eyJ0eXAi")
RECIPIENTS: Final = ("a@contoso.example", "b@fabrikam.example")

PROFILE_OF: Final = {"python-smtplib-verifying": "python-smtplib"}
"""A folder of captures that is a profile with another setting: here starttls(context=ssl.create_default_context())."""

EHLO_NAMES: Final = {"python-smtplib": "vm", "phpmailer": "vm"}
"""The name of the machine that the capture was made on; the others name themselves as their profile says."""

TLS_SETTINGS: Final = {
    ("phpmailer", "starttlsplain"): TlsWish.OPPORTUNISTIC,  # SMTPAutoTLS; all others with SMTPSecure = 'tls'
    ("curl", "starttlsplain"): TlsWish.OPPORTUNISTIC,  # --ssl; all others with --ssl-reqd
}
SIGN_INS: Final[dict[tuple[str, str, int], SignInWith]] = {
    ("curl", "json334", 0): TOKEN,  # --oauth2-bearer
    ("curl", "m365", 1): TOKEN,
}


@dataclass(frozen=True, slots=True)
class Replay:
    """Both sides of a replayed session: what the server wrote down, and what the player brought back."""

    record: tuple[Event, ...]
    played: Played


def profile_of(captured: Capture) -> Profile:
    return profile(PROFILE_OF.get(captured.sender, captured.sender))


def replay(captured: Capture, certificates: Certificates, *, session: int = 0, sender: Profile | None = None) -> Replay:
    """Replay one session of a capture, with its own sender or with another one in its place."""
    context = certificates.context(captured.behaviour)
    with ScriptedServer(captured.sessions[session], context) as server:
        errand = replace(errand_of(captured, session), port=server.port, ca_file=certificates.ca_file)
        played = play(sender or profile_of(captured), errand)
    return Replay(tuple(server.record), played)


def errand_of(captured: Capture, session: int) -> Errand:
    sender = profile_of(captured).name
    is_notice = (captured.sender, captured.behaviour, session) == ("postfix", "smallsize", 1)
    return Errand(
        host="127.0.0.1",
        port=0,
        server_name="localhost",
        mail_from="" if is_notice else "scan@contoso.example",
        recipients=("scan@contoso.example",) if is_notice else RECIPIENTS,
        message=message_of(captured.sessions[session]) or _usual_message(captured.sender),
        sign_in=_sign_in(captured, session),
        ehlo_name=EHLO_NAMES.get(sender),
        tls=_tls(captured),
        verifies=captured.sender == "python-smtplib-verifying" or None,
        patience=PATIENCE,
    )


def _usual_message(sender: str) -> bytes:
    """Each sender had one message for all behaviours; take it from one in which it was sent."""
    message = message_of(capture(sender, "inject" if sender == "postfix" else "multi250").sessions[0])
    assert message is not None
    return message


def _sign_in(captured: Capture, session: int) -> SignInWith:
    if captured.behaviour == "plainrelay":
        return Nothing()
    return SIGN_INS.get((captured.sender, captured.behaviour, session), PASSWORD)


def _tls(captured: Capture) -> TlsWish:
    wishes = {"plainrelay": TlsWish.NONE, "implicit": TlsWish.IMPLICIT}
    chosen = TLS_SETTINGS.get((captured.sender, captured.behaviour), TlsWish.REQUIRED)
    return wishes.get(captured.behaviour, chosen)
