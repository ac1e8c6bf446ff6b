"""The owner's statements, and blocks that are undone as a whole."""

from __future__ import annotations

import pytest

from oracle_standin.protocol import OracleError
from tests.engine.session.handle import Handle, insert

pytestmark = pytest.mark.standin


def test_the_owners_statements_leave_the_role(one: Handle) -> None:
    user = one.session.user
    for _ in range(2):  # outside and inside a transaction
        assert one.session.query("SELECT current_user::text") == [("sys",)]
        assert one.rows("SELECT CAST(current_user AS text)") == [(user.encode(),)]
        with pytest.raises(OracleError, match="ORA-01476"):
            one.session.query("SELECT 1 / 0")
        assert one.rows("SELECT CAST(current_user AS text)") == [(user.encode(),)]
        if not one.session.in_transaction:
            insert(one, 1)
    assert (
        one.session.run("UPDATE ora.users SET profile = profile WHERE username = %s", (user,)) == 1
    )
    assert one.session.in_transaction
    assert one.count() == 1


def test_a_block_is_undone_as_a_whole(one: Handle, two: Handle) -> None:
    transaction = one.session._transaction

    def failing() -> None:
        insert(one, 2)
        insert(one, 1)

    insert(one, 1)
    with pytest.raises(OracleError, match="ORA-00001"):
        transaction.protect_block(failing)
    assert one.count() == 1

    def committing() -> None:
        insert(one, 3)
        one.session.commit()
        insert(one, 4)
        insert(one, 1)

    with pytest.raises(OracleError, match="ORA-00001"):
        transaction.protect_block(committing)
    assert (one.count(), two.count(), one.session.in_transaction) == (2, 2, False)


def test_a_block_may_set_savepoints(one: Handle) -> None:
    insert(one, 1)

    def block() -> None:
        one.session.savepoint("INSIDE")
        insert(one, 2)

    one.session._transaction.protect_block(block)
    one.session.rollback_to("INSIDE")
    assert one.count() == 1
