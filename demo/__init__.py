"""The demo: one schema into another through Meltano, on the stand-in."""
