-- Proves that values of every common type, edge values included, come back from a distributed table
-- exactly as they went in, by routed reads, fan-outs, sorting, grouping and aggregation.
SET timezone = 'UTC';
CREATE TYPE color AS ENUM ('red', 'green', 'blue');
CREATE DOMAIN short_text AS varchar(10) CHECK (VALUE <> 'forbidden');
CREATE TYPE point3 AS (x int, y numeric, label text);
CREATE TABLE v (id int PRIMARY KEY, i2 int2, i8 int8, num numeric, num2 numeric(12, 4), f4 float4, f8 float8, b boolean, t text, tc text COLLATE "C", vc varchar(20), ch char(5), u uuid);
CREATE TABLE w (id int PRIMARY KEY, ts timestamp, tz timestamptz, d date, tm time, ttz timetz, iv interval, by bytea, j json, jb jsonb);
CREATE TABLE x (id int PRIMARY KEY, ia int[], ta text[], ip inet, net cidr, mac macaddr, e color, dm short_text, co point3, ca point3[], ea color[], bits bit(4), vbits varbit, r int4range, tr tstzrange, mr int4multirange, pt point, m money, xm xml, ts tsvector, o oid, c "char", n name);
-- @cluster SELECT create_distributed_table('v', 'id')
-- @cluster SELECT create_distributed_table('w', 'id')
-- @cluster SELECT create_distributed_table('x', 'id')
INSERT INTO v VALUES (1, 1, 1, 1, 1, 1, 1, true, 'one', 'one', 'one', 'one', '00000000-0000-0000-0000-000000000001');
INSERT INTO v VALUES (2, -32768, -9223372036854775808, -1e100, -99999999.9999, '-Infinity', '-Infinity', false, '', '', '', '', 'ffffffff-ffff-ffff-ffff-ffffffffffff'), (3, 32767, 9223372036854775807, 1e100, 99999999.9999, 'Infinity', 'Infinity', NULL, E'\\ '' " \n \t \r', E'\b\f', '漢字', '漢', NULL);
INSERT INTO v (id) VALUES (4), (5);
INSERT INTO v (id, num, f4, f8) VALUES (6, 'NaN', 'NaN', 'NaN'), (7, 'Infinity', 3.4028235e38, 1.7976931348623157e308), (8, '-Infinity', 1.17549435e-38, 2.2250738585072014e-308), (9, 0.1, 0.1, 0.1), (10, 123456789012345678901234567890.123456789, 16777216, 9007199254740993);
SELECT * FROM v WHERE id = 1;
SELECT * FROM v WHERE id = 2;
SELECT * FROM v WHERE id = 3;
SELECT * FROM v WHERE id = 4;
SELECT * FROM v;
SELECT id, num, f4, f8 FROM v WHERE id > 5 ORDER BY id;
SELECT num, count(*) FROM v GROUP BY num;
SELECT f8, count(*) FROM v GROUP BY f8 ORDER BY f8 NULLS FIRST;
SELECT id FROM v ORDER BY num DESC NULLS LAST, id;
SELECT id FROM v ORDER BY f4, id;
SELECT max(num), min(num), max(f8), min(f8), max(i8), min(i2) FROM v;
SELECT id, t FROM v WHERE t = E'\\ '' " \n \t \r';
SELECT id FROM v WHERE tc COLLATE "de-x-icu" > 'o' ORDER BY tc;
SELECT id, t FROM v ORDER BY t COLLATE "en-x-icu" NULLS FIRST, id;
SELECT id, length(ch), ch = 'one' FROM v WHERE ch IS NOT NULL;
SELECT u FROM v WHERE u > '00000000-0000-0000-0000-000000000000' ORDER BY u;
SELECT id, i2 + i8 FROM v WHERE id = 1;
-- @error 22003
SELECT id, i8 + 1 FROM v;
SELECT b, count(*), bool_and(b), bool_or(b) FROM v GROUP BY b;
SET extra_float_digits = 0;
SELECT id, f4, f8 FROM v WHERE id IN (9, 10);
RESET extra_float_digits;

