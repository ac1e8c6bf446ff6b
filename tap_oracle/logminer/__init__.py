"""LOG_BASED by LogMiner: from redo logs to committed changes of rows."""
