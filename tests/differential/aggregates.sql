-- Proves that aggregates over all shards equal PostgreSQL's: split over the nodes where they can be,
-- exact where they cannot, over no rows and over NULLs too.
CREATE TABLE m (k int, id int, grp int, i2 int2, i4 int, i8 bigint, n numeric, f float8, g4 float4, t text, b boolean, d date, iv interval, j jsonb, bits bit(8), PRIMARY KEY (k, id));
CREATE TABLE nothing (k int PRIMARY KEY, n numeric, t text);
-- @cluster SELECT create_distributed_table('m', 'k')
-- @cluster SELECT create_distributed_table('nothing', 'k')
INSERT INTO m SELECT g % 29, g, nullif(g % 6, 4), g % 100, g * 1000, g * 10000000000, nullif(g % 17, 3) * 1.25, (g * 31 % 64) / 4.0, g / 2.0, CASE WHEN g % 9 <> 0 THEN chr(97 + g % 26) END, CASE WHEN g % 5 = 0 THEN NULL ELSE g % 2 = 0 END, date '2024-01-01' + g % 31, g * interval '1 hour', jsonb_build_object('g', g % 4), (g % 256)::bit(8) FROM generate_series(1, 250) g;
SELECT count(*), count(n), count(t), count(DISTINCT grp) FROM m;
SELECT sum(i2), sum(i4), sum(i8), sum(n), sum(f), sum(g4), sum(iv) FROM m;
SELECT avg(i2), avg(i4), avg(i8), avg(n), avg(f), avg(g4), avg(iv) FROM m;
SELECT min(i4), max(i4), min(n), max(n), min(t), max(t), min(d), max(d), min(iv), max(iv) FROM m;
SELECT min(t COLLATE "C"), max(t COLLATE "de-x-icu") FROM m;
-- @approximate
SELECT stddev(f), stddev_pop(f), stddev_samp(f), variance(f), var_pop(f), var_samp(f) FROM m;
SELECT stddev(n), stddev_pop(n), variance(n), var_pop(n) FROM m;
SELECT stddev(i4), var_pop(i8), variance(i2) FROM m;
-- @approximate
SELECT corr(f, i4), covar_pop(f, i4), covar_samp(f, i4), regr_avgx(f, i4), regr_avgy(f, i4), regr_count(f, i4), regr_intercept(f, i4), regr_r2(f, i4), regr_slope(f, i4), regr_sxx(f, i4), regr_sxy(f, i4), regr_syy(f, i4) FROM m;
SELECT bool_and(b), bool_or(b), every(b) FROM m;
SELECT bit_and(i4), bit_or(i4), bit_xor(i4), bit_and(bits), bit_or(bits) FROM m;
SELECT string_agg(t, ',' ORDER BY id) FROM m;
SELECT string_agg(t, ', ' ORDER BY t DESC, id) FROM m WHERE id < 40;
SELECT string_agg(DISTINCT t, ',') FROM m;
SELECT array_agg(id ORDER BY id) FROM m WHERE k = 3;
SELECT array_agg(t ORDER BY n NULLS FIRST, id DESC) FROM m WHERE id < 30;
SELECT array_agg(ARRAY[k, id] ORDER BY id) FROM m WHERE id < 8;
SELECT jsonb_agg(t ORDER BY id), json_agg(n ORDER BY id) FROM m WHERE id < 20;
SELECT jsonb_object_agg(id, t) FROM m WHERE id < 20;
SELECT json_object_agg(id, n ORDER BY id) FROM m WHERE id < 6;
SELECT range_agg(int4range(id, id + 2)) FROM m WHERE id % 4 = 0 AND id < 30;
SELECT xmlagg(xmlelement(name x, id) ORDER BY id)::text FROM m WHERE id < 5;
SELECT count(*) FILTER (WHERE grp = 1), sum(i4) FILTER (WHERE grp = 2), avg(n) FILTER (WHERE b), max(t) FILTER (WHERE false) FROM m;
SELECT count(DISTINCT grp), count(DISTINCT t), sum(DISTINCT n), avg(DISTINCT i2) FROM m;
SELECT count(DISTINCT k), count(DISTINCT (k, grp)) FROM m;
SELECT count(DISTINCT lower(t)) FILTER (WHERE id > 100) FROM m;
SELECT array_agg(DISTINCT grp ORDER BY grp DESC) FROM m;
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY f), percentile_disc(0.25) WITHIN GROUP (ORDER BY i4), mode() WITHIN GROUP (ORDER BY grp) FROM m;
SELECT percentile_disc(ARRAY[0, 0.5, 1]) WITHIN GROUP (ORDER BY t) FROM m;
SELECT rank(50) WITHIN GROUP (ORDER BY i2), dense_rank(50) WITHIN GROUP (ORDER BY i2), percent_rank(50) WITHIN GROUP (ORDER BY i2) FROM m;
SELECT sum(i4) + count(*) * 2 AS x, round(avg(n), 3), coalesce(max(t), '-') || 'z', sum(n) / nullif(count(grp), 0) FROM m;
SELECT sum(CASE WHEN grp = 1 THEN 1 ELSE 0 END), sum(abs(i4 - 5000)), max(length(t)) FROM m;
SELECT sum(1), count(1), min(5), max(NULL::int), avg(7.0) FROM m;
SELECT max(k), min(k) FROM m;
SELECT count(m.*), count(s) FROM m LEFT JOIN (SELECT k, id FROM m WHERE id < 5) s USING (k, id);

