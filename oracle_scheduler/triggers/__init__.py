"""APScheduler, seen from outside: it waits for the next time and says what is due.

The stock job store cannot make its table on Oracle with SQLAlchemy 2, keeps pickles, deletes rows
that it cannot read, and moves a time apart from starting what is due. Here the store decides, in
one transaction, and APScheduler wakes it up.
"""
