"""What Microsoft 365 publishes in DNS by itself, a file per service; who reads it needs only ``catalogue``."""
