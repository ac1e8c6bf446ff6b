"""Batches whose JSON is bound as documents."""

from __future__ import annotations

import json

import oracledb

from oracle_core.identifiers import Identifier
from oracle_core.types import BindPlan, parse
from target_oracle.batch import Batch
from target_oracle.long_documents import with_documents
from target_oracle.statements import LoadColumn


def test_documents_keep_the_positions_of_picked_rows() -> None:
    plan = BindPlan("JSON({})", oracledb.DB_TYPE_CLOB, list)
    column = LoadColumn(Identifier("DOC"), parse("JSON"), plan)
    texts = [json.dumps({"n": n, "text": "x" * 40_000}) for n in range(3)]
    bound = with_documents(Batch([column], [texts], 3).pick([0, 2]))
    assert [value["n"] for value in bound.values[0]] == [0, 2]  # type: ignore[index]
    assert list(bound.positions) == [0, 2]
