-- Large objects, RAW and ROWID.
-- Source: SQL Language Reference; PL/SQL Packages and Types Reference (DBMS_LOB,
-- DBMS_ROWID, UTL_RAW).

SET LOCAL search_path = pg_catalog, ora;

-- Large objects

CREATE FUNCTION "SYS".to_clob(content text) RETURNS ora."CLOB"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN content::ora."CLOB";
CREATE FUNCTION "SYS".to_clob(content numeric) RETURNS ora."CLOB"
LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN "SYS".to_char(content)::ora."CLOB";
CREATE FUNCTION "SYS".to_nclob(content text) RETURNS ora."NCLOB"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN content::ora."NCLOB";
CREATE FUNCTION "SYS".to_blob(content bytea) RETURNS ora."BLOB"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN content::ora."BLOB";
CREATE FUNCTION "SYS".empty_clob() RETURNS ora."CLOB"
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN ''::text::ora."CLOB";
CREATE FUNCTION "SYS".empty_blob() RETURNS ora."BLOB"
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN '\x'::bytea::ora."BLOB";

CREATE FUNCTION "SYS".dbms_lob__getlength(content text) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN length(content)::numeric;
CREATE FUNCTION "SYS".dbms_lob__getlength(content bytea) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN length(content)::numeric;

CREATE FUNCTION "SYS".dbms_lob__substr(
    content text, amount numeric DEFAULT 32767, "offset" numeric DEFAULT 1) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN amount >= 1 AND "offset" >= 1 THEN
    nullif(substr(content, trunc("offset")::int, trunc(amount)::int), '') END;
CREATE FUNCTION "SYS".dbms_lob__substr(
    content bytea, amount numeric DEFAULT 32767, "offset" numeric DEFAULT 1) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN amount >= 1 AND "offset" >= 1 THEN
    nullif(substr(content, trunc("offset")::int, trunc(amount)::int), '\x'::bytea) END;

CREATE FUNCTION "SYS".dbms_lob__instr(
    content text, wanted text, "offset" numeric DEFAULT 1, nth numeric DEFAULT 1) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN "offset" >= 1 AND nth >= 1 THEN "SYS".instr(content, wanted, "offset", nth) END;
CREATE FUNCTION "SYS".dbms_lob__instr(content bytea, wanted bytea) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN position(wanted IN content)::numeric;

CREATE FUNCTION "SYS".dbms_lob__compare(first text, second text) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN first = second THEN 0 WHEN first COLLATE "C" < second THEN -1 ELSE 1 END::numeric;
CREATE FUNCTION "SYS".dbms_lob__compare(first bytea, second bytea) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN first = second THEN 0 WHEN first < second THEN -1 ELSE 1 END::numeric;

-- RAW

