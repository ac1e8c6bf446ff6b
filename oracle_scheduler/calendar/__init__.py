"""When a pipeline runs: cron as Debian reads it, intervals, single moments, and missed times."""
