-- Proves that triggers on distributed and reference tables fire as on one PostgreSQL: once, in its order, with the
-- rows, conditions and variables that it gives them, and that what they change and write is the same afterwards.
CREATE TABLE log (n serial PRIMARY KEY, what text);
CREATE TABLE t (k int, id int, v int, note text, changed int DEFAULT 0, twice int GENERATED ALWAYS AS (v * 2) STORED, PRIMARY KEY (k, id));
CREATE TABLE other (k int, id int, w int);
CREATE TABLE ref (id int PRIMARY KEY, name text, changes int DEFAULT 0);
CREATE TABLE plain (id int, v int);
CREATE TABLE gone (a int, b text, k int, c int);
ALTER TABLE gone DROP COLUMN a;
CREATE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO log (what) VALUES (format('%s %s %s %s on %s args %s old %s new %s depth %s', TG_NAME, TG_WHEN, TG_LEVEL, TG_OP, TG_TABLE_NAME, TG_ARGV[0],
    CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'INSERT' THEN OLD::text END, CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'DELETE' THEN NEW::text END, pg_trigger_depth()));
  RETURN CASE WHEN TG_LEVEL = 'STATEMENT' THEN NULL WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changed := OLD.changed + 1; RETURN NEW; END $$;
-- @cluster SELECT create_distributed_table('t', 'k')
-- @cluster SELECT create_distributed_table('other', 'id', colocate_with => 'none')
-- @cluster SELECT create_reference_table('ref')
-- @cluster SELECT create_distributed_table('gone', 'k')
INSERT INTO other SELECT i % 7, i, i * 3 FROM generate_series(1, 40) i;

-- The order of all kinds.
CREATE TRIGGER b_rows BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION say('one', 'two');
CREATE TRIGGER a_rows BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER z_after AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER y_after AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION say('late');
CREATE TRIGGER s_before BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION say();
CREATE TRIGGER s_after AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION say();
INSERT INTO t (k, id, v) VALUES (1, 1, 10);
SELECT * FROM log ORDER BY n;
INSERT INTO t (k, id, v, note) VALUES (1, 2, 20, 'a'), (2, 1, 30, 'b'), (3, 1, NULL, NULL) RETURNING k, id, v, twice, note;
SELECT what FROM log ORDER BY n;
TRUNCATE log;
UPDATE t SET v = v + 1 WHERE k = 1 AND id = 1 RETURNING *;
SELECT what FROM log ORDER BY n;
TRUNCATE log;
DELETE FROM t WHERE k = 2 RETURNING *;
SELECT what FROM log ORDER BY n;
TRUNCATE log;
-- No row at all.
UPDATE t SET v = 1 WHERE k = 77;
DELETE FROM t WHERE k = 77 AND id = 2;
INSERT INTO t SELECT 1, 1, 1 WHERE false;
SELECT what FROM log ORDER BY n;
TRUNCATE log;
-- A failure leaves nothing.
-- @error 23505
INSERT INTO t (k, id) VALUES (5, 5), (1, 1);
-- @error 23502
INSERT INTO t (k, id) VALUES (5, NULL);
SELECT count(*) FROM log;
SELECT * FROM t ORDER BY k, id;
DROP TRIGGER b_rows ON t;
DROP TRIGGER IF EXISTS b_rows ON t;
-- @error 42704
DROP TRIGGER b_rows ON t;
DROP TRIGGER a_rows ON t;
DROP TRIGGER z_after ON t;
DROP TRIGGER y_after ON t;
DROP TRIGGER s_before ON t;
DROP TRIGGER s_after ON t;
TRUNCATE t;

