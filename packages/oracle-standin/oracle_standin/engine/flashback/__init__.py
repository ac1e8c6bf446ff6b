"""The past of tables: reads the write-ahead log and gives tables as they were."""
