-- Proves that functions, operators, types and indexes of extensions that are created, updated, moved and dropped after
-- tables are distributed are there wherever queries run.
CREATE SCHEMA tools;
CREATE TABLE people (id int PRIMARY KEY, name text, code text);
CREATE TABLE notes (id int, body text, PRIMARY KEY (id));
-- @cluster SELECT create_distributed_table('people', 'id', shard_count => 6)
-- @cluster SELECT create_distributed_table('notes', 'id', colocate_with => 'none')
INSERT INTO people SELECT g, (ARRAY['Anna', 'Bert', 'Çelik', 'Dörte'])[1 + g % 4] || g % 5, md5(g::text) FROM generate_series(1, 60) g;
INSERT INTO notes SELECT g, 'note of ' || g FROM generate_series(1, 30) g;

CREATE EXTENSION pg_trgm SCHEMA tools;
CREATE EXTENSION fuzzystrmatch;
SELECT id, name FROM people WHERE name OPERATOR(tools.%) 'Anna1' ORDER BY id;
SELECT DISTINCT name, tools.similarity(name, 'bert')::numeric(6, 4) FROM people ORDER BY 2 DESC, 1;
SELECT count(*) FROM people p JOIN notes n ON levenshtein(p.name, n.body) < 10;
SELECT soundex(name), count(*) FROM people GROUP BY 1 ORDER BY 1;
SELECT id FROM people WHERE id = 7 AND difference(name, 'Dorte') > 1;
CREATE INDEX people_name ON people USING gin (name tools.gin_trgm_ops);
SELECT count(*) FROM people WHERE name LIKE '%ert%';

-- An extension that requires another.
CREATE EXTENSION earthdistance CASCADE;
SELECT round((earth_distance(ll_to_earth(id, id), ll_to_earth(id + 1, id)))::numeric, 3), count(*) FROM people WHERE id < 5 GROUP BY 1 ORDER BY 1;
SELECT max(cube_size(cube(ARRAY[id, id * 2], ARRAY[id + 1, id]::float8[]))) FROM people;

-- Another schema: queries find it there.
PREPARE p AS SELECT count(*) FROM people WHERE levenshtein(name, 'Anna1') < 3;
EXECUTE p;
ALTER EXTENSION fuzzystrmatch SET SCHEMA tools;
-- @error 42883
EXECUTE p;
SELECT count(*) FROM people WHERE tools.levenshtein(name, 'Anna1') < 3;
-- @error 42883
SELECT count(*) FROM people WHERE soundex(name) = 'A500';
ALTER EXTENSION fuzzystrmatch UPDATE;

-- Made anew elsewhere, and in a transaction that is rolled back.
DROP EXTENSION fuzzystrmatch;
-- @error 42883
SELECT count(*) FROM people WHERE tools.soundex(name) = 'A500';
CREATE EXTENSION fuzzystrmatch;
SELECT soundex(name), count(*) FROM people GROUP BY 1 ORDER BY 1;
BEGIN;
CREATE EXTENSION hstore VERSION '1.7';
SELECT hstore('name', name) -> 'name', count(*) FROM people GROUP BY 1 ORDER BY 1;
ALTER EXTENSION hstore UPDATE TO '1.8';
SELECT (hstore(ARRAY['a', 'b'], ARRAY[name, code]))['b'] = code FROM people WHERE id < 3;
ROLLBACK;
-- @error 42883
SELECT hstore('name', name) FROM people;
CREATE EXTENSION IF NOT EXISTS hstore SCHEMA tools;
CREATE EXTENSION IF NOT EXISTS hstore SCHEMA tools;
SELECT tools.hstore('name', name) OPERATOR(tools.->) 'name', count(*) FROM people GROUP BY 1 ORDER BY 1;
ALTER TABLE people ADD COLUMN h tools.hstore;
UPDATE people SET h = tools.hstore('id', id::text);
SELECT sum((h OPERATOR(tools.->) 'id')::int) FROM people;
-- @error 0A000
CREATE EXTENSION there_is_none;
DROP TABLE people, notes;
DROP EXTENSION hstore, earthdistance, cube, fuzzystrmatch, pg_trgm;
DROP SCHEMA tools;
