-- Proves that views WITH CHECK OPTION over distributed and reference tables let in what PostgreSQL lets in, and nothing else.
CREATE TABLE t (k int, id int, v int DEFAULT 7, s text, PRIMARY KEY (k, id));
CREATE TABLE r (id int PRIMARY KEY, v int);
CREATE TABLE l (id int PRIMARY KEY, v int);
-- @cluster SELECT create_distributed_table('t', 'k', shard_count => 8)
-- @cluster SELECT create_reference_table('r')
INSERT INTO t SELECT g % 9, g, g, 's' || g FROM generate_series(1, 50) g;
INSERT INTO r SELECT g, g FROM generate_series(1, 20) g;
CREATE VIEW small AS SELECT * FROM t WHERE v < 100 WITH CHECK OPTION;
CREATE VIEW smaller AS SELECT k, id, v FROM small WHERE v > 0 WITH LOCAL CHECK OPTION;
CREATE VIEW unchecked AS SELECT k, id, v FROM t WHERE v > 10;
CREATE VIEW upon AS SELECT * FROM unchecked WHERE v < 60 WITH CASCADED CHECK OPTION;
CREATE VIEW local_upon AS SELECT * FROM unchecked WHERE v < 60 WITH LOCAL CHECK OPTION;
CREATE VIEW plain AS SELECT t.* FROM t WHERE v > 3;
CREATE VIEW rv AS SELECT * FROM r WHERE v < 100 WITH CHECK OPTION;
CREATE VIEW lv AS SELECT * FROM l WHERE v < 100 WITH CHECK OPTION;

INSERT INTO small VALUES (1, 100, 5, 'in');
-- @error 44000
INSERT INTO small VALUES (1, 101, 500, 'out');
-- @error 44000
INSERT INTO small VALUES (1, 101, NULL, 'null');
INSERT INTO small (k, id) VALUES (2, 102);
INSERT INTO small VALUES (3, 103, 5, 'a'), (4, 104, 6, 'b'), (5, 105, 7, 'c') RETURNING id, s;
-- @error 44000
INSERT INTO small VALUES (3, 106, 5, 'a'), (4, 107, 600, 'b'), (5, 108, 7, 'c') RETURNING id, s;
SELECT count(*) FROM t WHERE id > 100;
INSERT INTO small SELECT k, id + 200, v, s FROM t WHERE k < 4 AND id < 100;
-- @error 44000
INSERT INTO small SELECT k, id + 300, v + 90, s FROM t WHERE id < 100;
INSERT INTO small SELECT id, id + 400, v, 'of r' FROM r WHERE id < 5 RETURNING k, id;
-- @error 44000
INSERT INTO small SELECT id, id + 500, v * 100, 'of r' FROM r WHERE id < 5;
INSERT INTO smaller VALUES (1, 601, 50);
-- @error 44000
INSERT INTO smaller VALUES (1, 602, -1);
-- @error 44000
INSERT INTO smaller VALUES (1, 602, 100);
INSERT INTO small VALUES (1, 100, 900, 'again') ON CONFLICT DO NOTHING;
INSERT INTO small VALUES (1, 100, 9, 'again') ON CONFLICT DO NOTHING;
INSERT INTO small VALUES (1, 100, 9, 'again') ON CONFLICT (k, id) DO UPDATE SET v = excluded.v + small.v RETURNING *;
-- @error 44000
INSERT INTO small VALUES (1, 100, 9, 'again') ON CONFLICT (k, id) DO UPDATE SET v = excluded.v + 100;
INSERT INTO small VALUES (1, 100, 900, 'again') ON CONFLICT (k, id) DO UPDATE SET v = 3;
INSERT INTO rv VALUES (1, 9) ON CONFLICT (id) DO UPDATE SET v = excluded.v + 1 RETURNING *;
-- @error 44000
INSERT INTO rv VALUES (1, 9) ON CONFLICT (id) DO UPDATE SET v = excluded.v + 100;
UPDATE small SET v = small.v + l.v FROM l WHERE l.id = small.id RETURNING small.id, small.v;
-- @error 44000
UPDATE small SET v = small.v + 100 + l.v FROM r l WHERE l.id = small.id;
UPDATE small SET k = k + 1 WHERE id BETWEEN 40 AND 45 RETURNING *;
-- @error 44000
UPDATE small SET k = k + 1, v = 100 WHERE id BETWEEN 40 AND 45;
-- @error 44000
INSERT INTO small SELECT k, id + 800, (SELECT max(id) + 100 FROM l) FROM t WHERE id < 3;
UPDATE small SET v = v + 1 WHERE k = 1 AND id = 100 RETURNING v;
-- @error 44000
UPDATE small SET v = v + 1000 WHERE k = 1 AND id = 100;
UPDATE small SET v = 99 - v WHERE v > 40;
-- @error 44000
UPDATE small SET v = 200 - v;
UPDATE upon SET v = 59 WHERE v = 58 RETURNING id;
UPDATE upon SET v = v + 1 WHERE v BETWEEN 20 AND 30 RETURNING id, v;
-- @error 44000
UPDATE upon SET v = 5 WHERE k = 3;
UPDATE local_upon SET v = 5 WHERE k = 3 AND v = 12;
-- @error 44000
UPDATE local_upon SET v = 65 WHERE k = 4;
UPDATE small SET s = 'x' WHERE v < 0;
UPDATE plain SET s = 'plain' WHERE k = 2 RETURNING id;
UPDATE plain SET v = 0 WHERE k = 2 AND id < 20;
UPDATE plain p SET s = p.s || rv.v FROM rv WHERE rv.id = p.v RETURNING p.id, p.s;
DELETE FROM plain USING rv WHERE rv.id = plain.v AND plain.k = 3 RETURNING plain.id;
DELETE FROM plain WHERE v = 44;
DELETE FROM small WHERE id > 400;
INSERT INTO rv VALUES (100, 1);
-- @error 44000
INSERT INTO rv VALUES (101, 100);
UPDATE rv SET v = v + 1 WHERE id < 5 RETURNING *;
-- @error 44000
UPDATE rv SET v = v + 100 WHERE id < 5;
INSERT INTO lv SELECT id, v FROM t WHERE k = 2 AND id < 50;
-- @error 44000
INSERT INTO lv SELECT id + 1000, v + 95 FROM t WHERE k = 2;
PREPARE p (int, int) AS INSERT INTO small VALUES (6, $1, $2, 'p');
EXECUTE p (700, 1);
EXECUTE p (701, 2);
-- @error 44000
EXECUTE p (702, 200);
BEGIN;
UPDATE small SET v = 3 WHERE k = 6;
SAVEPOINT a;
-- @error 44000
UPDATE small SET v = 300 WHERE k = 6;
ROLLBACK TO a;
SELECT sum(v) FROM t WHERE k = 6;
COMMIT;
SELECT * FROM t ORDER BY k, id;
SELECT * FROM r ORDER BY id;
SELECT * FROM l ORDER BY id;