-- Rows that BEFORE triggers change and take away.
CREATE TRIGGER touched BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
INSERT INTO t (k, id, v) SELECT i % 5, i, i FROM generate_series(1, 20) i;
UPDATE t SET v = v + 1 WHERE k = 3;
UPDATE t SET v = v + 1 WHERE k = 3 AND id = 8 RETURNING changed, v, twice, k, t;
UPDATE t SET note = w FROM other WHERE other.id = t.id AND other.k < 3;
UPDATE t SET (v, note) = (SELECT w, 'from ' || other.k FROM other WHERE other.id = t.id) WHERE id > 15;
SELECT * FROM t ORDER BY k, id;
PREPARE up(int, int) AS UPDATE t SET v = $2 WHERE k = $1 AND id = 1;
EXECUTE up(1, 5);
EXECUTE up(1, 6);
EXECUTE up(1, 7);
EXECUTE up(1, 8);
EXECUTE up(1, 9);
EXECUTE up(1, 10);
EXECUTE up(1, 11);
SELECT * FROM t WHERE k = 1 AND id = 1;
DROP TRIGGER touched ON t;
EXECUTE up(1, 100);
SELECT * FROM t WHERE k = 1 AND id = 1;
CREATE FUNCTION choose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN IF OLD.id % 2 = 0 THEN RETURN NULL; END IF; RETURN OLD; END IF;
  IF NEW.v < 0 THEN RETURN NULL; END IF;
  IF NEW.v > 1000 THEN RAISE EXCEPTION 'too large: %', NEW.v USING ERRCODE = '22003'; END IF;
  NEW.note := coalesce(NEW.note, '') || ' ' || TG_OP;
  NEW.v := NEW.v + 1;
  NEW.twice := 77;
  IF NEW.id = 500 THEN NEW.k := NEW.k + 1; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER chosen BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION choose();
INSERT INTO t (k, id, v) VALUES (9, 1, 1), (9, 2, -1), (9, 500, 5), (10, 1, 2) RETURNING *;
INSERT INTO t VALUES (11, 1, -4) RETURNING *;
-- @error 22003
INSERT INTO t (k, id, v) VALUES (12, 1, 1), (12, 2, 10000);
UPDATE t SET v = CASE WHEN id > 9 THEN -1 ELSE v END WHERE k IN (1, 2, 9) RETURNING *;
UPDATE t SET note = 'moves' WHERE id = 500 RETURNING *;
UPDATE t SET note = 'moves' WHERE k IN (9, 10, 11) RETURNING k, id, note;
UPDATE t SET k = k + 100 WHERE id < 4 RETURNING *;
DELETE FROM t WHERE k = 2 RETURNING *;
DELETE FROM t USING other WHERE other.id = t.id AND other.w > 20 RETURNING t.*, w;
SELECT * FROM t ORDER BY k, id;
INSERT INTO t (k, id, v, note) SELECT k + 200, id, v, 'selected' FROM t WHERE v < 20;
INSERT INTO t (k, id, v) SELECT id, k + 300, w FROM other WHERE w < 60 RETURNING note, v;
SELECT * FROM t ORDER BY k, id;
COPY t (k, id, v, note) FROM stdin;
400	1	5	copied
400	2	-5	left out
400	500	7	\N
401	1	\N	null
\.
SELECT * FROM t WHERE k >= 400 ORDER BY k, id;
-- @error 22003
COPY t (k, id, v) FROM stdin;
500	1	5
500	2	5000
\.
SELECT count(*) FROM t WHERE k = 500;
INSERT INTO t (k, id, v) VALUES (400, 1, 1), (402, 1, 1), (402, 2, -1) ON CONFLICT DO NOTHING RETURNING k, id, v;
INSERT INTO t (k, id, v) VALUES (400, 1, 1), (403, 1, 1) ON CONFLICT (k, id) DO NOTHING;
DROP TRIGGER chosen ON t;
CREATE TRIGGER chosen BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION choose();
INSERT INTO t (k, id, v) VALUES (400, 1, 50), (404, 1, 1) ON CONFLICT (k, id) DO UPDATE SET v = excluded.v, note = t.note || excluded.note RETURNING *;
SELECT * FROM t WHERE k >= 400 ORDER BY k, id;
DROP TRIGGER chosen ON t;

