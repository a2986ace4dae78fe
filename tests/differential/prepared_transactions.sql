-- Proves that a transaction that wrote on other nodes can be prepared: its writes and locks wait for COMMIT PREPARED or
-- ROLLBACK PREPARED, and pg_prepared_xacts shows it alone.
CREATE TABLE t (k int PRIMARY KEY, v int);
CREATE TABLE r (id int PRIMARY KEY, v int);
CREATE TABLE loc (id int PRIMARY KEY, v int);
-- @cluster SELECT create_distributed_table('t', 'k')
-- @cluster SELECT create_reference_table('r')
INSERT INTO t SELECT g, g FROM generate_series(1, 50) g;
INSERT INTO r SELECT g, g FROM generate_series(1, 5) g;
INSERT INTO loc SELECT g, g FROM generate_series(1, 5) g;

-- Many shards.
BEGIN;
UPDATE t SET v = -v WHERE k % 2 = 0;
DELETE FROM t WHERE k = 7;
PREPARE TRANSACTION 'many';
SELECT count(*), sum(v) FROM t;
SELECT gid, owner = current_user AS mine FROM pg_prepared_xacts;
COMMIT PREPARED 'many';
SELECT count(*), sum(v) FROM t;
SELECT gid FROM pg_prepared_xacts;
BEGIN;
UPDATE t SET v = 0;
INSERT INTO t VALUES (100, 100);
PREPARE TRANSACTION 'many';
SELECT count(*), sum(v) FROM t;
ROLLBACK PREPARED 'many';
SELECT count(*), sum(v) FROM t;

-- One shard, reference and local tables, all in one.
BEGIN;
UPDATE t SET v = 1000 WHERE k = 1;
PREPARE TRANSACTION 'one';
SELECT v FROM t WHERE k = 1;
COMMIT PREPARED 'one';
SELECT v FROM t WHERE k = 1;
BEGIN;
UPDATE r SET v = v + 10;
PREPARE TRANSACTION 'reference';
COMMIT PREPARED 'reference';
SELECT * FROM r;
BEGIN;
UPDATE t SET v = 2000 WHERE k = 2;
UPDATE r SET v = v + 10 WHERE id = 1;
INSERT INTO loc VALUES (6, 6);
PREPARE TRANSACTION 'all';
SELECT count(*) FROM loc;
COMMIT PREPARED 'all';
SELECT count(*) FROM loc;
SELECT v FROM t WHERE k = 2;
SELECT t.v, r.v FROM t JOIN r ON r.id = t.k WHERE k = 1;

-- Nothing written, or nothing left of it.
BEGIN;
SELECT count(*) FROM t;
PREPARE TRANSACTION 'read';
SELECT gid FROM pg_prepared_xacts;
COMMIT PREPARED 'read';
BEGIN;
SAVEPOINT a;
UPDATE t SET v = 0;
ROLLBACK TO a;
SAVEPOINT b;
UPDATE t SET v = 3000 WHERE k = 3;
RELEASE b;
SAVEPOINT c;
UPDATE t SET v = 4000 WHERE k = 4;
PREPARE TRANSACTION 'savepoints';
COMMIT PREPARED 'savepoints';
SELECT k, v FROM t WHERE k < 6;

-- Locks of rows and of tables stay.
BEGIN;
SELECT v FROM t WHERE k = 5 FOR UPDATE;
PREPARE TRANSACTION 'locks';
BEGIN;
-- @error 55P03
SELECT v FROM t WHERE k = 5 FOR UPDATE NOWAIT;
ROLLBACK;
SET lock_timeout = '300ms';
-- @error 55P03
UPDATE t SET v = 5000 WHERE k = 5;
-- @error 55P03
TRUNCATE t;
-- @error 55P03
ALTER TABLE t ADD COLUMN w int;
RESET lock_timeout;
SELECT v FROM t WHERE k = 6 FOR UPDATE NOWAIT;
ROLLBACK PREPARED 'locks';
UPDATE t SET v = 5000 WHERE k = 5;
SELECT v FROM t WHERE k = 5;

-- DDL.
BEGIN;
CREATE TABLE made (k int PRIMARY KEY, v int);
-- @cluster SELECT create_distributed_table('made', 'k', colocate_with => 't')
INSERT INTO made SELECT g, g FROM generate_series(1, 20) g;
ALTER TABLE t ADD COLUMN w text DEFAULT 'w';
PREPARE TRANSACTION 'ddl';
-- @error 42P01
SELECT count(*) FROM made;
COMMIT PREPARED 'ddl';
SELECT count(*), sum(v) FROM made;
SELECT w, count(*) FROM t GROUP BY w;
INSERT INTO made VALUES (21, 21);
BEGIN;
DROP TABLE made;
PREPARE TRANSACTION 'dropped';
ROLLBACK PREPARED 'dropped';
SELECT count(*) FROM made JOIN t USING (k);
BEGIN;
DROP TABLE made;
PREPARE TRANSACTION 'dropped';
COMMIT PREPARED 'dropped';
-- @error 42P01
SELECT count(*) FROM made;

-- What fails.
BEGIN;
UPDATE t SET v = 6000 WHERE k = 6;
PREPARE TRANSACTION 'twice';
BEGIN;
UPDATE t SET v = 8000 WHERE k = 8;
-- @error 42710
PREPARE TRANSACTION 'twice';
SELECT v FROM t WHERE k = 8;
SELECT gid FROM pg_prepared_xacts;
BEGIN;
-- @error 25001
COMMIT PREPARED 'twice';
ROLLBACK;
-- @error 42704
COMMIT PREPARED 'thrice';
COMMIT PREPARED 'twice';
-- @error 42704
ROLLBACK PREPARED 'twice';
SELECT v FROM t WHERE k = 6;
BEGIN;
UPDATE t SET v = 0;
-- @error 23505
INSERT INTO t VALUES (1, 1);
PREPARE TRANSACTION 'failed';
SELECT gid FROM pg_prepared_xacts;
SELECT count(*) FROM t WHERE v = 0;
BEGIN;
CREATE TEMP TABLE tmp (a int);
UPDATE t SET v = 0;
-- @error 0A000
PREPARE TRANSACTION 'temporary';
SELECT count(*) FROM t WHERE v = 0;
SELECT gid FROM pg_prepared_xacts;

-- Serializable.
BEGIN ISOLATION LEVEL SERIALIZABLE;
UPDATE t SET v = v + 1 WHERE k = 9;
SELECT sum(v) FROM t;
PREPARE TRANSACTION 'serializable';
COMMIT PREPARED 'serializable';
SELECT v FROM t WHERE k = 9;

-- Settings outlive it, those of the transaction do not.
BEGIN;
SET DateStyle = 'German';
SET LOCAL TimeZone = 'Asia/Tokyo';
UPDATE t SET v = 0 WHERE k = 10;
PREPARE TRANSACTION 'settings';
SELECT '2020-02-01'::date::text, '2020-02-01 00:00+00'::timestamptz::text FROM t WHERE k = 11;
ROLLBACK PREPARED 'settings';
RESET DateStyle;
SELECT count(*), sum(v) FROM t;

-- Names of parts are the nodes' own: recovery would roll such a transaction back.
-- @cluster-error 42939 PREPARE TRANSACTION 'pgspan_0_1_1_1_1_0'
BEGIN;
UPDATE t SET v = 0 WHERE k = 12;
PREPARE TRANSACTION 'pgspan_of_mine';
ROLLBACK PREPARED 'pgspan_of_mine';
SELECT gid FROM pg_prepared_xacts;
