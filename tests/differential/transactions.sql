-- Proves that transactions over several shards are one transaction: commit, rollback, savepoints, errors in
-- the middle, and what a session sees of its own changes.
CREATE TABLE acc (id int PRIMARY KEY, balance int NOT NULL CHECK (balance >= 0), note text);
CREATE TABLE log (acc int, n int, what text);
CREATE TABLE ref (id int PRIMARY KEY, s text);
CREATE TABLE loc (id int PRIMARY KEY, s text);
-- @cluster SELECT create_distributed_table('acc', 'id')
-- @cluster SELECT create_distributed_table('log', 'acc', colocate_with => 'acc')
-- @cluster SELECT create_reference_table('ref')
INSERT INTO acc SELECT g, 100 FROM generate_series(1, 40) g;

BEGIN;
UPDATE acc SET balance = balance - 30 WHERE id = 1;
UPDATE acc SET balance = balance + 30 WHERE id = 2;
SELECT id, balance FROM acc WHERE id < 4 ORDER BY id;
SELECT sum(balance) FROM acc;
COMMIT;
SELECT id, balance FROM acc WHERE id < 4 ORDER BY id;
BEGIN;
UPDATE acc SET balance = 0;
SELECT sum(balance) FROM acc;
DELETE FROM acc WHERE id > 20;
SELECT count(*) FROM acc;
ROLLBACK;
SELECT count(*), sum(balance) FROM acc;

-- An error aborts until the end.
BEGIN;
INSERT INTO acc VALUES (50, 1);
INSERT INTO acc VALUES (51, 1), (52, 1);
-- @error 23505
INSERT INTO acc VALUES (1, 1);
-- @error 25P02
SELECT 1;
-- @error 25P02
SELECT count(*) FROM acc;
COMMIT;
SELECT count(*) FROM acc WHERE id >= 50;
BEGIN;
UPDATE acc SET balance = balance + 1;
-- @error 23514
UPDATE acc SET balance = -1 WHERE id = 7;
ROLLBACK;
SELECT sum(balance) FROM acc;
BEGIN;
-- @error 22012
SELECT 1 / (id - id) FROM acc;
ROLLBACK;

-- Savepoints.
BEGIN;
INSERT INTO acc VALUES (60, 1);
SAVEPOINT a;
INSERT INTO acc VALUES (61, 2), (62, 3);
SAVEPOINT b;
UPDATE acc SET balance = balance + 1000 WHERE id >= 60;
SELECT id, balance FROM acc WHERE id >= 60 ORDER BY id;
ROLLBACK TO b;
SELECT id, balance FROM acc WHERE id >= 60 ORDER BY id;
-- @error 23505
INSERT INTO acc VALUES (62, 9);
ROLLBACK TO SAVEPOINT b;
INSERT INTO acc VALUES (63, 4);
RELEASE b;
SELECT id, balance FROM acc WHERE id >= 60 ORDER BY id;
ROLLBACK TO a;
INSERT INTO acc VALUES (64, 5);
COMMIT;
SELECT id, balance FROM acc WHERE id >= 60 ORDER BY id;
BEGIN;
SAVEPOINT s;
UPDATE acc SET balance = 7 WHERE id = 60;
SAVEPOINT s;
UPDATE acc SET balance = 8 WHERE id = 60;
ROLLBACK TO s;
SELECT balance FROM acc WHERE id = 60;
RELEASE s;
ROLLBACK TO s;
SELECT balance FROM acc WHERE id = 60;
COMMIT;
BEGIN;
SAVEPOINT first_use_after;
-- @error 22P02
SELECT * FROM acc WHERE note::int = 1 OR 'x'::int = id;
ROLLBACK TO first_use_after;
UPDATE acc SET note = 'fine' WHERE id IN (3, 4, 5);
RELEASE first_use_after;
COMMIT;
SELECT id, note FROM acc WHERE note = 'fine' ORDER BY id;
-- @error 25P01
ROLLBACK TO nowhere;
-- @error 25P01
SAVEPOINT outside;
BEGIN;
-- @error 3B001
ROLLBACK TO nowhere;
ROLLBACK;

