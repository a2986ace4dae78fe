-- Proves that locking clauses return what PostgreSQL returns, on one shard and on many, in joins of every kind, and
-- refuse what it refuses. Who waits for whom: tests/sql/row_locks_test.cc.
CREATE TABLE t (gone int, k int, id int, v int, s text, PRIMARY KEY (k, id));
ALTER TABLE t DROP COLUMN gone;
CREATE TABLE u (k int PRIMARY KEY, tid int, w int);
CREATE TABLE o (c text PRIMARY KEY, tid int);
CREATE TABLE r (id int PRIMARY KEY, name text);
CREATE TABLE l (id int PRIMARY KEY, note text);
-- @cluster SELECT create_distributed_table('t', 'k', shard_count => 8)
-- @cluster SELECT create_distributed_table('u', 'k', colocate_with => 't')
-- @cluster SELECT create_distributed_table('o', 'c', colocate_with => 'none')
-- @cluster SELECT create_reference_table('r')
INSERT INTO t (k, id, v, s) SELECT g % 13, g, g * 7 % 31, 's' || g % 5 FROM generate_series(1, 100) g;
INSERT INTO u SELECT g, g * 3, g % 4 FROM generate_series(0, 12) g;
INSERT INTO o SELECT 'c' || g, g * 2 FROM generate_series(1, 40) g;
INSERT INTO r SELECT g, 'name ' || g FROM generate_series(0, 9) g;
INSERT INTO l SELECT g, 'note ' || g FROM generate_series(0, 50, 2) g;

BEGIN;
SELECT * FROM t FOR UPDATE;
SELECT * FROM t WHERE v > 20 ORDER BY id FOR NO KEY UPDATE;
SELECT * FROM t WHERE v > 20 ORDER BY id FOR SHARE NOWAIT;
SELECT * FROM t WHERE v > 20 ORDER BY id FOR KEY SHARE SKIP LOCKED;
SELECT id, v FROM t ORDER BY v, id LIMIT 7 FOR UPDATE;
SELECT id, v FROM t ORDER BY v DESC, id OFFSET 3 LIMIT 7 FOR UPDATE SKIP LOCKED;
SELECT count(*) FROM (SELECT 1 FROM t LIMIT 9 FOR UPDATE) x;
SELECT count(*), sum(v) FROM (SELECT v FROM t WHERE id < 50 FOR SHARE) x;
SELECT t.id, u.w FROM t JOIN u USING (k) WHERE u.w = 2 FOR UPDATE;
SELECT t.id, u.w FROM t JOIN u USING (k) WHERE u.w = 2 FOR UPDATE OF t FOR SHARE OF u;
SELECT t.id, r.name FROM t JOIN r ON r.id = t.v FOR UPDATE OF t;
SELECT t.id, r.name FROM t JOIN r ON r.id = t.v FOR UPDATE;
SELECT t.id, o.c FROM t JOIN o ON o.tid = t.id ORDER BY 1 FOR UPDATE;
SELECT t.id, o.c FROM t, o WHERE o.tid = t.id AND t.v < 20 AND o.c > 'c3' ORDER BY 1 FOR UPDATE OF o;
SELECT t, o.c, t.tableoid = 't'::regclass FROM t JOIN o ON o.tid = t.id WHERE t.k = 3 ORDER BY o.c FOR UPDATE;
SELECT x.*, y.id FROM t x JOIN t y ON x.id = y.v WHERE x.id < 10 ORDER BY x.id, y.id FOR UPDATE OF x NOWAIT;
SELECT t.id, l.note FROM t JOIN l ON l.id = t.id WHERE t.v < 9 ORDER BY 1 FOR UPDATE;
SELECT t.id, l.note FROM t JOIN l ON l.id = t.id WHERE t.v < 9 ORDER BY 1 FOR UPDATE OF l;
SELECT u.k, t.id FROM u LEFT JOIN t ON t.k = u.k AND t.v = 3 ORDER BY 1, 2 FOR UPDATE OF u;
SELECT u.k, o.c FROM u LEFT JOIN o ON o.tid = u.tid ORDER BY 1, 2 FOR UPDATE OF u;
SELECT u.k, o.c FROM u LEFT JOIN o ON o.tid = u.tid WHERE o.c > 'c2' ORDER BY 1, 2 FOR UPDATE;
-- @error 0A000
SELECT u.k, o.c FROM u LEFT JOIN o ON o.tid = u.tid FOR UPDATE;
ROLLBACK;
-- @error 0A000
SELECT u.k, t.id FROM u LEFT JOIN t ON t.k = u.k FOR UPDATE OF t;
-- @error 0A000
SELECT k, count(*) FROM t GROUP BY k FOR UPDATE;

