"""Ways out that several rules of smtp.azurecomm.net end with."""

from __future__ import annotations

from typing import Final

MOVE_ON: Final = (
    "Move the sender to another service: Exchange Online (SMTP AUTH with OAuth 2.0, a connector), High "
    "Volume Email for recipients inside, or Infobip or Telesign for customers outside."
)
SMTP_USERNAME: Final = (
    "Sign in with RESOURCE.APP_ID.TENANT_ID (or the same with | between the parts), or add an SMTP username to the "
    "resource (az communication smtp-username create; [[tenant.acs_resource.smtp_username]])"
)
RESET: Final = "az ad app credential reset --id {app_id} --append, and put the new secret into the sender."
ASSIGN: Final = (
    'az role assignment create --assignee {app_id} --role "Communication and Email Service Owner" --scope (the id of '
    "resource {resource}); [[tenant.acs_resource.role_assignment]]"
)
