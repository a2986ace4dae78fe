-- Proves that correlated sub-queries in the target list, HAVING, ORDER BY and any condition answer as PostgreSQL does: those
-- over the same shards as the rows that ask, those that are asked for all rows at once, and those whose meaning forbids that.
CREATE TABLE f (id int PRIMARY KEY, k int, b bigint, num numeric, name text, v int, d date);
CREATE TABLE g (id int, k int, y int);
CREATE TABLE t (id int PRIMARY KEY, k int, num numeric, name varchar(20), y int, z numeric, d date, tags int[]);
CREATE TABLE u (k int PRIMARY KEY, w int, note text);
CREATE TABLE empty_one (k int, y int);
CREATE TABLE ref (k int PRIMARY KEY, w int);
CREATE TABLE loc (k int, w int);
-- @cluster SELECT create_distributed_table('f', 'id', shard_count => 8)
-- @cluster SELECT create_distributed_table('g', 'id', colocate_with => 'f')
-- @cluster SELECT create_distributed_table('t', 'id', colocate_with => 'none', shard_count => 6)
-- @cluster SELECT create_distributed_table('u', 'k', colocate_with => 'none', shard_count => 4)
-- @cluster SELECT create_distributed_table('empty_one', 'k', colocate_with => 'none', shard_count => 4)
-- @cluster SELECT create_reference_table('ref')
INSERT INTO f SELECT g, nullif(g % 23, 5), g % 17, CASE WHEN g % 2 = 0 THEN (g % 9)::numeric(6,2) ELSE (g % 9)::numeric(6,1) END, 'name ' || g % 12, g % 50, date '2024-01-01' + g % 40 FROM generate_series(1, 200) g;
INSERT INTO g SELECT g % 150, g % 11, g FROM generate_series(1, 500) g;
INSERT INTO t SELECT g, nullif(g % 19, 3), (g % 7)::numeric(8,3), CASE WHEN g % 13 = 0 THEN NULL ELSE 'name ' || g % 15 END, g * 7 % 90, CASE WHEN g % 21 = 0 THEN NULL ELSE g / 4.0 END, date '2024-01-01' + g % 60, ARRAY[g, g % 3] FROM generate_series(1, 300) g;
INSERT INTO u SELECT g, g * 3 % 40, CASE WHEN g % 4 = 0 THEN NULL ELSE 'note ' || g END FROM generate_series(1, 30) g;
INSERT INTO ref SELECT g, g * 2 FROM generate_series(1, 15) g;
INSERT INTO loc SELECT g % 20, g FROM generate_series(1, 30) g;
ANALYZE f, g, t, u, empty_one, ref, loc;

-- In the target list: NULL and zero for nothing.
SELECT id, (SELECT sum(y) FROM t WHERE t.k = f.k) FROM f;
SELECT id, (SELECT count(*) FROM t WHERE t.k = f.k) FROM f;
SELECT id, (SELECT count(t.z) FROM t WHERE t.k = f.k AND t.y > 60) AS n, (SELECT max(z) FROM t WHERE t.num = f.num) FROM f;
SELECT id, 1 + (SELECT count(*) * 2 FROM t WHERE t.k = f.k AND t.y > 80) FROM f;
SELECT id, (SELECT coalesce(sum(y), -1) FROM t WHERE t.k = f.k) FROM f;
SELECT id, (SELECT count(*) FILTER (WHERE y > 50) + coalesce(min(z), 0.5) FROM t WHERE t.k = f.k) FROM f;
SELECT id, coalesce((SELECT sum(y) FROM t WHERE t.k = f.k), 0), (SELECT sum(y) FROM t WHERE t.k = f.k) IS NULL FROM f;
SELECT id, (SELECT 10 / count(*) FROM t WHERE t.k = f.k) FROM f WHERE k IN (1, 2, 4);
-- @error 22012
SELECT id, (SELECT 10 / count(*) FROM t WHERE t.k = f.k) FROM f;
SELECT id, (SELECT count(*) FROM empty_one e WHERE e.k = f.k), (SELECT max(y) FROM empty_one e WHERE e.k = f.k) FROM f;
SELECT id, (SELECT sum(y) FROM t WHERE t.k = f.k) FROM f WHERE false;
SELECT id, (SELECT string_agg(name, ',' ORDER BY name, id) FROM t WHERE t.k = f.k) FROM f;
SELECT id, (SELECT array_agg(y ORDER BY id) FROM t WHERE t.k = f.k) FROM f;
SELECT id, (SELECT count(DISTINCT name) FROM t WHERE t.k = f.k) FROM f;
SELECT id, (SELECT json_agg(t.y ORDER BY t.id) FROM t WHERE t.k = f.k)::text FROM f;

