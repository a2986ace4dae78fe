-- Proves that COPY refuses bad rows as PostgreSQL does and keeps nothing of them, reads quotes, NULLs, options and
-- encodings, and carries fields of megabytes.
CREATE TABLE t (k int PRIMARY KEY, v text, n numeric, d date, a text[], j jsonb);
-- @cluster SELECT create_distributed_table('t','k')
CREATE TABLE tx (k text, v text);
-- @cluster SELECT create_distributed_table('tx','k')
COPY t FROM STDIN;
1	a\tb\\c\nd	1.5	2024-01-01	{"x","y z",NULL}	{"a":"\\"q"}
2	\N	\N	\N	\N	\N
3		NaN	infinity	{}	[]
\.
SELECT * FROM t ORDER BY k;
-- @error 22P02
COPY t FROM STDIN;
4	a	1	2024-01-01	{}	{}
x	a	1	2024-01-01	{}	{}
\.
-- @error 22P04
COPY t FROM STDIN;
4	a	1	2024-01-01	{}	{}
5	a
\.
-- @error 22P04
COPY t FROM STDIN;
4	a	1	2024-01-01	{}	{}	extra
\.
-- @error 23505
COPY t FROM STDIN;
4	a	1	2024-01-01	{}	{}
1	a	1	2024-01-01	{}	{}
\.
-- @error 23505
COPY t FROM STDIN;
7	a	1	2024-01-01	{}	{}
7	a	1	2024-01-01	{}	{}
\.
-- @error 22008
COPY t FROM STDIN;
4	a	1	2024-13-01	{}	{}
\.
-- @error 22P02
COPY t FROM STDIN;
4	a	1	2024-01-01	{}	{bad
\.
SELECT count(*) FROM t;
COPY t FROM STDIN (FORMAT csv, HEADER, QUOTE '''', DELIMITER ';', NULL 'nil');
k;v;n;d;a;j
10;'a;''b
c';nil;2024-01-01;{1};{}
11;'nil';1;nil;nil;nil
\.
SELECT * FROM t WHERE k >= 10 ORDER BY k;
-- @error 22P04
COPY t (k, v) FROM STDIN (FORMAT csv, HEADER match);
k,w
1,2
\.
COPY t (v, k) FROM STDIN (FORMAT csv, FORCE_NOT_NULL (v));
,20
"",21
\.
COPY t (v, k) FROM STDIN (FORMAT csv, FORCE_NULL (v));
"",22
,23
\.
SELECT k, v FROM t WHERE k >= 20 ORDER BY k;
COPY t (k, v) FROM STDIN WHERE k > 30;
29	x
31	y
\.
SELECT k, v FROM t WHERE k > 25;
COPY t TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE *);
COPY (SELECT * FROM t ORDER BY k) TO STDOUT;
COPY (SELECT k, v FROM t ORDER BY k) TO STDOUT (FORMAT csv, NULL 'nil', DELIMITER '|');
COPY (SELECT count(*), max(k) FROM t) TO STDOUT;
COPY t (k, v) TO STDOUT;
COPY (UPDATE t SET v = 'u' WHERE k = 1 RETURNING k, v) TO STDOUT;
COPY (DELETE FROM t WHERE k = 31 RETURNING *) TO STDOUT;
COPY (INSERT INTO t (k) VALUES (40), (41) RETURNING k) TO STDOUT;
-- @error 22021
COPY tx FROM STDIN;
a	\xff\xfe
\.
SET client_encoding = 'LATIN1';
-- @error 22021
COPY tx FROM STDIN (ENCODING 'LATIN1');
caf\351	\374
\.
RESET client_encoding;
SELECT * FROM tx;
SELECT * FROM tx WHERE k = 'café';
SET client_encoding = 'LATIN1';
SELECT k = U&'caf\00e9', length(k) FROM tx;
INSERT INTO tx VALUES (U&'\00fc', 'x'), (U&'\00e4', 'y');
SELECT count(*) FROM tx WHERE k = U&'\00fc';
RESET client_encoding;
SET client_encoding = 'SQL_ASCII';
SELECT count(*) FROM tx WHERE k = 'ü';
RESET client_encoding;
INSERT INTO tx SELECT 'big', repeat('x', 10000000);
SELECT length(v) FROM tx WHERE k = 'big';
INSERT INTO tx SELECT repeat('k', 3000) || g, repeat('y', 200000) FROM generate_series(1, 20) g;
SELECT count(*), sum(length(v)), max(length(k)) FROM tx;
SELECT length(v) FROM tx WHERE k = repeat('k', 3000) || 7;
COPY tx FROM STDIN;
\.
COPY tx (k) FROM STDIN (FORMAT csv);
"a
b"
" a "
\.
-- @error 22P04
COPY tx (k) FROM STDIN (FORMAT csv);
"unterminated
\.
SELECT count(*) FROM tx WHERE k = E'a\nb';
SELECT count(*) FROM tx WHERE k = ' a ';
BEGIN;
COPY t (k) FROM STDIN;
100
101
102
\.
SAVEPOINT s;
-- @error 23505
COPY t (k) FROM STDIN;
103
100
\.
ROLLBACK TO s;
COPY t (k) FROM STDIN;
104
\.
SELECT k FROM t WHERE k >= 100 ORDER BY 1;
COMMIT;
SELECT k FROM t WHERE k >= 100 ORDER BY 1;
-- @error 42703
COPY t (nope) FROM STDIN;
-- @error 42701
COPY t (k, k) FROM STDIN;
-- @error 55000
COPY t (k) FROM STDIN (FREEZE);
110
\.
SELECT k FROM t WHERE k = 110;
-- @error 23502
COPY t (v) FROM STDIN;
x
\.
COPY t (k) FROM PROGRAM 'echo 120; echo 121';
COPY t (k) TO PROGRAM 'cat > /dev/null';
SELECT count(*) FROM t;
-- @error 58P01
COPY t FROM '/no/such/file';
CREATE TABLE e (k int);
-- @cluster SELECT create_distributed_table('e','k')
COPY e FROM STDIN;
\N
1
\.
SELECT * FROM e ORDER BY 1;
COPY e TO STDOUT;
