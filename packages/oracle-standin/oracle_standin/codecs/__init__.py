"""Oracle's internal value formats: bytes to text, fields and floats, and back.

Lengths and terminators are the wire's business; every function here handles the bare value. Format
facts: Oracle Call Interface Programmer's Guide, "Data Types", and the public thin drivers.
"""

from oracle_standin.codecs.binary import (
    binary_double_from_bytes,
    binary_double_to_bytes,
    binary_float_from_bytes,
    binary_float_to_bytes,
)
from oracle_standin.codecs.datetimes import (
    DateTime,
    civil_from_days,
    date_to_bytes,
    datetime_from_bytes,
    datetime_to_seconds,
    days_from_civil,
    seconds_to_datetime,
    timestamp_to_bytes,
    timestamp_tz_to_bytes,
)
from oracle_standin.codecs.intervals import (
    interval_ds_from_bytes,
    interval_ds_to_bytes,
    interval_ym_from_bytes,
    interval_ym_to_bytes,
)
from oracle_standin.codecs.numbers import number_from_text, number_to_text
from oracle_standin.codecs.oson_decoder import oson_to_json
from oracle_standin.codecs.oson_encoder import oson_from_json
from oracle_standin.codecs.rowids import rowid_parts, rowid_text
from oracle_standin.codecs.vectors import (
    Vector,
    VectorFormat,
    VectorShape,
    vector_from_bytes,
    vector_to_bytes,
    vector_to_text,
)

__all__ = [
    "DateTime",
    "Vector",
    "VectorFormat",
    "VectorShape",
    "binary_double_from_bytes",
    "binary_double_to_bytes",
    "binary_float_from_bytes",
    "binary_float_to_bytes",
    "civil_from_days",
    "date_to_bytes",
    "datetime_from_bytes",
    "datetime_to_seconds",
    "days_from_civil",
    "interval_ds_from_bytes",
    "interval_ds_to_bytes",
    "interval_ym_from_bytes",
    "interval_ym_to_bytes",
    "number_from_text",
    "number_to_text",
    "oson_from_json",
    "oson_to_json",
    "rowid_parts",
    "rowid_text",
    "seconds_to_datetime",
    "timestamp_to_bytes",
    "timestamp_tz_to_bytes",
    "vector_from_bytes",
    "vector_to_bytes",
    "vector_to_text",
]
