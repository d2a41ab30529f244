"""Azure Communication Services resources hold together: who sends and who signs in belongs to a linked domain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from relaylab.app.world_file.draft import Draft, Entry
from relaylab.app.world_file.errors import Fault, Place, did_you_mean, shown
from relaylab.app.world_file.known import KnownNames
from relaylab.domain.acs import ROLE_ACTIONS, AcsResource, RoleAssignment, SmtpUsername
from relaylab.domain.address import Address
from relaylab.domain.directory import AppRegistration
from relaylab.domain.estate import Sender


def senders_use_linked_domains(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """A sender username of an ACS resource lies in a domain that is linked to it."""
    for entry in draft.fine(AcsResource):
        domains = [str(domain) for domain in entry.noun.linked_domains]
        for index, address in enumerate(entry.noun.sender_usernames):
            if address.domain not in entry.noun.linked_domains:
                place = entry.place / "sender_usernames" / index
                way_out = did_you_mean(str(address.domain), domains, "add the domain to linked_domains")
                yield Fault(place, shown(str(address)), "is in no linked domain of this resource", way_out)


def azure_managed_domains_have_their_own_sender(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """An Azure-managed domain takes no sender usernames besides its ready-made one (facts ACS-DOM-06, ACS-MGMT-03)."""
    for entry in draft.fine(AcsResource):
        resource = entry.noun
        ready_made = {one for one in resource.mail_froms if one not in resource.sender_usernames}
        for index, address in enumerate(resource.sender_usernames):
            managed = resource.links(address.domain) and resource.email_domain(address.domain).is_azure_managed
            if managed and address not in ready_made and address.local.casefold() != "donotreply":
                way_out = f'leave it out: "DoNotReply@{address.domain}" is there ready-made, and nothing can be added'
                yield Fault(
                    entry.place / "sender_usernames" / index,
                    shown(str(address)),
                    "is in an Azure-managed domain",
                    way_out,
                )


def domains_are_described_once(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """A resource says of each of its domains once how it stands."""
    for entry in draft.fine(AcsResource):
        first: dict[str, Place] = {}
        for index, domain in enumerate(entry.noun.domains):
            place = entry.place / "domain" / index / "name"
            if (earlier := first.setdefault(str(domain.name), place)) != place:
                yield Fault(place, shown(str(domain.name)), f"is taken by {earlier}", "say it in one table")


def smtp_usernames_are_used_once(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """An SMTP username leads to one resource."""
    first: dict[str, Place] = {}
    for entry in draft.of(SmtpUsername):
        place = entry.place / "username"
        if (earlier := first.setdefault(entry.noun.username.casefold(), place)) != place:
            yield Fault(place, shown(entry.noun.username), f"is taken by {earlier}", "give it a username of its own")


def smtp_usernames_use_linked_domains(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """An SMTP username that looks like an address lies in a linked domain (fact ACS-SMTP-07)."""
    for entry in draft.fine(AcsResource):
        domains = [str(domain) for domain in entry.noun.linked_domains]
        for index, one in enumerate(entry.noun.smtp_usernames):
            try:
                address = Address.parse(one.username)
            except ValueError:
                continue
            if address.domain not in entry.noun.linked_domains:
                place = entry.place / "smtp_username" / index / "username"
                way_out = did_you_mean(
                    str(address.domain), domains, "link the domain, or write a name that is no address"
                )
                yield Fault(place, shown(one.username), "is in no linked domain of this resource", way_out)


def suppression_lists_are_of_linked_domains(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """A suppression list belongs to a domain of the resource."""
    for entry in draft.fine(AcsResource):
        domains = [str(domain) for domain in entry.noun.linked_domains]
        for index, one in enumerate(entry.noun.suppression_lists):
            if one.domain not in entry.noun.linked_domains:
                place = entry.place / "suppression_list" / index / "domain"
                way_out = did_you_mean(str(one.domain), domains, "add the domain to linked_domains")
                yield Fault(place, shown(str(one.domain)), "is no linked domain of this resource", way_out)


def resources_of_senders_exist(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """The resource that a sender names is one of the world's."""
    names = [entry.noun.name for entry in draft.of(AcsResource)]
    for entry in draft.of(Sender):
        named = entry.noun.acs_resource
        if named is not None and named.casefold() not in map(str.casefold, names) and draft.is_whole(AcsResource):
            way_out = did_you_mean(named, names, "add it as [[tenant.acs_resource]]")
            yield Fault(entry.place / "acs_resource", shown(named), "is not a Communication Services resource", way_out)


def credentials_of_senders_fit(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """What a sender shows to Communication Services is something that one of its methods takes."""
    for entry in draft.fine(Sender):
        held = entry.noun.acs_credential
        if held is not None and not held.methods & {entry.noun.today, entry.noun.target}:
            takers = " or ".join(sorted(held.methods))
            way_out = f"write the credential that its method takes, or leave it out; {held} is for {takers}"
            yield Fault(
                entry.place / "acs_credential", shown(held), "is taken by neither method of this sender", way_out
            )


CHECKS: Final = (
    senders_use_linked_domains,
    azure_managed_domains_have_their_own_sender,
    domains_are_described_once,
    smtp_usernames_are_used_once,
    smtp_usernames_use_linked_domains,
    suppression_lists_are_of_linked_domains,
    resources_of_senders_exist,
    credentials_of_senders_fit,
)


def applications_that_are_gone(draft: Draft) -> Iterator[Fault]:
    """Who signs in through an application that no tenant has registered is refused, as after its deletion."""
    registered = {entry.noun.app_id for entry in draft.of(AppRegistration)}
    if not draft.is_whole(AppRegistration):
        return
    for place, app_id in _named(draft):
        if app_id not in registered:
            way_out = "every sign-in through it fails, as after its deletion: add it as [[tenant.app_registration]]"
            yield Fault(place, shown(app_id), "is not a registered application", way_out)


def roles_that_are_not_enough(draft: Draft) -> Iterator[Fault]:
    """A role that does not let an application send is accepted, and is not enough (fact ACS-SMTP-10)."""
    for entry in draft.of(RoleAssignment):
        if not entry.noun.lets_send:
            way_out = f"assign Communication and Email Service Owner, or add actions: {', '.join(ROLE_ACTIONS)}"
            yield Fault(entry.place / "role", shown(entry.noun.role), "is not enough to send mail", way_out)


def _named(draft: Draft) -> Iterator[tuple[Place, str]]:
    names: list[Entry[SmtpUsername]] = draft.of(SmtpUsername)
    for entry in names:
        yield entry.place / "entra_application_id", entry.noun.entra_application_id
    for assignment in draft.of(RoleAssignment):
        yield assignment.place / "assignee", assignment.noun.assignee


NOTES: Final = (applications_that_are_gone, roles_that_are_not_enough)
