"""What Azure Communication Services Email makes of a message, whichever way it came in: SMTP and REST cite it.

``limits``, ``quota``, ``sending`` and ``suppression`` decide, ``fixes`` are the ways out, ``sources`` and ``readings``
what all of it rests on.
"""
