-- Proves that a comparison with the distribution column finds its rows whatever the types, collations and casts on
-- both sides: constants, parameters, lists, prepared statements, joins and writes.
CREATE TABLE ki (k int PRIMARY KEY, v text);
CREATE TABLE ks (k smallint, v text);
CREATE TABLE kb (k bigint, v text);
CREATE TABLE kt (k text, v int);
CREATE TABLE kv (k varchar(10), v int);
CREATE TABLE kc (k char(5), v int);
CREATE TABLE kn (k numeric(10,2), v int);
CREATE TABLE kf (k float8, v int);
CREATE TABLE kname (k name, v int);
CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE kci (k text COLLATE ci, v int);
CREATE TABLE kpc (k text COLLATE "C", v int);
CREATE DOMAIN posint AS int CHECK (value > 0);
CREATE DOMAIN arr AS int[] CHECK (array_length(value,1) < 4);
CREATE TABLE kdom (k posint, v int);
CREATE TABLE karr (k int[], v int);
CREATE TABLE kdarr (k arr, v int);
CREATE TYPE comp AS (a int, b text);
CREATE TABLE kcomp (k comp, v int);
CREATE TYPE mood AS ENUM ('sad', 'ok', 'Happy');
CREATE TABLE kmood (k mood, v int);
CREATE TABLE kr (k int4range, v int);
CREATE TABLE kts (k timestamptz, v int);
CREATE TABLE kdate (k date, v int);
CREATE TABLE kint (k interval, v int);
CREATE TABLE kbit (k bit varying(8), v int);
CREATE TABLE kinet (k inet, v int);
CREATE TABLE kbool (k bool, v int);
CREATE TABLE koid (k oid, v int);
CREATE TABLE kmr (k int4multirange, v int);
CREATE TABLE kjb (k jsonb, v int);
CREATE TABLE kchar (k "char", v int);
-- @cluster SELECT create_distributed_table('ki','k')
-- @cluster SELECT create_distributed_table('ks','k')
-- @cluster SELECT create_distributed_table('kb','k')
-- @cluster SELECT create_distributed_table('kt','k')
-- @cluster SELECT create_distributed_table('kv','k')
-- @cluster SELECT create_distributed_table('kc','k')
-- @cluster SELECT create_distributed_table('kn','k')
-- @cluster SELECT create_distributed_table('kf','k')
-- @cluster SELECT create_distributed_table('kname','k')
-- @cluster SELECT create_distributed_table('kci','k')
-- @cluster SELECT create_distributed_table('kpc','k')
-- @cluster SELECT create_distributed_table('kdom','k')
-- @cluster SELECT create_distributed_table('karr','k')
-- @cluster SELECT create_distributed_table('kdarr','k')
-- @cluster SELECT create_distributed_table('kcomp','k')
-- @cluster SELECT create_distributed_table('kmood','k')
-- @cluster SELECT create_distributed_table('kr','k')
-- @cluster SELECT create_distributed_table('kts','k')
-- @cluster SELECT create_distributed_table('kdate','k')
-- @cluster SELECT create_distributed_table('kint','k')
-- @cluster SELECT create_distributed_table('kinet','k')
-- @cluster SELECT create_distributed_table('kbool','k')
-- @cluster SELECT create_distributed_table('koid','k')
-- @cluster SELECT create_distributed_table('kmr','k')
-- @cluster SELECT create_distributed_table('kjb','k')
-- @cluster SELECT create_distributed_table('kchar','k')
INSERT INTO ki SELECT g, 'v'||g FROM generate_series(-20,20) g;
INSERT INTO ks SELECT g, 'v'||g FROM generate_series(-20,20) g;
INSERT INTO kb SELECT g, 'v'||g FROM generate_series(-20,20) g;
INSERT INTO kb VALUES (9223372036854775807,'max'),(-9223372036854775808,'min'),(5000000000,'5g');
INSERT INTO kt SELECT 'a'||g, g FROM generate_series(1,20) g;
INSERT INTO kt VALUES ('a1  ', 100), ('', 101), ('A1', 102), (E'a\tb\\', 103), ('ünï''code', 104), (NULL, 105);
INSERT INTO kv SELECT 'a'||g, g FROM generate_series(1,20) g;
INSERT INTO kv VALUES ('a1  ', 100), ('', 101), ('A1', 102);
INSERT INTO kc SELECT 'a'||g, g FROM generate_series(1,20) g;
INSERT INTO kc VALUES ('', 101), ('A1   ', 102);
INSERT INTO kn VALUES (1,1),(1.5,2),(2.00,3),(-1.25,4),('NaN',5),(0,6);
INSERT INTO kf VALUES (1,1),(1.5,2),('-0',3),(0,4),('NaN',5),('Infinity',6),(1e300,7);
INSERT INTO kname VALUES ('abc',1),('Abc',2);
INSERT INTO kci VALUES ('abc',1),('ABC',2),('AbC',3),('x',4);
INSERT INTO kpc VALUES ('abc',1),('ABC',2);
INSERT INTO kdom VALUES (1,1),(2,2),(3,3);
INSERT INTO karr VALUES ('{1,2}',1),('{}',2),('[0:1]={1,2}',3),('{NULL}',4);
INSERT INTO kdarr VALUES ('{1,2}',1),('{}',2),('{1,2,3}',3);
INSERT INTO kcomp VALUES ((1,'a'),1),((1,NULL),2),((2,'x,"y'),3);
INSERT INTO kmood VALUES ('sad',1),('ok',2),('Happy',3);
INSERT INTO kr VALUES ('[1,5)',1),('empty',2),('(,5]',3),('[1,4]',4);
INSERT INTO kts VALUES ('2024-01-01 00:00+00',1),('2024-01-01 02:00+02',2),('infinity',3),('-infinity',4);
INSERT INTO kdate VALUES ('2024-01-01',1),('infinity',2),('4713-01-01 BC',3);
INSERT INTO kint VALUES ('1 day',1),('24 hours',2),('1 mon',3),('30 days',4);
INSERT INTO kinet VALUES ('10.0.0.1',1),('10.0.0.1/24',2),('::1',3);
INSERT INTO kbool VALUES (true,1),(false,2),(NULL,3);
INSERT INTO koid VALUES (1,1),(4294967295,2);
INSERT INTO kmr VALUES ('{[1,3),[5,6)}',1),('{}',2);
INSERT INTO kjb VALUES ('{"a":1,"b":2}',1),('{"b":2,"a":1.0}',2),('null',3),('"x"',4);
INSERT INTO kchar VALUES ('a',1),('',2);
SELECT * FROM ki WHERE k = 5::bigint;
SELECT * FROM ki WHERE k = 5::smallint;
SELECT * FROM ki WHERE k = 5000000000;
SELECT * FROM ki WHERE k = 5.0;
SELECT * FROM ki WHERE k = 5.5;
SELECT * FROM ki WHERE k = 5::float8;
SELECT * FROM ki WHERE k = 5::real;
SELECT * FROM ki WHERE 5::bigint = k;
SELECT * FROM ki WHERE k = '5';
SELECT * FROM ki WHERE k = ANY(ARRAY[1,2,3]) ORDER BY 1;
SELECT * FROM ki WHERE k = ANY(ARRAY[1,2,3]::bigint[]) ORDER BY 1;
SELECT * FROM ki WHERE k IN (1,2,NULL) ORDER BY 1;
SELECT * FROM ki WHERE k IN (1,2,5000000000) ORDER BY 1;
SELECT * FROM ki WHERE k NOT IN (1,2) AND k BETWEEN 0 AND 4 ORDER BY 1;
SELECT * FROM ki WHERE k NOT IN (1,NULL);
SELECT * FROM ki WHERE k = 1 OR k = 2 ORDER BY 1;
SELECT * FROM ki WHERE k = 1 OR v = 'v7' ORDER BY 1;
SELECT * FROM ki WHERE NOT (k <> 4);
SELECT * FROM ki WHERE (k = 4) IS TRUE;
SELECT * FROM ki WHERE (k = 4) = true;
SELECT * FROM ki WHERE k IS NOT DISTINCT FROM 4;
SELECT * FROM ki WHERE k::text = '4';
SELECT * FROM ki WHERE k::bigint = 4;
SELECT * FROM ki WHERE k + 0 = 4;
SELECT * FROM ki WHERE -k = -4;
SELECT * FROM ki WHERE k = (SELECT 4);
SELECT * FROM ki WHERE k = (SELECT max(k) FROM ki);
SELECT * FROM ki WHERE (k, v) IN ((1,'v1'),(2,'v3')) ORDER BY 1;
SELECT * FROM ki WHERE k >= 4 AND k <= 4;
SELECT * FROM ks WHERE k = 5;
SELECT * FROM ks WHERE k = 5::bigint;
SELECT * FROM ks WHERE k = 70000;
SELECT * FROM kb WHERE k = 5;
SELECT * FROM kb WHERE k = 5::int2;
SELECT * FROM kb WHERE k = 5000000000;
SELECT * FROM kb WHERE k = 9223372036854775807;
SELECT * FROM kb WHERE k = -9223372036854775808;
SELECT * FROM kb WHERE k = 9223372036854775808;
SELECT * FROM kt WHERE k = 'a1';
SELECT * FROM kt WHERE k = 'a1  ';
SELECT * FROM kt WHERE k = 'a1'::char(5);
SELECT * FROM kt WHERE k = 'a1'::varchar;
SELECT * FROM kt WHERE k = 'a1'::name;
SELECT * FROM kt WHERE k = '';
SELECT * FROM kt WHERE k = E'a\tb\\';
SELECT * FROM kt WHERE k = 'ünï''code';
SELECT * FROM kt WHERE k IS NULL;
SELECT * FROM kt WHERE k = 'a1' COLLATE "C";
SELECT * FROM kt WHERE lower(k) = 'a1' ORDER BY v;
SELECT * FROM kt WHERE k LIKE 'a1%' ORDER BY v;
SELECT * FROM kt WHERE k = 'a1'::text::bpchar;
SELECT * FROM kv WHERE k = 'a1';
SELECT * FROM kv WHERE k = 'a1   ';
SELECT * FROM kv WHERE k = 'a1'::char(5);
SELECT * FROM kv WHERE k::text = 'a1';
SELECT * FROM kv WHERE k = 'a1'::text;
SELECT * FROM kv WHERE k::bpchar = 'a1' ORDER BY v;
SELECT * FROM kc WHERE k = 'a1';
SELECT * FROM kc WHERE k = 'a1   ';
SELECT * FROM kc WHERE k = 'a1       ';
SELECT * FROM kc WHERE k = 'a1'::text;
SELECT * FROM kc WHERE k = 'a1   '::text;
SELECT * FROM kc WHERE k = 'a1'::varchar;
SELECT * FROM kc WHERE k = 'a1 '::varchar;
SELECT * FROM kc WHERE k::text = 'a1';
SELECT * FROM kc WHERE k = '';
SELECT * FROM kn WHERE k = 1;
SELECT * FROM kn WHERE k = 1.50;
SELECT * FROM kn WHERE k = 1.5::float8;
SELECT * FROM kn WHERE k = 2::bigint;
SELECT * FROM kn WHERE k = 'NaN';
SELECT * FROM kn WHERE k = 1.500000000;
SELECT * FROM kf WHERE k = 1;
SELECT * FROM kf WHERE k = 0 ORDER BY v;
SELECT * FROM kf WHERE k = '-0' ORDER BY v;
SELECT * FROM kf WHERE k = 'NaN';
SELECT * FROM kf WHERE k = 1.5::real;
SELECT * FROM kf WHERE k = 1.5::numeric;
SELECT * FROM kf WHERE k = 'Infinity';
SELECT * FROM kname WHERE k = 'abc';
SELECT * FROM kname WHERE k = 'abc'::text;
SELECT * FROM kci WHERE k = 'abc' ORDER BY v;
SELECT * FROM kci WHERE k = 'aBC' ORDER BY v;
SELECT * FROM kci WHERE k = 'aBC' COLLATE "C" ORDER BY v;
SELECT * FROM kci WHERE k = 'abc' COLLATE "C" ORDER BY v;
SELECT k, count(*) FROM kci GROUP BY k ORDER BY 2;
SELECT count(DISTINCT k) FROM kci;
SELECT a.v, b.v FROM kci a JOIN kci b ON a.k = b.k ORDER BY 1, 2;
SELECT a.v, b.v FROM kci a JOIN kpc b ON a.k = b.k COLLATE ci ORDER BY 1, 2;
SELECT a.v, b.v FROM kci a JOIN kpc b ON a.k COLLATE "C" = b.k ORDER BY 1, 2;
SELECT a.v, b.v FROM kt a JOIN kpc b ON a.k = b.k COLLATE ci ORDER BY 1, 2;
SELECT a.v, b.v FROM kpc a JOIN kpc b ON a.k COLLATE ci = b.k COLLATE ci ORDER BY 1, 2;
SELECT v FROM kpc WHERE k = 'abc' COLLATE ci ORDER BY 1;
SELECT k COLLATE ci, count(*) FROM kpc GROUP BY k COLLATE ci;
SELECT v FROM kpc WHERE k COLLATE ci = 'AbC' ORDER BY 1;
SELECT v FROM kpc WHERE k COLLATE ci IN ('AbC', 'zz') ORDER BY 1;
SELECT * FROM kdom WHERE k = 2;
SELECT * FROM kdom WHERE k = 2::posint;
SELECT * FROM kdom WHERE k = 2::bigint;
SELECT * FROM karr WHERE k = '{1,2}' ORDER BY v;
SELECT * FROM karr WHERE k = ARRAY[1,2] ORDER BY v;
SELECT * FROM karr WHERE k = '[0:1]={1,2}';
SELECT * FROM karr WHERE k = '{}';
SELECT * FROM karr WHERE k = ARRAY[NULL]::int[];
SELECT * FROM kdarr WHERE k = '{1,2}' ORDER BY v;
SELECT * FROM kdarr WHERE k = ARRAY[1,2]::arr ORDER BY v;
SELECT * FROM kdarr WHERE k = ARRAY[1,2,3] ORDER BY v;
SELECT * FROM kcomp WHERE k = (1,'a')::comp;
SELECT * FROM kcomp WHERE k = ROW(1, 'a'::text);
-- @error 0A000
SELECT * FROM kcomp WHERE k = '(2,"x,""y")';
SELECT * FROM kcomp WHERE (k).a = 1 ORDER BY v;
SELECT * FROM kcomp WHERE k = (1,NULL)::comp;
SELECT * FROM kmood WHERE k = 'Happy';
SELECT * FROM kmood WHERE k > 'sad' ORDER BY k;
SELECT * FROM kmood WHERE k::text = 'ok';
SELECT * FROM kr WHERE k = '[1,5)' ORDER BY v;
SELECT * FROM kr WHERE k = 'empty';
SELECT * FROM kr WHERE k = int4range(NULL, 6);
SELECT * FROM kts WHERE k = '2024-01-01 00:00+00' ORDER BY v;
SELECT * FROM kts WHERE k = timestamp '2024-01-01 00:00' ORDER BY v;
SELECT * FROM kts WHERE k = date '2024-01-01' ORDER BY v;
SET timezone = 'America/New_York';
SELECT * FROM kts WHERE k = timestamp '2023-12-31 19:00' ORDER BY v;
SELECT * FROM kts WHERE k = '2023-12-31 19:00' ORDER BY v;
SELECT * FROM kdate WHERE k = timestamptz '2024-01-01 00:00';
SELECT * FROM kdate WHERE k = '2024-01-01'::timestamp;
RESET timezone;
SELECT * FROM kdate WHERE k = 'infinity';
SELECT * FROM kint WHERE k = '1 day' ORDER BY v;
SELECT * FROM kint WHERE k = '24:00:00' ORDER BY v;
SELECT * FROM kint WHERE k = '30 days' ORDER BY v;
SELECT * FROM kinet WHERE k = '10.0.0.1';
SELECT * FROM kinet WHERE k = '10.0.0.1'::cidr::inet;
SELECT * FROM kbool WHERE k ORDER BY v;
SELECT * FROM kbool WHERE NOT k ORDER BY v;
SELECT * FROM kbool WHERE k = true ORDER BY v;
SELECT * FROM kbool WHERE k IS NULL ORDER BY v;
SELECT * FROM kbool WHERE k IS TRUE ORDER BY v;
SELECT * FROM kbool WHERE k IS NOT TRUE ORDER BY v;
SELECT * FROM koid WHERE k = 1;
SELECT * FROM koid WHERE k = 4294967295;
SELECT * FROM koid WHERE k = 1::bigint;
SELECT * FROM kmr WHERE k = '{[1,3),[5,6)}';
SELECT * FROM kjb WHERE k = '{"b":2,"a":1}' ORDER BY v;
SELECT * FROM kjb WHERE k = 'null';
SELECT * FROM kjb WHERE k->>'a' = '1' ORDER BY v;
SELECT * FROM kchar WHERE k = 'a';
SELECT * FROM kchar WHERE k = '';
-- @bind 5
SELECT * FROM ki WHERE k = $1;
-- @bind 5
SELECT * FROM ki WHERE k = $1::bigint;
-- @bind 5.0
SELECT * FROM ki WHERE k = $1::numeric;
-- @bind 5
SELECT * FROM ki WHERE k::text = $1;
-- @bind {1,2,3}
SELECT * FROM ki WHERE k = ANY($1) ORDER BY 1;
-- @bind a1
SELECT * FROM kt WHERE k = $1;
-- @bind a1  
SELECT * FROM kc WHERE k = $1;
-- @bind a1  
SELECT * FROM kv WHERE k = $1;
-- @bind \N
SELECT * FROM ki WHERE k = $1;
-- @bind AbC
SELECT * FROM kci WHERE k = $1 ORDER BY v;
-- @bind (1,a)
SELECT * FROM kcomp WHERE k = $1::comp;
-- @bind {1,2}
SELECT * FROM kdarr WHERE k = $1 ORDER BY v;
PREPARE p1(bigint) AS SELECT * FROM ki WHERE k = $1;
EXECUTE p1(5);
EXECUTE p1(5);
EXECUTE p1(5);
EXECUTE p1(5);
EXECUTE p1(5);
EXECUTE p1(6);
EXECUTE p1(5000000000);
PREPARE p2(numeric) AS SELECT * FROM ki WHERE k = $1;
EXECUTE p2(5.0);
EXECUTE p2(5.5);
PREPARE p3(text) AS SELECT * FROM kc WHERE k = $1;
EXECUTE p3('a1');
EXECUTE p3('a1   ');
PREPARE p4(bpchar) AS SELECT * FROM kt WHERE k = $1;
EXECUTE p4('a1   ');
PREPARE p5(char(5)) AS SELECT * FROM kv WHERE k = $1;
EXECUTE p5('a1   ');
PREPARE p6(int[]) AS SELECT * FROM ki WHERE k = ANY($1) ORDER BY 1;
EXECUTE p6('{1,2,NULL,7}');
EXECUTE p6(NULL);
EXECUTE p6('{}');
PREPARE p7(int, int) AS SELECT * FROM ki WHERE k IN ($1, $2) ORDER BY 1;
EXECUTE p7(1, NULL);
EXECUTE p7(3, 2);
UPDATE kci SET v = v + 10 WHERE k = 'ABC';
SELECT * FROM kci ORDER BY v;
DELETE FROM kc WHERE k = 'a2'::text;
DELETE FROM kv WHERE k = 'a2   ';
SELECT count(*) FROM kv;
UPDATE ki SET v = 'x' WHERE k = 3::bigint;
UPDATE ki SET v = 'y' WHERE k = 3.0;
DELETE FROM ki WHERE k = 4.5;
INSERT INTO ki VALUES (2.6::numeric, 'dup') ON CONFLICT (k) DO UPDATE SET v = excluded.v RETURNING *;
INSERT INTO ki SELECT 100.4::numeric, 'n';
INSERT INTO ki SELECT '101', 'n';
INSERT INTO ki SELECT k + 1000::bigint, v FROM kb WHERE k BETWEEN 1 AND 5;
SELECT * FROM ki WHERE k > 99 ORDER BY 1;
SELECT * FROM ki WHERE k = 1003;
SELECT a.k, b.k FROM ki a JOIN kb b ON a.k = b.k WHERE a.k = 5;
SELECT count(*) FROM ki a JOIN kb b ON a.k = b.k;
SELECT count(*) FROM ki a JOIN ks b ON a.k = b.k;
SELECT count(*) FROM kt a JOIN kv b ON a.k = b.k;
SELECT count(*) FROM kt a JOIN kc b ON a.k = b.k;
SELECT count(*) FROM kv a JOIN kc b ON a.k = b.k;
SELECT count(*) FROM kt a JOIN kname b ON a.k = b.k;
SELECT count(*) FROM ki a JOIN kdom b ON a.k = b.k;
SELECT a.k, b.k FROM ki a LEFT JOIN kn b ON a.k = b.k WHERE a.k IN (1,2,3) ORDER BY 1;
