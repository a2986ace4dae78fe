-- Proves that distributed tables may be partitions of local tables: attached, read, changed with them, detached.
CREATE TABLE pr (a int, b text, c int) PARTITION BY LIST (a);
CREATE INDEX pr_c ON pr (c);
CREATE TABLE pr1 PARTITION OF pr FOR VALUES IN (1, 2);
CREATE TABLE p3 (c int, junk int, a int, b text);
ALTER TABLE p3 DROP COLUMN junk;
-- @cluster SELECT create_distributed_table('p3', 'c', shard_count => 8)
INSERT INTO pr1 SELECT 1 + g % 2, 'local' || g, g FROM generate_series(1, 20) g;
INSERT INTO p3 SELECT g, 3, 't' || g FROM generate_series(1, 50) g;
PREPARE by_a(int) AS SELECT count(*), sum(c) FROM pr WHERE a = $1;
EXECUTE by_a(3);
-- Rows that do not belong there are found where they lie.
INSERT INTO p3 VALUES (1, 4, 'wrong');
-- @error 23514
ALTER TABLE pr ATTACH PARTITION p3 FOR VALUES IN (3);
DELETE FROM p3 WHERE a = 4;
ALTER TABLE pr ATTACH PARTITION p3 FOR VALUES IN (3);
EXECUTE by_a(3);
-- @error 23514
INSERT INTO p3 VALUES (1, 4, 'wrong');
-- @error 23514
UPDATE p3 SET a = 4 WHERE c = 7;
INSERT INTO p3 VALUES (51, 3, 'late');
SELECT count(*), sum(c), min(b), max(b) FROM pr;
SELECT * FROM pr WHERE a = 3 AND c < 4 ORDER BY c;
SELECT * FROM pr WHERE c = 4 ORDER BY a;
SELECT pr FROM pr WHERE c = 5 ORDER BY a;
SELECT tableoid::regclass::text, count(*) FROM pr GROUP BY 1 ORDER BY 1;
SELECT x.a, y.b, x.c FROM pr x JOIN pr y ON x.c = y.c AND x.a < y.a WHERE x.c < 6 ORDER BY 1, 2, 3;
SELECT c, (SELECT count(*) FROM pr i WHERE i.c = o.c) FROM p3 o WHERE c < 25 AND c > 17 ORDER BY 1;
SELECT max(c), min(c), count(DISTINCT a) FROM pr;
SELECT a, row_number() OVER (ORDER BY c, a) FROM pr WHERE c < 5 ORDER BY c, a;
SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = indexrelid WHERE indrelid = 'p3'::regclass;
-- What changes the partitioned table changes its partitions.
ALTER TABLE pr ADD COLUMN d int DEFAULT 7;
ALTER TABLE pr ADD CHECK (d < 100);
ALTER TABLE pr RENAME COLUMN b TO t;
SELECT * FROM pr WHERE c = 4 ORDER BY a;
-- @error 23514
INSERT INTO p3 VALUES (60, 3, 'x', 100);
ALTER TABLE pr ALTER COLUMN t TYPE varchar(20);
ALTER TABLE pr ALTER COLUMN t SET NOT NULL;
-- @error 23502
INSERT INTO p3 (c, a) VALUES (61, 3);
CREATE INDEX pr_t ON pr (t);
SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = indexrelid WHERE indrelid = 'p3'::regclass ORDER BY 1;
DROP INDEX pr_t;
SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = indexrelid WHERE indrelid = 'p3'::regclass ORDER BY 1;
ALTER TABLE pr DROP COLUMN d;
SELECT * FROM pr WHERE c = 4 ORDER BY a;
-- A default partition holds what the others do not.
CREATE TABLE pd PARTITION OF pr DEFAULT;
-- @cluster SELECT create_distributed_table('pd', 'a', shard_count => 8)
INSERT INTO pd VALUES (10, 'default', 10), (11, 'default', 11), (NULL, 'null', 12);
SELECT * FROM pr WHERE a > 5 OR a IS NULL ORDER BY a;
-- @error 23514
CREATE TABLE p10 PARTITION OF pr FOR VALUES IN (10);
CREATE TABLE p12 PARTITION OF pr FOR VALUES IN (12);
-- @error 23514
INSERT INTO pd VALUES (12, 'default', 10);
-- @error 23514
INSERT INTO pd VALUES (3, 'default', 10);
DROP TABLE p12;
INSERT INTO pd VALUES (12, 'default', 10);
ALTER TABLE pr DETACH PARTITION p3;
INSERT INTO p3 VALUES (1, 4, 'free');
INSERT INTO pd VALUES (3, 'default', 10);
SELECT count(*) FROM pr WHERE a = 3;
-- @error 23514
ALTER TABLE pr ATTACH PARTITION p3 FOR VALUES IN (3);
DELETE FROM p3 WHERE a = 4;
DELETE FROM pd WHERE a = 3;
ALTER TABLE pr ATTACH PARTITION p3 FOR VALUES IN (3);
SELECT count(*) FROM pr WHERE a = 3;
-- Partitions below partitions.
CREATE TABLE top (a int, b int, c int) PARTITION BY RANGE (a);
CREATE TABLE mid PARTITION OF top FOR VALUES FROM (0) TO (100) PARTITION BY RANGE (b);
CREATE TABLE leaf (b int, c int, a int);
-- @cluster SELECT create_distributed_table('leaf', 'c', shard_count => 8)
ALTER TABLE mid ATTACH PARTITION leaf FOR VALUES FROM (0) TO (10);
INSERT INTO leaf SELECT g % 10, g, g FROM generate_series(0, 99) g;
-- @error 23514
INSERT INTO leaf VALUES (1, 1, 100);
SELECT b, count(*), sum(a) FROM top GROUP BY b ORDER BY b;
ALTER TABLE top DETACH PARTITION mid;
INSERT INTO leaf VALUES (1, 1, 100);
SELECT count(*) FROM mid;
-- @error 23514
ALTER TABLE top ATTACH PARTITION mid FOR VALUES FROM (0) TO (100);
-- Heirs.
CREATE TABLE parent (k int, s text);
CREATE TABLE heir (x int, s text, k int);
-- @cluster SELECT create_distributed_table('heir', 'k', shard_count => 8)
INSERT INTO parent VALUES (1, 'parent'), (2, 'parent');
INSERT INTO heir SELECT g, 'heir', g FROM generate_series(1, 9) g;
ALTER TABLE heir INHERIT parent;
SELECT s, count(*), sum(k) FROM parent GROUP BY s ORDER BY s;
SELECT count(*) FROM ONLY parent;
SELECT tableoid::regclass::text, parent FROM parent WHERE k < 3 ORDER BY 1, 2;
ALTER TABLE parent ADD CHECK (k < 50);
-- @error 23514
INSERT INTO heir VALUES (1, 'x', 50);
INSERT INTO parent VALUES (3, 'parent');
BEGIN;
LOCK TABLE parent IN ACCESS EXCLUSIVE MODE;
COMMIT;
TRUNCATE parent;
SELECT count(*) FROM heir;
INSERT INTO heir VALUES (1, 'heir', 1);
ALTER TABLE heir NO INHERIT parent;
SELECT count(*) FROM parent;
-- @cluster-error 0A000 ALTER TABLE pr DETACH PARTITION p3 CONCURRENTLY
CREATE TABLE hashed (a int) PARTITION BY HASH (a);
CREATE TABLE hashed1 (a int);
-- @cluster SELECT create_distributed_table('hashed1', 'a', shard_count => 8)
ALTER TABLE hashed ATTACH PARTITION hashed1 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
-- @cluster-error 0A000 SELECT create_reference_table('pr1')
TRUNCATE pr;
SELECT count(*) FROM p3;
DROP TABLE p3;
SELECT count(*) FROM pr;
DROP TABLE pr, top, mid, parent, hashed;
SELECT count(*) FROM heir;
-- @cluster-error 42P01 SELECT count(*) FROM pd
-- What a distributed table is not.
CREATE TABLE whole (a int, b int);
CREATE TABLE other (a int, b int);
-- @cluster SELECT create_distributed_table('whole', 'a', shard_count => 8)
-- @error 42P17
ALTER TABLE whole ATTACH PARTITION other FOR VALUES IN (1);
-- @error 42P17
ALTER TABLE whole DETACH PARTITION other;
-- @error 42809
ALTER TABLE whole NOT OF;
-- @error 42809
ALTER TABLE whole OPTIONS (ADD x 'y');
ALTER TABLE whole SET WITHOUT OIDS;
INSERT INTO whole VALUES (1, 1);

-- VACUUM and ANALYZE of the parent reach its distributed partitions.
CREATE TABLE measured (a int, b int) PARTITION BY RANGE (a);
CREATE TABLE measured_1 PARTITION OF measured FOR VALUES FROM (0) TO (1000);
CREATE TABLE measured_2 PARTITION OF measured FOR VALUES FROM (1000) TO (2000);
-- @cluster SELECT create_distributed_table('measured_1', 'a')
INSERT INTO measured SELECT i, i % 7 FROM generate_series(0, 1999) i;
ANALYZE measured (b);
SELECT relname, reltuples FROM pg_class WHERE relname LIKE 'measured__' ORDER BY relname;
SELECT tablename, attname, n_distinct FROM pg_stats WHERE tablename LIKE 'measured__' ORDER BY 1, 2;
DELETE FROM measured WHERE b = 3;
VACUUM measured;
SELECT relname, reltuples FROM pg_class WHERE relname LIKE 'measured__' ORDER BY relname;
