-- XMLTYPE: documents are kept as they were written, after a check that they are well-formed.
--
-- Source: XML 1.0 and Namespaces in XML; Error Messages, LPX-00000 to LPX-01160; SQL Language
-- Reference, XMLPARSE and XMLSERIALIZE. A document type declaration is refused, so that entities
-- are the five of XML alone.

CALL ora.define_opaque_type('XMLTYPE', 'SYS.XMLTYPE');
COMMENT ON TYPE ora."XMLTYPE" IS 'XMLTYPE: the text of the document in UTF-8.';

CREATE FUNCTION ora.xml_fault(code int, message text, line int) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, ora AS $$
  SELECT ora.raise_error(31011, format(
    E'XML parsing failed\nORA-19202: Error occurred in XML processing\nLPX-%s: %s\nError at line %s',
    lpad(code::text, 5, '0'), message, line))
$$;

-- Names, references and tags as regular expressions; a name's first character and the others.
CREATE FUNCTION ora.xml_name() RETURNS text
LANGUAGE sql IMMUTABLE
RETURN '[A-Za-z_:\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D'
  '\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF]'
  '[-.0-9\u00B7\u0300-\u036F\u203F-\u2040A-Za-z_:\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF'
  '\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF'
  '\uFDF0-\uFFFD\U00010000-\U000EFFFF]*';

