-- Proves that writes which no node can compute by itself change exactly the rows that PostgreSQL changes: UPDATE and
-- DELETE with joins and sub-queries over any tables, rows that move to other shards, several matches for a row.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (x int, y text);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE a (k int, id int, v numeric, t text, arr int[], doc jsonb, m mood, p pair, d timestamptz, PRIMARY KEY (k, id));
CREATE TABLE b (k int, id int, aid int, w int, PRIMARY KEY (k, id));
CREATE TABLE c (c bigint, id int, grp int, w int, note text);
CREATE TABLE u (uid uuid, id int, v int);
CREATE TABLE g (k int, base int, twice int GENERATED ALWAYS AS (base * 2) STORED, n int GENERATED ALWAYS AS IDENTITY);
CREATE TABLE dropped (x int, k int, y int, id int, v text);
ALTER TABLE dropped DROP COLUMN x;
CREATE TABLE r (grp int PRIMARY KEY, name text, factor float8);
CREATE TABLE r2 (a int, b text, v int, PRIMARY KEY (a, b));
CREATE TABLE l (id int PRIMARY KEY, grp int, note text);
-- @cluster SELECT create_distributed_table('a', 'k')
-- @cluster SELECT create_distributed_table('b', 'k', colocate_with => 'a')
-- @cluster SELECT create_distributed_table('c', 'c', colocate_with => 'none')
-- @cluster SELECT create_distributed_table('u', 'uid', colocate_with => 'none')
-- @cluster SELECT create_distributed_table('g', 'k', colocate_with => 'a')
-- @cluster SELECT create_distributed_table('dropped', 'k', colocate_with => 'a')
-- @cluster SELECT create_reference_table('r')
-- @cluster SELECT create_reference_table('r2')
ALTER TABLE dropped DROP COLUMN y;
INSERT INTO a SELECT i % 20, i, CASE WHEN i % 9 > 0 THEN i * 1.5 END, 't' || i % 7, ARRAY[i % 3, i], jsonb_build_object('n', i % 5),
  (ARRAY['sad', 'ok', 'happy'])[i % 3 + 1]::mood, ROW(i, 'p' || i % 4)::pair, timestamptz '2024-03-01 12:00:00+00' + i * interval '7 hours'
  FROM generate_series(1, 120) i;
INSERT INTO b SELECT i % 20, i, i * 3 % 120 + 1, i % 11 FROM generate_series(1, 90) i;
INSERT INTO c SELECT i * 7 % 31, i, NULLIF(i % 6, 5), i % 13, 'note ' || i FROM generate_series(1, 80) i;
INSERT INTO c SELECT NULL, 1000 + i, i, i, 'null key' FROM generate_series(1, 4) i;
INSERT INTO u SELECT md5(i::text)::uuid, i, i % 4 FROM generate_series(1, 40) i;
INSERT INTO g (k, base) SELECT i, i * 10 FROM generate_series(1, 10) i;
INSERT INTO dropped SELECT i % 5, i, 'v' || i FROM generate_series(1, 20) i;
INSERT INTO r SELECT i, 'name ' || i, i / 2.0 FROM generate_series(0, 7) i;
INSERT INTO r2 SELECT i, 'b' || j, i * j FROM generate_series(1, 4) i, generate_series(1, 3) j;
INSERT INTO l SELECT i * 3, i % 6, CASE WHEN i % 5 > 0 THEN 'local ' || i END FROM generate_series(1, 30) i;

