-- Proves that rows whose distribution column is NULL are stored, found, joined, changed and moved like any others.
CREATE TABLE t (k int, id int, v text);
CREATE TABLE o (k int, id int);
CREATE TABLE x (c text, id int, w int);
CREATE TABLE r (id int PRIMARY KEY, name text);
-- @cluster SELECT create_distributed_table('t', 'k')
-- @cluster SELECT create_distributed_table('o', 'k', colocate_with => 't')
-- @cluster SELECT create_distributed_table('x', 'c', colocate_with => 'none')
-- @cluster SELECT create_reference_table('r')
INSERT INTO t VALUES (NULL, 1, 'a'), (1, 2, 'b'), (NULL, 3, NULL);
INSERT INTO t (id, v) VALUES (4, 'default');
INSERT INTO t SELECT NULLIF(g % 4, 0), g, 'g' || g FROM generate_series(5, 30) g;
INSERT INTO t VALUES (NULL, 31, 'returned') RETURNING *;
INSERT INTO o SELECT NULLIF(g % 5, 0), g FROM generate_series(1, 20) g;
INSERT INTO x SELECT NULLIF('c' || g % 3, 'c0'), g, g FROM generate_series(1, 12) g;
INSERT INTO r VALUES (1, 'one'), (3, 'three');
PREPARE ins(int, int) AS INSERT INTO t VALUES ($1, $2, 'prepared') RETURNING k, id;
EXECUTE ins(NULL, 101);
EXECUTE ins(1, 102);
EXECUTE ins(NULL, 103);
EXECUTE ins(NULL, 104);
EXECUTE ins(NULL, 105);
EXECUTE ins(NULL, 106);
EXECUTE ins(2, 107);
INSERT INTO t SELECT k, id + 200, v FROM t WHERE k IS NULL;
INSERT INTO o SELECT k, id FROM t WHERE v = 'prepared';
INSERT INTO t SELECT NULL, id, c FROM x WHERE id < 3;
SELECT * FROM t WHERE k IS NULL ORDER BY id;
SELECT count(*) FROM t WHERE k = NULL;
SELECT count(*), count(k) FROM t;
SELECT k, count(*) FROM t GROUP BY k ORDER BY k;
SELECT DISTINCT k FROM t ORDER BY k;
SELECT k, id FROM t ORDER BY k NULLS FIRST, id LIMIT 5;
SELECT t.id, o.id FROM t JOIN o ON t.k = o.k WHERE t.id < 10 ORDER BY 1, 2;
SELECT t.id, o.id FROM t LEFT JOIN o ON t.k = o.k WHERE t.id < 6 ORDER BY 1, 2;
SELECT t.id, o.id FROM t FULL JOIN o ON t.k = o.k AND t.id = o.id ORDER BY 1, 2;
SELECT t.id, o.id FROM t JOIN o ON t.k IS NOT DISTINCT FROM o.k AND t.id = o.id ORDER BY 1, 2;
SELECT id FROM t WHERE k IS NOT DISTINCT FROM NULL ORDER BY 1;
SELECT id FROM t WHERE k NOT IN (SELECT k FROM o WHERE k IS NOT NULL) ORDER BY 1;
SELECT id FROM t WHERE k NOT IN (SELECT k FROM o) ORDER BY 1;
SELECT id FROM t WHERE NOT EXISTS (SELECT 1 FROM o WHERE o.k = t.k) ORDER BY 1;
SELECT t.id, r.name FROM t LEFT JOIN r USING (id) WHERE k IS NULL ORDER BY 1;
SELECT t.id, x.c FROM t JOIN x ON x.id = t.id WHERE x.c IS NULL OR t.k IS NULL ORDER BY 1, 2;
SELECT k, id, count(*) OVER (PARTITION BY k) FROM t ORDER BY 2, 1;
SELECT k FROM t UNION SELECT k FROM o ORDER BY 1;
SELECT k, id FROM t INTERSECT SELECT k, id FROM o ORDER BY 2;
UPDATE t SET v = 'null' WHERE k IS NULL RETURNING id;
UPDATE t SET v = x.w::text FROM x WHERE x.id = t.id AND t.k IS NULL RETURNING t.id, t.v, x.c;
UPDATE t SET k = 3 WHERE k IS NULL AND id < 20 RETURNING k, id;
UPDATE t SET k = NULL WHERE k = 1 RETURNING k, id;
UPDATE t SET k = NULL WHERE k IS NULL;
UPDATE x SET c = NULL WHERE id > 10 RETURNING *;
MERGE INTO t USING x ON t.id = x.id WHEN MATCHED THEN UPDATE SET k = NULL, v = x.c WHEN NOT MATCHED THEN INSERT VALUES (NULL, x.id, x.c);
WITH d AS (DELETE FROM t WHERE k IS NULL AND id > 100 RETURNING *) INSERT INTO o SELECT k, id FROM d RETURNING *;
DELETE FROM t USING o WHERE t.k IS NULL AND o.k IS NULL AND t.id = o.id RETURNING t.id;
DELETE FROM o WHERE k IS NULL;
SELECT * FROM t ORDER BY id, k, v;
SELECT * FROM o ORDER BY id, k;
BEGIN;
SELECT id FROM t WHERE k IS NULL ORDER BY id FOR UPDATE;
SAVEPOINT s;
DELETE FROM t WHERE k IS NULL;
ROLLBACK TO s;
COMMIT;
CREATE FUNCTION add(int, int) RETURNS SETOF t LANGUAGE plpgsql AS 'BEGIN RETURN QUERY INSERT INTO t VALUES ($1, $2, ''added'') RETURNING *; END';
SELECT * FROM add(NULL, 900);
SELECT * FROM add(2, 901);
ALTER TABLE t ALTER COLUMN v SET DEFAULT 'd';
INSERT INTO t DEFAULT VALUES RETURNING *;
CREATE UNIQUE INDEX ON t (k, id);
INSERT INTO t VALUES (NULL, 900, 'again') ON CONFLICT (k, id) DO UPDATE SET v = 'never' RETURNING *;
INSERT INTO t VALUES (2, 901, 'again') ON CONFLICT (k, id) DO UPDATE SET v = 'once' RETURNING *;
SELECT count(*), count(k), sum(id) FROM t;
-- @error 23502
ALTER TABLE t ALTER COLUMN k SET NOT NULL;
DELETE FROM t WHERE k IS NULL;
ALTER TABLE t ALTER COLUMN k SET NOT NULL;
-- @error 23502
INSERT INTO t VALUES (NULL, 1);
-- @error 23502
UPDATE t SET k = NULL WHERE id = 901;
SELECT count(*), count(k), sum(id) FROM t;