-- Conditions, columns, and being switched off.
CREATE TRIGGER when_v AFTER UPDATE ON t FOR EACH ROW WHEN (OLD.v IS DISTINCT FROM NEW.v AND NEW.k < 100) EXECUTE FUNCTION say();
CREATE TRIGGER of_note BEFORE UPDATE OF note ON t FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER of_twice AFTER UPDATE OF twice ON t EXECUTE FUNCTION say();
CREATE TRIGGER when_new BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.v > 5) EXECUTE FUNCTION say();
CREATE TRIGGER when_old AFTER DELETE ON t FOR EACH ROW WHEN (OLD.note IS NULL) EXECUTE FUNCTION say();
TRUNCATE log, t;
INSERT INTO t (k, id, v) VALUES (1, 1, 5), (2, 1, 6), (101, 1, 7);
UPDATE t SET v = v;
UPDATE t SET v = v + 1;
UPDATE t SET note = 'x' WHERE k = 2;
UPDATE t SET changed = 7, k = k WHERE k < 100;
UPDATE t SET k = 102, v = 0 WHERE k = 101;
DELETE FROM t WHERE k IN (1, 2);
SELECT what FROM log ORDER BY what;
TRUNCATE log;
ALTER TABLE t DISABLE TRIGGER when_new;
INSERT INTO t (k, id, v) VALUES (5, 1, 50);
ALTER TABLE t ENABLE REPLICA TRIGGER when_new;
INSERT INTO t (k, id, v) VALUES (5, 2, 50);
ALTER TABLE t ENABLE ALWAYS TRIGGER when_new;
INSERT INTO t (k, id, v) VALUES (5, 3, 50);
ALTER TABLE t DISABLE TRIGGER USER;
UPDATE t SET v = 9, note = 'y';
ALTER TABLE t ENABLE TRIGGER USER, ADD COLUMN extra text DEFAULT 'more';
INSERT INTO t (k, id, v) VALUES (5, 4, 50);
ALTER TRIGGER when_new ON t RENAME TO when_renamed;
INSERT INTO t (k, id, v) VALUES (5, 5, 50);
BEGIN;
SET LOCAL session_replication_role = replica;
INSERT INTO t (k, id, v) VALUES (5, 6, 50);
UPDATE t SET v = 10, note = 'z';
COMMIT;
SELECT what FROM log ORDER BY what;
SELECT * FROM t ORDER BY k, id;
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 't'::regclass AND NOT tgisinternal ORDER BY 1;
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 't'::regclass AND NOT tgisinternal AND tgname = 'when_v';
ALTER TABLE t DROP COLUMN extra;
DROP FUNCTION say() CASCADE;
UPDATE t SET v = 11, note = 'no trigger is left';
SELECT * FROM t ORDER BY k, id;
CREATE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO log (what) VALUES (format('%s %s %s %s on %s old %s new %s depth %s', TG_NAME, TG_WHEN, TG_LEVEL, TG_OP, TG_TABLE_NAME,
    CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'INSERT' THEN OLD::text END, CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'DELETE' THEN NEW::text END, pg_trigger_depth()));
  RETURN CASE WHEN TG_LEVEL = 'STATEMENT' THEN NULL WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
TRUNCATE log, t;

-- Functions that read and write tables of the cluster, this one too.
CREATE FUNCTION next_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.id := (SELECT coalesce(max(id), 0) + 1 FROM t WHERE k = NEW.k);
  NEW.changed := (SELECT count(*) FROM t);
  RETURN NEW;
END $$;
CREATE TRIGGER numbered BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION next_id();
INSERT INTO t (k, v) VALUES (1, 1), (1, 2), (2, 3), (1, 4) RETURNING *;
INSERT INTO t (k, v) SELECT i % 3, i FROM generate_series(1, 12) i;
COPY t (k, v) FROM stdin;
1	100
7	101
7	102
\.
SELECT * FROM t ORDER BY k, id;
DROP TRIGGER numbered ON t;
CREATE FUNCTION arrived() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changed := (SELECT count(*) FROM t WHERE k >= 1000); RETURN NEW; END $$;
CREATE TRIGGER arriving BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION arrived();
BEGIN;
UPDATE t SET k = k + 1000 WHERE id > 1 RETURNING k, id;
SELECT count(*), sum(changed) FROM t WHERE k >= 1000;
SELECT k, id FROM t ORDER BY k, id;
ROLLBACK;
DROP TRIGGER arriving ON t;
-- Rows that were written before stay when a trigger's block is rolled back.
CREATE FUNCTION careful() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    NEW.changed := (SELECT count(*) FROM t WHERE k = NEW.k);
    INSERT INTO t (k, id) VALUES (NEW.k, NULL);
  EXCEPTION WHEN not_null_violation THEN NEW.note := 'caught';
  END;
  RETURN NEW;
