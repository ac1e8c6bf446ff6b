"""How long discovery takes on large dictionaries, beside the SDK's own."""
