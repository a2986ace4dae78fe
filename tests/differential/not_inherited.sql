-- Proves that CHECK ... NO INHERIT constraints of distributed tables hold for their rows, and not for their heirs.
CREATE TABLE t (k int, v int, CHECK (v < 1000) NO INHERIT);
-- @cluster SELECT create_distributed_table('t', 'k', shard_count => 8)
INSERT INTO t SELECT g, g FROM generate_series(1, 20) g;
-- @error 23514
ALTER TABLE t ADD CONSTRAINT small CHECK (v < 20) NO INHERIT;
ALTER TABLE t ADD CONSTRAINT small CHECK (v < 100) NO INHERIT, ADD CONSTRAINT everywhere CHECK (v <> 50);
CREATE TABLE heir () INHERITS (t);
-- @error 23514
INSERT INTO t VALUES (1, 100);
-- @error 23514
UPDATE t SET v = 101 WHERE k = 3;
INSERT INTO heir VALUES (1, 100), (2, 2000);
-- @error 23514
INSERT INTO heir VALUES (1, 50);
ALTER TABLE t ADD CONSTRAINT late CHECK (v > 5) NO INHERIT NOT VALID;
-- @error 23514
INSERT INTO t VALUES (1, 4);
INSERT INTO heir VALUES (1, 4);
-- @error 23514
ALTER TABLE t VALIDATE CONSTRAINT late;
DELETE FROM ONLY t WHERE v <= 5;
ALTER TABLE t VALIDATE CONSTRAINT late;
ALTER TABLE t ADD COLUMN w int DEFAULT 1 CHECK (w > 0) NO INHERIT;
-- @error 23514
INSERT INTO t VALUES (1, 10, 0);
INSERT INTO heir VALUES (1, 10, 0);
-- @error 42710
ALTER TABLE t ADD CONSTRAINT late CHECK (v > 5);
SELECT conname, connoinherit, convalidated FROM pg_constraint WHERE conrelid = 't'::regclass AND contype = 'c' ORDER BY 1;
SELECT conname, connoinherit, coninhcount FROM pg_constraint WHERE conrelid = 'heir'::regclass ORDER BY 1;
ALTER TABLE t RENAME CONSTRAINT small TO smaller;
ALTER TABLE t DROP CONSTRAINT smaller;
INSERT INTO t VALUES (1, 100);
SELECT count(*), sum(v), max(v) FROM t;
DROP TABLE heir;
-- @cluster SELECT undistribute_table('t')
-- @error 23514
INSERT INTO t VALUES (1, 4);
SELECT conname, connoinherit, convalidated FROM pg_constraint WHERE conrelid = 't'::regclass AND contype = 'c' ORDER BY 1;
