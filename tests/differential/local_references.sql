-- Proves that foreign keys of local tables to distributed ones hold: PostgreSQL's own checks when the local table is
-- written, and its own actions when the distributed one is.
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
INSERT INTO fk VALUES (7, 7), (8, 8), (9, 9), (10, 9);
BEGIN;
DELETE FROM pk WHERE a = 4;
SELECT * FROM fk ORDER BY x;
SAVEPOINT s;
WITH d AS (DELETE FROM pk WHERE a IN (7, 19) RETURNING a) SELECT * FROM d ORDER BY a;
SELECT * FROM fk ORDER BY x;
ROLLBACK TO s;
MERGE INTO pk USING fk ON pk.a = fk.a WHEN MATCHED AND fk.a <> 9 THEN DELETE;
SELECT * FROM fk ORDER BY x;
ROLLBACK;
SELECT * FROM fk ORDER BY x;
DELETE FROM pk WHERE a = 9 RETURNING *;
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
BEGIN;
DELETE FROM pk WHERE a = 5;
SELECT * FROM fk2;
ROLLBACK;
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
-- @error 23503
DELETE FROM pk3;
DELETE FROM pk3 WHERE a = 2;
-- @cluster SELECT undistribute_table('pk3')
-- @error 23503
DELETE FROM pk3 WHERE a = 1;
-- Every action, keys of several columns, and what follows from one local table to the next.
CREATE TABLE p (a int, b int, c int, PRIMARY KEY (a), UNIQUE (a, b));
-- @cluster SELECT create_distributed_table('p', 'a', shard_count => 8)
INSERT INTO p SELECT g, g, g FROM generate_series(1, 30) g;
CREATE TABLE cascades (x int PRIMARY KEY, a int REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE follows (x int REFERENCES cascades ON DELETE CASCADE, y int);
CREATE TABLE sets_null (x int, a int DEFAULT 9 REFERENCES p ON DELETE SET NULL ON UPDATE SET DEFAULT);
CREATE TABLE sets_default (x int, a int DEFAULT 30 REFERENCES p ON DELETE SET DEFAULT ON UPDATE SET NULL);
CREATE TABLE keeps (x int, a int, b int, FOREIGN KEY (a, b) REFERENCES p (a, b));
CREATE TABLE restricts (x int, a int REFERENCES p ON DELETE RESTRICT ON UPDATE RESTRICT);
CREATE TABLE log (line text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log VALUES (TG_TABLE_NAME || ' ' || TG_OP || ' ' || coalesce(OLD::text, ''));
    RETURN NULL;
END $$;
CREATE TRIGGER note AFTER UPDATE OR DELETE ON cascades FOR EACH ROW EXECUTE FUNCTION note();
INSERT INTO cascades SELECT g, g % 6 FROM generate_series(1, 12) g WHERE g % 6 > 0;
INSERT INTO follows SELECT x, x FROM cascades;
INSERT INTO sets_null SELECT g, g FROM generate_series(3, 8) g;
INSERT INTO sets_default SELECT g, g FROM generate_series(5, 10) g;
INSERT INTO keeps VALUES (1, 11, 11), (2, NULL, 12);
INSERT INTO restricts VALUES (1, 13);
DELETE FROM p WHERE a = 1;
DELETE FROM p WHERE a BETWEEN 2 AND 4;
SELECT * FROM cascades ORDER BY x;
SELECT * FROM follows ORDER BY x;
SELECT * FROM sets_null ORDER BY x;
UPDATE p SET a = 105 WHERE a = 5;
UPDATE p SET a = a + 100 WHERE a IN (6, 7, 8);
SELECT * FROM cascades ORDER BY x;
SELECT * FROM sets_null ORDER BY x;
SELECT * FROM sets_default ORDER BY x;
DELETE FROM p WHERE a = 10;
SELECT * FROM sets_default ORDER BY x;
DELETE FROM p WHERE a = 9;
-- @error 23503
UPDATE p SET b = 0 WHERE a = 11;
UPDATE p SET b = 11, c = 7 WHERE a = 11;
UPDATE p SET b = 0 WHERE a = 12;
-- @error 23503
DELETE FROM p WHERE a = 11;
-- @error 23503
UPDATE p SET a = 113 WHERE a = 13;
-- @error 23503
DELETE FROM p WHERE a >= 13;
-- @error 23503
DELETE FROM p;
WITH gone AS (DELETE FROM keeps WHERE x = 1 RETURNING a) DELETE FROM p USING gone WHERE p.a = gone.a RETURNING p.*;
INSERT INTO p VALUES (14, 14, 14) ON CONFLICT (a) DO UPDATE SET c = -1;
INSERT INTO p VALUES (14, 14, 14) ON CONFLICT (a) DO UPDATE SET b = -1;
SELECT * FROM log ORDER BY line;
-- Rows that a BEFORE trigger changes, and rows that triggers delete.
CREATE FUNCTION shift() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.b := NEW.b + 1; RETURN NEW; END $$;
CREATE TRIGGER shift BEFORE UPDATE ON p FOR EACH ROW EXECUTE FUNCTION shift();
INSERT INTO keeps VALUES (3, 15, 15);
-- @error 23503
UPDATE p SET c = 0 WHERE a = 15;
UPDATE p SET c = 0 WHERE a = 16;
SELECT * FROM p ORDER BY a;
CREATE FUNCTION purge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM p WHERE a = OLD.x; RETURN NULL; END $$;
CREATE TRIGGER purge AFTER DELETE ON sets_null FOR EACH ROW EXECUTE FUNCTION purge();
DELETE FROM sets_null WHERE x IN (3, 4);
INSERT INTO sets_null VALUES (17, 17), (18, 18);
DELETE FROM sets_null WHERE x > 16;
SELECT * FROM p WHERE a BETWEEN 15 AND 20 ORDER BY a;
-- What the nodes delete or change by themselves, local tables must not reference.
CREATE TABLE above (a int PRIMARY KEY);
CREATE TABLE below (a int PRIMARY KEY REFERENCES above ON DELETE CASCADE, b int);
CREATE TABLE deep (a int PRIMARY KEY REFERENCES below ON DELETE CASCADE);
CREATE TABLE beside (a int, ref int, UNIQUE (a), UNIQUE (a, ref));
CREATE TABLE country (id int PRIMARY KEY, name text);
-- @cluster SELECT create_reference_table('country')
-- @cluster SELECT create_distributed_table('above', 'a', shard_count => 8)
-- @cluster SELECT create_distributed_table('below', 'a', colocate_with => 'above')
-- @cluster SELECT create_distributed_table('deep', 'a', colocate_with => 'above')
-- @cluster SELECT create_distributed_table('beside', 'a', colocate_with => 'above')
INSERT INTO above SELECT generate_series(1, 9);
INSERT INTO below SELECT a FROM above;
INSERT INTO deep SELECT a FROM above;
DELETE FROM above WHERE a = 9;
CREATE TABLE of_deep (a int CONSTRAINT of_deep_a REFERENCES deep);
INSERT INTO of_deep VALUES (1);
-- @cluster-error 0A000 DELETE FROM above WHERE a = 1
-- @cluster-error 0A000 DELETE FROM below
-- @cluster-error 0A000 MERGE INTO above USING (VALUES (1)) v (a) ON v.a = above.a WHEN MATCHED THEN DELETE
-- @error 23503
DELETE FROM deep;
DELETE FROM deep WHERE a = 2;
ALTER TABLE of_deep DROP CONSTRAINT of_deep_a;
DELETE FROM above WHERE a = 3;
SELECT count(*) FROM deep;
ALTER TABLE beside ADD CONSTRAINT beside_ref FOREIGN KEY (ref) REFERENCES country ON DELETE SET NULL;
CREATE TABLE of_beside (a int REFERENCES beside (a) ON DELETE SET NULL);
INSERT INTO country VALUES (1, 'one'), (2, 'two'), (3, 'three');
INSERT INTO beside VALUES (1, 1), (2, 2);
INSERT INTO of_beside VALUES (1), (2);
DELETE FROM country WHERE id = 1;
DELETE FROM beside WHERE a = 2;
SELECT * FROM beside ORDER BY a;
SELECT * FROM of_beside ORDER BY a;
CREATE TABLE of_both (a int, ref int, FOREIGN KEY (a, ref) REFERENCES beside (a, ref));
-- @cluster-error 0A000 DELETE FROM country WHERE id = 2
UPDATE country SET name = 'zwei' WHERE id = 2;
DROP TABLE of_both;
-- Copies of a reference table have PostgreSQL's own triggers.
CREATE TABLE of_country (id int REFERENCES country ON DELETE CASCADE ON UPDATE CASCADE);
INSERT INTO of_country VALUES (2), (3);
DELETE FROM country WHERE id = 2;
UPDATE country SET id = 30 WHERE id = 3;
SELECT * FROM of_country;
-- Checks that wait for COMMIT.
CREATE TABLE dp (a int PRIMARY KEY, v int);
-- @cluster SELECT create_distributed_table('dp', 'a', shard_count => 8)
INSERT INTO dp SELECT g, g FROM generate_series(1, 20) g;
CREATE TABLE waits (a int CONSTRAINT waits_key REFERENCES dp DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE may_wait (a int CONSTRAINT may_wait_key REFERENCES dp DEFERRABLE);
CREATE TABLE parts_wait (a int CONSTRAINT parts_key REFERENCES dp DEFERRABLE INITIALLY DEFERRED, b int)
    PARTITION BY LIST (b);
CREATE TABLE part_waits PARTITION OF parts_wait FOR VALUES IN (1);
INSERT INTO waits VALUES (1), (2), (3);
INSERT INTO may_wait VALUES (4), (5), (6);
INSERT INTO parts_wait VALUES (7, 1), (8, 1);
-- @error 23503
DELETE FROM dp WHERE a = 1;
-- @error 23503
DELETE FROM dp WHERE a = 4;
-- @error 23503
DELETE FROM dp WHERE a = 7;
BEGIN;
DELETE FROM dp WHERE a IN (1, 2);
SELECT count(*) FROM dp;
DELETE FROM waits WHERE a = 1;
INSERT INTO dp VALUES (2, 200);
COMMIT;
BEGIN;
DELETE FROM dp WHERE a = 2;
-- @error 23503
COMMIT;
SELECT * FROM dp WHERE a < 4 ORDER BY a;
BEGIN;
UPDATE dp SET a = a + 100 WHERE a IN (2, 3);
UPDATE waits SET a = a + 100;
COMMIT;
SELECT * FROM dp JOIN waits USING (a) ORDER BY a;
BEGIN;
SET CONSTRAINTS may_wait_key DEFERRED;
DELETE FROM dp WHERE a = 4;
DELETE FROM may_wait WHERE a = 4;
DELETE FROM dp WHERE a = 5;
-- @error 23503
SET CONSTRAINTS may_wait_key IMMEDIATE;
ROLLBACK;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
DELETE FROM dp WHERE a = 4;
DELETE FROM may_wait WHERE a = 4;
SET CONSTRAINTS ALL IMMEDIATE;
-- @error 23503
DELETE FROM dp WHERE a = 102;
ROLLBACK;
BEGIN;
SET CONSTRAINTS waits_key, parts_key IMMEDIATE;
-- @error 23503
DELETE FROM dp WHERE a = 8;
ROLLBACK;
-- What a subtransaction has checked waits again when that is rolled back.
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
DELETE FROM dp WHERE a = 102;
SAVEPOINT s;
-- @error 23503
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK TO s;
-- @error 23503
COMMIT;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
DELETE FROM dp WHERE a = 4;
SAVEPOINT s;
SAVEPOINT t;
DELETE FROM may_wait WHERE a = 4;
SET CONSTRAINTS ALL IMMEDIATE;
RELEASE t;
ROLLBACK TO s;
-- @error 23503
COMMIT;
SELECT count(*) FROM dp WHERE a IN (4, 102);
BEGIN;
SAVEPOINT s;
DELETE FROM dp WHERE a = 102;
ROLLBACK TO s;
SET CONSTRAINTS ALL DEFERRED;
SAVEPOINT t;
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK TO t;
DELETE FROM dp WHERE a = 5;
UPDATE may_wait SET a = 6 WHERE a = 5;
RELEASE t;
COMMIT;
BEGIN;
SAVEPOINT s;
DELETE FROM dp WHERE a = 103;
RELEASE s;
-- @error 23503
COMMIT;
-- @error 23503
DO $$ BEGIN
    DELETE FROM dp WHERE a = 8;
    SET CONSTRAINTS ALL IMMEDIATE;
END $$;
BEGIN;
DELETE FROM dp WHERE a = 8;
DROP TABLE parts_wait;
COMMIT;
SELECT * FROM dp ORDER BY a;
SELECT * FROM waits ORDER BY a;
SELECT * FROM may_wait ORDER BY a;
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
-- Nobody reads what the CTE returns: it is run to its end all the same.
CREATE TEMP TABLE unread (i int);
CREATE TEMP TABLE unread_too (i int);
WITH w AS (INSERT INTO unread SELECT generate_series(1, 3) RETURNING i) INSERT INTO unread_too VALUES (1) RETURNING i;
SELECT count(*) FROM unread;
