-- Proves that reads and writes of rows that a sub-query chooses, whose values nodes await, answer alike: keys of many types,
-- NULLs, parameters, several writes in a statement, sub-queries that change with the row that asks.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN tag AS text CHECK (VALUE <> '');
CREATE TABLE jobs (id int PRIMARY KEY, state text DEFAULT 'new', name varchar(20), m mood, t tag, n int DEFAULT 0, grp int, a int[]);
CREATE TABLE o (c text PRIMARY KEY, job int, m mood);
CREATE TABLE r (id int PRIMARY KEY, job int);
CREATE TABLE l (id int, m mood);
-- @cluster SELECT create_distributed_table('jobs', 'id', shard_count => 6)
-- @cluster SELECT create_distributed_table('o', 'c', colocate_with => 'none')
-- @cluster SELECT create_reference_table('r')
INSERT INTO jobs (id, name, m, t, grp, a) SELECT g, 'job ' || g, (ARRAY['sad', 'ok', 'happy'])[1 + g % 3]::mood, 't' || g % 7, g % 4, ARRAY[g % 2, g % 3] FROM generate_series(1, 60) g;
INSERT INTO o SELECT 'c' || g, g * 2, (ARRAY['sad', 'ok', 'happy'])[1 + g % 3]::mood FROM generate_series(1, 20) g;
INSERT INTO r SELECT g, g * 3 FROM generate_series(1, 9) g;
INSERT INTO l VALUES (1, 'ok'), (5, 'sad'), (NULL, NULL);

SELECT id FROM jobs WHERE id = (SELECT max(id) FROM l);
SELECT id FROM jobs WHERE id = (SELECT id FROM l WHERE id > 100);
SELECT id FROM jobs WHERE id <> ALL (ARRAY(SELECT id FROM l)) ORDER BY id;
SELECT id FROM jobs WHERE id = ANY (ARRAY(SELECT id FROM l)) ORDER BY id;
SELECT id FROM jobs WHERE m = (SELECT max(m) FROM l) AND id < (SELECT count(*) FROM o) ORDER BY id;
SELECT id FROM jobs WHERE m = ANY (ARRAY(SELECT m FROM l)) AND t = (SELECT min(t) FROM jobs) ORDER BY id;
SELECT id FROM jobs WHERE a = (SELECT min(a) FROM jobs) ORDER BY id;
SELECT id FROM jobs WHERE (id, grp) = (SELECT 4, 0);
SELECT id FROM jobs WHERE (SELECT 3) = id OR id = (SELECT 4) ORDER BY id;
SELECT id FROM jobs WHERE name = (SELECT 'job 7'::text) OR false;
SELECT count(*) FROM jobs WHERE id > (SELECT avg(job) FROM o);
SELECT count(*) FROM jobs WHERE random() < (SELECT 2) AND id < (SELECT 10);
SELECT grp, count(*) FROM jobs WHERE id > (SELECT min(job) FROM o) GROUP BY grp ORDER BY grp;
SELECT DISTINCT grp FROM jobs WHERE id > (SELECT min(job) FROM o) ORDER BY grp;
SELECT id FROM jobs WHERE id > (SELECT min(job) FROM o) ORDER BY id DESC LIMIT 3;
SELECT o.c, j.id FROM o LEFT JOIN jobs j ON j.id = o.job AND j.id > (SELECT max(id) FROM l) ORDER BY 1;
SELECT r.id, (SELECT count(*) FROM jobs j WHERE j.id < (SELECT r.job) AND j.grp = (SELECT max(id) % 4 FROM l)) FROM r ORDER BY 1;
SELECT l.id, x.id FROM l LEFT JOIN LATERAL (SELECT id FROM jobs WHERE id > (SELECT l.id + 1) AND grp = (SELECT 2) ORDER BY id LIMIT 2) x ON true ORDER BY 1, 2;
SELECT l.id, x.n FROM l, LATERAL (SELECT (SELECT count(*) FROM jobs WHERE id < (SELECT l.id)) n) x ORDER BY 1;
SELECT id FROM jobs WHERE id IN (SELECT job FROM o WHERE job > (SELECT avg(job) FROM r)) ORDER BY id;
SELECT * FROM (SELECT id FROM jobs UNION ALL SELECT job FROM o) x WHERE id = (SELECT 6) ORDER BY 1;
WITH RECURSIVE w(i) AS (SELECT 1 UNION ALL SELECT i + (SELECT count(*)::int FROM jobs WHERE id = (SELECT 3)) FROM w WHERE i < 4) SELECT * FROM w ORDER BY 1;
PREPARE p(int) AS SELECT id FROM jobs WHERE id = (SELECT max(job) FROM o WHERE job < $1);
EXECUTE p(9);
EXECUTE p(1);
SET plan_cache_mode = force_generic_plan;
EXECUTE p(13);
EXECUTE p(NULL);
RESET plan_cache_mode;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT id FROM jobs WHERE id < (SELECT 5) ORDER BY id;
FETCH ALL FROM c;
FETCH BACKWARD 2 FROM c;
COMMIT;