-- Joins with tables that are not colocated, with local and reference tables, functions and values.
BEGIN;
UPDATE a SET v = c.w, t = c.note FROM c WHERE c.id = a.id;
SELECT * FROM a ORDER BY k, id;
ROLLBACK;
BEGIN;
UPDATE a SET v = c.w FROM c WHERE c.id = a.id AND a.k = 3 RETURNING a.*, c.w, c.note, a.v + c.w AS total;
UPDATE a SET t = c.note FROM c WHERE c.id = a.id AND c.c = 5 RETURNING a.k, a.id, c, c.c;
UPDATE a AS x SET v = y.v FROM a AS y WHERE y.id = x.id + 1 AND x.id < 30 RETURNING x.id, x.v, y.id, y.v;
UPDATE a SET t = l.note FROM l WHERE l.id = a.id RETURNING a.k, a.id, a.t, l.grp;
UPDATE a SET t = l.note || r.name FROM l JOIN r USING (grp) WHERE l.id = a.id AND r.factor > 0.5 RETURNING a.id, a.t;
UPDATE a SET v = x.n FROM (VALUES (1, 100), (2, 200), (3, NULL), (999, 4)) AS x (id, n) WHERE x.id = a.id RETURNING a.id, a.v, x.*;
UPDATE a SET v = x FROM generate_series(10, 20) x WHERE x = a.id RETURNING a.id, v;
UPDATE a SET v = s.total FROM (SELECT grp, sum(w) total, count(*) n FROM c GROUP BY grp) s WHERE s.grp = a.id % 6 AND a.id < 40 RETURNING a.id, s.n, a.v;
UPDATE a SET v = c.w FROM c LEFT JOIN l ON l.id = c.id WHERE c.id = a.id AND l.note IS NULL RETURNING a.id, l.id, c.w;
UPDATE a SET v = 0 FROM b JOIN c ON c.id = b.id WHERE b.k = a.k AND b.aid = a.id RETURNING a.id, b.id, c.c;
UPDATE a SET v = 1 FROM c WHERE false RETURNING *;
UPDATE a SET v = 1 FROM c WHERE c.id = a.id AND a.k = 12345 RETURNING a.id;
UPDATE a SET d = a.d + interval '1 day', m = 'ok', p = ROW(1, 'new')::pair, arr[2] = c.w, doc = doc || '{"z": 1}' FROM c WHERE c.id = a.id AND c.w = 3 RETURNING a.id, a.d, a.m, a.p, (a.p).y, a.arr, a.doc;
UPDATE a SET arr[1] = 77 FROM l WHERE l.id = a.id AND l.grp = 2 RETURNING a.id, arr;
UPDATE u SET v = l.grp FROM l WHERE l.id = u.id RETURNING u.*;
UPDATE dropped SET v = c.note FROM c WHERE c.id = dropped.id RETURNING dropped.*, dropped;
UPDATE g SET base = g.base + c.w FROM c WHERE c.id = g.k RETURNING k, base, twice, n;
UPDATE c SET note = 'was null' FROM l WHERE c.c IS NULL AND l.id = 3 RETURNING c.*;
SELECT * FROM a ORDER BY k, id;
SELECT * FROM c ORDER BY id;
SELECT * FROM g ORDER BY k;
ROLLBACK;

