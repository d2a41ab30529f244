"""relaylab: a local stand-in for the mail-submission side of Microsoft 365."""
