-- Proves that UPDATE, DELETE and TRUNCATE change exactly the rows that PostgreSQL changes: routed, fanned out,
-- with FROM and USING, with RETURNING, on distributed and reference tables.
CREATE TABLE t (k int, id int, v numeric, s text, n int DEFAULT 7, PRIMARY KEY (k, id));
CREATE TABLE o (k int, tid int, w int);
CREATE TABLE z (c int, id int, w int);
CREATE TABLE ref (id int PRIMARY KEY, f int, s text);
CREATE TABLE loc (id int, s text);
-- @cluster SELECT create_distributed_table('t', 'k')
-- @cluster SELECT create_distributed_table('o', 'k', colocate_with => 't')
-- @cluster SELECT create_distributed_table('z', 'c', colocate_with => 'none')
-- @cluster SELECT create_reference_table('ref')
INSERT INTO t SELECT g % 20, g, g * 1.5, 's' || g % 7 FROM generate_series(1, 200) g;
INSERT INTO o SELECT g % 20, g, g % 11 FROM generate_series(1, 200, 3) g;
INSERT INTO z SELECT g % 13, g, g % 5 FROM generate_series(1, 60) g;
INSERT INTO ref SELECT g, g * 10, 'r' || g FROM generate_series(0, 9) g;
INSERT INTO loc SELECT g, 'l' || g FROM generate_series(1, 30) g;

-- Routed.
UPDATE t SET v = 0 WHERE k = 3 AND id = 23;
UPDATE t SET v = v + 1, s = s || '!' WHERE k = 3 RETURNING id, v, s;
UPDATE t SET v = 1 WHERE k = 999;
UPDATE t SET (v, s) = (5, 'multi') WHERE k = 4 AND id = 24 RETURNING *;
UPDATE t SET n = DEFAULT, s = NULL WHERE k = 4 AND id = 44 RETURNING n, s;
UPDATE t SET v = (SELECT max(v) FROM t WHERE k = 5) WHERE k = 5 AND id = 25 RETURNING v;
UPDATE t AS x SET v = x.v * 2 WHERE x.k = 6 RETURNING x.id, x.v;
UPDATE t SET v = o.w FROM o WHERE t.k = o.k AND t.id = o.tid AND t.k = 7 RETURNING t.id, t.v, o.w;
UPDATE t SET v = ref.f FROM ref WHERE t.k = 8 AND ref.id = t.id % 10 RETURNING t.id, t.v;
UPDATE t SET id = id + 1000 WHERE k = 9 AND id = 29 RETURNING k, id;
DELETE FROM t WHERE k = 10 AND id = 30;
DELETE FROM t WHERE k = 10 AND id > 150 RETURNING id, v;
DELETE FROM t USING o WHERE t.k = o.k AND t.id = o.tid AND t.k = 11 RETURNING t.id, o.w;
DELETE FROM t WHERE k = 12 AND id IN (SELECT tid FROM o WHERE k = 12);
SELECT * FROM t WHERE k BETWEEN 3 AND 12 ORDER BY k, id;
-- @error 22012
UPDATE t SET v = v / (id - 23) WHERE k = 3;
-- @error 23505
UPDATE t SET id = 43 WHERE k = 3 AND id = 23;
-- @error 23502
UPDATE t SET id = NULL WHERE k = 3;
-- @error 42703
UPDATE t SET nope = 1 WHERE k = 3;
PREPARE up(int, numeric) AS UPDATE t SET v = $2 WHERE k = $1 AND id < 60 RETURNING id, v;
EXECUTE up(1, 10);
EXECUTE up(2, 20);
EXECUTE up(3, 30);
EXECUTE up(4, 40);
EXECUTE up(5, 50);
EXECUTE up(6, 60);
EXECUTE up(7, NULL);
EXECUTE up(NULL, 1);
-- @bind 2|changed
UPDATE t SET s = $2 WHERE k = $1;
PREPARE del(int) AS DELETE FROM t WHERE k = 13 AND id = $1;
EXECUTE del(33);
EXECUTE del(53);
EXECUTE del(73);
EXECUTE del(93);
EXECUTE del(113);
EXECUTE del(133);
EXECUTE del(9);

