"""Django, as far as a program needs it that does nothing but send mail."""

SECRET_KEY = "fake"
USE_TZ = True
