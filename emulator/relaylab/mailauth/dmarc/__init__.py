"""DMARC (RFC 7489, RFC 9989): does the domain in From vouch for the message, and what if it does not?"""

from relaylab.mailauth.dmarc.check import check_dmarc
from relaylab.mailauth.dmarc.discovery import Discovery

__all__ = ["Discovery", "check_dmarc"]