-- Fanned out.
UPDATE t SET n = id % 5;
SELECT n, count(*) FROM t GROUP BY n;
UPDATE t SET s = upper(s), v = v + n WHERE id % 3 = 0;
UPDATE t SET v = -v WHERE s = 'S1' RETURNING k, id, v;
UPDATE t SET v = 0 WHERE k IN (1, 2, 3) AND id > 100;
UPDATE t SET v = t.v + o.w FROM o WHERE t.k = o.k AND t.id = o.tid;
UPDATE t SET s = ref.s FROM ref WHERE ref.id = t.n AND t.id > 150;
UPDATE t SET v = sub.total FROM (SELECT k, sum(w) total FROM o GROUP BY k) sub WHERE sub.k = t.k AND t.id < 20;
UPDATE t SET v = (SELECT count(*) FROM o WHERE o.k = t.k) WHERE id BETWEEN 20 AND 40;
UPDATE t SET v = 1 WHERE EXISTS (SELECT 1 FROM o WHERE o.k = t.k AND o.tid = t.id AND o.w > 8);
UPDATE t SET v = v WHERE false;
SELECT * FROM t;
-- @error 22012
UPDATE t SET v = 1 / (id - 77);
-- @error 22P02
UPDATE t SET n = s::int;
SELECT count(*), sum(v), sum(n) FROM t;
DELETE FROM t WHERE id % 10 = 7;
DELETE FROM t WHERE v > 250 RETURNING k, id;
DELETE FROM t USING o WHERE t.k = o.k AND t.id = o.tid AND o.w = 2;
DELETE FROM t USING ref WHERE ref.id = t.n AND ref.f = 30 AND t.id < 50;
DELETE FROM t WHERE NOT EXISTS (SELECT 1 FROM o WHERE o.k = t.k);
DELETE FROM o WHERE w IS NULL;
SELECT count(*), sum(id), sum(v) FROM t;
UPDATE t SET n = n + 1 FROM z WHERE z.id = t.id AND z.w = 1;
UPDATE t SET s = loc.s FROM loc WHERE loc.id = t.id;
UPDATE t SET v = 3 WHERE id IN (SELECT id FROM z WHERE w = 2);
DELETE FROM t WHERE id IN (SELECT id FROM loc WHERE id < 10);
DELETE FROM t USING z WHERE z.id = t.id AND z.w = 4;
UPDATE loc SET s = 'from t' FROM t WHERE t.id = loc.id;
DELETE FROM loc WHERE id IN (SELECT id FROM t WHERE k = 5);
SELECT * FROM loc;
SELECT * FROM t;
WITH gone AS (DELETE FROM t WHERE k = 14 RETURNING id, v) SELECT count(*), sum(v) FROM gone;
WITH up AS (UPDATE t SET v = 0 WHERE k = 15 RETURNING *) SELECT id FROM up ORDER BY id;
WITH gone AS (DELETE FROM o WHERE k = 16 RETURNING *) INSERT INTO o SELECT k, tid, 100 FROM gone;
SELECT count(*), sum(w) FROM o;

-- Changes of the distribution column: PostgreSQL allows them.
UPDATE t SET k = k + 1 WHERE k = 3;
UPDATE t SET k = 4;
UPDATE t SET k = k WHERE k = 3;

-- Row locks.
BEGIN;
SELECT id FROM t WHERE k = 3 ORDER BY id FOR UPDATE;
SELECT id FROM t WHERE k = 3 AND id > 100 ORDER BY id FOR SHARE;
COMMIT;
BEGIN;
SELECT count(*) FROM (SELECT id FROM t FOR UPDATE) s;
ROLLBACK;

-- Reference tables.
UPDATE ref SET f = f + 1 WHERE id < 3 RETURNING *;
UPDATE ref SET s = NULL;
DELETE FROM ref WHERE id = 9 RETURNING id;
UPDATE ref SET f = t.n FROM t WHERE t.id = 110 AND ref.id = 1;
DELETE FROM ref USING loc WHERE loc.id = ref.id AND ref.id = 8;
-- @error 23505
UPDATE ref SET id = 1 WHERE id = 2;
SELECT * FROM ref;
SELECT t.k, count(*) FROM t JOIN ref ON ref.id = t.n GROUP BY t.k ORDER BY t.k;

-- TRUNCATE.
BEGIN;
TRUNCATE t;
SELECT count(*) FROM t;
ROLLBACK;
SELECT count(*) FROM t;
TRUNCATE t, o;
SELECT count(*) FROM t;
SELECT count(*) FROM o;
TRUNCATE ref;
SELECT count(*) FROM ref;
INSERT INTO t VALUES (1, 1, 1, 'after', 1) RETURNING *;
