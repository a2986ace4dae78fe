-- What the generator of random statements (tests/generator) has found, reduced, and named for the behaviour.

CREATE TYPE pair AS (number integer, word text);
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE FUNCTION bump(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1 + 1; END $$;
CREATE TABLE visits (k integer NOT NULL, id integer NOT NULL, c1 integer, c3 date, parent integer, c4 timestamptz,
    weight numeric(12,2), score float8, late text, PRIMARY KEY (k, id));
-- @cluster SELECT create_distributed_table('visits', 'k', shard_count => 5)
CREATE TABLE places (k integer NOT NULL, id integer NOT NULL, c1 text, c2 integer, tags text[], PRIMARY KEY (k, id));
-- @cluster SELECT create_distributed_table('places', 'k', colocate_with => 'visits')
CREATE TABLE labels (k text[], c2 integer, c3 float8, late timestamptz);
-- @cluster SELECT create_distributed_table('labels', 'k', shard_count => 2, colocate_with => 'none')
CREATE TABLE rates (id integer PRIMARY KEY, c1 integer, c2 real, note text);
-- @cluster SELECT create_reference_table('rates')
CREATE TABLE scratch (id integer PRIMARY KEY, c1 bigint, c2 integer);
INSERT INTO visits SELECT i % 9, i, i % 7, date '2024-01-01' + i * 7 % 30, nullif(i % 5, 0),
    timestamptz '2024-02-01 00:00+00' + i * interval '5 hours', i * 1.25, i * 0.5, 'l' || i % 4
    FROM generate_series(1, 60) i;
INSERT INTO places SELECT i % 9, i, 'p' || i % 6, i % 11, ARRAY['t' || i % 3] FROM generate_series(1, 40) i;
INSERT INTO labels SELECT ARRAY['a' || i % 5], i % 6, i * 0.5, timestamptz '2024-02-01 00:00+00' + i * interval '1 day'
    FROM generate_series(1, 20) i;
INSERT INTO rates SELECT i, i % 4, i * 0.5, 'n' || i FROM generate_series(1, 12) i;
INSERT INTO scratch SELECT i, i * 3, i % 8 FROM generate_series(1, 20) i;

-- Sorted runs are sorted by the columns of the table, even where a column of the result has the same name.
SELECT c3, parent, c4 FROM visits ORDER BY 1, 2, 3 LIMIT 6;
SELECT c3 AS c1, c1 AS c3 FROM visits WHERE k = 4 ORDER BY visits.c3 DESC, visits.c1 LIMIT 3;
SELECT DISTINCT ON (visits.c3) c3 AS c1, c1 AS c3, id FROM visits WHERE k = 4 ORDER BY visits.c3, id;
-- What is the same for all rows does not decide about the order of runs.
SELECT id, k FROM visits ORDER BY date '2024-01-07' NULLS FIRST, 1 DESC LIMIT 4;

-- A grouping expression may stand in the result more than once, and inside of other expressions.
-- @unordered
SELECT (parent % 100) * (parent % 100), (parent % 100) * (parent % 100) FROM visits GROUP BY (parent % 100) * (parent % 100);
SELECT c1 + parent, (c1 + parent) * 2, count(*) FROM visits GROUP BY c1 + parent;
SELECT min(c1) FILTER (WHERE k = k), c1, max(c1 + 1) FROM visits GROUP BY c1;

-- A value known before execution is no column of a remote scan, though it stands in the result too.
SELECT x1 FROM (SELECT (timestamp '2024-02-08 22:30:00')::timestamptz AS x1, count(*) FROM visits
    WHERE c4 > (timestamp '2024-02-08 22:30:00')::timestamptz GROUP BY c1) AS s;
PREPARE of_parameter (integer, integer) AS SELECT $1 AS a, count(*), sum(c1) + $1 FROM visits WHERE c1 > $1 GROUP BY parent, $2 ORDER BY 1, 2, 3 LIMIT $2;
EXECUTE of_parameter(2, 3);
EXECUTE of_parameter(NULL, 3);
INSERT INTO visits (k, id, c3) SELECT r.id, r.id + 500,
    (SELECT (timestamp '2024-02-08 22:30:00')::timestamptz::date FROM visits v WHERE v.c4 > (timestamp '2024-02-08 22:30:00')::timestamptz ORDER BY 1 LIMIT 1)
    FROM rates r;
SELECT id, c3 FROM visits WHERE id > 500 ORDER BY 1;

-- A type that no distributed table is made from is unknown to the nodes.
SELECT id, '(3,b)'::pair FROM visits WHERE k = 3 ORDER BY 1;
SELECT v.id, s.x1 FROM visits v JOIN (VALUES ('(3,b)'::pair, 'l1')) AS s(x1, x2) ON v.late = s.x2 ORDER BY 1;
SELECT count(*) FROM visits WHERE ('(' || c1 || ',b)')::pair > '(3,a)'::pair;
UPDATE visits SET c1 = ('(5,a)'::pair).number WHERE k = 3 AND id = 3 RETURNING c1;
INSERT INTO places VALUES (1, 1000, 'x', 1) ON CONFLICT (k, id) DO UPDATE SET c2 = ('(7,a)'::pair).number;
INSERT INTO rates VALUES (3, 1) ON CONFLICT (id) DO UPDATE SET c1 = length('ok'::mood::text) RETURNING ('(5,a)'::pair).number, c1;
CREATE VIEW rated AS SELECT v.id, v.c1, dense_rank() OVER (ORDER BY v.c1) AS place FROM visits v;
SELECT count(*) FROM rated r JOIN (VALUES (1::bigint), (2)) AS s(x) ON r.place = s.x WHERE r IS NOT NULL;
-- A function of the user's over values known before execution is called here.
SELECT count(*) FROM visits WHERE c1 = bump(2) AND k = bump(3);
UPDATE visits SET c1 = bump(40) WHERE k = 3 AND id = 3 RETURNING c1;

-- An operator may have one argument.
SELECT count(*) FROM visits WHERE k = 3 AND weight > - weight AND score > - score + 0.5;
DELETE FROM rates WHERE c1 = 3 AND - c2 > c2;
UPDATE rates SET c1 = - c1 WHERE id = 5 RETURNING c1;

-- A CTE that the pushed part does not read stays here.
WITH a AS (SELECT c1 AS x FROM scratch), b AS MATERIALIZED (SELECT 1 AS one FROM a)
SELECT p.c2 FROM places p WHERE p.id = ANY (SELECT p.id FROM b) GROUP BY p.c2 ORDER BY 1;

-- Joins over distribution columns of several types: equality of one type says nothing about the other.
SELECT count(*) FROM labels l JOIN labels m ON l.c3 = m.c3 JOIN places p ON l.c2 = p.c2 WHERE p.k = 3;
SELECT count(*) FROM labels l JOIN visits v ON l.c3 = v.score JOIN places p ON p.tags = l.k;

-- A pushed sub-query may return the same column twice.
SELECT count(*) FROM (SELECT s.id AS x1 FROM scratch s RIGHT JOIN visits v ON s.id = v.k) AS a
    LEFT JOIN (SELECT p.k AS x2, p.k AS x3, p.c2 FROM places p GROUP BY p.c2, p.k) AS b ON a.x1 = b.x3 WHERE a.x1 BETWEEN 2 AND b.x3;

-- What is made for a shipment (sorts, hash tables) lives as long as its node, not as long as one run.
SET enable_hashjoin = off;
SELECT count(*) FROM places t1 LEFT JOIN LATERAL (SELECT 1 FROM visits t3 LEFT JOIN visits t4 ON t3.c1 = t4.k
    LEFT JOIN places t5 ON t4.k = t5.id AND t1.c1 <> t5.c1 WHERE t5.k = 1 AND t3.parent IS NOT DISTINCT FROM t1.c2) AS t2 ON true;
RESET enable_hashjoin;

-- A function of SQL in FROM becomes a sub-query, and is no write.
CREATE FUNCTION upto(integer) RETURNS SETOF integer LANGUAGE sql STABLE AS $$ SELECT generate_series(1, least($1, 4)) $$;
SELECT * FROM upto(3);
SELECT v.id, u FROM visits v, upto(v.parent) AS u WHERE v.c1 = 2 ORDER BY 1, 2;

-- A whole row of a table with a dropped column, where the row is put together from its columns.
CREATE TABLE gap (k int, gone int, a int, b text);
INSERT INTO gap SELECT g, g, CASE WHEN g % 3 > 0 THEN g END, CASE WHEN g % 4 > 0 THEN 'x' END FROM generate_series(1, 12) g;
INSERT INTO gap VALUES (NULL, NULL, NULL, NULL);
ALTER TABLE gap DROP COLUMN gone;
CREATE TABLE copied_gap AS SELECT k, 1 AS gone, a, b FROM gap;
ALTER TABLE copied_gap DROP COLUMN gone;
DELETE FROM copied_gap WHERE a IS NULL;
ALTER TABLE copied_gap ADD PRIMARY KEY (a);
CREATE TABLE beside (a int);
INSERT INTO beside VALUES (1), (2), (7), (8), (NULL);
-- @cluster SELECT create_distributed_table('gap', 'k', shard_count => 4)
-- @cluster SELECT create_reference_table('copied_gap')
UPDATE gap SET b = b || '1' WHERE gap IS NOT NULL AND a IN (SELECT a FROM beside) RETURNING *;
UPDATE gap SET b = 'none' WHERE (gap IS NULL) = EXISTS (SELECT FROM beside WHERE a IS NULL) RETURNING gap, gap IS NOT NULL;
DELETE FROM gap USING beside WHERE gap.a = beside.a AND NOT (gap IS NOT NULL) RETURNING gap;
UPDATE copied_gap SET b = 'c' WHERE copied_gap IS NOT NULL AND a IN (SELECT a FROM beside) RETURNING *;
SELECT count(*) FROM gap LEFT JOIN beside ON gap.a < beside.a AND random() >= 0 WHERE gap IS NOT NULL;
SELECT * FROM gap;
SELECT * FROM copied_gap;

-- A CTE that nothing reads is not run, nor does it go along with what a node runs.
WITH unread AS MATERIALIZED (SELECT c2 FROM labels) SELECT id FROM visits WHERE k = 7 ORDER BY id;
WITH unread AS (SELECT c2, 1 / 0 FROM labels), of_it AS (SELECT * FROM unread) SELECT count(*) FROM visits WHERE k = 1;
WITH unread AS (SELECT p.c2 FROM labels l JOIN places p ON p.c2 = l.c2) SELECT v.id, p.c2 FROM visits v JOIN places p USING (k, id) WHERE v.k < 3;
SELECT v.id, (WITH unread AS (SELECT * FROM labels) SELECT max(p.c2) FROM places p WHERE p.k = v.k) FROM visits v WHERE v.c1 = 2;
INSERT INTO labels (k, c2) WITH unread AS (SELECT count(*) FROM visits) SELECT p.tags, p.c2 FROM places p WHERE p.k = 4;
WITH unread AS (SELECT c2 FROM labels) UPDATE visits SET c1 = c1 + 1 WHERE k = 4 RETURNING id, c1;
WITH unread AS (SELECT c2 FROM labels), written AS (DELETE FROM labels WHERE c2 = 3 RETURNING c2) SELECT count(*) FROM visits;
SELECT count(*) FROM labels;

-- Rows of one shard for a table with fewer shards, in another order.
INSERT INTO labels (c2, k) SELECT x1, x2 FROM (SELECT p.id AS x1, p.tags AS x2 FROM places p WHERE p.k = 1) AS s;
INSERT INTO labels (c2, k) SELECT 100 + r.id, ARRAY[r.note] FROM rates r WHERE r.c1 IN (SELECT p.c2 FROM places p WHERE p.k = 7);
INSERT INTO labels (c2, k) SELECT v.id, p.tags FROM places p JOIN visits v USING (k, id) WHERE v.k = 8 ORDER BY 1 LIMIT 3 RETURNING c2, k;
PREPARE of_one_shard (integer) AS INSERT INTO labels (c2, k) SELECT id, tags FROM places WHERE k = $1;
EXECUTE of_one_shard(6);
EXECUTE of_one_shard(5);
SELECT k, c2 FROM labels;

-- An aggregation without GROUP BY gives one row, whether or not what it computes is read.
SELECT count(*) FROM (SELECT max(p.id) FROM places p WHERE p.k = 100) AS one, visits v;
SELECT v.id FROM (SELECT array_agg(p.id ORDER BY p.id) AS ids FROM places p WHERE p.k = 3) AS one, visits v WHERE v.k = 1;
SELECT count(*) FROM (SELECT rank(1) WITHIN GROUP (ORDER BY p.c2) FROM places p WHERE p.k = 3) AS one, labels l;
SELECT count(*) FROM (SELECT count(DISTINCT p.c2), 1 AS c FROM places p WHERE p.k = 3 HAVING true) AS one, labels l;
SELECT count(*) FROM (SELECT 1 FROM places p WHERE p.k = 3 HAVING count(*) > 100) AS none, labels l;
SELECT l.c2, one.n FROM labels l LEFT JOIN LATERAL (SELECT 1 AS n FROM (SELECT sum(p.c2) FROM places p WHERE p.k = 4) AS s) AS one ON true;

-- The condition of an inner join inside an outer one may ask what no node knows.
SELECT count(*) FROM (VALUES ('a', 1)) AS a (x, y) JOIN visits v ON NOT EXISTS (SELECT FROM scratch s WHERE s.id > 100)
    LEFT JOIN (VALUES (timestamptz '2024-02-01 05:00+00')) AS b (x) ON v.c4 = b.x;
SELECT count(*), count(u.x) FROM visits v JOIN rates r ON EXISTS (SELECT l.c2 FROM labels l GROUP BY ROLLUP (l.c2))
    LEFT JOIN unnest('{1,2}'::integer[]) AS u (x) ON v.c1 = u.x WHERE v.k = 6;
SELECT count(*), count(r.id) FROM visits v LEFT JOIN (rates r JOIN unnest('{1,2,5}'::integer[]) AS u (x)
    ON r.id = u.x AND u.x > (SELECT min(s.c2) FROM scratch s)) ON v.c1 = r.id;
SELECT count(*), count(p.id) FROM visits v JOIN rates r ON bump(v.c1) = r.id LEFT JOIN places p ON p.k = v.k AND p.id = v.id;
SELECT count(*), count(q.id) FROM visits v JOIN rates r ON EXISTS (SELECT FROM places p WHERE p.k = v.k AND p.c2 = r.c1)
    LEFT JOIN places q ON q.k = v.k AND q.id = v.id;
SELECT v.id, q.id FROM visits v LEFT JOIN (places q JOIN rates r ON q.c2 = r.id AND q.id IN (SELECT c2 FROM labels)) ON q.k = v.k AND q.id = v.id;

-- A sub-query in ON CONFLICT inside an expression that would otherwise be computed before.
INSERT INTO visits (k, id) VALUES (1, 1) ON CONFLICT (k, id) DO UPDATE SET c4 = timestamptz '2024-01-06 11:30:00+02' + (SELECT interval '6 days') RETURNING c4;
INSERT INTO rates VALUES (5, 1) ON CONFLICT (id) DO UPDATE SET note = (timestamptz '2024-01-06 11:30:00+02' + (SELECT interval '6 days'))::text RETURNING note;
INSERT INTO places VALUES (1, 1, 'x', 1) ON CONFLICT (k, id) DO UPDATE SET c2 = CASE WHEN places.c2 IN (SELECT s.c2 FROM scratch s) THEN 50 ELSE 51 END + (SELECT max(id) FROM rates) RETURNING c2;
INSERT INTO places VALUES (1, 1, 'x', 1) ON CONFLICT (k, id) DO UPDATE SET c2 = CASE WHEN places.tags IN (SELECT l.k FROM labels l) THEN 5 ELSE 6 END;

-- LIMIT makes EXISTS no level of its own, where a local table is written.
DELETE FROM scratch WHERE EXISTS (SELECT v.id FROM rates r RIGHT JOIN visits v ON r.c1 IS NULL OR r.c1 > 1 WHERE r.c2 < scratch.c2 LIMIT 77) AND id > 15
    RETURNING c1, (SELECT c2 FROM scratch ORDER BY 1 LIMIT 1);
UPDATE scratch SET c1 = 0 WHERE EXISTS (SELECT FROM labels l JOIN visits v ON v.id = l.c2 WHERE l.c2 = scratch.c2 LIMIT 5) RETURNING id;
MERGE INTO scratch t USING (SELECT r.id FROM rates r JOIN rates q ON q.id = r.id WHERE EXISTS
        (SELECT v.k FROM visits v GROUP BY v.k HAVING count(*) > r.c1 LIMIT 157)) AS s ON t.c2 = s.id
    WHEN MATCHED AND t.id > 3 THEN UPDATE SET c1 = t.c1 + 1 WHEN NOT MATCHED AND s.id IS NULL THEN DO NOTHING;
SELECT * FROM scratch;

-- Sub-queries asked for all rows at once, where one node has all that they read.
SELECT r.id, (SELECT count(*) FROM visits v WHERE v.k = 3 AND v.c1 <= r.c1), (SELECT max(p.c2) FROM places p WHERE p.k = 3 AND p.c2 > r.id)
    FROM rates r UNION ALL (SELECT 1, s.c2, s.c2 FROM scratch s ORDER BY s.id LIMIT 3);
((SELECT a.x2, (SELECT 1 FROM visits v WHERE v.k = 3 AND v.id = 3 AND a.x1 <= 1) FROM (VALUES (1, 1::smallint)) AS a (x1, x2))
    EXCEPT (SELECT 1::smallint, 2)) UNION ALL (SELECT 1::smallint, 1 FROM (SELECT 5 AS x) AS b ORDER BY 1, 2 LIMIT 11);

-- In a sub-query of a write to a local table, conditions over its rows stay out of what is read behind a fence.
DELETE FROM scratch t WHERE t.id < 4 AND 1 IN (SELECT DISTINCT ON (1) 1 FROM visits v, places p WHERE v.c1 > t.id AND p.c2 = t.c2 ORDER BY 1) RETURNING id;
UPDATE scratch t SET c1 = 7 WHERE t.c2 IN (SELECT v.c1 FROM visits v, labels l WHERE v.id > t.id + 40 AND l.c2 < t.c2 GROUP BY v.c1) RETURNING id;
UPDATE scratch t SET c1 = (SELECT max(v.id) FROM visits v JOIN labels l ON v.c1 = l.c2 WHERE v.parent < t.c2 AND l.c3 > t.id) WHERE id > 3 RETURNING id, c1;
SELECT * FROM scratch;

-- Sub-queries beside rows whose functions in FROM have sub-queries of their own.
CREATE TABLE asked (k int, id int, v int, PRIMARY KEY (k, id));
-- @cluster SELECT create_distributed_table('asked', 'k')
INSERT INTO asked SELECT g, g, g * 2 FROM generate_series(1, 3) g;
SELECT x, (SELECT a.v FROM asked a WHERE a.k < g.x AND a.k > g.x - 2) FROM generate_series(1, (SELECT 3)) AS g(x) ORDER BY 1;
SELECT min(1) OVER (ORDER BY (SELECT a.v FROM asked a WHERE 1 < g.x)) FROM generate_series(1, abs((SELECT 1) % 5)) AS g(x);
SELECT 1 FROM unnest((SELECT '{}'::int[])) AS g(x) LEFT JOIN (SELECT 1 AS y) j ON g.x = j.y WHERE (SELECT 1 FROM asked a WHERE j.y = 1) BETWEEN 6 AND 1 GROUP BY g.x;
DROP TABLE asked;

-- Aggregates over one shard whose results only the coordinator can compute (a domain's value): states were read where
-- nodes had sent results.
CREATE DOMAIN above_zero AS integer CHECK (VALUE > 0);
CREATE TABLE one (k int, id int, v float8, PRIMARY KEY (k, id));
-- @cluster SELECT create_distributed_table('one', 'k')
INSERT INTO one SELECT g % 3, g, g / 2.0 FROM generate_series(1, 30) g;
SELECT t.x, avg(o.v), avg(o.id), '9'::above_zero FROM (VALUES (1), (2)) AS t(x) JOIN one o ON true WHERE o.k = 1 GROUP BY t.x ORDER BY 1;
SELECT round(avg(1), 2), '9'::above_zero FROM (VALUES (1::float8)) AS t(x) JOIN one o ON true WHERE o.k = 1 GROUP BY t.x;
SELECT 2 FROM (SELECT 1::numeric(12,2) AS x) a FULL JOIN (SELECT round(avg(1), 2) AS x, '9'::above_zero FROM (VALUES (1::float8)) AS t(x) JOIN one o ON true WHERE o.k = 1 GROUP BY t.x) b ON a.x = b.x;

-- A sub-query whose rows are joined with those of a local table, asked again for each row: only what it shows differs.
CREATE TABLE beside_rows (c int, d int);
INSERT INTO beside_rows SELECT g, g % 5 FROM generate_series(1, 20) g;
SELECT count(*) FROM rates r JOIN one a ON (r.c1, 1) IN (SELECT DISTINCT ON (1) r.c1, b.d FROM beside_rows b LEFT JOIN one o ON b.c = o.id WHERE o.v < 3 ORDER BY 1, 2);
SELECT r.id, (SELECT r.c1 + min(b.d) FROM beside_rows b JOIN one o ON b.c = o.id WHERE o.v < 3) FROM rates r ORDER BY 1;
DROP TABLE one, beside_rows;
