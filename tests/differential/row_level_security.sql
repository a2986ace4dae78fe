-- Proves that policies of distributed, reference and local tables let every role see and write what PostgreSQL lets it,
-- on one shard and on many, in every way of planning, and that functions of a query do not see what they hide.
-- Who reads parts of tables by name, or on other nodes: tests/sql/row_level_security_test.cc.
CREATE ROLE rls_owner LOGIN;
CREATE ROLE rls_ann LOGIN;
CREATE ROLE rls_ben LOGIN;
CREATE ROLE rls_boss LOGIN BYPASSRLS;
CREATE ROLE rls_staff;
GRANT rls_staff TO rls_ann;
GRANT USAGE ON SCHEMA diff_row_level_security TO rls_owner, rls_ann, rls_ben, rls_boss;
CREATE TABLE t (gone int, k int, id int, usr text, v int, PRIMARY KEY (k, id));
ALTER TABLE t DROP COLUMN gone;
CREATE TABLE u (k int PRIMARY KEY, usr text, w int);
CREATE TABLE o (c text, id int PRIMARY KEY, usr text, note text);
CREATE TABLE plain (k int, id int, v int);
CREATE TABLE r (id int PRIMARY KEY, usr text, name text);
CREATE TABLE members (usr text, k int, PRIMARY KEY (usr, k));
CREATE TABLE l (id int PRIMARY KEY, usr text, note text);
CREATE TABLE local_members (usr text, k int);
INSERT INTO t SELECT g % 13, g, (ARRAY['rls_ann', 'rls_ben', 'rls_boss', 'rls_owner'])[g % 4 + 1], g * 7 % 31 FROM generate_series(1, 100) g;
-- @cluster SELECT create_distributed_table('t', 'k', shard_count => 8)
-- @cluster SELECT create_distributed_table('u', 'k', colocate_with => 't')
-- @cluster SELECT create_distributed_table('o', 'id', colocate_with => 'none')
-- @cluster SELECT create_distributed_table('plain', 'k', colocate_with => 't')
-- @cluster SELECT create_reference_table('r')
-- @cluster SELECT create_reference_table('members')
INSERT INTO u SELECT g, (ARRAY['rls_ann', 'rls_ben'])[g % 2 + 1], g % 4 FROM generate_series(0, 12) g;
INSERT INTO o SELECT 'c' || g % 7, g, (ARRAY['rls_ann', 'rls_ben', 'rls_boss'])[g % 3 + 1], 'o ' || g FROM generate_series(1, 40) g;
INSERT INTO plain SELECT g % 13, g, g FROM generate_series(1, 50) g;
INSERT INTO r SELECT g, (ARRAY['rls_ann', 'rls_ben', 'rls_boss'])[g % 3 + 1], 'name ' || g FROM generate_series(0, 20) g;
INSERT INTO members SELECT m, g FROM unnest(ARRAY['rls_ann', 'rls_ben']) m, generate_series(0, 12) g WHERE (g + length(m)) % 3 <> 0;
INSERT INTO members VALUES ('rls_ben', 4) ON CONFLICT DO NOTHING;
INSERT INTO l SELECT g, (ARRAY['rls_ann', 'rls_ben'])[g % 2 + 1], 'l ' || g FROM generate_series(0, 20) g;
INSERT INTO local_members VALUES ('rls_ann', 1), ('rls_ann', 5), ('rls_ben', 2), ('rls_ben', 5);
ALTER TABLE t OWNER TO rls_owner;
ALTER TABLE u OWNER TO rls_owner;
ALTER TABLE o OWNER TO rls_owner;
ALTER TABLE r OWNER TO rls_owner;
GRANT ALL ON t, u, o, plain, r, members, l, local_members TO rls_ann, rls_ben, rls_boss;

-- Without policies nothing is seen; owner and BYPASSRLS are exempt.
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
SELECT count(*) FROM t;
SET ROLE rls_ann;
SELECT count(*) FROM t;
SELECT count(*) FROM t WHERE k = 3;
-- @error 42501
INSERT INTO t VALUES (1, 500, 'rls_ann', 1);
-- @error 42501
INSERT INTO t SELECT 1, 500 + g, 'rls_ann', 1 FROM generate_series(1, 3) g;
UPDATE t SET v = 0;
DELETE FROM t;
SET ROLE rls_owner;
SELECT count(*), sum(v) FROM t;
UPDATE t SET v = v WHERE k = 1;
SET ROLE rls_boss;
SELECT count(*), sum(v) FROM t;
SELECT usr, count(*) FROM t GROUP BY usr;
RESET ROLE;

