"""What Microsoft 365 does: dates, limits, texts and rules, each with its citation. Nothing here has state."""
