"""The nouns: frozen values, and Clock and Randomness as types. Nothing here asks anybody for anything."""