-- One policy for everything.
CREATE POLICY own ON t USING (usr = current_user);
CREATE POLICY own ON u USING (usr = current_user);
CREATE POLICY own ON o USING (usr = current_user);
CREATE POLICY own ON r USING (usr = current_user);
CREATE POLICY own ON l USING (usr = current_user);
ALTER TABLE u ENABLE ROW LEVEL SECURITY;
ALTER TABLE o ENABLE ROW LEVEL SECURITY;
ALTER TABLE r ENABLE ROW LEVEL SECURITY;
ALTER TABLE l ENABLE ROW LEVEL SECURITY;
SET ROLE rls_ann;
SELECT * FROM t ORDER BY id;
SELECT * FROM t WHERE k = 4 ORDER BY id;
SELECT * FROM t WHERE k = 4 AND id = 4;
SELECT count(*), sum(v), min(usr), max(usr) FROM t;
SELECT k, count(*), sum(v) FROM t GROUP BY k ORDER BY k;
SELECT v % 3, count(DISTINCT usr), array_agg(DISTINCT usr) FROM t GROUP BY 1 ORDER BY 1;
SELECT usr, v, row_number() OVER (PARTITION BY v % 5 ORDER BY id) FROM t ORDER BY id LIMIT 5;
SELECT t.id, u.w FROM t JOIN u USING (k) ORDER BY id;
SELECT t.id, u.w FROM u LEFT JOIN t USING (k) ORDER BY 1, 2;
SELECT t.id, u.w FROM t LEFT JOIN u USING (k) ORDER BY 1, 2;
SELECT t.id, u.w FROM t FULL JOIN u USING (k) ORDER BY 1, 2;
SELECT t.id, r.name FROM t JOIN r ON r.id = t.v ORDER BY 1;
SELECT t.id, r.name FROM t LEFT JOIN r ON r.id = t.v ORDER BY 1;
SELECT t.id, o.note FROM t JOIN o ON o.id = t.v ORDER BY 1, 2;
SELECT t.id, o.note FROM t LEFT JOIN o ON o.id = t.v ORDER BY 1, 2;
SELECT t.id, l.note FROM t JOIN l ON l.id = t.v ORDER BY 1;
SELECT plain.id, t.v FROM plain LEFT JOIN t USING (k, id) ORDER BY 1;
SELECT plain.id, o.note FROM plain JOIN o ON o.id = plain.v ORDER BY 1;
SELECT id FROM plain WHERE EXISTS (SELECT FROM t WHERE t.k = plain.k AND t.v = plain.v % 5) ORDER BY 1;
SELECT id FROM plain WHERE id NOT IN (SELECT id FROM t) ORDER BY 1;
SELECT id, (SELECT sum(v) FROM t WHERE t.k = plain.k) FROM plain ORDER BY 1;
SELECT id, (SELECT max(o.note) FROM o WHERE o.id = plain.v) FROM plain ORDER BY 1;
SELECT id FROM t x WHERE v > (SELECT avg(v) FROM t y WHERE y.k = x.k) ORDER BY 1;
SELECT id FROM t x WHERE v > (SELECT avg(length(note)) FROM o WHERE o.c = 'c' || x.k) ORDER BY 1;
WITH c AS (SELECT * FROM t WHERE v > 5) SELECT c.k, count(*) FROM c JOIN o ON o.id = c.id GROUP BY 1 ORDER BY 1;
WITH c AS MATERIALIZED (SELECT * FROM t) SELECT count(*) FROM c, c d WHERE c.id = d.id;
SELECT usr FROM t UNION SELECT usr FROM o UNION SELECT usr FROM r ORDER BY 1;
SELECT k FROM t EXCEPT SELECT k FROM u ORDER BY 1;
SELECT t, t.tableoid = 't'::regclass FROM t WHERE k = 4 ORDER BY id;
SELECT count(*) FROM t TABLESAMPLE bernoulli (100);
SELECT id FROM t ORDER BY v DESC, id LIMIT 4;
SELECT DISTINCT ON (k) k, id FROM t ORDER BY k, id;
COPY t TO STDOUT;
COPY (SELECT id, usr FROM t ORDER BY id) TO STDOUT;
COPY r TO STDOUT;
-- @error 0A000
COPY t FROM STDIN;
4	4	rls_ann	1
\.

