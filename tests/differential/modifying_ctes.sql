-- Proves that data-modifying CTEs over distributed, reference and local tables run once and wholly, and that every
-- part of a statement sees the same data.
CREATE TABLE a (k int, id int, v int, PRIMARY KEY (k, id));
CREATE TABLE b (k int, id int, aid int);
CREATE TABLE c (c int, id int, w int);
CREATE TABLE r (grp int PRIMARY KEY, name text);
CREATE TABLE l (id int PRIMARY KEY, note text);
-- @cluster SELECT create_distributed_table('a', 'k')
-- @cluster SELECT create_distributed_table('b', 'k', colocate_with => 'a')
-- @cluster SELECT create_distributed_table('c', 'c', colocate_with => 'none')
-- @cluster SELECT create_reference_table('r')
INSERT INTO a SELECT i % 10, i, i FROM generate_series(1, 60) i;
INSERT INTO b SELECT i % 10, i, i * 2 FROM generate_series(1, 40) i;
INSERT INTO c SELECT i % 7, i, i % 5 FROM generate_series(1, 40) i;
INSERT INTO r SELECT i, 'r' || i FROM generate_series(1, 6) i;
INSERT INTO l SELECT i, 'l' || i FROM generate_series(1, 20) i;
BEGIN;
WITH d AS (DELETE FROM a WHERE id < 20 RETURNING *) INSERT INTO b SELECT k, 1000 + id, v FROM d;
SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b);
WITH d AS (DELETE FROM a WHERE id < 30 RETURNING *), i AS (INSERT INTO c SELECT k, id, v FROM d RETURNING *) SELECT count(*), sum(w) FROM i;
WITH d AS (DELETE FROM a WHERE id < 40) SELECT count(*) FROM a;
SELECT count(*) FROM a;
WITH u AS (UPDATE a SET v = 0 RETURNING id, v) SELECT sum(a.v), (SELECT sum(v) FROM u), (SELECT count(*) FROM u) FROM a;
SELECT sum(v) FROM a;
WITH u AS (UPDATE a SET v = v + 5 WHERE id > 50 RETURNING *) SELECT u.id, u.v AS new, a.v AS old FROM u JOIN a ON a.k = u.k AND a.id = u.id ORDER BY 1;
WITH u AS (UPDATE a SET k = k + 100 WHERE id = 55 RETURNING *) SELECT u.k, a.k FROM u JOIN a USING (id);
WITH i AS (INSERT INTO a VALUES (1, 2001, 1), (2, 2002, 2), (3, 2003, 3) RETURNING id) SELECT i.id, (SELECT count(*) FROM a WHERE a.id = i.id), (SELECT count(*) FROM a) FROM i ORDER BY 1;
WITH i AS (INSERT INTO a VALUES (4, 2004, 1) RETURNING *), j AS (INSERT INTO b SELECT k, id, v FROM i RETURNING *), k AS (INSERT INTO c SELECT k, id, aid FROM j RETURNING *) SELECT * FROM k;
WITH x AS (DELETE FROM c WHERE w = 1 RETURNING *), y AS (UPDATE b SET aid = -1 FROM x WHERE x.id = b.id RETURNING b.*), z AS (INSERT INTO l SELECT 5000 + id, 'from y' FROM y RETURNING *) SELECT (SELECT count(*) FROM x), (SELECT count(*) FROM y), (SELECT count(*) FROM z), (SELECT count(*) FROM c), (SELECT count(*) FROM l);
SELECT * FROM a ORDER BY k, id;
SELECT * FROM b ORDER BY k, id;
SELECT * FROM c ORDER BY c, id;
SELECT * FROM l ORDER BY id;
ROLLBACK;
-- CTEs of local tables beside a level that the nodes compute.
WITH x AS (SELECT count(*) n FROM l) SELECT count(*), (SELECT n FROM x) FROM a WHERE v > 3;
WITH x AS (SELECT count(*) n FROM l), y AS (SELECT k, count(*) n FROM b GROUP BY k) SELECT a.id, y.n, (SELECT n FROM x) FROM a JOIN y USING (k) WHERE a.id < 5 ORDER BY 1;
WITH x AS (SELECT k FROM b WHERE id < 9), y AS (SELECT x.k, count(*) n FROM x GROUP BY x.k), z AS (SELECT 1 FROM l) SELECT a.id, y.n FROM a JOIN y USING (k) WHERE a.id < 20 AND EXISTS (SELECT 1 FROM z) ORDER BY 1;
-- Parts that nobody reads, or not to their end.
BEGIN;
WITH d AS (DELETE FROM a WHERE id < 10 RETURNING id) SELECT 1;
WITH d AS (DELETE FROM a WHERE id < 20 RETURNING id) SELECT id > 0 FROM d LIMIT 1;
WITH d AS (UPDATE c SET w = 9), e AS (INSERT INTO r VALUES (70, 'x')), f AS (DELETE FROM l WHERE id > 10) SELECT count(*) FROM c WHERE w = 9;
WITH d AS (DELETE FROM a WHERE id < 25 RETURNING id) SELECT 1 WHERE false;
WITH d AS (DELETE FROM a WHERE id < 30 RETURNING id) SELECT x.id, y.id FROM d x JOIN d y USING (id) ORDER BY 1;
SELECT count(*) FROM a;
SELECT count(*) FROM c WHERE w = 9;
SELECT * FROM r ORDER BY grp;
SELECT count(*) FROM l;
ROLLBACK;
-- Beside other writes.
BEGIN;
WITH d AS (DELETE FROM c WHERE id < 20 RETURNING *) UPDATE a SET v = d.w FROM d WHERE d.id = a.id RETURNING a.*, d.c;
WITH d AS (UPDATE c SET w = w + 100 RETURNING *) DELETE FROM a USING d WHERE d.id = a.id AND d.w > 102 RETURNING a.id, d.w;
WITH d AS (DELETE FROM b WHERE id > 30 RETURNING *) INSERT INTO a (k, id, v) SELECT k, id, 7 FROM d ON CONFLICT (k, id) DO UPDATE SET v = excluded.v RETURNING *;
WITH s AS (SELECT id, w FROM c), d AS (DELETE FROM l USING s WHERE s.id = l.id RETURNING l.*) INSERT INTO r SELECT 100 + id, note FROM d RETURNING *;
WITH n AS (INSERT INTO r VALUES (200, 'new') RETURNING *) UPDATE a SET v = n.grp FROM n WHERE a.k = 3 RETURNING a.id, v;
WITH n AS (UPDATE r SET name = name || '!' WHERE grp < 3 RETURNING *) SELECT n.name, r.name FROM n JOIN r USING (grp) ORDER BY 1;
WITH n AS (DELETE FROM r WHERE grp = 4 RETURNING *) INSERT INTO l SELECT 300 + grp, name FROM n RETURNING *;
WITH n AS (UPDATE l SET note = 'seen' WHERE id < 5 RETURNING id) UPDATE a SET v = -1 FROM n WHERE n.id = a.id RETURNING a.id;
WITH n AS (DELETE FROM a WHERE id > 50 RETURNING id, v) UPDATE l SET note = n.v::text FROM n WHERE n.id = l.id + 40 RETURNING l.*;
WITH n AS (DELETE FROM a WHERE id > 40 RETURNING id, v) DELETE FROM l USING n WHERE n.id = l.id + 30 RETURNING l.*;
WITH d AS (DELETE FROM c WHERE id > 30 RETURNING *) MERGE INTO a USING d ON d.id = a.id WHEN MATCHED THEN UPDATE SET v = d.w WHEN NOT MATCHED THEN INSERT VALUES (d.c, 3000 + d.id, d.w);
SELECT * FROM a ORDER BY k, id;
SELECT * FROM b ORDER BY k, id;
SELECT * FROM c ORDER BY c, id;
SELECT * FROM r ORDER BY grp;
SELECT * FROM l ORDER BY id;
ROLLBACK;
-- Reads beside writes see what was there before, even where they come late.
BEGIN;
WITH d AS (DELETE FROM a RETURNING id) SELECT d.id, (SELECT count(*) FROM a), (SELECT max(v) FROM a WHERE a.id <= d.id) FROM d ORDER BY 1;
SELECT count(*) FROM a;
ROLLBACK;
BEGIN;
WITH d AS (DELETE FROM a WHERE id > 30 RETURNING id) SELECT id FROM a EXCEPT SELECT id FROM d ORDER BY 1;
WITH d AS (DELETE FROM a WHERE id > 20 RETURNING id) SELECT count(*) FROM a LEFT JOIN d USING (id) WHERE d.id IS NULL;
WITH d AS (INSERT INTO c SELECT 1, id, 1 FROM a RETURNING id) SELECT count(*), (SELECT count(*) FROM c), (SELECT count(*) FROM d x JOIN c USING (id)) FROM d;
WITH d AS (UPDATE c SET w = 50 RETURNING id), e AS (SELECT sum(w) s FROM c) SELECT count(*), (SELECT s FROM e) FROM d;
ROLLBACK;
BEGIN;
WITH d AS (DELETE FROM a WHERE id < 15 RETURNING k, id) SELECT d.id, x.w FROM d, LATERAL (SELECT w FROM c WHERE c.id > d.id ORDER BY w, id LIMIT 1) x ORDER BY 1;
WITH d AS (DELETE FROM a WHERE id < 20 RETURNING k, id) SELECT d.id, (SELECT count(*) FROM a WHERE a.k = d.k), (SELECT count(*) FROM b WHERE b.k = d.k AND b.id < d.id) FROM d ORDER BY 1;
ROLLBACK;
-- The same row changed twice in a statement is changed once.
BEGIN;
WITH d AS (DELETE FROM a WHERE id < 10 RETURNING id), e AS (DELETE FROM a WHERE id < 10 RETURNING id) SELECT (SELECT count(*) FROM d) + (SELECT count(*) FROM e);
SELECT count(*) FROM a;
ROLLBACK;
PREPARE p(int) AS WITH d AS (DELETE FROM a WHERE id = $1 RETURNING *) INSERT INTO c SELECT k, id, v FROM d RETURNING *;
EXECUTE p(1);
EXECUTE p(2);
EXECUTE p(3);
EXECUTE p(4);
EXECUTE p(5);
EXECUTE p(6);
EXECUTE p(7);
EXECUTE p(7);
CREATE FUNCTION shift(n int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE total bigint;
BEGIN
  WITH d AS (DELETE FROM a WHERE id < n RETURNING *), i AS (INSERT INTO b SELECT k, id + 500, v FROM d RETURNING 1) SELECT count(*) INTO total FROM i;
  RETURN total;
END $$;
SELECT shift(15);
SELECT shift(15);
BEGIN;
SAVEPOINT s;
-- @error 23505
WITH d AS (DELETE FROM b RETURNING *) INSERT INTO a SELECT 1, 1, 1 FROM d;
ROLLBACK TO s;
-- @error 22012
WITH d AS (DELETE FROM b RETURNING *), u AS (UPDATE a SET v = v / (v - v)) SELECT count(*) FROM d;
ROLLBACK TO s;
SELECT count(*) FROM b;
COMMIT;
CREATE VIEW counted AS SELECT count(*) n FROM a;
WITH d AS (DELETE FROM a WHERE id > 55 RETURNING 1) SELECT n FROM counted;
SELECT n FROM counted;
CREATE TABLE kept AS WITH x AS (SELECT id FROM a WHERE id > 50) SELECT * FROM x;
SELECT count(*) FROM kept;
SELECT count(*), sum(v) FROM a;
SELECT count(*), sum(aid) FROM b;
SELECT count(*), sum(w) FROM c;