END $$;
BEGIN;
CREATE TRIGGER careful BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.id IS NOT NULL) EXECUTE FUNCTION careful();
INSERT INTO t (k, id) SELECT 3000 + i % 2, i FROM generate_series(1, 6) i;
SELECT k, id, changed, note FROM t WHERE k >= 3000 ORDER BY k, id;
ROLLBACK;
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO other VALUES (coalesce(NEW.k, OLD.k), coalesce(NEW.id, OLD.id), (SELECT count(*) FROM t));
  UPDATE ref SET changes = changes + 1 WHERE id = coalesce(NEW.k, OLD.k);
  INSERT INTO plain VALUES (coalesce(NEW.id, OLD.id), 1);
  RETURN NULL;
END $$;
CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION audit();
INSERT INTO ref SELECT i, 'name ' || i FROM generate_series(0, 20) i;
TRUNCATE other;
INSERT INTO t (k, id, v) VALUES (8, 1, 1), (9, 1, 1);
UPDATE t SET v = v + 1 WHERE k < 2;
DELETE FROM t WHERE k IN (0, 8);
SELECT * FROM other ORDER BY k, id, w;
SELECT * FROM ref ORDER BY id;
SELECT id, sum(v) FROM plain GROUP BY id ORDER BY id;
BEGIN;
SAVEPOINT s;
DELETE FROM t;
SELECT count(*) FROM other;
ROLLBACK TO s;
SELECT count(*) FROM other;
DELETE FROM t WHERE k = 2;
COMMIT;
SELECT count(*), sum(w) FROM other;
WITH moved AS (DELETE FROM t WHERE k = 1 RETURNING *), added AS (INSERT INTO t SELECT k + 50, id, v FROM moved RETURNING k, id) SELECT * FROM added ORDER BY k, id;
SELECT k, id, w FROM other ORDER BY k, id, w;
DROP TRIGGER audited ON t;
-- It may not write the row that is being written.
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE t SET changed = 99 WHERE k = NEW.k AND id = NEW.id; RETURN NEW; END $$;
CREATE TRIGGER meddling BEFORE UPDATE OF v ON t FOR EACH ROW EXECUTE FUNCTION meddle();
-- @error 27000
UPDATE t SET v = 5 WHERE k = 51 AND id = 1;
DROP TRIGGER meddling ON t;
CREATE TRIGGER meddling AFTER UPDATE OF v ON t FOR EACH ROW EXECUTE FUNCTION meddle();
UPDATE t SET v = 5 WHERE k = 51 RETURNING changed;
SELECT * FROM t ORDER BY k, id;
DROP TRIGGER meddling ON t;
-- Triggers of triggers.
CREATE FUNCTION descend() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO log (what) VALUES (format('%s at %s', NEW.id, pg_trigger_depth()));
  IF NEW.id < 4 THEN INSERT INTO t (k, id) VALUES (NEW.k, NEW.id + 1); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER descending AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION descend();
