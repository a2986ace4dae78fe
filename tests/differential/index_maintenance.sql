-- Proves that indexes of distributed tables are built, rebuilt and dropped CONCURRENTLY, and tables ordered by them
-- (CLUSTER), as on one PostgreSQL: catalogs, results and errors.
CREATE TABLE t (k int, id int, label text);
CREATE TABLE ref (id int PRIMARY KEY, label text);
-- @cluster SELECT create_distributed_table('t', 'k')
-- @cluster SELECT create_reference_table('ref')
INSERT INTO t SELECT g % 40, g, 'l' || g % 7 FROM generate_series(1, 400) g;
INSERT INTO ref SELECT g, 'r' || g FROM generate_series(1, 10) g;

CREATE INDEX CONCURRENTLY by_label ON t (label);
CREATE INDEX CONCURRENTLY ON t (lower(label), id DESC) WHERE id > 10;
CREATE INDEX CONCURRENTLY IF NOT EXISTS by_label ON t (id);
-- @error 42P07
CREATE INDEX CONCURRENTLY by_label ON t (id);
-- @error 42703
CREATE INDEX CONCURRENTLY by_missing ON t (missing);
CREATE UNIQUE INDEX CONCURRENTLY by_key ON t (k, id);
CREATE INDEX CONCURRENTLY ref_label ON ref (label);
SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'diff_index_maintenance' ORDER BY 1, 2;
SELECT indexrelid::regclass, indisvalid, indisready FROM pg_index WHERE indrelid IN ('t'::regclass, 'ref'::regclass) ORDER BY indexrelid::regclass::text;
-- @error 23505
INSERT INTO t VALUES (1, 1, 'twice');
INSERT INTO t VALUES (1, 1, 'twice') ON CONFLICT (k, id) DO UPDATE SET label = excluded.label RETURNING *;
SELECT count(*) FROM t WHERE label = 'l3';
BEGIN;
-- @error 25001
CREATE INDEX CONCURRENTLY in_block ON t (id);
ROLLBACK;
BEGIN;
-- @error 25001
DROP INDEX CONCURRENTLY by_label;
ROLLBACK;

-- What fails leaves an invalid index, which can be dropped.
DROP INDEX CONCURRENTLY by_key;
INSERT INTO t VALUES (1, 1, 'twice');
-- @error 23505
CREATE UNIQUE INDEX CONCURRENTLY by_key ON t (k, id);
SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 't'::regclass ORDER BY indexrelid::regclass::text;
INSERT INTO t VALUES (900, 900, 'new');
DELETE FROM t WHERE label = 'twice' OR k = 900;
DROP INDEX by_key;
CREATE UNIQUE INDEX CONCURRENTLY by_key ON t (k, id);
ALTER TABLE t ADD CONSTRAINT keyed UNIQUE USING INDEX by_key;
-- @error 23505
INSERT INTO t VALUES (2, 2, 'twice');
-- @error 42704
DROP INDEX CONCURRENTLY missing;
DROP INDEX CONCURRENTLY IF EXISTS missing;
-- @error 0A000
DROP INDEX CONCURRENTLY by_label, ref_label;
REINDEX TABLE CONCURRENTLY t;
REINDEX INDEX CONCURRENTLY by_label;
REINDEX SCHEMA diff_index_maintenance;
REINDEX SCHEMA CONCURRENTLY diff_index_maintenance;
BEGIN;
-- @error 25001
REINDEX SCHEMA diff_index_maintenance;
ROLLBACK;
SELECT count(*), sum(id) FROM t;

-- CLUSTER
-- @error 42704
CLUSTER t;
CLUSTER t USING by_label;
CLUSTER t;
SELECT indexrelid::regclass, indisclustered FROM pg_index WHERE indrelid = 't'::regclass ORDER BY indexrelid::regclass::text;
ALTER TABLE t CLUSTER ON keyed;
SELECT indexrelid::regclass, indisclustered FROM pg_index WHERE indrelid = 't'::regclass ORDER BY indexrelid::regclass::text;
CLUSTER t;
ALTER TABLE t SET WITHOUT CLUSTER;
-- @error 42704
CLUSTER t;
-- @error 42704
CLUSTER t USING missing;
CREATE INDEX partly ON t (id) WHERE id > 10;
-- @error 0A000
CLUSTER t USING partly;
CLUSTER ref USING ref_pkey;
BEGIN;
UPDATE t SET label = 'changed' WHERE id % 2 = 0;
CLUSTER t USING by_label;
DELETE FROM t WHERE id % 3 = 0;
SELECT count(*), count(*) FILTER (WHERE label = 'changed') FROM t;
ROLLBACK;
SELECT count(*), count(*) FILTER (WHERE label = 'changed') FROM t;
SELECT * FROM t WHERE k = 5;
SELECT count(*) FROM ref;
DROP INDEX CONCURRENTLY by_label;