-- Over nothing.
SELECT count(*), sum(n), avg(n), min(t), max(k), array_agg(k), string_agg(t, ','), bool_and(k > 0), stddev(n) FROM nothing;
SELECT k, count(*) FROM nothing GROUP BY k;
SELECT n, count(*) FROM nothing GROUP BY n;
SELECT count(*) FROM m WHERE id < 0;
SELECT grp, sum(n) FROM m WHERE id < 0 GROUP BY grp;
SELECT sum(n) FROM m WHERE n IS NULL;
SELECT count(*) FROM nothing HAVING count(*) = 0;
SELECT 1 AS one FROM m HAVING count(*) > 10;
SELECT 1 AS one FROM m HAVING false;

-- Groups by the distribution column, by others, by expressions.
SELECT k, count(*), sum(n), avg(f) FROM m GROUP BY k;
SELECT k, grp, count(*) FROM m GROUP BY k, grp;
SELECT grp, count(*), sum(i8), avg(n), min(t), max(d) FROM m GROUP BY grp;
SELECT grp, count(*) FROM m GROUP BY grp ORDER BY grp;
SELECT grp, count(*) FROM m GROUP BY 1 ORDER BY 2 DESC, 1 NULLS FIRST;
SELECT t, b, count(*), sum(n) FROM m GROUP BY t, b ORDER BY t NULLS FIRST, b NULLS FIRST;
SELECT id % 10 AS tens, sum(n) FROM m GROUP BY id % 10 ORDER BY tens;
SELECT date_trunc('week', d)::date AS week, count(*), avg(n) FROM m GROUP BY week ORDER BY week;
SELECT lower(t) || '!' AS s, count(*) FROM m GROUP BY s ORDER BY s;
SELECT j->>'g' AS g, count(*) FROM m GROUP BY j->>'g' ORDER BY 1;
SELECT n, count(*) FROM m GROUP BY n ORDER BY n NULLS LAST;
SELECT f, count(DISTINCT grp) FROM m GROUP BY f ORDER BY f LIMIT 10;
SELECT grp, count(DISTINCT t), count(DISTINCT k), sum(DISTINCT i2) FROM m GROUP BY grp ORDER BY grp;
SELECT k, count(DISTINCT t), array_agg(id ORDER BY id DESC) FROM m GROUP BY k ORDER BY k;
SELECT grp, array_agg(id ORDER BY id) FROM m WHERE id < 50 GROUP BY grp ORDER BY grp;
SELECT grp, string_agg(t, '' ORDER BY id DESC) FROM m GROUP BY grp ORDER BY grp;
SELECT grp, percentile_cont(0.5) WITHIN GROUP (ORDER BY n) FROM m GROUP BY grp ORDER BY grp;
-- @approximate
SELECT grp, stddev(f), corr(f, n), regr_slope(f, n) FROM m GROUP BY grp ORDER BY grp;
SELECT grp, bool_and(b), bool_or(b), bit_or(i2), bit_and(i4) FROM m GROUP BY grp ORDER BY grp;
SELECT grp, max(n) - min(n) AS spread FROM m GROUP BY grp ORDER BY spread DESC, grp LIMIT 3;
SELECT sum(n) FROM m GROUP BY grp ORDER BY sum(n), count(*);
SELECT count(*) FROM m GROUP BY grp, k % 3 ORDER BY 1;
SELECT grp FROM m GROUP BY grp ORDER BY count(*) DESC, grp LIMIT 2;
SELECT m.k, max(t) FROM m WHERE b GROUP BY m.k ORDER BY max(t) DESC NULLS LAST, m.k LIMIT 5;
SELECT k, id, n FROM m WHERE id < 8 GROUP BY k, id ORDER BY id;

