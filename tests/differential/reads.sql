-- Proves that reads of every kind that PostgreSQL accepts answer alike over distributed tables that are colocated, that
-- are not, over reference, local and temporary tables, and catalogs.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE point2 AS (x int, y int);
CREATE TABLE t (k int, id int, v int, n numeric, s text, m mood, p point2, a int[], d date, PRIMARY KEY (k, id));
CREATE TABLE u (k int PRIMARY KEY, tid int, w int);
CREATE TABLE o (c text PRIMARY KEY, tid int, w int);
CREATE TABLE r (id int PRIMARY KEY, name text);
CREATE TABLE l (id int PRIMARY KEY, note text);
CREATE TABLE tree (id int PRIMARY KEY, parent int, label text);
-- @cluster SELECT create_distributed_table('t', 'k', shard_count => 8)
-- @cluster SELECT create_distributed_table('u', 'k', colocate_with => 't')
-- @cluster SELECT create_distributed_table('o', 'c', colocate_with => 'none')
-- @cluster SELECT create_distributed_table('tree', 'id', colocate_with => 'none')
-- @cluster SELECT create_reference_table('r')
INSERT INTO t SELECT g % 11, g, nullif(g * 7 % 31, 4), g / 3.0, 's' || g % 6, (ARRAY['sad', 'ok', 'happy'])[1 + g % 3]::mood,
    ROW(g % 4, g % 5)::point2, ARRAY[g % 3, g % 4, NULL], date '2024-01-01' + g % 40 FROM generate_series(1, 120) g;
INSERT INTO u SELECT g, g * 3, g % 4 FROM generate_series(0, 12) g;
INSERT INTO o SELECT 'c' || g, g * 2, g % 9 FROM generate_series(1, 50) g;
INSERT INTO r SELECT g, 'name ' || g FROM generate_series(0, 9) g;
INSERT INTO l SELECT g, 'note ' || g FROM generate_series(0, 50, 2) g;
INSERT INTO tree SELECT g, nullif(g / 2, 0), 'node ' || g FROM generate_series(1, 40) g;
CREATE TEMP TABLE tmp AS SELECT g AS id, g % 5 AS w FROM generate_series(1, 30) g;

-- LATERAL and correlated sub-queries.
SELECT u.k, x.id FROM u, LATERAL (SELECT id FROM t WHERE t.k = u.k ORDER BY id DESC LIMIT 2) x ORDER BY 1, 2;
SELECT u.k, x.c FROM u, LATERAL (SELECT c FROM o WHERE o.tid > u.tid ORDER BY tid, c LIMIT 2) x ORDER BY 1, 2;
SELECT u.k, x.n FROM u LEFT JOIN LATERAL (SELECT count(*) n FROM o WHERE o.w = u.w HAVING count(*) > 5) x ON true ORDER BY 1;
SELECT r.id, x.* FROM r CROSS JOIN LATERAL (SELECT max(v), min(s) FROM t WHERE t.v % 10 = r.id) x ORDER BY 1;
SELECT l.id, x.w FROM l, LATERAL (SELECT sum(w) w FROM o WHERE o.tid < l.id) x ORDER BY 1;
SELECT u.k, x.e FROM u, LATERAL unnest(ARRAY[u.k, u.w]) WITH ORDINALITY x(e, nr) ORDER BY 1, nr;
SELECT k, (SELECT count(*) FROM o WHERE o.w = u.w), (SELECT max(id) FROM t WHERE t.k = u.k) FROM u ORDER BY k;
SELECT k, (SELECT string_agg(c, ',' ORDER BY c) FROM o WHERE o.tid = u.tid) FROM u ORDER BY k;
SELECT k FROM u WHERE (SELECT count(*) FROM o WHERE o.w > u.w) > 30 ORDER BY k;
SELECT k FROM u WHERE EXISTS (SELECT FROM o WHERE o.tid = u.tid AND o.w > u.w) ORDER BY k;
SELECT k FROM u WHERE NOT EXISTS (SELECT FROM o WHERE o.tid = u.tid) ORDER BY k;
SELECT k FROM u WHERE w NOT IN (SELECT w FROM o WHERE w < 3) ORDER BY k;
SELECT k FROM u WHERE w > ALL (SELECT v FROM t WHERE t.k = u.k AND v < 3) ORDER BY k;
SELECT k FROM u WHERE (k, w) IN (SELECT w, tid % 4 FROM o) ORDER BY k;
SELECT s, count(*) FROM t GROUP BY s HAVING count(*) > (SELECT count(*) FROM o WHERE w = 2) ORDER BY s;
SELECT s, sum(v) FROM t GROUP BY s HAVING sum(v) > (SELECT avg(x.q) FROM (SELECT sum(v) q FROM t t2 WHERE t2.s <> t.s GROUP BY t2.k) x) ORDER BY s;
SELECT k FROM u ORDER BY (SELECT max(o.tid) FROM o WHERE o.w = u.w), k;
SELECT k FROM u ORDER BY k LIMIT (SELECT count(*) FROM r) / 2 OFFSET (SELECT min(w) FROM u);
SELECT CASE WHEN k > 5 THEN (SELECT min(c) FROM o WHERE o.w = u.k % 9) ELSE 'small' END FROM u ORDER BY k;
SELECT ARRAY(SELECT id FROM t WHERE t.k = u.k ORDER BY id LIMIT 3) FROM u ORDER BY k;
SELECT ARRAY(SELECT c FROM o WHERE o.w = u.w ORDER BY c LIMIT 3) FROM u ORDER BY k;