CREATE FUNCTION ora.xml_tokens(content text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog AS $$
  SELECT m[1] FROM regexp_matches(content,
    '<!--(?:[^-]|-[^-])*-->'                                    -- a comment
    '|<!\[CDATA\[(?:[^\]]|\][^\]]|\]\]+[^\]>])*\]\]+>'          -- a CDATA section
    '|<\?(?:[^?]|\?+[^?>])*\?+>'                                -- a processing instruction
    '|<(?![!?])[^<>"'']*(?:"[^"]*"[^<>"'']*|''[^'']*''[^<>"'']*)*>'  -- a tag
    '|[^<]+|<', 'g') AS m
$$;
COMMENT ON FUNCTION ora.xml_tokens(text) IS 'A document cut into markup and text, a fault into "<".';

CREATE FUNCTION ora.check_xml_text(content text, line int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
DECLARE
  wrong text := substring(content FROM '[\u0001-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF\U0010FFFF]');
  reference text;
BEGIN
  IF wrong IS NOT NULL THEN
    PERFORM ora.xml_fault(216, format('invalid character %s (0x%s)',
      ascii(wrong) % 1114111, to_hex(ascii(wrong) % 1114111)), line);
  END IF;
  FOR reference IN SELECT m[1] FROM regexp_matches(content, '&[^;&\s]*;?', 'g') AS m LOOP
    IF reference ~ ('^&' || ora.xml_name() || ';$') THEN
      IF reference NOT IN ('&amp;', '&lt;', '&gt;', '&apos;', '&quot;') THEN
        PERFORM ora.xml_fault(118, format('undefined entity "%s"', trim(reference, '&;')), line);
      END IF;
    ELSIF reference = '&' OR reference ~ '^&[^#;]*$' THEN
      PERFORM ora.xml_fault(242, 'invalid use of ampersand (''&'') character (use &amp;)', line);
    ELSIF reference !~ '^&#(?:\d{1,7}|x[0-9A-Fa-f]{1,6});$' THEN
      PERFORM ora.xml_fault(241, 'entity reference is not well formed', line);
    END IF;
  END LOOP;
END $$;

-- Checks a start-tag. Returns its name, the prefixes that it declares between blanks, and its slash.
CREATE FUNCTION ora.xml_start_tag(
  token text, prefixes text, line int, OUT name text, OUT declared text, OUT is_empty boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
DECLARE
  tag constant text[] := regexp_match(token, format(
    '^<(%1$s)((?:\s+%1$s\s*=\s*(?:"[^<"]*"|''[^<'']*''))*)\s*(/?)>$', ora.xml_name()));
  attribute text[];
  names text[] := '{}';
  prefix text;
BEGIN
  IF tag IS NULL THEN
    PERFORM CASE WHEN token !~ ('^<' || ora.xml_name())
      THEN ora.xml_fault(230, format('invalid character %s (U+%s) found in a Name or Nmtoken',
        ascii(substr(token, 2)), lpad(upper(to_hex(ascii(substr(token, 2)))), 4, '0')), line)
      WHEN token ~ '="[^"]*<|=''[^'']*<'
      THEN ora.xml_fault(244, 'invalid use of less-than (''<'') character (use &lt;)', line)
      WHEN token ~ '=\s*[^"''\s]'
      THEN ora.xml_fault(243, 'element attribute value must be enclosed in quotes', line)
      ELSE ora.xml_fault(240, 'element-start tag is not well formed', line) END;
  END IF;
  name := tag[1];
  declared := prefixes;
  is_empty := tag[3] = '/';
  FOR attribute IN SELECT m FROM regexp_matches(
      tag[2], format('(%s)\s*=\s*("[^"]*"|''[^'']*'')', ora.xml_name()), 'g') AS m LOOP
    IF attribute[1] = ANY (names) THEN
      PERFORM ora.xml_fault(224, format('multiple occurrences of attribute "%s" found',
        attribute[1]), line);
    END IF;
    PERFORM ora.check_xml_text(attribute[2], line);
    names := names || attribute[1];
    IF attribute[1] LIKE 'xmlns:%' THEN
      declared := declared || split_part(attribute[1], ':', 2) || ' ';
    END IF;
  END LOOP;
  FOREACH prefix IN ARRAY names || name LOOP
    prefix := split_part(prefix, ':', CASE WHEN prefix LIKE '%:%' THEN 1 ELSE 2 END);
    IF prefix NOT IN ('', 'xml', 'xmlns') AND position(' ' || prefix || ' ' IN declared) = 0 THEN
      PERFORM ora.xml_fault(234, format('namespace prefix "%s" is not declared', prefix), line);
    END IF;
  END LOOP;
END $$;

CREATE FUNCTION ora.check_xml_outside(token text, roots int, line int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
BEGIN
  IF roots > 0 THEN
    PERFORM ora.xml_fault(245, 'extra data after end of document', line);
  END IF;
  PERFORM ora.xml_fault(210,
    format('expected ''<'' instead of ''%s''', left(ltrim(token, E' \t\r\n'), 1)), line);
END $$;

CREATE FUNCTION ora.check_xml_instruction(token text, is_first boolean, line int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
BEGIN
  IF token ~ '^<\?xml\s' AND is_first THEN
    RETURN;
  ELSIF token ~* '^<\?xml[\s?]' THEN
    PERFORM ora.xml_fault(209, 'PI names starting with XML are reserved', line);
  ELSIF token !~ ('^<\?' || ora.xml_name()) THEN
    PERFORM ora.xml_fault(230, 'invalid character found in a Name or Nmtoken', line);
  END IF;
END $$;

CREATE FUNCTION ora.check_xml(content text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
DECLARE
  token text;
  elements text[] := '{}';
  scopes text[] := '{}';
  tag record;
  depth int := 0;
  roots int := 0;
  line int := 1;
  is_first boolean := true;
BEGIN
  IF content = '' THEN
    PERFORM ora.xml_fault(229, 'input source is empty', 0);
  END IF;
  FOR token IN SELECT ora.xml_tokens(content) LOOP
    IF left(token, 1) <> '<' THEN
      IF depth = 0 AND token !~ '^\s*$' THEN
        PERFORM ora.check_xml_outside(token, roots, line);
      END IF;
      PERFORM ora.check_xml_text(token, line);
    ELSIF token LIKE '<?%' THEN
      PERFORM ora.check_xml_instruction(token, is_first, line);
    ELSIF token LIKE '<!--%' OR (token LIKE '<![CDATA[%' AND depth > 0) THEN
      NULL;
    ELSIF token = '<' THEN
      IF content LIKE '%<!DOCTYPE%' THEN
        PERFORM ora.raise_error(3001, 'unimplemented feature:'
          ' a document type declaration in XML is not in this stand-in');
      END IF;
      PERFORM ora.xml_fault(7, 'unexpected end-of-file encountered', line);
    ELSIF token LIKE '</%' THEN
      IF depth = 0 OR token !~ ('^</' || ora.xml_name() || '\s*>$')
          OR rtrim(substr(token, 3), E' \t\r\n>') <> elements[depth] THEN
        PERFORM ora.xml_fault(225, format(
          'end-element tag "%s" does not match start-element tag "%s"',
          rtrim(substr(token, 3), E' \t\r\n>'), elements[depth]), line);
      END IF;
      depth := depth - 1;
    ELSE
      IF depth = 0 AND roots > 0 OR token LIKE '<![CDATA[%' THEN
        PERFORM ora.check_xml_outside(token, roots, line);
      END IF;
      tag := ora.xml_start_tag(token, coalesce(scopes[depth], ' '), line);
      roots := roots + (depth = 0)::int;
      IF NOT tag.is_empty THEN
        depth := depth + 1;
        elements[depth] := tag.name;
        scopes[depth] := tag.declared;
      END IF;
    END IF;
    line := line + length(token) - length(replace(token, E'\n', ''));
    is_first := false;
  END LOOP;
  IF depth > 0 OR roots = 0 THEN
    PERFORM ora.xml_fault(7, 'unexpected end-of-file encountered', line);
  END IF;
END $$;
COMMENT ON FUNCTION ora.check_xml(text) IS 'Fails with ORA-31011 for a text that is no document.';

-- --------------------------------------------------------------------------- text to document

CREATE FUNCTION ora.xml_document(content text) RETURNS ora."XMLTYPE"
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora AS $$
BEGIN
  PERFORM ora.check_xml(content);
  RETURN convert_to(content, 'UTF8')::ora."XMLTYPE";
END $$;
COMMENT ON FUNCTION ora.xml_document(text) IS 'XMLPARSE, and what a text becomes in a column.';
CREATE CAST (text AS ora."XMLTYPE") WITH FUNCTION ora.xml_document(text) AS ASSIGNMENT;
CREATE CAST (varchar AS ora."XMLTYPE") WITH FUNCTION ora.xml_document(text) AS ASSIGNMENT;
CREATE CAST (bpchar AS ora."XMLTYPE") WITH FUNCTION ora.xml_document(text) AS ASSIGNMENT;

-- The constructor is a method of PL/SQL that cannot do with NULL, unlike XMLPARSE.
CREATE FUNCTION ora.xmltype(content text) RETURNS ora."XMLTYPE"
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN content IS NULL THEN ora.raise_error(6502,
    E'PL/SQL: numeric or value error\nORA-06512: at "SYS.XMLTYPE"', NULL::ora."XMLTYPE")
  ELSE ora.xml_document(content) END;

-- --------------------------------------------------------------------------- document to text

CREATE FUNCTION ora.xml_text(document ora."XMLTYPE") RETURNS ora."CLOB"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pg_catalog.convert_from(document::bytea, 'UTF8')::ora."CLOB";

-- NO INDENT: without the white space between tags, unless it is all that an element has.
CREATE FUNCTION ora.xml_stripped(document ora."XMLTYPE") RETURNS ora."CLOB"
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, ora AS $$
  SELECT string_agg(token, '' ORDER BY n)::ora."CLOB"
  FROM (SELECT token, n, lag(token) OVER w AS before, lead(token) OVER w AS after
    FROM ora.xml_tokens(ora.xml_text(document)::text) WITH ORDINALITY AS t (token, n)
    WINDOW w AS (ORDER BY n)) tokens
  WHERE token !~ '^\s+$'
    OR (before ~ '^<[^!?/]' AND before NOT LIKE '%/>' AND after LIKE '</%')
    OR before ~ '^[^<]|^<!\[' OR after ~ '^[^<]|^<!\['
$$;

CREATE FUNCTION ora.xml_string(content ora."CLOB", size numeric) RETURNS varchar
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN octet_length(content::text) OPERATOR(pg_catalog.>) size::int
  THEN ora.raise_error(19011, 'Character string buffer too small', NULL::varchar)
  ELSE content::text::varchar END;

-- ------------------------------------------------------------------------------- XMLELEMENT

CREATE FUNCTION ora.xml_content(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(value,
  '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;');
CREATE FUNCTION ora.xml_content(value ora."XMLTYPE") RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.regexp_replace(ora.xml_text(value)::text, '^<\?xml[^>]*\?>\s*', '');
CREATE FUNCTION ora.xml_content(value numeric) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE RETURN ora.text_of(value);

DO $$
DECLARE
  type_name text;
BEGIN
  FOREACH type_name IN ARRAY ARRAY['ora."DATE"', 'ora."TIMESTAMP"', 'ora."TSTZ"', 'ora."TSLTZ"',
    'ora."INTERVALDS"', 'ora."INTERVALYM"', 'float4', 'float8', 'bytea', 'boolean', 'jsonb']
  LOOP
    EXECUTE format('CREATE FUNCTION ora.xml_content(value %1$s) RETURNS text LANGUAGE sql IMMUTABLE
      RETURN ora.raise_error(3001, %2$L, NULL::text)', type_name, format(
      'unimplemented feature: XMLELEMENT of a %s is not in this stand-in', btrim(type_name, 'ora."')));
  END LOOP;
END $$;

CREATE FUNCTION ora.xml_element(name text, VARIADIC contents text[]) RETURNS ora."XMLTYPE"
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, ora AS $$
  SELECT ora.xml_document(CASE array_to_string(contents, '') WHEN '' THEN format('<%s/>', name)
    ELSE format('<%1$s>%2$s</%1$s>', name, array_to_string(contents, '')) END)
$$;
