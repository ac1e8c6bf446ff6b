"""Questions that only a live Oracle answers, asked by a script: `python -m tools.live_check`."""
