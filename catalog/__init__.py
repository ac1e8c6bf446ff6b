"""Describes an Oracle schema: data dictionary to frozen dataclasses to Singer catalog."""
