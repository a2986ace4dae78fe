-- Proves that COPY moves the rows that PostgreSQL's COPY moves, splits them by shard, and fails as a whole.
CREATE TABLE t (k int, id int, v numeric, s text DEFAULT 'none', d date, a int[], PRIMARY KEY (k, id));
CREATE TABLE keyed_by_text (k text, v int CHECK (v > 0));
CREATE TABLE serials (k int, id serial, g int GENERATED ALWAYS AS (k + 1) STORED);
CREATE TABLE ref (id int PRIMARY KEY, s text);
-- @cluster SELECT create_distributed_table('t', 'k')
-- @cluster SELECT create_distributed_table('keyed_by_text', 'k')
-- @cluster SELECT create_distributed_table('serials', 'k')
-- @cluster SELECT create_reference_table('ref')

COPY t FROM STDIN;
1	1	1.5	one	2024-01-01	{1,2}
2	2	2.5	\N	2024-01-02	\N
3	3	\N	tab\tnew\nline\\back	infinity	{}
-4	4	NaN		-infinity	{NULL,5}
5	5	1e30	ünï 漢 🐘	0044-03-15 BC	{{1,2},{3,4}}
1	6	0	it's; "quoted"	2024-02-29	{7}
\.
SELECT * FROM t;
SELECT * FROM t WHERE k = 1;
COPY t (id, k) FROM STDIN;
10	10
11	11
12	12
\.
SELECT k, id, s, v FROM t WHERE id >= 10 ORDER BY id;
COPY t (k, id, s, v) FROM STDIN WITH (FORMAT csv, HEADER, NULL 'nil');
k,id,s,v
20,20,"a,b",1
21,21,"say ""hi""",nil
22,22,"two
lines",3
23,23,,4
24,24,"",5
25,25,"nil",6
\.
SELECT k, s, s IS NULL AS n, v FROM t WHERE id BETWEEN 20 AND 29 ORDER BY id;
COPY t (k, id, s) FROM STDIN WITH (DELIMITER '|', NULL '');
30|30|piped
31|31|
\.
COPY t (k, id, s) FROM STDIN CSV QUOTE '''' ESCAPE '\' DELIMITER ';';
32;32;'it\'s; here'
\.
SELECT k, s FROM t WHERE id BETWEEN 30 AND 39 ORDER BY id;
COPY t (k, id) FROM STDIN WHERE k > 40;
40	40
41	41
42	42
\.
SELECT k FROM t WHERE id BETWEEN 40 AND 49 ORDER BY 1;
COPY t FROM STDIN;
\.

-- Failures leave nothing.
-- @error 23505
COPY t (k, id) FROM STDIN;
50	50
51	51
1	1
52	52
\.
-- @error 22P02
COPY t (k, id) FROM STDIN;
50	50
51	fifty-one
\.
-- @error 22P04
COPY t (k, id) FROM STDIN;
50	50
51
\.
-- @error 22P04
COPY t (k, id) FROM STDIN;
50	50	50
\.
-- @error 23502
COPY t (k, id) FROM STDIN;
50	50
\N	51
\.
-- @error 22008
COPY t (k, id, d) FROM STDIN;
50	50	2024-13-45
\.
-- @error 23514
COPY keyed_by_text FROM STDIN;
a	1
b	-1
\.
-- @error 42703
COPY t (k, nope) FROM STDIN;
\.
SELECT count(*) FROM t WHERE id >= 50;
SELECT count(*) FROM keyed_by_text;
COPY keyed_by_text FROM STDIN;
	1
\N	2
a	3
 a	4
漢	5
\\N	6
\.
SELECT * FROM keyed_by_text;
SELECT v FROM keyed_by_text WHERE k = '';
SELECT v FROM keyed_by_text WHERE k = '\N';
COPY serials (k) FROM STDIN;
1
2
3
4
\.
SELECT * FROM serials;
COPY ref FROM STDIN (FORMAT csv);
1,one
2,two
3,
\.
-- @error 23505
COPY ref FROM STDIN;
4	four
1	again
\.
SELECT * FROM ref;
SELECT count(*) FROM ref JOIN t ON t.k = ref.id;

-- Inside a transaction.
BEGIN;
COPY t (k, id) FROM STDIN;
60	60
61	61
\.
SELECT count(*) FROM t WHERE id >= 60;
ROLLBACK;
SELECT count(*) FROM t WHERE id >= 60;
BEGIN;
INSERT INTO t (k, id) VALUES (62, 62);
SAVEPOINT s;
-- @error 23505
COPY t (k, id) FROM STDIN;
63	63
62	62
\.
ROLLBACK TO s;
COPY t (k, id) FROM STDIN;
64	64
\.
COMMIT;
SELECT k FROM t WHERE id >= 60 ORDER BY k;

-- Out.
COPY t TO STDOUT;
COPY t (id, s) TO STDOUT WITH (FORMAT csv, HEADER, FORCE_QUOTE (s));
COPY t (k, v) TO STDOUT WITH (DELIMITER '|', NULL 'nil');
-- @ordered
COPY (SELECT k, id, s FROM t WHERE v IS NOT NULL ORDER BY k, id) TO STDOUT;
COPY (SELECT k FROM t WHERE k = 1) TO STDOUT;
COPY (SELECT count(*), sum(v) FROM t WHERE v <> 'NaN') TO STDOUT CSV;
-- @ordered
COPY (SELECT k % 3 AS m, count(*) FROM t GROUP BY 1 ORDER BY 1) TO STDOUT CSV HEADER;
COPY (SELECT t.k, ref.s FROM t JOIN ref ON t.k = ref.id) TO STDOUT;
COPY ref TO STDOUT;
COPY keyed_by_text TO STDOUT CSV;
-- @error 42P10
COPY serials (k, g) TO STDOUT;
COPY serials (id, k) TO STDOUT;
COPY (DELETE FROM t WHERE k = 2 RETURNING k, id) TO STDOUT;
COPY (INSERT INTO ref VALUES (9, 'nine') RETURNING *) TO STDOUT;
-- @error 22012
COPY (SELECT 1 / (k - 1) FROM t) TO STDOUT;
SELECT count(*) FROM t;

-- FREEZE.
-- @error 55000
COPY keyed_by_text FROM STDIN (FREEZE);
f1	1
\.
BEGIN;
TRUNCATE keyed_by_text;
COPY keyed_by_text FROM STDIN (FREEZE);
f1	1
f2	2
\.
SELECT * FROM keyed_by_text;
SAVEPOINT a;
-- @error 55000
COPY keyed_by_text FROM STDIN (FREEZE);
f3	3
\.
ROLLBACK TO a;
TRUNCATE keyed_by_text;
COPY keyed_by_text FROM STDIN (FREEZE);
f4	4
\.
COMMIT;
SELECT * FROM keyed_by_text;
BEGIN;
CREATE TABLE frozen (k int, v int);
-- @cluster SELECT create_distributed_table('frozen', 'k')
COPY frozen FROM STDIN (FREEZE);
1	1
2	2
\.
COMMIT;
SELECT * FROM frozen;