-- Subtransactions of PL/pgSQL.
CREATE FUNCTION try_insert(i int, b int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO acc VALUES (i, b);
    RETURN 'inserted';
EXCEPTION
    WHEN unique_violation THEN RETURN 'exists';
    WHEN check_violation THEN RETURN 'refused';
END $$;
SELECT try_insert(70, 1), try_insert(70, 1), try_insert(71, -1), try_insert(72, 3);
SELECT g, try_insert(g, g - 75) FROM generate_series(71, 79) g ORDER BY g;
SELECT id, balance FROM acc WHERE id >= 70 ORDER BY id;
CREATE PROCEDURE transfer(a int, b int, amount int) LANGUAGE plpgsql AS $$
BEGIN
    UPDATE acc SET balance = balance - amount WHERE id = a;
    UPDATE acc SET balance = balance + amount WHERE id = b;
    INSERT INTO log VALUES (a, -amount, 'out'), (b, amount, 'in');
END $$;
CALL transfer(10, 11, 40);
CALL transfer(12, 13, 5);
-- @error 23514
CALL transfer(11, 10, 1000);
SELECT id, balance FROM acc WHERE id BETWEEN 10 AND 13 ORDER BY id;
SELECT * FROM log;
CREATE PROCEDURE in_steps() LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 14..18 LOOP
        UPDATE acc SET balance = balance + i WHERE id IN (i, i + 1);
        IF i % 2 = 0 THEN COMMIT; ELSE ROLLBACK; END IF;
    END LOOP;
END $$;
CALL in_steps();
SELECT id, balance FROM acc WHERE id BETWEEN 14 AND 19 ORDER BY id;
DO $$
DECLARE total int := 0; r record;
BEGIN
    FOR r IN SELECT id FROM acc WHERE id <= 5 ORDER BY id LOOP
        BEGIN
            UPDATE acc SET balance = balance - 75 WHERE id = r.id;
        EXCEPTION WHEN check_violation THEN total := total + 1;
        END;
    END LOOP;
    INSERT INTO log VALUES (1000, total, 'refused');
END $$;
SELECT n FROM log WHERE what = 'refused';
SELECT id, balance FROM acc WHERE id <= 5 ORDER BY id;

-- Distributed, reference and local tables in one transaction.
BEGIN;
INSERT INTO ref VALUES (1, 'ref');
INSERT INTO loc VALUES (1, 'loc');
UPDATE acc SET note = 'three kinds' WHERE id IN (20, 21, 22);
SELECT ref.s, loc.s, count(*) FROM ref, loc, acc WHERE acc.note = 'three kinds' GROUP BY 1, 2;
ROLLBACK;
SELECT (SELECT count(*) FROM ref), (SELECT count(*) FROM loc), (SELECT count(*) FROM acc WHERE note = 'three kinds');
BEGIN;
INSERT INTO ref VALUES (1, 'ref');
INSERT INTO loc VALUES (1, 'loc');
UPDATE acc SET note = 'three kinds' WHERE id IN (20, 21, 22);
COMMIT;
SELECT (SELECT count(*) FROM ref), (SELECT count(*) FROM loc), (SELECT count(*) FROM acc WHERE note = 'three kinds');
BEGIN;
INSERT INTO ref VALUES (2, 'kept?');
SAVEPOINT s;
-- @error 23505
INSERT INTO ref VALUES (1, 'dup');
ROLLBACK TO s;
UPDATE ref SET s = s || '!' WHERE id = 1;
COMMIT;
SELECT * FROM ref;

-- Modes.
BEGIN READ ONLY;
SELECT count(*) FROM acc;
-- @error 25006
UPDATE acc SET balance = 1 WHERE id = 1;
ROLLBACK;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT sum(balance) FROM acc;
UPDATE acc SET note = 'rr' WHERE id = 30;
SELECT note FROM acc WHERE id = 30;
COMMIT;
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM acc WHERE id < 6 ORDER BY id;
-- @ordered
FETCH 2 FROM c;
DELETE FROM acc WHERE id = 4;
-- @ordered
FETCH ALL FROM c;
ROLLBACK;
BEGIN;
TRUNCATE acc;
INSERT INTO acc VALUES (1, 5);
SELECT * FROM acc;
ROLLBACK;
SELECT count(*) FROM acc;
SET default_transaction_read_only = on;
-- @error 25006
DELETE FROM acc;
RESET default_transaction_read_only;
SELECT count(*) FROM acc;
BEGIN;
CREATE TABLE born (k int PRIMARY KEY, v text);
-- @cluster SELECT create_distributed_table('born', 'k')
INSERT INTO born SELECT g, 'v' || g FROM generate_series(1, 20) g;
SELECT count(*) FROM born;
ROLLBACK;
-- @error 42P01
SELECT count(*) FROM born;
BEGIN;
CREATE TABLE born (k int PRIMARY KEY, v text);
-- @cluster SELECT create_distributed_table('born', 'k')
INSERT INTO born SELECT g, 'v' || g FROM generate_series(1, 20) g;
COMMIT;
SELECT count(*), max(v) FROM born;
SELECT sum(balance) FROM acc;
