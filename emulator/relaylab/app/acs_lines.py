"""What becomes of a message of Azure Communication Services after its 202, in the three parts of a line."""

from __future__ import annotations

from typing import assert_never

from relaylab.domain.event import DeliveryReported, OperationEnded, WebhookCalled


def told_of_acs(event: OperationEnded | DeliveryReported | WebhookCalled) -> tuple[str, str, str]:
    """Give what it is about, what came of it, and why it is told."""
    match event:
        case OperationEnded(operation=operation, status=status, error=error):
            return f"operation {operation}", f"{status} {error}".strip(), "acs_rest: it was accepted with 202 before"
        case DeliveryReported(recipient=recipient, about=about, operation=operation):
            return f"report on {recipient or 'a message'}", about, f"operation {operation}"
        case WebhookCalled(url=url, what=what, answered=answered, delivered=delivered):
            return f"{what} to {url}", answered, "delivered" if delivered else "not delivered; tried again later"
        case _:
            assert_never(event)
