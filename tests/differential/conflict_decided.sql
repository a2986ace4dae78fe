-- Proves that ON CONFLICT DO UPDATE is one PostgreSQL's where no node can compute it: rows that move, row triggers and
-- transition tables, sub-queries that look at the row or at excluded, functions of one's own, rows of views, policies
-- and checks of views that only the coordinator can see to.
CREATE TABLE t (gone int, k int PRIMARY KEY, b text, n int, g int GENERATED ALWAYS AS (n * 10) STORED, d text DEFAULT 'd');
ALTER TABLE t DROP COLUMN gone;
CREATE TABLE u (k int PRIMARY KEY, w int);
CREATE TABLE other (c int, w int);
CREATE TABLE loc (id int, v int);
CREATE TABLE r (id int PRIMARY KEY, v int, s text);
CREATE TABLE pairs (k int, m int, v int, UNIQUE (k, m));
-- @cluster SELECT create_distributed_table('t', 'k', shard_count => 8)
-- @cluster SELECT create_distributed_table('u', 'k', colocate_with => 't')
-- @cluster SELECT create_distributed_table('other', 'c', colocate_with => 'none')
-- @cluster SELECT create_distributed_table('pairs', 'k')
-- @cluster SELECT create_reference_table('r')
INSERT INTO t (k, b, n) SELECT i, 'r' || i, i FROM generate_series(1, 30) i;
INSERT INTO u SELECT i, i * 7 FROM generate_series(1, 30) i;
INSERT INTO other SELECT i % 7, i FROM generate_series(1, 30) i;
INSERT INTO loc SELECT i, i * 100 FROM generate_series(1, 30) i;
INSERT INTO r SELECT i, i, 's' || i FROM generate_series(1, 10) i;
INSERT INTO pairs VALUES (1, 1, 1), (2, NULL, 2), (3, 3, 3);

-- Sub-queries.
INSERT INTO t VALUES (3, 'x', 33), (41, 'new', 1) ON CONFLICT (k) DO UPDATE SET n = (SELECT max(v) FROM loc WHERE id = excluded.n - 20 OR id = t.k) RETURNING *;
INSERT INTO t VALUES (5, 'x', 33), (43, 'new', 1) ON CONFLICT (k) DO UPDATE SET (b, n) = (SELECT u.w::text, u.w FROM u WHERE u.k = t.k) RETURNING *, tableoid::regclass;
INSERT INTO t VALUES (6, 'x', 33), (44, 'new', 1) ON CONFLICT (k) DO UPDATE SET (b, k) = (SELECT i.b || 'c', i.k FROM t i WHERE i.k = excluded.k) RETURNING *;
WITH a AS (SELECT 7 AS k, 'Foo' AS b) INSERT INTO t VALUES (7, 'x', 33) ON CONFLICT (k) DO UPDATE SET (b, k) = (SELECT b, k FROM a) RETURNING *;
INSERT INTO t SELECT w, 'o', c FROM other WHERE w BETWEEN 8 AND 12
    ON CONFLICT (k) DO UPDATE SET n = (SELECT count(*) FROM other o WHERE o.c = excluded.n AND o.w > t.k), b = t.b || excluded.b
    WHERE EXISTS (SELECT 1 FROM other o WHERE o.w = t.k * 2);
SELECT * FROM t ORDER BY k;
-- @error 21000
INSERT INTO t VALUES (9, 'x', 1), (99, 'y', 1) ON CONFLICT (k) DO UPDATE SET b = (SELECT u.w FROM u WHERE u.k > t.k);
-- @error 21000
INSERT INTO t VALUES (9, 'x', 1), (9, 'y', 1) ON CONFLICT (k) DO UPDATE SET b = (SELECT u.w FROM u WHERE u.k = t.k);
-- What the statement itself writes is not seen.
INSERT INTO t VALUES (9, 'x', 1), (45, 'y', 1), (10, 'z', 1)
    ON CONFLICT (k) DO UPDATE SET n = (SELECT count(*) FROM t i WHERE i.b <> excluded.b), b = 'seen ' || (SELECT sum(i.n) FROM t i WHERE i.n <> t.n);
SELECT * FROM t WHERE k IN (9, 10, 45) ORDER BY k;

