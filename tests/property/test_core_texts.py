"""Names, type spellings, bookmarks, histories and secrets, at random."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_core import redact
from oracle_core.fault_table import FAULTS
from oracle_core.history import HISTORY_KEY, read_history, write_history
from oracle_core.identifiers import Identifier, NameCollisionError, Style, unique_names
from oracle_core.state import exact, read_bookmark
from oracle_core.types import from_json_schema
from oracle_core.types.parse import TypeSyntaxError, parse
from tap_oracle.tap import TapOracle

names = st.text(
    st.characters(exclude_characters='"\0', exclude_categories=["Cs"]), min_size=1, max_size=300
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(names)
def test_a_quoted_name_is_one_token(name: str) -> None:
    assert re.fullmatch(r'"[^"]+"', Identifier(name).sql)


@given(names, st.sampled_from([30, 128]))
def test_shortened_names_fit(name: str, limit: int) -> None:
    short = Identifier(name).shorten(limit)
    assert short.byte_length <= limit
    assert short == Identifier(name).shorten(limit)
    assert (short.name == name) == (Identifier(name).byte_length <= limit)


@given(st.lists(names, min_size=2, max_size=20, unique=True))
def test_shortened_names_stay_different(many: list[str]) -> None:
    assert len({Identifier(name).shorten(30) for name in many}) == len(many)


@given(st.text(max_size=40))
def test_parsing_any_text_gives_a_type_or_a_refusal(text: str) -> None:
    try:
        found = parse(text)
    except TypeSyntaxError:
        return
    assert parse(found.ddl()) == found


@given(
    st.text("NUMBERVACHARDTEIMSLO2RW()0123456789,* ", max_size=24),
)
def test_spellings_are_stable(text: str) -> None:
    try:
        found = parse(text)
    except TypeSyntaxError:
        return
    assert parse(found.ddl()) == found


schemas = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "integer", "number", "boolean", "object", "null"])
        | st.lists(st.sampled_from(["string", "null", "integer", "array"]), max_size=3)
        | st.integers(),
        "format": st.sampled_from(["date-time", "date", "time", "singer.decimal", "x", 5]),
        "maxLength": st.integers(-5, 10_000) | st.text(max_size=2),
        "minimum": st.integers() | st.floats(),
        "maximum": st.integers(),
        "contentEncoding": st.sampled_from(["base64", "x"]),
        "x-sql-datatype": st.sampled_from(["NUMBER(9)", "DATE", "x y", "CLOB", 5]),
        "x-singer.decimal": st.fixed_dictionaries(
            {"precision": st.integers(-5, 50), "scale": st.integers(-100, 200)}
        ),
    },
)


@given(schemas, st.booleans())
def test_every_schema_has_a_column_type(schema: dict[str, Any], is_key: bool) -> None:
    found = from_json_schema(schema, is_key=is_key)
    assert parse(found.ddl()) == found
    assert not is_key or found.kind not in {"CLOB", "BLOB", "TIMESTAMP WITH TIME ZONE"}


def fractions(value: object) -> list[object]:
    if isinstance(value, dict):
        return [found for inner in value.values() for found in fractions(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in fractions(inner)]
    return [value] if isinstance(value, (float, Decimal)) else []


@given(json_values)
def test_state_never_holds_a_fraction(value: object) -> None:
    assert fractions(exact(value)) == []
    assert fractions(read_bookmark(value).replication_key_value) == []


@given(
    st.dictionaries(
        st.text(max_size=5),
        st.dictionaries(
            st.sampled_from(["status", "started_at", "streams", "error", "retry_count", "extra"]),
            json_values | st.sampled_from(["SUCCESS", "RUNNING", "2026-01-01T00:00:00Z"]),
        )
        | json_values,
        max_size=30,
    )
)
def test_any_history_can_be_read_and_written(runs: dict[str, Any]) -> None:
    written = write_history(read_history({HISTORY_KEY: {"runs": runs}}))
    assert len(written["runs"]) <= 20
    assert fractions(written) == []
    assert write_history(read_history({HISTORY_KEY: written})) == written


@given(names, st.sampled_from(["oracle", "exact", "snake"]), st.sampled_from([30, 128]))
def test_a_style_names_every_text_and_changes_no_name_of_its_own(
    text: str, style: Style, limit: int
) -> None:
    name = Identifier.of_text(text, style, limit)
    assert name.byte_length <= limit + 1  # ROWID becomes ROWID_
    assert Identifier.of_text(name.name, style, limit) == name


@given(st.lists(names, unique=True, max_size=5), st.sampled_from(["oracle", "exact", "snake"]))
def test_two_texts_never_share_a_name(texts: list[str], style: Style) -> None:
    single = [Identifier.of_text(text, style) for text in texts]
    if len(set(single)) < len(single):
        with pytest.raises(NameCollisionError) as refused:
            unique_names(texts, style)
        first, second = refused.value.first, refused.value.second
        assert Identifier.of_text(first, style) == Identifier.of_text(second, style)
    else:
        assert list(unique_names(texts, style).values()) == single


SEPARATORS = st.sampled_from([" ", "'", '"', ", ", "=", "%3A", "\\n", "\n", "(", "/"])
secrets_of_length = st.text(min_size=redact.MIN_LENGTH, max_size=16)
own_texts = st.sampled_from(
    [
        "Starting tap-oracle",
        "Load of stream 'app' of oracle finished: 1 row, batch 1",
        *(f"{row.message}; {row.hint}" for row in FAULTS.values()),
        *(f"setting {name}" for name in TapOracle.config_jsonschema["properties"]),
    ]
)


@given(st.lists(secrets_of_length, min_size=1, max_size=4), SEPARATORS)
def test_no_long_secret_survives_as_a_token(secrets: list[str], separator: str) -> None:
    redact.forget_all()
    strong = [secret for secret in secrets if not redact.is_weak(secret)]
    redact.register(secrets)
    text = redact.redact(separator + separator.join(strong) + separator)
    redact.forget_all()
    rest = text.replace(redact.PLACEHOLDER, "\uffff")
    assert not any(secret in rest for secret in strong)


@given(st.sampled_from(["app", "oracle", "1", "wrong", "tap", "password", "a"]), own_texts)
def test_a_weak_secret_is_not_given_away_by_our_own_texts(secret: str, text: str) -> None:
    redact.forget_all()
    redact.register([secret])
    own, value = redact.redact(text), redact.redact(f"password={secret};")
    redact.forget_all()
    assert own == text
    assert value == f"password={redact.PLACEHOLDER};"
