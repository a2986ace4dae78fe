-- Proves that a row of a referenced table which UPDATE moves to another partition, from and to distributed and local ones, is to
-- the foreign keys an update of the table named: what references it follows, is set to NULL or to its default, or stops it.
CREATE TABLE log (id serial PRIMARY KEY, what text);
CREATE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO log (what) VALUES (concat_ws(' ', TG_TABLE_NAME, TG_WHEN, TG_OP, TG_LEVEL, CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'INSERT' THEN OLD::text END, CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'DELETE' THEN NEW::text END));
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TABLE pk (a int PRIMARY KEY, b text) PARTITION BY LIST (a);
CREATE TABLE pk1 PARTITION OF pk FOR VALUES IN (1, 2) PARTITION BY LIST (a);
CREATE TABLE pk11 (b text, a int NOT NULL);
ALTER TABLE pk1 ATTACH PARTITION pk11 FOR VALUES IN (1);
CREATE TABLE pk12 (b text, c int, a int NOT NULL);
ALTER TABLE pk12 DROP c;
ALTER TABLE pk1 ATTACH PARTITION pk12 FOR VALUES IN (2);
CREATE TABLE pk2 PARTITION OF pk FOR VALUES IN (3, 30);
CREATE TABLE pk3 (d int, a int NOT NULL, b text);
ALTER TABLE pk3 DROP d;
ALTER TABLE pk ATTACH PARTITION pk3 FOR VALUES IN (4, 40);
CREATE TABLE pk4 PARTITION OF pk FOR VALUES IN (5, 50);
CREATE TABLE pk5 PARTITION OF pk DEFAULT;
-- @cluster SELECT create_distributed_table('pk11', 'a', shard_count => 4)
-- @cluster SELECT create_distributed_table('pk12', 'a', shard_count => 4)
-- @cluster SELECT create_distributed_table('pk2', 'a', shard_count => 4)
-- @cluster SELECT create_distributed_table('pk3', 'a', shard_count => 4)
CREATE TABLE fk (a int DEFAULT 40 CONSTRAINT fkey REFERENCES pk ON UPDATE CASCADE ON DELETE CASCADE, n int);
CREATE TABLE fk_parted (a int DEFAULT 40 REFERENCES pk ON UPDATE CASCADE ON DELETE CASCADE, n int) PARTITION BY LIST (a);
CREATE TABLE fk_1 PARTITION OF fk_parted FOR VALUES IN (1, 2, 3);
CREATE TABLE fk_2 PARTITION OF fk_parted DEFAULT;
CREATE TABLE fk_here (a int REFERENCES pk ON UPDATE CASCADE ON DELETE CASCADE, n int);
CREATE TABLE fk_other (n int, a int REFERENCES pk ON UPDATE CASCADE ON DELETE SET NULL);
-- @cluster SELECT create_distributed_table('fk', 'a', shard_count => 4)
-- @cluster SELECT create_distributed_table('fk_1', 'a', shard_count => 4)
-- @cluster SELECT create_distributed_table('fk_other', 'n', shard_count => 4)
CREATE VIEW everywhere AS
  SELECT 'pk' AS t, tableoid::regclass::text AS p, a, b AS x FROM pk UNION ALL SELECT 'fk', tableoid::regclass::text, a, n::text FROM fk
  UNION ALL SELECT 'fk_parted', tableoid::regclass::text, a, n::text FROM fk_parted UNION ALL SELECT 'fk_here', tableoid::regclass::text, a, n::text FROM fk_here
  UNION ALL SELECT 'fk_other', tableoid::regclass::text, a, n::text FROM fk_other;