-- Rows that move.
INSERT INTO t VALUES (13, 'x', 33), (46, 'new', 1) ON CONFLICT (k) DO UPDATE SET k = t.k + 100, b = excluded.b || excluded.g RETURNING *;
INSERT INTO t VALUES (14, 'x', 33) ON CONFLICT (k) DO UPDATE SET k = 14 WHERE t.n > 1000 RETURNING *;
-- @error 23505
INSERT INTO t VALUES (14, 'x', 33) ON CONFLICT (k) DO UPDATE SET k = t.k + 1;
-- @error 23502
INSERT INTO t VALUES (14, 'x', 33) ON CONFLICT (k) DO UPDATE SET k = NULL;
INSERT INTO t (k, b) SELECT k, 'q' FROM u WHERE k BETWEEN 15 AND 19 ON CONFLICT ON CONSTRAINT t_pkey DO UPDATE SET k = t.k * 1000 + excluded.k RETURNING t, t.d;
INSERT INTO pairs VALUES (1, 1, 9), (2, NULL, 9), (3, 3, 9) ON CONFLICT (k, m) DO UPDATE SET k = pairs.k + excluded.v, m = NULL RETURNING *;
SELECT * FROM pairs ORDER BY k, m, v;
PREPARE put(int, text) AS INSERT INTO t VALUES ($1, $2, 0) ON CONFLICT (k) DO UPDATE SET k = t.k + $1, b = $2 || excluded.b RETURNING *;
EXECUTE put(20, 'p');
EXECUTE put(20, 'p');
EXECUTE put(60, 'p');
BEGIN;
INSERT INTO t VALUES (21, 'x', 1), (61, 'x', 1) ON CONFLICT (k) DO UPDATE SET k = -t.k;
INSERT INTO t VALUES (-21, 'x', 1), (61, 'x', 1) ON CONFLICT (k) DO UPDATE SET k = -t.k RETURNING k;
SAVEPOINT s;
INSERT INTO t VALUES (22, 'x', 1) ON CONFLICT (k) DO UPDATE SET k = -t.k;
ROLLBACK TO s;
SELECT k, b FROM t WHERE abs(k) IN (21, 22, 61) ORDER BY k;
COMMIT;
SELECT count(*), sum(k), sum(n) FROM t;