-- Sub-queries.
BEGIN;
UPDATE a SET v = (SELECT max(w) FROM c WHERE c.id = a.id);
UPDATE a SET v = coalesce((SELECT sum(w) FROM c WHERE c.grp = a.k % 6), -1), t = (SELECT note FROM l WHERE l.id = a.id) WHERE id < 60 RETURNING id, v, t;
UPDATE a SET v = 0 WHERE id IN (SELECT id FROM c WHERE w > 9) RETURNING k, id;
UPDATE a SET v = 5 WHERE id NOT IN (SELECT id FROM c WHERE id IS NOT NULL) RETURNING id;
UPDATE a SET v = 6 WHERE EXISTS (SELECT 1 FROM c WHERE c.id = a.id AND c.w > a.k) RETURNING id;
UPDATE a SET v = 7 WHERE NOT EXISTS (SELECT 1 FROM l WHERE l.id = a.id) AND id < 10 RETURNING id;
UPDATE a SET v = v + 1 WHERE v > (SELECT avg(w) FROM c);
UPDATE a SET v = 8 WHERE (k, id) IN (SELECT k, id FROM a ORDER BY id DESC LIMIT 7) RETURNING k, id;
UPDATE a SET (v, t) = (SELECT c.w, c.note FROM c WHERE c.id = a.id) WHERE id BETWEEN 20 AND 35 RETURNING id, v, t;
UPDATE a SET (v, t) = (SELECT max(w), 'x' FROM c), m = 'happy' WHERE id = 50 RETURNING id, v, t, m;
UPDATE a SET (v, t) = (1, 'two'), (doc, arr) = (SELECT '[]'::jsonb, array_agg(id ORDER BY id) FROM l WHERE l.grp = a.k % 6) WHERE id > 110 RETURNING id, v, t, doc, arr;
UPDATE a SET v = 9 WHERE id = ANY (SELECT id FROM l) AND k > 5 RETURNING id, (SELECT count(*) FROM c), (SELECT note FROM l WHERE l.id = a.id);
UPDATE a SET t = (SELECT string_agg(name, ',' ORDER BY grp) FROM r WHERE factor > a.id / 40.0) RETURNING id, t;
SELECT sum(v), count(t), sum(length(t)) FROM a;
DELETE FROM a USING c WHERE c.id = a.id AND c.w > 6 RETURNING a.k, a.id, a.v, c.w, a.m, a.p, a.d;
DELETE FROM a USING l WHERE l.id = a.id AND l.note IS NULL RETURNING *;
DELETE FROM a WHERE id IN (SELECT id FROM c WHERE w = 1) RETURNING a;
DELETE FROM a WHERE NOT EXISTS (SELECT 1 FROM c WHERE c.id = a.id) AND k = 7 RETURNING id;
DELETE FROM a WHERE (k, id) IN (SELECT k, id FROM a ORDER BY v DESC NULLS LAST, id LIMIT 10) RETURNING id, (SELECT max(id) FROM c WHERE c.w = a.k % 13);
DELETE FROM c WHERE c IN (SELECT id FROM l) OR c IS NULL RETURNING c, id;
DELETE FROM u USING a WHERE a.id = u.id RETURNING u.id, u.uid;
DELETE FROM dropped USING l WHERE l.id = dropped.id RETURNING dropped.*, l.*;
DELETE FROM a WHERE id < 0 AND id IN (SELECT id FROM c) RETURNING id;
SELECT k, id, v FROM a ORDER BY k, id;
SELECT count(*), sum(id) FROM c;
ROLLBACK;

-- A row with several matches is changed once.
BEGIN;
-- @unordered
UPDATE a SET v = a.v + 1 FROM c WHERE c.grp = a.k % 6;
SELECT count(*), sum(v) FROM a;
UPDATE a SET v = 0 FROM l, r WHERE a.id < 20;
DELETE FROM a USING c, l WHERE a.id > 100;
SELECT count(*), sum(v) FROM a;
ROLLBACK;

-- CTEs, windows, functions of the user and volatile ones.
CREATE FUNCTION plus(numeric, int) RETURNS numeric LANGUAGE sql AS 'SELECT $1 + $2';
CREATE FUNCTION loud(x int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN x * 2; END';
BEGIN;
WITH x AS (SELECT k, id, row_number() OVER (ORDER BY v DESC NULLS LAST, id) n FROM a) UPDATE a SET v = x.n FROM x WHERE x.k = a.k AND x.id = a.id RETURNING a.id, a.v;
WITH x AS (SELECT grp, avg(w) w FROM c GROUP BY grp), y AS (SELECT id, w FROM l JOIN x USING (grp)) UPDATE a SET v = round(y.w, 3) FROM y WHERE y.id = a.id RETURNING a.id, v, (SELECT count(*) FROM x);
WITH RECURSIVE s AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM s WHERE n < 10) DELETE FROM a USING s WHERE s.n = a.id RETURNING id;
UPDATE a SET v = plus(v, 1) WHERE k < 5 RETURNING id, v, loud(id);
UPDATE a SET v = 1 WHERE loud(id) = 100 RETURNING id;
DELETE FROM a WHERE loud(k) = 6 RETURNING loud(id);
UPDATE a SET v = random() WHERE id > 60;
SELECT count(*) FROM a WHERE id > 60 AND v >= 0 AND v < 1;
UPDATE a SET v = random() FROM l WHERE l.id = a.id;
UPDATE a SET d = now(), t = current_user FROM c WHERE c.id = a.id;
SELECT count(*) FROM a WHERE d = now() AND t = current_user;
SELECT k, id FROM a ORDER BY 1, 2;
ROLLBACK;

