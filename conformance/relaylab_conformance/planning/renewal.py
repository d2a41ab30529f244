"""What ends of a sender that stays as it is: the token, the secret, the certificate or the rule, and what renews it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.domain.endpoint import Endpoint
from relaylab.rules import limits
from relaylab_conformance.migration.acs import acs_client_of, acs_resource_of
from relaylab_conformance.migration.approach import Approach, approach, token_of
from relaylab_conformance.migration.from_entra import FromEntra, application_of
from relaylab_conformance.migration.hve import hve_account_of
from relaylab_conformance.planning.ways import span_at
from relaylab_conformance.report.page import day
from relaylab_scenarios import Token

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.directory import AppRegistration
    from relaylab.domain.estate import Sender
    from relaylab.domain.world import World
    from relaylab_conformance.planning.looking import Looked

_ENTRA: Final = "Entra admin center > App registrations"


def renewal(one: Looked, world: World) -> str:
    """Say why a sender stops one day though it stays, and what to renew before; empty where it does not stop."""
    if one.stop is None:
        return ""
    why = _of_its_own(one.sender, world, one.stop)
    if not why:
        because = span_at(one.spans, one.stop).decision.because
        why = f"{because[0].rstrip('.') if because else one.line}; plan again before then"
    return f"it stays until {day(one.stop)}: {why}"


def _of_its_own(sender: Sender, world: World, stop: datetime) -> str:
    """Say what of its own ends then; empty where nothing does, and a rule of the service is what stops it."""
    way = approach(world, sender, sender.today)
    if not isinstance(way, Approach):
        return ""
    if isinstance(way.sign_in, Token):
        is_hve = way.endpoint is Endpoint.HVE
        held = hve_account_of(world, sender) if is_hve else world.mailbox(sender.signs_in_as)
        token = token_of(sender, *held) if held else None
        if token is not None and token.expires and stop in _ends_of(token.expires):
            return (
                "the token that it holds ends ([[tenant.token]] expires): give it a new one before, or have it ask "
                "Entra for its tokens, which renews them"
            )
        return ""
    found = acs_resource_of(world, sender)
    client = acs_client_of(world, sender, *found) if found else None
    app = application_of(world, sender) if isinstance(way.sign_in, FromEntra) else None
    return _of_application(app or (client.app if client else None), stop)


def _ends_of(expires: datetime) -> tuple[datetime, ...]:
    """High Volume Email takes no token that is about to expire."""
    return (expires, *(expires - margin for margin in limits.HVE_TOKEN_MARGINS))


def _of_application(app: AppRegistration | None, stop: datetime) -> str:
    if app is None:
        return ""
    page = f"{_ENTRA} > {app.display_name} ({app.app_id}) > Certificates & secrets"
    if any(one.end_date_time == stop for one in app.password_credentials):
        return f"the client secret of its application ends: make a new one before, and give it to the sender ({page})"
    if any(one.end_date_time == stop for one in app.key_credentials):
        return f"the certificate of its application ends: upload a new one before, and give it to the sender ({page})"
    return ""
