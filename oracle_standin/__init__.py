"""A wire-compatible stand-in for Oracle Database: the test database and the zero-install demo."""
