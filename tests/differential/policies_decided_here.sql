-- Proves that UPDATE, DELETE, MERGE and row locks keep to policies and security-barrier views that no node can evaluate,
-- and that conditions of the user's own are never asked about rows that these hide.
CREATE ROLE pdh_user;
GRANT ALL ON SCHEMA diff_policies_decided_here TO pdh_user;
CREATE TABLE t (gone int, k int, id int PRIMARY KEY, usr text, v int, s text);
ALTER TABLE t DROP COLUMN gone;
CREATE TABLE other (c int, w int);
CREATE TABLE loc (usr text, id int);
CREATE TABLE plain (id int, n int);
-- @cluster SELECT create_distributed_table('t', 'id', shard_count => 8)
-- @cluster SELECT create_distributed_table('other', 'c', colocate_with => 'none')
-- @cluster SELECT create_distributed_table('plain', 'id', colocate_with => 't')
INSERT INTO t SELECT g % 5, g, CASE WHEN g % 3 = 0 THEN 'pdh_user' ELSE 'x' END, g, CASE WHEN g % 3 = 0 THEN g::text ELSE 'hidden' END FROM generate_series(1, 60) g;
INSERT INTO other SELECT g, g * 3 FROM generate_series(1, 30) g;
INSERT INTO loc SELECT 'pdh_user', g FROM generate_series(3, 60, 3) g;
INSERT INTO plain SELECT g, g FROM generate_series(1, 60) g;
CREATE FUNCTION mine(x text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN x = current_user; END $$;
-- Raises an error for a row that is hidden.
CREATE FUNCTION reads(x text) RETURNS int LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RETURN x::int; END $$;
GRANT ALL ON ALL TABLES IN SCHEMA diff_policies_decided_here TO pdh_user;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;

-- A function of one's own.
CREATE POLICY p ON t USING (mine(usr));
SET ROLE pdh_user;
BEGIN;
UPDATE t SET v = v + 100;
UPDATE t SET v = v + 1 WHERE reads(s) > 30 RETURNING id, v, usr;
UPDATE t SET v = -1 WHERE s::int = 33 RETURNING *;
UPDATE t SET v = -2 WHERE id = 34;
UPDATE t SET v = -3 WHERE id = 36 AND s::int = 36;
UPDATE t SET v = w FROM other WHERE w = t.id AND reads(s) < 10;
UPDATE t SET v = v + n FROM plain WHERE plain.id = t.id AND s::int BETWEEN 12 AND 20 RETURNING t, n;
UPDATE t SET id = id + 1000 WHERE reads(s) = 42;
-- @error 42501
UPDATE t SET usr = 'y' WHERE id = 45;
ROLLBACK;
BEGIN;
DELETE FROM t WHERE reads(s) > 50 RETURNING *;
DELETE FROM t USING other WHERE w = t.id AND s::int > 40;
DELETE FROM t WHERE id = 1;
DELETE FROM t WHERE EXISTS (SELECT 1 FROM plain WHERE plain.id = t.id AND plain.n < 10);
MERGE INTO t USING (SELECT w, c FROM other WHERE c < 12) o ON o.w = t.id AND reads(t.s) > 0
  WHEN MATCHED AND t.v % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET v = c * 10;
MERGE INTO t USING plain p ON p.id = t.id AND p.n > 27 WHEN MATCHED THEN UPDATE SET s = t.s || '0';
-- @error 23505
MERGE INTO t USING plain p ON p.id = t.id AND p.n > 58 WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id, usr) VALUES (p.id, 'pdh_user');
ROLLBACK;
BEGIN;
SELECT id FROM t WHERE reads(s) > 40 ORDER BY id FOR UPDATE;
SELECT id FROM t WHERE id = 1 FOR SHARE;
SELECT t.id, n FROM t JOIN plain USING (id) WHERE s::int > 50 ORDER BY 1 FOR NO KEY UPDATE OF t;
SELECT t, w FROM t JOIN other ON w = t.id WHERE s::int > 50 ORDER BY w FOR UPDATE OF t;
SELECT tableoid::regclass, * FROM t WHERE reads(s) < 10 ORDER BY id FOR KEY SHARE;
ROLLBACK;
RESET ROLE;
SELECT count(*), sum(v) FROM t;
DROP POLICY p ON t;

