-- Proves that rules on distributed tables rewrite statements as PostgreSQL does: conditions, INSTEAD and ALSO, several
-- actions, local and distributed targets, OLD and NEW, VALUES and RETURNING.
CREATE TABLE t (k int PRIMARY KEY, v int, s text);
CREATE TABLE log (k int, what text, n int, o int);
CREATE TABLE local_log (k int, what text);
-- @cluster SELECT create_distributed_table('t', 'k', shard_count => 8)
-- @cluster SELECT create_distributed_table('log', 'k', colocate_with => 't')
CREATE RULE ins AS ON INSERT TO t DO ALSO INSERT INTO log VALUES (new.k, 'ins', new.v, NULL);
CREATE RULE upd AS ON UPDATE TO t WHERE new.v <> old.v DO ALSO INSERT INTO log VALUES (new.k, 'upd', new.v, old.v);
CREATE RULE del AS ON DELETE TO t DO ALSO INSERT INTO local_log VALUES (old.k, 'del ' || old.s);
INSERT INTO t VALUES (1, 1, 'a'), (2, 2, 'b');
INSERT INTO t SELECT g, g, 's' || g FROM generate_series(3, 20) g;
INSERT INTO t VALUES (21, 21, 'z');
UPDATE t SET v = v + 1 WHERE k IN (1, 7);
UPDATE t SET s = 'new' WHERE k = 2;
UPDATE t SET v = 7 WHERE k = 7;
UPDATE t SET v = 100, s = s || '!' WHERE k % 5 = 0;
DELETE FROM t WHERE k = 3;
DELETE FROM t WHERE v > 15 AND v < 20;
SELECT * FROM t ORDER BY k;
SELECT * FROM log ORDER BY k, what, n;
SELECT * FROM local_log ORDER BY k;
CREATE RULE guard AS ON INSERT TO t WHERE new.v > 1000 DO INSTEAD NOTHING;
INSERT INTO t VALUES (30, 1001, 'no');
INSERT INTO t VALUES (31, 1001, 'no'), (32, 1, 'yes');
INSERT INTO t SELECT k + 100, v + 950, s FROM t;
INSERT INTO t SELECT k + 200, v, s FROM t WHERE k < 5;
SELECT k, v FROM t WHERE k > 21 ORDER BY k;
CREATE RULE values_too AS ON UPDATE TO t DO ALSO VALUES (old.k, old.v, 'old'), (old.k, new.v, 'new');
-- @unordered
UPDATE t SET v = v * 2 WHERE k < 5;
DROP RULE values_too ON t;
CREATE VIEW v AS SELECT * FROM t;
CREATE RULE v_ins AS ON INSERT TO v DO INSTEAD INSERT INTO t VALUES (new.k, new.v, 'by view') RETURNING t.*;
CREATE RULE v_upd AS ON UPDATE TO v DO INSTEAD UPDATE t SET v = new.v WHERE k = old.k RETURNING t.*;
CREATE RULE v_del AS ON DELETE TO v DO INSTEAD DELETE FROM t WHERE k = old.k;
INSERT INTO v VALUES (40, 40);
UPDATE v SET v = 41 WHERE k = 40 RETURNING k, v;
DELETE FROM v WHERE k = 40;
CREATE RULE also_subquery AS ON UPDATE TO v
    DO ALSO UPDATE t x SET s = 'tt' FROM (SELECT k FROM t WHERE k = old.k) tt WHERE x.k = tt.k;
UPDATE v SET v = v + 1 WHERE k IN (1, 2, 4);
SELECT * FROM t WHERE k < 10 ORDER BY k;
ALTER RULE guard ON t RENAME TO warden;
ALTER TABLE t DISABLE RULE warden;
INSERT INTO t VALUES (50, 5000, 'in');
ALTER TABLE t ENABLE RULE warden, ADD COLUMN extra int;
INSERT INTO t VALUES (51, 5000, 'out');
SELECT * FROM t WHERE k >= 50 ORDER BY k;
-- @error 42704
DROP RULE guard ON t;
DROP RULE warden ON t;
INSERT INTO t VALUES (52, 5000, 'in');
BEGIN;
CREATE RULE gone AS ON DELETE TO t DO INSTEAD NOTHING;
DELETE FROM t;
ROLLBACK;
DELETE FROM t WHERE k > 10;
SELECT count(*), sum(v) FROM t;
-- @error 42P17
CREATE RULE "_RETURN" AS ON SELECT TO t DO INSTEAD SELECT * FROM log;
CREATE TABLE ref (k int PRIMARY KEY);
-- @cluster SELECT create_reference_table('ref')
-- @cluster-error 0A000 CREATE RULE r AS ON INSERT TO ref DO ALSO NOTHING
-- A view without a condition checks nothing.
CREATE TABLE plain (k int PRIMARY KEY, v int, s text);
-- @cluster SELECT create_distributed_table('plain', 'k', colocate_with => 't')
CREATE VIEW all_of AS SELECT k, v, s FROM plain WITH CASCADED CHECK OPTION;
INSERT INTO all_of VALUES (60, 1, 'x') ON CONFLICT (k) DO UPDATE SET v = excluded.v;
INSERT INTO all_of VALUES (60, 2, 'y') ON CONFLICT (k) DO UPDATE SET v = excluded.v;
SELECT * FROM all_of WHERE k = 60;

-- A rule ON SELECT makes a view of an empty table.
CREATE TABLE becomes (k int, v int);
-- @cluster SELECT create_distributed_table('becomes', 'k', colocate_with => 'none')
INSERT INTO becomes VALUES (1, 1);
-- @error 55000
CREATE RULE "_RETURN" AS ON SELECT TO becomes DO INSTEAD SELECT k, v FROM t;
SELECT * FROM becomes;
DELETE FROM becomes;
-- @error 42P17
CREATE RULE "_RETURN" AS ON SELECT TO becomes DO INSTEAD SELECT k FROM t;
CREATE RULE "_RETURN" AS ON SELECT TO becomes DO INSTEAD SELECT k, v FROM t;
SELECT count(*), sum(v) FROM becomes;
SELECT relkind FROM pg_class WHERE oid = 'becomes'::regclass;
DROP VIEW becomes;
