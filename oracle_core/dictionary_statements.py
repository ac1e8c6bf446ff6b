"""The text of every data dictionary statement, with the privilege that it needs.

`{family}` is the prefix of the views, `{scope}` the condition on owner and name; `<c.owner>` is a
column that `USER_*` views do not have. Only columns that Oracle 12.2 has are read, unless the name
of a question ends with the release that it needs. LONG columns are left out, because each costs a
round trip per row.

No statement joins dictionary views. Each of them is a join of a dozen tables already, and the
optimizer often fails on two of them (ALL_CONSTRAINTS with ALL_CONS_COLUMNS: jOOQ issues 8462 and
14014, DBeaver issue 360). The rows are joined in Python instead.

Source: Database Reference, "Static Data Dictionary Views".
"""

from __future__ import annotations

from dataclasses import dataclass

NO_PRIVILEGE = "none for ALL_* and USER_*, SELECT ANY DICTIONARY for DBA_*"
NO_ALL_VIEW = "none for USER_*, SELECT ANY DICTIONARY for DBA_*; ALL_* does not exist"


@dataclass(frozen=True, slots=True)
class Statement:
    """One question to the dictionary.

    Attributes:
        sql: Text with the placeholders of this module.
        owner: Column or expression with the schema, for the condition.
        name: Column with the name of the table, None where only the schema counts.
        privilege: Privilege that the question needs.
    """

    sql: str
    owner: str
    name: str | None = None
    privilege: str = NO_PRIVILEGE


# With MAX_STRING_SIZE=STANDARD, RPAD ends at 4,000 bytes (SQL Language Reference, "RPAD" and
# "Data Type Comparison Rules"), so that the parameter needs no privilege to be known.
_SESSION_FACTS = (
    "SELECT 'USER' AS kind, USER AS name, NULL AS value FROM dual"
    " UNION ALL SELECT 'LONGEST TEXT', 'RPAD', TO_CHAR(LENGTH(RPAD('x', 5000, 'x'))) FROM dual"
    " UNION ALL SELECT 'NOW', 'SYSDATE', TO_CHAR(SYSDATE, 'YYYY-MM-DD\"T\"HH24:MI:SS') FROM dual"
    " UNION ALL SELECT 'PRIVILEGE', p.privilege, NULL FROM session_privs p"
    " UNION ALL SELECT 'ROLE', r.role, NULL FROM session_roles r"
    " UNION ALL SELECT 'SCHEMA', u.username, NULL FROM all_users u WHERE u.oracle_maintained = 'N'"
    " UNION ALL SELECT 'DATABASE', d.parameter, d.value FROM nls_database_parameters d"
    " WHERE d.parameter IN ('NLS_CHARACTERSET', 'NLS_NCHAR_CHARACTERSET')"
)