UPDATE jobs SET state = 'taken' WHERE id = (SELECT id FROM jobs WHERE state = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, state;
WITH u AS (UPDATE jobs SET state = 'taken' WHERE id IN (SELECT id FROM jobs WHERE state = 'new' ORDER BY id LIMIT 3 FOR UPDATE SKIP LOCKED) RETURNING id, name) SELECT * FROM u ORDER BY 1;
WITH u AS (UPDATE jobs SET n = n + 1 WHERE name IN (SELECT name FROM jobs WHERE state = 'new' ORDER BY id LIMIT 3 FOR UPDATE) RETURNING id, name) SELECT * FROM u ORDER BY 1;
WITH u AS (UPDATE jobs SET n = n + 1 WHERE t IN (SELECT t FROM jobs WHERE m IN (SELECT m FROM l) ORDER BY id LIMIT 2) AND id < 20 RETURNING id, t) SELECT * FROM u ORDER BY 1;
WITH u AS (UPDATE jobs SET n = n + 1 WHERE m IN (SELECT m FROM o ORDER BY c LIMIT 1) AND id < 20 RETURNING id, m) SELECT * FROM u ORDER BY 1;
WITH u AS (UPDATE jobs SET n = n + 1 WHERE a IN (SELECT a FROM jobs ORDER BY id LIMIT 1) AND id < 20 RETURNING id, a) SELECT * FROM u ORDER BY 1;
WITH c AS (SELECT id, state s FROM jobs WHERE state = 'new' ORDER BY id LIMIT 3 FOR UPDATE SKIP LOCKED), u AS (UPDATE jobs SET state = 'done' FROM c WHERE c.id = jobs.id RETURNING jobs.id, c.s, jobs.state) SELECT * FROM u ORDER BY 1;
WITH c AS (SELECT id FROM jobs WHERE state = 'new' ORDER BY id LIMIT 3 FOR UPDATE SKIP LOCKED) UPDATE jobs SET n = c.id FROM c WHERE jobs.id - 1 = c.id + 1;
WITH c AS (SELECT id FROM jobs WHERE state = 'new' ORDER BY id LIMIT 3 FOR UPDATE SKIP LOCKED), d AS (DELETE FROM jobs USING c WHERE jobs.id = c.id RETURNING jobs.*), i AS (INSERT INTO l SELECT id, m FROM d RETURNING id) SELECT * FROM i ORDER BY 1;
WITH u AS (UPDATE jobs SET state = 'sub' FROM (SELECT id, n FROM jobs WHERE state = 'new' ORDER BY id LIMIT 2 FOR UPDATE) s WHERE s.id = jobs.id RETURNING jobs.id, s.n) SELECT * FROM u ORDER BY 1;
UPDATE jobs SET state = 'left' FROM (SELECT id FROM jobs WHERE id > 55 ORDER BY id LIMIT 2 FOR UPDATE) s LEFT JOIN l ON l.id = s.id WHERE s.id < jobs.id AND l.id IS NULL;
DELETE FROM jobs WHERE id IN (SELECT id FROM jobs ORDER BY id DESC LIMIT 2) AND id NOT IN (SELECT id FROM jobs ORDER BY id LIMIT 3);
DELETE FROM jobs WHERE id IN (SELECT id FROM l ORDER BY id LIMIT 10);
UPDATE jobs SET n = 8 WHERE id IN (SELECT j.id FROM jobs j WHERE j.grp = jobs.grp ORDER BY id LIMIT 1);
UPDATE jobs SET id = id + 1000 WHERE id = (SELECT max(id) FROM jobs) RETURNING id, name;
WITH d AS (DELETE FROM jobs WHERE id = (SELECT min(id) FROM jobs) RETURNING id), u AS (UPDATE jobs SET n = 99 WHERE id = (SELECT max(job) FROM o) RETURNING id), s AS (SELECT count(*) FROM jobs WHERE id > (SELECT max(job) FROM o)) SELECT (SELECT id FROM d), (SELECT id FROM u), (SELECT count FROM s);
UPDATE jobs SET n = 3 WHERE id = (SELECT max(job) FROM o) RETURNING id, (SELECT count(*) FROM jobs x WHERE x.id = (SELECT max(job) FROM o));
-- @error 21000
UPDATE jobs SET n = 4 WHERE id = (SELECT id FROM jobs WHERE grp = 1);
-- @error 21000
UPDATE jobs SET n = 4 WHERE id = (SELECT id FROM l WHERE id = 1 OR id = 5 OR true);
PREPARE q(int, int) AS DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE grp = $1 ORDER BY id LIMIT $2);
EXECUTE q(1, 2);
EXECUTE q(2, NULL);
EXECUTE q(2, 0);
SELECT id, state, name, n FROM jobs ORDER BY id;
SELECT * FROM l ORDER BY 1, 2;

-- Policies hide rows from what is awaited, and from what waits.
CREATE ROLE worker;
GRANT SELECT, UPDATE ON jobs TO worker;
GRANT SELECT ON l, o TO worker;
DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO worker', current_schema()); END $$;
ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON jobs TO worker USING (grp = 3 AND id <= (SELECT max(job) FROM o));
SET ROLE worker;
SELECT id FROM jobs WHERE id > (SELECT min(id) FROM jobs) ORDER BY id;
WITH u AS (UPDATE jobs SET state = 'mine' WHERE id = ANY (ARRAY(SELECT id FROM jobs WHERE state <> 'mine' ORDER BY id LIMIT 2 FOR UPDATE SKIP LOCKED)) RETURNING id) SELECT * FROM u ORDER BY 1;
UPDATE jobs SET state = 'mine' WHERE id = (SELECT 2);
RESET ROLE;
SELECT id, state FROM jobs WHERE state = 'mine' ORDER BY id;
DROP OWNED BY worker;
DROP ROLE worker;
