"""Brings in what other schedulers know: Meltano, APScheduler, Executioner."""