-- CTEs, plain and recursive.
WITH x AS MATERIALIZED (SELECT k, sum(v) q FROM t GROUP BY k), y AS (SELECT w, count(*) n FROM o GROUP BY w) SELECT * FROM x JOIN y ON x.k = y.w ORDER BY 1;
WITH x AS (SELECT * FROM t WHERE v > 20) SELECT (SELECT count(*) FROM x), (SELECT max(id) FROM x), count(*) FROM x a JOIN x b ON a.v = b.id;
WITH x AS NOT MATERIALIZED (SELECT k, id FROM t) SELECT count(*) FROM x a, x b WHERE a.id = b.id + 1;
WITH RECURSIVE c(id, depth, path) AS (SELECT id, 0, label FROM tree WHERE parent IS NULL UNION ALL SELECT tree.id, depth + 1, path || '/' || label FROM tree JOIN c ON tree.parent = c.id) SELECT * FROM c ORDER BY id;
WITH RECURSIVE c(id) AS (SELECT 40 UNION SELECT parent FROM tree JOIN c USING (id) WHERE parent IS NOT NULL) SELECT id, (SELECT count(*) FROM t WHERE t.k = c.id % 11) FROM c ORDER BY id;
WITH RECURSIVE c AS (SELECT id, parent FROM tree WHERE id = 1 UNION ALL SELECT t.id, t.parent FROM tree t JOIN c ON t.parent = c.id) SEARCH DEPTH FIRST BY id SET seq SELECT id FROM c ORDER BY seq;
WITH RECURSIVE c AS (SELECT id, parent FROM tree WHERE id = 33 UNION ALL SELECT t.id, t.parent FROM tree t JOIN c ON t.id = c.parent) CYCLE id SET looped USING way SELECT id, looped FROM c ORDER BY id;
WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 12) SELECT n.i, count(u.k) FROM n LEFT JOIN u ON u.k = n.i GROUP BY n.i ORDER BY 1;

-- Set operations.
SELECT k FROM u UNION SELECT w FROM o ORDER BY 1;
SELECT v FROM t UNION ALL SELECT w FROM o UNION ALL SELECT id FROM r ORDER BY 1 NULLS FIRST LIMIT 60;
(SELECT v FROM t ORDER BY v LIMIT 9) EXCEPT ALL SELECT w FROM u ORDER BY 1;
SELECT s FROM t INTERSECT SELECT 's' || w FROM o ORDER BY 1;
SELECT k, id FROM t INTERSECT SELECT k, tid FROM u ORDER BY 1;
SELECT count(*) FROM ((SELECT k FROM u UNION SELECT id FROM l) EXCEPT (SELECT id FROM tmp)) x;

