-- Proves that rows move between the tables of a tree as in PostgreSQL: triggers, transition tables, checks, FROM, sub-queries, MERGE.
CREATE TABLE log (id serial, what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO log (what) VALUES (concat_ws(' ', TG_NAME, TG_TABLE_NAME, TG_WHEN, TG_OP, TG_LEVEL, CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'INSERT' THEN old::text END, CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'DELETE' THEN new::text END));
  RETURN CASE WHEN TG_OP = 'DELETE' THEN old ELSE new END;
END $$;
CREATE FUNCTION note_tables() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO log (what) SELECT TG_NAME || ' new ' || string_agg(n::text, ',' ORDER BY n.c, n.b) FROM new_rows n;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO log (what) SELECT TG_NAME || ' old ' || string_agg(o::text, ',' ORDER BY o.c, o.b) FROM old_rows o;
  ELSE
    INSERT INTO log (what) SELECT TG_NAME || ' old ' || (SELECT string_agg(o::text, ',' ORDER BY o.c, o.b) FROM old_rows o) || ' new ' || string_agg(n::text, ',' ORDER BY n.c, n.b) FROM new_rows n;
  END IF;
  RETURN NULL;
END $$;
-- One tree with all of its partitions distributed (t), one with a local one (u).
CREATE TABLE t (a int, b text, c int) PARTITION BY LIST (a);
CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);
CREATE TABLE t2 (c int NOT NULL, junk int, b text, a int);
ALTER TABLE t2 DROP COLUMN junk;
CREATE TABLE t3 (a int, c int, b text) PARTITION BY RANGE (c);
CREATE TABLE t3a PARTITION OF t3 FOR VALUES FROM (0) TO (100);
CREATE TABLE t3b (b text, c int, a int);
ALTER TABLE t3 ATTACH PARTITION t3b FOR VALUES FROM (100) TO (1000);
-- @cluster SELECT create_distributed_table('t1', 'c', shard_count => 4)
-- @cluster SELECT create_distributed_table('t2', 'c', shard_count => 4)
-- @cluster SELECT create_distributed_table('t3a', 'c', shard_count => 4)
-- @cluster SELECT create_distributed_table('t3b', 'b', shard_count => 4)
ALTER TABLE t ATTACH PARTITION t2 FOR VALUES IN (2);
ALTER TABLE t ATTACH PARTITION t3 FOR VALUES IN (3, 4);
CREATE TABLE u (LIKE t) PARTITION BY LIST (a);
CREATE TABLE u1 PARTITION OF u FOR VALUES IN (1);
CREATE TABLE u2 (b text, a int, c int);
-- @cluster SELECT create_distributed_table('u2', 'c', shard_count => 4)
ALTER TABLE u ATTACH PARTITION u2 FOR VALUES IN (2, 3);
CREATE TABLE moves (f int, g int, h text);
INSERT INTO moves VALUES (1, 2, 'x'), (2, 3, 'y'), (3, 1, 'z');
-- @cluster SELECT create_distributed_table('moves', 'f', shard_count => 4)
INSERT INTO t SELECT 1 + g % 3, 'r' || g, g * 20 FROM generate_series(1, 9) g;
INSERT INTO u SELECT 1 + g % 3, 'r' || g, g * 20 FROM generate_series(1, 9) g;
SELECT tableoid::regclass::text, * FROM t ORDER BY c;
-- FROM, sub-queries and volatile functions decide where rows go.
UPDATE t SET a = g FROM moves WHERE f = a RETURNING t.*, moves.*, t.tableoid::regclass::text;
UPDATE t SET a = g, b = b || h FROM moves m WHERE f = a AND c < 100 RETURNING h, m.g + c, t.a, (SELECT count(*) FROM moves x WHERE x.f < m.g);
SELECT tableoid::regclass::text, * FROM t ORDER BY c;
UPDATE t SET (a, b) = (SELECT g, h FROM moves WHERE f = a) WHERE c > 60 RETURNING *;
UPDATE t SET c = c + 90 WHERE a = 3 RETURNING tableoid::regclass::text, c;
UPDATE t SET a = s.v FROM (SELECT 3 + (random() * 0)::int AS v) s WHERE a = 1 RETURNING a, c;
UPDATE t SET a = 1 + (random() * 0)::int WHERE c % 40 = 0 RETURNING a, c;
-- One value of a volatile sub-query for all rows.
UPDATE t SET b = s.v FROM (SELECT random()::text AS v) s;
SELECT count(DISTINCT b) FROM t;
UPDATE t SET b = 'r' || c;
DELETE FROM t USING (SELECT random() AS v) s WHERE s.v < 0;
WITH w AS (UPDATE t SET a = 2 WHERE a = 1 RETURNING c, a) SELECT * FROM w ORDER BY c;
WITH w AS (SELECT 3 AS three) UPDATE t SET a = three FROM w WHERE c = 40 RETURNING *, t.tableoid::regclass::text;
-- @error 23514
UPDATE t SET a = 9 WHERE c = 40;
-- @error 23514
UPDATE t SET a = 3, c = 5000 WHERE c = 40;
UPDATE u SET a = g FROM moves WHERE f = a RETURNING u.*, h, u.tableoid::regclass::text;
SELECT tableoid::regclass::text, * FROM u ORDER BY c;
PREPARE move(int, int) AS UPDATE t SET a = $1 WHERE c = $2 RETURNING tableoid::regclass::text, *;
EXECUTE move(1, 40);
EXECUTE move(2, 40);
EXECUTE move(3, 40);
EXECUTE move(1, 40);
EXECUTE move(2, 40);
EXECUTE move(3, 40);
EXECUTE move(3, 40);
-- Statement triggers and transition tables of the table that is named.
TRUNCATE t, u;
INSERT INTO t SELECT 1 + g % 3, 'r' || g, g * 20 FROM generate_series(1, 9) g;
INSERT INTO u SELECT 1 + g % 3, 'r' || g, g * 20 FROM generate_series(1, 9) g;
CREATE TRIGGER t_before BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER t_after AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER t_ins AFTER INSERT ON t REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_tables();
CREATE TRIGGER t_upd AFTER UPDATE ON t REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_tables();
CREATE TRIGGER t_del AFTER DELETE ON t REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_tables();
CREATE TRIGGER u_before BEFORE INSERT OR UPDATE OR DELETE ON u FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER u_ins AFTER INSERT ON u REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_tables();
CREATE TRIGGER u_upd AFTER UPDATE ON u REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_tables();
CREATE TRIGGER u_del AFTER DELETE ON u REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_tables();
CREATE TRIGGER t2_st AFTER INSERT OR UPDATE OR DELETE ON t2 FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER t2_upd AFTER UPDATE ON t2 REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_tables();
CREATE TRIGGER u1_st AFTER INSERT OR UPDATE OR DELETE ON u1 FOR EACH STATEMENT EXECUTE FUNCTION note();
INSERT INTO t VALUES (1, 'i', 500), (2, 'i', 501), (3, 'i', 502);
UPDATE t SET b = 'u' WHERE c >= 500;
UPDATE t SET a = a % 3 + 1 WHERE c >= 500;
DELETE FROM t WHERE c >= 500;
UPDATE t SET a = 2 WHERE false;
UPDATE t2 SET b = 'own' WHERE c = 20;
DELETE FROM t3 WHERE c = 9999;
INSERT INTO u VALUES (1, 'i', 500), (2, 'i', 501), (3, 'i', 502);
UPDATE u SET b = 'u' WHERE c >= 500;
UPDATE u SET a = a % 3 + 1 WHERE c >= 500;
DELETE FROM u WHERE c >= 500;
COPY t FROM STDIN;
1	copied	600
3	copied	601
\.
MERGE INTO t USING (VALUES (600, 2), (601, 3), (602, 1)) s(c, a) ON t.c = s.c WHEN MATCHED AND s.a = 3 THEN DELETE WHEN MATCHED THEN UPDATE SET b = 'merged' WHEN NOT MATCHED THEN INSERT VALUES (s.a, 'new', s.c);
SELECT what FROM log ORDER BY id;
-- What is written under two names is counted apart.
TRUNCATE log;
WITH w AS (UPDATE t SET b = 'w' WHERE c = 40 RETURNING c), v AS (UPDATE t2 SET b = 'v' WHERE c = 80 RETURNING c) SELECT c FROM w UNION ALL SELECT c FROM v;
SELECT what FROM log ORDER BY what;
SELECT tableoid::regclass::text, * FROM t ORDER BY c;
-- Row triggers: UPDATE where the row was, then DELETE there and INSERT where it comes to.
TRUNCATE log;
DROP TRIGGER t_ins ON t;
DROP TRIGGER t_del ON t;
CREATE TRIGGER r_before BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER r_after AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER r_after AFTER INSERT OR UPDATE OR DELETE ON u FOR EACH ROW EXECUTE FUNCTION note();
UPDATE t SET b = 'stays' WHERE c = 40;
UPDATE t SET a = a % 3 + 1 WHERE c = 60;
UPDATE t SET c = c + 100 WHERE a = 3 AND c = 80;
SELECT what FROM log ORDER BY id;
-- AFTER ROW triggers of local and distributed partitions fire apart.
TRUNCATE log;
UPDATE u SET a = a % 3 + 1 WHERE c = 60;
UPDATE u SET a = 1 WHERE c = 20;
UPDATE u SET a = a % 3 + 1 WHERE c = 40;
SELECT what FROM log ORDER BY what;
-- Several rows: PostgreSQL goes row by row, the order of what happens to different rows is open.
TRUNCATE log;
UPDATE t SET a = a % 3 + 1, b = 'many';
SELECT what FROM log ORDER BY what;
SELECT tableoid::regclass::text, * FROM t ORDER BY c;
-- Triggers that change where a row belongs, that keep rows, that take rows away.
DROP TRIGGER r_before ON t;
DROP TRIGGER r_after ON t;
CREATE FUNCTION to_three() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.a := 3; RETURN new; END $$;
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE FUNCTION loud() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.b := upper(new.b) || '!'; RETURN new; END $$;
CREATE TRIGGER x BEFORE UPDATE ON t1 FOR EACH ROW EXECUTE FUNCTION to_three();
UPDATE t SET b = 'b' WHERE a = 1 RETURNING *, tableoid::regclass::text;
UPDATE t SET a = 1 WHERE c < 100;
SELECT tableoid::regclass::text, * FROM t ORDER BY c;
UPDATE t SET b = b || '+' WHERE c IN (20, 60) RETURNING *, tableoid::regclass::text;
DROP TRIGGER x ON t1;
UPDATE t SET a = 1 WHERE c < 100;
CREATE TRIGGER x BEFORE UPDATE ON t1 FOR EACH ROW EXECUTE FUNCTION to_three();
-- @error 23514
UPDATE t1 SET b = 'b';
DROP TRIGGER x ON t1;
CREATE TRIGGER x BEFORE DELETE ON t1 FOR EACH ROW EXECUTE FUNCTION keep();
UPDATE t SET a = 2 WHERE a = 1 AND c IN (40, 80) RETURNING *;
DROP TRIGGER x ON t1;
CREATE TRIGGER x BEFORE INSERT ON t2 FOR EACH ROW EXECUTE FUNCTION keep();
UPDATE t SET a = 2 WHERE a = 1 AND c IN (40, 80) RETURNING *;
SELECT count(*) FROM t WHERE c IN (40, 80);
DROP TRIGGER x ON t2;
CREATE TRIGGER x BEFORE INSERT ON t2 FOR EACH ROW EXECUTE FUNCTION loud();
UPDATE t SET a = 2 WHERE a = 1 AND c < 150 RETURNING *, tableoid::regclass::text;
DROP TRIGGER x ON t2;
CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION to_three();
-- @error 0A000
INSERT INTO t VALUES (1, 'x', 700);
-- @error 0A000
UPDATE t SET a = 1 WHERE c = 100;
INSERT INTO t VALUES (3, 'x', 701);
DROP TRIGGER x ON t;
CREATE TRIGGER x BEFORE UPDATE ON u1 FOR EACH ROW EXECUTE FUNCTION to_three();
SELECT tableoid::regclass::text, * FROM u ORDER BY c;
UPDATE u SET b = 'x' WHERE a = 1 RETURNING *, tableoid::regclass::text;
SELECT tableoid::regclass::text, * FROM u ORDER BY c;
UPDATE u SET a = 1 WHERE c IN (20, 40);
UPDATE u SET a = 2 WHERE a = 1;
-- Local rows that a query of many columns moves, volatile functions, both directions at once.
UPDATE u SET a = 1 WHERE c IN (20, 40);
DROP TRIGGER x ON u1;
UPDATE u SET (a, b) = (SELECT g, h || u.c FROM moves WHERE f = 1) WHERE c = 20 RETURNING *, tableoid::regclass::text;
UPDATE u SET a = 1 + (1 + random())::int WHERE a = 1;
UPDATE u SET (a, b) = (SELECT CASE u.a WHEN 1 THEN 2 ELSE 1 END, 'swapped' FROM moves WHERE f = 1);
SELECT tableoid::regclass::text, * FROM u ORDER BY c;
BEGIN;
UPDATE u SET (a, b) = (SELECT 2, h FROM moves WHERE f = 1) WHERE a = 1;
SELECT tableoid::regclass::text, * FROM u ORDER BY c;
ROLLBACK;
SELECT tableoid::regclass::text, * FROM u ORDER BY c;
CREATE TRIGGER x BEFORE UPDATE ON u1 FOR EACH ROW EXECUTE FUNCTION to_three();
DROP TRIGGER x ON u1;
SELECT tableoid::regclass::text, * FROM t ORDER BY c;
SELECT tableoid::regclass::text, * FROM u ORDER BY c;
-- Views WITH CHECK OPTION and policies.
DROP TRIGGER t_upd ON t;
DROP TRIGGER t_before ON t;
DROP TRIGGER t_after ON t;
DROP TRIGGER t2_st ON t2;
DROP TRIGGER t2_upd ON t2;
UPDATE t SET a = 1 + c / 20 % 3, b = 'v';
CREATE VIEW v AS SELECT * FROM t WHERE c < (SELECT 200 FROM moves WHERE f = 1) WITH CHECK OPTION;
SELECT tableoid::regclass::text, * FROM t ORDER BY c;
UPDATE v SET a = a % 3 + 1 WHERE c = 20 RETURNING *;
-- @error 44000
UPDATE v SET a = a % 3 + 1, c = 300 WHERE c = 100;
-- @error 44000
UPDATE v SET c = 250 WHERE c = 100;
CREATE TRIGGER x BEFORE INSERT ON t2 FOR EACH ROW EXECUTE FUNCTION loud();
CREATE ROLE mover;
GRANT USAGE ON SCHEMA diff_split_moves TO mover;
GRANT ALL ON t, moves, log TO mover;
GRANT USAGE ON SEQUENCE log_id_seq TO mover;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON t FOR SELECT USING (true);
CREATE POLICY changed ON t FOR UPDATE USING (c > 40) WITH CHECK (b <> 'V!' AND c % 20 = 0);
CREATE POLICY added ON t FOR INSERT WITH CHECK (c % 20 = 0);
SET ROLE mover;
UPDATE t SET a = 3 WHERE c < 100 AND a <> 3 RETURNING *, tableoid::regclass::text;
-- @error 42501
UPDATE t SET a = 2 WHERE c = 60;
-- @error 42501
UPDATE t SET a = a % 3 + 1, c = c + 1 WHERE c = 140;
UPDATE t SET a = 2, b = 'other' WHERE c = 60 RETURNING *;
MERGE INTO t USING moves ON t.a = f AND c > 100 AND c < 180 WHEN MATCHED AND c > 120 THEN UPDATE SET a = g, b = h WHEN NOT MATCHED THEN INSERT VALUES (f, h, 1000);
-- @error 42501
MERGE INTO t USING (VALUES (1)) s(x) ON c = -1 WHEN NOT MATCHED THEN INSERT VALUES (1, 'x', 7);
-- @error 42501
MERGE INTO t USING (VALUES (1)) s(x) ON c = 140 WHEN MATCHED THEN UPDATE SET a = a % 3 + 1, c = 141;
-- @error 42501
MERGE INTO t USING (VALUES (1)) s(x) ON c = 20 WHEN MATCHED THEN UPDATE SET b = 'no';
RESET ROLE;
ALTER TABLE t DISABLE ROW LEVEL SECURITY;
DROP TRIGGER x ON t2;
SELECT tableoid::regclass::text, * FROM t ORDER BY c;
-- MERGE that moves rows, with several INSERT actions, sub-queries in ON and volatile sources.
MERGE INTO t USING moves m ON t.a = m.f AND t.c < 150 WHEN MATCHED AND t.c < 50 THEN DELETE WHEN MATCHED THEN UPDATE SET a = m.g, b = t.b || m.h;
SELECT tableoid::regclass::text, * FROM t ORDER BY c, b;
MERGE INTO t USING (SELECT x, random() * 0 AS r FROM generate_series(900, 906) x) s ON t.c = s.x
  WHEN NOT MATCHED AND x % 3 = 0 THEN INSERT VALUES (1, 'third', x)
  WHEN NOT MATCHED AND x % 2 = 0 THEN INSERT (a, c) VALUES (2 + r, x)
  WHEN NOT MATCHED AND x = 905 THEN DO NOTHING
  WHEN NOT MATCHED THEN INSERT VALUES (3, 'rest', x);