-- One value, without an aggregate.
SELECT id, (SELECT w FROM u WHERE u.k = f.k) FROM f;
SELECT id, (SELECT note FROM u WHERE u.k = f.b) AS note, (SELECT note || name FROM u WHERE u.k = f.v) FROM f;
SELECT id, (SELECT y FROM t WHERE t.k = f.k ORDER BY z DESC NULLS LAST, id LIMIT 1) FROM f;
SELECT id, (SELECT y FROM t WHERE t.k = f.k ORDER BY y LIMIT 1) FROM f;
SELECT id, (SELECT tags FROM t WHERE t.k = f.k ORDER BY id DESC LIMIT 1) FROM f;
SELECT id, (SELECT tags FROM t WHERE t.id = f.v) FROM f;
SELECT id, (SELECT y FROM t WHERE t.id = f.v ORDER BY y) FROM f;
SELECT id, (SELECT y FROM t WHERE t.k = f.k ORDER BY id OFFSET 2 LIMIT 1) FROM f WHERE id < 30;
SELECT id, (SELECT y FROM t WHERE t.k = f.k ORDER BY y FETCH FIRST 1 ROW ONLY) FROM f;
SELECT id, (SELECT 7 FROM u WHERE u.k = f.k) FROM f;
SELECT id, (SELECT (u.k, u.w)::text FROM u WHERE u.k = f.k) FROM f;
SELECT id, (SELECT u FROM u WHERE u.k = f.k) FROM f WHERE id < 20;
-- @error 21000
SELECT id, (SELECT y FROM t WHERE t.k = f.k) FROM f;
SELECT id, (SELECT y FROM t WHERE t.k = f.k AND t.id < 19) FROM f;
-- @error 21000
SELECT id FROM f WHERE (SELECT y FROM t WHERE t.k = f.k) > 4;
SELECT id FROM f WHERE v > (SELECT w FROM u WHERE u.k = f.k);
SELECT id FROM f WHERE (SELECT w FROM u WHERE u.k = f.k) IS NULL;
SELECT id FROM f WHERE (SELECT note FROM u WHERE u.k = f.k) LIKE '%1%';

-- Correlated by two columns, by expressions, by order, by several at once.
SELECT id, (SELECT sum(y) FROM t WHERE t.k = f.k AND t.name = f.name) FROM f;
SELECT id, (SELECT sum(y) FROM t WHERE t.k = f.k AND t.num = f.num AND t.name = f.name) FROM f;
SELECT id, (SELECT sum(y) FROM t WHERE t.k = f.k + 1) FROM f;
SELECT id, (SELECT count(*) FROM t WHERE t.k + 1 = f.k % 5 AND t.y < 40) FROM f;
SELECT id, (SELECT count(*) FROM t WHERE t.name = upper(f.name) OR t.k = f.k) FROM f WHERE id < 20;
SELECT id, (SELECT count(*) FROM t WHERE lower(t.name) = lower(f.name)) FROM f;
SELECT id, (SELECT count(*) FROM t WHERE t.y < f.v) FROM f;
SELECT id, (SELECT count(*) FROM t WHERE t.k = f.k AND t.y < f.v) FROM f;
SELECT id, (SELECT count(*) FROM t WHERE t.k = f.k AND t.d BETWEEN f.d AND f.d + 10) FROM f;
SELECT id, (SELECT max(y) FROM t WHERE t.k <> f.k AND t.id < 40) FROM f;
SELECT id, (SELECT count(*) FROM t WHERE t.k IS NOT DISTINCT FROM f.k) FROM f WHERE id < 30;
SELECT id, (SELECT count(*) FROM t WHERE t.num::text = f.num::text) FROM f WHERE id < 30;
SELECT id, (SELECT sum(t.y + f.v) FROM t WHERE t.k = f.k) FROM f WHERE id < 30;
SELECT id, (SELECT count(*) FROM t WHERE t.k = f.k AND f.v > 20) FROM f;
SELECT id, (SELECT count(*) FROM t, u WHERE t.k = f.k AND u.k = t.y AND u.w > f.v) FROM f;
SELECT id, (SELECT count(u.k) FROM t LEFT JOIN u ON u.k = t.y WHERE t.k = f.k) FROM f;
SELECT id, (SELECT count(*) FROM (SELECT DISTINCT name FROM t WHERE t.y > 20) x WHERE x.name = f.name) FROM f;
SELECT id, (SELECT sum(y) FROM t WHERE t.k = f.k AND EXISTS (SELECT FROM u WHERE u.k = t.y)) FROM f;
SELECT id, (SELECT sum(y) FROM t WHERE t.k = f.k AND t.y > (SELECT avg(w) FROM u WHERE u.k < t.k)) FROM f WHERE id < 60;
SELECT id, (SELECT sum(y) FROM t WHERE t.k = f.k AND t.y > (SELECT w FROM u WHERE u.k = f.b)) FROM f WHERE id < 30;

