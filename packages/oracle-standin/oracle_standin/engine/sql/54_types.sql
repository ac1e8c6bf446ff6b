-- Types made by CREATE TYPE. Source: Database Reference, ALL_TYPES, ALL_TYPE_ATTRS, ALL_COLL_TYPES.

SET LOCAL search_path = pg_catalog, ora;

CREATE VIEW ora."d_TYPES" AS
SELECT t.type_id AS "RELID", t.owner AS "OWNER", t.name AS "TYPE_NAME", t.type_oid AS "TYPE_OID",
    CASE WHEN t.collection IS NULL THEN 'OBJECT' ELSE 'COLLECTION' END AS "TYPECODE",
    CASE WHEN t.collection IS NULL THEN a.number ELSE 0 END::numeric AS "ATTRIBUTES",
    0::numeric AS "METHODS", 'NO'::text AS "PREDEFINED", 'NO'::text AS "INCOMPLETE",
    'YES'::text AS "FINAL", 'YES'::text AS "INSTANTIABLE", 'YES'::text AS "PERSISTABLE",
    NULL::text AS "SUPERTYPE_OWNER", NULL::text AS "SUPERTYPE_NAME",
    NULL::numeric AS "LOCAL_ATTRIBUTES", NULL::numeric AS "LOCAL_METHODS", NULL::bytea AS "TYPEID"
FROM ora.type_facts t
CROSS JOIN LATERAL (
    SELECT count(*) AS number FROM ora.type_attributes a WHERE a.type_id = t.type_id) a;
SELECT ora.publish('TYPES');

-- A type's name in the dictionary of types: without digits, and with zones cut short.
CREATE FUNCTION ora.attribute_type(data_type text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog
RETURN replace(regexp_replace(data_type, '\(\d+\)', '', 'g'), 'TIME ZONE', 'TZ');

CREATE VIEW ora."d_TYPE_ATTRS" AS
SELECT t.type_id AS "RELID", t.owner AS "OWNER", t.name AS "TYPE_NAME", a.name AS "ATTR_NAME",
    NULL::text AS "ATTR_TYPE_MOD", a.data_type_owner AS "ATTR_TYPE_OWNER",
    ora.attribute_type(a.data_type) AS "ATTR_TYPE_NAME",
    CASE WHEN a.char_length > 0 THEN a.char_length WHEN a.data_type = 'RAW' THEN a.data_length END
        ::numeric AS "LENGTH",
    a.data_precision::numeric AS "PRECISION", a.data_scale::numeric AS "SCALE",
    CASE a.charset_form WHEN 1 THEN 'CHAR_CS' WHEN 2 THEN 'NCHAR_CS' END AS "CHARACTER_SET_NAME",
    a.position::numeric AS "ATTR_NO", 'NO'::text AS "INHERITED", a.char_used AS "CHAR_USED"
FROM ora.type_facts t JOIN ora.type_attributes a ON a.type_id = t.type_id
WHERE t.collection IS NULL;
SELECT ora.publish('TYPE_ATTRS');

CREATE VIEW ora."d_COLL_TYPES" AS
SELECT t.type_id AS "RELID", t.owner AS "OWNER", t.name AS "TYPE_NAME",
    t.collection AS "COLL_TYPE", t.upper_bound::numeric AS "UPPER_BOUND",
    NULL::text AS "ELEM_TYPE_MOD", a.data_type_owner AS "ELEM_TYPE_OWNER",
    ora.attribute_type(a.data_type) AS "ELEM_TYPE_NAME",
    CASE WHEN a.char_length > 0 THEN a.char_length WHEN a.data_type = 'RAW' THEN a.data_length END
        ::numeric AS "LENGTH",
    a.data_precision::numeric AS "PRECISION", a.data_scale::numeric AS "SCALE",
    CASE a.charset_form WHEN 1 THEN 'CHAR_CS' WHEN 2 THEN 'NCHAR_CS' END AS "CHARACTER_SET_NAME",
    NULL::text AS "ELEM_STORAGE", 'YES'::text AS "NULLS_STORED", a.char_used AS "CHAR_USED"
FROM ora.type_facts t JOIN ora.type_attributes a ON a.type_id = t.type_id
WHERE t.collection IS NOT NULL;
SELECT ora.publish('COLL_TYPES');