-- Grouping.
SELECT s, m, count(*), sum(v) FROM t GROUP BY ROLLUP (s, m) ORDER BY 1 NULLS LAST, 2 NULLS LAST;
SELECT k, m, GROUPING(k, m), avg(n) FROM t GROUP BY CUBE (k, m) ORDER BY 3, 1, 2;
SELECT s, d > '2024-01-20', count(DISTINCT v) FROM t GROUP BY GROUPING SETS ((s), (d > '2024-01-20'), ()) ORDER BY 1, 2;
SELECT k, count(*) FROM t GROUP BY k HAVING count(DISTINCT m) = 3 AND sum(v) FILTER (WHERE m = 'ok') > 20 ORDER BY k;
SELECT count(*) FILTER (WHERE v > 10), sum(DISTINCT v), array_agg(DISTINCT m ORDER BY m DESC), string_agg(s, '-' ORDER BY id DESC) FROM t WHERE id < 30;
SELECT s, percentile_cont(0.5) WITHIN GROUP (ORDER BY v), percentile_disc(ARRAY[0.1, 0.9]) WITHIN GROUP (ORDER BY n), mode() WITHIN GROUP (ORDER BY m) FROM t GROUP BY s ORDER BY s;
SELECT k, rank(10) WITHIN GROUP (ORDER BY v), dense_rank(10) WITHIN GROUP (ORDER BY v), percent_rank(10) WITHIN GROUP (ORDER BY v), round(cume_dist(10) WITHIN GROUP (ORDER BY v)::numeric, 6) FROM t GROUP BY k ORDER BY k;
SELECT corr(v, id)::numeric(10, 6), regr_slope(v, id)::numeric(10, 6), stddev(n)::numeric(10, 6), bool_and(v > 0), bit_or(v), every(id > 0) FROM t;
SELECT json_agg(s ORDER BY id) FROM t WHERE id < 5;
SELECT jsonb_object_agg(id, m) FROM t WHERE id < 9;
SELECT xmlagg(xmlelement(name x, s) ORDER BY id) FROM t WHERE id < 4;
SELECT range_agg(int4range(id, id + 1)) FROM t WHERE id < 9;
SELECT max(a), min(p::text), max(d), min(m) FROM t;
SELECT any_k, c FROM (SELECT k % 3 AS any_k, count(*) c FROM t GROUP BY 1) x ORDER BY 1;
SELECT count(*) FROM t GROUP BY ();
CREATE AGGREGATE plain_sum (int) (SFUNC = int4pl, STYPE = int);
CREATE AGGREGATE combined_sum (int) (SFUNC = int4pl, STYPE = int, COMBINEFUNC = int4pl, PARALLEL = SAFE, INITCOND = '0');
CREATE FUNCTION add_squares(numeric, int) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2 * $2';
CREATE AGGREGATE squares (int) (SFUNC = add_squares, STYPE = numeric, INITCOND = '0');
SELECT plain_sum(v), combined_sum(v) FROM t;
SELECT k, plain_sum(id), combined_sum(id), squares(id) FROM t GROUP BY k ORDER BY k;
SELECT s, plain_sum(id), combined_sum(id), squares(id) FILTER (WHERE id > 50) FROM t GROUP BY s ORDER BY s;

