"""Certification of senders and migrations against relaylab, with reports and the `relaylab` command."""
