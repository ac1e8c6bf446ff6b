"""Numbers of documents that a column of type JSON cannot hold exactly are refused."""

from __future__ import annotations

import pytest

from oracle_core.errors import DataError
from target_oracle.document_numbers import refuse_inexact_numbers


@pytest.mark.parametrize(
    "number", [f"0.{'123456789' * 5}", "1" * 41, "1e126", "-1e400", "1e-131", f"{'1' * 39}.55"]
)
def test_numbers_that_number_does_not_hold(number: str) -> None:
    texts = [None, "{}", f'{{"a": ["1", {{"b": {number}}}]}}', "[]"]
    with pytest.raises(DataError, match="a number in a document") as raised:
        refuse_inexact_numbers(texts)
    assert raised.value.position == 2
    assert number not in str(raised.value)


@pytest.mark.parametrize(
    "document",
    [
        f"[{'9' * 38}, 1e125, 1e-130, 0.{'1' * 38}, 1e2, 1.{'0' * 60}]",
        f'{{"{"1" * 50}": "{"1" * 60}", "c": "1e999", "d": [null, true]}}',
        '"1e999"',
        '{"a\\u0000": "\\u0000"}',
    ],
)
def test_what_is_exact_or_no_number(document: str) -> None:
    refuse_inexact_numbers([document, None])
