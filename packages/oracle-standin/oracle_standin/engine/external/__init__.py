"""Files beside the database: BFILE values, and external tables over text files."""