INSERT INTO pk VALUES (1, 'x'), (3, 'y'), (40, 'forty'), (50, 'fifty');
INSERT INTO fk SELECT a, n FROM (VALUES (1), (3), (50)) v (a), generate_series(1, 2) n;
INSERT INTO fk_parted SELECT a, n FROM fk;
INSERT INTO fk_here SELECT a, n FROM fk;
INSERT INTO fk_other SELECT n, a FROM fk;
-- From one distributed partition to another, to a local one, back, and from a local one to another.
UPDATE pk SET a = a + 1 WHERE a < 10 RETURNING tableoid::regclass::text, *;
SELECT * FROM everywhere ORDER BY 1, 2, 3, 4;
UPDATE pk SET a = 5 WHERE a = 4;
SELECT * FROM everywhere ORDER BY 1, 2, 3, 4;
UPDATE pk SET a = 30, b = b || ' moved' WHERE a = 5 RETURNING tableoid::regclass::text, *;
SELECT * FROM everywhere ORDER BY 1, 2, 3, 4;
UPDATE pk SET a = 60 WHERE a = 50;
SELECT * FROM everywhere ORDER BY 1, 2, 3, 4;
UPDATE pk p SET a = v.n, b = p.b || v.t FROM (VALUES (60, 3, 'v'), (30, 61, 'w')) v (o, n, t) WHERE p.a = v.o RETURNING p.*, v.t, p.tableoid::regclass::text;
SELECT * FROM everywhere ORDER BY 1, 2, 3, 4;
-- By the table in the middle; by MERGE; in CTEs; a row that stays in its partition.
UPDATE pk1 SET a = 1 WHERE a = 2;
SELECT * FROM everywhere ORDER BY 1, 2, 3, 4;
-- @error 23514
UPDATE pk1 SET a = 4 WHERE a = 1;
MERGE INTO pk2 USING (VALUES (3, 30)) v (o, n) ON pk2.a = v.o WHEN MATCHED THEN UPDATE SET a = v.n;
SELECT * FROM everywhere WHERE a = 30 ORDER BY 1, 2, 3, 4;
WITH u AS (UPDATE pk SET a = 4 WHERE a = 1 RETURNING *), v AS (UPDATE pk SET a = 2 WHERE a = 30 RETURNING *) SELECT * FROM u UNION ALL SELECT * FROM v;
SELECT * FROM everywhere ORDER BY 1, 2, 3, 4;
BEGIN;
UPDATE pk SET a = 5 WHERE a = 4;
SAVEPOINT s;
UPDATE pk SET a = 3 WHERE a = 5;
SELECT * FROM everywhere WHERE a IN (3, 4, 5) ORDER BY 1, 2, 3, 4;
ROLLBACK TO s;
SELECT * FROM everywhere WHERE a IN (3, 4, 5) ORDER BY 1, 2, 3, 4;
ROLLBACK;
SELECT * FROM everywhere ORDER BY 1, 2, 3, 4;
-- Triggers of both ends.
CREATE TRIGGER row_after AFTER INSERT OR UPDATE OR DELETE ON pk FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER all_after AFTER INSERT OR UPDATE OR DELETE ON pk EXECUTE FUNCTION say();
CREATE TRIGGER row_after AFTER INSERT OR UPDATE OR DELETE ON fk FOR EACH ROW EXECUTE FUNCTION say();
CREATE TRIGGER all_after AFTER INSERT OR UPDATE OR DELETE ON fk EXECUTE FUNCTION say();
CREATE TRIGGER row_before BEFORE UPDATE OR DELETE ON fk_other FOR EACH ROW EXECUTE FUNCTION say();
TRUNCATE log;
UPDATE pk SET a = 3 WHERE a = 2;
SELECT what FROM log ORDER BY what;
TRUNCATE log;
UPDATE pk SET a = 5 WHERE a = 4;
UPDATE pk SET a = 4 WHERE a = 5;
SELECT what FROM log ORDER BY what;
UPDATE pk SET b = b || '!';
SELECT * FROM everywhere ORDER BY 1, 2, 3, 4;
DROP TRIGGER row_after ON pk;
DROP TRIGGER all_after ON pk;
DROP TRIGGER row_before ON fk_other;
-- Triggers that decide where a row goes, and one that keeps it.
CREATE FUNCTION to_three() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.a := 3; RETURN new; END $$;
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
UPDATE pk SET a = 1 WHERE a = 3;
CREATE TRIGGER x BEFORE UPDATE ON pk11 FOR EACH ROW EXECUTE FUNCTION to_three();
UPDATE pk SET b = 'by trigger' WHERE a = 1;
SELECT * FROM everywhere WHERE a = 3 ORDER BY 1, 2, 3, 4;
DROP TRIGGER x ON pk11;
CREATE TRIGGER x BEFORE DELETE ON pk2 FOR EACH ROW EXECUTE FUNCTION keep();
UPDATE pk SET a = 1 WHERE a = 3;
SELECT * FROM everywhere WHERE a IN (1, 3) ORDER BY 1, 2, 3, 4;
DROP TRIGGER x ON pk2;
-- Where a trigger may change the row yet when it arrives.
CREATE TRIGGER x BEFORE INSERT ON pk2 FOR EACH ROW EXECUTE FUNCTION say();
-- @cluster-error 0A000 UPDATE pk SET a = 1 WHERE a = 3
UPDATE pk SET b = 'stays' WHERE a = 3;
DROP TRIGGER x ON pk2;
-- Other actions.
ALTER TABLE fk DROP CONSTRAINT fkey, ADD CONSTRAINT fkey FOREIGN KEY (a) REFERENCES pk ON UPDATE SET DEFAULT;
ALTER TABLE fk_other DROP CONSTRAINT fk_other_a_fkey, ADD FOREIGN KEY (a) REFERENCES pk ON UPDATE SET NULL;
UPDATE pk SET a = 1 WHERE a = 3;
SELECT * FROM everywhere ORDER BY 1, 2, 3, 4;
UPDATE pk SET a = 30 WHERE a = 61;
SELECT * FROM everywhere ORDER BY 1, 2, 3, 4;
ALTER TABLE fk_other DROP CONSTRAINT fk_other_a_fkey, ADD FOREIGN KEY (a) REFERENCES pk;
UPDATE fk_other SET a = 1 WHERE a IS NULL;
-- @error 23503
UPDATE pk SET a = 3 WHERE a = 1;
-- @error 23503
UPDATE pk SET a = 5 WHERE a = 1;
UPDATE pk SET a = 5 WHERE a = 30;
ALTER TABLE fk_other DROP CONSTRAINT fk_other_a_fkey, ADD FOREIGN KEY (a) REFERENCES pk ON UPDATE RESTRICT;
-- @error 23503
UPDATE pk SET a = 2 WHERE a = 1;
UPDATE fk_other SET a = 5;
-- @error 23503
UPDATE pk SET a = 2 WHERE a = 5;
ALTER TABLE fk_other DROP CONSTRAINT fk_other_a_fkey, ADD FOREIGN KEY (a) REFERENCES pk DEFERRABLE INITIALLY DEFERRED;
BEGIN;
UPDATE pk SET a = 3 WHERE a = 5;
-- @error 23503
COMMIT;
BEGIN;
UPDATE pk SET a = 3 WHERE a = 5;
UPDATE fk_other SET a = 3;
COMMIT;
BEGIN;
UPDATE pk SET a = 2 WHERE a = 3;
-- @error 23503
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK;
SELECT * FROM everywhere ORDER BY 1, 2, 3, 4;
-- A key that references a table between the partition and the one that is named, and one that references a partition.
ALTER TABLE fk_other DROP CONSTRAINT fk_other_a_fkey;
ALTER TABLE fk DROP CONSTRAINT fkey;
DELETE FROM fk;
INSERT INTO fk VALUES (1, 1);
ALTER TABLE fk ADD CONSTRAINT fkey FOREIGN KEY (a) REFERENCES pk1 ON UPDATE CASCADE ON DELETE CASCADE;
-- @error 0A000
UPDATE pk SET a = 2 WHERE a = 1;
-- @error 0A000
UPDATE pk SET a = 5 WHERE a = 1;
UPDATE pk1 SET a = 2 WHERE a = 1;
UPDATE pk SET a = 5 WHERE a = 3;
UPDATE pk SET a = 3 WHERE a = 5;
SELECT * FROM everywhere ORDER BY 1, 2, 3, 4;
ALTER TABLE fk DROP CONSTRAINT fkey;
ALTER TABLE fk ADD CONSTRAINT fkey FOREIGN KEY (a) REFERENCES pk12 (a) ON UPDATE CASCADE ON DELETE CASCADE;
UPDATE pk SET a = 1 WHERE a = 2;
SELECT * FROM everywhere ORDER BY 1, 2, 3, 4;
DROP TABLE fk, fk_parted, fk_here, fk_other, pk CASCADE;
-- Rows that BEFORE triggers of a local partition move, that arrive where they are checked against keys of the tree itself.
CREATE TABLE kinds (k int PRIMARY KEY);
CREATE TABLE places (k int PRIMARY KEY);
-- @cluster SELECT create_distributed_table('kinds', 'k', shard_count => 4)
INSERT INTO kinds SELECT generate_series(1, 9);
INSERT INTO places SELECT generate_series(1, 9);
CREATE TABLE spots (a int, k int REFERENCES kinds, p int CONSTRAINT of_place REFERENCES places DEFERRABLE, long text, twice int GENERATED ALWAYS AS (k * 2) STORED, UNIQUE (a, k)) PARTITION BY LIST (a);
CREATE TABLE spots1 PARTITION OF spots FOR VALUES IN (1);
CREATE TABLE spots2 PARTITION OF spots FOR VALUES IN (2);
CREATE TABLE spots3 PARTITION OF spots FOR VALUES IN (3) PARTITION BY RANGE (k);
CREATE TABLE spots31 PARTITION OF spots3 FOR VALUES FROM (0) TO (5);
CREATE TABLE spots32 PARTITION OF spots3 FOR VALUES FROM (5) TO (100);
-- @cluster SELECT create_distributed_table('spots1', 'k', shard_count => 4)
-- @cluster SELECT create_distributed_table('spots31', 'k', shard_count => 4)
CREATE TABLE visits (n int, a int, k int, FOREIGN KEY (a, k) REFERENCES spots (a, k) ON UPDATE CASCADE ON DELETE SET NULL);
-- @cluster SELECT create_distributed_table('visits', 'n', shard_count => 4)
INSERT INTO spots SELECT 2, k, k, repeat(md5(k::text), 4000) FROM kinds;
INSERT INTO visits SELECT n, 2, k FROM kinds, generate_series(1, 2) n;
CREATE FUNCTION spread() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.a := 1 + new.k % 3; RETURN new; END $$;
CREATE TRIGGER x BEFORE UPDATE ON spots2 FOR EACH ROW EXECUTE FUNCTION spread();
CREATE TRIGGER row_after AFTER INSERT OR UPDATE OR DELETE ON spots FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION say();
CREATE TRIGGER row_before BEFORE UPDATE ON visits FOR EACH ROW EXECUTE FUNCTION say();
ALTER TABLE spots DISABLE TRIGGER row_after;
TRUNCATE log;
UPDATE spots SET p = p % 9 + 1 WHERE k <= 6 RETURNING tableoid::regclass::text, a, k, p, length(long), twice;
SELECT what FROM log ORDER BY what;
SELECT tableoid::regclass::text, a, k, p, md5(long), twice FROM spots ORDER BY k;
SELECT * FROM visits ORDER BY 1, 2, 3;
-- @error 23503
UPDATE spots SET p = 77 WHERE k = 9;
-- @error 23503
UPDATE spots SET k = 30 WHERE k = 9;
-- @error 23503
UPDATE spots SET k = 15 WHERE k = 7;
-- @error 23505
UPDATE spots SET k = 3 WHERE k = 9;
BEGIN;
SET CONSTRAINTS of_place DEFERRED;
UPDATE spots SET p = 78 WHERE k = 9;
-- @error 23503
COMMIT;
BEGIN;
SET CONSTRAINTS of_place DEFERRED;
UPDATE spots SET p = 78 WHERE k = 9;
INSERT INTO places VALUES (78);
SELECT tableoid::regclass::text, a, k, p FROM spots WHERE k = 9;
COMMIT;
ALTER TABLE spots ENABLE TRIGGER row_after;
UPDATE spots SET long = 'short';
TRUNCATE log;
UPDATE spots SET p = 1 WHERE k = 7;
UPDATE spots SET a = 2, p = 2 WHERE k = 7;
UPDATE spots SET a = a, p = 3 WHERE k IN (2, 7, 8);
SELECT what FROM log ORDER BY what;
SELECT tableoid::regclass::text, * FROM spots ORDER BY k;
SELECT * FROM visits ORDER BY 1, 2, 3;
UPDATE spots SET a = 2 WHERE k < 9;
MERGE INTO spots USING kinds ON spots.k = kinds.k AND spots.a = 2 WHEN MATCHED AND kinds.k > 7 THEN DELETE WHEN MATCHED THEN UPDATE SET p = 9 WHEN NOT MATCHED THEN INSERT (a, k, p) VALUES (2, kinds.k, 8);
SELECT tableoid::regclass::text, * FROM spots ORDER BY k, a;
SELECT * FROM visits ORDER BY 1, 2, 3;
-- @cluster SELECT count(*) FROM run_command_on_workers('SELECT count(*) FROM ONLY spots1') WHERE result <> '0'
DELETE FROM spots WHERE k < 5;
SELECT * FROM visits ORDER BY 1, 2, 3;
DROP TABLE visits, spots, kinds, places;
-- Keys of several columns, of which some stay; generated columns; partitions of partitions that are local; what references itself.
CREATE TABLE orders (region text, id int, up int, note text, code text GENERATED ALWAYS AS (region || note) STORED, PRIMARY KEY (region, id), UNIQUE (region, code)) PARTITION BY LIST (region);
CREATE TABLE north PARTITION OF orders FOR VALUES IN ('n');
CREATE TABLE south (note text, id int NOT NULL, region text NOT NULL, code text GENERATED ALWAYS AS (region || note) STORED, up int);
ALTER TABLE orders ATTACH PARTITION south FOR VALUES IN ('s');
CREATE TABLE rest PARTITION OF orders DEFAULT PARTITION BY LIST (region);
CREATE TABLE west PARTITION OF rest FOR VALUES IN ('w');
CREATE TABLE east PARTITION OF rest FOR VALUES IN ('e');
-- @cluster SELECT create_distributed_table('north', 'region', shard_count => 4)
-- @cluster SELECT create_distributed_table('west', 'region', shard_count => 4)
CREATE TABLE lines (region text, id int, n int, FOREIGN KEY (region, id) REFERENCES orders ON UPDATE CASCADE ON DELETE CASCADE);
CREATE TABLE codes (region text, code text, n int, FOREIGN KEY (region, code) REFERENCES orders (region, code) ON UPDATE CASCADE);
-- @cluster SELECT create_distributed_table('lines', 'id', shard_count => 4)
-- @cluster SELECT create_distributed_table('codes', 'n', shard_count => 4)
INSERT INTO orders (region, id, note) SELECT r, i, 'o' || i FROM (VALUES ('n'), ('s'), ('w'), ('e')) v (r), generate_series(1, 5) i;
INSERT INTO lines SELECT region, id, n FROM orders, generate_series(1, 3) n;
INSERT INTO codes SELECT region, code, id FROM orders;
UPDATE orders SET region = CASE region WHEN 'n' THEN 's' WHEN 's' THEN 'w' WHEN 'w' THEN 'e' ELSE 'n' END, id = id + 10, note = note || '+' WHERE id IN (1, 2);
SELECT tableoid::regclass::text, * FROM orders ORDER BY region, id;
SELECT * FROM lines ORDER BY 1, 2, 3;
SELECT * FROM codes ORDER BY 1, 2, 3;
UPDATE orders SET region = 'w', id = id + 100, note = note || '-' || region || id WHERE region = 'e';
UPDATE orders SET region = 'e', id = id + 100, note = note || '-' || region || id WHERE region = 's';
UPDATE orders SET region = 'n', id = id + 1000, note = note || '-' || region || id WHERE region = 'e';
SELECT tableoid::regclass::text, * FROM orders ORDER BY region, id;
SELECT * FROM lines ORDER BY 1, 2, 3;
SELECT * FROM codes ORDER BY 1, 2, 3;
DELETE FROM codes WHERE region = 'w';
DELETE FROM orders WHERE region = 'w' AND id > 100;
SELECT count(*), sum(id) FROM lines;
DROP TABLE lines, codes;
ALTER TABLE orders ADD CONSTRAINT upwards FOREIGN KEY (region, up) REFERENCES orders ON UPDATE CASCADE ON DELETE CASCADE;
DELETE FROM orders WHERE region = 'n' AND id < 100;
UPDATE orders SET up = id - 1 WHERE region = 'w' AND id BETWEEN 4 AND 5;
UPDATE orders SET region = 'n', id = 77, note = 'moved' WHERE region = 'w' AND id = 3;
SELECT tableoid::regclass::text, * FROM orders ORDER BY region, id;
DROP TABLE orders;
DROP TABLE log;
