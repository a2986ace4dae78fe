-- Proves that policies hold for tables that are read and written with their partitions and heirs, of which some are
-- distributed, and for conditions over whole rows, and that nothing leaks from the rows that they hide.
CREATE ROLE tree_reader;
GRANT USAGE ON SCHEMA diff_policies_of_trees TO tree_reader;
CREATE TABLE allowed (owner text PRIMARY KEY, level int);
CREATE TABLE parent (k int, owner text, v int);
-- @cluster SELECT create_reference_table('allowed')
-- @cluster SELECT create_distributed_table('parent', 'k')
CREATE TABLE heir (extra int, LIKE parent) INHERITS (parent);
CREATE TABLE grandchild () INHERITS (heir);
INSERT INTO allowed VALUES ('tree_reader', 2), ('x', 1);
INSERT INTO parent SELECT g, CASE WHEN g % 2 = 0 THEN 'tree_reader' ELSE 'x' END, g % 4 FROM generate_series(1, 20) g;
INSERT INTO heir (k, owner, v, extra) SELECT g, CASE WHEN g % 2 = 0 THEN 'tree_reader' ELSE 'x' END, g % 4, g FROM generate_series(21, 30) g;
INSERT INTO grandchild (k, owner, v, extra) SELECT g, CASE WHEN g % 2 = 0 THEN 'tree_reader' ELSE 'x' END, g % 4, g FROM generate_series(31, 36) g;
CREATE TABLE seen (v int);
CREATE FUNCTION leak(v int) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN
    IF v % 2 = 1 THEN RAISE EXCEPTION 'seen %', v; END IF; RETURN true; END $$;
