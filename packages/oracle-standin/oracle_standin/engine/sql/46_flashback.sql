-- The past of tables: row versions read from the write-ahead log, and what bounds them.
--
-- User tables are in the publication and log whole old rows (`ddl.kept_history`). `engine.flashback`
-- reads the log when a statement asks for the past, and writes the versions here.
-- Source: SQL Language Reference, flashback_query_clause, "Version Query Pseudocolumns".

SET LOCAL search_path = pg_catalog, ora;

CREATE PUBLICATION ora_changes FOR TABLE ora.commits
  WITH (publish_via_partition_root = true, publish_generated_columns = stored);

-- One row for each version of a row that the log has told of. A version that lives on has no image:
-- it is a row of its table, found by its digest. A deletion is a version that ends as it starts.
CREATE TABLE ora.row_versions (
  id bigint PRIMARY KEY,
  relid oid NOT NULL,
  chain bigint NOT NULL,                   -- the same for all versions of one row
  start_scn bigint,                        -- NULL: older than the log
  start_xid bigint,
  operation text,
  end_scn bigint,                          -- NULL: lives on
  digest text NOT NULL,
  image text,                              -- fields as in a composite, without NULLs at the end
  width int
);
CREATE INDEX row_versions_living ON ora.row_versions (relid, digest) WHERE end_scn IS NULL;
CREATE INDEX row_versions_ended ON ora.row_versions (relid, end_scn) WHERE end_scn IS NOT NULL;

-- Transactions that changed what a table is; older states of it cannot be read.
CREATE TABLE ora.structure_changes (relid oid NOT NULL, xid xid8 NOT NULL);
CREATE INDEX structure_changes_relid ON ora.structure_changes (relid);

CREATE TABLE ora.undo (
  retention_seconds bigint NOT NULL,
  first_scn bigint NOT NULL,               -- the oldest state that the log can tell of
  mined_scn bigint NOT NULL                -- the newest commit that has been read from the log
);
INSERT INTO ora.undo VALUES (900, 1000000, 1000000);

CREATE FUNCTION ora.oldest_scn() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
  -- A state is kept while the commit that ended it is younger than the retention.
  SELECT greatest(u.first_scn, coalesce(
    (SELECT min(c.scn) - 1 FROM ora.commits c
     WHERE c.at >= clock_timestamp() - make_interval(secs => u.retention_seconds)),
    (SELECT max(c.scn) FROM ora.commits c)))
  FROM ora.undo u;
END;
COMMENT ON FUNCTION ora.oldest_scn() IS 'The oldest SCN whose state may still be read.';

CREATE FUNCTION ora.scn_of_past(seconds numeric) RETURNS numeric
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, ora AS $$
BEGIN
  -- A second of grace: a time of the session may have been rounded up.
  IF seconds > ora.instant_seconds(clock_timestamp()) + 1 THEN
    PERFORM ora.raise_error(8186, 'invalid timestamp specified');
  END IF;
  RETURN ora.scn_at(seconds);
END $$;
COMMENT ON FUNCTION ora.scn_of_past(numeric) IS 'The SCN of a time in a flashback clause.';
CREATE FUNCTION ora.past_scn(number numeric) RETURNS numeric
LANGUAGE sql STABLE
RETURN ora.raise_error(932, 'inconsistent datatypes: expected TIMESTAMP got NUMBER', number);
CREATE FUNCTION ora.past_scn(moment ora."TSTZ") RETURNS numeric
LANGUAGE sql STABLE STRICT RETURN ora.scn_of_past((moment).u);
CREATE FUNCTION ora.past_scn(moment ora."TIMESTAMP") RETURNS numeric
LANGUAGE sql STABLE STRICT RETURN ora.scn_of_past(moment::numeric);
CREATE FUNCTION ora.past_scn(moment ora."TSLTZ") RETURNS numeric
LANGUAGE sql STABLE STRICT RETURN ora.scn_of_past(moment::numeric);
CREATE FUNCTION ora.past_scn(moment ora."DATE") RETURNS numeric
LANGUAGE sql STABLE STRICT RETURN ora.scn_of_past(moment::numeric);

CREATE FUNCTION ora.structure_scn(relation oid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
  SELECT coalesce(max(c.scn), 0) FROM ora.structure_changes s JOIN ora.commits c ON c.xid = s.xid
  WHERE s.relid = relation;
END;
COMMENT ON FUNCTION ora.structure_scn(oid) IS 'The SCN at which a table became what it is.';

CREATE FUNCTION ora.may_flash_back(grantee text, relation oid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
  SELECT EXISTS (SELECT FROM ora.object_grants g WHERE g.relid = relation
      AND g.privilege = 'FLASHBACK' AND (g.grantee IN (may_flash_back.grantee, 'PUBLIC')
        OR g.grantee IN (SELECT ora.granted_roles(may_flash_back.grantee))))
    OR ora.has_privilege(may_flash_back.grantee, 'FLASHBACK ANY TABLE');
END;

-- Materialized views over this hold rows that every snapshot sees, and depend on no user's table.
CREATE FUNCTION ora.past_rows(query text) RETURNS SETOF record
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog AS $$
BEGIN
  RETURN QUERY EXECUTE query;
END $$;

CREATE FUNCTION ora.lost_row_identifier(relation oid, chain bigint) RETURNS ora."ROWID"
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN byteacat(oidsend(relation), byteacat(substr(int8send(chain), 5), '\x0000'))::ora."ROWID";
COMMENT ON FUNCTION ora.lost_row_identifier(oid, bigint) IS
  'ROWID of a row that is gone: row number 0 of a block, where no stored row is.';

CREATE SCHEMA ora_past;
GRANT USAGE ON SCHEMA ora_past TO PUBLIC;
REVOKE ALL ON FUNCTION ora.past_rows(text) FROM PUBLIC;
