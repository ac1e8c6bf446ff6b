"""A day of a demanding new user as a script: `python -m tools.trial --meltano PATH`."""
