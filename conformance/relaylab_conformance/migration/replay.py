"""One delivery: a sender takes one message to the emulator over a real socket, in its own dialect."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Attributed, Authenticated, Judged, Kept, Reported
from relaylab_conformance.migration import rest
from relaylab_conformance.migration.approach import AccessKey, goes_over_ipv6
from relaylab_conformance.migration.evidence import Evidence
from relaylab_conformance.migration.from_entra import FromEntra
from relaylab_conformance.migration.tokens import fetch, over_https
from relaylab_scenarios import (
    Conduct,
    Errand,
    Letter,
    LetterKind,
    Nothing,
    Password,
    Played,
    Profile,
    Stage,
    Token,
    compose,
    play,
    profile,
)

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from relaylab.app.emulator import Emulator
    from relaylab.domain.randomness import Randomness
    from relaylab_conformance.migration.approach import Approach
    from relaylab_conformance.migration.trial import Trial

_COMES_AWAY_EMPTY: Final = "gets no token from Entra, so it never comes to SMTP"
_SCANS: Final = frozenset({"generic-mfp"})
# What is said before a client hears it, so that it is in the log when the player comes back; the rest may be late.
_SETTLED: Final = (Attributed, Authenticated, Judged, Kept, Reported)


@dataclass(frozen=True, slots=True)
class _Time:
    """The emulator's time, for a client that waits in it."""

    emulator: Emulator

    def now(self) -> datetime:
        return self.emulator.clock.now()

    def wait(self, by: timedelta) -> None:
        self.emulator.advance(by)


@dataclass(frozen=True, slots=True)
class Replay:
    """What the sender did, session by session, and what the service decided."""

    sessions: tuple[Played, ...]
    evidence: Evidence

    @property
    def played(self) -> Played:
        """The session that settled it."""
        return self.sessions[-1]


def replay(emulator: Emulator, trial: Trial, way: Approach, randomness: Randomness) -> Replay:
    """Play a sender against an emulator that stands at the trial's date, with nothing in it.

    The letter depends on the seed and the sender only: at every date, by every method, it sends the same one.
    """
    if isinstance(way.sign_in, AccessKey) or (way.endpoint is Endpoint.ACS_REST and isinstance(way.sign_in, FromEntra)):
        return _seen(emulator, [rest.send(emulator, trial, way.sign_in, _Time(emulator))])
    sender, errand = profile(trial.sender.profile), _errand(emulator, trial, way, randomness)
    sessions = [_first(emulator, trial, way, errand)]
    while put_off := _put_off(sender, sessions[-1]):
        sessions.append(play(sender, replace(errand, recipients=put_off)))
    return _seen(emulator, sessions)


def _seen(emulator: Emulator, sessions: list[Played]) -> Replay:
    events = tuple(entry.event for entry in emulator.store.events if isinstance(entry.event, _SETTLED))
    return Replay(tuple(sessions), Evidence(events, tuple(emulator.store.mail.messages())))


def _first(emulator: Emulator, trial: Trial, way: Approach, errand: Errand) -> Played:
    """Play the first session; who needs a token fetches it before, and without one never comes to SMTP."""
    sender = profile(trial.sender.profile)
    if not isinstance(way.sign_in, FromEntra) or not sender.sign_in.speaks_oauth:
        return play(sender, errand)
    fetched = fetch(way.sign_in, over_https(emulator), _Time(emulator))
    if fetched.token is None:
        conduct = sender.aftermath.sign_in_refused.conduct
        return Played(fetched.transcript, conduct, _COMES_AWAY_EMPTY, refused_at=Stage.AUTH, error=fetched.error)
    played = play(sender, replace(errand, sign_in=Token(way.sign_in.user, fetched.token)))
    return replace(played, transcript=(*fetched.transcript, *played.transcript))


def _put_off(sender: Profile, played: Played) -> tuple[str, ...]:
    """Give the recipients that a sender with a queue takes to a session of their own.

    Those are the ones put off while others were taken: how a service splits a message between tenants, or one to too
    many recipients. Where nobody was taken, only time could help, and time stands still here.
    """
    keeps = sender.aftermath.refused_for_now.conduct is Conduct.QUEUES_SILENTLY
    later = tuple(refusal.recipient for refusal in played.refusals if refusal.answer.is_for_now)
    return later if keeps and played.delivered_to and len(later) == len(played.refusals) else ()


def _errand(emulator: Emulator, trial: Trial, way: Approach, randomness: Randomness) -> Errand:
    sender = trial.sender
    doors = emulator.sites[sender.site].endpoints if sender.site else emulator.endpoints
    if sender.site and goes_over_ipv6(trial.leg.world, trial.leg.rulebook, sender, way, trial.leg.at):
        doors = emulator.sites[sender.site].ipv6
    door = doors[way.endpoint]
    mail_from, recipients = str(way.mail_from(sender)), tuple(map(str, sender.to))
    kind = LetterKind.SCAN if sender.profile in _SCANS else LetterKind.ALERT
    letter = Letter(kind, mail_from, recipients, trial.leg.at)
    return Errand(
        host=door.host,
        port=door.port,
        server_name=way.server_name,
        ca_file=emulator.ca_file,
        sign_in=_over_smtp(way),
        mail_from=mail_from,
        recipients=recipients,
        message=compose(letter, profile(sender.profile), randomness.stream("letter", sender.name)),
    )


def _over_smtp(way: Approach) -> Password | Token | Nothing:
    """Give what is signed in with; a token that is not fetched yet is none: who has no OAuth stops at its sight."""
    match way.sign_in:
        case FromEntra(user=user):
            return Token(user, "")
        case AccessKey():
            msg = "an access key signs requests, and nobody signs in with one over SMTP"
            raise TypeError(msg)
        case _:
            return way.sign_in
