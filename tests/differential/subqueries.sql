-- Proves that subqueries, CTEs, set operations, windows, views and LATERAL answer as PostgreSQL does, inside a
-- colocation group and across groups.
CREATE TABLE a (k int, id int, parent int, grp int, v numeric, PRIMARY KEY (k, id));
CREATE TABLE b (k int, id int, aid int, w int, PRIMARY KEY (k, id));
CREATE TABLE c (c int, id int, grp int, w int, PRIMARY KEY (c, id));
CREATE TABLE r (grp int PRIMARY KEY, name text);
CREATE TABLE l (id int PRIMARY KEY, grp int);
-- @cluster SELECT create_distributed_table('a', 'k')
-- @cluster SELECT create_distributed_table('b', 'k', colocate_with => 'a')
-- @cluster SELECT create_distributed_table('c', 'c', colocate_with => 'none')
-- @cluster SELECT create_reference_table('r')
INSERT INTO a SELECT 1 + g % 20, g, nullif(g / 3, 0), nullif(g % 12, 5), (g * 37 % 101) + 0.5 FROM generate_series(1, 100) g;
INSERT INTO b SELECT 1 + g % 20, g, g % 20 + g % 5 * 20, nullif(g * 11 % 97, 13) FROM generate_series(1, 150) g;
INSERT INTO c SELECT 1 + g * 3 % 41, g, g % 15, g * 29 % 83 FROM generate_series(1, 60) g;
INSERT INTO r SELECT g, 'name ' || g FROM generate_series(0, 9) g;
INSERT INTO l SELECT g * 5, g % 14 FROM generate_series(1, 15) g;

-- In FROM.
SELECT count(*) FROM (SELECT k, id FROM a WHERE v > 50) s;
SELECT k, n FROM (SELECT k, count(*) n FROM a GROUP BY k) s WHERE n > 4 ORDER BY k;
SELECT max(n), min(n), avg(n) FROM (SELECT k, count(*) n FROM b GROUP BY k) s;
SELECT avg(n) FROM (SELECT grp, count(*) n FROM a GROUP BY grp) s;
SELECT s.id, r.name FROM (SELECT id, grp FROM a ORDER BY v DESC, id LIMIT 8) s JOIN r USING (grp) ORDER BY 1;
SELECT x.id, c.w FROM (SELECT id, v FROM a ORDER BY v DESC, id LIMIT 30) x JOIN c ON c.id = x.id ORDER BY 1;
SELECT s.k, s.total, b.id FROM (SELECT k, sum(v) total FROM a GROUP BY k) s JOIN b ON b.k = s.k WHERE b.w > 85 ORDER BY 1, 3;
SELECT * FROM (SELECT DISTINCT grp FROM a) x FULL JOIN (SELECT DISTINCT grp FROM c) y USING (grp) ORDER BY 1;
SELECT sum(n) FROM (SELECT count(*) n FROM a UNION ALL SELECT count(*) FROM b UNION ALL SELECT count(*) FROM c) s;

-- In WHERE.
SELECT k, id FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.k = a.k AND b.aid = a.id AND b.w > 60) ORDER BY 1, 2;
SELECT k, id FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.k = a.k AND b.aid = a.id) ORDER BY 1, 2;
SELECT k, id FROM a WHERE (k, id) IN (SELECT k, aid FROM b WHERE w < 20) ORDER BY 1, 2;
SELECT k, id FROM a WHERE k IN (SELECT k FROM b WHERE w > 90) ORDER BY 1, 2;
SELECT k, id FROM a WHERE id IN (SELECT id FROM c WHERE w > 60) ORDER BY 1, 2;
SELECT k, id FROM a WHERE id NOT IN (SELECT id FROM c) ORDER BY 1, 2;
SELECT k, id FROM a WHERE NOT EXISTS (SELECT 1 FROM c WHERE c.c = a.k) ORDER BY 1, 2;
SELECT count(*) FROM c WHERE grp NOT IN (SELECT grp FROM a);
SELECT k, id FROM a WHERE v > (SELECT avg(v) FROM a) ORDER BY 1, 2;
SELECT k, id FROM a x WHERE v = (SELECT max(v) FROM a y WHERE y.k = x.k) ORDER BY 1, 2;
SELECT id, v FROM a WHERE v > (SELECT avg(w) FROM c WHERE c.grp = a.grp) ORDER BY 1;
SELECT id FROM a WHERE v > ALL (SELECT w FROM c WHERE grp = 3) OR id = ANY (SELECT id FROM c WHERE w < 3) ORDER BY 1;
SELECT id FROM a WHERE grp IN (SELECT grp FROM r WHERE name > 'name 7') ORDER BY 1;
SELECT id FROM a WHERE grp IN (SELECT grp FROM l) ORDER BY 1;
SELECT id FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.k = a.k AND EXISTS (SELECT 1 FROM c WHERE c.id = b.id AND c.grp = a.grp)) ORDER BY 1;
SELECT count(*) FROM a WHERE EXISTS (SELECT 1 FROM c WHERE w > 1000);
SELECT id FROM a WHERE k = (SELECT min(k) FROM b) ORDER BY id;
SELECT id FROM l WHERE EXISTS (SELECT FROM a WHERE a.id = l.id AND v > 40) ORDER BY id;
-- @error 21000
SELECT id FROM a WHERE k = (SELECT k FROM b);