-- Functions of the query's own see nothing that is hidden.
SELECT id FROM t WHERE usr = 'rls_ben' OR 1 / (CASE WHEN usr = 'rls_ben' THEN 0 ELSE 1 END) = 1 ORDER BY 1;
SELECT id FROM t WHERE k = 4 AND 1 / (CASE WHEN usr = 'rls_ben' THEN 0 ELSE 1 END) = 1 ORDER BY 1;
SELECT count(*) FROM t WHERE 1 / (CASE WHEN usr <> 'rls_ann' THEN 0 ELSE 1 END) = 1;
SELECT count(*) FROM o WHERE 1 / (CASE WHEN usr <> 'rls_ann' THEN 0 ELSE 1 END) = 1 AND id > 3;
SELECT count(*) FROM r WHERE 1 / (CASE WHEN usr <> 'rls_ann' THEN 0 ELSE 1 END) = 1;
SELECT count(*) FROM t JOIN plain USING (k) WHERE 1 / (CASE WHEN usr <> 'rls_ann' THEN 0 ELSE 1 END) = 1;
SELECT count(*) FROM t JOIN o ON o.id = t.id WHERE 1 / (CASE WHEN t.usr <> 'rls_ann' OR o.usr <> 'rls_ann' THEN 0 ELSE 1 END) = 1;
SELECT count(*) FROM t JOIN r ON r.id = t.v WHERE 1 / (CASE WHEN t.usr <> r.usr THEN 0 ELSE 1 END) = 1;
UPDATE t SET v = v WHERE 1 / (CASE WHEN usr <> 'rls_ann' THEN 0 ELSE 1 END) = 1;
DELETE FROM t WHERE 1 / (CASE WHEN usr <> 'rls_ann' THEN 0 ELSE 1 END) = 2;

-- Writes under it.
BEGIN;
INSERT INTO t VALUES (1, 501, 'rls_ann', 7) RETURNING *;
INSERT INTO t VALUES (1, 502, 'rls_ann', 7), (2, 503, 'rls_ann', 8), (3, 504, current_user, 9);
INSERT INTO t SELECT k, id + 1000, usr, v FROM t WHERE k < 4 RETURNING id, usr;
INSERT INTO t SELECT id, id + 2000, usr, 0 FROM o RETURNING k, id;
INSERT INTO r VALUES (101, 'rls_ann', 'mine') RETURNING *;
INSERT INTO r SELECT id + 500, usr, 'from t' FROM t WHERE k = 4;
UPDATE t SET v = v + 1 WHERE k = 4 RETURNING id, v;
UPDATE t SET v = v + 1 RETURNING id, v;
UPDATE t SET v = o.id FROM o WHERE o.id = t.id RETURNING t.id, o.note;
UPDATE t SET v = (SELECT count(*) FROM o WHERE o.c = 'c' || t.k);
UPDATE t SET k = k + 1 WHERE id < 20 RETURNING k, id;
UPDATE r SET name = name || '!' WHERE id < 10 RETURNING *;
DELETE FROM t WHERE k = 5 RETURNING id;
DELETE FROM t WHERE v < 1 AND id < 20;
DELETE FROM t USING o WHERE o.id = t.id AND o.id > 20 RETURNING t.id;
DELETE FROM r WHERE id > 100;
SELECT * FROM t ORDER BY k, id;
SELECT * FROM r ORDER BY id;
ROLLBACK;
-- Nobody else's rows have changed.
BEGIN;
UPDATE t SET v = v + 1;
UPDATE t SET v = v + o.id FROM o WHERE o.id = t.id;
UPDATE t SET k = k + 1 WHERE id < 50;
INSERT INTO t SELECT k, id + 1000, usr, v FROM t;
UPDATE r SET name = name || '!';
DELETE FROM t WHERE v < 10;
COMMIT;
RESET ROLE;
SELECT * FROM t ORDER BY k, id;
SELECT * FROM r ORDER BY id;
UPDATE t SET k = k - 1 WHERE id < 50 AND usr = 'rls_ann';
DELETE FROM t WHERE id > 1000;
SET ROLE rls_ann;
-- @error 42501
INSERT INTO t VALUES (1, 601, 'rls_ben', 7);
-- @error 42501
INSERT INTO t VALUES (1, 601, 'rls_ann', 7), (2, 602, 'rls_ben', 7);
-- @error 42501
INSERT INTO t (k, id) VALUES (1, 601);
-- A row that exists already, out of sight: the policy speaks first.
-- @error 42501
INSERT INTO t SELECT k, id, 'rls_ben', v FROM t WHERE k = 4;
-- @error 42501
INSERT INTO t SELECT id, id, 'rls_ben', 0 FROM o;
-- @error 42501
INSERT INTO r VALUES (7, 'rls_ben', 'not mine');
-- @error 42501
INSERT INTO r SELECT id + 500, 'rls_ben', 'from t' FROM t WHERE k = 4;
-- @error 42501
UPDATE t SET usr = 'rls_ben' WHERE k = 4;
-- @error 42501
UPDATE t SET usr = 'rls_ben';
-- @error 42501
UPDATE t SET usr = 'rls_ben' FROM o WHERE o.id = t.id;
-- @error 42501
UPDATE t SET k = k + 1, usr = 'rls_ben' WHERE id < 40;
-- @error 42501
UPDATE r SET usr = 'rls_ben';
-- @error 42501
UPDATE r SET usr = o.c FROM o WHERE o.id = r.id;
SELECT count(*) FROM t WHERE usr = 'rls_ben';

