"""The SMTP dialogue without sockets: what a client's line does to a session, as values."""
