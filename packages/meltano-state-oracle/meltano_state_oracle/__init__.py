"""Meltano's state in Oracle Database: `state_backend.uri: oracle://HOST:PORT/SERVICE`."""

from __future__ import annotations

from meltano_state_oracle.manager import OracleStateStoreManager

__all__ = ["OracleStateStoreManager"]
