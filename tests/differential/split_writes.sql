-- Proves that writes through a local table reach its distributed partitions and heirs, and those through a distributed table its heirs.
CREATE TABLE pr (a int, b text DEFAULT 'parent', c int, PRIMARY KEY (a, c)) PARTITION BY LIST (a);
CREATE TABLE pr1 PARTITION OF pr FOR VALUES IN (1, 2);
CREATE TABLE p3 (c int NOT NULL, junk int, a int NOT NULL, b text DEFAULT 'own');
ALTER TABLE p3 DROP COLUMN junk;
CREATE TABLE p4 (a int NOT NULL, b text, c int NOT NULL);
-- @cluster SELECT create_distributed_table('p3', 'c', shard_count => 8)
-- @cluster SELECT create_distributed_table('p4', 'a', shard_count => 8)
ALTER TABLE pr ATTACH PARTITION p3 FOR VALUES IN (3);
ALTER TABLE pr ATTACH PARTITION p4 FOR VALUES IN (4, NULL);
INSERT INTO pr VALUES (3, 'x', 1);
INSERT INTO pr VALUES (3, 'x', 2), (1, 'y', 1), (3, 'z', 3), (2, 'w', 2), (4, 'v', 4);
SELECT tableoid::regclass::text, * FROM pr ORDER BY a, c;
INSERT INTO pr SELECT 3 + g % 2, 'g' || g, g FROM generate_series(10, 16) g RETURNING *, tableoid::regclass::text;
INSERT INTO pr (a, c) VALUES (3, 20), (1, 20) RETURNING pr;
INSERT INTO pr (a, c) SELECT a, c + 100 FROM pr WHERE c < 3 RETURNING a, b, c;
-- @error 23505
INSERT INTO pr VALUES (3, 'x', 1);
-- @error 23514
INSERT INTO pr VALUES (7, 'x', 1);
-- @error 23514
INSERT INTO pr VALUES (3, 'x', 999), (7, 'x', 1);
SELECT count(*) FROM pr WHERE c = 999;
INSERT INTO pr VALUES (3, 'dup', 1), (1, 'dup', 1), (3, 'new', 77) ON CONFLICT DO NOTHING;
INSERT INTO pr VALUES (3, 'dup', 1), (1, 'dup', 1), (3, 'new', 78) ON CONFLICT (a, c) DO UPDATE SET b = excluded.b || pr.b RETURNING *;
INSERT INTO pr VALUES (3, 'again', 1), (1, 'again', 1) ON CONFLICT ON CONSTRAINT pr_pkey DO UPDATE SET b = excluded.b || pr.b WHERE pr.c = 1 RETURNING *;
UPDATE pr SET b = b || '!' WHERE c < 3;
UPDATE pr SET b = b || '?' WHERE c < 3 RETURNING *, tableoid::regclass::text;
UPDATE pr p SET b = (SELECT count(*) FROM pr q WHERE q.c = p.c) WHERE c < 12;
DELETE FROM pr WHERE c = 2 RETURNING pr;
DELETE FROM pr WHERE c > 101;
WITH w AS (INSERT INTO pr VALUES (3, 'w', 100), (1, 'w', 100) RETURNING *) SELECT count(*), sum(c) FROM w;
WITH w AS (DELETE FROM pr WHERE c = 100 RETURNING *) INSERT INTO pr SELECT a, b, c + 1000 FROM w;
WITH w AS (UPDATE pr SET b = 'cte' WHERE c > 1000 RETURNING c), v AS (SELECT 5 AS n) SELECT sum(c + n) FROM w, v;
WITH v AS (SELECT 'v' || n AS s, n FROM generate_series(10, 12) n) UPDATE pr SET b = s FROM v WHERE n = c;
SELECT tableoid::regclass::text, * FROM pr ORDER BY a, c;
PREPARE ins(int, int) AS INSERT INTO pr VALUES ($1, 'p', $2);
EXECUTE ins(3, 200);
EXECUTE ins(1, 200);
EXECUTE ins(4, 201);
EXECUTE ins(3, 202);
EXECUTE ins(3, 203);
EXECUTE ins(3, 204);
EXECUTE ins(1, 205);
PREPARE del(int) AS DELETE FROM pr WHERE c = $1 RETURNING a;
EXECUTE del(200);
EXECUTE del(201);
UPDATE pr SET b = x.b FROM pr1 x WHERE x.c = pr.c AND x.a <> pr.a;
UPDATE pr1 SET b = pr.b FROM pr WHERE pr.c = pr1.c + 1;
DELETE FROM pr1 USING pr WHERE pr.c = pr1.c AND pr.a = 3;
DELETE FROM pr USING pr1 x WHERE x.c = pr.c;
SELECT tableoid::regclass::text, * FROM pr ORDER BY a, c;
DO $$ DECLARE n int; BEGIN
  INSERT INTO pr VALUES (3, 'do', 300) RETURNING c INTO n;
  UPDATE pr SET b = 'done' WHERE c = n;
  FOR i IN 301..303 LOOP INSERT INTO pr VALUES (1 + i % 4, 'loop', i); END LOOP;
