-- Proves that correlated sub-queries over tables that are not colocated answer as PostgreSQL does: those that are asked
-- for all rows at once, and those whose meaning forbids that.
CREATE TABLE f (id int PRIMARY KEY, k int, b bigint, num numeric, name text, v int);
CREATE TABLE t (id int PRIMARY KEY, k int, num numeric, name varchar(20), y int, z numeric);
CREATE TABLE u (k int, w int);
CREATE TABLE loc (k int, w int);
-- @cluster SELECT create_distributed_table('f', 'id', shard_count => 8)
-- @cluster SELECT create_distributed_table('t', 'id', colocate_with => 'none', shard_count => 6)
-- @cluster SELECT create_distributed_table('u', 'k', colocate_with => 'none', shard_count => 4)
INSERT INTO f SELECT g, nullif(g % 23, 5), g % 17, CASE WHEN g % 2 = 0 THEN (g % 9)::numeric(6,2) ELSE (g % 9)::numeric(6,1) END, 'name ' || g % 12, g % 50 FROM generate_series(1, 300) g;
INSERT INTO t SELECT g, nullif(g % 19, 3), (g % 7)::numeric(8,3), CASE WHEN g % 13 = 0 THEN NULL ELSE 'name ' || g % 15 END, g * 7 % 90, CASE WHEN g % 21 = 0 THEN NULL ELSE g / 4.0 END FROM generate_series(1, 400) g;
INSERT INTO u SELECT g % 25, g FROM generate_series(1, 100) g;
INSERT INTO loc SELECT g % 20, g FROM generate_series(1, 30) g;
ANALYZE f, t, u, loc;

-- Asked for all rows at once.
SELECT id FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k = f.k);
SELECT id FROM f WHERE v > (SELECT 0.5 * max(y) - min(y) FROM t WHERE t.k = f.k AND t.z > 20) AND f.b > 3;
SELECT id FROM f WHERE v * 2 = (SELECT min(y) * 2 FROM t WHERE f.k = t.k);
SELECT id FROM f WHERE (SELECT sum(y) FROM t WHERE t.k = f.b) BETWEEN 500 AND 900;
SELECT id FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.name = f.name);
SELECT id FROM f WHERE v < (SELECT max(y) FROM t WHERE t.num = f.num) / 2;
SELECT id FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k = f.k AND t.name = f.name);
SELECT id FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k + 1 = f.k AND t.id % 2 = 1);
SELECT id FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k = f.k) AND v > (SELECT min(y) FROM t WHERE t.num = f.num);
SELECT id FROM f WHERE NOT v >= (SELECT avg(y) FROM t WHERE t.k = f.k);
SELECT id FROM f WHERE v < (SELECT avg(t.y) FROM t, u WHERE t.k = u.k AND u.w = f.v);
SELECT f.id, u.w FROM f JOIN u ON u.k = f.k WHERE u.w > (SELECT avg(y) FROM t WHERE t.k = f.k AND t.y > 10);
SELECT f.id, u.w FROM f LEFT JOIN u ON u.k = f.v WHERE f.v > (SELECT avg(y) FROM t WHERE t.k = u.k);
SELECT k, count(*), sum(v) FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k = f.k) GROUP BY k HAVING count(*) > 3;
SELECT DISTINCT k FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k = f.k);
SELECT id, v, rank() OVER (ORDER BY v DESC, id) FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k = f.k) ORDER BY 3 LIMIT 9 OFFSET 2;
SELECT count(*) FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k = f.k) AND EXISTS (SELECT FROM u WHERE u.k = f.k) AND f.b NOT IN (SELECT w FROM u WHERE w < 9);
SELECT id FROM f WHERE id IN (SELECT f2.id FROM f f2 WHERE f2.v < (SELECT avg(y) FROM t WHERE t.k = f2.k)) AND k < 9;
SELECT x.id FROM (SELECT id, v, k FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k = f.k)) x JOIN u ON u.k = x.k WHERE u.w < 40;
SELECT loc.k, loc.w FROM loc WHERE loc.w < (SELECT avg(y) FROM t WHERE t.k = loc.k);
SELECT id FROM f WHERE v < (SELECT avg(w) FROM u WHERE u.k = f.k);
SELECT id FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k = f.k AND t.y > (SELECT avg(w) FROM u WHERE u.k = t.k));
SELECT id FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k = f.k AND t.y > (SELECT avg(w) FROM u));
WITH c AS (SELECT id, k, v FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k = f.k)) SELECT a.id FROM c a JOIN c b ON a.id = b.id + 1;
CREATE VIEW low AS SELECT id, v FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k = f.k);
SELECT count(*), sum(v) FROM low;
PREPARE below(int) AS SELECT id FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k = f.k AND t.y < $1) AND f.b < $1;
EXECUTE below(20);
EXECUTE below(10);
EXECUTE below(NULL);
SELECT id FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k = f.k AND false);
SELECT id FROM f WHERE false AND v < (SELECT avg(y) FROM t WHERE t.k = f.k);

-- Rows without an answer may count, more than equalities decide, or it stands elsewhere.
SELECT id FROM f WHERE (SELECT count(*) FROM t WHERE t.k = f.k AND t.y > 70) = 0;
SELECT id FROM f WHERE v >= (SELECT count(*) FROM t WHERE t.k = f.k);
SELECT id FROM f WHERE (SELECT avg(y) FROM t WHERE t.k = f.k) IS NULL;
SELECT id FROM f WHERE v < coalesce((SELECT avg(y) FROM t WHERE t.k = f.k), 10);
SELECT id FROM f WHERE v < (SELECT coalesce(avg(y), 40) FROM t WHERE t.k = f.k);
SELECT id FROM f WHERE v < (SELECT avg(y) FROM t WHERE t.k = f.k) OR f.id < 4;
SELECT id FROM f WHERE f.id < 40 AND v < (SELECT avg(y) FROM t WHERE t.k < f.k);
SELECT id FROM f WHERE f.id < 40 AND v < (SELECT avg(y) FROM t WHERE t.k = f.k AND t.y > f.v);
SELECT id FROM f WHERE f.id < 40 AND v < (SELECT avg(y + f.b) FROM t WHERE t.k = f.k);
SELECT id FROM f WHERE f.id < 40 AND v < (SELECT avg(y) FROM t WHERE t.num::text = f.num::text);
SELECT id FROM f WHERE f.id < 40 AND v < (SELECT avg(y) FROM t WHERE t.k IS NOT DISTINCT FROM f.k);
SELECT id FROM f WHERE f.id < 40 AND v < (SELECT avg(y) FROM t WHERE t.k = f.k HAVING count(*) > 20);
SELECT id FROM f WHERE f.id < 40 AND v < (SELECT y FROM t WHERE t.id = f.k);
SELECT id FROM f WHERE f.id < 40 AND v = (SELECT min(y) FROM t WHERE t.k = f.k GROUP BY t.k LIMIT 1);
SELECT id, (SELECT sum(y) FROM t WHERE t.k = f.k) FROM f WHERE f.id < 40;
SELECT id FROM f WHERE f.id < 40 ORDER BY (SELECT sum(y) FROM t WHERE t.k = f.k) NULLS FIRST, id;
SELECT k, count(*) FROM f GROUP BY k HAVING count(*) < (SELECT avg(w) FROM u WHERE u.k = f.k);
