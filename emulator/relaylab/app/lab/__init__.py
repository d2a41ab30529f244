"""``serve --lab``: what a lab was asked for, its page, and what to set on a device."""