END $$;
SELECT * FROM pr WHERE c >= 300 ORDER BY c;
BEGIN;
INSERT INTO pr VALUES (3, 'gone', 400), (1, 'gone', 400);
SAVEPOINT s;
DELETE FROM pr;
SELECT count(*) FROM pr;
ROLLBACK TO s;
SELECT count(*) FROM pr WHERE c = 400;
ROLLBACK;
SELECT count(*) FROM pr WHERE c = 400;
CREATE VIEW pv AS SELECT c AS x, a, b FROM pr;
INSERT INTO pv VALUES (500, 3, 'view'), (500, 1, 'view') RETURNING *;
UPDATE pv SET b = 'viewed' WHERE x = 500;
DELETE FROM pv WHERE x = 500 RETURNING a, b;
-- Rows move between what is local and what is distributed, and between distributed tables.
INSERT INTO pr SELECT 1 + g % 4, 'move' || g, 700 + g FROM generate_series(1, 12) g;
UPDATE pr SET a = 3 WHERE c = 704 RETURNING *, tableoid::regclass::text;
UPDATE pr SET a = a % 4 + 1 WHERE c > 700;
SELECT tableoid::regclass::text, * FROM pr WHERE c > 700 ORDER BY c;
UPDATE pr SET a = a % 4 + 1, c = c + 100, b = b || a WHERE c > 700 RETURNING *, tableoid::regclass::text;
SELECT tableoid::regclass::text, * FROM pr WHERE c > 700 ORDER BY c;
WITH w AS (UPDATE pr SET a = 4 WHERE c > 810 RETURNING a, c) SELECT * FROM w ORDER BY c;
UPDATE pr p SET a = 1 WHERE c > 700 AND EXISTS (SELECT FROM pr q WHERE q.c = p.c - 1 AND q.a = 4);
-- @error 23514
UPDATE pr SET a = 9 WHERE c > 700;
-- @error 23505
UPDATE pr SET a = 3, c = 1000 WHERE c > 700;
PREPARE move(int, int) AS UPDATE pr SET a = $1 WHERE c = $2;
EXECUTE move(1, 805);
EXECUTE move(3, 805);
EXECUTE move(3, 806);
EXECUTE move(4, 806);
EXECUTE move(4, 807);
EXECUTE move(2, 807);
SELECT tableoid::regclass::text, * FROM pr WHERE c > 700 ORDER BY c;
UPDATE pr SET a = 3 FROM p4 x WHERE x.c = pr.c AND x.c = 806;
UPDATE pr SET a = 3 + (random() / 100)::int WHERE c = 801;
UPDATE pr SET a = 1 + (random() / 100)::int WHERE c = 801;
SELECT tableoid::regclass::text, * FROM pr WHERE c = 801;
DELETE FROM pr WHERE c > 700;
COPY pr FROM STDIN;
3	copied	900
1	copied	900
4	copied	901
\.
COPY pr (c, a) FROM STDIN (FORMAT csv) WHERE c < 903;
902,3
903,3
902,2
\.
-- @error 23514
COPY pr (c, a) FROM STDIN (FORMAT csv);
904,3
904,9
\.
SELECT tableoid::regclass::text, * FROM pr WHERE c >= 900 ORDER BY c, a;
DELETE FROM pr WHERE c >= 900;
-- Plans from before a partition was distributed are not kept.
CREATE TABLE kept (a int, b int) PARTITION BY LIST (a);
CREATE TABLE kept1 PARTITION OF kept FOR VALUES IN (1);
PREPARE keep(int) AS INSERT INTO kept VALUES (1, $1);
SET plan_cache_mode = force_generic_plan;
EXECUTE keep(1);
-- @cluster SELECT create_distributed_table('kept1', 'b', shard_count => 8)
EXECUTE keep(2);
SELECT * FROM kept ORDER BY b;
-- @cluster SELECT undistribute_table('kept1')
EXECUTE keep(3);
SELECT * FROM kept ORDER BY b;
RESET plan_cache_mode;
DROP TABLE kept;
-- Triggers of rows are the partitions'; those of the statement the table's that it names.
CREATE TABLE log (id serial, what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO log (what) VALUES (TG_TABLE_NAME || ' ' || TG_WHEN || ' ' || TG_OP || ' ' || TG_LEVEL); RETURN CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'DELETE' THEN new ELSE old END;
END $$;
CREATE TRIGGER t1 BEFORE INSERT OR UPDATE OR DELETE ON pr FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER t2 AFTER INSERT OR UPDATE OR DELETE ON pr FOR EACH STATEMENT EXECUTE FUNCTION note();
INSERT INTO pr VALUES (3, 't', 600), (1, 't', 600), (4, 't', 600);
UPDATE pr SET b = 'u' WHERE c = 600;
DELETE FROM pr WHERE c = 600;
SELECT what, count(*) FROM log GROUP BY 1 ORDER BY 1;
DROP TRIGGER t1 ON pr;
INSERT INTO pr VALUES (3, 't', 600);
SELECT count(*) FROM log;
CREATE TRIGGER leafs BEFORE INSERT ON p3 FOR EACH STATEMENT EXECUTE FUNCTION note();
INSERT INTO pr VALUES (3, 't', 601);
SELECT count(*) FROM log;
DROP TRIGGER leafs ON p3;
DROP TRIGGER t2 ON pr;
-- Heirs of local tables.
CREATE TABLE parent (k int, s text);
CREATE TABLE heir (x int, s text, k int, y int DEFAULT 5);
CREATE TABLE grandheir () INHERITS (parent);
-- @cluster SELECT create_distributed_table('heir', 'k', shard_count => 8)
ALTER TABLE heir INHERIT parent;
INSERT INTO parent VALUES (1, 'parent'), (2, 'parent');
INSERT INTO heir SELECT g, 'heir', g FROM generate_series(1, 5) g;
INSERT INTO grandheir VALUES (1, 'grand'), (9, 'grand');
UPDATE parent SET s = s || k WHERE k < 3;
UPDATE parent SET k = k + 10 WHERE k = 2 RETURNING parent, tableoid::regclass::text;
UPDATE ONLY parent SET s = 'only' WHERE k = 1;
DELETE FROM parent WHERE k = 1 RETURNING *;
SELECT tableoid::regclass::text, * FROM parent ORDER BY 1, 2, 3;
SELECT * FROM heir ORDER BY k;
-- Heirs of distributed tables.
CREATE TABLE dp (k int PRIMARY KEY, s text);
-- @cluster SELECT create_distributed_table('dp', 'k', shard_count => 8)
CREATE TABLE dh (x int) INHERITS (dp);
CREATE TABLE dhh (y int) INHERITS (dh);
INSERT INTO dp SELECT g, 'dp' FROM generate_series(1, 5) g;
INSERT INTO dh SELECT g, 'dh', g FROM generate_series(3, 8) g;
INSERT INTO dhh SELECT g, 'dhh', g FROM generate_series(4, 9) g;
UPDATE dp SET s = s || '!' WHERE k IN (3, 4);
UPDATE dp SET s = s || '?' WHERE k = 4 RETURNING *, tableoid::regclass::text;
UPDATE dp SET k = k + 20 WHERE k = 5 RETURNING dp;
UPDATE dp SET s = dh.s FROM dh WHERE dh.k = dp.k AND dh.k = 6;
DELETE FROM dp WHERE k > 6 RETURNING *;
DELETE FROM ONLY dp WHERE k = 1;
UPDATE ONLY dp SET s = 'only' WHERE k = 4;
WITH w AS (DELETE FROM dp WHERE k < 4 RETURNING k) SELECT count(*), sum(k) FROM w;
SELECT tableoid::regclass::text, * FROM dp ORDER BY 1, 2;
DROP TABLE pr, parent, dp CASCADE;
