"""Ways out that hold for SMTP and REST alike: each stands here once, beside the condition that both doors ask.

Blanks are filled from the words of the ask at hand; both doors have the same ones. In a command, what the reader must
put in stands in UPPER CASE, as in ``relaylab plan``.
"""

from __future__ import annotations

from typing import Final

MOVE_ON: Final = (
    "Move the sender to another service: Exchange Online (SMTP AUTH with OAuth 2.0, a connector, Microsoft Graph), "
    "whose recipients outside count toward the tenant's limit (TERRL), High Volume Email for recipients inside, or "
    "Infobip or Telesign for customers outside."
)
NEW_CUSTOMER: Final = (
    "Tenant {tenant} had no Communication Services resource before the service closed, so {resource} ({made}) could "
    f"not be made; one of before would carry on, and could be joined by more. {MOVE_ON}"
)
ASSIGN: Final = (
    'az role assignment create --assignee {app_id} --role "Communication and Email Service Owner" --scope RESOURCE-ID, '
    "with the id of resource {resource}; [[tenant.acs_resource.role_assignment]]"
)
LINK: Final = (
    "Link the domain {acs_domain} to resource {resource} once it is verified (az communication update --name "
    "{resource} --resource-group RESOURCE-GROUP --add linkedDomains DOMAIN-ID, which keeps those linked before, while "
    "--linked-domains takes the whole list and unlinks what is not in it; linked_domains in the world file), or send "
    "as one of its configured addresses."
)
VERIFY: Final = (
    "Verify {acs_unverified} of the domain {acs_domain} again, each by itself (az communication email domain "
    "initiate-verification --domain-name {acs_domain} --email-service-name EMAIL-SERVICE --resource-group "
    "RESOURCE-GROUP --verification-type RECORD): the records must stand in its DNS, and SPF must end in -all."
)
USERNAME: Final = (
    "Add the MailFrom address {acs_sender} (az communication email domain sender-username create --domain-name "
    "{acs_domain} --email-service-name EMAIL-SERVICE --resource-group RESOURCE-GROUP --sender-username {acs_username} "
    "--username {acs_username}; sender_usernames in the world file), or send as one that is configured; an "
    "Azure-managed domain has DoNotReply alone."
)
SPLIT: Final = "Send to at most 50 recipients at a time, To, Cc and Bcc together."
SMALLER: Final = (
    "Send less than 10 MB, attachments in base64 and inline images included (7.5 MB of files), or a link in place of "
    "the attachment."
)
EACH_TRY_COUNTS: Final = "each try counts, a refused one as well"  # fact ACS-LIM-08
SLOWER: Final = (
    f"At most {{acs_per_minute}} go through in a minute and {{acs_per_hour}} in an hour, and {EACH_TRY_COUNTS}: wait "
    "instead of trying again at once, and ask Azure support for a higher quota of a custom domain (an Azure-managed "
    "one is not raised)."
)
