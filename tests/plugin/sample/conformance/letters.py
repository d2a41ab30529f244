"""What the sample sends, imported by its tests as its own package."""

from email.message import EmailMessage


def a_scan(to: str = "helpdesk@contoso.com") -> EmailMessage:
    """A page as a device sends it."""
    message = EmailMessage()
    message["From"] = "scanner@contoso.com"
    message["To"] = to
    message["Subject"] = "page 1"
    message.set_content("One page.")
    message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="page-1.pdf")
    return message
