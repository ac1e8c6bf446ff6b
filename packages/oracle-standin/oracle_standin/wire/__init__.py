"""Oracle's wire protocol (TNS packets, TTC messages), server side."""