-- In the target list, ORDER BY and HAVING.
SELECT a.k, a.id, (SELECT count(*) FROM b WHERE b.k = a.k AND b.w > 50) AS n FROM a ORDER BY 1, 2 LIMIT 30;
SELECT a.id, (SELECT max(w) FROM c WHERE c.id = a.id) AS m FROM a ORDER BY 1 LIMIT 30;
SELECT a.id, (SELECT name FROM r WHERE r.grp = a.grp) FROM a ORDER BY 1 LIMIT 30;
SELECT (SELECT count(*) FROM a), (SELECT max(w) FROM c), (SELECT count(*) FROM l), (SELECT count(*) FROM r);
SELECT a.id FROM a WHERE a.id < 30 ORDER BY (SELECT max(w) FROM c WHERE c.id = a.id), a.id;
SELECT a.grp, count(*) FROM a GROUP BY a.grp HAVING count(*) > (SELECT count(*) FROM c WHERE c.grp = a.grp) ORDER BY 1;
SELECT ARRAY(SELECT id FROM a WHERE k = 3 ORDER BY id), ARRAY(SELECT w FROM c WHERE w > 75 ORDER BY w);
SELECT id, CASE WHEN EXISTS (SELECT 1 FROM r WHERE r.grp = a.grp) THEN 'ref' ELSE 'none' END FROM a ORDER BY 1 LIMIT 15;
-- @error 21000
SELECT (SELECT id FROM a);

-- CTEs.
WITH s AS (SELECT k, sum(v) total FROM a GROUP BY k) SELECT * FROM s WHERE total > 250 ORDER BY k;
WITH s AS MATERIALIZED (SELECT grp, count(*) n FROM a GROUP BY grp) SELECT p.grp, p.n, q.n FROM s p JOIN s q ON p.grp = q.grp + 1 ORDER BY 1;
WITH s AS NOT MATERIALIZED (SELECT * FROM a) SELECT count(*) FROM s WHERE k = 3;
WITH x AS (SELECT grp, sum(v) s FROM a GROUP BY grp), y AS (SELECT grp, sum(w) s FROM c GROUP BY grp) SELECT x.grp, x.s, y.s FROM x FULL JOIN y USING (grp) ORDER BY 1, 2, 3;
WITH x AS (SELECT k FROM a WHERE v > 95), y AS (SELECT b.* FROM b JOIN x USING (k)) SELECT count(*), sum(w) FROM y;
WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 12) SELECT s.n, count(a.id) FROM s LEFT JOIN a ON a.grp = s.n GROUP BY s.n ORDER BY 1;
WITH RECURSIVE t(id, depth) AS (SELECT id, 0 FROM a WHERE id = 2 UNION ALL SELECT a.id, t.depth + 1 FROM a JOIN t ON a.parent = t.id) SELECT depth, count(*), max(id) FROM t GROUP BY depth ORDER BY 1;
WITH x AS (SELECT grp, sum(v) s FROM a GROUP BY grp), y AS (SELECT grp, rank() OVER (ORDER BY s DESC, grp) rk FROM x) SELECT y.rk, r.name FROM y JOIN r USING (grp) ORDER BY 1;
WITH v (x, y) AS (VALUES (1, 'one'), (2, 'two')) SELECT v.y, count(a.id) FROM v LEFT JOIN a ON a.k = v.x GROUP BY v.y ORDER BY 1;