-- Windows, DISTINCT ON.
SELECT id, rank() OVER (PARTITION BY k ORDER BY v, id), sum(v) OVER (PARTITION BY k ORDER BY id ROWS 2 PRECEDING) FROM t WHERE id < 60 ORDER BY id;
SELECT id, rank() OVER (PARTITION BY s ORDER BY v, id), lag(v, 2, -1) OVER w, first_value(id) OVER w, ntile(4) OVER w FROM t WINDOW w AS (PARTITION BY m ORDER BY id) ORDER BY id;
SELECT s, count(*), sum(count(*)) OVER (ORDER BY s), rank() OVER (ORDER BY count(*) DESC, s) FROM t GROUP BY s ORDER BY s;
SELECT id, avg(n) OVER (ORDER BY d RANGE BETWEEN '3 days' PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM t ORDER BY id;
SELECT id, count(*) OVER (ORDER BY v GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM t ORDER BY id;
SELECT * FROM (SELECT id, row_number() OVER (ORDER BY id) rn FROM t) x WHERE rn BETWEEN 10 AND 15 ORDER BY 1;
SELECT DISTINCT ON (k) k, id, v FROM t ORDER BY k, v DESC NULLS LAST, id;
SELECT DISTINCT ON (s, m) s, m, id FROM t ORDER BY s, m, id DESC;
SELECT DISTINCT s, m FROM t ORDER BY 2, 1;
SELECT DISTINCT count(*) FROM t GROUP BY k ORDER BY 1;
SELECT id FROM t ORDER BY v DESC NULLS LAST, id FETCH FIRST 5 ROWS WITH TIES;
SELECT v FROM t WHERE v > 25 ORDER BY v FETCH FIRST 4 ROWS WITH TIES;

-- Set-returning functions, VALUES, JSON, arrays, composites, whole rows.
SELECT id, unnest(a) FROM t WHERE id < 6 ORDER BY 1, 2;
SELECT k, generate_series(1, w) g FROM u ORDER BY 1, 2;
SELECT x.*, u.w FROM (VALUES (1, 'one'), (2, 'two'), (77, 'many')) x(k, name) LEFT JOIN u USING (k) ORDER BY 1;
SELECT j.* FROM u, jsonb_to_record(jsonb_build_object('a', u.k, 'b', u.w)) j(a int, b text) ORDER BY 1;
SELECT e ->> 'k', count(*) FROM (SELECT to_jsonb(t) e FROM t) x GROUP BY 1 ORDER BY 1;
SELECT row_to_json(u) FROM u ORDER BY k LIMIT 3;
SELECT u FROM u ORDER BY u LIMIT 4;
SELECT (t).id, (t.p).x, t.p FROM t WHERE (p).x = 2 ORDER BY id LIMIT 5;
SELECT p, count(*) FROM t GROUP BY p ORDER BY p;
SELECT t.*::text FROM t ORDER BY id LIMIT 3;
SELECT x FROM (SELECT k, w FROM u) x ORDER BY k LIMIT 3;
SELECT ROW(k, w) FROM u ORDER BY k LIMIT 3;
SELECT k, array_agg(ROW(id, v) ORDER BY id) FROM t WHERE k = 3 GROUP BY k;
SELECT k, array_agg(ROW(id, v) ORDER BY id), max(v) FROM t WHERE id < 40 GROUP BY k ORDER BY k;
SELECT s, array_agg(DISTINCT ROW(m, k > 3)) FROM t GROUP BY s ORDER BY s;
SELECT ARRAY[ROW(k, w), ROW(w, k)] FROM u WHERE k = 5;
SELECT DISTINCT ARRAY[ROW(w)] FROM u ORDER BY 1;
SELECT u.k, (SELECT array_agg(ROW(t.id, t.v) ORDER BY t.id) FROM t WHERE t.k = u.k) FROM u ORDER BY u.k;
SELECT u.k, (SELECT array_agg(ROW(o.c) ORDER BY o.c) FROM o WHERE o.w = u.w) FROM u ORDER BY u.k;
SELECT x.a[1] FROM (SELECT ARRAY[ROW(k, w)] AS a FROM u OFFSET 0) x ORDER BY 1;
SELECT x.a FROM u, LATERAL (SELECT array_agg(ROW(o.c, u.k) ORDER BY o.c) AS a FROM o WHERE o.tid = u.tid) x ORDER BY u.k;
SELECT count(*) FROM u JOIN o ON ARRAY[ROW(o.w)] = ARRAY[ROW(u.w)];
SELECT count(t), count(DISTINCT u) FROM t JOIN u USING (k);
SELECT array_agg(u ORDER BY k) FROM u WHERE k < 3;
SELECT id FROM t WHERE ROW(k, id) > ROW(9, 90) ORDER BY id;
SELECT id FROM t WHERE a @> ARRAY[2, 3] AND a[1] = 2 ORDER BY id;
SELECT id FROM t WHERE p = ROW(1, 1)::point2 ORDER BY id;
SELECT coalesce(u.*, NULL) IS NULL FROM u ORDER BY k LIMIT 2;
SELECT u IS NOT NULL FROM t LEFT JOIN u ON u.k = t.k AND u.w = 2 ORDER BY t.id LIMIT 20;
SELECT o FROM u LEFT JOIN o ON o.tid = u.tid ORDER BY u.k;
SELECT tableoid::regclass, count(*) FROM t GROUP BY 1;
SELECT DISTINCT t.tableoid = 't'::regclass, o.tableoid::regclass FROM t JOIN o ON o.tid = t.id;

-- Local, temporary and catalog tables, views, materialized views.
SELECT tmp.id, u.k FROM tmp JOIN u ON u.tid = tmp.id ORDER BY 1;
SELECT tmp.w, count(*) FROM tmp LEFT JOIN t ON t.k = tmp.id GROUP BY 1 ORDER BY 1;
SELECT c.relname, count(*) FROM pg_class c JOIN t ON c.oid = t.tableoid GROUP BY 1;
SELECT n.nspname, x.n FROM pg_namespace n, (SELECT count(*) n FROM o) x WHERE n.nspname = 'pg_catalog';
SELECT a.attname, count(*) FROM pg_attribute a JOIN t ON t.id = a.attnum WHERE a.attrelid = 't'::regclass GROUP BY 1 ORDER BY 1;
CREATE VIEW v AS SELECT t.k, t.id, u.w, r.name FROM t JOIN u USING (k) LEFT JOIN r ON r.id = t.v;
CREATE VIEW vv AS SELECT w, count(*) n, max(name) FROM v GROUP BY w;
SELECT * FROM vv ORDER BY 1;
SELECT v.id, o.c FROM v JOIN o ON o.tid = v.id WHERE v.w = 1 ORDER BY 1;
CREATE MATERIALIZED VIEW mv AS SELECT s, count(*) n FROM t GROUP BY s;
SELECT mv.*, x.c FROM mv JOIN (SELECT 's' || w AS s, count(*) c FROM o GROUP BY 1) x USING (s) ORDER BY 1;
INSERT INTO t (k, id, s) VALUES (1, 1000, 's1');
REFRESH MATERIALIZED VIEW mv;
SELECT * FROM mv ORDER BY s;
CREATE VIEW barrier WITH (security_barrier) AS SELECT k, id, v FROM t WHERE v > 10;
SELECT count(*), max(id) FROM barrier WHERE v < 20;
SELECT b.id, o.c FROM barrier b JOIN o ON o.tid = b.id WHERE b.k = 4 ORDER BY 1;
SELECT b.id FROM barrier b JOIN u USING (k) WHERE u.w = 3 ORDER BY 1;
SELECT id FROM barrier WHERE k = 5 ORDER BY 1;

-- Functions, blocks, prepared statements, cursors.
CREATE FUNCTION total(x int) RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT sum(v) FROM t WHERE k = x); END $$;
CREATE FUNCTION tids(x int) RETURNS SETOF int LANGUAGE sql STABLE AS 'SELECT tid FROM o WHERE w = x';
CREATE FUNCTION whole(x int) RETURNS SETOF u LANGUAGE sql STABLE AS 'SELECT * FROM u WHERE w = x';
SELECT k, total(k) FROM u ORDER BY k;
SELECT * FROM tids(3) ORDER BY 1;
SELECT w.k, t.id FROM whole(2) w JOIN t ON t.k = w.k ORDER BY 1, 2;
SELECT u.k, x FROM u, tids(u.w) x WHERE u.k < 3 ORDER BY 1, 2;
SELECT count(*) FROM t WHERE total(k) > 100;
DO $$ DECLARE x record; n int := 0; BEGIN
    FOR x IN SELECT o.c, t.id FROM o JOIN t ON t.id = o.tid LOOP n := n + x.id; END LOOP;
    IF n <> (SELECT sum(t.id) FROM o JOIN t ON t.id = o.tid) THEN RAISE EXCEPTION '%', n; END IF;
END $$;
PREPARE p (int, text) AS SELECT t.id, o.c FROM t JOIN o ON o.tid = t.id WHERE t.k = $1 OR o.c = $2 ORDER BY 1;
EXECUTE p (3, 'c4');
EXECUTE p (4, 'c5');
EXECUTE p (5, 'c6');
EXECUTE p (5, 'c6');
EXECUTE p (5, 'c6');
EXECUTE p (6, NULL);
EXECUTE p (7, 'c7');
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT t.id, o.c FROM t JOIN o ON o.tid = t.id ORDER BY 1;
FETCH 3 FROM c;
FETCH BACKWARD 2 FROM c;
FETCH LAST FROM c;
FETCH ABSOLUTE 5 FROM c;
FETCH RELATIVE -2 FROM c;
MOVE FORWARD 4 FROM c;
FETCH FIRST FROM c;
DECLARE d SCROLL CURSOR FOR SELECT id FROM t WHERE k = 3 ORDER BY id;
FETCH LAST FROM d;
FETCH PRIOR FROM d;
DECLARE h CURSOR WITH HOLD FOR SELECT id FROM t ORDER BY id;
FETCH 2 FROM h;
COMMIT;
FETCH 3 FROM h;
CLOSE h;

-- Samples: whole tables, and that the part is a part.
SELECT count(*) FROM t TABLESAMPLE SYSTEM (100);
SELECT count(*) FROM t TABLESAMPLE BERNOULLI (100) REPEATABLE (3);
SELECT count(*) FROM t TABLESAMPLE BERNOULLI (0);
SELECT count(*) BETWEEN 10 AND 110 FROM t TABLESAMPLE BERNOULLI (50);
SELECT count(*) FROM t x TABLESAMPLE SYSTEM (100) JOIN o ON o.tid = x.id WHERE x.id < 999;
-- @error 2202H
SELECT count(*) FROM t TABLESAMPLE SYSTEM (101);
SELECT * FROM (VALUES (0), (100)) s(pct), LATERAL (SELECT count(*) FROM t TABLESAMPLE BERNOULLI (pct)) x;
SELECT * FROM (VALUES (0), (100)) s(pct), LATERAL (SELECT count(*) FROM t TABLESAMPLE SYSTEM (pct) REPEATABLE (pct + 1)) x;
SELECT r.id, (SELECT count(*) FROM t TABLESAMPLE SYSTEM (CASE WHEN r.id = 1 THEN 100 ELSE 0 END)) FROM r WHERE r.id < 4 ORDER BY 1;

-- A SQL function in FROM that PostgreSQL inlines, without and with distributed tables around it.
CREATE FUNCTION numbers(n int) RETURNS SETOF int LANGUAGE sql STABLE AS 'SELECT * FROM generate_series(1, n) ORDER BY 1';
SELECT count(*) FROM numbers(5);
SELECT n, count(u.k) FROM numbers(5) n LEFT JOIN u ON u.k = n GROUP BY n ORDER BY n;
CREATE FUNCTION rs() RETURNS SETOF r LANGUAGE sql STABLE AS 'SELECT * FROM r WHERE id < 4 ORDER BY id';
SELECT x.name, u.w FROM rs() x JOIN u ON u.k = x.id ORDER BY 1;

-- Functions that look at how a value is stored.
CREATE TABLE stored (k int, v text COMPRESSION pglz, w text);
-- @cluster SELECT create_distributed_table('stored', 'k')
INSERT INTO stored SELECT g, repeat('1234567890', g * 100), repeat('x', g) FROM generate_series(1, 20) g;
SELECT k, pg_column_compression(v), pg_column_size(v), pg_column_compression(w), pg_column_size(w) FROM stored;
SELECT pg_column_compression(v), count(*) FROM stored GROUP BY 1;
SELECT sum(pg_column_size(v)), max(pg_column_size(w)) FROM stored;
SELECT k % 3, sum(pg_column_size(v)) FROM stored GROUP BY 1;
SELECT DISTINCT pg_column_compression(v) FROM stored;
SELECT k, pg_column_size(v) FROM stored ORDER BY pg_column_size(v), k LIMIT 5;
SELECT k FROM stored WHERE pg_column_size(v) > 80;
SELECT k, sum(pg_column_size(v)) OVER (ORDER BY k) FROM stored WHERE k < 8;
SELECT pg_column_size(v) FROM stored WHERE k = 20;
