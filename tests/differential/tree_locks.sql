-- Proves that locking clauses on tables with distributed partitions and heirs return what PostgreSQL returns, and that
-- foreign keys hold where such trees are on either side. Who waits for whom: tests/sql/row_locks_test.cc.
CREATE TABLE pr (a int, b text, c int) PARTITION BY LIST (a);
CREATE TABLE pr1 PARTITION OF pr FOR VALUES IN (1, 2);
CREATE TABLE p3 (c int, junk int, a int, b text);
ALTER TABLE p3 DROP COLUMN junk;
CREATE TABLE p4 (b text, a int, c int);
-- @cluster SELECT create_distributed_table('p3', 'c', shard_count => 8)
-- @cluster SELECT create_distributed_table('p4', 'a', shard_count => 4, colocate_with => 'none')
INSERT INTO pr1 SELECT 1 + g % 2, 'local' || g, g FROM generate_series(1, 5) g;
INSERT INTO p3 SELECT g, 3, 't' || g FROM generate_series(1, 5) g;
INSERT INTO p4 SELECT 'u' || g, 4, g FROM generate_series(1, 5) g;
ALTER TABLE pr ATTACH PARTITION p3 FOR VALUES IN (3);
ALTER TABLE pr ATTACH PARTITION p4 FOR VALUES IN (4, 5);
CREATE TABLE plain (k int PRIMARY KEY, v int);
INSERT INTO plain VALUES (1, 1), (2, 2);
CREATE TABLE d (k int PRIMARY KEY, v int);
-- @cluster SELECT create_distributed_table('d', 'k', shard_count => 8)
INSERT INTO d SELECT g, g FROM generate_series(1, 9) g;
BEGIN;
SELECT * FROM pr FOR UPDATE;
SELECT * FROM pr WHERE c = 4 FOR NO KEY UPDATE NOWAIT;
SELECT tableoid::regclass::text, * FROM pr WHERE c IN (4, 5) ORDER BY c, a FOR KEY SHARE SKIP LOCKED;
SELECT pr FROM pr WHERE a > 2 ORDER BY c, a FOR SHARE;
SELECT * FROM pr x JOIN pr y ON x.c = y.a ORDER BY 1, 2, 3, 4, 5 FOR SHARE OF x;
SELECT * FROM pr x JOIN pr y ON x.c = y.a AND y.b < 't3' ORDER BY 1, 2, 3, 4, 5 FOR SHARE;
SELECT * FROM plain, pr WHERE pr.c = plain.k ORDER BY k, a FOR UPDATE;
SELECT * FROM plain LEFT JOIN pr ON pr.c = plain.k ORDER BY k, a FOR UPDATE OF plain;
SELECT plain.*, pr FROM plain LEFT JOIN pr ON pr.c = plain.k ORDER BY k, pr.a FOR UPDATE OF plain;
SELECT * FROM d, pr WHERE pr.a = d.k ORDER BY k, c FOR UPDATE;
SELECT * FROM d, pr WHERE pr.a = d.k ORDER BY k, c FOR UPDATE OF pr;
SELECT * FROM d, pr WHERE pr.a = d.k ORDER BY k, c FOR UPDATE OF d;
SELECT a, c FROM pr WHERE b < 'u' ORDER BY c DESC, a LIMIT 4 FOR UPDATE;
WITH x AS (SELECT * FROM pr WHERE c < 3 FOR UPDATE) SELECT count(*) FROM x;
SELECT * FROM d WHERE k IN (SELECT c FROM pr WHERE a = 3 FOR UPDATE) ORDER BY k;
SELECT k, (SELECT b FROM pr WHERE pr.c = d.k AND a = 4 FOR SHARE) FROM d ORDER BY k;
UPDATE plain SET v = s.c FROM (SELECT * FROM pr WHERE a = 3 FOR UPDATE) s WHERE s.c = k RETURNING *;
PREPARE lock(int) AS SELECT * FROM pr WHERE a = $1 ORDER BY c FOR UPDATE;
EXECUTE lock(4);
EXECUTE lock(1);
COMMIT;
-- @error 0A000
SELECT * FROM plain LEFT JOIN pr ON pr.c = plain.k FOR UPDATE;
-- @error 0A000
SELECT a, count(*) FROM pr GROUP BY a FOR UPDATE;
CREATE VIEW of_pr AS SELECT a, b FROM pr WHERE c < 3;
SELECT * FROM of_pr ORDER BY a, b FOR UPDATE;
DO $$
DECLARE x record; n int := 0;
BEGIN
    FOR x IN SELECT * FROM pr WHERE c > 3 FOR UPDATE LOOP n := n + x.c; END LOOP;
    IF n <> 27 THEN RAISE 'sum is %', n; END IF;
