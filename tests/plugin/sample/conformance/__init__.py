"""The sample's own package; it has the same name as a folder of relaylab's, and nothing to do with it."""