-- The distribution column.
BEGIN;
UPDATE a SET k = k + 1000 WHERE id < 50;
SELECT * FROM a ORDER BY k, id;
UPDATE a SET k = 7 WHERE id % 10 = 3 RETURNING *;
UPDATE a SET k = 8, v = v + 1, t = upper(t) WHERE k = 7 RETURNING k, id, v, t, a;
UPDATE a SET k = a.id, v = c.w FROM c WHERE c.id = a.id AND c.w > 5 RETURNING a.k, a.id, c.w;
UPDATE a SET k = (SELECT max(id) FROM l) WHERE id = 5 RETURNING k;
UPDATE a SET k = k WHERE id = 6 RETURNING k;
UPDATE c SET c = NULL WHERE id < 10 RETURNING *;
UPDATE c SET c = id WHERE c IS NULL RETURNING c, id;
UPDATE u SET uid = md5(v::text)::uuid WHERE id < 20 RETURNING *;
UPDATE g SET k = k * 100 RETURNING k, base, twice, n;
UPDATE dropped SET k = k + 1 RETURNING *;
UPDATE b SET k = a.k, aid = a.id FROM a WHERE a.id = b.id + 30 RETURNING b.*;
SELECT * FROM a ORDER BY k, id;
SELECT * FROM c ORDER BY id;
SELECT * FROM u ORDER BY id;
SELECT * FROM g ORDER BY n;
SELECT * FROM dropped ORDER BY id;
SELECT a.k, a.id, b.id FROM a JOIN b ON b.k = a.k AND b.aid = a.id ORDER BY 1, 2, 3;
SELECT * FROM a WHERE k = 8 ORDER BY id;
ROLLBACK;
BEGIN;
SAVEPOINT s;
-- @error 23505
UPDATE a SET k = 3, id = 1 WHERE k IN (4, 5);
ROLLBACK TO s;
-- @error 23505
UPDATE b SET k = 3, id = 23 WHERE id = 1;
ROLLBACK TO s;
-- @error 23502
UPDATE a SET k = NULL WHERE id = 1;
ROLLBACK TO s;
-- @error 22012
UPDATE a SET k = k / (id - 77);
ROLLBACK TO s;
UPDATE a SET k = 50 WHERE id = 77;
SAVEPOINT s2;
UPDATE a SET k = 51 WHERE id = 77;
ROLLBACK TO s2;
SELECT k FROM a WHERE id = 77;
COMMIT;
UPDATE a SET k = 17 WHERE id = 77 RETURNING k, id;
SELECT count(*), sum(k), sum(id) FROM a;

