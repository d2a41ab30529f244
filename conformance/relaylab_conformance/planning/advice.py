"""What helps a sender for which no method of Microsoft's fits: by what stands against it, never what cannot work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Final

from relaylab.domain.estate import Method, OutboundPort25
from relaylab.domain.powershell import argument
from relaylab.domain.tenant import Switch
from relaylab.rules import replies
from relaylab_conformance.migration.reach import lists_reached
from relaylab_conformance.planning.preparation import in_tenant
from relaylab_conformance.planning.ways import refused, ways
from relaylab_scenarios import profile

if TYPE_CHECKING:
    from relaylab.domain.tenant import Tenant
    from relaylab_conformance.planning.question import Question

_LET_IN: Final = "-RequireSenderAuthenticationEnabled $false"
_NOT_LET_IN: Final = f"{replies.NDR_GROUP_WANTS_AUTHENTICATION.code} {replies.NDR_GROUP_WANTS_AUTHENTICATION.enhanced}"
_UNTIL_THEN: Final = "no method of Microsoft's fits"
_NOTHING: Final = f"{_UNTIL_THEN} as things stand"


def advice(question: Question) -> str:
    """Say what would help, as the reason why nothing is recommended."""
    *others, last = _ways_out(question)
    return f"{_unanswered(question) or _NOTHING}: {'; '.join((*others, f'or {last}'))}"


def _unanswered(question: Question) -> str:
    """Say what to write into the world file before anything is bought."""
    said, asked, missing = [], [], []
    if not_said := question.internal_not_said:
        said.append(f"{not_said.why}, so methods that end inside are not judged")
        missing.append(not_said.write)
    if question.sender.site is None and question.tenant is not None:
        asked.append("where it stands")
        missing.append("its site")
    if question.has_guessed_profile:
        asked.append("what machine or program it is")
        missing.append("its profile")
    if question.address_not_said:
        asked.append("who owns the address that it sends from")
        missing.append("whose the address is")
    if asked:
        said.append(f"nobody says {' nor '.join(asked)}")
    if not missing:
        return ""
    *others, last = missing
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"{', and '.join(said)}: write {listed} into the world file and plan again; until then, {_UNTIL_THEN}"


def _ways_out(question: Question) -> Iterator[str]:
    sender, tenant = question.sender, question.tenant
    if tenant is None:
        domain = sender.from_address.domain
        yield f"send with a MAIL FROM in an accepted domain, or have {domain} verified as one"
    else:
        yield from _let_in(question)
        yield from _at_the_site(question)
        yield from _basic(question, tenant)
    if profile(sender.profile).sign_in.speaks_oauth:
        yield "send with Microsoft Graph (sendMail), if its code can be changed"
    else:
        yield "put a bridge that speaks OAuth 2.0 in front of it"
    yield "use a third-party relay"


def _let_in(question: Question) -> Iterator[str]:
    """Name the lists that take mail of who signed in only, where nothing else stands in the way (fact MX-RCP-05)."""
    reached = (question.world.recipient(one) for one in lists_reached(question.world, question.sender))
    closed = {one.address: one.tenant for one in reached if one.wants_authenticated_senders and one.tenant}
    if not closed:
        return
    opened = question.world
    for tenant in closed.values():
        opened = in_tenant(tenant, _with_open_lists)(opened)
    if any(way.is_possible for way in ways(replace(question, world=opened))):
        whom = " and ".join(map(str, closed))
        yield (
            f"have {whom} take mail of who does not sign in, which it refuses ({_NOT_LET_IN}): "
            + ", ".join(f"Set-DistributionGroup -Identity {argument(str(one))} {_LET_IN}" for one in closed)
        )


def _with_open_lists(tenant: Tenant) -> Tenant:
    return replace(
        tenant,
        distribution_groups=tuple(
            replace(one, require_sender_authentication_enabled=False) for one in tenant.distribution_groups
        ),
    )


def _at_the_site(question: Question) -> Iterator[str]:
    site = question.world.site(question.sender.site) if question.sender.site else None
    if site is None or not isinstance(site.public_ip, IPv4Address):
        yield "get a static IPv4 address, for an inbound connector"
    if site is not None and site.outbound_port_25 is not OutboundPort25.OPEN:
        yield f"have the access provider of {site.name} open port 25"


def _basic(question: Question, tenant: Tenant) -> Iterator[str]:
    """Re-enabled for a while, where a password would work then; else what refuses it."""
    sender = question.sender
    if Method.SMTP_AUTH_BASIC is not sender.today:
        return
    again = in_tenant(tenant, lambda one: replace(one, basic_auth_smtp=Switch.ON))
    world = again(question.world)
    if not refused(world, question, sender, Method.SMTP_AUTH_BASIC):
        yield "re-enable Basic for a while, which an administrator can until Microsoft removes it"
        return

    def helps(change: Tenant) -> bool:
        changed = in_tenant(tenant, lambda _: change)(world)
        return not refused(changed, question, sender, Method.SMTP_AUTH_BASIC)

    on = replace(tenant, basic_auth_smtp=Switch.ON)
    if tenant.security_defaults and helps(replace(on, security_defaults=False)):
        yield (
            "have Conditional Access policies in place of security defaults, which refuse every password, and "
            "re-enable Basic for a while"
        )
    elif tenant.conditional_access_policies and helps(replace(on, conditional_access_policies=())):
        yield f"exclude {sender.signs_in_as} from the policy that refuses its password, and re-enable Basic for a while"
