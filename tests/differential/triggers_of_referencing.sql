-- Proves that triggers fire for rows that foreign keys delete and change, as on one PostgreSQL, where shards kept such
-- keys until then: of colocated tables, of tables that reference themselves or a reference table, and along chains.
CREATE TABLE log (id serial PRIMARY KEY, what text);
CREATE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO log (what) VALUES (concat_ws(' ', TG_NAME, TG_WHEN, TG_OP, TG_LEVEL, CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'INSERT' THEN OLD::text END, CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'DELETE' THEN NEW::text END, pg_trigger_depth()));
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO log (what) SELECT concat_ws(' ', TG_NAME, count(*), sum(n)) FROM gone;
  RETURN NULL;
END $$;
CREATE TABLE parent (k int, id int, v int, PRIMARY KEY (k, id));
CREATE TABLE child (k int, id int, n int, CONSTRAINT of_parent FOREIGN KEY (k, id) REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE leaf (k int, id int, n int);
-- @cluster SELECT create_distributed_table('parent', 'k', shard_count => 8)
-- @cluster SELECT create_distributed_table('child', 'k', colocate_with => 'parent')
-- @cluster SELECT create_distributed_table('leaf', 'k', colocate_with => 'parent')
INSERT INTO parent SELECT g % 10, g, 0 FROM generate_series(1, 60) g;
INSERT INTO child SELECT g % 10, g, n FROM generate_series(1, 60) g, generate_series(1, 2) n;
DELETE FROM parent WHERE id = 1;
SELECT count(*) FROM child;
-- @cluster SELECT count(DISTINCT result) = 1 AND min(result) = '1' FROM run_command_on_workers($$SELECT count(*) FROM pg_constraint WHERE conname = 'of_parent'$$)
-- The key becomes the coordinator's.
CREATE TRIGGER after_row AFTER DELETE ON child FOR EACH ROW EXECUTE FUNCTION say();
-- @cluster SELECT count(DISTINCT result) = 1 AND min(result) = '0' FROM run_command_on_workers($$SELECT count(*) FROM pg_constraint WHERE conname LIKE 'of_parent%'$$)
SELECT conname, confdeltype, confupdtype, convalidated, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'child'::regclass;
SELECT tgname, tgenabled, tgtype FROM pg_trigger WHERE tgrelid = 'child'::regclass AND NOT tgisinternal;
SELECT count(*), min(tgenabled), max(tgenabled) FROM pg_trigger WHERE tgrelid IN ('child'::regclass, 'parent'::regclass) AND tgisinternal;
DELETE FROM parent WHERE id IN (2, 12);
SELECT what FROM log ORDER BY what;
SELECT count(*) FROM child;
TRUNCATE log;
-- @error 23503
INSERT INTO child VALUES (1, 1, 5);
-- @error 23503
INSERT INTO child SELECT k, id + 100, n FROM child;
INSERT INTO child VALUES (3, 3, 3), (3, 13, 3);
UPDATE parent SET id = id + 100 WHERE id IN (3, 13);
SELECT * FROM child WHERE k = 3 AND id > 100 ORDER BY id, n;
UPDATE parent SET k = k + 50 WHERE id IN (4, 14);
SELECT * FROM child WHERE k >= 50 ORDER BY k, id, n;
SELECT what FROM log ORDER BY what;
-- All kinds of triggers.
CREATE TRIGGER before_row BEFORE UPDATE OR DELETE ON child FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER before_all BEFORE UPDATE OR DELETE ON child EXECUTE FUNCTION say();
CREATE TRIGGER after_all AFTER UPDATE OR DELETE ON child EXECUTE FUNCTION say();
CREATE TRIGGER after_old AFTER DELETE ON child REFERENCING OLD TABLE AS gone EXECUTE FUNCTION sums();
CREATE TRIGGER some_only AFTER DELETE ON child FOR EACH ROW WHEN (old.n = 1) EXECUTE FUNCTION say();
CREATE TRIGGER of_n AFTER UPDATE OF n ON child FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER of_id AFTER UPDATE OF id ON child FOR EACH ROW EXECUTE FUNCTION say();
DELETE FROM parent WHERE id = 5;
SELECT what FROM log ORDER BY id;
TRUNCATE log;
DELETE FROM parent WHERE id IN (15, 16);
SELECT what FROM log ORDER BY what;
TRUNCATE log;
UPDATE parent SET id = 107 WHERE id = 7;
SELECT what FROM log ORDER BY id;
TRUNCATE log;
UPDATE parent SET k = 77 WHERE id = 17;
SELECT what FROM log ORDER BY id;
TRUNCATE log;
UPDATE parent SET v = v + 1;
SELECT count(*) FROM log;
WITH d AS (DELETE FROM parent WHERE id = 18 RETURNING *) SELECT * FROM d;
MERGE INTO parent p USING (VALUES (9, 19)) s (k, id) ON p.k = s.k AND p.id = s.id WHEN MATCHED THEN DELETE;
SELECT what FROM log ORDER BY what;
TRUNCATE log;
-- A trigger that keeps the row, and one that changes others.
CREATE FUNCTION keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER a_keeps BEFORE DELETE ON child FOR EACH ROW WHEN (old.id = 20) EXECUTE FUNCTION keeps();
DELETE FROM parent WHERE id = 20;
SELECT * FROM child WHERE id = 20 ORDER BY n;
DROP TRIGGER a_keeps ON child;
DELETE FROM child WHERE id = 20;
CREATE FUNCTION follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM leaf WHERE k = OLD.k AND id = OLD.id; RETURN NULL; END $$;
INSERT INTO leaf SELECT k, id, n FROM child;
CREATE TRIGGER follows AFTER DELETE ON child FOR EACH ROW EXECUTE FUNCTION follows();
SELECT count(*) FROM leaf;
DELETE FROM parent WHERE id BETWEEN 21 AND 25;
SELECT count(*), sum(id) FROM leaf;
SELECT count(*), sum(id) FROM child;
DROP TRIGGER follows ON child;
BEGIN;
DELETE FROM parent WHERE id BETWEEN 26 AND 30;
SAVEPOINT s;
DELETE FROM parent;
SELECT count(*) FROM child;
ROLLBACK TO s;
SELECT count(*), sum(id) FROM child;
COMMIT;
-- Disabled and enabled, dropped.
TRUNCATE log;
ALTER TABLE child DISABLE TRIGGER USER;
DELETE FROM parent WHERE id = 31;
SELECT count(*) FROM log;
ALTER TABLE child ENABLE TRIGGER after_row;
DELETE FROM parent WHERE id = 32;
SELECT what FROM log ORDER BY what;
ALTER TABLE child DISABLE TRIGGER ALL;
INSERT INTO child VALUES (7, 700, 1);
ALTER TABLE child ENABLE TRIGGER ALL;
-- @error 23503
INSERT INTO child VALUES (7, 701, 1);
DELETE FROM child WHERE id = 700;
DROP TRIGGER after_row ON child;
DROP TRIGGER before_row ON child;
DROP TRIGGER before_all ON child;
DROP TRIGGER after_all ON child;
DROP TRIGGER after_old ON child;
DROP TRIGGER some_only ON child;
DROP TRIGGER of_n ON child;
DROP TRIGGER of_id ON child;
DELETE FROM parent WHERE id = 33;
-- @error 23503
INSERT INTO child VALUES (3, 33, 1);
SELECT count(*), sum(id) FROM child;
-- A key that is added to a table with triggers, and tables that are distributed with both.
CREATE TRIGGER after_row AFTER DELETE OR UPDATE ON leaf FOR EACH ROW EXECUTE FUNCTION say();
DELETE FROM leaf WHERE (k, id) NOT IN (SELECT k, id FROM parent);
TRUNCATE log;
ALTER TABLE leaf ADD CONSTRAINT leaf_of_parent FOREIGN KEY (k, id) REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE;
DELETE FROM parent WHERE id = 34;
UPDATE parent SET id = 135 WHERE id = 35;
SELECT what FROM log ORDER BY what;
ALTER TABLE leaf DROP CONSTRAINT leaf_of_parent;
ALTER TABLE leaf ADD COLUMN again int;
-- @cluster SELECT undistribute_table('leaf')
ALTER TABLE leaf ADD CONSTRAINT leaf_of_parent FOREIGN KEY (k, id) REFERENCES parent ON DELETE CASCADE;
TRUNCATE log;
DELETE FROM parent WHERE id = 36;
SELECT what FROM log ORDER BY what;
-- @cluster SELECT create_distributed_table('leaf', 'k', colocate_with => 'parent')
TRUNCATE log;
DELETE FROM parent WHERE id = 37;
SELECT what FROM log ORDER BY what;
-- @error 23503
UPDATE parent SET id = 138 WHERE id = 38;
-- @cluster SELECT undistribute_table('child')
-- @cluster SELECT undistribute_table('parent')
TRUNCATE log;
DELETE FROM parent WHERE id = 38;
SELECT what FROM log ORDER BY what;
-- @cluster SELECT create_distributed_table('parent', 'k', colocate_with => 'leaf')
-- @cluster SELECT create_distributed_table('child', 'k', colocate_with => 'parent')
TRUNCATE log;
DELETE FROM parent WHERE id = 39;
SELECT what FROM log ORDER BY what;
-- @error 23503
INSERT INTO leaf VALUES (9, 39, 1);
-- @error 23503
INSERT INTO child VALUES (9, 39, 1);
SELECT count(*) FROM child;
DROP TABLE leaf;
-- Chains: what causes the change has to come about where the trigger fires.
CREATE TABLE top (k int PRIMARY KEY);
-- @cluster SELECT create_distributed_table('top', 'k', colocate_with => 'parent')
INSERT INTO top SELECT generate_series(0, 99);
ALTER TABLE parent ADD CONSTRAINT of_top FOREIGN KEY (k) REFERENCES top ON DELETE CASCADE;
CREATE TRIGGER after_row AFTER DELETE ON child FOR EACH ROW EXECUTE FUNCTION say();
TRUNCATE log;
DELETE FROM top WHERE k = 1;
SELECT count(*), min(what), max(what) FROM log;
SELECT count(*) FROM parent WHERE k = 1;
-- @error 23503
INSERT INTO parent VALUES (1, 1, 1);
CREATE TABLE above (k int PRIMARY KEY);
-- @cluster SELECT create_distributed_table('above', 'k', colocate_with => 'parent')
INSERT INTO above SELECT generate_series(0, 99);
ALTER TABLE top ADD CONSTRAINT of_above FOREIGN KEY (k) REFERENCES above ON DELETE CASCADE;
TRUNCATE log;
DELETE FROM above WHERE k = 2;
SELECT count(*), min(what), max(what) FROM log;
SELECT count(*) FROM child WHERE k = 2;
-- @error 23503
INSERT INTO top VALUES (2);
DROP TABLE child, parent, top, above;
-- A table that references itself.
CREATE TABLE tree (k int, id int, up int, PRIMARY KEY (k, id), CONSTRAINT upwards FOREIGN KEY (k, up) REFERENCES tree ON DELETE CASCADE ON UPDATE NO ACTION);
-- @cluster SELECT create_distributed_table('tree', 'k', shard_count => 8)
INSERT INTO tree SELECT k, g, nullif(g / 2, 0) FROM generate_series(1, 5) k, generate_series(1, 15) g;
CREATE TRIGGER after_row AFTER DELETE ON tree FOR EACH ROW EXECUTE FUNCTION say();
TRUNCATE log;
DELETE FROM tree WHERE k = 1 AND id = 2;
SELECT what FROM log ORDER BY what;
DELETE FROM tree WHERE k IN (2, 3) AND id = 3;
SELECT count(*) FROM log;
SELECT k, count(*), sum(id) FROM tree GROUP BY k ORDER BY k;
-- @error 23503
INSERT INTO tree VALUES (1, 100, 99);
INSERT INTO tree SELECT 9, g, nullif(g / 2, 0) FROM generate_series(1, 40) g;
-- @cluster SELECT undistribute_table('tree')
DELETE FROM tree WHERE k = 9 AND id = 3;
SELECT count(*), (SELECT count(*) FROM log) FROM tree;
-- @cluster SELECT create_distributed_table('tree', 'k', shard_count => 8)
DELETE FROM tree WHERE k = 9 AND id = 2;
SELECT count(*), (SELECT count(*) FROM log) FROM tree;
DROP TABLE tree;
-- A reference table is referenced.
CREATE TABLE kinds (id int PRIMARY KEY, name text UNIQUE);
-- @cluster SELECT create_reference_table('kinds')
INSERT INTO kinds SELECT g, 'k' || g FROM generate_series(1, 20) g;
CREATE TABLE things (k int, kind int CONSTRAINT of_kind REFERENCES kinds ON DELETE CASCADE ON UPDATE SET NULL, name text CONSTRAINT of_name REFERENCES kinds (name) ON DELETE SET NULL ON UPDATE CASCADE);
-- @cluster SELECT create_distributed_table('things', 'k', shard_count => 8)
INSERT INTO things SELECT g, g % 20 + 1, 'k' || (g + 5) % 20 + 1 FROM generate_series(1, 60) g;
CREATE TRIGGER after_delete AFTER DELETE ON things FOR EACH ROW EXECUTE FUNCTION say();
-- @cluster SELECT min(result), max(result) FROM run_command_on_workers($$SELECT string_agg(conname, ' ' ORDER BY conname) FROM pg_constraint WHERE conrelid = 'things'::regclass$$)
TRUNCATE log;
DELETE FROM kinds WHERE id = 1;
SELECT what FROM log ORDER BY what;
SELECT count(*), count(kind), count(name) FROM things;
CREATE TRIGGER before_update BEFORE UPDATE ON things FOR EACH ROW EXECUTE FUNCTION say();
TRUNCATE log;
UPDATE kinds SET id = 102, name = 'k102' WHERE id = 2;
DELETE FROM kinds WHERE id = 3;
SELECT what FROM log ORDER BY what;
SELECT count(*), count(kind), count(name) FROM things;
-- @error 23503
INSERT INTO things VALUES (100, 3, NULL);
INSERT INTO things VALUES (100, 4, 'k102');
BEGIN;
DELETE FROM kinds WHERE id > 10;
SELECT count(*), count(kind), count(name) FROM things;
ROLLBACK;
SELECT count(*), count(kind), count(name) FROM things;
DROP TABLE things, kinds;
-- Triggers of the statement fire once, however many levels a key takes a table through; their transition tables hold all.
CREATE FUNCTION counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO log (what) SELECT concat_ws(' ', TG_NAME, TG_LEVEL, CASE WHEN TG_LEVEL = 'ROW' THEN OLD::text END, count(*), string_agg(g::text, ' ' ORDER BY g::text)) FROM gone g;
  ELSE
    INSERT INTO log (what) SELECT concat_ws(' ', TG_NAME, TG_LEVEL, CASE WHEN TG_LEVEL = 'ROW' THEN OLD::text END, count(*), string_agg(g::text, ' ' ORDER BY g::text), (SELECT string_agg(c::text, ' ' ORDER BY c::text) FROM come c)) FROM gone g;
  END IF;
  RETURN NULL;
END $$;
CREATE TABLE line (k int, id int, up int, PRIMARY KEY (k, id), CONSTRAINT upwards FOREIGN KEY (k, up) REFERENCES line ON DELETE CASCADE ON UPDATE CASCADE);
-- @cluster SELECT create_distributed_table('line', 'k', shard_count => 8)
INSERT INTO line SELECT 1, g, nullif(g - 1, 0) FROM generate_series(1, 40) g;
CREATE TRIGGER before_all BEFORE UPDATE OR DELETE ON line EXECUTE FUNCTION say();
CREATE TRIGGER after_all AFTER UPDATE OR DELETE ON line EXECUTE FUNCTION say();
CREATE TRIGGER after_row AFTER UPDATE OR DELETE ON line FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER of_up AFTER UPDATE OF up ON line EXECUTE FUNCTION say();
CREATE TRIGGER of_id AFTER UPDATE OF id ON line EXECUTE FUNCTION say();
TRUNCATE log;
DELETE FROM line WHERE id = 38;
SELECT what FROM log ORDER BY id;
TRUNCATE log;
UPDATE line SET id = 137 WHERE id = 37;
SELECT what FROM log ORDER BY id;
TRUNCATE log;
UPDATE line SET id = 136 WHERE id = 36;
SELECT what FROM log ORDER BY id;
TRUNCATE log;
UPDATE line SET k = 2, up = NULL WHERE id = 34;
SELECT what FROM log ORDER BY id;
SELECT * FROM line WHERE k = 2 ORDER BY id;
DELETE FROM line WHERE k = 2;
TRUNCATE log;
DELETE FROM line WHERE id = 30 AND k = 1 AND up IS NULL;
SELECT what FROM log ORDER BY id;
CREATE TRIGGER after_gone AFTER DELETE ON line REFERENCING OLD TABLE AS gone EXECUTE FUNCTION counts();
CREATE TRIGGER after_changed AFTER UPDATE ON line REFERENCING OLD TABLE AS gone NEW TABLE AS come EXECUTE FUNCTION counts();
TRUNCATE log;
DELETE FROM line WHERE id = 30;
SELECT what FROM log ORDER BY id;
TRUNCATE log;
DELETE FROM line WHERE id IN (27, 29);
SELECT what FROM log WHERE what NOT LIKE '%ROW%' ORDER BY id;
SELECT what FROM log WHERE what LIKE '%ROW%' ORDER BY what;
TRUNCATE log;
UPDATE line SET id = 126 WHERE id = 26;
UPDATE line SET id = 125 WHERE id = 25;
UPDATE line SET k = 3, up = NULL WHERE id = 24;
SELECT what FROM log ORDER BY id;
BEGIN;
DELETE FROM line WHERE id = 23;
SAVEPOINT s;
TRUNCATE log;
DELETE FROM line WHERE id = 22;
SELECT what FROM log ORDER BY id;
ROLLBACK TO s;
DELETE FROM line WHERE id = 21;
COMMIT;
SELECT count(*), max(id) FROM line;
-- Transition tables that a trigger for each row has seen are closed: what follows is as if it were another statement's.
CREATE TRIGGER row_gone AFTER DELETE ON line REFERENCING OLD TABLE AS gone FOR EACH ROW EXECUTE FUNCTION counts();
CREATE TRIGGER "A_row_changed" AFTER UPDATE ON line REFERENCING OLD TABLE AS gone NEW TABLE AS come FOR EACH ROW EXECUTE FUNCTION counts();
TRUNCATE log;
DELETE FROM line WHERE id = 18;
SELECT what FROM log ORDER BY id;
TRUNCATE log;
UPDATE line SET id = 116 WHERE id = 16;
SELECT what FROM log ORDER BY id;
CREATE TRIGGER "A_row_gone" AFTER DELETE ON line REFERENCING OLD TABLE AS gone FOR EACH ROW EXECUTE FUNCTION counts();
TRUNCATE log;
DELETE FROM line WHERE id = 14;
SELECT what FROM log ORDER BY id;
TRUNCATE log;
WITH d AS (DELETE FROM line WHERE id = 13 RETURNING *), u AS (UPDATE line SET id = 100 WHERE id = 10 RETURNING *) SELECT * FROM d, u;
SELECT what FROM log WHERE what NOT LIKE '%ROW%' ORDER BY what;
DROP TRIGGER row_gone ON line;
DROP TRIGGER "A_row_changed" ON line;
DROP TRIGGER "A_row_gone" ON line;
TRUNCATE log;
WITH d AS (DELETE FROM line WHERE id = 9 RETURNING *), u AS (UPDATE line SET id = 108 WHERE id = 8 RETURNING *), v AS (UPDATE line SET up = NULL WHERE id = 5) SELECT d.id, u.id FROM d, u;
SELECT what FROM log WHERE what NOT LIKE '%ROW%' ORDER BY what;
-- What a key sets to NULL is an UPDATE of the same table.
ALTER TABLE line DROP CONSTRAINT upwards;
ALTER TABLE line ADD CONSTRAINT upwards FOREIGN KEY (k, up) REFERENCES line ON DELETE SET NULL (up);
TRUNCATE log;
DELETE FROM line WHERE id = 3;
SELECT what FROM log ORDER BY id;
DROP TABLE line;
-- Tables that reference each other, and two that reference one: in the order in which PostgreSQL fires.
CREATE TABLE one (k int, id int, other int, PRIMARY KEY (k, id));
CREATE TABLE two (k int, id int, other int, PRIMARY KEY (k, id), FOREIGN KEY (k, other) REFERENCES one ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE three (k int, id int, other int, PRIMARY KEY (k, id), FOREIGN KEY (k, other) REFERENCES one ON DELETE CASCADE ON UPDATE CASCADE);
-- @cluster SELECT create_distributed_table('one', 'k', shard_count => 8)
-- @cluster SELECT create_distributed_table('two', 'k', colocate_with => 'one')
-- @cluster SELECT create_distributed_table('three', 'k', colocate_with => 'one')
INSERT INTO one SELECT k, g, NULL FROM generate_series(1, 3) k, generate_series(1, 5) g;
INSERT INTO two SELECT k, id, id FROM one;
INSERT INTO three SELECT k, 10 * id + g, id FROM one, generate_series(0, 1) g;
UPDATE one SET other = id - 1 WHERE id > 1;
ALTER TABLE one ADD CONSTRAINT back FOREIGN KEY (k, other) REFERENCES two ON DELETE CASCADE ON UPDATE CASCADE;
CREATE TRIGGER after_all AFTER UPDATE OR DELETE ON one EXECUTE FUNCTION say();
CREATE TRIGGER before_all BEFORE UPDATE OR DELETE ON one EXECUTE FUNCTION say();
CREATE TRIGGER after_row AFTER UPDATE OR DELETE ON one FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER two_all AFTER UPDATE OR DELETE ON two EXECUTE FUNCTION say();
CREATE TRIGGER two_before BEFORE UPDATE OR DELETE ON two EXECUTE FUNCTION say();
CREATE TRIGGER two_row AFTER UPDATE OR DELETE ON two FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER two_gone AFTER DELETE ON two REFERENCING OLD TABLE AS gone EXECUTE FUNCTION counts();
CREATE TRIGGER three_all AFTER UPDATE OR DELETE ON three EXECUTE FUNCTION say();
CREATE TRIGGER three_row AFTER UPDATE OR DELETE ON three FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER three_gone AFTER DELETE ON three REFERENCING OLD TABLE AS gone EXECUTE FUNCTION counts();
TRUNCATE log;
DELETE FROM one WHERE k = 1 AND id = 4;
SELECT what FROM log ORDER BY id;
TRUNCATE log;
UPDATE one SET id = id + 10 WHERE k = 2 AND id = 3;
SELECT what FROM log ORDER BY id;
TRUNCATE log;
DELETE FROM one WHERE k = 3 AND id = 1;
SELECT what FROM log ORDER BY id;
SELECT (SELECT count(*) FROM one), (SELECT count(*) FROM two), (SELECT count(*) FROM three);
ALTER TABLE one DROP CONSTRAINT back;
DROP TABLE two, three, one;
DROP TABLE log;