INSERT INTO t (k, id) VALUES (60, 1), (61, 2);
SELECT what FROM log ORDER BY n;
SELECT * FROM t WHERE k >= 60 ORDER BY k, id;
DROP TRIGGER descending ON t;
-- Errors that are caught.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'P0099'; END $$;
CREATE TRIGGER refused AFTER INSERT ON t FOR EACH ROW WHEN (NEW.v = 13) EXECUTE FUNCTION refuse();
-- @error P0099
INSERT INTO t (k, id, v) VALUES (70, 1, 12), (71, 1, 13);
DO $$ BEGIN INSERT INTO t (k, id, v) VALUES (70, 2, 13); EXCEPTION WHEN SQLSTATE 'P0099' THEN INSERT INTO t (k, id, v) VALUES (70, 3, 14); END $$;
SELECT k, id, v FROM t WHERE k >= 70 ORDER BY k, id;
DROP TRIGGER refused ON t;

-- Transition tables.
CREATE FUNCTION sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN INSERT INTO log (what) SELECT format('%s %s: %s rows, %s', TG_NAME, TG_OP, count(*), sum(twice)) FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN INSERT INTO log (what) SELECT format('%s %s: %s rows, %s', TG_NAME, TG_OP, count(*), sum(v)) FROM old_rows;
  ELSE INSERT INTO log (what) SELECT format('%s %s: %s rows, %s to %s', TG_NAME, TG_OP, count(*), sum(o.v), sum(n.v)) FROM old_rows o JOIN new_rows n USING (k, id); END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION spread() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO other SELECT k, id, twice FROM new_rows; UPDATE ref SET changes = changes + n FROM (SELECT k, count(*) n FROM new_rows GROUP BY k) c WHERE c.k = ref.id; RETURN NULL; END $$;
CREATE TRIGGER sum_insert AFTER INSERT ON t REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sums();
CREATE TRIGGER sum_update AFTER UPDATE ON t REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sums();
CREATE TRIGGER sum_delete AFTER DELETE ON t REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION sums();
CREATE TRIGGER sum_each AFTER INSERT ON t REFERENCING NEW TABLE AS new_rows FOR EACH ROW WHEN (NEW.id = 2) EXECUTE FUNCTION sums();
CREATE TRIGGER spreading AFTER INSERT ON t REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION spread();
TRUNCATE log, other, t;
INSERT INTO t (k, id, v) SELECT i % 4, i, i FROM generate_series(1, 30) i;
COPY t (k, id, v) FROM stdin;
80	1	1
81	2	2
\.
UPDATE t SET v = v + 10 WHERE k < 2;
UPDATE t SET k = k + 10 WHERE k = 3;
UPDATE t SET v = 1 WHERE k = 1000;
DELETE FROM t WHERE k = 2;
INSERT INTO t (k, id, v) VALUES (80, 1, 1), (82, 1, 1) ON CONFLICT DO NOTHING;
MERGE INTO t USING (SELECT i % 4 AS k, i AS id FROM generate_series(1, 40) i) s ON t.k = s.k AND t.id = s.id WHEN MATCHED AND t.k = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET v = 1000 + s.id WHEN NOT MATCHED THEN INSERT (k, id, v) VALUES (s.k, s.id, 7);
SELECT what FROM log ORDER BY n;
SELECT * FROM other ORDER BY k, id, w;
SELECT id, changes FROM ref ORDER BY id;
SELECT * FROM t ORDER BY k, id;
DROP FUNCTION sums() CASCADE;
DROP FUNCTION spread() CASCADE;

-- MERGE and row triggers.
CREATE TRIGGER chosen BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION choose();
CREATE TRIGGER said AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER said_before BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION say();
CREATE TRIGGER said_after AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION say();
ALTER TABLE t DISABLE TRIGGER USER;
TRUNCATE log, t;
INSERT INTO t (k, id, v) SELECT i % 3, i, i FROM generate_series(1, 9) i;
ALTER TABLE t ENABLE TRIGGER USER;
MERGE INTO t USING (VALUES (0, 3, 1), (1, 1, -1), (1, 4, 5), (0, 6, 0), (2, 5, 0), (50, 500, 1), (51, 1, -1)) s (k, id, v) ON t.k = s.k AND t.id = s.id WHEN MATCHED AND s.v = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT (k, id, v) VALUES (s.k, s.id, s.v);
SELECT what FROM log ORDER BY what;
SELECT * FROM t ORDER BY k, id;
DROP TRIGGER chosen ON t;
DROP TRIGGER said ON t;
DROP TRIGGER said_before ON t;
DROP TRIGGER said_after ON t;

