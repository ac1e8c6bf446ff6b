"""LogMiner: keeps the redo of single changes and shows it to sessions."""
