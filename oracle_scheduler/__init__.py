"""A scheduler service for pipelines: each scheduled time becomes exactly one run record.

The service stands beside the pair and is never imported by it. Definitions come from job files
(`jobfile`), their state is kept in a database (`store`), times are computed by APScheduler
(`triggers`), and each command runs below a supervisor process (`supervisor`).
"""
