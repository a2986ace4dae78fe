-- Proves that INSERT in all its forms stores and returns what PostgreSQL does.
CREATE SEQUENCE seq;
CREATE TABLE t (k int, id serial, v numeric DEFAULT 1.5, s text DEFAULT 'none', made timestamptz DEFAULT '2024-01-01 00:00+00', g int GENERATED ALWAYS AS (k * 10) STORED, PRIMARY KEY (k, id));
CREATE TABLE u (k int PRIMARY KEY, n int DEFAULT 0, s text);
CREATE TABLE src (k int, a int, b text);
CREATE TABLE other (c text, k int, x int);
CREATE TABLE plain (k int, s text);
CREATE TABLE ident (k int PRIMARY KEY, id bigint GENERATED ALWAYS AS IDENTITY, s text);
CREATE TABLE ref (id int PRIMARY KEY, s text DEFAULT 'r');
-- @cluster SELECT create_distributed_table('t', 'k')
-- @cluster SELECT create_distributed_table('u', 'k', colocate_with => 't')
-- @cluster SELECT create_distributed_table('src', 'k', colocate_with => 't')
-- @cluster SELECT create_distributed_table('other', 'c', colocate_with => 'none')
-- @cluster SELECT create_distributed_table('ident', 'k')
-- @cluster SELECT create_reference_table('ref')

-- One row.
INSERT INTO t (k) VALUES (1);
INSERT INTO t (k, v, s) VALUES (2, 2.5, 'two') RETURNING *;
INSERT INTO t (s, k) VALUES ('swapped', 3) RETURNING k, id, s, g + 1 AS g1;
INSERT INTO t (k, v) VALUES (4, DEFAULT) RETURNING v;
INSERT INTO t (k, id) VALUES (5, 1000) RETURNING t.*;
INSERT INTO t VALUES (6, DEFAULT, 2 + 3, upper('expr'), '2024-05-05 05:05+05') RETURNING id, v, s, made;
INSERT INTO t AS x (k) VALUES (7) RETURNING x.k, x.s;
INSERT INTO t (k, v) VALUES (length('12345678'), (SELECT 4)) RETURNING k, v;
INSERT INTO u VALUES (-1, NULL, NULL) RETURNING *;
INSERT INTO u (k, s) VALUES (-2, E'quo''te \\ 漢 \n') RETURNING s;
INSERT INTO u VALUES (nextval('seq') + 900, 1, 'seq') RETURNING k;
SELECT * FROM u;
-- @error 428C9
INSERT INTO t (k, g) VALUES (1, 1);
-- @error 23502
INSERT INTO t (v) VALUES (1);
-- @error 42601
INSERT INTO t (k, v) VALUES (1);
-- @error 42703
INSERT INTO t (nope) VALUES (1);
-- @error 23505
INSERT INTO u VALUES (-1);
-- @error 22P02
INSERT INTO u VALUES ('x');
-- @error 42804
INSERT INTO u VALUES (date '2024-01-01');

-- Many rows.
INSERT INTO t (k, v) VALUES (11, 1), (12, 2), (13, 3), (14, DEFAULT), (11, 5) RETURNING k, id, v;
INSERT INTO u VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, NULL), (4, NULL, 'd');
INSERT INTO u (k, s) SELECT g, 's' || g FROM generate_series(100, 160) g;
INSERT INTO u (k, n) SELECT g, g FROM generate_series(200, 220) g RETURNING k, n, s;
SELECT count(*), sum(k), sum(n) FROM u;
SELECT k, id, v, s, made, g FROM t ORDER BY id;
-- @error 23505
INSERT INTO u VALUES (300), (301), (1), (302);
SELECT count(*) FROM u WHERE k >= 300;
-- @error 23505
INSERT INTO u VALUES (310), (310);
-- @error 22012
INSERT INTO u SELECT g, 10 / (g - 405) FROM generate_series(400, 410) g;
SELECT count(*) FROM u WHERE k >= 300;
INSERT INTO u (k) SELECT 1 WHERE false;
INSERT INTO u (k) VALUES (500), (501) RETURNING k * 2 AS twice;

