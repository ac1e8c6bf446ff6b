-- Stored PL/SQL: the text of each unit and what compiling it found out.
--
-- Written by `engine.ddl.program_units` alone, read by `engine.plsql.library` and the dictionary.

CREATE SEQUENCE ora.program_version;

CREATE TABLE ora.program_units (
    object_id oid PRIMARY KEY,
    owner text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,                    -- PROCEDURE, FUNCTION, PACKAGE, PACKAGE BODY
    source text NOT NULL,                  -- from the kind on, as ALL_SOURCE shows it
    valid boolean NOT NULL,
    invoker_rights boolean NOT NULL,
    version bigint NOT NULL,               -- another one after each compilation
    created timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_ddl timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (owner, name, kind)
);

-- What ALL_ERRORS shows.
CREATE TABLE ora.program_errors (
    object_id oid NOT NULL REFERENCES ora.program_units ON DELETE CASCADE,
    sequence int NOT NULL,
    line int NOT NULL,
    position int NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (object_id, sequence)
);

-- What can be called: one row for a standalone unit, one for each public subprogram of a package.
CREATE TABLE ora.subprograms (
    object_id oid NOT NULL REFERENCES ora.program_units ON DELETE CASCADE,
    subprogram_id int NOT NULL,
    name text NOT NULL,
    overload int NOT NULL,                 -- 0 where the name is there once
    is_function boolean NOT NULL,
    is_deterministic boolean NOT NULL,
    PRIMARY KEY (object_id, subprogram_id)
);

CREATE TABLE ora.subprogram_arguments (
    object_id oid NOT NULL REFERENCES ora.program_units ON DELETE CASCADE,
    subprogram_id int NOT NULL,
    sequence int NOT NULL,
    position int NOT NULL,                 -- 0: the result
    data_level int NOT NULL,
    name text,
    data_type text NOT NULL,
    in_out text NOT NULL,
    defaulted boolean NOT NULL,
    national boolean,                      -- of a text
    type_name text,                        -- of a table, with owner and package
    PRIMARY KEY (object_id, subprogram_id, sequence)
);

-- The objects that a unit named when it was compiled, and what they were like.
CREATE TABLE ora.program_dependencies (
    object_id oid NOT NULL REFERENCES ora.program_units ON DELETE CASCADE,
    owner text NOT NULL,
    name text NOT NULL,
    state text NOT NULL,
    PRIMARY KEY (object_id, owner, name)
);

CREATE FUNCTION ora.dependency_state(object_owner text, object_name text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
    SELECT concat_ws(' ',
        (SELECT c.oid || coalesce(v.valid::text, '') || md5(coalesce(string_agg(
            concat_ws(',', a.attname, a.atttypid, a.atttypmod), ' ' ORDER BY a.attnum), ''))
         FROM pg_class c
         JOIN pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN ora.view_facts v ON v.relid = c.oid
         LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE n.nspname = object_owner AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
             AND c.relname = coalesce((SELECT l.engine_name FROM ora.long_names l
                 WHERE l.oracle_name = object_name LIMIT 1), object_name)
         GROUP BY c.oid, v.valid),
        (SELECT u.version FROM ora.program_units u
         WHERE u.owner = object_owner AND u.name = object_name AND u.kind <> 'PACKAGE BODY'),
        (SELECT s.table_owner || '.' || s.table_name FROM ora.synonyms s
         WHERE s.owner = object_owner AND s.name = object_name))
$$;
COMMENT ON FUNCTION ora.dependency_state(text, text)
  IS 'Another text whenever an object changes in a way that units which name it must be compiled for.';

CREATE FUNCTION ora.may_execute(who text, unit_owner text, unit_name text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
    SELECT who IN (unit_owner, 'SYS') OR EXISTS (
        SELECT FROM ora.object_grants g JOIN ora.program_units u ON u.object_id = g.relid
        WHERE u.owner = unit_owner AND u.name = unit_name AND g.privilege = 'EXECUTE'
            AND (g.grantee IN (who, 'PUBLIC') OR g.grantee IN (SELECT ora.granted_roles(who))))
    OR EXISTS (
        SELECT FROM ora.granted_privileges(who) AS p (name) WHERE p.name = 'EXECUTE ANY PROCEDURE')
$$;
COMMENT ON FUNCTION ora.may_execute(text, text, text)
  IS 'Whether a user may run a procedure, function or package, itself or through a role.';

GRANT SELECT ON ora.program_units, ora.program_errors, ora.subprograms, ora.subprogram_arguments,
  ora.program_dependencies TO PUBLIC;