-- Functions of one's own, in data-modifying CTEs too.
CREATE FUNCTION f(x text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN x || '!'; END $$;
INSERT INTO t VALUES (23, 'x', 33), (47, 'y', 1) ON CONFLICT (k) DO UPDATE SET b = f(t.b || excluded.b) WHERE f(t.b) <> 'zz' RETURNING *;
WITH w AS (INSERT INTO t VALUES (24, 'zz', 1), (48, 'zz', 1) ON CONFLICT (k) DO UPDATE SET b = f(t.b) RETURNING *) SELECT k, b, n FROM w ORDER BY k;
WITH w AS (INSERT INTO t VALUES (25, 'zz', 1) ON CONFLICT (k) DO UPDATE SET b = f(t.b)) SELECT 1;
WITH s AS (SELECT 26 AS k, 'Green' AS b),
     w AS (INSERT INTO t VALUES (26, 'Blue') ON CONFLICT (k) DO UPDATE SET (k, b) = (SELECT k, b FROM s WHERE s.k = t.k) RETURNING k, b)
  INSERT INTO t VALUES (26, 'Red') ON CONFLICT (k) DO UPDATE SET (k, b) = (SELECT k, b FROM w WHERE w.k = t.k) RETURNING k, b;
SELECT k, b, n FROM t WHERE k BETWEEN 23 AND 26 OR k > 40 ORDER BY k;

-- Reference tables.
INSERT INTO r VALUES (1, 5, 'x'), (11, 5, 'y') ON CONFLICT (id) DO UPDATE SET v = (SELECT max(w) FROM other WHERE c = r.v), s = f(r.s || excluded.s) RETURNING *;
INSERT INTO r VALUES (2, 5, 'x') ON CONFLICT (id) DO UPDATE SET id = 12, s = f('moved') RETURNING *;
SELECT * FROM r ORDER BY id;
SELECT r.* FROM t JOIN r ON r.id = t.k ORDER BY r.id;

-- Triggers.
CREATE TABLE log (n serial, what text);
CREATE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO log (what) VALUES (format('%s %s %s old %s new %s', TG_WHEN, TG_LEVEL, TG_OP,
    CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'INSERT' THEN OLD::text END, CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'DELETE' THEN NEW::text END));
  RETURN CASE WHEN TG_LEVEL = 'STATEMENT' THEN NULL ELSE NEW END;
END $$;
CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.k % 2 = 0 THEN NEW.k := NEW.k + 1; NEW.b := NEW.b || ' made odd'; END IF;
  IF TG_OP = 'UPDATE' AND NEW.n = 0 THEN RETURN NULL; END IF;
  IF TG_OP = 'UPDATE' AND NEW.n = 1 THEN NEW.k := NEW.k + 2000; END IF;
  RETURN NEW;
END $$;
CREATE TABLE tt (k int PRIMARY KEY, b text, n int, g int GENERATED ALWAYS AS (n * 10) STORED);
-- @cluster SELECT create_distributed_table('tt', 'k', colocate_with => 't')
CREATE TRIGGER a_odd BEFORE INSERT OR UPDATE ON tt FOR EACH ROW EXECUTE FUNCTION odd();
CREATE TRIGGER b_say BEFORE INSERT OR UPDATE ON tt FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER c_say AFTER INSERT OR UPDATE ON tt FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER d_say BEFORE INSERT OR UPDATE ON tt FOR EACH STATEMENT EXECUTE FUNCTION say();
CREATE TRIGGER e_say AFTER INSERT OR UPDATE ON tt FOR EACH STATEMENT EXECUTE FUNCTION say();
INSERT INTO tt VALUES (1, 'black', 5) ON CONFLICT (k) DO UPDATE SET b = 'updated ' || tt.b, n = tt.n + 1 RETURNING *;
INSERT INTO tt VALUES (2, 'red', 6) ON CONFLICT (k) DO UPDATE SET b = 'updated ' || tt.b RETURNING *;
INSERT INTO tt VALUES (3, 'orange', 7) ON CONFLICT (k) DO UPDATE SET b = 'updated ' || tt.b || excluded.b || excluded.g RETURNING *;
INSERT INTO tt VALUES (2, 'green', 8) ON CONFLICT (k) DO UPDATE SET b = 'updated ' || tt.b || excluded.b RETURNING *;
INSERT INTO tt VALUES (1, 'left alone', 9) ON CONFLICT (k) DO UPDATE SET n = 0 RETURNING *;
INSERT INTO tt VALUES (1, 'not this', 9) ON CONFLICT (k) DO UPDATE SET n = 4 WHERE tt.n > 1000 RETURNING *;
INSERT INTO tt VALUES (1, 'moves', 9) ON CONFLICT (k) DO UPDATE SET n = 1 RETURNING *;
INSERT INTO tt VALUES (1, 'again', 9) ON CONFLICT (k) DO NOTHING RETURNING *;
INSERT INTO tt VALUES (1, 'again', 9) ON CONFLICT (k) DO UPDATE SET k = 77 RETURNING *;
SELECT what FROM log ORDER BY n;
SELECT * FROM tt ORDER BY k;
DROP TRIGGER b_say ON tt;
TRUNCATE log;
INSERT INTO tt VALUES (1, 'a', 9), (3, 'b', 9), (5, 'c', 9), (77, 'd', 9) ON CONFLICT (k) DO UPDATE SET n = excluded.n + tt.n RETURNING *;
SELECT what FROM log ORDER BY n;
DROP TRIGGER a_odd ON tt;
DROP TRIGGER c_say ON tt;
TRUNCATE log;
CREATE FUNCTION came() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO log (what) SELECT 'came ' || string_agg(c::text, ', ' ORDER BY k) FROM came c; RETURN NULL; END $$;
CREATE FUNCTION changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO log (what) SELECT 'changed ' || string_agg(c::text, ', ' ORDER BY c.k) || ' from ' || (SELECT string_agg(w::text, ', ' ORDER BY w.k) FROM was w) FROM changed c;
  RETURN NULL;
END $$;
CREATE TRIGGER came AFTER INSERT ON tt REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION came();
CREATE TRIGGER changed AFTER UPDATE ON tt REFERENCING OLD TABLE AS was NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION changed();
INSERT INTO tt VALUES (101, 'AAA'), (102, 'BBB') ON CONFLICT (k) DO UPDATE SET b = tt.b || ':' || excluded.b;
INSERT INTO tt VALUES (101, 'AAA'), (102, 'BBB'), (103, 'CCC'), (104, 'DDD') ON CONFLICT (k) DO UPDATE SET b = tt.b || ':' || excluded.b;
INSERT INTO tt VALUES (103, 'CCC'), (104, 'DDD') ON CONFLICT (k) DO UPDATE SET b = tt.b || ':' || excluded.b, k = tt.k + 10;
INSERT INTO tt SELECT k, 'none' FROM tt WHERE k < 0 ON CONFLICT (k) DO UPDATE SET b = 'none';
SELECT what FROM log ORDER BY n;
SELECT * FROM tt ORDER BY k;

-- A query in a trigger of a single row sees what it would see in PostgreSQL.
CREATE FUNCTION counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.n := (SELECT count(*) FROM tt) + (SELECT count(*) FROM tt WHERE tt.k = NEW.k); RETURN NEW; END $$;
CREATE TRIGGER counts BEFORE INSERT OR UPDATE ON tt FOR EACH ROW EXECUTE FUNCTION counts();
INSERT INTO tt VALUES (101, 'one') ON CONFLICT (k) DO UPDATE SET b = excluded.n || '-' || excluded.g RETURNING *;
INSERT INTO tt VALUES (201, 'one') ON CONFLICT (k) DO UPDATE SET b = excluded.n || '-' || excluded.g RETURNING *;
-- @expect 0A000 all rows are there before the first is updated
INSERT INTO tt VALUES (101, 'one'), (202, 'two') ON CONFLICT (k) DO UPDATE SET b = 'never';

-- Views: their rows, and their checks of rows that come in and of those that are updated.
CREATE TABLE uv (a int UNIQUE, b text);
-- @cluster SELECT create_distributed_table('uv', 'a')
CREATE VIEW v AS SELECT b AS bb, a AS aa, uv::text AS cc FROM uv;
INSERT INTO v (aa, bb) VALUES (1, 'x');
INSERT INTO v (aa, bb) VALUES (1, 'y') ON CONFLICT (aa) DO UPDATE SET bb = 'Rejected: ' || excluded.* WHERE excluded.aa > 0 AND excluded.bb != '' AND excluded.cc IS NOT NULL;
SELECT * FROM v;
INSERT INTO v (aa) VALUES (1) ON CONFLICT (aa) DO UPDATE SET bb = 'Rejected: ' || excluded.* RETURNING *;
ALTER VIEW v ALTER COLUMN bb SET DEFAULT 'view default';
INSERT INTO v (aa) VALUES (1), (2) ON CONFLICT (aa) DO UPDATE SET bb = 'Rejected: ' || excluded.*;
SELECT * FROM v ORDER BY aa;
CREATE VIEW checked AS SELECT * FROM t WHERE n < (SELECT max(v) FROM loc) AND n >= 0 WITH CHECK OPTION;
INSERT INTO checked VALUES (300, 'in', 5) ON CONFLICT (k) DO UPDATE SET n = 1;
INSERT INTO checked VALUES (300, 'in', 5) ON CONFLICT (k) DO UPDATE SET n = 2 RETURNING *;
-- @error 44000
INSERT INTO checked VALUES (300, 'in', 5) ON CONFLICT (k) DO UPDATE SET n = -1;
-- @error 44000
INSERT INTO checked VALUES (301, 'in', 99999) ON CONFLICT (k) DO UPDATE SET n = 1;
INSERT INTO checked VALUES (300, 'in', 99999) ON CONFLICT (k) DO UPDATE SET n = 3 WHERE f(checked.b) = 'in!' RETURNING *;
SELECT * FROM t WHERE k >= 300 AND k < 1000 ORDER BY k;

-- Policies.
CREATE ROLE decided_user;
GRANT ALL ON SCHEMA diff_conflict_decided TO decided_user;
CREATE TABLE p (k int PRIMARY KEY, v int);
-- @cluster SELECT create_distributed_table('p', 'k')
GRANT ALL ON p, loc TO decided_user;
CREATE POLICY sel ON p FOR SELECT USING (k < 20);
CREATE POLICY upd ON p FOR UPDATE USING (k < 20) WITH CHECK (v < (SELECT max(v) FROM loc));
CREATE POLICY ins ON p FOR INSERT WITH CHECK (v >= 0);
INSERT INTO p VALUES (10, 1), (25, 1);
ALTER TABLE p ENABLE ROW LEVEL SECURITY;
SET ROLE decided_user;
INSERT INTO p VALUES (10, 1), (11, 1) ON CONFLICT (k) DO UPDATE SET v = 5 RETURNING *;
-- @error 42501
INSERT INTO p VALUES (10, 1) ON CONFLICT (k) DO UPDATE SET k = 30 RETURNING *;
-- @error 42501
INSERT INTO p VALUES (10, 1) ON CONFLICT (k) DO UPDATE SET k = 30;
-- @error 42501
INSERT INTO p VALUES (25, 1) ON CONFLICT (k) DO UPDATE SET v = 5;
-- @error 42501
INSERT INTO p VALUES (10, -1) ON CONFLICT (k) DO UPDATE SET v = 5;
-- @error 42501
INSERT INTO p VALUES (10, 1) ON CONFLICT (k) DO UPDATE SET v = 5000;
-- @error 42501
INSERT INTO p VALUES (25, 1) ON CONFLICT ON CONSTRAINT p_pkey DO UPDATE SET v = 5;
-- @error 42501
INSERT INTO p VALUES (10, 1), (25, 1) ON CONFLICT (k) DO UPDATE SET v = 6 WHERE p.k = 10;
INSERT INTO p VALUES (10, 1), (11, 1) ON CONFLICT (k) DO UPDATE SET v = 6 WHERE p.k = 10;
INSERT INTO p VALUES (10, 1) ON CONFLICT (k) DO UPDATE SET k = 12 RETURNING *;
RESET ROLE;
SELECT * FROM p ORDER BY k;
REVOKE ALL ON SCHEMA diff_conflict_decided FROM decided_user;
REVOKE ALL ON p, loc FROM decided_user;
DROP ROLE decided_user;

-- A row of which every column is in the key.
CREATE TABLE keys (a int, b int, PRIMARY KEY (a, b));
-- @cluster SELECT create_distributed_table('keys', 'a')
INSERT INTO keys VALUES (1, 1), (2, 2);
INSERT INTO keys VALUES (1, 1), (2, 3) ON CONFLICT (a, b) DO UPDATE SET a = keys.a + 10, b = (SELECT max(v) FROM loc WHERE id <= keys.a) RETURNING *;
SELECT * FROM keys ORDER BY a, b;

-- Unique indexes with the distribution column in a collation that is not its own.
CREATE TABLE hats (name char(10), color char(10));
-- @cluster SELECT create_distributed_table('hats', 'name')
CREATE UNIQUE INDEX hats_name ON hats (name COLLATE "C" bpchar_pattern_ops);
INSERT INTO hats VALUES ('h7', 'black'), ('h8', 'red') ON CONFLICT (name COLLATE "C" bpchar_pattern_ops) WHERE color = 'green' DO NOTHING RETURNING *;
-- @error 23505
INSERT INTO hats VALUES ('h7', 'blue');
INSERT INTO hats VALUES ('h7', 'blue') ON CONFLICT (name COLLATE "C") DO NOTHING RETURNING *;
INSERT INTO hats VALUES ('h7', 'blue'), ('h9', 'blue') ON CONFLICT (name) DO UPDATE SET name = hats.name, color = excluded.color WHERE excluded.color <> 'forbidden' AND hats.* != excluded.* RETURNING *;
INSERT INTO hats VALUES ('h8', 'grey') ON CONFLICT (name bpchar_pattern_ops) DO UPDATE SET color = f(excluded.color) RETURNING *;
-- @error 42P10
INSERT INTO hats VALUES ('h8', 'grey') ON CONFLICT (name COLLATE "POSIX") DO NOTHING;
-- @error 42P10
INSERT INTO hats VALUES ('h8', 'grey') ON CONFLICT (name COLLATE "default") DO NOTHING;
CREATE UNIQUE INDEX hats_both ON hats (color, name COLLATE "POSIX" DESC);
-- @error 23505
INSERT INTO hats VALUES ('h8', 'white') ON CONFLICT (name COLLATE "POSIX", color) DO NOTHING;
INSERT INTO hats VALUES ('h8', 'grey!'), ('h10', 'x') ON CONFLICT DO NOTHING;
SELECT * FROM hats ORDER BY name;
REINDEX TABLE hats;
DROP INDEX hats_name;
INSERT INTO hats VALUES ('h8', 'pink');
-- @error 23505
CREATE UNIQUE INDEX hats_name ON hats (name COLLATE "C");
SELECT indexdef FROM pg_indexes WHERE tablename = 'hats' AND schemaname = 'diff_conflict_decided';