-- ON CONFLICT.
INSERT INTO u VALUES (1, 9, 'new') ON CONFLICT DO NOTHING;
INSERT INTO u VALUES (1, 9, 'new') ON CONFLICT (k) DO NOTHING RETURNING *;
INSERT INTO u VALUES (1, 9, 'new') ON CONFLICT (k) DO UPDATE SET n = u.n + excluded.n, s = excluded.s RETURNING *;
INSERT INTO u VALUES (1, 5, 'x'), (2, 5, 'y'), (600, 5, 'z') ON CONFLICT (k) DO UPDATE SET n = u.n + excluded.n RETURNING k, n, s;
INSERT INTO u VALUES (1, 5, 'x'), (601, 5, 'z') ON CONFLICT DO NOTHING RETURNING k;
INSERT INTO u VALUES (1, 1000, 'x') ON CONFLICT (k) DO UPDATE SET n = excluded.n WHERE u.n < 0;
INSERT INTO u VALUES (2, 1000, 'x') ON CONFLICT ON CONSTRAINT u_pkey DO UPDATE SET (n, s) = (excluded.n, 'multi') RETURNING *;
INSERT INTO u AS target VALUES (3, 1, 'x') ON CONFLICT (k) DO UPDATE SET s = target.s || excluded.s, n = DEFAULT RETURNING *;
INSERT INTO u SELECT g, g, 'again' FROM generate_series(100, 105) g ON CONFLICT (k) DO UPDATE SET s = excluded.s || u.s RETURNING k, s;
-- @error 21000
INSERT INTO u VALUES (1, 1, 'x'), (1, 2, 'y') ON CONFLICT (k) DO UPDATE SET n = excluded.n;
-- @error 42P10
INSERT INTO u VALUES (1) ON CONFLICT (n) DO NOTHING;
SELECT * FROM u ORDER BY k;

-- INSERT … SELECT.
INSERT INTO src SELECT g % 30, g, 'b' || g FROM generate_series(1, 90) g;
INSERT INTO t (k, v, s) SELECT k, a, b FROM src WHERE a > 60;
SELECT k, v, s, g FROM t WHERE v > 60;
INSERT INTO u (k, n) SELECT k + 1000, sum(a) FROM src GROUP BY k;
SELECT count(*), sum(n) FROM u WHERE k >= 1000;
INSERT INTO u (k, n, s) SELECT k, count(*), max(b) FROM src GROUP BY k ON CONFLICT (k) DO UPDATE SET n = excluded.n, s = excluded.s;
SELECT * FROM u WHERE k BETWEEN 0 AND 29 ORDER BY k;
INSERT INTO other SELECT b, k, a FROM src;
SELECT count(*), min(c), max(c), sum(x) FROM other;
INSERT INTO other (c) SELECT DISTINCT 'd' || k % 3 FROM src RETURNING c;
INSERT INTO src SELECT * FROM src WHERE k = 5;
SELECT count(*) FROM src WHERE k = 5;
INSERT INTO src SELECT k, a + 1000, b FROM src ORDER BY a LIMIT 5;
SELECT a FROM src WHERE a > 1000 ORDER BY a;
INSERT INTO plain SELECT k, b FROM src WHERE k = 7;
SELECT * FROM plain;
INSERT INTO src (k, b) SELECT k + 100, s FROM plain RETURNING k, b;
WITH moved AS (SELECT k + 200 AS k, a FROM src WHERE k < 3) INSERT INTO src (k, a) SELECT * FROM moved;
SELECT count(*), sum(a) FROM src WHERE k >= 200;
INSERT INTO src (k, a) WITH v AS (SELECT 300 AS k) SELECT k, 1 FROM v RETURNING k;
INSERT INTO src (k, a) SELECT u.k, s.a FROM u JOIN src s ON s.k = u.k WHERE u.k = 9;
INSERT INTO src (k, a) SELECT r.x, 7 FROM (VALUES (401), (402)) r (x);
-- @error 23505
INSERT INTO u (k) SELECT k FROM src;
SELECT count(*) FROM src;