INSERT INTO w VALUES (1, '2024-02-29 23:59:59.999999', '2024-02-29 23:59:59.999999+05:30', '2024-02-29', '24:00:00', '12:00:00+14', '1 year 2 mons 3 days 04:05:06.789', '\x0001ff', '{"a" :  1, "a": 2}', '{"a" :  1, "a": 2}');
INSERT INTO w VALUES (2, 'infinity', '-infinity', 'infinity', '00:00', '00:00-15:59', '-1 day +2 hours', '', '[]', '[]'), (3, '4713-01-01 00:00:00 BC', '294276-12-31 23:59:59+00', '4713-01-01 BC', '00:00:00.000001', NULL, '178000000 years', decode(repeat('00ff5c27', 200), 'hex'), '"x"', '"\u00e9 \" \\ \n"'), (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'null', 'null');
SELECT * FROM w WHERE id = 1;
SELECT * FROM w WHERE id = 2;
SELECT * FROM w WHERE id = 3;
SELECT * FROM w;
SELECT id, j::text, jb->>'a', jb IS NULL, jb = 'null' FROM w ORDER BY id;
SELECT id FROM w ORDER BY tz NULLS LAST, id;
SELECT max(ts), min(ts), max(tz), min(tz), max(d), min(d) FROM w;
SELECT sum(iv) FROM w WHERE id < 3;
SELECT max(iv), min(iv) FROM w;
SELECT id, extract(epoch FROM ts), date_trunc('month', tz) FROM w WHERE isfinite(ts) ORDER BY id;
SELECT id, length(by), md5(by) FROM w ORDER BY id;
SELECT id, by FROM w WHERE by > '\x00' ORDER BY by;
SET timezone = 'Asia/Kathmandu';
SELECT id, tz, ts FROM w WHERE id = 1;
SELECT id, tz::text FROM w;
SELECT id FROM w WHERE tz = '2024-03-01 00:14:59.999999';
SET datestyle = 'SQL, DMY';
SELECT id, tz, ts, d FROM w;
SELECT id FROM w WHERE d = '29/02/2024';
SET intervalstyle = 'sql_standard';
SELECT id, iv FROM w;
SELECT id FROM w WHERE iv = '-1 day +2 hours';
SET intervalstyle = 'postgres_verbose';
SELECT id, iv FROM w WHERE id = 1;
RESET intervalstyle;
RESET datestyle;
SET timezone = 'UTC';
SET bytea_output = 'escape';
SELECT id, by FROM w WHERE id = 1;
SELECT id, by::text FROM w WHERE id < 3;
RESET bytea_output;

INSERT INTO x VALUES (1, '{1,NULL,3}', '{a,"b c","d\"e",NULL,"NULL"}', '192.168.0.1/24', '10.1.0.0/16', '08:00:2b:01:02:03', 'green', 'ok', (1, 2.50, 'l,"x'), ARRAY[(1, 2, 'a'), (NULL, NULL, NULL)]::point3[], '{red,blue}', '1010', '101', '[1,10)', '[2024-01-01,)', '{[1,2),[5,7)}', '(1.5,-2)', '12.34', '<a>b</a>', 'the:1 fat:2 cat:3', 26, 'c', 'a name');
INSERT INTO x (id, ia, ta, e, dm, co, r) VALUES (2, '{}', '{}', 'red', '', (NULL, NULL, NULL), 'empty'), (3, '{{1,2},{3,4}}', '{{""},{"{}"}}', 'blue', NULL, NULL, '(,5]') ON CONFLICT DO NOTHING;
-- @error 22P02
INSERT INTO x (id, ta) VALUES (3, '{"",{}');
INSERT INTO x (id, ia, e, r, co) VALUES (4, '[0:1]={7,8}', 'blue', '(,)', (5, -1, ''));
SELECT * FROM x WHERE id = 1;
SELECT * FROM x WHERE id = 2;
SELECT id, ia, ta, ip, net, mac, e, dm, co, ca, ea, bits, vbits, r, tr, mr, m, ts, o, c, n FROM x;
SELECT id, pt[0], xm::text FROM x ORDER BY id;
SELECT id, ia[1], ta[2], array_length(ia, 1), cardinality(ta) FROM x ORDER BY id;
SELECT id, (co).x, (co).label, co IS NULL FROM x ORDER BY id;
SELECT id, (ca[1]).label, ea[2] FROM x WHERE id = 1;
SELECT e, count(*) FROM x GROUP BY e ORDER BY e;
SELECT co, count(*) FROM x GROUP BY co;
SELECT id FROM x WHERE co = (1, 2.5, 'l,"x')::point3;
SELECT id FROM x WHERE e IN ('red', 'blue') ORDER BY e DESC, id;
SELECT id FROM x WHERE 3 = ANY (ia);
SELECT id FROM x WHERE ia @> '{1}';
SELECT id, unnest(ia) FROM x;
SELECT id, upper(r), lower(r), isempty(r) FROM x ORDER BY id;
SELECT array_agg(e ORDER BY e), array_agg(dm ORDER BY id) FROM x;
SELECT max(ip), min(ip), max(ia), min(ta), max(e) FROM x;
-- @error 23514
INSERT INTO x (id, dm) VALUES (9, 'forbidden');
-- @error 22001
INSERT INTO x (id, dm) VALUES (9, 'far too long a text');
-- @error 22026
INSERT INTO x (id, bits) VALUES (9, '10');
SELECT x FROM x WHERE id = 2;
SELECT v FROM v WHERE id = 1;
SELECT row(id, ta) FROM x WHERE id = 1;
SELECT to_jsonb(v) FROM v WHERE id = 3;
SELECT row_to_json(x) FROM x WHERE id = 1;
SELECT jsonb_build_object('ids', array_agg(id ORDER BY id)) FROM x;