-- ON CONFLICT.
BEGIN;
SELECT k, id FROM t ORDER BY id LIMIT 2;
INSERT INTO t VALUES (4, 4, 'rls_ann', 77) ON CONFLICT (k, id) DO UPDATE SET v = excluded.v RETURNING *;
INSERT INTO t VALUES (8, 8, 'rls_ann', 77), (12, 12, 'rls_ann', 78) ON CONFLICT (k, id) DO UPDATE SET v = excluded.v + 1 RETURNING *;
INSERT INTO t VALUES (4, 4, 'rls_ann', 77) ON CONFLICT DO NOTHING;
INSERT INTO r VALUES (0, 'rls_ann', 'again') ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING *;
ROLLBACK;
-- @error 42501
INSERT INTO t VALUES (1, 1, 'rls_ann', 77) ON CONFLICT (k, id) DO UPDATE SET v = excluded.v;
-- @error 42501
INSERT INTO t VALUES (4, 4, 'rls_ann', 77) ON CONFLICT (k, id) DO UPDATE SET usr = 'rls_ben';
-- @error 42501
INSERT INTO t VALUES (4, 4, 'rls_ben', 77) ON CONFLICT (k, id) DO NOTHING;
-- @error 42501
INSERT INTO r VALUES (1, 'rls_ann', 'again') ON CONFLICT (id) DO UPDATE SET name = excluded.name;
INSERT INTO t VALUES (1, 1, 'rls_ann', 77) ON CONFLICT DO NOTHING;

-- MERGE.
BEGIN;
MERGE INTO t USING o ON o.id = t.id AND t.k < 20 WHEN MATCHED AND o.id < 10 THEN DELETE WHEN MATCHED THEN UPDATE SET v = o.id
    WHEN NOT MATCHED THEN INSERT VALUES (o.id, o.id + 3000, o.usr, 1);
SELECT * FROM t ORDER BY k, id;
MERGE INTO r USING t ON t.id = r.id WHEN MATCHED THEN UPDATE SET name = 'merged' WHEN NOT MATCHED THEN DO NOTHING;
SELECT * FROM r ORDER BY id;
ROLLBACK;
-- @error 42501
MERGE INTO t USING o ON o.id = t.id WHEN MATCHED THEN UPDATE SET usr = 'rls_ben';
-- @error 42501
MERGE INTO t USING o ON o.id = t.id WHEN NOT MATCHED THEN INSERT VALUES (o.id, o.id + 3000, 'rls_ben', 1);

-- Row locks, cursors, prepared statements whose role changes.
BEGIN;
SELECT * FROM t WHERE k = 4 ORDER BY id FOR UPDATE;
SELECT t.id, o.note FROM t JOIN o ON o.id = t.v ORDER BY 1, 2 FOR UPDATE OF t;
DECLARE c CURSOR FOR SELECT id, usr FROM t ORDER BY id;
FETCH 3 FROM c;
COMMIT;
PREPARE one (int) AS SELECT id, usr FROM t WHERE k = $1 ORDER BY id;
PREPARE every AS SELECT usr, count(*) FROM t GROUP BY usr ORDER BY usr;
PREPARE change (int, text) AS UPDATE t SET usr = $2 WHERE id = $1;
EXECUTE one (4);
EXECUTE every;
SET ROLE rls_ben;
EXECUTE one (4);
EXECUTE every;
-- @error 42501
EXECUTE change (1, 'rls_ann');
EXECUTE change (4, 'rls_ben');
SET ROLE rls_owner;
EXECUTE one (4);
EXECUTE every;
SET ROLE rls_boss;
EXECUTE every;
SET plan_cache_mode = force_generic_plan;
EXECUTE one (4);
SET ROLE rls_ann;
EXECUTE one (4);
EXECUTE one (5);
RESET plan_cache_mode;
DEALLOCATE ALL;