-- In any condition.
SELECT id FROM f WHERE (SELECT count(*) FROM t WHERE t.k = f.k AND t.y > 70) = 0;
SELECT id FROM f WHERE v >= (SELECT count(*) FROM t WHERE t.k = f.k) AND b > 3;
SELECT id FROM f WHERE (SELECT avg(y) FROM t WHERE t.k = f.k) IS NULL;
SELECT id FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k = f.k) OR f.id < 4;
SELECT id FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k = f.k) OR v > (SELECT count(*) FROM u WHERE u.w = f.v) * 20;
SELECT id FROM f WHERE (SELECT count(*) FROM t WHERE t.k = f.k) > (SELECT count(*) FROM u WHERE u.w > f.v);
SELECT id FROM f WHERE (SELECT sum(y) FROM t WHERE t.k = f.k) IN (SELECT sum(y) FROM t GROUP BY k);
SELECT f.id, u.w FROM f LEFT JOIN u ON u.k = f.v WHERE (SELECT count(*) FROM t WHERE t.k = u.k) < 17;
SELECT f.id, (SELECT count(*) FROM t WHERE t.k = u.k), (SELECT count(*) FROM t WHERE t.k = f.k + u.w) FROM f LEFT JOIN u ON u.k = f.v;
SELECT f.id FROM f JOIN loc ON loc.k = f.k WHERE (SELECT count(*) FROM t WHERE t.k = loc.w) > 15;
SELECT loc.k, loc.w, (SELECT count(*) FROM t WHERE t.k = loc.w) FROM loc;
SELECT ref.k, (SELECT count(*) FROM t WHERE t.k = ref.w), (SELECT name FROM f WHERE f.id = ref.k) FROM ref;

-- Sub-queries that may not be evaluated.
SELECT id, CASE WHEN k < 3 THEN (SELECT 100 / (y - y) FROM t WHERE t.id = f.id + 1000) ELSE 0 END FROM f;
SELECT id, CASE WHEN k > 100 THEN (SELECT y FROM t WHERE t.k = f.k) ELSE 0 END FROM f;
SELECT id, coalesce(v, (SELECT y FROM t WHERE t.k = f.k)) FROM f;
SELECT id, CASE (SELECT count(*) FROM t WHERE t.k = f.k) WHEN 16 THEN 'many' WHEN 0 THEN 'none' ELSE 'some' END FROM f;
SELECT id, CASE WHEN (SELECT count(*) FROM t WHERE t.k = f.k) > 15 THEN 'many' END FROM f;
SELECT sum((SELECT y FROM t WHERE t.k = f.k)) FILTER (WHERE f.v > 1000) FROM f;
SELECT id, (SELECT count(*) FROM t WHERE t.k = f.k AND random() < 0) FROM f WHERE id < 20;
SELECT count(*) FROM (SELECT (SELECT random() FROM u WHERE u.k = f.k) AS r FROM f) x WHERE r IS NOT NULL;