-- TRUNCATE.
CREATE FUNCTION counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log (what) SELECT format('%s %s %s: %s rows', TG_NAME, TG_WHEN, TG_OP, count(*)) FROM t; RETURN NULL; END $$;
CREATE TRIGGER emptied BEFORE TRUNCATE ON t EXECUTE FUNCTION counts();
TRUNCATE log;
TRUNCATE t, other;
INSERT INTO t (k, id) VALUES (1, 1), (2, 2);
CREATE TRIGGER was_emptied AFTER TRUNCATE ON t EXECUTE FUNCTION counts();
TRUNCATE t;
SELECT what FROM log ORDER BY n;
SELECT count(*) FROM t;
DROP TRIGGER emptied ON t;
DROP TRIGGER was_emptied ON t;

-- Reference tables.
CREATE FUNCTION name_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(NEW.name) || (SELECT count(*) FROM ref); RETURN NEW; END $$;
CREATE TRIGGER named BEFORE INSERT OR UPDATE ON ref FOR EACH ROW EXECUTE FUNCTION name_it();
CREATE TRIGGER said AFTER INSERT OR UPDATE OR DELETE ON ref FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER said_once AFTER INSERT OR UPDATE OR DELETE ON ref EXECUTE FUNCTION say();
TRUNCATE log;
DELETE FROM ref WHERE id > 2;
-- In the order in which the rows lie, which vacuum may change.
SELECT what FROM log ORDER BY what;
TRUNCATE log;
INSERT INTO ref (id, name) VALUES (30, 'thirty'), (31, 'more') RETURNING *;
UPDATE ref SET changes = 5 WHERE id = 30 RETURNING *;
UPDATE ref SET id = id + 100 WHERE id < 2;
DELETE FROM ref WHERE id = 31;
COPY ref (id, name) FROM stdin;
40	forty
41	one
\.
MERGE INTO ref USING (VALUES (40, 'x'), (50, 'y')) s (id, name) ON ref.id = s.id WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name);
SELECT what FROM log ORDER BY n;
SELECT * FROM ref ORDER BY id;
SELECT count(*), sum(length(name)) FROM ref JOIN other ON true;
DROP TRIGGER named ON ref;
DROP TRIGGER said ON ref;
DROP TRIGGER said_once ON ref;
CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$;
CREATE TRIGGER shouted BEFORE INSERT ON ref FOR EACH ROW EXECUTE FUNCTION shout();
INSERT INTO ref (id, name) VALUES (50, 'again'), (60, 'sixty'), (61, 'x') ON CONFLICT (id) DO UPDATE SET name = ref.name || excluded.name RETURNING *;
DROP TRIGGER shouted ON ref;
CREATE FUNCTION meddle_ref() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE ref SET changes = 99 WHERE id = NEW.id; RETURN NEW; END $$;
CREATE TRIGGER meddling BEFORE UPDATE OF name ON ref FOR EACH ROW EXECUTE FUNCTION meddle_ref();
-- @error 27000
UPDATE ref SET name = 'z' WHERE id = 60;
DROP TRIGGER meddling ON ref;
SELECT * FROM ref ORDER BY id;

-- Dropped columns, and triggers that were there before the table was distributed.
CREATE TRIGGER said BEFORE INSERT OR UPDATE OR DELETE ON gone FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER said_after AFTER INSERT OR UPDATE OR DELETE ON gone FOR EACH ROW EXECUTE FUNCTION say();
TRUNCATE log;
INSERT INTO gone VALUES ('b', 1, 2), ('bb', 2, 3);
UPDATE gone SET c = c + k;
ALTER TABLE gone DROP COLUMN b;
UPDATE gone SET c = c + 1, k = 7 WHERE k = 1;
DELETE FROM gone WHERE c > 4;
SELECT what FROM log ORDER BY what;
SELECT * FROM gone ORDER BY k;
-- @cluster SELECT undistribute_table('gone')
TRUNCATE log;
INSERT INTO gone VALUES (20, 30);
SELECT what FROM log ORDER BY n;
-- @cluster SELECT create_distributed_table('gone', 'c')
INSERT INTO gone VALUES (21, 31);
-- @cluster SELECT undistribute_table('gone')
-- @cluster SELECT create_reference_table('gone')
INSERT INTO gone VALUES (22, 32);
SELECT what FROM log ORDER BY n;
DROP TABLE gone;