END $$;
-- A distributed table with local heirs.
CREATE TABLE h (a int, b int);
-- @cluster SELECT create_distributed_table('h', 'a', shard_count => 8)
CREATE TABLE heir (c int) INHERITS (h);
INSERT INTO h SELECT g, g FROM generate_series(1, 5) g;
INSERT INTO heir SELECT g, g, g FROM generate_series(3, 7) g;
SELECT tableoid::regclass::text, * FROM h ORDER BY a, 1 FOR UPDATE;
SELECT * FROM ONLY h ORDER BY a FOR UPDATE;
SELECT * FROM h JOIN d ON d.k = h.a ORDER BY a, b FOR UPDATE OF h;
-- Foreign keys of a tree to a distributed table.
CREATE TABLE target (id int PRIMARY KEY, v int);
-- @cluster SELECT create_distributed_table('target', 'id', shard_count => 8)
INSERT INTO target SELECT g, g FROM generate_series(1, 40) g;
CREATE TABLE refs (a int, ref int REFERENCES target ON DELETE CASCADE ON UPDATE CASCADE) PARTITION BY RANGE (a);
CREATE TABLE refs1 PARTITION OF refs FOR VALUES FROM (0) TO (10);
CREATE TABLE refs2 PARTITION OF refs FOR VALUES FROM (10) TO (20);
INSERT INTO refs SELECT g, g FROM generate_series(1, 19) g;
DELETE FROM target WHERE id IN (3, 13);
UPDATE target SET id = id + 100 WHERE id IN (4, 14);
SELECT * FROM refs WHERE a IN (3, 13, 4, 14) ORDER BY a;
-- Foreign keys of local tables to a tree.
CREATE TABLE tt (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);
CREATE TABLE tt1 PARTITION OF tt FOR VALUES FROM (0) TO (10);
CREATE TABLE tt2 (id int NOT NULL, v int);
-- @cluster SELECT create_distributed_table('tt2', 'id', shard_count => 8)
ALTER TABLE tt ATTACH PARTITION tt2 FOR VALUES FROM (10) TO (20);
INSERT INTO tt SELECT g, g FROM generate_series(1, 19) g;
CREATE TABLE of_tt (id int REFERENCES tt, w int REFERENCES tt ON DELETE SET NULL ON UPDATE CASCADE);
-- @error 23503
INSERT INTO of_tt VALUES (30, 1);
-- @error 23503
INSERT INTO of_tt VALUES (1, 30);
INSERT INTO of_tt VALUES (1, 2), (11, 12), (NULL, 13), (NULL, 3);
-- @error 23503
DELETE FROM tt WHERE id = 1;
-- @error 23503
DELETE FROM tt WHERE id = 11;
-- @error 23503
DELETE FROM tt2 WHERE id = 11;
DELETE FROM tt WHERE id = 14;
-- @error 23503
UPDATE tt2 SET id = 14 WHERE id = 11;
DELETE FROM tt WHERE id IN (2, 12);
UPDATE tt2 SET v = 0 WHERE id = 11;
SELECT * FROM of_tt ORDER BY id, w;
SELECT * FROM tt ORDER BY id;
