"""Tokens and outputs in the scheduler's store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from oracle_core.errors import ConfigurationError
from oracle_scheduler.store import tokens
from oracle_scheduler.store.errors import UnknownNameError
from oracle_scheduler.store.tokens import Scope

if TYPE_CHECKING:
    from oracle_scheduler.store.database import Database

pytestmark = pytest.mark.oracle
pytest_plugins = ["tests.oracle.fix_scheduler"]


def test_a_token_is_known_by_its_digest_until_it_is_revoked(store: Database) -> None:
    assert not tokens.any_exists(store)
    secret = tokens.create(store, "grafana", Scope.READ)
    assert len(secret) == 43, "256 bits in base64"
    assert tokens.scope_of(store, secret) is Scope.READ
    assert tokens.scope_of(store, secret[:-1]) is None
    with store.transaction() as connection:
        row = connection.execute(sa.select(store.tables.token)).one()
    assert secret not in str(row)
    assert [(row.name, row.scope) for row in tokens.rows(store)] == [("grafana", "read")]
    with pytest.raises(ConfigurationError, match="'grafana' is there"):
        tokens.create(store, "grafana", Scope.ADMIN)
    tokens.revoke(store, "grafana")
    assert tokens.scope_of(store, secret) is None
    with pytest.raises(UnknownNameError):
        tokens.revoke(store, "grafana")


def test_a_scope_includes_those_below() -> None:
    assert Scope.ADMIN.allows(Scope.READ)
    assert Scope.OPERATE.allows(Scope.OPERATE)
    assert not Scope.READ.allows(Scope.OPERATE)
