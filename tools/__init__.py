"""Programs that look after the project: figures of the code, interpreters, checks of the docs."""
