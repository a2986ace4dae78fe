-- Proves that ANALYZE of a distributed table leaves on its shell what ANALYZE leaves on a plain table (a small table
-- is sampled whole, so that the figures are the same), and that the planner's estimates follow from it.
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE color AS ENUM ('red', 'green', 'blue');
CREATE TYPE pair AS (x int, y text);
CREATE TABLE t (gone int, id bigint PRIMARY KEY, few int, many text, empty int, partly numeric, tags text[], doc tsvector,
    span int4range, wide text, compressible text, hue color, p pair, pos positive, j jsonb, b bytea, flag boolean);
ALTER TABLE t DROP COLUMN gone;
-- @cluster SELECT create_distributed_table('t', 'id', shard_count => 8)
INSERT INTO t SELECT g, g % 7, 'name ' || g % 500, NULL, CASE WHEN g % 4 = 0 THEN g / 3.0 END,
    ARRAY['a' || g % 5, 'b' || g % 3], to_tsvector('simple', 'word' || g % 9 || ' common'), int4range(g, g + g % 10),
    CASE WHEN g % 10 = 0 THEN (SELECT string_agg(md5(i::text || g), '') FROM generate_series(1, 100) i) END,
    CASE WHEN g % 10 = 1 THEN repeat('x', 9000) END,
    (ARRAY['red', 'green', 'blue'])[1 + g % 3]::color, ROW(g % 4, 'y')::pair, 1 + g % 50,
    jsonb_build_object('k', g % 6), decode(md5((g % 20)::text), 'hex'), g % 3 = 0
    FROM generate_series(1, 4000) g;
ANALYZE t;
SELECT reltuples FROM pg_class WHERE oid = 't'::regclass;
SELECT relpages > 10 FROM pg_class WHERE oid = 't'::regclass;
SELECT attname, null_frac, n_distinct FROM pg_stats WHERE schemaname = current_schema() AND tablename = 't' ORDER BY attname;
SELECT attname, avg_width FROM pg_stats WHERE schemaname = current_schema() AND tablename = 't' AND attname NOT IN ('wide', 'compressible') ORDER BY attname;
SELECT attname, most_common_freqs, elem_count_histogram FROM pg_stats WHERE schemaname = current_schema() AND tablename = 't' ORDER BY attname;
SELECT attname, histogram_bounds FROM pg_stats WHERE schemaname = current_schema() AND tablename = 't' AND attname IN ('id', 'partly', 'pos', 'many') ORDER BY 1;
SELECT v, f FROM pg_stats, unnest(most_common_vals::text::text[], most_common_freqs) u(v, f) WHERE schemaname = current_schema() AND tablename = 't' AND attname IN ('hue', 'few', 'flag', 'pos') ORDER BY attname, f, v;
SELECT attname FROM pg_stats WHERE schemaname = current_schema() AND tablename = 't' AND correlation IS NOT NULL ORDER BY 1;
SELECT last_analyze IS NOT NULL FROM pg_stat_user_tables WHERE relid = 't'::regclass;

-- Columns by name, targets, options.
CREATE TABLE u (k int, a int, b int);
-- @cluster SELECT create_distributed_table('u', 'k', shard_count => 8)
INSERT INTO u SELECT g, g % 10, g % 20 FROM generate_series(1, 1000) g;
ANALYZE u (a);
SELECT attname, n_distinct FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'u';
-- @error 42703
ANALYZE u (nosuch);
-- @error 42701
ANALYZE u (a, a);
ALTER TABLE u ALTER COLUMN b SET STATISTICS 0;
ANALYZE u;
SELECT attname, n_distinct FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'u' ORDER BY 1;
DELETE FROM u WHERE k > 500;
VACUUM u;
SELECT reltuples FROM pg_class WHERE oid = 'u'::regclass;
SELECT attname, n_distinct FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'u' ORDER BY 1;
VACUUM (ANALYZE) u;
SELECT attname, n_distinct FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'u' ORDER BY 1;
BEGIN;
INSERT INTO u SELECT g, g % 33, 1 FROM generate_series(501, 700) g;
ANALYZE u;
SELECT reltuples FROM pg_class WHERE oid = 'u'::regclass;
SELECT attname, n_distinct FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'u' ORDER BY 1;
ROLLBACK;
CREATE TABLE nothing (k int, v text);
-- @cluster SELECT create_distributed_table('nothing', 'k')
ANALYZE nothing;
SELECT reltuples FROM pg_class WHERE oid = 'nothing'::regclass;