-- ORDER BY, LIMIT, DISTINCT, windows.
SELECT id FROM f ORDER BY (SELECT sum(y) FROM t WHERE t.k = f.k) NULLS FIRST, id;
SELECT id, (SELECT count(*) FROM t WHERE t.k = f.k) AS n FROM f ORDER BY n DESC, id LIMIT 7 OFFSET 3;
SELECT id, (SELECT count(*) FROM t WHERE t.k = f.k) AS n FROM f ORDER BY v DESC, id LIMIT 7;
SELECT (SELECT w FROM u WHERE u.k = f.k) FROM f ORDER BY f.v DESC, f.id LIMIT 7 OFFSET 2;
-- @unordered
SELECT id, v, (SELECT w FROM u WHERE u.k = f.k) FROM f ORDER BY v FETCH FIRST 5 ROWS WITH TIES;
SELECT id, (SELECT w FROM u WHERE u.k = f.k) FROM f ORDER BY id LIMIT 0;
SELECT count(*) FROM (SELECT id, (SELECT w FROM u WHERE u.k = f.k) FROM f LIMIT 9) x;
SELECT DISTINCT (SELECT count(*) FROM t WHERE t.k = f.k) FROM f;
SELECT DISTINCT ON (n) n, id FROM (SELECT id, (SELECT count(*) FROM t WHERE t.k = f.k) AS n FROM f) x ORDER BY n, id;
SELECT id, rank() OVER (ORDER BY (SELECT sum(y) FROM t WHERE t.k = f.k), id) FROM f;
SELECT id, sum((SELECT count(*) FROM t WHERE t.k = f.k)) OVER (PARTITION BY k ORDER BY id) FROM f;
SELECT id, generate_series(1, (SELECT count(*)::int FROM u WHERE u.w = f.v)) FROM f;

-- Groups: inside aggregates, outside them, in HAVING.
SELECT k, sum((SELECT count(*) FROM t WHERE t.k = f.k)), max((SELECT w FROM u WHERE u.k = f.v)) FROM f GROUP BY k;
SELECT sum((SELECT w FROM u WHERE u.k = f.k)), count(*) FROM f;
SELECT k, count(*), (SELECT count(*) FROM t WHERE t.k = f.k) FROM f GROUP BY k;
SELECT k, b, sum(v), (SELECT sum(y) FROM t WHERE t.k = f.k AND t.y > f.b) FROM f GROUP BY k, b;
SELECT k, count(*) FROM f GROUP BY k HAVING count(*) < (SELECT avg(w) FROM u WHERE u.k = f.k);
SELECT k, count(*) FROM f GROUP BY k HAVING (SELECT count(*) FROM t WHERE t.k = f.k) = 0 AND count(*) > 1;
SELECT k, sum(v) FROM f GROUP BY k HAVING sum(v) > 30 AND (SELECT w FROM u WHERE u.k = f.k) > 10 ORDER BY sum(v) DESC, k LIMIT 5;
SELECT k, count(*), (SELECT w FROM u WHERE u.k = f.k) AS w FROM f GROUP BY k ORDER BY (SELECT w FROM u WHERE u.k = f.k) NULLS FIRST, k;
SELECT k, sum((SELECT w FROM u WHERE u.k = f.v)), (SELECT note FROM u WHERE u.k = f.k) FROM f GROUP BY k;
SELECT k, count(*), (SELECT count(*) FROM t WHERE t.y > count(f.v)) FROM f GROUP BY k;
SELECT k, rank() OVER (ORDER BY sum(v), k), (SELECT w FROM u WHERE u.k = f.k) FROM f GROUP BY k;
SELECT m, count(*), (SELECT count(*) FROM t WHERE t.k = m) FROM (SELECT k % 4 AS m FROM f) x GROUP BY m;
SELECT k, b, count(*), (SELECT count(*) FROM t WHERE t.k = f.k) FROM f GROUP BY ROLLUP (k, b);
SELECT f.id, f.name, count(g.y), (SELECT count(*) FROM t WHERE t.name = f.name) FROM f JOIN g ON g.id = f.id GROUP BY f.id;
SELECT DISTINCT k, (SELECT w FROM u WHERE u.k = f.k) FROM f GROUP BY k;
SELECT id, count(*), (SELECT sum(y) FROM g WHERE g.id = f.id) FROM f GROUP BY id;
SELECT k, v FROM f GROUP BY k, v HAVING v > (SELECT avg(y) FROM g WHERE g.k = f.k);