-- row_security = off raises instead of hiding.
SET row_security = off;
-- @error 42501
SELECT count(*) FROM t;
-- @error 42501
UPDATE t SET v = 1 WHERE k = 4;
-- @error 42501
COPY r TO STDOUT;
SET ROLE rls_boss;
SELECT count(*) FROM t;
COPY u TO STDOUT;
SET ROLE rls_owner;
SELECT count(*) FROM t;
RESET row_security;

-- FORCE.
ALTER TABLE t FORCE ROW LEVEL SECURITY;
SELECT count(*), min(usr), max(usr) FROM t;
-- @error 42501
INSERT INTO t VALUES (1, 701, 'rls_ann', 1);
UPDATE t SET v = v WHERE k = 4;
ALTER TABLE t NO FORCE ROW LEVEL SECURITY;
SELECT count(*) FROM t;
RESET ROLE;

-- Views read with the rights of their owner; security_invoker with the reader's.
CREATE VIEW of_owner AS SELECT k, id, usr, v FROM t;
ALTER VIEW of_owner OWNER TO rls_owner;
CREATE VIEW of_ben AS SELECT t.k, t.id, t.usr, o.note FROM t LEFT JOIN o ON o.id = t.id;
ALTER VIEW of_ben OWNER TO rls_ben;
CREATE VIEW of_reader WITH (security_invoker) AS SELECT k, id, usr, v FROM t;
CREATE VIEW behind WITH (security_barrier) AS SELECT * FROM t WHERE v > 10;
CREATE VIEW checked WITH (security_barrier) AS SELECT * FROM t WHERE v > 10 WITH CHECK OPTION;
GRANT ALL ON of_owner, of_ben, of_reader, behind, checked TO rls_ann, rls_ben;
SET ROLE rls_ann;
SELECT usr, count(*) FROM of_owner GROUP BY usr ORDER BY usr;
SELECT * FROM of_owner WHERE k = 4 ORDER BY id;
SELECT * FROM of_ben ORDER BY id;
SELECT a.id, b.usr FROM of_owner a JOIN t b USING (k, id) ORDER BY 1;
SELECT usr, count(*) FROM of_reader GROUP BY usr;
SELECT count(*) FROM behind WHERE 1 / (CASE WHEN v <= 10 THEN 0 ELSE 1 END) = 1;
SELECT count(*) FROM behind WHERE k = 4 AND 1 / (CASE WHEN v <= 10 THEN 0 ELSE 1 END) = 1;
SELECT count(*) FROM behind JOIN o USING (id) WHERE 1 / (CASE WHEN v <= 10 THEN 0 ELSE 1 END) = 1;
BEGIN;
UPDATE of_reader SET v = 100 WHERE k = 4 RETURNING *;
INSERT INTO of_reader VALUES (1, 801, 'rls_ann', 3);
UPDATE of_owner SET v = 5 WHERE k = 4 RETURNING *;
UPDATE behind SET v = v + 1 WHERE 1 / (CASE WHEN v <= 10 THEN 0 ELSE 1 END) = 1;
UPDATE checked SET v = o.id + 11 FROM o WHERE o.id = checked.id RETURNING checked.*;
ROLLBACK;
-- @error 44000
UPDATE checked SET v = 3 WHERE k = 4;
-- @error 44000
UPDATE checked SET v = o.id - 100 FROM o WHERE o.id = checked.id;
-- @error 42501
INSERT INTO of_reader VALUES (1, 801, 'rls_ben', 3);
RESET ROLE;

-- Whose reader may not read the table.
REVOKE ALL ON t, u FROM rls_ben;
SET ROLE rls_ben;
-- @error 42501
SELECT count(*) FROM t;
-- @error 42501
SELECT count(*) FROM of_reader;
SELECT usr, count(*) FROM of_owner GROUP BY usr ORDER BY usr;
SELECT * FROM of_owner WHERE k = 4 ORDER BY id;
SELECT a.id, o.note FROM of_owner a JOIN o USING (id) ORDER BY 1;
-- @error 42501
SELECT * FROM of_ben;
-- @error 42501
SELECT count(*) FROM t JOIN of_owner USING (k);
-- @error 42501
UPDATE t SET v = 1 WHERE k = 4;
-- @error 42501
DELETE FROM t;
-- @error 42501
INSERT INTO t VALUES (1, 900, 'rls_ben', 1);
-- @error 42501
INSERT INTO u SELECT 100, 'rls_ben', id FROM o WHERE id = 1;
-- @error 42501
UPDATE t SET v = 1 FROM o WHERE o.id = t.id;
RESET ROLE;
GRANT ALL ON t, u TO rls_ben;