CREATE FUNCTION "SYS".rawtohex(content bytea) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN nullif(upper(encode(content, 'hex')), '');
CREATE FUNCTION "SYS".rawtohex(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN nullif(upper(encode(convert_to(content, 'UTF8'), 'hex')), '');

CREATE FUNCTION "SYS".hextoraw(digits text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    IF digits !~ '^[0-9A-Fa-f]*$' THEN
        PERFORM ora.raise_error(1465, 'invalid hex number');
    END IF;
    RETURN nullif(
        decode(CASE WHEN length(digits) % 2 = 1 THEN '0' ELSE '' END || digits, 'hex'), '\x');
END
$$;

CREATE FUNCTION "SYS".utl_raw__cast_to_varchar2(content bytea) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ora.text_of_bytes(content);
CREATE FUNCTION "SYS".utl_raw__cast_to_raw(content text) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN nullif(convert_to(content, 'UTF8'), '\x'::bytea);
CREATE FUNCTION "SYS".utl_raw__length(content bytea) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN length(content)::numeric;

CREATE FUNCTION "SYS".sys_guid() RETURNS bytea
LANGUAGE sql VOLATILE PARALLEL SAFE RETURN uuid_send(gen_random_uuid());

-- ROWID: object 4 bytes, file 10 bits, block 22 bits, row 2 bytes; 6, 3, 6 and 3 digits of base 64

CREATE FUNCTION ora.base_64(amount int8, width int) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    result text := '';
BEGIN
    FOR place IN 1..width LOOP
        result := substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
            (amount & 63)::int + 1, 1) || result;
        amount := amount >> 6;
    END LOOP;
    RETURN result;
END
$$;

CREATE FUNCTION ora.from_base_64(digits text) RETURNS int8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    result int8 := 0;
    digit text;
BEGIN
    FOREACH digit IN ARRAY regexp_split_to_array(digits, '') LOOP
        result := (result << 6) + strpos(
            'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', digit) - 1;
    END LOOP;
    RETURN result;
END
$$;

CREATE FUNCTION ora.unsigned_4(content bytea, start int) RETURNS int8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (get_byte(content, start)::int8 << 24) + (get_byte(content, start + 1)::int8 << 16)
    + (get_byte(content, start + 2)::int8 << 8) + get_byte(content, start + 3);

CREATE FUNCTION "SYS".rowidtochar(id ora."ROWID") RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ora.base_64(ora.unsigned_4(id::bytea, 0), 6)
    || ora.base_64(ora.unsigned_4(id::bytea, 4) >> 22, 3)
    || ora.base_64(ora.unsigned_4(id::bytea, 4) & 4194303, 6)
    || ora.base_64((get_byte(id::bytea, 8)::int8 << 8) + get_byte(id::bytea, 9), 3);
COMMENT ON FUNCTION "SYS".rowidtochar(ora."ROWID") IS 'The 18 characters of a ROWID.';

CREATE FUNCTION ora.made_rowid(object int8, file int8, block int8, "row" int8) RETURNS ora."ROWID"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN decode(lpad(to_hex(object & 4294967295), 8, '0')
    || lpad(to_hex(((file & 1023) << 22) + (block & 4194303)), 8, '0')
    || lpad(to_hex("row" & 65535), 4, '0'), 'hex')::ora."ROWID";

CREATE FUNCTION "SYS".chartorowid(digits text) RETURNS ora."ROWID"
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    IF digits !~ '^[A-Za-z0-9+/]{18}$' THEN
        PERFORM ora.raise_error(1410, 'invalid ROWID');
    END IF;
    RETURN ora.made_rowid(
        ora.from_base_64(substr(digits, 1, 6)), ora.from_base_64(substr(digits, 7, 3)),
        ora.from_base_64(substr(digits, 10, 6)), ora.from_base_64(substr(digits, 16, 3)));
END
$$;
CREATE FUNCTION "SYS".chartorowid(id ora."ROWID") RETURNS ora."ROWID"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN id;
CREATE FUNCTION "SYS".rowidtochar(digits text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN "SYS".rowidtochar("SYS".chartorowid(digits));

CREATE FUNCTION "SYS".dbms_rowid__rowid_object(id ora."ROWID") RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ora.unsigned_4(id::bytea, 0)::numeric;
CREATE FUNCTION "SYS".dbms_rowid__rowid_relative_fno(id ora."ROWID") RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN (ora.unsigned_4(id::bytea, 4) >> 22)::numeric;
CREATE FUNCTION "SYS".dbms_rowid__rowid_block_number(id ora."ROWID") RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (ora.unsigned_4(id::bytea, 4) & 4194303)::numeric;
CREATE FUNCTION "SYS".dbms_rowid__rowid_row_number(id ora."ROWID") RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (get_byte(id::bytea, 8) * 256 + get_byte(id::bytea, 9))::numeric;

CREATE FUNCTION "SYS".dbms_rowid__rowid_create(
    rowid_type numeric, object_number numeric, relative_fno numeric, block_number numeric,
    row_number numeric) RETURNS ora."ROWID"
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    IF rowid_type <> 1 THEN
        PERFORM ora.raise_error(
            3001, 'unimplemented feature: restricted ROWIDs are not in this stand-in');
    END IF;
    RETURN ora.made_rowid(
        object_number::int8, relative_fno::int8, block_number::int8, row_number::int8);
END
$$;