-- LATERAL.
SELECT a.k, a.id, x.id, x.w FROM a, LATERAL (SELECT id, w FROM b WHERE b.k = a.k ORDER BY w DESC NULLS LAST, id LIMIT 1) x WHERE a.k < 5 ORDER BY 1, 2;
SELECT a.id, x.id, x.w FROM a, LATERAL (SELECT id, w FROM c WHERE c.grp = a.grp ORDER BY w DESC, id LIMIT 2) x WHERE a.id < 15 ORDER BY 1, 2;
SELECT a.id, e.key, e.value FROM a, LATERAL jsonb_each_text(jsonb_build_object('k', a.k, 'v', a.v)) e WHERE a.id < 6 ORDER BY 1, 2;
SELECT l.id, x.n FROM l LEFT JOIN LATERAL (SELECT count(*) n FROM a WHERE a.grp = l.grp) x ON true ORDER BY 1;

-- Set operations.
SELECT k FROM a UNION SELECT k FROM b ORDER BY k;
SELECT k, id FROM a UNION ALL SELECT k, id FROM b;
SELECT k FROM a INTERSECT SELECT c FROM c ORDER BY 1;
SELECT id FROM b EXCEPT SELECT id FROM a ORDER BY 1;
SELECT grp FROM a EXCEPT ALL SELECT grp FROM c ORDER BY 1;
SELECT grp FROM a INTERSECT ALL SELECT grp FROM r ORDER BY 1;
(SELECT id FROM a ORDER BY v DESC, id LIMIT 3) UNION ALL (SELECT id FROM b ORDER BY w DESC NULLS LAST, id LIMIT 3);
SELECT 'a' AS src, count(*) FROM a UNION ALL SELECT 'b', count(*) FROM b UNION ALL SELECT 'r', count(*) FROM r ORDER BY 1;
SELECT v FROM a WHERE k = 3 UNION SELECT w FROM b WHERE k = 3;
SELECT id, NULL AS x FROM a WHERE id < 3 UNION ALL SELECT id, grp FROM l WHERE id < 20 ORDER BY 1, 2;
SELECT count(*) FROM (SELECT k FROM a UNION SELECT k FROM b UNION SELECT c FROM c) s;
SELECT k FROM a WHERE k < 3 UNION (SELECT k FROM b WHERE k = 5 INTERSECT SELECT k FROM a) ORDER BY 1;

