-- Proves that DDL on distributed tables has the effect that it has on a plain table: columns, indexes,
-- constraints, names, comments, grants, and what catalogs tell of it.
CREATE TABLE t (k int, id int, v int, s text);
CREATE TABLE ref (id int PRIMARY KEY, s text);
-- @cluster SELECT create_distributed_table('t', 'k')
-- @cluster SELECT create_reference_table('ref')
INSERT INTO t SELECT g % 9, g, g * 2, 's' || g % 4 FROM generate_series(1, 60) g;
INSERT INTO ref SELECT g, 'r' || g FROM generate_series(1, 5) g;

-- Columns.
ALTER TABLE t ADD COLUMN extra int;
SELECT count(*), count(extra) FROM t;
ALTER TABLE t ADD COLUMN with_default text DEFAULT 'd''efault', ADD COLUMN nn int NOT NULL DEFAULT 5;
SELECT * FROM t WHERE k = 3;
-- @error 42701
ALTER TABLE t ADD COLUMN extra int;
ALTER TABLE t ADD COLUMN IF NOT EXISTS extra int;
UPDATE t SET extra = id WHERE k < 4;
ALTER TABLE t DROP COLUMN v;
SELECT * FROM t WHERE id < 5;
INSERT INTO t VALUES (1, 100, 'after', 1) RETURNING *;
-- @error 42703
SELECT v FROM t;
-- @error 42703
ALTER TABLE t DROP COLUMN v;
ALTER TABLE t DROP COLUMN IF EXISTS v;
ALTER TABLE t RENAME COLUMN s TO label;
SELECT label, count(*) FROM t GROUP BY label;
-- @error 42703
SELECT s FROM t;
ALTER TABLE t ADD COLUMN v numeric(8, 2) DEFAULT 1.5;
SELECT k, id, v FROM t WHERE id < 4;
ALTER TABLE t ALTER COLUMN extra SET DEFAULT 42;
INSERT INTO t (k, id) VALUES (2, 101) RETURNING extra, v, nn;
ALTER TABLE t ALTER COLUMN extra DROP DEFAULT;
INSERT INTO t (k, id) VALUES (2, 102) RETURNING extra;
ALTER TABLE t ALTER COLUMN extra TYPE bigint;
UPDATE t SET extra = 5000000000 WHERE k = 2 AND id = 102 RETURNING extra;
ALTER TABLE t ALTER COLUMN v TYPE text USING 'v=' || v;
SELECT v, count(*) FROM t GROUP BY v;
-- @error 42804
ALTER TABLE t ALTER COLUMN label TYPE int;
-- @error 22P02
ALTER TABLE t ALTER COLUMN label TYPE int USING label::int;
-- @error 23502
ALTER TABLE t ALTER COLUMN label SET NOT NULL;
UPDATE t SET label = 'filled' WHERE label IS NULL;
ALTER TABLE t ALTER COLUMN label SET NOT NULL;
-- @error 23502
ALTER TABLE t ALTER COLUMN extra SET NOT NULL;
ALTER TABLE t ALTER COLUMN label SET STATISTICS 500;
ALTER TABLE t ALTER COLUMN label SET STORAGE EXTERNAL;
SELECT attname, attnotnull, attstattarget, attstorage FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum;
SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns WHERE table_schema = 'diff_ddl' AND table_name = 't' ORDER BY ordinal_position;
SELECT * FROM t;