-- HAVING.
SELECT grp, count(*) FROM m GROUP BY grp HAVING count(*) > 41 ORDER BY grp;
SELECT k, sum(n) FROM m GROUP BY k HAVING sum(n) > 90 AND k > 3 ORDER BY k;
SELECT t FROM m GROUP BY t HAVING max(n) IS NOT NULL AND bool_or(b) ORDER BY t;
SELECT grp, avg(n) FROM m GROUP BY grp HAVING avg(n) > (SELECT avg(n) FROM m) ORDER BY grp;
SELECT grp FROM m GROUP BY grp HAVING grp IS NULL;
SELECT t, count(*) FROM m GROUP BY t HAVING count(DISTINCT grp) = 3 ORDER BY t;

-- Grouping sets.
SELECT grp, b, count(*), sum(n) FROM m GROUP BY GROUPING SETS ((grp), (b), ()) ORDER BY 1 NULLS LAST, 2 NULLS LAST, 3;
SELECT grp, b, grouping(grp, b), count(*) FROM m WHERE grp < 3 GROUP BY ROLLUP (grp, b) ORDER BY 1 NULLS LAST, 2 NULLS LAST, 3;
SELECT grp, b, count(*) FROM m WHERE grp < 3 GROUP BY CUBE (grp, b) ORDER BY 1 NULLS LAST, 2 NULLS LAST, 3;
SELECT k, grp, count(*) FROM m WHERE k < 5 GROUP BY GROUPING SETS ((k), (k, grp)) ORDER BY 1, 2 NULLS LAST, 3;

-- Aggregates of one's own.
CREATE FUNCTION add_up(a numeric, b numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT coalesce(a, 0) + coalesce(b, 0)';
CREATE AGGREGATE total(numeric) (SFUNC = add_up, STYPE = numeric, COMBINEFUNC = add_up, INITCOND = '0');
CREATE AGGREGATE total_whole(numeric) (SFUNC = add_up, STYPE = numeric, INITCOND = '0');
SELECT total(n), total_whole(n) FROM m;
SELECT grp, total(n), total_whole(n) FROM m GROUP BY grp ORDER BY grp;

-- Prepared, and with parameters in aggregates.
PREPARE sums(int, numeric) AS SELECT grp, count(*), sum(n * $2), max(t) FROM m WHERE id > $1 GROUP BY grp HAVING count(*) > 2 ORDER BY grp;
EXECUTE sums(0, 1);
EXECUTE sums(10, 2);
EXECUTE sums(100, 0.5);
EXECUTE sums(200, 1);
EXECUTE sums(230, 3);
EXECUTE sums(240, 3);
EXECUTE sums(300, 3);
-- @error 42803
SELECT sum(count(*)) FROM m;
-- @error 42803
SELECT count(*) FROM m WHERE count(*) > 1;
-- @error 22003
SELECT sum(i8 * 900000000) FROM m;
