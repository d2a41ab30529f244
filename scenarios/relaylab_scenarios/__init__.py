"""Described traffic for relaylab: sender profiles, suites and the player that drives an emulator with them."""