STATEMENTS: dict[str, Statement] = {
    "session_facts": Statement(_SESSION_FACTS, "USER"),
    "session_facts_23": Statement(
        f"{_SESSION_FACTS} UNION ALL "  # noqa: S608 - constants
        "SELECT 'SCHEMA PRIVILEGE', s.privilege, s.schema FROM session_schema_privs s",
        "USER",
    ),
    # Unlike USER_TAB_PRIVS, ALL_TAB_PRIVS also shows the grants of enabled roles and of PUBLIC.
    "readable": Statement(
        "SELECT g.grantee, g.table_schema, g.table_name FROM all_tab_privs g WHERE {scope}"
        " AND g.privilege IN ('SELECT', 'READ')",
        "g.table_schema",
        "g.table_name",
    ),
    "granted_objects": Statement(
        "SELECT g.grantee, g.privilege, g.table_schema, g.table_name FROM all_tab_privs g",
        "g.table_schema",
    ),
    "quotas": Statement(
        "SELECT <q.username>, q.tablespace_name FROM {family}_ts_quotas q WHERE {scope}"
        # -1 is UNLIMITED (Database Reference, DBA_TS_QUOTAS).
        " AND (q.max_bytes = -1 OR q.max_bytes > q.bytes)",
        "<q.username>",
        privilege=NO_ALL_VIEW,
    ),
    "default_tablespaces": Statement(
        "SELECT <u.username>, u.default_tablespace FROM {family}_users u WHERE {scope}",
        "<u.username>",
        privilege=NO_ALL_VIEW,
    ),
    "database_tablespace": Statement(
        "SELECT p.property_value FROM database_properties p"
        " WHERE p.property_name = 'DEFAULT_PERMANENT_TABLESPACE'",
        "USER",
    ),
    "clock": Statement("SELECT SYS_EXTRACT_UTC(SYSTIMESTAMP) FROM dual", "USER"),
    # V$DATABASE is a synonym: the grant is one on V_$DATABASE (ORA-02030).
    "supplemental_logging": Statement(
        "SELECT d.supplemental_log_data_min, d.supplemental_log_data_pk,"
        " d.supplemental_log_data_all, d.log_mode FROM v$database d",
        "USER",
        privilege="READ on SYS.V_$DATABASE",
    ),
    "undo_retention": Statement(
        "SELECT p.value FROM v$parameter p WHERE p.name = 'undo_retention'",
        "USER",
        privilege="READ on SYS.V_$PARAMETER",
    ),
    "logged_tables": Statement(
        "SELECT DISTINCT <g.owner>, g.table_name FROM {family}_log_groups g WHERE {scope}"
        # Either holds the key of every changed row, which is what LOG_BASED needs.
        " AND g.log_group_type IN ('ALL COLUMN LOGGING', 'PRIMARY KEY LOGGING')",
        "<g.owner>",
        "g.table_name",
    ),
    "tables": Statement(
        "SELECT <t.owner>, t.table_name, t.num_rows, t.blocks, t.last_analyzed, t.partitioned,"
        " t.temporary, t.iot_type FROM {family}_tables t WHERE {scope} AND t.nested = 'NO'"
        " AND t.secondary = 'N' AND t.dropped = 'NO'"
        " AND (t.iot_type IS NULL OR t.iot_type = 'IOT')"
        " AND t.table_name NOT LIKE 'BIN$%' ORDER BY 1, 2",
        "<t.owner>",
        "t.table_name",
    ),
    "special_tables": Statement(
        "SELECT * FROM (SELECT <m.owner> AS owner, m.container_name AS table_name,"
        " 'MATERIALIZED VIEW' AS kind, NULL AS directory_name FROM {family}_mviews m"
        " UNION ALL SELECT <e.owner>, e.table_name, 'EXTERNAL', e.default_directory_name"
        " FROM {family}_external_tables e"
        " UNION ALL SELECT <l.owner>, l.table_name, 'EXTERNAL', l.directory_name"
        " FROM {family}_external_locations l"
        " UNION ALL SELECT <o.owner>, o.table_name, 'OBJECT', NULL FROM {family}_object_tables o"
        " WHERE o.nested = 'NO' AND o.secondary = 'N' AND o.dropped = 'NO') t WHERE {scope}",
        "t.owner",
        "t.table_name",
    ),
    # *_TAB_COLS rather than *_TAB_COLUMNS, which leave out hidden columns. These views have no
    # DROPPED as *_TABLES has: what is in the recycle bin is known by its name. Invisible columns
    # have no COLUMN_ID.
    "columns": Statement(
        "SELECT <c.owner>, c.table_name, c.column_name, c.data_type, c.data_type_owner,"
        " c.data_length, c.data_precision, c.data_scale, c.char_length, c.char_used, c.nullable,"
        " c.hidden_column, c.virtual_column, c.user_generated, c.identity_column, c.default_on_null"
        " FROM {family}_tab_cols c WHERE {scope}"
        " AND c.table_name NOT LIKE 'BIN$%' ORDER BY 1, 2, c.column_id, c.internal_column_id",
        "<c.owner>",
        "c.table_name",
    ),
    "vector_columns_23": Statement(
        "SELECT <c.owner>, c.table_name, c.column_name, c.vector_info FROM {family}_tab_cols c"
        " WHERE {scope} AND c.data_type = 'VECTOR'",
        "<c.owner>",
        "c.table_name",
    ),
    "constraints": Statement(
        "SELECT <k.owner>, k.table_name, k.constraint_name, k.constraint_type, k.status,"
        " k.validated, k.r_owner, k.r_constraint_name FROM {family}_constraints k WHERE {scope}"
        " AND k.constraint_type IN ('P', 'U', 'R') AND k.table_name NOT LIKE 'BIN$%'",
        "<k.owner>",
        "k.table_name",
    ),
    # CHECK and NOT NULL constraints have columns without a position.
    "constraint_columns": Statement(
        "SELECT <n.owner>, n.table_name, n.constraint_name, n.column_name, n.position"
        " FROM {family}_cons_columns n WHERE {scope} AND n.position IS NOT NULL"
        " AND n.table_name NOT LIKE 'BIN$%'",
        "<n.owner>",
        "n.table_name",
    ),
    # The condition on the name is one on the constraint's name.
    "referred_columns": Statement(
        "SELECT n.owner, n.table_name, n.constraint_name, n.column_name, n.position"
        " FROM {family}_cons_columns n WHERE {scope} AND n.position IS NOT NULL",
        "n.owner",
        "n.constraint_name",
    ),
    # USER_INDEXES has no owner of the index, USER_IND_COLUMNS none of the index or the table.
    "indexes": Statement(
        "SELECT i.table_owner, i.table_name, <i.owner>, i.index_name, i.status, i.uniqueness"
        " FROM {family}_indexes i WHERE {scope} AND i.table_name NOT LIKE 'BIN$%'",
        "i.table_owner",
        "i.table_name",
    ),
    "index_columns": Statement(
        "SELECT <n.table_owner>, n.table_name, <n.index_owner>, n.index_name, n.column_name,"
        " n.column_position FROM {family}_ind_columns n WHERE {scope}"
        " AND n.table_name NOT LIKE 'BIN$%'",
        "<n.table_owner>",
        "n.table_name",
    ),
    "table_comments": Statement(
        # Those of materialized views are kept apart, and come last to win over the container's.
        "SELECT t.owner, t.table_name, t.comments FROM (SELECT <d.owner> AS owner, d.table_name,"
        " d.comments, 1 AS place FROM {family}_tab_comments d UNION ALL SELECT <m.owner>,"
        " m.mview_name, m.comments, 2 FROM {family}_mview_comments m) t"
        " WHERE {scope} AND t.comments IS NOT NULL ORDER BY 1, 2, t.place",
        "t.owner",
        "t.table_name",
    ),
    "column_comments": Statement(
        "SELECT <d.owner>, d.table_name, d.column_name, d.comments FROM {family}_col_comments d"
        " WHERE {scope} AND d.comments IS NOT NULL",
        "<d.owner>",
        "d.table_name",
    ),
    "identity_columns": Statement(
        "SELECT <y.owner>, y.table_name, y.column_name, y.generation_type"
        " FROM {family}_tab_identity_cols y WHERE {scope} ORDER BY 1, 2",
        "<y.owner>",
        "y.table_name",
    ),
    "partitioned_tables": Statement(
        "SELECT <h.owner>, h.table_name, h.partitioning_type FROM {family}_part_tables h"
        " WHERE {scope}",
        "<h.owner>",
        "h.table_name",
    ),
    "partitions": Statement(
        "SELECT <p.table_owner>, p.table_name, p.partition_name, p.partition_position, p.num_rows"
        " FROM {family}_tab_partitions p WHERE {scope}",
        "<p.table_owner>",
        "p.table_name",
    ),
    # Each partition is an object of its own, with a SUBOBJECT_NAME.
    "objects": Statement(
        "SELECT <o.owner>, o.object_name, o.object_type, o.status, o.object_id, o.last_ddl_time"
        " FROM {family}_objects o WHERE {scope} AND o.subobject_name IS NULL"
        " AND o.object_type IN ('TABLE', 'VIEW', 'MATERIALIZED VIEW') ORDER BY 1, 2, 3",
        "<o.owner>",
        "o.object_name",
    ),
    # ALL_SYNONYMS may take minutes (oracle-enhanced issue 1957); DBA_* and USER_* do not.
    "synonyms": Statement(
        "SELECT <s.owner>, s.synonym_name, s.table_owner, s.table_name, s.db_link"
        " FROM {family}_synonyms s WHERE {scope}",
        "s.table_owner",
        "s.table_name",
    ),
    "named_synonyms": Statement(
        "SELECT <s.owner>, s.synonym_name, s.table_owner, s.table_name, s.db_link"
        " FROM {family}_synonyms s WHERE {scope}",
        "<s.owner>",
        "s.synonym_name",
    ),
    # SYSDATE, since LAST_DDL_TIME is in the time of the server too.
    "snapshot": Statement(
        "SELECT COUNT(*), MAX(o.last_ddl_time), SYSDATE FROM {family}_objects o WHERE {scope}"
        " AND o.object_type IN ('TABLE', 'VIEW', 'MATERIALIZED VIEW')",
        "<o.owner>",
        "o.object_name",
    ),
}
"""Name of the question -> statement; the functions of `dictionary` ask them."""
