"""Talks to Oracle Database: what the catalog, the tap and the target share."""
