-- Proves that a write whose functions write rows of its own ends as in PostgreSQL: with 27000 where such a row was to be
-- written, else with both writes done; and that what cannot be told is refused.
CREATE TABLE jobs (k int PRIMARY KEY, state text, tries int DEFAULT 0);
-- @cluster SELECT create_distributed_table('jobs', 'k')
CREATE TABLE ref (k int PRIMARY KEY, state text, tries int DEFAULT 0);
-- @cluster SELECT create_reference_table('ref')
CREATE TABLE src (k int, v int);
INSERT INTO src VALUES (1, 1), (2, 2), (3, 3);
INSERT INTO jobs SELECT g, 'new' FROM generate_series(1, 6) g;
INSERT INTO ref SELECT * FROM jobs;
CREATE FUNCTION bump(i int) RETURNS text LANGUAGE plpgsql AS $$BEGIN UPDATE jobs SET tries=tries+1 WHERE k=i; RETURN 'done'; END$$;
CREATE FUNCTION bumps(i int) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN UPDATE jobs SET tries=tries+1 WHERE k=i; RETURN true; END$$;
CREATE FUNCTION drops(i int) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN DELETE FROM jobs WHERE k=i; RETURN true; END$$;
CREATE FUNCTION rbump(i int) RETURNS text LANGUAGE plpgsql AS $$BEGIN UPDATE ref SET tries=tries+1 WHERE k=i; RETURN 'done'; END$$;
CREATE FUNCTION rbumps(i int) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN UPDATE ref SET tries=tries+1 WHERE k=i; RETURN true; END$$;
CREATE FUNCTION rdrops(i int) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN DELETE FROM ref WHERE k=i; RETURN true; END$$;
CREATE FUNCTION bump_caught(i int) RETURNS text LANGUAGE plpgsql AS $$BEGIN BEGIN UPDATE jobs SET tries=tries+1 WHERE k=i; RAISE EXCEPTION 'x'; EXCEPTION WHEN raise_exception THEN NULL; END; RETURN 'caught'; END$$;
CREATE TABLE log (k int, what text);
-- @cluster SELECT create_distributed_table('log', 'k')
CREATE FUNCTION note(i int) RETURNS text LANGUAGE plpgsql AS $$BEGIN INSERT INTO log VALUES (i, 'seen'); RETURN 'noted'; END$$;
CREATE FUNCTION notes(i int) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN INSERT INTO log VALUES (i, 'seen'); RETURN true; END$$;
CREATE TABLE parent (k int PRIMARY KEY);
CREATE TABLE child (k int PRIMARY KEY REFERENCES parent ON DELETE CASCADE, v text);
-- @cluster SELECT create_distributed_table('parent', 'k')
-- @cluster SELECT create_distributed_table('child', 'k', colocate_with => 'parent')
INSERT INTO parent SELECT generate_series(1, 4);
INSERT INTO child SELECT k, 'c' FROM parent;
CREATE FUNCTION orphan(i int) RETURNS text LANGUAGE plpgsql AS $$BEGIN DELETE FROM parent WHERE k = i; RETURN 'orphaned'; END$$;
CREATE FUNCTION deeper(i int) RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN (SELECT bump(i)); END$$;
CREATE FUNCTION cleared() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN UPDATE jobs SET tries = 0 WHERE k = new.k; RETURN new; END$$;
-- @error 27000
UPDATE jobs SET state = bump(k) WHERE k = 1 RETURNING *;
-- @error 27000
UPDATE jobs SET state = bump(k);
-- @error 27000
UPDATE jobs SET state = 'x' WHERE bumps(k);
-- @error 27000
UPDATE jobs SET state = 'x' WHERE k = 1 AND bumps(k);
-- @error 27000
UPDATE jobs SET state = 'x' WHERE bumps(1) AND k = 1;
-- @error 27000
UPDATE jobs SET state = bump(1) WHERE k = 1;
-- @error 27000
UPDATE jobs SET state = bump(7 - k);
-- @error 27000
UPDATE jobs SET state = bump(k + 1) WHERE k < 4;
BEGIN;
UPDATE jobs SET state = bump(k + 10);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
UPDATE jobs SET state = bump_caught(k);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
UPDATE jobs SET state = bump(6) WHERE k < 3;
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
-- @error 27000
DELETE FROM jobs WHERE bumps(k);
-- @error 27000
DELETE FROM jobs WHERE k = 2 AND bumps(k);
-- @error 27000
DELETE FROM jobs WHERE bumps(k) RETURNING *;
-- @error 27000
DELETE FROM jobs WHERE drops(k);
-- @error 27000
UPDATE jobs SET state = 'x' WHERE drops(k);
-- @error 27000
DELETE FROM jobs WHERE k = 3 AND drops(k);
-- @error 27000
UPDATE jobs SET state = bump(src.k) FROM src WHERE src.k = jobs.k;
-- @cluster-error 0A000 UPDATE jobs SET state = b FROM (SELECT k, bump(k) b FROM src OFFSET 0) s WHERE s.k = jobs.k
-- @cluster-error 0A000 DELETE FROM jobs USING src WHERE src.k = jobs.k AND bumps(src.k)
-- @error 27000
MERGE INTO jobs USING src ON src.k = jobs.k WHEN MATCHED THEN UPDATE SET state = bump(jobs.k);
-- @error 27000
MERGE INTO jobs USING src ON src.k = jobs.k WHEN MATCHED AND bumps(jobs.k) THEN DELETE;
-- @error 27000
INSERT INTO jobs VALUES (1, 'i') ON CONFLICT (k) DO UPDATE SET state = bump(jobs.k);
-- @error 27000
INSERT INTO jobs VALUES (1, 'i') ON CONFLICT (k) DO UPDATE SET state = 'z' WHERE bumps(jobs.k);
-- @cluster-error 0A000 INSERT INTO jobs VALUES (1, bump(1)) ON CONFLICT (k) DO UPDATE SET state = excluded.state
-- @cluster-error 0A000 INSERT INTO jobs SELECT k, bump(k) FROM src ON CONFLICT (k) DO UPDATE SET state = excluded.state
-- @error 27000
INSERT INTO jobs SELECT k, 'x' FROM src ON CONFLICT (k) DO UPDATE SET state = bump(jobs.k);
-- @error 27000
UPDATE jobs SET k = k + 100, state = bump(k) WHERE k = 1;
-- @error 27000
UPDATE jobs SET k = k + 100 WHERE bumps(k);
-- @error 27000
UPDATE jobs SET k = k + 100, state = bump(k);
-- @error 27000
UPDATE ref SET state = rbump(k) WHERE k = 1 RETURNING *;
-- @error 27000
UPDATE ref SET state = rbump(k);
-- @cluster-error 0A000 UPDATE ref SET state = 'x' WHERE rbumps(k)
-- @cluster-error 0A000 UPDATE ref SET state = rbump(k + 1) WHERE k < 4
BEGIN;
UPDATE ref SET state = rbump(k + 10);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
-- @cluster-error 0A000 DELETE FROM ref WHERE rbumps(k)
-- @cluster-error 0A000 DELETE FROM ref WHERE rdrops(k)
-- @cluster-error 0A000 UPDATE ref SET state = 'x' WHERE rdrops(k)
-- @error 27000
UPDATE ref SET state = rbump(src.k) FROM src WHERE src.k = ref.k;
-- @error 27000
MERGE INTO ref USING src ON src.k = ref.k WHEN MATCHED THEN UPDATE SET state = rbump(ref.k);
-- @error 27000
INSERT INTO ref VALUES (1, 'i') ON CONFLICT (k) DO UPDATE SET state = rbump(ref.k);
-- @error 27000
INSERT INTO ref SELECT k, 'x' FROM src ON CONFLICT (k) DO UPDATE SET state = rbump(ref.k);
-- @error 27000
UPDATE ref SET k = k + 100, state = rbump(k);
BEGIN;
UPDATE jobs SET state = rbump(k);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
UPDATE ref SET state = bump(k);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
-- @error 27000
WITH w AS (UPDATE jobs SET state = bump(k) WHERE k = 1) SELECT 1;
-- @error 27000
WITH w AS (UPDATE jobs SET state = bump(k) WHERE k = 1 RETURNING *) SELECT * FROM w;
BEGIN;
WITH w AS (UPDATE jobs SET tries = 9 WHERE k = 1 RETURNING k) UPDATE jobs SET state = 'y' FROM w WHERE jobs.k IN (1, 2);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
WITH w AS (UPDATE jobs SET tries = 9 WHERE k = 1) UPDATE jobs SET state = 'y' FROM src WHERE jobs.k = src.k;
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
WITH w AS (DELETE FROM jobs WHERE k = 1 RETURNING k) DELETE FROM jobs USING w WHERE jobs.k IN (1, 2);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
WITH w AS (UPDATE ref SET tries = 9 WHERE k = 1) UPDATE ref SET state = 'y' FROM src WHERE ref.k = src.k;
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
-- @error 27000
WITH w AS (SELECT bump(1) b OFFSET 0) UPDATE jobs SET state = b FROM w WHERE k = 1;
-- @error 27000
WITH w AS (SELECT bump(1) b) UPDATE jobs SET state = (SELECT b FROM w) WHERE k = 1;
-- @error 27000
UPDATE jobs SET state = (SELECT bump(1)) WHERE k = 1;
-- @error 27000
UPDATE jobs SET state = (SELECT bump(jobs.k) FROM src LIMIT 1) WHERE k < 3;
-- @error 27000
WITH w AS (INSERT INTO src VALUES (9, 9) RETURNING bump(1) b) UPDATE jobs SET state = b FROM w WHERE jobs.k = 1;
BEGIN;
UPDATE src SET v = length(bump(k)) WHERE k < 3;
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
UPDATE jobs SET state = 'x' WHERE k = 1 RETURNING bump(k);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
UPDATE jobs SET state = 'x' RETURNING bump(k);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
DELETE FROM jobs WHERE k = 1 RETURNING bump(k);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
-- @error 27000
UPDATE jobs SET state = deeper(k) WHERE k = 2;
BEGIN;
UPDATE jobs SET state = note(k);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
UPDATE jobs SET state = 'n' WHERE notes(k);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
DELETE FROM jobs WHERE notes(k);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
UPDATE ref SET state = note(k);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
DELETE FROM ref WHERE notes(k);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
INSERT INTO jobs VALUES (1, note(1)) ON CONFLICT (k) DO UPDATE SET state = excluded.state RETURNING *;
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
INSERT INTO jobs SELECT k, note(k) FROM src ON CONFLICT (k) DO UPDATE SET state = excluded.state;
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
INSERT INTO jobs SELECT k, 'x' FROM src ON CONFLICT (k) DO UPDATE SET state = note(jobs.k);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
INSERT INTO ref SELECT k, note(k) FROM src ON CONFLICT (k) DO UPDATE SET state = excluded.state;
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
UPDATE jobs SET k = k + 100, state = note(k);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
UPDATE jobs SET state = (SELECT what FROM log WHERE log.k = jobs.k LIMIT 1), tries = length(note(k));
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
-- @error 27000
UPDATE child SET v = orphan(k) WHERE k = 1;
BEGIN;
UPDATE child SET v = orphan(k + 10);
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
-- @error 27000
UPDATE parent SET k = k WHERE orphan(k) = 'orphaned';
BEGIN;
INSERT INTO jobs SELECT k + 100, bump(k) FROM src;
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
INSERT INTO jobs SELECT k, bump(k) FROM src ON CONFLICT DO NOTHING;
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
CREATE TRIGGER c AFTER UPDATE OF state ON jobs FOR EACH ROW EXECUTE FUNCTION cleared();
BEGIN;
UPDATE jobs SET state = 't' WHERE k < 3;
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
BEGIN;
UPDATE jobs SET state = note(k) WHERE k < 3;
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
ROLLBACK;
-- @error 27000
UPDATE jobs SET state = bump(k) WHERE k < 3;
SELECT * FROM jobs;
SELECT * FROM ref;
SELECT * FROM log;
SELECT * FROM child;
-- Rows that another part of the statement has changed are left alone, whatever else functions write.
CREATE TABLE one (k int PRIMARY KEY, w int);
CREATE TABLE two (k int PRIMARY KEY, w int);
-- @cluster SELECT create_distributed_table('one', 'k')
-- @cluster SELECT create_distributed_table('two', 'k', colocate_with => 'none')
INSERT INTO one SELECT g, 0 FROM generate_series(1, 10) g;
INSERT INTO two SELECT g, 0 FROM generate_series(1, 10) g;
CREATE FUNCTION touch(int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN UPDATE two SET w = w + 1 WHERE k = $1; RETURN $1; END $$;
WITH x AS (DELETE FROM one WHERE k < 3) UPDATE one SET w = touch(k) WHERE k < 5;
WITH x AS (UPDATE one SET w = w + 1 WHERE k = 5 RETURNING k) UPDATE one SET w = touch(one.k) FROM x WHERE one.k IN (5, 6);
SELECT k, w FROM one ORDER BY k;
