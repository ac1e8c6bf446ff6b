"""Singer target for Oracle Database."""