-- What only the written row tells: BEFORE triggers change it, columns are generated, values are volatile.
CREATE TABLE late (k int PRIMARY KEY, v int, g int GENERATED ALWAYS AS (v * 2) STORED, s text);
CREATE TABLE bounds (most int);
-- @cluster SELECT create_distributed_table('late', 'k', colocate_with => 't')
INSERT INTO bounds VALUES (20);
CREATE FUNCTION raise_v() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.v := NEW.v + 1; RETURN NEW; END $$;
CREATE FUNCTION noisy(x int) RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN x; END $$;
CREATE VIEW checked_g AS SELECT * FROM late WHERE g < 100 WITH CHECK OPTION;
CREATE VIEW checked_here AS SELECT k, v, g, s FROM late WHERE v <= (SELECT max(most) FROM bounds) AND late IS NOT NULL WITH CHECK OPTION;
INSERT INTO checked_g (k, v, s) VALUES (1, 1, 'a'), (2, 2, 'b');
-- @error 44000
INSERT INTO checked_g (k, v, s) VALUES (3, 50, 'c');
INSERT INTO checked_here (k, v, s) VALUES (3, 3, 'c'), (4, noisy(4), 'd') RETURNING *;
-- @error 44000
INSERT INTO checked_here (k, v, s) SELECT k + 10, noisy(v + 18), s FROM late;
UPDATE checked_g SET v = noisy(v + 1);
UPDATE checked_g SET v = v + most FROM bounds RETURNING *;
-- @error 44000
UPDATE checked_g SET v = v + most + 10 FROM bounds;
UPDATE checked_here SET v = noisy(v - 5) WHERE k = 1 RETURNING k, g;
UPDATE late SET v = k;
-- @error 44000
UPDATE checked_here SET s = NULL;
UPDATE late SET v = k;
CREATE TRIGGER raise_v BEFORE INSERT OR UPDATE ON late FOR EACH ROW EXECUTE FUNCTION raise_v();
INSERT INTO checked_here (k, v, s) VALUES (5, 19, 'e') RETURNING v;
-- @error 44000
INSERT INTO checked_here (k, v, s) VALUES (6, 20, 'f');
INSERT INTO checked_g (k, v, s) VALUES (6, 48, 'f');
-- @error 44000
INSERT INTO checked_g (k, v, s) VALUES (7, 49, 'g');
UPDATE checked_here SET v = 19 WHERE k < 3;
-- @error 44000
UPDATE checked_here SET v = 20 WHERE k < 3 RETURNING *;
UPDATE checked_here SET k = k + 100 WHERE k = 4 RETURNING *;
-- @error 44000
UPDATE checked_here SET k = k + 100, v = 20 WHERE k = 3;
WITH w AS (UPDATE checked_here SET v = 7 WHERE k = 1) SELECT 1;
-- @error 44000
WITH w AS (UPDATE checked_here SET v = 70 WHERE k = 1) SELECT 1;
-- @error 44000
WITH w AS (UPDATE checked_here SET v = 70 WHERE k = 1 RETURNING *) SELECT count(*) FROM w;
SELECT * FROM late ORDER BY k;
CREATE ROLE late_user;
GRANT ALL ON SCHEMA diff_check_options TO late_user;
GRANT ALL ON late, bounds TO late_user;
ALTER TABLE late ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON late USING (true) WITH CHECK (v < 30 AND g > 0);
SET ROLE late_user;
INSERT INTO late (k, v) VALUES (20, 28);
-- @error 42501
INSERT INTO late (k, v) VALUES (21, 29);
UPDATE late SET v = 28 WHERE k = 20 RETURNING *;
-- @error 42501
UPDATE late SET v = most + 9 FROM bounds WHERE k = 20;
RESET ROLE;
SELECT * FROM late ORDER BY k;
REVOKE ALL ON SCHEMA diff_check_options FROM late_user;
REVOKE ALL ON late, bounds FROM late_user;
DROP ROLE late_user;
