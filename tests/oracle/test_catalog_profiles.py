"""Profiles on schemas generated after the applications' documentation."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tap_oracle.tap import TapOracle

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

WHO = (
    "created_by NUMBER(15) NOT NULL, creation_date DATE NOT NULL,"
    " last_updated_by NUMBER(15) NOT NULL, last_update_date DATE NOT NULL,"
    " last_update_login NUMBER(15)"
)
SCHEMAS = {
    "oracle_ebs": (
        f"CREATE TABLE oe_order_headers_all (header_id NUMBER PRIMARY KEY, org_id NUMBER, {WHO})",
        f"CREATE TABLE oe_headers_iface_all_tmp (x NUMBER PRIMARY KEY, {WHO})",
        f"CREATE TABLE gl_daily_rates_interface (x NUMBER PRIMARY KEY, {WHO})",
    ),
    "oracle_wms": (
        """CREATE TABLE order_hdr (id NUMBER(19) NOT NULL, create_user VARCHAR2(50),
             create_ts TIMESTAMP,
             mod_user VARCHAR2(50), mod_ts TIMESTAMP NOT NULL)""",
        f"CREATE TABLE wms_license_plate_numbers (lpn_id NUMBER PRIMARY KEY, {WHO})",
    ),
    "peoplesoft": (
        """CREATE TABLE ps_dept_tbl (setid VARCHAR2(5) NOT NULL, deptid VARCHAR2(10) NOT NULL,
             effdt DATE NOT NULL, eff_status VARCHAR2(1) NOT NULL, lastupddttm TIMESTAMP)""",
        "CREATE UNIQUE INDEX ps_dept_ix ON ps_dept_tbl (setid, deptid, effdt)",
        "CREATE TABLE ps_audit_dept (id NUMBER PRIMARY KEY, audit_stamp TIMESTAMP NOT NULL)",
    ),
    "generic_audit": (
        """CREATE TABLE orders (id NUMBER PRIMARY KEY, updated_at TIMESTAMP NOT NULL,
             deleted_at TIMESTAMP)""",
    ),
}
EXPECTED = {
    "oracle_ebs": {
        "OE_ORDER_HEADERS_ALL": ("LAST_UPDATE_DATE", ["HEADER_ID"], True, None),
        "OE_HEADERS_IFACE_ALL_TMP": ("LAST_UPDATE_DATE", ["X"], False, None),
        "GL_DAILY_RATES_INTERFACE": ("LAST_UPDATE_DATE", ["X"], False, None),
    },
    "oracle_wms": {
        "ORDER_HDR": ("MOD_TS", ["ID"], True, None),
        "WMS_LICENSE_PLATE_NUMBERS": ("LAST_UPDATE_DATE", ["LPN_ID"], True, None),
    },
    "peoplesoft": {
        "PS_DEPT_TBL": (None, ["SETID", "DEPTID", "EFFDT"], True, "EFF_STATUS"),
        "PS_AUDIT_DEPT": ("AUDIT_STAMP", ["ID"], True, None),
    },
    "generic_audit": {"ORDERS": ("UPDATED_AT", ["ID"], True, "DELETED_AT")},
}
"""Profile -> table -> chosen replication key, keys, whether selected, soft-delete column."""


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_generated_schema(name: str, oracle_database: OracleDatabase, fresh_schema: str) -> None:
    with closing(oracle_database.connect(fresh_schema)) as connection:
        for statement in SCHEMAS[name]:
            connection.cursor().execute(statement)
    config = oracle_database.config(fresh_schema, filter_schemas=[fresh_schema], profile=name)
    with closing(TapOracle(config=config)) as tap:
        streams: list[dict[str, Any]] = tap.catalog_dict["streams"]
    found = {}
    for stream in streams:
        root = stream["metadata"][0]["metadata"]
        found[stream["table_name"]] = (
            root.get("replication-key"),
            stream["key_properties"],
            root["selected-by-default"],
            root.get("soft-delete-column"),
        )
    assert found == EXPECTED[name]


def test_a_run_follows_the_profile(
    tap: Plugin, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    with closing(oracle_database.connect(fresh_schema)) as connection:
        cursor = connection.cursor()
        cursor.execute(SCHEMAS["generic_audit"][0])
        cursor.execute("INSERT INTO orders VALUES (1, TIMESTAMP '2024-01-02 03:04:05', NULL)")
        connection.commit()
    config = oracle_database.config(
        fresh_schema, filter_schemas=[fresh_schema], profile="generic_audit"
    )
    done = tap.run(config)

    assert done.code == 0, done.stderr
    bookmark = done.states()[-1]["bookmarks"][f"{fresh_schema}-ORDERS"]
    assert bookmark["replication_key"] == "UPDATED_AT"
    unknown = tap.run({**config, "profile": "sap"}, "--discover")
    assert unknown.code == 2
    assert "no profile of that name" in unknown.stderr
