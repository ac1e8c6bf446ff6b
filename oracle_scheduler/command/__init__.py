"""The program `oracle-scheduler`."""
