"""Running one command: what it is started with, who watches it, and what it leaves behind."""
