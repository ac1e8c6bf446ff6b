"""`singer-oracle`: one command for people, over the connection, the runs and the catalog."""
