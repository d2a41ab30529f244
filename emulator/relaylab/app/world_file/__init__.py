"""The world file, read with patience: grammar from the nouns, checks across tables, every problem at once.

``relaylab.app.config`` is the front door; the modules here are private to it.
"""
