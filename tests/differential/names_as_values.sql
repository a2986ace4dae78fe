-- Proves that values which stand for objects (regclass and its kin) mean on the nodes what they mean here, and that
-- what looks up OIDs or names of objects does so where the session is.
CREATE SCHEMA away;
CREATE TABLE loc (x int);
CREATE VIEW seen AS SELECT 1 AS a;
CREATE FUNCTION own(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE own_type AS ENUM ('a');
CREATE TEXT SEARCH CONFIGURATION own_words (COPY = simple);
CREATE TYPE holder AS (a int, c regclass);
CREATE TABLE rc (k int PRIMARY KEY, c regclass, p regproc, t regtype, n regnamespace, g regconfig, cs regclass[], h holder, o oid, w text);
CREATE INDEX rc_c ON rc (c);
-- @cluster SELECT create_distributed_table('rc', 'k')
INSERT INTO rc (k, c, p, t, g, w) VALUES (1, 'rc', 'now', 'int4', 'english', 'rc'), (2, 'pg_class', 'pg_catalog.pi', 'text', 'simple', 'pg_class'), (3, 'rc_c', '-', 'timestamptz', NULL, 'loc');
INSERT INTO rc (k, c, cs, h, w) VALUES (4, '-', ARRAY['rc', NULL]::regclass[], ROW(1, 'rc')::holder, NULL);
UPDATE rc SET o = CASE WHEN k = 1 THEN 'rc'::regclass::oid WHEN k = 2 THEN 'loc'::regclass::oid ELSE 5 END;
SELECT k, c, p, t, n, g, cs, h FROM rc ORDER BY k;
SELECT c FROM rc WHERE k = 1;
-- What only the session's node has cannot be stored, and nothing is.
-- @cluster-error 0A000 INSERT INTO rc (k, c) VALUES (5, 'loc')
-- @cluster-error 0A000 INSERT INTO rc (k, c) SELECT 5, 'loc'::regclass
-- @cluster-error 0A000 INSERT INTO rc (k, c) VALUES (5, 'seen'), (6, 'rc')
-- @cluster-error 0A000 INSERT INTO rc (k, p) VALUES (5, 'own')
-- @cluster-error 0A000 INSERT INTO rc (k, t) VALUES (5, 'own_type')
-- @cluster-error 0A000 INSERT INTO rc (k, n) VALUES (5, 'away')
-- @cluster-error 0A000 INSERT INTO rc (k, g) VALUES (5, 'own_words')
-- @cluster-error 0A000 INSERT INTO rc (k, cs) VALUES (5, ARRAY['rc', 'loc']::regclass[])
-- @cluster-error 0A000 INSERT INTO rc (k, h) VALUES (5, ROW(1, 'loc'))
-- @cluster-error 0A000 INSERT INTO rc (k, c) VALUES (5, 99999999)
-- @cluster-error 0A000 UPDATE rc SET c = 'loc' WHERE k = 1
-- @cluster-error 0A000 UPDATE rc SET c = 'loc'
PREPARE ins(int, regclass) AS INSERT INTO rc (k, c) VALUES ($1, $2);
-- @cluster-error 0A000 EXECUTE ins(5, 'loc')
EXECUTE ins(6, 'rc');
SELECT count(*), count(c), count(p), count(t) FROM rc;
CREATE TABLE later (k int, c regclass);
INSERT INTO later VALUES (1, 'loc');
-- @cluster-error 0A000 SELECT create_distributed_table('later', 'k')
SELECT count(*) FROM later;

-- Comparisons, orders and look-ups.
SELECT count(*) FROM rc WHERE c = 'rc'::regclass;
SELECT count(*) FROM rc WHERE c = 'loc'::regclass;
SELECT count(*) FROM rc WHERE c <> 'loc'::regclass;
SELECT k FROM rc WHERE c = ANY (ARRAY['loc', 'pg_class']::regclass[]);
SELECT k FROM rc WHERE k = 1 AND c = 'rc'::regclass;
PREPARE sel(regclass) AS SELECT count(*) FROM rc WHERE c = $1;
EXECUTE sel('loc');
EXECUTE sel('rc');
SELECT c::oid = 'rc'::regclass::oid FROM rc WHERE k = 1;
SELECT count(*) FROM rc WHERE c::oid = 'rc'::regclass::oid;
SELECT count(*) FROM rc WHERE c::int8 = 'rc'::regclass::int8 OR c::int = 'rc'::regclass::int;
SELECT max(c::oid) = 'rc_c'::regclass::oid FROM rc;
SELECT c, count(*) FROM rc GROUP BY c;
SELECT count(DISTINCT c) FROM rc;
SELECT c FROM rc WHERE c IS NOT NULL ORDER BY c, k;
SELECT c FROM rc WHERE k IN (1, 3) ORDER BY c DESC LIMIT 1;
SELECT k, rank() OVER (ORDER BY c) FROM rc WHERE c IS NOT NULL ORDER BY 1;
SELECT array_agg(k ORDER BY c, k) FROM rc WHERE c IS NOT NULL;
SELECT k, o::regclass FROM rc WHERE o > 10 ORDER BY k;
SELECT o::regclass::text, count(*) FROM rc GROUP BY 1;
SELECT count(*) FROM rc WHERE o::regclass::text = 'loc';
SELECT count(*) FROM rc WHERE o = 'loc'::regclass;
SELECT w::regclass::text, to_regclass(w) FROM rc WHERE w IS NOT NULL ORDER BY k;
SELECT k FROM rc WHERE to_regclass(w) IS NOT NULL ORDER BY 1;
SELECT count(*) FROM rc WHERE w::regclass = 'loc'::regclass;
SELECT count(*) FROM rc WHERE obj_description(o, 'pg_class') IS NULL;
SELECT format_type(t, NULL), pg_typeof(c) FROM rc WHERE k = 1;
SELECT relname FROM rc JOIN pg_class ON pg_class.oid = rc.o ORDER BY 1;
SELECT relname FROM rc JOIN pg_class ON pg_class.oid = rc.c WHERE k < 4 ORDER BY 1;
SELECT a.k, b.k FROM rc a JOIN rc b ON a.c = b.c AND a.k < b.k;
SELECT a.k, b.k FROM rc a JOIN rc b ON a.k = b.k AND a.c = b.o;
SELECT tableoid::regclass, count(*) FROM rc GROUP BY 1;
UPDATE rc SET w = 'found' WHERE c = 'rc'::regclass;
DELETE FROM rc WHERE o::regclass::text = 'loc';
SELECT k, w FROM rc ORDER BY k;
DROP TABLE later, rc, loc;

-- Functions that are given names, or look into the server otherwise, ask the one of the session.
CREATE TABLE asked (k int, s text, c text);
-- @cluster SELECT create_distributed_table('asked', 'k')
CREATE SEQUENCE own_numbers;
CREATE TABLE counted (id serial, x int);
CREATE TABLE here_only (x int);
INSERT INTO asked VALUES (1, 'here_only', 'x'), (2, 'seen', 'a'), (3, 'asked', 'k');
SELECT has_table_privilege(s, 'select') FROM asked WHERE k = 1;
SELECT k, has_table_privilege(s, 'select'), has_table_privilege(current_user, s, 'insert') FROM asked ORDER BY k;
SELECT k, has_any_column_privilege(s, 'select'), has_any_column_privilege(current_user, s, 'update') FROM asked ORDER BY k;
SELECT k, has_column_privilege(s, c, 'select'), has_column_privilege(current_user, s, c, 'select'), has_column_privilege(s, 1::int2, 'select') FROM asked ORDER BY k;
SELECT count(*) FROM asked WHERE has_table_privilege(s, 'select');
SELECT has_table_privilege(s, 'select'), count(*) FROM asked GROUP BY 1;
SELECT has_schema_privilege(c || 'way', 'usage') FROM asked WHERE k = 2;
SELECT has_function_privilege(c || '.none()', 'execute') FROM asked WHERE k = 0;
SELECT has_function_privilege('own(' || left('int4', k + 10) || ')', 'execute') FROM asked WHERE k = 1;
SELECT has_type_privilege(left('own_type', k + 10), 'usage') FROM asked ORDER BY k;
SELECT has_sequence_privilege(left('own_numbers', k + 20), 'usage') FROM asked ORDER BY k;
SELECT has_database_privilege(left(current_database(), k + 70), 'connect') FROM asked ORDER BY k;
SELECT has_language_privilege(left('sql', k + 10), 'usage') FROM asked ORDER BY k;
SELECT has_tablespace_privilege(left('pg_default', k + 10), 'create') FROM asked ORDER BY k;
SELECT has_parameter_privilege(left('work_mem', k + 10), 'set') FROM asked ORDER BY k;
SELECT pg_has_role(left(current_user, k + 70), 'member') FROM asked ORDER BY k;
-- @error 42704
SELECT pg_has_role('nobody' || k, 'member') FROM asked;
-- @error 42P01
SELECT has_table_privilege(s || 'none', 'select') FROM asked WHERE k = 1;
SELECT pg_get_serial_sequence('counted', left('id', k + 1)) FROM asked ORDER BY k;
SELECT k, row_security_active(s) FROM asked WHERE k <> 2 ORDER BY k;
SELECT k, (pg_get_object_address('table', ARRAY[s], '{}')).objid::regclass::text FROM asked WHERE k <> 2 ORDER BY k;
SELECT k, o.objid::regclass::text FROM asked, LATERAL pg_get_object_address(CASE WHEN k = 2 THEN 'view' ELSE 'table' END, ARRAY[s], '{}') o ORDER BY k;
SELECT k, count(*) FROM asked, LATERAL ts_token_type(left('default', k + 10)) GROUP BY k ORDER BY k;
SELECT k, pg_database_size(left(current_database(), k + 70)) > 0 FROM asked ORDER BY k;
SELECT pg_relation_size(s) FROM asked WHERE k = 1;
SELECT oidvectortypes((k + 22 || ' 25')::oidvector) FROM asked WHERE k = 1;
SELECT count(DISTINCT pg_current_wal_flush_lsn()) < 3, bool_and(pg_is_in_recovery()) FROM asked;
UPDATE asked SET c = has_table_privilege(s, 'select')::text RETURNING k, c;
DELETE FROM asked WHERE has_table_privilege(s, 'select') AND k = 1 RETURNING k;
INSERT INTO asked SELECT k + 10, s, has_table_privilege(s, 'delete')::text FROM asked;
SELECT * FROM asked ORDER BY k;
-- What names nothing is computed where the rows are.
SELECT k, to_char(k, '000'), to_date('2024-01-0' || k % 10, 'YYYY-MM-DD'), concat(k, s), convert_from(convert_to(s, 'UTF8'), 'UTF8') FROM asked ORDER BY k;
