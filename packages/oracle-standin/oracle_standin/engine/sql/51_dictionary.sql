-- Ground of the dictionary views: whose objects a session sees, and how a family is published.
--
-- Each family is one view ora."d_<family>" with a column RELID and the columns of DBA_<family>;
-- `ora.publish` makes DBA_, ALL_ and USER_ from it. Conditions on privileges are worked out once a
-- query, not once a row.

SET LOCAL search_path = pg_catalog, ora;

CREATE FUNCTION ora.as_date(at timestamptz) RETURNS ora."DATE"
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (floor(extract(epoch FROM at)))::ora."DATE";
COMMENT ON FUNCTION ora.as_date(timestamptz) IS 'The DATE of an instant; the server is in UTC.';

CREATE FUNCTION ora.session_user_name() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(ora.setting('user'), 'SYS');

CREATE FUNCTION ora.session_role_names() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
    SELECT ora.session_user_name() UNION SELECT 'PUBLIC'
    UNION SELECT ora.granted_roles(ora.session_user_name())
$$;

CREATE FUNCTION ora.sees_everything() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
    SELECT ora.session_user_name() = 'SYS' OR EXISTS (
        SELECT FROM ora.granted_privileges(ora.session_user_name()) AS p (name)
        WHERE p.name IN ('SELECT ANY TABLE', 'READ ANY TABLE', 'INSERT ANY TABLE',
            'UPDATE ANY TABLE', 'DELETE ANY TABLE', 'ALTER ANY TABLE', 'DROP ANY TABLE',
            'LOCK ANY TABLE', 'COMMENT ANY TABLE'))
$$;
COMMENT ON FUNCTION ora.sees_everything()
  IS 'Whether the session has an ANY privilege that opens the ALL_ views.';

-- Relations that the session's user was granted something on, itself or through a role.
CREATE VIEW ora.granted_relations AS
SELECT g.relid FROM ora.object_grants g
WHERE g.grantee IN (SELECT ora.session_role_names());

-- Every relation that Oracle would list, under its Oracle name.
CREATE VIEW ora.relations AS
SELECT f.*, n.nspname::text AS owner, coalesce(l.oracle_name, c.relname::text) AS name,
    c.relkind, c.relname::text AS stored_name, c.relpages
FROM ora.table_facts f
JOIN pg_class c ON c.oid = f.relid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN ora.long_names l ON l.engine_name = c.relname::text;

-- What object privileges may be on.
CREATE VIEW ora.grantable_objects AS
SELECT relid, owner, name, object_type FROM ora.relations
UNION ALL
SELECT object_id, 'SYS', name, 'DIRECTORY' FROM ora.directories
UNION ALL
SELECT object_id, 'SYS', name, 'PACKAGE' FROM ora.packages
UNION ALL
SELECT object_id, owner, name, kind FROM ora.program_units
UNION ALL
SELECT type_id, owner, name, 'TYPE' FROM ora.type_facts;

CREATE FUNCTION ora.publish(
    family text, owner_column text DEFAULT 'OWNER', also_seen text DEFAULT 'false') RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
DECLARE
    base text := format('ora.%I', 'd_' || family);
    names text;
    own_names text;
BEGIN
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
        string_agg(quote_ident(attname), ', ' ORDER BY attnum)
            FILTER (WHERE attname <> owner_column)
    INTO names, own_names
    FROM pg_attribute
    WHERE attrelid = base::regclass AND attnum > 0 AND attname <> 'RELID';
    EXECUTE format('CREATE VIEW "SYS".%I AS SELECT %s FROM %s', 'DBA_' || family, names, base);
    EXECUTE format('CREATE VIEW "SYS".%I AS SELECT %s FROM %s WHERE %I ='
        ' (SELECT ora.session_user_name()) OR (SELECT ora.sees_everything())'
        ' OR "RELID" IN (SELECT relid FROM ora.granted_relations) OR %s',
        'ALL_' || family, names, base, owner_column, also_seen);
    EXECUTE format('CREATE VIEW "SYS".%I AS SELECT %s FROM %s WHERE %I ='
        ' (SELECT ora.session_user_name())', 'USER_' || family, own_names, base, owner_column);
END
$$;

-- A family without content: the columns are given as "NAME type" pairs.
CREATE FUNCTION ora.publish_empty(family text, columns text, owner_column text DEFAULT 'OWNER')
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
BEGIN
    EXECUTE format('CREATE VIEW ora.%I AS SELECT 0::oid AS "RELID", %s WHERE false', 'd_' || family,
        (SELECT string_agg(format('NULL::%s AS %I', CASE split_part(btrim(item, E' \n'), ' ', 2)
            WHEN 'number' THEN 'numeric' WHEN 'date' THEN 'ora."DATE"' WHEN 'long' THEN 'ora."LONG"'
            ELSE 'text' END, upper(split_part(btrim(item, E' \n'), ' ', 1))), ', ' ORDER BY n)
         FROM unnest(string_to_array(columns, ',')) WITH ORDINALITY AS i (item, n)));
    PERFORM ora.publish(family, owner_column);
END
$$;