-- Indexes.
CREATE INDEX by_label ON t (label);
CREATE INDEX by_expression ON t (lower(label), id DESC NULLS LAST) WHERE id > 10;
CREATE UNIQUE INDEX unique_key ON t (k, id);
CREATE INDEX ON t (extra) INCLUDE (label);
CREATE INDEX by_hash ON t USING hash (label);
CREATE INDEX by_brin ON t USING brin (id);
CREATE INDEX by_gin ON t USING gin (to_tsvector('english', label));
CREATE INDEX by_gist ON t USING gist (int4range(id, id + 1));
CREATE INDEX by_spgist ON t USING spgist (label);
SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'diff_ddl' AND tablename = 't' ORDER BY 1;
SELECT id FROM t WHERE lower(label) = 's3' AND id > 10 ORDER BY id;
-- @error 23505
INSERT INTO t (k, id, label) VALUES (1, 100, 'dup');
-- @error 42P07
CREATE INDEX by_label ON t (id);
CREATE INDEX IF NOT EXISTS by_label ON t (id);
DROP INDEX by_label, by_brin;
DROP INDEX IF EXISTS by_label;
-- @error 42704
DROP INDEX by_label;
ALTER INDEX by_hash RENAME TO by_hash_renamed;
DROP INDEX by_hash_renamed;
REINDEX TABLE t;
REINDEX INDEX unique_key;
CREATE INDEX CONCURRENTLY by_label ON t (label);
DROP INDEX CONCURRENTLY by_label;
-- @error 42703
CREATE INDEX ON t (nope);
ALTER TABLE t ADD CONSTRAINT t_pk PRIMARY KEY USING INDEX unique_key;
-- @error 23505
INSERT INTO t (k, id, label) VALUES (1, 100, 'dup');
INSERT INTO t (k, id, label) VALUES (1, 100, 'dup') ON CONFLICT (k, id) DO UPDATE SET label = 'upserted' RETURNING label;

-- Names and schemas.
ALTER TABLE t RENAME TO renamed;
SELECT count(*) FROM renamed;
SELECT count(*) FROM renamed WHERE k = 3;
-- @error 42P01
SELECT count(*) FROM t;
INSERT INTO renamed (k, id, label) VALUES (3, 300, 'x');
ALTER TABLE renamed RENAME TO "Odd ""name""";
SELECT count(*) FROM "Odd ""name""" WHERE k = 3;
ALTER TABLE "Odd ""name""" RENAME TO t;
ALTER TABLE t RENAME CONSTRAINT t_pk TO t_key;
ALTER TABLE t DROP CONSTRAINT t_key;
ALTER TABLE t RENAME COLUMN k TO "Key";
SELECT "Key", count(*) FROM t WHERE "Key" = 3 GROUP BY "Key";
ALTER TABLE t RENAME COLUMN "Key" TO k;
CREATE SCHEMA diff_ddl_other;
ALTER TABLE t SET SCHEMA diff_ddl_other;
SELECT count(*) FROM diff_ddl_other.t;
ALTER TABLE diff_ddl_other.t SET SCHEMA diff_ddl;
SELECT count(*) FROM t;
DROP SCHEMA diff_ddl_other;

-- Everything around a table.
COMMENT ON TABLE t IS 'the table''s comment';
COMMENT ON COLUMN t.label IS 'a column';
SELECT obj_description('t'::regclass), col_description('t'::regclass, attnum) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'label';
ALTER TABLE t SET (fillfactor = 70, autovacuum_enabled = false);
SELECT reloptions FROM pg_class WHERE oid = 't'::regclass;
ALTER TABLE t RESET (fillfactor);
ALTER TABLE t REPLICA IDENTITY FULL;
SELECT relreplident FROM pg_class WHERE oid = 't'::regclass;
CREATE ROLE diff_reader LOGIN PASSWORD 'not-used';
GRANT USAGE ON SCHEMA diff_ddl TO diff_reader;
GRANT SELECT ON t TO diff_reader;
GRANT SELECT ON ref TO diff_reader;
SELECT has_table_privilege('diff_reader', 't', 'SELECT'), has_table_privilege('diff_reader', 't', 'INSERT');
REVOKE ALL ON t FROM diff_reader;
SELECT has_table_privilege('diff_reader', 't', 'SELECT');
REVOKE ALL ON ref FROM diff_reader;
REVOKE ALL ON SCHEMA diff_ddl FROM diff_reader;
DROP ROLE diff_reader;
VACUUM t;
VACUUM ANALYZE t;
ANALYZE t (label);
VACUUM (FULL) t;
-- @error 42704
CLUSTER t;
ANALYZE;
SELECT count(*), min(id), max(id) FROM t;