-- Commands, roles, restrictions.
DROP POLICY own ON t;
CREATE POLICY reading ON t FOR SELECT USING (v < 25);
CREATE POLICY adding ON t FOR INSERT WITH CHECK (v BETWEEN 0 AND 50 AND usr = current_user);
CREATE POLICY changing ON t FOR UPDATE USING (usr = current_user) WITH CHECK (v < 40);
CREATE POLICY removing ON t FOR DELETE TO rls_ann USING (k > 6);
CREATE POLICY staff ON t FOR SELECT TO rls_staff USING (v = 30);
CREATE POLICY never ON t AS RESTRICTIVE USING (id <> 8) WITH CHECK (id <> 999);
SET ROLE rls_ann;
SELECT count(*), max(v) FROM t;
BEGIN;
INSERT INTO t VALUES (1, 901, 'rls_ann', 45);
UPDATE t SET v = v + 3 WHERE v < 20 RETURNING id;
UPDATE t SET v = 24 WHERE usr = 'rls_ann';
SELECT id, usr, v FROM t ORDER BY id;
ROLLBACK;
BEGIN;
DELETE FROM t WHERE v < 10 RETURNING k, id;
DELETE FROM t USING o WHERE o.id = t.id RETURNING t.k, t.id;
DELETE FROM t;
ROLLBACK;
-- @error 42501
INSERT INTO t VALUES (1, 901, 'rls_ann', 51);
-- @error 42501
INSERT INTO t VALUES (1, 999, 'rls_ann', 5);
-- Rows that are returned have to be visible.
-- @error 42501
INSERT INTO t VALUES (1, 901, 'rls_ann', 45) RETURNING *;
-- @error 42501
UPDATE t SET v = 41 WHERE usr = 'rls_ann';
-- @error 42501
UPDATE t SET v = 41 FROM o WHERE o.id % 7 = t.id % 7 AND t.usr = 'rls_ann';
-- @error 42501
UPDATE t SET id = 999 WHERE usr = 'rls_ann' AND k = (SELECT min(k) FROM t WHERE usr = 'rls_ann');
BEGIN;
SELECT id FROM t WHERE v < 20 ORDER BY id FOR UPDATE;
SELECT id FROM t WHERE v < 20 ORDER BY id FOR SHARE;
ROLLBACK;
-- In a MERGE what may not be changed is an error.
-- @error 42501
MERGE INTO t USING o ON o.id = t.id WHEN MATCHED THEN UPDATE SET v = 1;
-- @error 42501
MERGE INTO t USING o ON o.id = t.id WHEN MATCHED THEN DELETE;
BEGIN;
MERGE INTO t USING o ON o.id = t.id AND t.usr = 'rls_ann' WHEN MATCHED THEN UPDATE SET v = 1;
MERGE INTO t USING o ON o.id = t.id AND t.k > 6 WHEN MATCHED THEN DELETE;
SELECT count(*), sum(v) FROM t;
ROLLBACK;
SET ROLE rls_ben;
SELECT count(*), max(v) FROM t;
DELETE FROM t;
RESET ROLE;
ALTER POLICY staff ON t TO rls_ben;
ALTER POLICY reading ON t USING (v < 12);
ALTER POLICY never ON t RENAME TO hardly;
SET ROLE rls_ann;
SELECT count(*), max(v) FROM t;
SET ROLE rls_ben;
SELECT count(*), max(v) FROM t;
RESET ROLE;
DROP POLICY hardly ON t;
DROP POLICY IF EXISTS hardly ON t;
-- @error 42704
DROP POLICY hardly ON t;
-- @error 42710
CREATE POLICY reading ON t FOR SELECT USING (true);
DROP POLICY reading ON t;
DROP POLICY adding ON t;
DROP POLICY changing ON t;
DROP POLICY removing ON t;
DROP POLICY staff ON t;

