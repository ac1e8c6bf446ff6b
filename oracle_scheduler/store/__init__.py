"""What the service remembers, in Oracle or in a SQLite file.

Every change of state is one transaction; correctness rests on unique keys and on tokens, never on
a clock or on who holds the lease.
"""
