"""Sends the notices of the outbox: by e-mail and by webhook."""
