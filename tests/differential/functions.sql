-- Proves that functions, aggregates, operators and casts of one's own, functions of the session and functions that
-- read and write tables give what they give on one PostgreSQL.
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
CREATE FUNCTION g(int) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN $1 * 2; END';
CREATE FUNCTION vol(int) RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN $1 * 3; END';
CREATE TABLE t (k int, v int DEFAULT f(10), CHECK (f(v) > 0));
CREATE INDEX tf ON t (f(v));
-- @cluster SELECT create_distributed_table('t','k')
INSERT INTO t(k) SELECT generate_series(1,20);
SELECT k, f(k), g(k), vol(k) FROM t WHERE k = 3;
SELECT k, f(k), g(k), vol(k) FROM t ORDER BY k LIMIT 3;
SELECT count(*) FROM t WHERE f(v) = 12;
SELECT sum(f(v)) FROM t;
SELECT count(*) FROM t WHERE g(v) = 22;
SELECT g(v), count(*) FROM t GROUP BY g(v);
DROP INDEX tf;
CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1000';
CREATE OR REPLACE FUNCTION g(int) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN $1 * 100; END';
SELECT k, f(k), g(k), vol(k) FROM t WHERE k = 3;
SELECT k, f(k), g(k), vol(k) FROM t ORDER BY k LIMIT 3;
SELECT count(*) FROM t WHERE f(v) = 12;
SELECT sum(f(v)) FROM t;
SELECT count(*) FROM t WHERE f(k) = 1003;
SELECT count(*) FROM t WHERE g(v) = 1100;
INSERT INTO t (k) VALUES (100) RETURNING *;
INSERT INTO t (k) VALUES (101), (102) RETURNING *;
INSERT INTO t SELECT k + 200 FROM t WHERE k = 1 RETURNING *;
COPY t (k) FROM STDIN;
300
\.
SELECT * FROM t WHERE k = 300;
ALTER FUNCTION f(int) RENAME TO ff;
SELECT sum(ff(v)) FROM t;
INSERT INTO t (k) VALUES (103) RETURNING *;
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 5';
SELECT sum(f(v)) FROM t;
SELECT sum(ff(v)) FROM t;
INSERT INTO t (k) VALUES (104) RETURNING *;
CREATE INDEX tg ON t (f(k));
SELECT count(*) FROM t WHERE f(k) = 5;
-- overloads
CREATE FUNCTION ov(bigint) RETURNS text LANGUAGE sql AS $$SELECT 'big'$$;
SELECT DISTINCT ov(k) FROM t;
CREATE FUNCTION ov(int) RETURNS text LANGUAGE sql AS $$SELECT 'int'$$;
SELECT DISTINCT ov(k) FROM t;
-- functions which read tables
CREATE FUNCTION cnt() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM t';
SELECT k, cnt() FROM t WHERE k < 4 ORDER BY k;
SELECT cnt() FROM t WHERE k = 3;
CREATE FUNCTION rd(int) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT v FROM t WHERE k = $1); END';
SELECT k, rd(k) FROM t WHERE k < 4 ORDER BY k;
SELECT k, rd(k) FROM t WHERE k = 3;
SELECT k FROM t WHERE rd(k) = 2011 ORDER BY k;
SELECT sum(rd(k)) FROM t;
CREATE FUNCTION wr(int) RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN INSERT INTO t VALUES ($1 + 1000, 1); RETURN 1; END';
SELECT wr(k) FROM t WHERE k = 3;
SELECT wr(k) FROM t WHERE k IN (1, 2);
SELECT count(*) FROM t WHERE k > 1000;
CREATE FUNCTION srf(int) RETURNS SETOF t LANGUAGE sql AS 'SELECT * FROM t WHERE k = $1';
SELECT * FROM srf(3);
SELECT t.k, s.v FROM t, LATERAL srf(t.k) s WHERE t.k < 4 ORDER BY 1;
SELECT (srf(k)).v FROM t WHERE k < 4 ORDER BY 1;
-- aggregates
CREATE AGGREGATE mysum(int) (sfunc = int4pl, stype = int, initcond = '0');
CREATE AGGREGATE mysumc(int) (sfunc = int4pl, stype = int, combinefunc = int4pl, initcond = '0');
SELECT mysum(k), mysumc(k) FROM t;
SELECT v % 3, mysum(k), mysumc(k) FROM t GROUP BY 1 ORDER BY 1;
SELECT mysum(k) FROM t WHERE k = 3;
-- operators
CREATE OPERATOR ### (leftarg = int, rightarg = int, procedure = int4pl);
SELECT k ### 1 FROM t WHERE k = 3;
SELECT sum(k ### 1) FROM t;
-- casts
CREATE TYPE pt AS (x int, y int);
CREATE FUNCTION pt_from(int) RETURNS pt LANGUAGE sql IMMUTABLE AS 'SELECT ROW($1, $1)::pt';
CREATE CAST (int AS pt) WITH FUNCTION pt_from(int);
SELECT k::pt FROM t WHERE k = 3;
SELECT count(*) FROM t WHERE (k::pt).x = 3;
-- temp
CREATE FUNCTION pg_temp.tf(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 42';
SELECT pg_temp.tf(k) FROM t WHERE k = 3;
SELECT DISTINCT pg_temp.tf(k) FROM t;
CREATE TEMP TABLE tt AS SELECT generate_series(1,5) k;
SELECT t.k FROM t JOIN tt USING (k) ORDER BY 1;
SELECT t.k FROM t JOIN tt USING (k) WHERE t.k = 3;
SELECT t.k FROM t WHERE k IN (SELECT k FROM tt) ORDER BY 1;
INSERT INTO t SELECT k + 5000 FROM tt;
INSERT INTO tt SELECT k FROM t WHERE k < 10;
SELECT count(*) FROM tt;
SET myapp.tenant = 'joe';
SELECT current_setting('myapp.tenant') FROM t WHERE k = 3;
SELECT DISTINCT current_setting('myapp.tenant') FROM t;
SELECT k FROM t WHERE k = 3 AND current_setting('myapp.tenant') = 'joe';
SELECT DISTINCT current_user, session_user, current_database(), current_schema FROM t;
SELECT current_user, current_schema, pg_backend_pid() = 0, inet_server_port() = 1 FROM t WHERE k = 3;
SELECT now() = now(), now() = transaction_timestamp(), clock_timestamp() > now() FROM t WHERE k = 3;
SELECT DISTINCT now() = (SELECT now()) FROM t;
SELECT random() < 2 FROM t WHERE k = 3;
SELECT count(DISTINCT random()) > 1 FROM t;
SELECT 't'::regclass::oid = (SELECT 't'::regclass::oid) FROM t WHERE k = 3;
SELECT pg_typeof(k), pg_typeof(v) FROM t WHERE k = 3;
SELECT DISTINCT 't'::regclass FROM t;
SELECT DISTINCT tableoid = 't'::regclass FROM t;
SELECT obj_description('t'::regclass) FROM t WHERE k = 3;
SELECT version() = (SELECT version()) FROM t WHERE k = 3;
SELECT txid_current() = (SELECT txid_current()) FROM t WHERE k = 3;
SELECT pg_relation_size('t') >= 0 FROM t WHERE k = 3;
SELECT has_table_privilege('t', 'select') FROM t WHERE k = 3;
SELECT count(*) FROM t, pg_class c WHERE c.relname = 't' AND c.oid = t.tableoid AND t.k = 3;
SELECT count(*) > 0 FROM t, pg_class c WHERE c.relname = 't' AND c.oid = t.tableoid;
SELECT current_query() FROM t WHERE k = 3;
SELECT to_regclass('t') FROM t WHERE k = 3;
CREATE SEQUENCE sq;
SELECT nextval('sq') FROM t WHERE k = 3;
SELECT count(DISTINCT nextval('sq')) FROM t;
SELECT nextval('sq') > 0 FROM t WHERE k < 4;
SELECT lastval() > 0;
SELECT currval('sq') FROM t WHERE k = 3;
