"""The certificate of a test run: what tests that used a lab sent, what it was answered, and by which rules."""