GRANT ALL ON parent, heir, allowed TO tree_reader;
CREATE POLICY own ON parent USING (owner = current_user) WITH CHECK (owner = current_user AND v < 10);
ALTER TABLE parent ENABLE ROW LEVEL SECURITY;
CREATE POLICY others ON heir USING (owner <> current_user);
ALTER TABLE heir ENABLE ROW LEVEL SECURITY;
SELECT count(*), sum(k) FROM parent;
SET ROLE tree_reader;
SELECT count(*), sum(k) FROM parent;
SELECT count(*), sum(k) FROM ONLY parent;
SELECT count(*), sum(k) FROM heir;
SELECT * FROM parent WHERE k IN (4, 5, 24, 25, 34, 35) ORDER BY k;
SELECT * FROM parent WHERE leak(k) ORDER BY k;
SELECT * FROM parent WHERE leak(k) AND k = 34;
SELECT tableoid::regclass, count(*) FROM parent GROUP BY 1 ORDER BY 1;
SELECT parent FROM parent WHERE k > 16 AND leak(k) ORDER BY k;
SELECT p.k, q.k FROM parent p JOIN parent q ON q.k = p.k + 14 WHERE leak(p.k) AND leak(q.k) ORDER BY 1;
SELECT v, (SELECT count(*) FROM parent q WHERE q.v = p.v) FROM parent p WHERE k > 28 ORDER BY k;
SELECT a.owner, (SELECT sum(k) FROM parent WHERE parent.owner = a.owner) FROM allowed a ORDER BY 1;
PREPARE sums (int) AS SELECT sum(k), count(*) FROM parent WHERE k > $1;
EXECUTE sums (10);
RESET ROLE;
EXECUTE sums (10);
SET ROLE tree_reader;
EXECUTE sums (10);
SELECT k, owner, tableoid::regclass::text FROM parent WHERE leak(k) ORDER BY k FOR UPDATE;
SELECT p.k, a.level FROM parent p JOIN allowed a USING (owner) WHERE leak(p.k) AND p.k > 20 ORDER BY 1 FOR SHARE OF p;
UPDATE parent p SET v = p.v + 1 FROM parent q WHERE q.k = p.k + 2 AND leak(p.k) AND leak(q.k) AND p.k > 20;
DELETE FROM parent p USING parent q WHERE q.k = p.k + 2 AND leak(q.k) AND p.k > 100;
UPDATE parent SET v = v + 1 WHERE leak(k);
UPDATE parent SET v = v + 1 WHERE k IN (4, 5, 24, 25, 34, 35) RETURNING *;
-- @error 42501
UPDATE parent SET v = 10 WHERE k = 4;
-- @error 42501
UPDATE parent SET v = 10 WHERE k = 34;
-- @error 42501
UPDATE parent SET owner = 'x' WHERE k = 24;
UPDATE parent SET v = 10 WHERE k = 5;
DELETE FROM parent WHERE leak(k) AND k IN (2, 3, 22, 23, 32, 33) RETURNING k;
DELETE FROM ONLY parent WHERE k < 8;
RESET ROLE;
SELECT tableoid::regclass, * FROM parent ORDER BY k;
-- A policy that reads other tables.
CREATE POLICY levels ON parent AS RESTRICTIVE USING (v <= (SELECT level FROM allowed a WHERE a.owner = parent.owner));
SET ROLE tree_reader;
SELECT count(*), sum(k) FROM parent;
SELECT * FROM parent WHERE leak(k) ORDER BY k;
SELECT * FROM ONLY parent WHERE leak(k) ORDER BY k FOR SHARE;
UPDATE parent SET v = 0 WHERE k > 20;
RESET ROLE;
SELECT tableoid::regclass, * FROM parent ORDER BY k;
-- A local table with distributed partitions.
CREATE TABLE root (k int, owner text, v int) PARTITION BY RANGE (v);
CREATE TABLE low PARTITION OF root FOR VALUES FROM (0) TO (10);
CREATE TABLE high (v int, owner text, gone int, k int);
ALTER TABLE high DROP COLUMN gone;
ALTER TABLE root ATTACH PARTITION high FOR VALUES FROM (10) TO (20);
-- @cluster SELECT create_distributed_table('high', 'k')
INSERT INTO root SELECT g, CASE WHEN g % 2 = 0 THEN 'tree_reader' ELSE 'x' END, g % 20 FROM generate_series(1, 40) g;
GRANT ALL ON root TO tree_reader;
CREATE POLICY own ON root USING (owner = current_user) WITH CHECK (owner = current_user AND k < 100);
ALTER TABLE root ENABLE ROW LEVEL SECURITY;
SET ROLE tree_reader;
SELECT count(*), sum(k) FROM root;
SELECT * FROM root WHERE leak(k) AND v > 8 ORDER BY k;
SELECT * FROM root WHERE leak(k) AND v > 8 ORDER BY k FOR NO KEY UPDATE;
SELECT r FROM root r WHERE v > 15 ORDER BY k FOR SHARE;
-- @error 42501
SELECT * FROM high;
UPDATE root SET k = k + 1 WHERE leak(k) AND v > 5;
-- @error 42501
UPDATE root SET k = 200 WHERE v > 5;
DELETE FROM root WHERE v IN (3, 4, 13, 14) RETURNING *;
INSERT INTO root VALUES (50, 'tree_reader', 3), (51, 'tree_reader', 15);
-- @error 42501
INSERT INTO root VALUES (50, 'x', 3);
-- @error 42501
INSERT INTO root VALUES (52, 'tree_reader', 3), (50, 'x', 15);
-- @error 42501
INSERT INTO root SELECT 99 + g, 'tree_reader', 14 FROM generate_series(0, 3) g;
RESET ROLE;
SELECT tableoid::regclass, * FROM root ORDER BY k, v;
-- Through views.
CREATE VIEW checked AS SELECT * FROM root WHERE k < 90 WITH CHECK OPTION;
INSERT INTO checked VALUES (60, 'x', 3), (61, 'x', 15);
-- @error 44000
INSERT INTO checked VALUES (60, 'x', 3), (95, 'x', 15);
-- @error 44000
UPDATE checked SET k = k + 30 WHERE k > 55;
UPDATE checked SET k = k + 1 WHERE k > 55;
SELECT * FROM checked WHERE k > 40 ORDER BY k;
-- What a policy needs takes it along.
CREATE TABLE needed (a int);
CREATE TABLE guarded (k int PRIMARY KEY, v int);
-- @cluster SELECT create_distributed_table('guarded', 'k')
INSERT INTO guarded SELECT g, g FROM generate_series(1, 20) g;
CREATE POLICY one ON guarded USING (v > 10 OR EXISTS (SELECT FROM needed));
CREATE POLICY two ON guarded USING (v = 3);
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
GRANT ALL ON guarded, needed TO tree_reader;
SET ROLE tree_reader;
SELECT count(*) FROM guarded;
RESET ROLE;
-- @error 2BP01
DROP TABLE needed;
DROP TABLE needed CASCADE;
SET ROLE tree_reader;
SELECT count(*) FROM guarded;
RESET ROLE;
CREATE FUNCTION three() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 3';
CREATE POLICY one ON guarded USING (v > three());
DROP FUNCTION three CASCADE;
-- @cluster DO $$ BEGIN IF EXISTS (SELECT FROM run_command_on_workers('SELECT string_agg(polname, '','') FROM pg_policy WHERE polrelid = ''diff_policies_of_trees.guarded''::regclass') WHERE result <> 'two') THEN RAISE EXCEPTION 'policies differ'; END IF; END $$
SET ROLE tree_reader;
SELECT count(*) FROM guarded;
RESET ROLE;
-- Conditions over whole rows, of a table with dropped columns.
CREATE TABLE whole (gone int, k int, v int, t text);
ALTER TABLE whole DROP COLUMN gone;
-- @cluster SELECT create_distributed_table('whole', 'k')
CREATE POLICY p ON whole USING (k >= 2) WITH CHECK (whole < ROW(50, 5, NULL::text) AND whole IS NOT NULL);
ALTER TABLE whole ENABLE ROW LEVEL SECURITY;
GRANT ALL ON whole TO tree_reader;
SET ROLE tree_reader;
INSERT INTO whole VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 7, 'c');
INSERT INTO whole SELECT g, g, 'x' FROM generate_series(10, 20) g;
INSERT INTO whole SELECT * FROM (SELECT k + 20, v, t FROM whole ORDER BY v LIMIT 3) s;
-- @error 42501
INSERT INTO whole SELECT * FROM (SELECT k + 40, v, t FROM whole ORDER BY v LIMIT 5) s;
-- @error 42501
INSERT INTO whole (k, v) SELECT v, k FROM (SELECT k, v FROM whole ORDER BY v LIMIT 5) s;
UPDATE whole SET v = x.n FROM (SELECT k, row_number() OVER (ORDER BY k) AS n FROM whole) x WHERE x.k = whole.k AND x.n < 5;
-- @error 42501
UPDATE whole SET t = NULL FROM (SELECT k, row_number() OVER (ORDER BY k) AS n FROM whole) x WHERE x.k = whole.k AND x.n < 5;
SELECT * FROM whole ORDER BY k, v;
RESET ROLE;
SELECT count(*) FROM whole;
DROP OWNED BY tree_reader;
DROP ROLE tree_reader;