-- Views.
CREATE VIEW v AS SELECT t.k, t.id, t.v, other.w FROM t JOIN other ON other.id = t.id;
CREATE FUNCTION through() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN INSERT INTO t (k, id, v) VALUES (NEW.k, NEW.id, NEW.v); INSERT INTO other VALUES (NEW.k, NEW.id, NEW.w); RETURN NEW;
  ELSIF TG_OP = 'UPDATE' THEN UPDATE t SET v = NEW.v WHERE k = OLD.k AND id = OLD.id; UPDATE other SET w = NEW.w WHERE id = OLD.id; RETURN NEW;
  ELSE DELETE FROM t WHERE k = OLD.k AND id = OLD.id; RETURN OLD; END IF;
END $$;
CREATE TRIGGER instead INSTEAD OF INSERT OR UPDATE OR DELETE ON v FOR EACH ROW EXECUTE FUNCTION through();
INSERT INTO v VALUES (1, 1, 10, 100), (2, 2, 20, 200), (3, 3, 30, 300) RETURNING *;
UPDATE v SET w = w + 1, v = 0 WHERE k > 1 RETURNING *;
DELETE FROM v WHERE id = 1 RETURNING *;
SELECT * FROM v ORDER BY k;
SELECT * FROM t ORDER BY k;
CREATE VIEW simple AS SELECT k, id, note FROM t;
CREATE TRIGGER touched BEFORE UPDATE OF note ON t FOR EACH ROW EXECUTE FUNCTION touch();
UPDATE simple SET note = 'through a view' WHERE k = 2;
SELECT * FROM t ORDER BY k;
DROP VIEW v, simple;
DROP TRIGGER touched ON t;

-- Several writes in one statement.
CREATE TRIGGER once_before BEFORE INSERT OR UPDATE ON t EXECUTE FUNCTION say();
CREATE TRIGGER once_after AFTER INSERT OR UPDATE ON t EXECUTE FUNCTION say();
CREATE TRIGGER each AFTER INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION say();
TRUNCATE log, t;
WITH a AS (INSERT INTO t (k, id) VALUES (1, 1) RETURNING *), b AS (INSERT INTO t (k, id) VALUES (2, 1) RETURNING *) INSERT INTO t (k, id) SELECT k, id + 1 FROM a UNION ALL SELECT k, id + 1 FROM b;
WITH a AS (UPDATE t SET v = 1 WHERE k = 1 RETURNING id) SELECT count(*) FROM a;
WITH a AS (UPDATE t SET v = 2 WHERE k = 2 RETURNING id) INSERT INTO plain SELECT id, 5 FROM a;
SELECT what FROM log ORDER BY what;
DROP TRIGGER once_before ON t;
DROP TRIGGER once_after ON t;
DROP TRIGGER each ON t;

-- What cannot be done.
CREATE TABLE child (k int, id int, n int);
-- @cluster SELECT create_distributed_table('child', 'k', colocate_with => 't')
ALTER TABLE child ADD FOREIGN KEY (k, id) REFERENCES t ON DELETE CASCADE;
CREATE TRIGGER said_too AFTER DELETE ON child FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER said AFTER INSERT ON child FOR EACH ROW EXECUTE FUNCTION say();
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON child DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER touched BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
INSERT INTO t (k, id) VALUES (1, 1) ON CONFLICT (k, id) DO UPDATE SET v = 1;
UPDATE t SET v = 3 WHERE k = 1;
SELECT k, id, v, changed FROM t ORDER BY k, id;
