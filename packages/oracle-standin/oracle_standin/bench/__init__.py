"""The bench server: a database that replays encoded rows and counts what is written.

Benchmarks against it measure the client, because the server does next to nothing for a row.
"""
