"""PL/SQL: anonymous blocks from an allow-list of statements and package calls."""
