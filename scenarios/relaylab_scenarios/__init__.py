"""Described traffic for relaylab: sender profiles, suites and the player that drives an emulator with them.

played = play(profile("postfix"), Errand(host="127.0.0.1", port=1587, mail_from=..., recipients=..., message=...))
"""

from relaylab_scenarios.answer import Answer
from relaylab_scenarios.conduct import Conduct
from relaylab_scenarios.errand import Errand, Nothing, Password, Token
from relaylab_scenarios.habits import Stage, TlsWish
from relaylab_scenarios.letters import Letter, LetterKind, Stream, compose
from relaylab_scenarios.load import ProfileError, load_profile, profile, profiles
from relaylab_scenarios.play import play
from relaylab_scenarios.played import Direction, Played, Refusal, WireLine
from relaylab_scenarios.profile import Confidence, Evidence, Mark, Profile

__all__ = [
    "Answer",
    "Conduct",
    "Confidence",
    "Direction",
    "Errand",
    "Evidence",
    "Letter",
    "LetterKind",
    "Mark",
    "Nothing",
    "Password",
    "Played",
    "Profile",
    "ProfileError",
    "Refusal",
    "Stage",
    "Stream",
    "TlsWish",
    "Token",
    "WireLine",
    "compose",
    "load_profile",
    "play",
    "profile",
    "profiles",
]
