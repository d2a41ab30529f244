"""The test certificate authority of relaylab: a persistent root, and leaves made from it."""