MERGE INTO t USING moves m ON t.c = (SELECT max(y.c) FROM t y WHERE y.a = m.f AND y.c < 910) WHEN MATCHED THEN UPDATE SET a = m.g WHEN NOT MATCHED THEN INSERT VALUES (m.f, 'none', 950);
WITH s AS (SELECT 900 AS x) MERGE INTO t USING s ON t.c = (SELECT x FROM s y) WHEN MATCHED THEN UPDATE SET a = t.a % 3 + 1 WHEN NOT MATCHED THEN INSERT VALUES (1, 'no', 900);
SELECT tableoid::regclass::text, * FROM t ORDER BY c, b;
MERGE INTO u USING moves m ON u.a = m.f WHEN MATCHED THEN UPDATE SET a = m.g;
SELECT tableoid::regclass::text, * FROM u ORDER BY c;
-- A write in WITH that has a WITH of its own.
WITH w AS (WITH x AS (SELECT 900 AS k), y AS (SELECT k + 1 AS l FROM x) UPDATE t SET b = 'n' FROM x, y WHERE c IN (k, l) RETURNING c, l) SELECT * FROM w ORDER BY c;
WITH x AS (SELECT 5 AS k), w AS (WITH RECURSIVE x (n) AS (SELECT 960 UNION ALL SELECT n + 1 FROM x WHERE n < 962), y AS (SELECT n FROM x) INSERT INTO t SELECT 1 + n % 3, 'i', n FROM y RETURNING c), v AS (WITH z AS (SELECT k FROM x) DELETE FROM t USING z WHERE c = 895 + k RETURNING c) SELECT c, k FROM w, x UNION ALL SELECT c, 0 FROM v ORDER BY 1;
WITH w AS (WITH x AS (SELECT 901 AS k) UPDATE t SET a = a % 3 + 1 FROM x WHERE c = k OR EXISTS (SELECT FROM x y WHERE y.k + 59 = c) RETURNING a, c, k) SELECT * FROM w ORDER BY c;
SELECT tableoid::regclass::text, * FROM t WHERE c >= 900 ORDER BY c;
-- Heirs of a distributed table: the triggers of the statement are the table's.
TRUNCATE log;
CREATE TABLE dp (b text, c int);
-- @cluster SELECT create_distributed_table('dp', 'c', shard_count => 4)
CREATE TABLE dh (x int) INHERITS (dp);
CREATE TRIGGER st BEFORE INSERT OR UPDATE OR DELETE ON dp FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER st_after AFTER INSERT OR UPDATE OR DELETE ON dp FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER upd AFTER UPDATE ON dp REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_tables();
CREATE TRIGGER del AFTER DELETE ON dp REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_tables();
CREATE TRIGGER st BEFORE INSERT OR UPDATE OR DELETE ON dh FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER rows_after AFTER INSERT OR UPDATE OR DELETE ON dp FOR EACH ROW EXECUTE FUNCTION note();
INSERT INTO dp VALUES ('p', 1), ('p', 2);
INSERT INTO dh VALUES ('h', 2, 5), ('h', 3, 5);
UPDATE dp SET b = b || '!' WHERE c > 1;
UPDATE dp SET c = c + 10 WHERE c = 2 RETURNING *, tableoid::regclass::text;
DELETE FROM dp WHERE c > 10;
MERGE INTO dp USING (VALUES (1), (3), (4)) s(x) ON dp.c = s.x WHEN MATCHED THEN UPDATE SET b = 'm' WHEN NOT MATCHED THEN INSERT VALUES ('n', x);
SELECT what FROM log ORDER BY id;
SELECT tableoid::regclass::text, * FROM dp ORDER BY c;
DROP TABLE t, u, dp, moves, log CASCADE;
DROP FUNCTION note, note_tables, to_three, keep, loud;
DROP OWNED BY mover;
DROP ROLE mover;

-- EXPLAIN captures no rows.
CREATE TABLE em (a int, b int) PARTITION BY LIST (a);
CREATE TABLE em1 PARTITION OF em FOR VALUES IN (1);
CREATE TABLE em2 (a int, b int);
-- @cluster SELECT create_distributed_table('em2', 'b')
ALTER TABLE em ATTACH PARTITION em2 FOR VALUES IN (2);
CREATE FUNCTION em_fires() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER em_updated AFTER UPDATE ON em REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION em_fires();
INSERT INTO em VALUES (1, 1), (2, 2);
-- @cluster EXPLAIN UPDATE em SET a = 3 - a
UPDATE em SET a = 3 - a;
SELECT tableoid::regclass, * FROM em ORDER BY a;
