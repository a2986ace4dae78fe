-- Proves that tables may inherit from distributed ones, and that queries read their rows with the table's.
CREATE TABLE p (gone int, k int PRIMARY KEY, s text);
ALTER TABLE p DROP COLUMN gone;
CREATE TABLE other (k int PRIMARY KEY, w int);
-- @cluster SELECT create_distributed_table('p', 'k', shard_count => 8)
-- @cluster SELECT create_distributed_table('other', 'k', colocate_with => 'p')
INSERT INTO p SELECT g, 'p' || g FROM generate_series(1, 20) g;
INSERT INTO other SELECT g, g * 10 FROM generate_series(1, 30) g;
PREPARE by_key(int) AS SELECT s FROM p WHERE k = $1 ORDER BY 1;
EXECUTE by_key(7);
CREATE TABLE c (x int) INHERITS (p);
INSERT INTO c SELECT g, 'c' || g, g FROM generate_series(5, 30) g;
CREATE TABLE gc (y int, PRIMARY KEY (k)) INHERITS (c);
INSERT INTO gc VALUES (7, 'gc', 1, 2);
EXECUTE by_key(7);
SELECT count(*), sum(k), min(s), max(s) FROM p;
SELECT count(*), sum(k) FROM ONLY p;
SELECT count(*) FROM c;
SELECT * FROM p WHERE k = 7 ORDER BY s;
SELECT p FROM p WHERE k > 28 ORDER BY k;
SELECT tableoid::regclass::text, count(*) FROM p GROUP BY 1 ORDER BY 1;
SELECT a.tableoid::regclass::text, a.k, b.s FROM p a JOIN p b ON a.k = b.k WHERE a.k IN (4, 6) ORDER BY 1, 2, 3;
SELECT p.k, p.s, o.w FROM p JOIN other o USING (k) WHERE o.w > 250 ORDER BY 1, 2;
SELECT o.k, (SELECT count(*) FROM p WHERE p.k = o.k) FROM other o ORDER BY 1;
SELECT k FROM other o WHERE EXISTS (SELECT FROM p WHERE p.k = o.k AND p.s LIKE 'c%') ORDER BY 1;
SELECT o.k, x.s FROM other o, LATERAL (SELECT s FROM p WHERE p.k = o.k ORDER BY s LIMIT 1) x ORDER BY 1;
WITH w AS (SELECT k % 3 AS m, count(*) AS n FROM p GROUP BY 1) SELECT * FROM w ORDER BY m;
SELECT s, row_number() OVER (ORDER BY k, s) FROM p WHERE k < 8 ORDER BY k, s;
CREATE VIEW pv AS SELECT k, s FROM p;
SELECT count(*) FROM pv WHERE k > 10;
INSERT INTO other SELECT 100 + k, count(*) FROM p GROUP BY k;
SELECT sum(w), count(*) FROM other;
COPY p TO STDOUT;
UPDATE ONLY p SET s = 'only' WHERE k = 7;
DELETE FROM ONLY p WHERE k = 8;
UPDATE c SET s = 'child' WHERE k = 9;
SELECT * FROM p WHERE k IN (7, 8, 9) ORDER BY k, s;
INSERT INTO p VALUES (500, 'mine') RETURNING *;
ALTER TABLE p ADD COLUMN n int DEFAULT 3;
ALTER TABLE p RENAME COLUMN s TO t;
SELECT * FROM p WHERE k IN (7, 500) ORDER BY k, t;
SELECT * FROM gc;
CREATE TABLE late (k int NOT NULL, t text, n int, z int);
INSERT INTO late VALUES (1000, 'late', 1, 1);
SELECT count(*) FROM p WHERE k = 1000;
ALTER TABLE late INHERIT p;
SELECT count(*) FROM p WHERE k = 1000;
ALTER TABLE late NO INHERIT p;
SELECT count(*) FROM p WHERE k = 1000;
-- Whoever may read the table may read its heirs through it.
CREATE ROLE pgspan_heir_reader;
CREATE SCHEMA pgspan_heirs;
GRANT USAGE ON SCHEMA pgspan_heirs TO pgspan_heir_reader;
CREATE TABLE pgspan_heirs.q (k int PRIMARY KEY, s text);
-- @cluster SELECT create_distributed_table('pgspan_heirs.q', 'k', shard_count => 8)
CREATE TABLE pgspan_heirs.qc () INHERITS (pgspan_heirs.q);
INSERT INTO pgspan_heirs.q VALUES (1, 'q');
INSERT INTO pgspan_heirs.qc VALUES (1, 'qc');
GRANT SELECT (k) ON pgspan_heirs.q TO pgspan_heir_reader;
SET ROLE pgspan_heir_reader;
SELECT k FROM pgspan_heirs.q;
-- @error 42501
SELECT s FROM pgspan_heirs.q;
-- @error 42501
SELECT k FROM pgspan_heirs.qc;
RESET ROLE;
DROP SCHEMA pgspan_heirs CASCADE;
-- @cluster-error 0A000 SELECT ctid FROM p
SELECT * FROM p FOR UPDATE;
SELECT tableoid::regclass::text, * FROM p ORDER BY 1, 2, 3 FOR KEY SHARE;
-- @cluster SELECT create_distributed_table('c', 'k')
DROP OWNED BY pgspan_heir_reader;
DROP ROLE pgspan_heir_reader;
TRUNCATE ONLY p;
SELECT count(*) FROM p;
TRUNCATE p;
SELECT count(*) FROM p;
-- @error 2BP01
DROP TABLE p;
DROP TABLE p CASCADE;