-- Reference and local tables as targets.
BEGIN;
UPDATE r SET factor = x.n FROM (SELECT grp, count(*) n FROM c GROUP BY grp) x WHERE x.grp = r.grp RETURNING r.*, x.n;
UPDATE r SET name = l.note FROM l WHERE l.grp = r.grp AND l.id = r.grp * 3 RETURNING r.grp, r.name;
UPDATE r SET factor = random() WHERE grp < 5;
SELECT count(*) FROM r WHERE factor >= 0 AND factor < 1;
UPDATE r SET grp = grp + 100, factor = 0 WHERE grp IN (SELECT grp FROM c) RETURNING *;
DELETE FROM r USING a WHERE a.id = r.grp RETURNING r.grp, a.k;
DELETE FROM r WHERE factor < random() - 2;
UPDATE r2 SET v = a.id FROM a WHERE a.id = r2.v * 3 RETURNING r2.*;
UPDATE r2 SET b = b || c.note, v = NULL FROM c WHERE c.id = r2.a RETURNING r2.*, c.w;
DELETE FROM r2 WHERE a IN (SELECT id FROM c WHERE w = 3) RETURNING r2;
SELECT * FROM r2 ORDER BY a, b;
SELECT grp, name FROM r ORDER BY grp;
SELECT r2.a, r2.b, a.id FROM r2 JOIN a ON a.id = r2.a ORDER BY 1, 2, 3;
UPDATE l SET note = a.t FROM a WHERE a.id = l.id RETURNING l.*, a.k;
UPDATE l SET note = 'rows' FROM a JOIN c AS cc USING (id) WHERE a.id = l.id RETURNING l, a, cc, (a).p, (cc).note;
UPDATE l SET note = (SELECT note FROM c WHERE c.id = l.id), grp = (SELECT count(*) FROM a WHERE a.k = l.grp) RETURNING *;
UPDATE l SET grp = -1 WHERE id IN (SELECT id FROM a WHERE v > 50) RETURNING id;
DELETE FROM l USING c JOIN a ON a.id = c.id WHERE l.id = a.id AND c.w > 8 RETURNING l.id, c.w, a.k;
DELETE FROM l WHERE NOT EXISTS (SELECT 1 FROM a WHERE a.id = l.id) RETURNING *;
UPDATE l SET note = x.t FROM (SELECT id, t FROM a LEFT JOIN r ON r.grp = a.k) x WHERE x.id = l.id RETURNING l.id, note;
SELECT * FROM l ORDER BY id;
ROLLBACK;

-- INSERT with sub-queries in ON CONFLICT and RETURNING, and with functions of the user.
BEGIN;
INSERT INTO a (k, id, v) VALUES (1, 1, 5), (2, 2, 6), (500, 1, 7) ON CONFLICT (k, id) DO UPDATE SET v = excluded.v + (SELECT max(w) FROM c) RETURNING k, id, v;
INSERT INTO a (k, id, v) SELECT k, id, 1 FROM b WHERE id < 10 ON CONFLICT (k, id) DO UPDATE SET t = (SELECT note FROM l WHERE id = 3), v = a.v + 1 WHERE a.v < (SELECT avg(w) * 10 FROM c) RETURNING k, id, v, t;
INSERT INTO a (k, id, v) VALUES (1, 1, 5), (600, 1, 7) ON CONFLICT (k, id) DO UPDATE SET v = -1 WHERE a.id IN (SELECT id FROM c) RETURNING *;
INSERT INTO a (k, id) VALUES (700, 1), (701, 2) RETURNING id, (SELECT count(*) FROM a), (SELECT note FROM c WHERE c.id = a.id), loud(k), a;
INSERT INTO a (k, id) SELECT 800 + id, id FROM c WHERE id < 5 RETURNING (SELECT max(x.id) FROM l x WHERE x.id < a.k), k;
INSERT INTO a VALUES (1, 1) ON CONFLICT DO NOTHING RETURNING (SELECT 1);
INSERT INTO a SELECT * FROM a WHERE false RETURNING loud(id);
INSERT INTO r VALUES (50, 'fifty', 1) ON CONFLICT (grp) DO UPDATE SET name = 'again' RETURNING grp, (SELECT count(*) FROM a);
INSERT INTO r VALUES (1, 'one', 1) ON CONFLICT (grp) DO UPDATE SET factor = (SELECT sum(w) FROM c) RETURNING *;
INSERT INTO l VALUES (3, 1, 'x') ON CONFLICT (id) DO UPDATE SET grp = (SELECT max(w) FROM c) RETURNING *, (SELECT count(*) FROM a);
SELECT k, id, v, t FROM a ORDER BY k, id;
ROLLBACK;