-- A tenant by a setting: which pins the query to its shard.
CREATE POLICY tenant ON t USING (k = current_setting('app.tenant')::int);
CREATE POLICY tenant ON plain USING (k = current_setting('app.tenant', true)::int);
ALTER TABLE plain ENABLE ROW LEVEL SECURITY;
SET app.tenant = 4;
SET ROLE rls_ann;
SELECT * FROM t ORDER BY id;
SELECT t.id, plain.v FROM t JOIN plain USING (k, id) ORDER BY 1;
SELECT count(*) FROM t, plain;
SELECT t.id, o.note FROM t JOIN o USING (id) ORDER BY 1;
BEGIN;
INSERT INTO t VALUES (4, 950, 'x', 1);
UPDATE t SET v = v + 1 RETURNING id;
DELETE FROM t WHERE v > 10 RETURNING id;
ROLLBACK;
-- @error 42501
INSERT INTO t VALUES (5, 950, 'x', 1);
-- @error 42501
UPDATE t SET k = 5 WHERE id = 4;
SET app.tenant = 5;
SELECT count(*), min(k), max(k) FROM t;
PREPARE mine AS SELECT count(*), min(k) FROM t;
EXECUTE mine;
SET app.tenant = 6;
EXECUTE mine;
SET app.tenant = 'none';
-- @error 22P02
EXECUTE mine;
DEALLOCATE mine;
SET app.tenant = 7;
RESET ROLE;
DROP POLICY tenant ON t;
DROP POLICY tenant ON plain;
ALTER TABLE plain DISABLE ROW LEVEL SECURITY;

-- Sub-queries and functions in policies.
CREATE POLICY p ON t USING (k IN (SELECT m.k FROM members m WHERE m.usr = current_user));
SET ROLE rls_ann;
SELECT k, count(*) FROM t GROUP BY k ORDER BY k;
SELECT t.id, o.note FROM t JOIN o USING (id) ORDER BY 1;
SELECT count(*) FROM t WHERE 1 / (CASE WHEN k IN (SELECT m.k FROM members m WHERE m.usr = current_user) THEN 1 ELSE 0 END) = 1;
BEGIN;
INSERT INTO t VALUES (4, 970, 'x', 1), (7, 971, 'x', 1);
INSERT INTO t SELECT k, id + 1000, usr, v FROM t;
UPDATE t SET v = v + 1 WHERE id % 2 = 0 RETURNING id;
DELETE FROM t USING o WHERE o.id = t.id RETURNING t.id;
SELECT count(*), sum(v) FROM t;
ROLLBACK;
-- @error 42501
INSERT INTO t SELECT 2, 972, 'x', 1;
-- @error 42501
INSERT INTO t VALUES (2, 972, 'x', 1);
-- @error 42501
INSERT INTO t SELECT g, 980 + g, 'x', 1 FROM generate_series(1, 12) g;
-- @error 42501
UPDATE t SET k = 2 WHERE id < 20;
RESET ROLE;
DROP POLICY p ON t;
CREATE POLICY p ON t USING (EXISTS (SELECT FROM u WHERE u.k = t.k AND u.w < 3));
SET ROLE rls_ann;
SELECT k, count(*) FROM t GROUP BY k ORDER BY k;
SELECT t.id, u.w FROM t LEFT JOIN u USING (k) WHERE k < 5 ORDER BY 1;
BEGIN;
UPDATE t SET v = v + 1 RETURNING id;
INSERT INTO t VALUES (4, 990, 'x', 1);
DELETE FROM t WHERE v % 2 = 0 RETURNING id;
ROLLBACK;
-- @error 42501
INSERT INTO t VALUES (1, 990, 'x', 1);
RESET ROLE;
DROP POLICY p ON t;
CREATE POLICY p ON t USING (id IN (SELECT o.id FROM o));
SET ROLE rls_ann;
SELECT k, id FROM t ORDER BY id;
SELECT count(*) FROM t WHERE 1 / (CASE WHEN id % 3 = 0 THEN 1 ELSE 0 END) = 1;
SELECT count(*) FROM t WHERE k = 4 AND 1 / (CASE WHEN id % 3 = 0 THEN 1 ELSE 0 END) = 1;
SELECT t.id, u.w FROM t JOIN u USING (k) ORDER BY 1;
INSERT INTO t VALUES (4, 3, 'x', 1) ON CONFLICT DO NOTHING;
-- @error 42501
INSERT INTO t VALUES (4, 991, 'x', 1);
UPDATE t SET v = v + 1;
DELETE FROM t WHERE id = 6;
RESET ROLE;
DROP POLICY p ON t;
CREATE POLICY p ON t USING (k IN (SELECT m.k FROM local_members m WHERE m.usr = current_user));
SET ROLE rls_ann;
SELECT k, count(*) FROM t GROUP BY k ORDER BY k;
SELECT count(*) FROM t WHERE 1 / (CASE WHEN k IN (1, 5) THEN 1 ELSE 0 END) = 1;
SELECT t.id, o.note FROM t JOIN o USING (id) ORDER BY 1;
INSERT INTO t VALUES (1, 3, 'x', 1);
-- @error 42501
INSERT INTO t VALUES (4, 991, 'x', 1);
RESET ROLE;
DELETE FROM t WHERE k = 1 AND id = 3;
DROP POLICY p ON t;
CREATE FUNCTION keys_of(who name) RETURNS SETOF int LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
    RETURN QUERY SELECT m.k FROM diff_row_level_security.local_members m WHERE m.usr = who;