-- Sub-queries, CTEs, views, functions, cursors, prepared statements, inserts.
BEGIN;
SELECT * FROM u WHERE tid IN (SELECT id FROM t WHERE v < 12 FOR UPDATE) ORDER BY k;
SELECT u.k, x.id FROM u, LATERAL (SELECT id FROM t WHERE t.k = u.k ORDER BY id LIMIT 1 FOR UPDATE) x ORDER BY 1;
WITH c AS (SELECT * FROM t WHERE v < 5 FOR UPDATE) SELECT c.id, o.c FROM c JOIN o ON o.tid = c.id ORDER BY 1;
CREATE VIEW v AS SELECT t.id, t.v, u.w FROM t JOIN u USING (k);
SELECT * FROM v WHERE w = 1 ORDER BY id FOR UPDATE;
SELECT v.id, o.c FROM v JOIN o ON o.tid = v.id WHERE w = 1 ORDER BY id FOR UPDATE OF v;
CREATE FUNCTION take(n int) RETURNS SETOF int LANGUAGE plpgsql AS $$
DECLARE x record;
BEGIN
    FOR x IN SELECT id FROM t WHERE v < n ORDER BY id FOR UPDATE SKIP LOCKED LOOP RETURN NEXT x.id; END LOOP;
END $$;
SELECT * FROM take(4);
DECLARE c CURSOR FOR SELECT id FROM t ORDER BY id FOR UPDATE;
FETCH 3 FROM c;
FETCH 2 FROM c;
CLOSE c;
PREPARE p (int) AS SELECT id FROM t WHERE v = $1 ORDER BY id LIMIT 2 FOR UPDATE;
EXECUTE p (3);
EXECUTE p (4);
CREATE TEMP TABLE taken AS SELECT id FROM t WHERE v = 6 FOR UPDATE;
SELECT * FROM taken ORDER BY id;
INSERT INTO l SELECT 1000 + id, s FROM t WHERE v = 8 FOR UPDATE;
SELECT * FROM l WHERE id > 1000 ORDER BY id;
UPDATE t SET v = -1 WHERE k = 2;
SELECT id FROM t WHERE v = -1 ORDER BY id FOR UPDATE;
COMMIT;

-- What may not lock.
BEGIN READ ONLY;
-- @error 25006
SELECT * FROM t FOR UPDATE;
ROLLBACK;
BEGIN READ ONLY;
-- @error 25006
SELECT t.id FROM t JOIN o ON o.tid = t.id FOR SHARE;
ROLLBACK;
CREATE FUNCTION pure() RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT count(*) FROM (SELECT 1 FROM t FOR UPDATE) x); END $$;
-- @error 0A000
SELECT pure();
CREATE ROLE row_locks_reader LOGIN;
GRANT USAGE ON SCHEMA diff_row_locks TO row_locks_reader;
GRANT SELECT ON t, o TO row_locks_reader;
SET ROLE row_locks_reader;
SELECT count(*) FROM t;
-- @error 42501
SELECT * FROM t FOR UPDATE;
-- @error 42501
SELECT t.id FROM t JOIN o ON o.tid = t.id FOR UPDATE OF o;
RESET ROLE;
DROP OWNED BY row_locks_reader;
DROP ROLE row_locks_reader;
