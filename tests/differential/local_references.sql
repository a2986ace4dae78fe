-- Proves that foreign keys of local tables to distributed ones hold: PostgreSQL's own checks when the local table is
-- written, and no write of the distributed one that could break them.
CREATE TABLE pk (a int PRIMARY KEY, b int);
-- @cluster SELECT create_distributed_table('pk', 'a', shard_count => 8)
INSERT INTO pk SELECT g, g FROM generate_series(1, 20) g;
CREATE TABLE fk (x int PRIMARY KEY, a int REFERENCES pk ON DELETE CASCADE DEFERRABLE);
INSERT INTO fk VALUES (1, 1), (2, 2), (3, NULL);
-- @error 23503
INSERT INTO fk VALUES (4, 44);
-- @error 23503
UPDATE fk SET a = 44 WHERE x = 1;
UPDATE fk SET a = 4 WHERE x = 1;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO fk VALUES (5, 100);
INSERT INTO pk VALUES (100, 100);
COMMIT;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO fk VALUES (6, 200);
-- @error 23503
COMMIT;
UPDATE pk SET b = b + 1 WHERE a < 5;
INSERT INTO pk VALUES (1, 0) ON CONFLICT (a) DO UPDATE SET b = 7;
-- @cluster-error 0A000 DELETE FROM pk WHERE a = 4
-- @cluster-error 0A000 UPDATE pk SET a = 70 WHERE a = 4
-- @cluster-error 0A000 WITH d AS (DELETE FROM pk WHERE a = 4 RETURNING a) SELECT * FROM d
-- @cluster-error 0A000 MERGE INTO pk USING fk ON pk.a = fk.a WHEN MATCHED THEN DELETE
-- @error 0A000
TRUNCATE pk;
SELECT * FROM pk ORDER BY a;
SELECT * FROM fk ORDER BY x;
CREATE TABLE late (a int);
INSERT INTO late VALUES (1), (1000);
-- @error 23503
ALTER TABLE late ADD FOREIGN KEY (a) REFERENCES pk;
DELETE FROM late WHERE a = 1000;
ALTER TABLE late ADD CONSTRAINT late_a FOREIGN KEY (a) REFERENCES pk;
-- @error 23503
INSERT INTO late VALUES (1000);
ALTER TABLE late DROP CONSTRAINT late_a;
INSERT INTO late VALUES (1000);
CREATE TABLE fk2 (a int PRIMARY KEY REFERENCES pk ON DELETE CASCADE, v int);
INSERT INTO fk2 VALUES (5, 5);
-- @error 23503
INSERT INTO fk2 VALUES (55, 5);
-- @cluster-error 0A000 DELETE FROM pk WHERE a = 5
-- @cluster SELECT create_distributed_table('fk2', 'a', colocate_with => 'pk')
-- @error 23503
INSERT INTO fk2 VALUES (55, 5);
DROP TABLE fk;
DELETE FROM pk WHERE a = 5;
SELECT count(*) FROM fk2;
SELECT count(*) FROM pk;
-- A table that is referenced before it is distributed.
CREATE TABLE pk3 (a int PRIMARY KEY);
CREATE TABLE fk3 (a int REFERENCES pk3);
INSERT INTO pk3 VALUES (1), (2);
INSERT INTO fk3 VALUES (1);
-- @cluster SELECT create_distributed_table('pk3', 'a', shard_count => 8)
-- @error 23503
INSERT INTO fk3 VALUES (3);
-- @cluster-error 0A000 DELETE FROM pk3
-- @cluster SELECT undistribute_table('pk3')
-- @error 23503
DELETE FROM pk3 WHERE a = 1;
-- Statistics over several columns are made of a distributed table's rows.
CREATE TABLE st (k int, b int, c int, wide text);
-- @cluster SELECT create_distributed_table('st', 'k', shard_count => 8)
INSERT INTO st SELECT g, g % 10, g % 10, CASE WHEN g % 100 = 0 THEN repeat('x', 5000) END FROM generate_series(1, 3000) g;
CREATE STATISTICS st_bc (dependencies, ndistinct) ON b, c FROM st;
CREATE STATISTICS st_expression ON (b + c) FROM st;
ANALYZE st;
SELECT stxdndistinct, stxddependencies FROM pg_statistic_ext JOIN pg_statistic_ext_data ON oid = stxoid
    WHERE stxname = 'st_bc' AND stxrelid = 'st'::regclass;
SELECT n_distinct FROM pg_stats_ext_exprs WHERE tablename = 'st' AND schemaname = current_schema();
DROP STATISTICS st_bc;
