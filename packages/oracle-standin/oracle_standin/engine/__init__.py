"""Oracle's SQL on an embedded PostgreSQL."""
