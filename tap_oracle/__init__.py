"""Singer tap for Oracle Database."""