END $$;
CREATE FUNCTION is_even(n int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN n % 2 = 0; END $$;
CREATE FUNCTION home() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT min(k) FROM diff_row_level_security.local_members WHERE usr = session_user OR usr = 'rls_ben' $$;
CREATE POLICY p ON t USING (k = home());
SET ROLE rls_ann;
SELECT k, count(*) FROM t GROUP BY k;
UPDATE t SET v = v RETURNING id;
RESET ROLE;
ALTER POLICY p ON t USING (is_even(id));
SET ROLE rls_ann;
SELECT count(*) FROM t;
SELECT count(*) FROM t WHERE 1 / (CASE WHEN id % 2 = 0 THEN 1 ELSE 0 END) = 1;
INSERT INTO t VALUES (1, 1002, 'x', 1);
-- @error 42501
INSERT INTO t VALUES (1, 1003, 'x', 1);
RESET ROLE;
ALTER POLICY p ON t USING (k IN (SELECT keys_of(current_user)));
SET ROLE rls_ann;
SELECT k, count(*) FROM t GROUP BY k ORDER BY k;
SET ROLE rls_ben;
SELECT k, count(*) FROM t GROUP BY k ORDER BY k;
RESET ROLE;
DROP POLICY p ON t;
-- A policy of a local table, and of one that is not distributed yet.
DROP POLICY own ON l;
CREATE POLICY p ON l USING (id IN (SELECT v FROM t) AND id IN (SELECT o.id FROM o));
CREATE POLICY all_of_it ON t USING (true);
SET ROLE rls_ann;
SELECT * FROM l ORDER BY id;
SELECT l.id, t.k FROM l JOIN t ON t.v = l.id ORDER BY 1, 2;
RESET ROLE;
DROP POLICY p ON l;
-- A policy that reads its own table.
CREATE POLICY p ON u USING (EXISTS (SELECT FROM u x WHERE x.k = u.k));
SET ROLE rls_ann;
-- @error 42P17
SELECT count(*) FROM u;
RESET ROLE;
DROP POLICY p ON u;

-- Tables that have all this already, and lose it again.
CREATE TABLE late (k int PRIMARY KEY, usr text, v int);
INSERT INTO late SELECT g, (ARRAY['rls_ann', 'rls_ben'])[g % 2 + 1], g FROM generate_series(1, 20) g;
ALTER TABLE late OWNER TO rls_owner;
ALTER TABLE late ENABLE ROW LEVEL SECURITY;
ALTER TABLE late FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON late USING (usr = current_user) WITH CHECK (v < 100);
GRANT ALL ON late TO rls_ann;
GRANT CREATE ON SCHEMA diff_row_level_security TO rls_owner;
SET ROLE rls_owner;
-- @cluster SELECT create_distributed_table('late', 'k')
SELECT count(*) FROM late;
SET ROLE rls_ann;
SELECT * FROM late ORDER BY k;
-- @error 42501
INSERT INTO late VALUES (30, 'rls_ann', 100);
SET ROLE rls_owner;
-- @cluster SELECT undistribute_table('late')
SET ROLE rls_ann;
SELECT * FROM late ORDER BY k;
SET ROLE rls_owner;
-- @cluster SELECT create_reference_table('late')
SET ROLE rls_ann;
SELECT * FROM late ORDER BY k;
SELECT late.k, t.id FROM late JOIN t USING (k) ORDER BY 1, 2;
UPDATE late SET v = v + 1 RETURNING k;
-- @error 42501
UPDATE late SET v = 100;
RESET ROLE;
SELECT count(*) FROM late;
ALTER TABLE late DISABLE ROW LEVEL SECURITY;
SET ROLE rls_ann;
SELECT count(*) FROM late;
RESET ROLE;
ANALYZE t;
SET ROLE rls_ann;
SELECT count(*) FROM t;
RESET ROLE;
DROP TABLE late, t, u, o, r, l CASCADE;
DROP OWNED BY rls_owner, rls_ann, rls_ben, rls_boss, rls_staff;
DROP ROLE rls_owner, rls_ann, rls_ben, rls_boss, rls_staff;