-- Sub-queries over tables that lie elsewhere, some of whose rows nobody sees.
CREATE POLICY p ON t USING (id IN (SELECT l.id FROM loc l WHERE l.usr = current_user));
CREATE POLICY q ON t AS RESTRICTIVE USING (EXISTS (SELECT 1 FROM other o WHERE o.w = t.id) OR t IS NULL);
SET ROLE pdh_user;
BEGIN;
UPDATE t SET v = v + 1 WHERE reads(s) > 30;
UPDATE t SET v = (SELECT max(w) FROM other WHERE w < t.id) WHERE s::int = 33 RETURNING *;
DELETE FROM t WHERE reads(s) > 50;
SELECT id FROM t WHERE reads(s) > 40 ORDER BY id FOR UPDATE;
-- @error 42501
UPDATE t SET id = 2000 WHERE id = 3;
ROLLBACK;
RESET ROLE;
SELECT count(*), sum(v) FROM t;
DROP POLICY p ON t;
DROP POLICY q ON t;
ALTER TABLE t DISABLE ROW LEVEL SECURITY;

-- Views.
CREATE VIEW barrier WITH (security_barrier) AS SELECT * FROM t WHERE EXISTS (SELECT 1 FROM loc WHERE loc.id = t.id) AND v > 5;
CREATE VIEW upon WITH (security_barrier) AS SELECT id, v, s FROM barrier WHERE mine(CASE WHEN reads(s) > 20 THEN 'x' ELSE current_user END);
CREATE VIEW checked AS SELECT * FROM barrier WHERE v < (SELECT max(w) FROM other) WITH CHECK OPTION;
BEGIN;
UPDATE barrier SET v = v + 1 WHERE reads(s) > 30;
UPDATE upon SET v = v + 1 WHERE reads(s) > 10 RETURNING *;
DELETE FROM upon WHERE reads(s) = 12;
DELETE FROM barrier WHERE NOT reads(s) > 20;
UPDATE checked SET v = 6 WHERE reads(s) = 33 RETURNING *;
SELECT id FROM barrier WHERE reads(s) > 40 ORDER BY id FOR UPDATE;
SELECT count(*), sum(v) FROM t;
-- @error 44000
UPDATE checked SET v = 1000 WHERE reads(s) = 36;
ROLLBACK;

-- Trees.
CREATE TABLE root (k int, id int, usr text, s text) PARTITION BY LIST (k);
CREATE TABLE root_1 PARTITION OF root FOR VALUES IN (1);
CREATE TABLE root_2 (s text, usr text, extra int, id int, k int);
ALTER TABLE root_2 DROP COLUMN extra;
-- @cluster SELECT create_distributed_table('root_2', 'id')
ALTER TABLE root ATTACH PARTITION root_2 FOR VALUES IN (2);
INSERT INTO root SELECT g % 2 + 1, g, CASE WHEN g % 3 = 0 THEN 'pdh_user' ELSE 'x' END, CASE WHEN g % 3 = 0 THEN g::text ELSE 'hidden' END FROM generate_series(1, 30) g;
ALTER TABLE root ENABLE ROW LEVEL SECURITY;
GRANT ALL ON root, root_1, root_2 TO pdh_user;
CREATE POLICY p ON root USING (mine(usr));
CREATE POLICY q ON root AS RESTRICTIVE USING (id % 2 = 0 OR id > 5);
SET ROLE pdh_user;
BEGIN;
SELECT * FROM root WHERE reads(s) > 4 ORDER BY id FOR SHARE;
SELECT id, tableoid::regclass FROM root WHERE id = 7 FOR UPDATE;
UPDATE root SET s = s || '0' WHERE reads(s) > 4 RETURNING *;
DELETE FROM root WHERE reads(s) = 60;
SELECT count(*) FROM root;
ROLLBACK;
RESET ROLE;
SELECT count(*) FROM root;
REVOKE ALL ON ALL TABLES IN SCHEMA diff_policies_decided_here FROM pdh_user;
REVOKE ALL ON SCHEMA diff_policies_decided_here FROM pdh_user;
DROP ROLE pdh_user;
