"""How a verdict is reached: rules, rulebooks, verdicts, timelines. Knows no rule of Microsoft 365 itself."""
