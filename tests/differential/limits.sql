-- Proves that every documented limit raises SQLSTATE 0A000 and changes nothing: nothing here answers wrongly, hangs or
-- crashes. A mark whose limit has been lifted fails, so that the documentation follows.
CREATE TABLE t (k int, id int, v int, PRIMARY KEY (k, id));
CREATE TABLE other (c int, id int, v int);
CREATE TABLE ref (id int PRIMARY KEY, v float8);
CREATE TABLE loc (id int PRIMARY KEY, v int);
-- @cluster SELECT create_distributed_table('t', 'k')
-- @cluster SELECT create_distributed_table('other', 'c', colocate_with => 'none')
-- @cluster SELECT create_reference_table('ref')
INSERT INTO t SELECT g % 10, g, g FROM generate_series(1, 60) g;
INSERT INTO other SELECT g % 7, g, g FROM generate_series(1, 30) g;
INSERT INTO ref SELECT g, g FROM generate_series(1, 5) g;
INSERT INTO loc SELECT g, g FROM generate_series(1, 60) g;
CREATE VIEW checked AS SELECT * FROM t WHERE v < 100 WITH CHECK OPTION;

-- Queries.
SELECT id FROM t WHERE v < 5 FOR UPDATE;
SELECT id FROM t FOR SHARE;
-- @expect 0A000 system columns
SELECT ctid IS NOT NULL FROM t;
-- @expect 0A000 system columns
SELECT count(*) FROM t WHERE xmin IS NOT NULL;
-- @expect 0A000 views WITH CHECK OPTION
INSERT INTO checked VALUES (1, 1000, 5);
-- @expect 0A000 modifying CTE
WITH gone AS (DELETE FROM t WHERE k = 3 RETURNING id) SELECT count(*) FROM gone;
-- @expect 0A000 modifying CTE
WITH made AS (INSERT INTO loc VALUES (99, 1) RETURNING id) SELECT t.id FROM t JOIN made ON made.id = t.id;

-- Writes.
-- @expect 0A000 MERGE
MERGE INTO t USING (VALUES (1, 1, 0)) s (k, id, v) ON t.k = s.k AND t.id = s.id WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT VALUES (s.k, s.id, s.v);
-- @expect 0A000 the distribution column
UPDATE t SET k = 11 WHERE id = 5;
-- @expect 0A000 tables that are not colocated
UPDATE t SET v = other.v FROM other WHERE other.id = t.id;
-- @expect 0A000 tables that are not colocated
DELETE FROM t USING other WHERE other.id = t.id;
-- @expect 0A000 local tables
UPDATE t SET v = loc.v FROM loc WHERE loc.id = t.id;
-- @expect 0A000 a local table written from distributed ones
DELETE FROM loc USING t WHERE t.id = loc.id;
-- @expect 0A000 volatile functions over a reference table
UPDATE ref SET v = random();
-- @expect 0A000 volatile functions over a reference table
DELETE FROM ref WHERE v < random();
-- @expect 0A000 sub-queries in ON CONFLICT
INSERT INTO t VALUES (1, 1, 1) ON CONFLICT (k, id) DO UPDATE SET v = (SELECT max(v) FROM loc);
-- @expect 0A000 sub-queries in RETURNING
INSERT INTO t VALUES (1, 1000, 1) RETURNING (SELECT max(v) FROM loc);

-- DDL.
DROP VIEW checked;
-- @expect 0A000 row-level security
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
-- @expect 0A000 row-level security
CREATE POLICY p ON t USING (v > 3);
-- @expect 0A000 a key without the distribution column
ALTER TABLE t ADD UNIQUE (id);
-- @expect 0A000 a key without the distribution column
CREATE UNIQUE INDEX ON t (id);
-- @expect 0A000 a foreign key to a local table
ALTER TABLE t ADD FOREIGN KEY (id) REFERENCES loc;
-- @expect 0A000 a foreign key from a reference table
ALTER TABLE ref ADD FOREIGN KEY (id) REFERENCES loc;
-- @expect 0A000 the type of the distribution column
ALTER TABLE t ALTER COLUMN k TYPE bigint;
-- @expect 0A000 inheritance
CREATE TABLE child () INHERITS (t);
-- @expect 0A000 rules
CREATE RULE r AS ON INSERT TO t DO ALSO NOTIFY x;

-- Nothing of all this has had an effect.
SELECT count(*), sum(v), min(k), max(k) FROM t;
SELECT * FROM ref;
SELECT count(*), sum(v) FROM loc;
