"""The program `oracle-catalog`."""