-- Reference tables.
ALTER TABLE ref ADD COLUMN n int DEFAULT 3;
ALTER TABLE ref RENAME COLUMN s TO txt;
CREATE UNIQUE INDEX ref_txt ON ref (txt);
-- @error 23505
INSERT INTO ref VALUES (9, 'r1');
ALTER TABLE ref ADD CHECK (n > 0);
-- @error 23514
UPDATE ref SET n = 0 WHERE id = 1;
ALTER TABLE ref ALTER COLUMN n TYPE numeric;
DROP INDEX ref_txt;
ALTER TABLE ref RENAME TO reference;
SELECT * FROM reference;
SELECT count(*) FROM t JOIN reference r ON r.id = t.k;
ALTER TABLE reference DROP COLUMN n;
TRUNCATE reference;
SELECT * FROM reference;
DROP TABLE reference;
-- @error 42P01
SELECT * FROM reference;

-- In transactions.
BEGIN;
ALTER TABLE t ADD COLUMN maybe int DEFAULT 1;
UPDATE t SET maybe = 2 WHERE k = 3;
SELECT maybe, count(*) FROM t GROUP BY maybe;
CREATE INDEX ON t (maybe);
ROLLBACK;
-- @error 42703
SELECT maybe FROM t;
BEGIN;
ALTER TABLE t ADD COLUMN surely int DEFAULT 1;
SAVEPOINT s;
ALTER TABLE t DROP COLUMN surely;
ROLLBACK TO s;
INSERT INTO t (k, id, label, surely) VALUES (4, 400, 'x', 9);
COMMIT;
SELECT surely, count(*) FROM t GROUP BY surely;
PREPARE p(int) AS SELECT * FROM t WHERE k = $1 AND id < 20;
EXECUTE p(3);
ALTER TABLE t ADD COLUMN later int DEFAULT 77;
-- @error 0A000
EXECUTE p(3);
PREPARE q(int) AS SELECT id, label FROM t WHERE k = $1 AND id < 20;
EXECUTE q(3);
ALTER TABLE t DROP COLUMN later;
EXECUTE q(3);
-- @error 2BP01
DROP SCHEMA diff_ddl;
CREATE VIEW over_t AS SELECT k, label FROM t;
-- @error 2BP01
DROP TABLE t;
-- @error 2BP01
ALTER TABLE t DROP COLUMN label;
DROP TABLE t CASCADE;
-- @error 42P01
SELECT * FROM over_t;
DROP TABLE IF EXISTS t;
-- @error 42P01
DROP TABLE t;
CREATE TABLE t (k text, other int);
-- @cluster SELECT create_distributed_table('t', 'k')
INSERT INTO t VALUES ('again', 1), ('and', 2);
SELECT * FROM t;
DROP TABLE t;

-- What PostgreSQL refuses, too, it refuses in its own words.
CREATE TABLE plain (k int, v int);
CREATE INDEX plain_index ON plain (v);
-- @cluster SELECT create_distributed_table('plain', 'k')
-- @error 42P17
CREATE TABLE part_of_plain PARTITION OF plain FOR VALUES IN (1);
-- @error 42809
ALTER INDEX plain_index ALTER COLUMN v SET (n_distinct = 100);
-- @error 22023
SECURITY LABEL ON TABLE plain IS 'secret';
ALTER TABLE plain SET WITHOUT OIDS;
CREATE ACCESS METHOD other_heap TYPE TABLE HANDLER heap_tableam_handler;
INSERT INTO plain SELECT g, g FROM generate_series(1, 10) g;
ALTER TABLE plain SET ACCESS METHOD other_heap;
SELECT count(*), sum(v) FROM plain;
SELECT amname FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE c.oid = 'plain'::regclass;
DROP TABLE plain;
DROP ACCESS METHOD other_heap;
