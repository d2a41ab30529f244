"""Steers a relaylab that is serving: thin clients of its control plane."""
