-- Proves that INSERT … SELECT whose rows the nodes hand to each other stores and returns what PostgreSQL does.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad');
CREATE TYPE pair AS (n int, s text);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE src (k int, a bigint, b text, n numeric, d timestamptz, i interval, e int[], m mood, ms mood[], p pair, ps pair[], pos positive, r int4range, j jsonb, x bytea, f float8, o regclass, c char(5));
CREATE TABLE dst (a bigint, k int, b varchar(20), n numeric(12, 2), d timestamptz, i interval, e bigint[], m mood, ms mood[], p pair, ps pair[], pos positive, r int4range, j jsonb, x bytea, f float4, o regclass, c char(5), made int DEFAULT 42, twice bigint GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE keyed (a bigint PRIMARY KEY, total bigint DEFAULT 0, note text CHECK (note <> 'bad'));
CREATE TABLE named (b text, k smallint);
CREATE TABLE ref (id int PRIMARY KEY, label text);
-- @cluster SELECT create_distributed_table('src', 'k')
-- @cluster SELECT create_distributed_table('dst', 'a', colocate_with => 'none')
-- @cluster SELECT create_distributed_table('keyed', 'a', colocate_with => 'none', shard_count => 5)
-- @cluster SELECT create_distributed_table('named', 'b', colocate_with => 'none')
-- @cluster SELECT create_reference_table('ref')
INSERT INTO ref SELECT g, 'label ' || g FROM generate_series(0, 9) g;
INSERT INTO src SELECT g, CASE WHEN g % 50 = 0 THEN NULL ELSE g % 700 END, CASE WHEN g % 11 = 0 THEN NULL ELSE 'größe ' || g || E' \\ '' "' END, g / 7.0,
    timestamptz '2024-02-28 23:00+00' + g * interval '1 hour', g * interval '1 month 3 days 4.5 seconds', CASE WHEN g % 13 = 0 THEN '[0:1]={1,2}' ELSE ARRAY[g, NULL, -g] END,
    (ARRAY['sad', 'ok', 'glad'])[g % 3 + 1]::mood, ARRAY['ok', NULL, 'sad']::mood[], ROW(g, 'p,"' || g)::pair, ARRAY[ROW(g, NULL)::pair, NULL], g, int4range(g, g + 3),
    jsonb_build_object('n', g, 'list', ARRAY[g, 1]), decode(lpad(to_hex(g), 8, '0'), 'hex'), g / 3.0, 'pg_class', 'c' || g % 10
    FROM generate_series(1, 8000) g;
ANALYZE src;

-- Every column, another distribution column.
INSERT INTO dst (a, k, b, n, d, i, e, m, ms, p, ps, pos, r, j, x, f, o, c) SELECT a, k, left(b, 20), n, d, i, e, m, ms, p, ps, pos, r, j, x, f, o, c FROM src;
SELECT * FROM dst ORDER BY k;
SELECT count(*), count(a), sum(a), sum(twice), min(made), sum(f::numeric), sum(n) FROM dst;
SELECT count(*) FROM dst WHERE a = 77;
SELECT count(*) FROM dst WHERE a IS NULL;
-- Under settings that change how values are written as text.
BEGIN;
SET LOCAL DateStyle = 'German, DMY';
SET LOCAL IntervalStyle = 'sql_standard';
SET LOCAL extra_float_digits = -10;
SET LOCAL bytea_output = 'escape';
SET LOCAL TimeZone = 'Asia/Kolkata';
TRUNCATE dst;
INSERT INTO dst (a, k, d, i, ps, x, f) SELECT a, k, d, i, ps, x, f FROM src;
RESET DateStyle;
RESET IntervalStyle;
RESET extra_float_digits;
RESET bytea_output;
RESET TimeZone;
SELECT a, k, d, i, ps, x, f FROM dst ORDER BY k LIMIT 500;
ROLLBACK;
-- RETURNING, expressions, filters, joins, groups by the distribution column, several levels.
BEGIN;
INSERT INTO dst (k, a) SELECT k, a + 1 FROM src WHERE k % 2 = 0 RETURNING k, a, twice, made, b;
INSERT INTO dst (a, b) SELECT s.a * 3, r.label FROM src s JOIN ref r ON r.id = s.k % 10 RETURNING a, b;
INSERT INTO dst (a, k, n) SELECT max(a), k, sum(n) FROM src GROUP BY k HAVING k % 3 = 0 RETURNING a, k, n;
INSERT INTO dst (a, k) SELECT q.z, q.k FROM (SELECT k, a AS z, row_number() OVER (PARTITION BY k ORDER BY n) AS w FROM src) q WHERE q.w = 1;
SELECT count(*), sum(k), sum(a), sum(n), max(b) FROM dst;
ROLLBACK;
-- Assignment casts: what fits, what does not.
INSERT INTO dst (a, c, b) SELECT k, 'abc    ' || repeat(' ', k % 4), 'twenty characters   ' || repeat(' ', k % 3) FROM src;
-- @error 22001
INSERT INTO dst (a, b) SELECT k, 'longer than twenty characters' FROM src;
-- @error 22001
INSERT INTO dst (a, c) SELECT k, 'abcdef' FROM src;
-- @error 22003
INSERT INTO named (b, k) SELECT b, a * 1000 FROM src;
-- @error 23514
INSERT INTO dst (a, pos) SELECT k, k - 5 FROM src;
INSERT INTO named (b, k) SELECT b, a FROM src;
INSERT INTO named (k) SELECT k FROM src;
SELECT count(*), count(b), sum(k) FROM named;
-- The key in another type: widened, narrowed, and by a cast that changes the value.
BEGIN;
INSERT INTO keyed (a) SELECT k FROM src;
SELECT count(*), sum(a) FROM keyed;
SELECT a FROM keyed WHERE a = 1234;
ROLLBACK;
BEGIN;
INSERT INTO keyed (a) SELECT k + 0.25 FROM src;
SELECT a FROM keyed WHERE a = 1234;
ROLLBACK;
INSERT INTO src (k, a, b) SELECT a + 100000, k, b FROM src WHERE k <= 2500;
SELECT count(*), sum(k), sum(a) FROM src;
SELECT k, a FROM src WHERE k = 100123 ORDER BY a;
DELETE FROM src WHERE k > 8000 OR k IS NULL;
-- Keys that are rounded or cut as they are stored, or are of a domain; casts of one's own.
CREATE TABLE rounded (n numeric(10, 1), k int);
CREATE TABLE cut (s varchar(8), k int);
CREATE TABLE seconds (t timestamp(0), k int);
CREATE TABLE domains (p positive, k int);
-- @cluster SELECT create_distributed_table('rounded', 'n', colocate_with => 'none')
-- @cluster SELECT create_distributed_table('cut', 's', colocate_with => 'none')
-- @cluster SELECT create_distributed_table('seconds', 't', colocate_with => 'none')
-- @cluster SELECT create_distributed_table('domains', 'p', colocate_with => 'none')
INSERT INTO rounded SELECT n, k FROM src;
INSERT INTO cut SELECT 'k' || k || repeat(' ', k % 9), k FROM src;
INSERT INTO seconds SELECT d::timestamp + k * interval '0.01 second', k FROM src;
INSERT INTO domains SELECT k, k FROM src;
INSERT INTO domains SELECT pos, k FROM src;
SELECT count(*), count(DISTINCT n), sum(n) FROM rounded;
SELECT k FROM rounded WHERE n = 100.1 ORDER BY 1;
SELECT count(*), max(s), max(length(s)) FROM cut;
SELECT k FROM cut WHERE s = 'k777';
SELECT count(*), max(t) FROM seconds;
SELECT count(*), sum(p) FROM domains;
SELECT k FROM domains WHERE p = 77;
DROP TABLE rounded, cut, seconds, domains;
CREATE CAST (varchar AS mood) WITH INOUT AS IMPLICIT;
CREATE TABLE moods (m varchar, k int);
-- @cluster SELECT create_distributed_table('moods', 'k')
INSERT INTO moods SELECT 'ok', k FROM src;
BEGIN;
INSERT INTO dst (a, k, m, b) SELECT k + 1, k, m, 'a note' FROM moods;
SELECT m, count(*) FROM dst WHERE b LIKE 'a note%' GROUP BY m;
ROLLBACK;
DROP TABLE moods;
DROP CAST (varchar AS mood);
-- ON CONFLICT.
INSERT INTO keyed (a, total) SELECT k, a FROM src;
INSERT INTO keyed (a, total) SELECT k, 1 FROM src WHERE k > 1000 ON CONFLICT DO NOTHING;
INSERT INTO keyed (a, total) SELECT a * 10, 1 FROM src WHERE a IS NOT NULL ON CONFLICT DO NOTHING;
INSERT INTO keyed AS t (a, total) SELECT k * 2, 5 FROM src ON CONFLICT (a) DO UPDATE SET total = t.total + excluded.total WHERE t.a < 4000 RETURNING a, total;
SELECT count(*), sum(a), sum(total) FROM keyed;
-- @error 21000
INSERT INTO keyed (a) SELECT a FROM src WHERE a IS NOT NULL ON CONFLICT (a) DO UPDATE SET total = 1;
-- @error 23505
INSERT INTO keyed (a) SELECT k FROM src;
-- @error 23502
INSERT INTO keyed (a) SELECT CASE k WHEN 7 THEN NULL ELSE k + 200000 END FROM src;
-- @error 23514
INSERT INTO keyed (a, note) SELECT k + 100000, CASE k WHEN 2999 THEN 'bad' END FROM src;
-- @error 22012
INSERT INTO keyed (a, total) SELECT k + 100000, 10 / (k - 1500) FROM src;
SELECT count(*), sum(a), sum(total) FROM keyed;
-- Parameters, and plans that are kept.
PREPARE copy_some(int, text, bigint) AS INSERT INTO dst (a, b, k) SELECT a + $3, $2, k FROM src WHERE k > $1 AND b IS NOT NULL;
BEGIN;
EXECUTE copy_some(10, 'one', 1);
EXECUTE copy_some(100, 'two', 2);
EXECUTE copy_some(1000, NULL, 3);
EXECUTE copy_some(5000, 'none', 4);
EXECUTE copy_some(7, 'five', 5);
EXECUTE copy_some(8, 'six', NULL);
EXECUTE copy_some(9, 'seven', 7);
SELECT b, count(*), sum(a), sum(k) FROM dst GROUP BY b ORDER BY count(*), b LIMIT 20;
ROLLBACK;
-- What the transaction has written before; savepoints.
BEGIN;
UPDATE src SET a = -a WHERE k % 5 = 0;
SAVEPOINT s;
INSERT INTO dst (a, k) SELECT a, k FROM src;
ROLLBACK TO s;
INSERT INTO dst (a, k) SELECT a * 2, k FROM src;
SELECT count(*), sum(a) FROM dst WHERE a < 0;
COMMIT;
-- Into the table that is read: each row once.
INSERT INTO src (k, a) SELECT a + 10000, k FROM src;
SELECT count(*), sum(k), sum(a) FROM src;
-- In functions, CTEs, and over cursors' rows.
CREATE FUNCTION copy_all(low int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
    INSERT INTO keyed (a, total) SELECT k + 1000000, a FROM src WHERE k > low AND k <= 8000;
    GET DIAGNOSTICS n = ROW_COUNT;
    BEGIN
        INSERT INTO keyed (a, total) SELECT k + 1000000, a FROM src WHERE k <= 8000;
    EXCEPTION WHEN unique_violation THEN
        n := -n;
    END;
    RETURN n;
END $$;
SELECT copy_all(50);
SELECT count(*), sum(total) FROM keyed;
WITH moved AS (INSERT INTO dst (a, k) SELECT a, k FROM src WHERE k < 2000 RETURNING a, k) SELECT count(*), sum(a), sum(k) FROM moved;
-- By way of the coordinator.
-- @cluster SET citus.enable_repartitioned_insert_select = off
INSERT INTO dst (a, k) SELECT a, k FROM src;
-- @cluster RESET citus.enable_repartitioned_insert_select
SELECT count(*), sum(a), sum(k) FROM dst;
DROP TABLE src, dst, keyed, named, ref;
DROP FUNCTION copy_all;
DROP DOMAIN positive;
DROP TYPE mood, pair;