-- Windows.
SELECT k, id, row_number() OVER (PARTITION BY k ORDER BY id) FROM a WHERE k < 6 ORDER BY 1, 2;
SELECT id, v, row_number() OVER (ORDER BY v DESC, id) FROM a ORDER BY 3 LIMIT 12;
SELECT grp, id, rank() OVER (PARTITION BY grp ORDER BY v DESC, id) FROM a WHERE id < 40 ORDER BY 1 NULLS LAST, 3;
SELECT k, id, sum(v) OVER w, lag(v) OVER w, first_value(id) OVER w FROM a WINDOW w AS (PARTITION BY k ORDER BY id) ORDER BY 1, 2 LIMIT 20;
SELECT k, id, avg(v) OVER (PARTITION BY k ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM a WHERE k IN (2, 4) ORDER BY 1, 2;
SELECT DISTINCT k, count(*) OVER (PARTITION BY k) FROM b ORDER BY 1;
SELECT k, sum(sum(v)) OVER (ORDER BY k) FROM a GROUP BY k ORDER BY k;
SELECT id, ntile(4) OVER (ORDER BY id), cume_dist() OVER (ORDER BY id), percent_rank() OVER (ORDER BY id) FROM a WHERE id <= 8 ORDER BY id;
SELECT * FROM (SELECT k, id, rank() OVER (PARTITION BY k ORDER BY v DESC, id) rk FROM a) s WHERE rk = 1 ORDER BY k;
SELECT id, count(*) FILTER (WHERE w > 50) OVER (PARTITION BY k) FROM b WHERE id < 20 ORDER BY id;

-- Views.
CREATE VIEW av AS SELECT k, id, v * 2 AS double_v FROM a WHERE grp IS NOT NULL;
CREATE VIEW totals AS SELECT k, count(*) AS n, sum(v) AS total FROM a GROUP BY k;
CREATE VIEW joined AS SELECT a.k, a.id, r.name, b.w FROM a JOIN b ON a.k = b.k AND b.aid = a.id LEFT JOIN r ON r.grp = a.grp;
SELECT * FROM av WHERE k = 3;
SELECT count(*), sum(double_v) FROM av;
SELECT * FROM totals WHERE n > 4 ORDER BY k;
SELECT * FROM totals WHERE k = 7;
SELECT name, count(*), sum(w) FROM joined GROUP BY name ORDER BY name;
SELECT * FROM joined WHERE k = 5;
SELECT av.id, t.total FROM av JOIN totals t USING (k) WHERE av.id < 20 ORDER BY 1;
CREATE VIEW nested AS SELECT av.k, max(av.double_v) AS top FROM av JOIN totals USING (k) GROUP BY av.k;
SELECT * FROM nested ORDER BY top DESC, k LIMIT 4;
CREATE MATERIALIZED VIEW kept AS SELECT grp, sum(v) AS s FROM a GROUP BY grp;
SELECT * FROM kept;
CREATE TABLE copied AS SELECT * FROM a WHERE k < 5;
SELECT count(*), sum(v) FROM copied;
CREATE TEMP TABLE scratch AS SELECT k, count(*) AS n FROM a GROUP BY k;
SELECT s.k, s.n, sum(a.v) FROM scratch s JOIN a USING (k) GROUP BY 1, 2 ORDER BY 1;
SELECT * INTO kept_too FROM b WHERE w > 90;
SELECT count(*) FROM kept_too;
TABLE r;
VALUES ((SELECT count(*) FROM a), (SELECT sum(w) FROM b));

-- Whole rows and system columns of an outer query.
SELECT * FROM b, LATERAL (VALUES (b)) s(row) WHERE b.k = 3 ORDER BY b.id;
SELECT b.id, s.row FROM b, LATERAL (SELECT b AS row) s WHERE b.k = 3 ORDER BY 1;
SELECT b.id, (SELECT pg_typeof(b)) FROM b WHERE b.k = 3 ORDER BY 1;
SELECT count(*) FROM b WHERE b IN (VALUES (b));
SELECT count(*) FROM b WHERE EXISTS (SELECT 1 WHERE b.* = ROW(b.k, b.id, b.aid, b.w));
SELECT DISTINCT (SELECT b.tableoid::regclass) FROM b;

-- The order of a sorted sub-query reaches what stands directly above it.
SELECT array_agg(id) FROM (SELECT id FROM a ORDER BY v DESC, id) s;
SELECT string_agg(id::text, ',' ORDER BY id) FROM (SELECT id FROM a ORDER BY v) s;
SELECT k, array_agg(id) FROM (SELECT k, id FROM a ORDER BY k, v DESC, id) s GROUP BY k HAVING count(*) > 3 ORDER BY k;
SELECT count(*), sum(v) FROM (SELECT v FROM a ORDER BY v) s;
-- @ordered
SELECT * FROM (SELECT id, v FROM a ORDER BY v DESC, id) s LIMIT 7;
-- @ordered
SELECT id + 1 FROM (SELECT id, v FROM a WHERE k < 9 ORDER BY v DESC, id) s WHERE v > 20;
-- @ordered
SELECT id, row_number() OVER () FROM (SELECT id FROM a ORDER BY v DESC, id) s;
SELECT id, last_value(v) OVER (PARTITION BY grp) FROM (SELECT id, grp, v FROM a ORDER BY grp, v, id) s ORDER BY id;
WITH s AS (SELECT id FROM a ORDER BY v DESC, id) SELECT array_agg(id) FROM s;
WITH s AS MATERIALIZED (SELECT id FROM a ORDER BY v DESC, id) SELECT array_agg(id) FROM s;
