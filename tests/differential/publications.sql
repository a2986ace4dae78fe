-- Proves that publications of distributed tables are what they would be on one PostgreSQL: in the catalogs, and in the
-- writes that they forbid. What subscribers get is proved by tests/sql/publications_test.cc.
CREATE TABLE t (k int, v text, n int);
CREATE TABLE keyed (k int PRIMARY KEY, v text NOT NULL);
CREATE TABLE ref (k int PRIMARY KEY, v text);
CREATE TABLE plain (k int);
-- @cluster SELECT create_distributed_table('t', 'k')
-- @cluster SELECT create_distributed_table('keyed', 'k')
-- @cluster SELECT create_reference_table('ref')
INSERT INTO t SELECT g, 'v' || g, g FROM generate_series(1, 20) g;
INSERT INTO keyed SELECT g, 'v' || g FROM generate_series(1, 20) g;
CREATE PUBLICATION diff_some FOR TABLE t, ref, plain WITH (publish = 'insert');
SELECT pubname, puballtables, pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot FROM pg_publication ORDER BY 1;
SELECT * FROM pg_publication_tables ORDER BY pubname, tablename;
UPDATE t SET n = 0 WHERE k = 1;
ALTER PUBLICATION diff_some SET (publish = 'insert, update, delete');
-- @error 55000
UPDATE t SET n = 0 WHERE k = 2;
-- @error 55000
DELETE FROM t WHERE k = 3;
-- @error 55000
MERGE INTO t USING plain p ON p.k = t.k WHEN MATCHED THEN DELETE;
-- @error 55000
WITH changed AS (UPDATE t SET n = 0 RETURNING k) SELECT count(*) FROM changed;
INSERT INTO t VALUES (100, 'new', 0);
ALTER TABLE t REPLICA IDENTITY FULL;
UPDATE t SET n = 0 WHERE k = 2;
ALTER TABLE t REPLICA IDENTITY DEFAULT;
ALTER PUBLICATION diff_some DROP TABLE t;
DELETE FROM t WHERE k = 3;
SELECT count(*), sum(n) FROM t;

-- Rows and columns.
ALTER PUBLICATION diff_some ADD TABLE keyed (k) WHERE (k > 5);
UPDATE keyed SET v = 'x' WHERE k = 1;
ALTER PUBLICATION diff_some SET TABLE keyed WHERE (v = 'x');
-- @error 42P10
UPDATE keyed SET v = 'y' WHERE k = 1;
ALTER PUBLICATION diff_some SET TABLE keyed (v);
-- @error 42P10
DELETE FROM keyed WHERE k = 1;
SELECT * FROM pg_publication_tables ORDER BY pubname, tablename;
-- @error 42703
ALTER PUBLICATION diff_some ADD TABLE t (missing);
-- @error 42710
ALTER PUBLICATION diff_some ADD TABLE keyed;
-- @error 2BP01
ALTER TABLE keyed DROP COLUMN v;

-- Schemas and all tables.
CREATE PUBLICATION diff_schema FOR TABLES IN SCHEMA diff_publications;
SELECT pubname, tablename FROM pg_publication_tables WHERE pubname = 'diff_schema' ORDER BY 2;
-- @error 55000
UPDATE t SET n = 0 WHERE k = 2;
CREATE TABLE later (k int);
-- @cluster SELECT create_distributed_table('later', 'k')
INSERT INTO later SELECT generate_series(1, 10);
-- @error 55000
DELETE FROM later;
DROP PUBLICATION diff_schema;
DELETE FROM later WHERE k < 5;
CREATE PUBLICATION diff_all FOR ALL TABLES;
SELECT tablename FROM pg_publication_tables WHERE pubname = 'diff_all' AND schemaname = 'diff_publications' ORDER BY 1;
-- @error 55000
DELETE FROM later;
DROP PUBLICATION diff_all, diff_some;
DELETE FROM later;
SELECT count(*) FROM later;
TRUNCATE t;
SELECT count(*) FROM pg_publication;

-- In transactions, and by CASCADE.
BEGIN;
CREATE PUBLICATION diff_undone FOR TABLE t;
ROLLBACK;
SELECT count(*) FROM pg_publication;
CREATE PUBLICATION diff_tables FOR TABLE later, t;
ALTER PUBLICATION diff_tables RENAME TO diff_renamed;
DROP TABLE later;
SELECT pubname, tablename FROM pg_publication_tables ORDER BY 2;
-- @error 42704
DROP PUBLICATION diff_tables;
DROP PUBLICATION IF EXISTS diff_tables, diff_renamed;
SELECT count(*) FROM pg_publication;

-- Distributed partitions of a local table.
CREATE TABLE parted (k int PRIMARY KEY, v text) PARTITION BY RANGE (k);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
CREATE TABLE parted_2 (k int PRIMARY KEY, v text);
-- @cluster SELECT create_distributed_table('parted_1', 'k')
-- @cluster SELECT create_distributed_table('parted_2', 'k')
CREATE PUBLICATION diff_parted FOR TABLE parted;
ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES FROM (100) TO (200);
INSERT INTO parted SELECT g, 'p' || g FROM generate_series(50, 150) g;
SELECT tablename FROM pg_publication_tables WHERE pubname = 'diff_parted' ORDER BY 1;
-- @cluster SELECT DISTINCT 1 / (result = 'parted_1,parted_2')::int FROM run_command_on_workers($$SELECT string_agg(tablename, ',' ORDER BY tablename) FROM pg_publication_tables WHERE pubname = 'diff_parted'$$)
ALTER TABLE parted DETACH PARTITION parted_1;
SELECT tablename FROM pg_publication_tables WHERE pubname = 'diff_parted' ORDER BY 1;
-- @cluster SELECT DISTINCT 1 / (result = 'parted_2')::int FROM run_command_on_workers($$SELECT string_agg(tablename, ',' ORDER BY tablename) FROM pg_publication_tables WHERE pubname = 'diff_parted'$$)
-- @cluster-error 0A000 ALTER PUBLICATION diff_parted SET (publish_via_partition_root = true)
DROP PUBLICATION diff_parted;