-- Over the same shards.
SELECT id, (SELECT sum(y) FROM g WHERE g.id = f.id) FROM f;
SELECT id, (SELECT count(*) FROM g WHERE g.id = f.id AND g.k < f.v) AS n FROM f ORDER BY n DESC, id LIMIT 9;
SELECT id, (SELECT y FROM g WHERE g.id = f.id ORDER BY y DESC LIMIT 1), EXISTS (SELECT FROM g WHERE g.id = f.id), f.k IN (SELECT g.k FROM g WHERE g.id = f.id) FROM f;
SELECT v, sum((SELECT sum(y) FROM g WHERE g.id = f.id)) FROM f GROUP BY v;
SELECT sum((SELECT sum(y) FROM g WHERE g.id = f.id)), count(*) FROM f;
SELECT DISTINCT (SELECT count(*) FROM g WHERE g.id = f.id) FROM f;
SELECT id, ARRAY(SELECT y FROM g WHERE g.id = f.id ORDER BY y) FROM f;
SELECT id, (SELECT sum(y) FROM g WHERE g.id = f.id), (SELECT sum(y) FROM t WHERE t.k = f.k) FROM f;
SELECT id, (SELECT sum(y) FROM g WHERE g.id = f.id AND g.y > (SELECT avg(y) FROM g g2 WHERE g2.id = g.id)) FROM f;
SELECT id, (SELECT sum(y) FROM g WHERE g.id = f.id AND g.k IN (SELECT k FROM u)) FROM f WHERE id < 40;
-- @error 21000
SELECT id, (SELECT y FROM g WHERE g.id = f.id) FROM f;
SELECT id, CASE WHEN v > 1000 THEN (SELECT y FROM g WHERE g.id = f.id) END FROM f;
SELECT f.id, loc.w, (SELECT sum(y) FROM g WHERE g.id = f.id) FROM f JOIN loc ON loc.k = f.k;
SELECT id, (SELECT array_agg(ref.w ORDER BY ref.w) FROM ref WHERE ref.k <= f.k) FROM f;
SELECT id, (SELECT sum(y) FROM g WHERE g.id = f.id) FROM f WHERE f.id = 7;
SELECT id, (SELECT sum(y) FROM t WHERE t.k = f.k) FROM f WHERE f.id = 7;

-- In statements of other kinds.
CREATE VIEW answers AS SELECT id, k, (SELECT count(*) FROM t WHERE t.k = f.k) AS n, (SELECT sum(y) FROM g WHERE g.id = f.id) AS s FROM f;
SELECT count(*), sum(n), sum(s) FROM answers;
SELECT id FROM answers WHERE n > 15 AND s > 100;
SELECT a.id, b.n FROM answers a JOIN answers b ON a.id = b.k;
PREPARE asked(int, text) AS SELECT id, (SELECT count(*) FROM t WHERE t.k = f.k AND t.y < $1) FROM f WHERE f.b < $1 AND f.name <> $2;
EXECUTE asked(10, 'name 3');
EXECUTE asked(5, 'name 1');
EXECUTE asked(NULL, 'name 1');
CREATE TABLE kept AS SELECT id, (SELECT count(*) FROM t WHERE t.k = f.k) AS n FROM f;
SELECT count(*), sum(n) FROM kept;
INSERT INTO g SELECT id, k, (SELECT count(*) FROM t WHERE t.k = f.k) FROM f WHERE id < 30;
SELECT count(*), sum(y) FROM g;
UPDATE f SET v = (SELECT count(*) FROM t WHERE t.k = f.k) WHERE id < 50;
UPDATE f SET v = coalesce((SELECT w FROM u WHERE u.k = f.k), -1) WHERE id > 150;
SELECT sum(v), count(*) FROM f;
DELETE FROM f WHERE (SELECT count(*) FROM t WHERE t.k = f.k) = 0;
SELECT count(*) FROM f;
WITH x AS (SELECT id, (SELECT w FROM u WHERE u.k = f.k) AS w FROM f) SELECT w, count(*) FROM x GROUP BY w;
SELECT x.* FROM f, LATERAL (SELECT f.id, (SELECT count(*) FROM t WHERE t.k = f.k) AS n) x;
SELECT x.* FROM f, LATERAL (SELECT g.y, (SELECT count(*) FROM t WHERE t.k = f.k AND t.y = g.y) AS n FROM g WHERE g.id = f.id) x;
SELECT id, (SELECT count(*) FROM t WHERE t.k = f.k) FROM f WHERE id < 9 UNION ALL SELECT k, (SELECT count(*) FROM f WHERE f.k = u.k) FROM u WHERE w < 9;
SELECT id, (SELECT count(*) FROM t WHERE t.k = f.k) FROM f WHERE id < 20 FOR UPDATE;
