-- Proves that DDL, prepared statements, savepoints, deferred constraints, cursors, read-only transactions, procedures,
-- timeouts and session settings work together inside transactions, and that DDL can be rolled back.
CREATE TABLE t (k int PRIMARY KEY, v text, n int);
-- @cluster SELECT create_distributed_table('t','k')
INSERT INTO t SELECT g, 'v'||g, g FROM generate_series(1,40) g;
CREATE TABLE par (k int PRIMARY KEY, v text);
CREATE TABLE chi (k int, id int, PRIMARY KEY (k, id), FOREIGN KEY (k) REFERENCES par (k) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
-- @cluster SELECT create_distributed_table('par','k')
-- @cluster SELECT create_distributed_table('chi','k')
-- prepared statements and DDL
PREPARE p(int) AS SELECT * FROM t WHERE k = $1;
PREPARE pa AS SELECT * FROM t ORDER BY k LIMIT 2;
PREPARE pc AS SELECT count(v), min(v) FROM t;
PREPARE pu(int) AS UPDATE t SET n = n + 1 WHERE k = $1 RETURNING n;
EXECUTE p(1);
EXECUTE pa;
EXECUTE pc;
EXECUTE pu(1);
EXECUTE p(1);
BEGIN;
EXECUTE p(2);
ALTER TABLE t ALTER COLUMN n TYPE bigint;
-- @error 0A000
EXECUTE p(1);
ROLLBACK;
EXECUTE p(1);
EXECUTE pa;
BEGIN;
SELECT * FROM t WHERE k = 1;
SELECT count(*) FROM t;
SELECT * FROM t WHERE n = 4;
ALTER TABLE t ALTER COLUMN n TYPE bigint;
SELECT * FROM t WHERE k = 1;
SELECT * FROM t WHERE n = 4;
EXECUTE pc;
UPDATE t SET n = n + 1 WHERE k = 1 RETURNING n;
COMMIT;
SELECT * FROM t WHERE k = 1;
SELECT * FROM t WHERE n = 4;
-- @error 0A000
EXECUTE p(1);
DEALLOCATE p;
PREPARE p(int) AS SELECT * FROM t WHERE k = $1;
EXECUTE p(1);
BEGIN;
EXECUTE p(1);
ALTER TABLE t ADD COLUMN x int DEFAULT 5;
SELECT * FROM t WHERE k = 1;
SELECT x FROM t WHERE k = 1;
ALTER TABLE t DROP COLUMN x;
SELECT * FROM t WHERE k = 1;
EXECUTE p(1);
COMMIT;
EXECUTE p(1);
BEGIN;
CREATE INDEX tn ON t (n);
SELECT * FROM t WHERE n = 4;
SAVEPOINT a;
ALTER TABLE t RENAME COLUMN n TO m;
SELECT * FROM t WHERE m = 4;
UPDATE t SET m = m + 1 WHERE k = 4;
ROLLBACK TO a;
SELECT * FROM t WHERE n = 4;
-- @error 42703
SELECT * FROM t WHERE m = 4;
ROLLBACK TO a;
DROP INDEX tn;
SELECT * FROM t WHERE n = 4;
ROLLBACK;
SELECT * FROM t WHERE n = 4;
BEGIN;
DROP TABLE chi;
INSERT INTO par VALUES (1);
ROLLBACK;
SELECT count(*) FROM chi;
BEGIN;
CREATE TABLE nt (k int, v int);
-- @cluster SELECT create_distributed_table('nt','k')
INSERT INTO nt SELECT g, g FROM generate_series(1,10) g;
SELECT sum(v) FROM nt;
SAVEPOINT s;
TRUNCATE nt;
SELECT count(*) FROM nt;
ROLLBACK TO s;
SELECT count(*) FROM nt;
ROLLBACK;
-- @error 42P01
SELECT count(*) FROM nt;
BEGIN;
CREATE TABLE nt (k int, v int);
INSERT INTO nt SELECT g, g FROM generate_series(1,10) g;
-- @cluster SELECT create_distributed_table('nt','k')
INSERT INTO nt VALUES (11, 11);
COMMIT;
SELECT count(*), sum(v) FROM nt;
BEGIN;
DROP TABLE nt;
CREATE TABLE nt (k text, z int);
-- @cluster SELECT create_distributed_table('nt','k')
INSERT INTO nt VALUES ('a', 1);
COMMIT;
SELECT * FROM nt;
-- @cluster SELECT undistribute_table('nt')
SELECT * FROM nt;
-- @cluster SELECT create_distributed_table('nt','k')
SELECT * FROM nt;
-- deferred
BEGIN;
INSERT INTO chi VALUES (7, 1);
INSERT INTO par VALUES (7);
COMMIT;
BEGIN;
INSERT INTO chi VALUES (8, 1);
INSERT INTO par VALUES (9);
-- @error 23503
COMMIT;
SELECT * FROM chi ORDER BY 1;
BEGIN;
SET CONSTRAINTS ALL IMMEDIATE;
-- @error 23503
INSERT INTO chi VALUES (8, 1);
ROLLBACK;
BEGIN;
INSERT INTO chi VALUES (8, 1);
-- @error 23503
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK;
DELETE FROM par WHERE k = 7;
SELECT count(*) FROM chi;
-- read only
BEGIN READ ONLY;
SELECT count(*) FROM t;
-- @error 25006
INSERT INTO t VALUES (100);
ROLLBACK;
BEGIN READ ONLY;
-- @error 25006
UPDATE t SET n = 1 WHERE k = 1;
ROLLBACK;
BEGIN READ ONLY;
-- @error 25006
COPY t FROM STDIN;
1
\.
ROLLBACK;
SET default_transaction_read_only = on;
-- @error 25006
DELETE FROM t WHERE k = 1;
-- @error 25006
DELETE FROM t;
RESET default_transaction_read_only;
SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;
-- @error 25006
INSERT INTO t VALUES (101);
SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT count(*) FROM t;
INSERT INTO t VALUES (200, 'x', 1);
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM t;
DELETE FROM t WHERE k = 200;
SELECT count(*) FROM t;
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE;
SELECT count(*) FROM t;
COMMIT;
-- nested
BEGIN;
SAVEPOINT a;
INSERT INTO t VALUES (300, 'a', 1);
SAVEPOINT b;
INSERT INTO t VALUES (301, 'b', 1);
SAVEPOINT c;
-- @error 23505
INSERT INTO t VALUES (301, 'b', 1);
ROLLBACK TO c;
INSERT INTO t VALUES (302, 'c', 1);
RELEASE b;
ROLLBACK TO a;
INSERT INTO t VALUES (303, 'd', 1);
SAVEPOINT a;
SAVEPOINT a;
DELETE FROM t WHERE k = 303;
ROLLBACK TO a;
RELEASE a;
SELECT count(*) FROM t WHERE k >= 300;
COMMIT AND CHAIN;
SELECT k FROM t WHERE k >= 300;
INSERT INTO t VALUES (304);
ROLLBACK AND CHAIN;
SELECT k FROM t WHERE k >= 300;
COMMIT;
DO $$ BEGIN FOR i IN 400..420 LOOP BEGIN INSERT INTO t VALUES (i, 'x', 1); IF i % 3 = 0 THEN RAISE EXCEPTION 'no'; END IF; IF i % 5 = 0 THEN INSERT INTO t VALUES (i); END IF; EXCEPTION WHEN unique_violation THEN NULL; WHEN raise_exception THEN INSERT INTO t VALUES (i + 1000, 'y', 2); END; END LOOP; END $$;
SELECT k FROM t WHERE k >= 400 ORDER BY 1;
CREATE PROCEDURE pr() LANGUAGE plpgsql AS $$ BEGIN FOR i IN 500..505 LOOP INSERT INTO t VALUES (i); IF i % 2 = 0 THEN COMMIT; ELSE ROLLBACK; END IF; END LOOP; END $$;
CALL pr();
SELECT k FROM t WHERE k BETWEEN 500 AND 600 ORDER BY 1;
BEGIN;
DECLARE c CURSOR FOR SELECT k FROM t WHERE k < 20 ORDER BY k;
FETCH 3 FROM c;
INSERT INTO t VALUES (0);
FETCH 2 FROM c;
SAVEPOINT s;
-- @error 22012
SELECT 1/0 FROM t WHERE k = 1;
ROLLBACK TO s;
FETCH 2 FROM c;
SAVEPOINT s2;
-- @error 23505
INSERT INTO t VALUES (0);
ROLLBACK TO s2;
FETCH 2 FROM c;
ALTER TABLE par ADD COLUMN zz int;
FETCH 2 FROM c;
COMMIT;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT k FROM t WHERE k < 20 ORDER BY k;
FETCH LAST FROM c;
FETCH PRIOR FROM c;
FETCH ABSOLUTE 2 FROM c;
FETCH BACKWARD 5 FROM c;
MOVE FORWARD 3 IN c;
FETCH c;
COMMIT;
DECLARE ch CURSOR WITH HOLD FOR SELECT k FROM t WHERE k BETWEEN 1 AND 6 ORDER BY k;
DELETE FROM t WHERE k = 4;
FETCH ALL FROM ch;
CLOSE ch;
SELECT pg_advisory_lock(5), k FROM t WHERE k = 5;
SELECT pg_advisory_unlock(5);
BEGIN;
SELECT pg_advisory_xact_lock(k) FROM t WHERE k < 3;
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory';
COMMIT;
LISTEN x;
BEGIN;
UPDATE t SET n = 3 WHERE k = 3;
NOTIFY x, 'hi';
COMMIT;
BEGIN;
LOCK TABLE t IN EXCLUSIVE MODE;
SELECT count(*) FROM t;
COMMIT;
BEGIN;
SELECT 1;
PREPARE TRANSACTION 'abc';
ROLLBACK PREPARED 'abc';
BEGIN;
CREATE TEMP TABLE x ON COMMIT DROP AS SELECT * FROM t WHERE k < 5;
INSERT INTO t SELECT k + 10000, v, n FROM x;
COMMIT;
SELECT count(*) FROM t WHERE k > 10000;
SET statement_timeout = '100ms';
-- @error 57014
SELECT pg_sleep(5) FROM t WHERE k = 1;
-- @error 57014
SELECT count(*) FROM t, generate_series(1, 100000000);
RESET statement_timeout;
SELECT count(*) FROM t;
BEGIN;
SET LOCAL statement_timeout = '100ms';
-- @error 57014
SELECT sum(pg_sleep(5)::text::int) FROM t;
ROLLBACK;
SET timezone = 'Asia/Tokyo';
SELECT extract(hour from timestamptz '2024-01-01 00:00+00') FROM t WHERE k = 1;
SELECT max(extract(hour from timestamptz '2024-01-01 00:00+00' + n * interval '0')) FROM t;
BEGIN;
SET LOCAL timezone = 'UTC';
SELECT DISTINCT date_trunc('day', timestamptz '2024-01-01 20:00+00' + n * interval '0')::text FROM t;
COMMIT;
SELECT DISTINCT date_trunc('day', timestamptz '2024-01-01 20:00+00' + n * interval '0')::text FROM t;
RESET timezone;
-- What a cursor or a loop of the same session reads stays as it is until it ends.
BEGIN;
DECLARE c CURSOR FOR SELECT k FROM t ORDER BY k;
FETCH 1 FROM c;
SAVEPOINT s;
-- @error 55006
TRUNCATE t;
ROLLBACK TO s;
-- @error 55006
ALTER TABLE t ADD COLUMN q int;
ROLLBACK TO s;
-- @error 55006
CREATE INDEX ON t (n);
ROLLBACK TO s;
-- @error 55006
DROP TABLE t;
ROLLBACK TO s;
FETCH 2 FROM c;
CLOSE c;
ALTER TABLE t ADD COLUMN q int;
SELECT count(q), count(*) FROM t;
ROLLBACK;
-- @error 55006
DO $$ DECLARE r record; BEGIN FOR r IN SELECT k FROM t LOOP ALTER TABLE t ADD COLUMN q int; END LOOP; END $$;
-- @error 55006
DO $$ DECLARE r record; BEGIN FOR r IN SELECT t.k FROM t JOIN par ON t.n = par.k RIGHT JOIN (VALUES (1)) x (a) ON true LOOP TRUNCATE par CASCADE; END LOOP; END $$;
SELECT count(*) FROM t;