-- Prepared statements, PL/pgSQL, parameters.
PREPARE up(int, text) AS UPDATE a SET t = $2 || c.note FROM c WHERE c.id = a.id AND c.w = $1 RETURNING a.id, a.t;
BEGIN;
EXECUTE up(1, 'a');
EXECUTE up(2, 'b');
EXECUTE up(3, NULL);
EXECUTE up(4, 'd');
EXECUTE up(5, 'e');
EXECUTE up(6, 'f');
EXECUTE up(7, 'g');
EXECUTE up(NULL, 'g');
ROLLBACK;
PREPARE move(int, int) AS UPDATE a SET k = $2 WHERE k = $1 RETURNING k, id;
BEGIN;
EXECUTE move(1, 2001);
EXECUTE move(2, 2002);
EXECUTE move(3, 3);
EXECUTE move(4, 2004);
EXECUTE move(5, 2005);
EXECUTE move(6, 2006);
EXECUTE move(7, 2007);
EXECUTE move(NULL, 1);
ROLLBACK;
-- @bind 5|30
DELETE FROM b USING c WHERE c.id = b.id AND c.w = $1 AND b.id < $2 RETURNING b.id;
CREATE FUNCTION change(n int) RETURNS SETOF int LANGUAGE plpgsql AS $$
DECLARE x int; total int := 0;
BEGIN
  FOR x IN UPDATE a SET v = c.w + n FROM c WHERE c.id = a.id AND c.w = n RETURNING a.id LOOP
    RETURN NEXT x;
  END LOOP;
  UPDATE a SET k = k + 10000 WHERE id = n;
  GET DIAGNOSTICS total = ROW_COUNT;
  RETURN NEXT total;
  BEGIN
    DELETE FROM a USING l WHERE l.id = a.id AND 1 / (a.id - a.id) = 1;
  EXCEPTION WHEN division_by_zero THEN RETURN NEXT -1;
  END;
  DELETE FROM a USING l WHERE l.id = a.id AND l.grp = n;
  IF FOUND THEN RETURN NEXT -2; END IF;
END $$;
BEGIN;
SELECT * FROM change(1) ORDER BY 1;
SELECT * FROM change(2) ORDER BY 1;
SELECT * FROM change(1000) ORDER BY 1;
SELECT k, id, v FROM a ORDER BY id;
ROLLBACK;
SELECT count(*), sum(v) FROM a;

-- Views, empty tables, errors.
CREATE VIEW av AS SELECT k, id, v, t AS label FROM a WHERE id < 100;
BEGIN;
UPDATE av SET label = c.note FROM c WHERE c.id = av.id RETURNING av.*;
DELETE FROM av WHERE id IN (SELECT id FROM l) RETURNING id;
UPDATE av SET k = 30 WHERE id = 50 RETURNING *;
SELECT * FROM av ORDER BY id;
ROLLBACK;
CREATE TABLE empty (k int, v int);
-- @cluster SELECT create_distributed_table('empty', 'k')
UPDATE empty SET v = c.w FROM c RETURNING *;
DELETE FROM empty WHERE v IN (SELECT id FROM c) RETURNING *;
UPDATE a SET v = empty.v FROM empty WHERE empty.k = a.id RETURNING a.id;
UPDATE empty SET k = k + 1 RETURNING k;
-- @error 22012
UPDATE a SET v = 1 / (c.w - c.w) FROM c WHERE c.id = a.id;
-- @error 21000
UPDATE a SET v = (SELECT w FROM c);
-- @error 23502
UPDATE a SET id = NULL FROM c WHERE c.id = a.id;
-- @error 23505
UPDATE a SET id = 1 FROM c WHERE c.id < 50 AND a.k = 3;
SELECT count(*), sum(v), sum(id) FROM a;