-- Whole rows: beside tableoid, and where a local heir is written.
CREATE TABLE whole (id int PRIMARY KEY, a int, gone text, b text);
ALTER TABLE whole DROP COLUMN gone;
-- @cluster SELECT create_distributed_table('whole', 'id')
CREATE TABLE whole_1 (c float8) INHERITS (whole);
CREATE TABLE whole_2 (id int PRIMARY KEY, c text, b text, a int);
-- @cluster SELECT create_distributed_table('whole_2', 'id')
ALTER TABLE whole_2 INHERIT whole;
INSERT INTO whole VALUES (101, 1, 'aba'), (104, 4, 'dad'), (105, NULL, NULL);
INSERT INTO whole_1 VALUES (201, 1, 'abc', 1.1), (204, 4, 'def', 4.4);
INSERT INTO whole_2 (id, a, b, c) VALUES (301, 1, 'xxx', 'x'), (304, 4, 'uuu', 'y');
UPDATE whole w1 SET b = w2.b FROM whole w2 WHERE w1.a = 4 AND w2.a = w1.a AND w2.b = w1.b RETURNING *, w1, w2;
UPDATE whole_1 SET b = whole_1.b || '+' FROM whole w2 WHERE w2.a = whole_1.a AND w2.b = whole_1.b RETURNING *, whole_1, w2;
DELETE FROM whole_1 USING whole w2 WHERE w2.id = whole_1.id + 100 AND w2.a = 4 RETURNING w2;
SELECT whole, whole.tableoid::regclass FROM whole ORDER BY whole.id;
SELECT w.a, y FROM whole w, LATERAL (SELECT w, w.b) y ORDER BY w.id;
SELECT id FROM whole w WHERE w IS NOT NULL OR EXISTS (SELECT 1 FROM whole_2 u WHERE u.id = 304 AND w IS NULL) ORDER BY id;
SELECT x.id, w FROM (VALUES (101), (1)) x (id) LEFT JOIN whole w ON w.id = x.id ORDER BY x.id;

-- Samples of the table and of what inherits from it: each is sampled by itself.
CREATE TABLE sampled (k int, v int);
CREATE TABLE sampled_here (w int) INHERITS (sampled);
CREATE TABLE sampled_too () INHERITS (sampled);
-- @cluster SELECT create_distributed_table('sampled', 'k')
-- @cluster SELECT create_distributed_table('sampled_too', 'k', colocate_with => 'none')
INSERT INTO sampled SELECT g, g FROM generate_series(1, 30) g;
INSERT INTO sampled_here SELECT g, g, g FROM generate_series(31, 50) g;
INSERT INTO sampled_too SELECT g, g FROM generate_series(51, 60) g;
SELECT count(*), sum(v) FROM sampled TABLESAMPLE BERNOULLI (100);
SELECT count(*), sum(v) FROM sampled TABLESAMPLE SYSTEM (100) REPEATABLE (3) WHERE k > 20;
SELECT count(*) FROM sampled TABLESAMPLE BERNOULLI (0);
SELECT count(*) FROM ONLY sampled TABLESAMPLE BERNOULLI (100);
SELECT count(*) BETWEEN 10 AND 50 FROM sampled TABLESAMPLE BERNOULLI (50);
SELECT tableoid::regclass, count(*) FROM sampled TABLESAMPLE SYSTEM (100) GROUP BY 1;
SELECT count(*) FROM sampled a TABLESAMPLE SYSTEM (100) JOIN sampled b TABLESAMPLE BERNOULLI (100) ON a.k = b.v;
SELECT * FROM (VALUES (0), (100)) s (pct), LATERAL (SELECT count(*) FROM sampled TABLESAMPLE BERNOULLI (pct)) x;
SELECT count(*) FROM sampled TABLESAMPLE SYSTEM ((SELECT max(k) + 40 FROM ONLY sampled_too));
SELECT count(*) FROM ONLY sampled TABLESAMPLE BERNOULLI ((SELECT count(*) * 10 FROM ONLY sampled_too));
SELECT count(*), min(k) FROM ONLY sampled TABLESAMPLE BERNOULLI ((SELECT 100 FROM ONLY sampled_too WHERE k = 55)) WHERE k = 7;
-- @error 2202H
SELECT count(*) FROM sampled TABLESAMPLE SYSTEM (101);
-- @expect 0A000 a sample by values of other tables, where the join cannot run on the nodes
SELECT s.pct, x.k FROM (VALUES (0), (100)) s (pct), LATERAL (SELECT * FROM sampled TABLESAMPLE BERNOULLI (s.pct)) x WHERE x.k % 10 = 0 ORDER BY 2;
SELECT (SELECT count(*) FROM sampled TABLESAMPLE BERNOULLI (t.v * 0 + 100)) FROM ONLY sampled t WHERE k < 3;
DROP TABLE sampled CASCADE;
