"""What the REST interface of a resource needs: keys that can sign, and subscriptions with names of their own."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Final

from relaylab.app.world_file.draft import Draft
from relaylab.app.world_file.errors import Fault, Place, shown
from relaylab.app.world_file.known import KnownNames
from relaylab.domain.acs import AcsResource

_KEYS: Final = ("access_key", "secondary_access_key")


def subscriptions_have_names_of_their_own(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """An event subscription is called by its name."""
    for entry in draft.fine(AcsResource):
        first: dict[str, Place] = {}
        for index, one in enumerate(entry.noun.event_subscriptions):
            place = entry.place / "event_subscription" / index / "name"
            if (earlier := first.setdefault(one.name.lower(), place)) != place:
                yield Fault(place, shown(one.name), f"is taken by {earlier}", "choose another name")


CHECKS: Final = (subscriptions_have_names_of_their_own,)


def keys_that_cannot_sign(draft: Draft) -> Iterator[Fault]:
    """An access key is base64; with another text no client can sign."""
    for entry in draft.of(AcsResource):
        for name in _KEYS:
            key = getattr(entry.noun, name)
            if key is not None and not is_base64(key.reveal()):
                way_out = "no client can sign with it: leave it out (one is made), or write what the portal shows"
                yield Fault(entry.place / name, None, "is not base64", way_out)


def is_base64(text: str) -> bool:
    """Tell whether a text is base64 of something."""
    try:
        return bool(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return False


NOTES: Final = (keys_that_cannot_sign,)
