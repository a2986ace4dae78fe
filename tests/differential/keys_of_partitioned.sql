-- Proves that the keys of a local partitioned table whose partitions are distributed beside what they reference act once: a
-- referenced row that moves to another shard takes along what references it.
CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));
-- @cluster SELECT create_distributed_table('p', 'a', shard_count => 4)
CREATE TABLE r (k int PRIMARY KEY);
-- @cluster SELECT create_reference_table('r')
CREATE TABLE c (a int, b int, k int DEFAULT 1) PARTITION BY LIST (a);
CREATE TABLE c1 PARTITION OF c FOR VALUES IN (1, 2);
CREATE TABLE c2 PARTITION OF c FOR VALUES IN (3, 4, 5);
CREATE TABLE c3 PARTITION OF c DEFAULT;
-- @cluster SELECT create_distributed_table('c1', 'a', colocate_with => 'p')
-- @cluster SELECT create_distributed_table('c2', 'a', colocate_with => 'p')
INSERT INTO p SELECT g, g FROM generate_series(1, 9) g;
INSERT INTO r VALUES (1), (2), (3);
INSERT INTO c SELECT g, g, 1 + g % 3 FROM generate_series(1, 9) g;
ALTER TABLE c ADD FOREIGN KEY (a, b) REFERENCES p ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE c ADD FOREIGN KEY (k) REFERENCES r ON UPDATE CASCADE ON DELETE SET DEFAULT;
UPDATE p SET a = 5, b = 50 WHERE a = 3;
SELECT tableoid::regclass::text, * FROM c ORDER BY 2, 3;
UPDATE p SET a = 4, b = 40 WHERE a = 1;
UPDATE p SET a = 1 WHERE a = 8;
SELECT tableoid::regclass::text, * FROM c ORDER BY 2, 3;
UPDATE p SET b = b + 1000;
SELECT tableoid::regclass::text, * FROM c ORDER BY 2, 3;
DELETE FROM p WHERE a IN (1, 4, 9);
SELECT tableoid::regclass::text, * FROM c ORDER BY 2, 3;
UPDATE r SET k = 20 WHERE k = 2;
DELETE FROM r WHERE k = 3;
SELECT tableoid::regclass::text, * FROM c ORDER BY 2, 3;
-- @error 23503
INSERT INTO c VALUES (1, 1, 1);
-- @error 23503
INSERT INTO c1 VALUES (2, 1002, 3);
INSERT INTO c1 VALUES (2, 1002, 20);
-- @error 23503
UPDATE c SET a = 1 WHERE a = 2;
-- Other actions, and none.
ALTER TABLE c DROP CONSTRAINT c_a_b_fkey, ADD FOREIGN KEY (a, b) REFERENCES p ON UPDATE SET NULL ON DELETE SET NULL (b);
UPDATE p SET a = 1 WHERE a = 2;
DELETE FROM p WHERE a = 7;
SELECT tableoid::regclass::text, * FROM c ORDER BY 2, 3, 4;
ALTER TABLE c DROP CONSTRAINT c_a_b_fkey, ADD FOREIGN KEY (a, b) REFERENCES p DEFERRABLE;
-- @error 23503
UPDATE p SET a = 2 WHERE a = 6;
-- @error 23503
DELETE FROM p WHERE a = 6;
UPDATE p SET a = 2 WHERE a = 1;
SELECT * FROM p ORDER BY a, b;
-- A partition that comes with a key of its own, and goes with it.
CREATE TABLE c4 (a int, b int, k int, FOREIGN KEY (a, b) REFERENCES p ON UPDATE CASCADE);
-- @cluster SELECT create_distributed_table('c4', 'a', colocate_with => 'p')
ALTER TABLE c DROP CONSTRAINT c_a_b_fkey, ADD FOREIGN KEY (a, b) REFERENCES p ON UPDATE CASCADE;
INSERT INTO p VALUES (10, 10), (11, 11);
INSERT INTO c4 VALUES (10, 10, 1);
ALTER TABLE c ATTACH PARTITION c4 FOR VALUES IN (10, 11, 12, 13);
UPDATE p SET a = 12 WHERE a = 10;
SELECT * FROM c4;
ALTER TABLE c DETACH PARTITION c4;
UPDATE p SET a = 14 WHERE a = 12;
SELECT * FROM c4;
DROP TABLE c, c4, p, r;
