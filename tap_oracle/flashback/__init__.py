"""LOG_BASED by Flashback Version Query: from undo to committed changes of rows, without a DBA."""