-- Identity, prepared, PL/pgSQL, reference tables.
INSERT INTO ident (k, s) VALUES (1, 'a') RETURNING id;
INSERT INTO ident (k, s) VALUES (2, 'b'), (3, 'c');
-- @error 428C9
INSERT INTO ident (k, id) VALUES (4, 4);
INSERT INTO ident (k, id) OVERRIDING SYSTEM VALUE VALUES (4, 400) RETURNING *;
SELECT count(DISTINCT id) FROM ident;
PREPARE ins(int, int, text) AS INSERT INTO u VALUES ($1, $2, $3) RETURNING k, n, s;
EXECUTE ins(2001, 1, 'p');
EXECUTE ins(2002, NULL, 'q');
EXECUTE ins(2003, 3, NULL);
EXECUTE ins(2004, 4, 'r');
EXECUTE ins(2005, 5, 's');
EXECUTE ins(2006, 6, 't');
EXECUTE ins(2007, 7, 'u');
-- @error 23505
EXECUTE ins(2007, 7, 'u');
PREPARE two(int) AS INSERT INTO u (k, n) VALUES ($1, 1), ($1 + 1, 2) ON CONFLICT (k) DO UPDATE SET n = u.n + 100;
EXECUTE two(3000);
EXECUTE two(3001);
EXECUTE two(3002);
EXECUTE two(3003);
EXECUTE two(3004);
EXECUTE two(3005);
EXECUTE two(3006);
SELECT * FROM u WHERE k >= 2000 ORDER BY k;
-- @bind 4000|12|bound
INSERT INTO u VALUES ($1, $2, $3) RETURNING *;
DO $$ BEGIN FOR i IN 5000..5020 LOOP INSERT INTO u VALUES (i, i * 2, 'loop'); END LOOP; END $$;
SELECT count(*), sum(n) FROM u WHERE s = 'loop';
DO $$ BEGIN INSERT INTO u VALUES (5000); EXCEPTION WHEN unique_violation THEN INSERT INTO u VALUES (6000, 1, 'caught'); END $$;
SELECT * FROM u WHERE k = 6000;
INSERT INTO ref VALUES (1, DEFAULT), (2, 'two') RETURNING *;
INSERT INTO ref SELECT g, 'g' || g FROM generate_series(3, 9) g;
INSERT INTO ref VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET s = excluded.s || ref.s RETURNING s;
INSERT INTO ref SELECT k + 5000, s FROM u WHERE s = 'loop' AND k < 5005;
-- @error 23505
INSERT INTO ref VALUES (50), (1);
SELECT * FROM ref;
SELECT count(*) FROM ref JOIN u ON u.k = ref.id;