-- Estimates: within a fifth of the truth, or of what PostgreSQL guesses.
CREATE FUNCTION estimated(query text, low float8, high float8) RETURNS text LANGUAGE plpgsql AS $$
DECLARE plan json; n float8;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    n := (plan -> 0 -> 'Plan' ->> 'Plan Rows')::float8;
    RETURN CASE WHEN n BETWEEN low AND high THEN 'as expected' ELSE n::text END;
END $$;
ANALYZE t, u;
SELECT estimated('SELECT * FROM t', 3990, 4010);
SELECT estimated('SELECT * FROM t WHERE few = 3', 550, 590);
SELECT estimated('SELECT * FROM t WHERE partly > 1200', 90, 110);
SELECT estimated('SELECT * FROM t WHERE partly IS NULL', 2950, 3050);
SELECT estimated('SELECT * FROM t WHERE tags @> ARRAY[''a1'']', 750, 850);
SELECT estimated('SELECT few, count(*) FROM t GROUP BY few', 7, 7);
SELECT estimated('SELECT many, few, count(*) FROM t GROUP BY many, few', 2500, 4000);
SELECT estimated('SELECT DISTINCT many FROM t', 450, 550);
SELECT estimated('SELECT * FROM t JOIN u ON t.id = u.k', 400, 800);
SELECT estimated('SELECT * FROM t JOIN u ON t.few = u.a', 180000, 320000);
SELECT estimated('SELECT * FROM (SELECT t.few, u.a FROM t JOIN u ON t.id = u.k) x JOIN u y ON y.a = x.a', 20000, 40000);
SELECT estimated('SELECT * FROM (SELECT few, count(*) AS n FROM t GROUP BY few) x JOIN u ON u.a = x.few', 250, 550);
SELECT estimated('SELECT * FROM t WHERE few IN (SELECT a FROM u WHERE k < 3)', 550, 1250);
SELECT estimated('SELECT * FROM t ORDER BY many LIMIT 7', 7, 7);
SELECT estimated('SELECT * FROM t LIMIT 7', 7, 7);
CREATE STATISTICS t_groups (ndistinct) ON few, partly, upper(many) FROM t;
UPDATE t SET partly = few * 10;
ANALYZE t;
SELECT estimated('SELECT few, partly, count(*) FROM t GROUP BY few, partly', 7, 7);
SELECT estimated('SELECT few, partly, max(id) FROM t WHERE id > 0 GROUP BY 1, 2', 7, 7);
SELECT estimated('SELECT partly, upper(many), count(DISTINCT id) FROM t GROUP BY 1, 2', 2500, 4000);
SELECT estimated('SELECT * FROM t WHERE id = 5', 1, 1);
SELECT estimated('SELECT * FROM u WHERE k < 5 AND k = 3', 1, 1);
SELECT estimated('SELECT * FROM t, u WHERE t.id = 5 AND u.k = 5 AND u.a > 0', 1, 20);
CREATE TABLE same (k int, v int);
-- @cluster SELECT create_distributed_table('same', 'k')
INSERT INTO same SELECT i % 20, i % 20 FROM generate_series(1, 4000) i;
CREATE STATISTICS same_values (dependencies) ON k, v FROM same;
ANALYZE same;
SELECT estimated('SELECT * FROM same WHERE k = 3 AND v = 3', 190, 210);
SELECT estimated('SELECT v, count(*) FROM same WHERE k = 3 GROUP BY v', 1, 1);
