"""What Azure Communication Services Email makes of a message, whichever way it came in: SMTP and REST cite it.

``limits``, ``quota``, ``sending`` and ``suppression`` decide; ``sources`` and ``readings`` are what they rest on.
"""