-- Nothing is written or locked while parallel workers of the session's node share the transaction.
CREATE TABLE many (id int, note text);
INSERT INTO many SELECT g, 'note ' || g FROM generate_series(1, 3000) g;
ANALYZE many;
CREATE TABLE copied_notes (id int PRIMARY KEY, note text);
CREATE TABLE spread_notes (id int PRIMARY KEY, note text);
-- @cluster SELECT create_reference_table('copied_notes')
-- @cluster SELECT create_distributed_table('spread_notes', 'id', colocate_with => 'none')
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
INSERT INTO copied_notes SELECT id, note FROM many WHERE id < 500 AND note LIKE '%9';
INSERT INTO spread_notes SELECT id, note FROM many WHERE id < 500 AND note LIKE '%9';
SELECT count(*), sum(id) FROM copied_notes;
SELECT count(*), sum(id) FROM spread_notes;
SET force_parallel_mode = on;
INSERT INTO copied_notes SELECT -2, 'z';
INSERT INTO copied_notes SELECT id, note FROM many WHERE id = 500 RETURNING *;
INSERT INTO copied_notes SELECT m.id, m.note FROM many m WHERE id IN (9, 501) ON CONFLICT (id) DO UPDATE SET note = 'again' RETURNING *;
INSERT INTO copied_notes SELECT id + 1000, note FROM spread_notes WHERE id < 100;
INSERT INTO spread_notes SELECT m.id, m.note FROM many m WHERE id IN (9, 501) ON CONFLICT (id) DO UPDATE SET note = 'again' RETURNING *;
INSERT INTO many SELECT c.id, s.note FROM copied_notes c JOIN spread_notes s ON s.note = c.note WHERE s.id < 30;
UPDATE copied_notes SET note = m.note || '!' FROM many m WHERE m.id = copied_notes.id AND m.id < 30;
UPDATE spread_notes SET note = m.note || '!' FROM many m WHERE m.id = spread_notes.id AND m.id < 30;
UPDATE many SET note = s.note FROM copied_notes s WHERE many.id = s.id AND s.id < 30;
UPDATE copied_notes SET note = 'first' WHERE id = 9;
DELETE FROM copied_notes USING many m WHERE m.id = copied_notes.id AND m.id BETWEEN 100 AND 200;
DELETE FROM spread_notes WHERE id IN (SELECT id FROM many WHERE note LIKE '%11%');
MERGE INTO spread_notes s USING (SELECT id, min(note) AS note FROM many GROUP BY id) m ON m.id = s.id WHEN MATCHED AND m.id < 60 THEN DELETE;
MERGE INTO copied_notes s USING (SELECT id, min(note) AS note FROM many GROUP BY id) m ON m.id = s.id WHEN MATCHED AND m.id < 60 THEN DELETE WHEN NOT MATCHED AND m.id = 777 THEN INSERT VALUES (m.id, m.note);
WITH gone AS (DELETE FROM copied_notes WHERE id < 90 RETURNING id, note) INSERT INTO spread_notes SELECT id + 5000, note FROM gone;
WITH added AS (INSERT INTO copied_notes SELECT id, note FROM many WHERE id = 778 RETURNING id) SELECT count(*) FROM added JOIN many USING (id);
SELECT c.id FROM copied_notes c JOIN many m ON m.id = c.id WHERE m.id BETWEEN 400 AND 450 ORDER BY 1 FOR UPDATE OF c;
SELECT c.id FROM spread_notes c JOIN many m ON m.id = c.id WHERE m.id BETWEEN 400 AND 450 ORDER BY 1 FOR UPDATE;
SELECT id FROM (SELECT id FROM copied_notes WHERE id BETWEEN 400 AND 450 FOR SHARE) s JOIN many USING (id) ORDER BY 1;
SELECT id, note FROM copied_notes ORDER BY id;
SELECT id, note FROM spread_notes ORDER BY id;
-- Where the session's node has shards of its own.
-- @cluster SELECT citus_set_node_property(nodename, nodeport, 'shouldhaveshards', true) FROM pg_dist_node WHERE groupid = 0
CREATE TABLE near_notes (id int PRIMARY KEY, note text);
-- @cluster SELECT create_distributed_table('near_notes', 'id', colocate_with => 'none')
-- @cluster SELECT citus_set_node_property(nodename, nodeport, 'shouldhaveshards', false) FROM pg_dist_node WHERE groupid = 0
INSERT INTO near_notes SELECT id, note FROM many WHERE id < 500 AND note LIKE '%9';
SELECT n.id, m.id FROM near_notes n LEFT JOIN many m ON m.id % 1000 = n.id % 1000 WHERE n.id < 30 ORDER BY 1, 2 FOR UPDATE OF n;
UPDATE near_notes SET note = m.note || '!' FROM many m WHERE m.id % 1000 = near_notes.id AND m.id > 2000 AND m.id < 2030;
DELETE FROM near_notes WHERE id IN (SELECT id FROM many WHERE note LIKE '%11%');
INSERT INTO near_notes SELECT DISTINCT id, 'x' FROM many WHERE id = 9 ON CONFLICT (id) DO UPDATE SET note = 'again';
SELECT id, note FROM near_notes ORDER BY id;
RESET force_parallel_mode;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