-- A row of nulls IS NULL, and lies elsewhere than a null.
CREATE TYPE pt AS (x int, y text);
CREATE TYPE inner_row AS (p pt);
CREATE TABLE kp (k pt, id int, UNIQUE (k, id));
-- @cluster SELECT create_distributed_table('kp', 'k', colocate_with => 'none')
INSERT INTO kp VALUES (ROW(1, 'a'), 1), (ROW(NULL, NULL), 2), (NULL, 3), (ROW(4, NULL), 4), (ROW(NULL, 'e'), 5);
INSERT INTO kp SELECT ROW(g, 'g' || g)::pt, g FROM generate_series(10, 40) g;
SELECT id FROM kp WHERE k IS NULL ORDER BY id;
SELECT id FROM kp WHERE (k IS NULL) IS TRUE ORDER BY id;
SELECT id FROM kp WHERE NOT (k IS NOT NULL) ORDER BY id;
SELECT id FROM kp WHERE NOT (k IS NULL) AND id < 10 ORDER BY id;
SELECT id FROM kp WHERE k IS NOT NULL AND id < 12 ORDER BY id;
SELECT id FROM kp WHERE k IS NOT DISTINCT FROM NULL ORDER BY id;
SELECT id FROM kp WHERE k IS NULL OR k = ROW(1, 'a')::pt ORDER BY id;
SELECT id FROM kp WHERE k IS NULL AND k = ROW(NULL, NULL)::pt ORDER BY id;
SELECT k IS NULL AS n, k IS NOT NULL AS f, count(*) FROM kp GROUP BY k IS NULL, f HAVING k IS NULL OR count(*) > 1 ORDER BY 1, 2;
SELECT id FROM (SELECT k IS NULL AS n, id FROM kp) s WHERE n ORDER BY id;
SELECT a.id, b.id FROM kp a JOIN kp b ON a.id = b.id WHERE a.k IS NULL AND b.k IS NULL ORDER BY 1;
SELECT id FROM kp WHERE k IN (SELECT k FROM kp WHERE k IS NULL) ORDER BY id;
PREPARE null_rows(pt) AS SELECT id FROM kp WHERE k IS NULL OR k = $1 ORDER BY id;
EXECUTE null_rows(ROW(10, 'g10'));
CREATE UNIQUE INDEX kp_null ON kp (k, id, (k IS NULL)) WHERE k IS NULL;
INSERT INTO kp VALUES (ROW(NULL, NULL), 2) ON CONFLICT (k, id, (k IS NULL)) WHERE k IS NULL DO NOTHING;
INSERT INTO kp VALUES (ROW(NULL, NULL), 2) ON CONFLICT (k, id) DO UPDATE SET id = 6 WHERE kp.k IS NULL RETURNING id;
UPDATE kp SET id = id + 100 WHERE k IS NULL RETURNING id;
DELETE FROM kp WHERE k IS NULL RETURNING id;
SELECT count(*) FROM kp WHERE k IS NULL;
INSERT INTO kp VALUES (ROW(NULL, NULL), 2), (NULL, 3);
MERGE INTO kp USING (VALUES (2), (3)) v (id) ON kp.id = v.id WHEN MATCHED AND k IS NULL THEN UPDATE SET id = kp.id + 1000;
SELECT id FROM kp WHERE k IS NULL ORDER BY id;
-- Below a local table that is partitioned.
CREATE TABLE tp (k pt, id int) PARTITION BY RANGE (id);
CREATE TABLE tp1 PARTITION OF tp FOR VALUES FROM (0) TO (10);
CREATE TABLE tp2 PARTITION OF tp FOR VALUES FROM (10) TO (20);
-- @cluster SELECT create_distributed_table('tp1', 'k', colocate_with => 'kp')
INSERT INTO tp VALUES (ROW(NULL, NULL), 2), (NULL, 3), (ROW(1, 'a'), 4), (ROW(NULL, NULL), 12), (NULL, 13);
SELECT id FROM tp WHERE k IS NULL ORDER BY id;
DELETE FROM tp WHERE k IS NULL AND id <> 3;
SELECT id FROM tp ORDER BY id;
