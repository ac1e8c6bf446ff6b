-- Every type of PostgreSQL that tap-postgres reads, with the edges of each; statements end in ';' and a newline.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE public.kinds (
  id integer PRIMARY KEY, small smallint, big bigint, price numeric(38,9), exact numeric,
  money_like numeric(12,2), real4 real, double8 double precision, flag boolean,
  code char(5), name varchar(40), note text, at timestamp, at_zone timestamptz, at3 timestamp(3), day date, clock time,
  clock2 time, span interval, key uuid, doc json, docb jsonb, tags text[], nums integer[], feeling mood, raw bytea, addr inet);
INSERT INTO public.kinds VALUES
 (1, 32767, 9223372036854775807, 12345678901234567890.123456789, 1234567890123456.789, 9999999999.99, 1.5, 0.1, true,
  'ab', 'Müller', 'long é😀 "q" \ text', '2026-01-02 03:04:05.678901', '2026-01-02 03:04:05.5+05:30', '2026-01-02 03:04:05.678', '2026-01-02', '23:59:59.5',
  '10:00:00', '1 day 02:03:04', '0b6f3f1e-1111-4222-8333-944455556666', '{"a": [1, 2.5, "é"], "b": null}', '{"k": {"n": 12345678.5}}', '{a,"b c",é}', '{1,2,3}', 'happy', '\x00ff10', '10.0.0.1'),
 (2, -32768, -9223372036854775808, 0.0000001, 0.1, -0.01, -3.4e38, -1.25e125, false,
  'x', '', '', '1969-12-31 23:59:59', '0001-01-01 00:00:00+00', '1900-02-28 00:00:00', '1600-02-29', '00:00:00',
  '00:00:00', '-1 year', '00000000-0000-0000-0000-000000000000', '[]', '[1, "two", null, {"x": true}]', '{}', '{}', 'sad', '', '::1'),
 (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
 (4, 0, 0, 0, 100, 0, 1e-10, 1e-129, true, '', 'trailing  ', repeat('x', 4500), '9999-12-31 23:59:59.999999', '9999-12-31 23:59:59+00', '2024-02-29 12:00:00', '9999-12-31', '12:00:00', '12:00:00', '0', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '"text"', 'true', '{"",x}', '{0,-1}', 'ok', '\xde', '192.168.0.0/16');
CREATE TABLE public.no_key (a integer, "Mixed Case" text, "select" text);
INSERT INTO public.no_key VALUES (1, 'x', 'y'), (1, 'x', 'y'), (2, NULL, NULL);
