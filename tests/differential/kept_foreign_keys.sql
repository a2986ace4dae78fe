-- Proves that foreign keys that shards cannot keep (from distributed tables to local ones, between tables that are not
-- colocated, by other columns than the distribution column, with actions that move rows) hold as on one PostgreSQL.
CREATE TABLE places (id int PRIMARY KEY, code text UNIQUE, note text);
INSERT INTO places SELECT g, 'c' || g, 'n' FROM generate_series(1, 12) g;
CREATE TABLE visits (id int, place int REFERENCES places, spare int DEFAULT 12 REFERENCES places (id) ON DELETE SET DEFAULT ON UPDATE CASCADE, code text REFERENCES places (code) ON DELETE CASCADE ON UPDATE SET NULL);
INSERT INTO visits VALUES (0, 1, 1, 'c1'), (0, NULL, NULL, NULL);
-- @cluster SELECT create_distributed_table('visits', 'id', shard_count => 8)
INSERT INTO visits SELECT g, g % 3 + 1, g % 5 + 4, 'c' || (g % 4 + 8) FROM generate_series(1, 30) g;
INSERT INTO visits VALUES (31, 1, 5, 'c8') RETURNING *;
-- @error 23503
INSERT INTO visits VALUES (32, 99, 5, 'c8');
-- @error 23503
INSERT INTO visits VALUES (32, 1, 5, 'c8'), (33, 1, 5, 'c99');
-- @error 23503
INSERT INTO visits SELECT id, id + 90, 5, 'c8' FROM visits WHERE id < 3;
INSERT INTO visits (id, place) VALUES (34, 2) ON CONFLICT DO NOTHING;
SELECT count(*), sum(id), sum(place), sum(spare) FROM visits;
-- @error 23503
UPDATE visits SET place = 98 WHERE id = 3;
-- @error 23503
UPDATE visits SET id = id + 100, code = 'no' WHERE id < 5;
UPDATE visits SET place = 3, id = id + 100 WHERE id IN (1, 2);
UPDATE visits SET place = place WHERE id = 9;
UPDATE visits SET code = NULL WHERE id = 10;
-- @error 23503
DELETE FROM places WHERE id = 1;
-- @error 23503
UPDATE places SET id = 50 WHERE id = 2;
UPDATE places SET note = 'm', id = id WHERE id = 2;
DELETE FROM places WHERE id = 4 RETURNING code;
UPDATE places SET id = 55 WHERE id = 5;
UPDATE places SET code = 'x' || code WHERE id IN (8, 9);
DELETE FROM places WHERE id = 10;
SELECT * FROM visits ORDER BY id, place, spare;
BEGIN;
DELETE FROM visits WHERE spare = 55;
SAVEPOINT s;
DELETE FROM places WHERE id = 55;
ROLLBACK TO s;
WITH gone AS (DELETE FROM places WHERE id = 55 RETURNING id) SELECT * FROM gone;
MERGE INTO places p USING (VALUES (6)) v (id) ON p.id = v.id WHEN MATCHED THEN DELETE;
SELECT * FROM visits ORDER BY id, place, spare;
ROLLBACK;
-- @error 23503
COPY visits FROM stdin;
70	1	7	c7
71	1	70	c7
\.
COPY visits FROM stdin;
72	1	7	c7
73	\N	\N	\N
\.
SELECT count(*) FROM visits;
MERGE INTO visits v USING (VALUES (72, 2), (74, 3)) s (id, place) ON v.id = s.id WHEN MATCHED THEN UPDATE SET place = s.place WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.place, NULL, NULL);
-- @error 23503
MERGE INTO visits v USING (VALUES (72, 2), (75, 33)) s (id, place) ON v.id = s.id WHEN MATCHED THEN UPDATE SET place = s.place WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.place, NULL, NULL);
-- @error 0A000
TRUNCATE places;
-- Definitions.
ALTER TABLE visits RENAME CONSTRAINT visits_place_fkey TO at_place;
COMMENT ON CONSTRAINT at_place ON visits IS 'kept';
ALTER TABLE visits ALTER CONSTRAINT at_place DEFERRABLE INITIALLY DEFERRED;
BEGIN;
INSERT INTO visits VALUES (80, 80), (81, 81);
UPDATE visits SET id = 82 WHERE id = 80;
DELETE FROM visits WHERE id = 81;
INSERT INTO places VALUES (80, 'c80');
COMMIT;
BEGIN;
INSERT INTO visits VALUES (83, 83);
UPDATE visits SET place = 2 WHERE id = 83;
COMMIT;
BEGIN;
INSERT INTO visits VALUES (84, 84);
-- @error 23503
SET CONSTRAINTS at_place IMMEDIATE;
ROLLBACK;
BEGIN;
DELETE FROM places WHERE id = 80;
SAVEPOINT s;
INSERT INTO visits VALUES (85, 85);
ROLLBACK TO s;
INSERT INTO places VALUES (80, 'again');
COMMIT;
BEGIN;
DELETE FROM places WHERE id = 80;
-- @error 23503
COMMIT;
ALTER TABLE visits DROP CONSTRAINT at_place;
INSERT INTO visits VALUES (90, 1000);
-- @error 23503
ALTER TABLE visits ADD CONSTRAINT at_place FOREIGN KEY (place) REFERENCES places;
ALTER TABLE visits ADD CONSTRAINT at_place FOREIGN KEY (place) REFERENCES places NOT VALID;
-- @error 23503
INSERT INTO visits VALUES (91, 1001);
UPDATE visits SET place = place, code = 'c1' WHERE id = 90;
-- @error 23503
ALTER TABLE visits VALIDATE CONSTRAINT at_place;
DELETE FROM visits WHERE id = 90;
ALTER TABLE visits VALIDATE CONSTRAINT at_place;
SELECT conname, convalidated, condeferrable FROM pg_constraint WHERE conrelid = 'visits'::regclass ORDER BY conname;
ALTER TABLE visits ALTER COLUMN place TYPE bigint;
-- @error 23503
INSERT INTO visits VALUES (92, 1001);
SELECT count(*), sum(place) FROM visits;
-- Disabled triggers check nothing.
ALTER TABLE visits DISABLE TRIGGER ALL;
INSERT INTO visits VALUES (93, 1001);
ALTER TABLE visits ENABLE TRIGGER ALL;
-- @error 23503
INSERT INTO visits VALUES (94, 1001);
DELETE FROM visits WHERE id = 93;
-- Between distributed tables, by other columns.
CREATE TABLE tags (k int, name text, PRIMARY KEY (k), UNIQUE (k, name));
CREATE TABLE tagged (id int PRIMARY KEY, k int, name text, FOREIGN KEY (k, name) REFERENCES tags (k, name) MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL);
-- @cluster SELECT create_distributed_table('tags', 'k', shard_count => 8)
-- @cluster SELECT create_distributed_table('tagged', 'id', shard_count => 4, colocate_with => 'none')
INSERT INTO tags SELECT g, 't' || g FROM generate_series(1, 9) g;
INSERT INTO tagged SELECT g, g % 7 + 1, 't' || (g % 7 + 1) FROM generate_series(1, 20) g;
-- @error 23503
INSERT INTO tagged VALUES (21, 1, NULL);
-- @error 23503
INSERT INTO tagged VALUES (21, 1, 't2');
-- @error 23503
UPDATE tagged SET name = 'no' WHERE id = 1;
UPDATE tags SET name = name || '!' WHERE k IN (1, 2);
UPDATE tags SET k = k + 100 WHERE k IN (2, 3);
DELETE FROM tags WHERE k IN (4, 8);
SELECT * FROM tags ORDER BY k;
SELECT * FROM tagged ORDER BY id;
-- @cluster SELECT undistribute_table('tags')
DELETE FROM tags WHERE k = 5;
-- @error 23503
INSERT INTO tagged VALUES (21, 5, 't5');
SELECT * FROM tagged ORDER BY id;
-- @cluster SELECT create_reference_table('tags')
DELETE FROM tags WHERE k = 6;
-- @error 23503
INSERT INTO tagged VALUES (21, 6, 't6');
SELECT * FROM tagged ORDER BY id;
-- Actions that move rows.
CREATE TABLE owners (id int PRIMARY KEY);
CREATE TABLE owned (id int DEFAULT 1 REFERENCES owners ON UPDATE CASCADE ON DELETE SET DEFAULT, n int, twice int GENERATED ALWAYS AS (n * 2) STORED);
INSERT INTO owners SELECT generate_series(1, 6);
-- @cluster SELECT create_distributed_table('owned', 'id', shard_count => 8)
INSERT INTO owned SELECT g % 6 + 1, g FROM generate_series(1, 12) g;
UPDATE owners SET id = id + 20 WHERE id > 4;
DELETE FROM owners WHERE id IN (2, 25);
SELECT * FROM owned ORDER BY n;
-- @cluster SELECT create_distributed_table('owners', 'id', colocate_with => 'owned')
DELETE FROM owners WHERE id = 3;
SELECT * FROM owned ORDER BY n;
-- @error 23503
DELETE FROM owners WHERE id = 1;
-- A table that references itself.
CREATE TABLE nodes (id int PRIMARY KEY, parent int REFERENCES nodes ON DELETE CASCADE ON UPDATE CASCADE);
-- @cluster SELECT create_distributed_table('nodes', 'id', shard_count => 8)
INSERT INTO nodes VALUES (1, 1), (2, 1), (3, 2), (4, 3), (5, 5), (6, 5);
-- @error 23503
INSERT INTO nodes VALUES (7, 8);
BEGIN;
INSERT INTO nodes VALUES (7, 6);
UPDATE nodes SET id = 60 WHERE id = 6;
UPDATE nodes SET id = 50 WHERE id = 5;
SELECT * FROM nodes ORDER BY id;
DELETE FROM nodes WHERE id = 2;
SELECT * FROM nodes ORDER BY id;
ROLLBACK;
DELETE FROM nodes WHERE id = 1;
SELECT * FROM nodes ORDER BY id;
-- Triggers see what foreign keys do.
CREATE TABLE log (what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (TG_TABLE_NAME || ' ' || TG_OP || ' ' || COALESCE(OLD::text, '') || ' ' || pg_trigger_depth()); RETURN COALESCE(NEW, OLD); END $$;
CREATE TRIGGER noted BEFORE DELETE OR UPDATE ON nodes FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER noted BEFORE DELETE OR UPDATE ON visits FOR EACH ROW EXECUTE FUNCTION note();
DELETE FROM nodes WHERE id = 5;
DELETE FROM places WHERE id = 6;
SELECT * FROM log ORDER BY what;
-- Trees.
CREATE TABLE halls (id int, area int, PRIMARY KEY (area, id)) PARTITION BY LIST (area);
CREATE TABLE halls_1 PARTITION OF halls FOR VALUES IN (1);
CREATE TABLE halls_2 PARTITION OF halls FOR VALUES IN (2);
CREATE TABLE shows (area int, hall int, name text, FOREIGN KEY (area, hall) REFERENCES halls ON UPDATE CASCADE ON DELETE SET NULL (hall)) PARTITION BY LIST (area);
CREATE TABLE shows_1 PARTITION OF shows FOR VALUES IN (1);
CREATE TABLE shows_2 PARTITION OF shows FOR VALUES IN (2);
-- @cluster SELECT create_distributed_table('halls_2', 'id', shard_count => 8)
-- @cluster SELECT create_distributed_table('shows_1', 'name', shard_count => 4, colocate_with => 'none')
INSERT INTO halls SELECT g, g % 2 + 1 FROM generate_series(1, 12) g;
INSERT INTO shows SELECT g % 2 + 1, g, 's' || g FROM generate_series(1, 8) g;
-- @error 23503
INSERT INTO shows VALUES (1, 1, 'wrong');
-- @error 23503
INSERT INTO shows VALUES (2, 2, 'wrong');
-- @error 23503
INSERT INTO shows_1 VALUES (1, 1, 'wrong');
DELETE FROM halls WHERE id IN (1, 2, 3, 4);
UPDATE halls SET id = id + 50 WHERE id IN (5, 6);
SELECT tableoid::regclass, * FROM shows ORDER BY name;
ALTER TABLE shows ADD COLUMN at int;
-- @error 23503
INSERT INTO shows VALUES (1, 1, 'wrong');
CREATE TABLE shows_3 (area int, hall int, name text, at int);
INSERT INTO shows_3 VALUES (3, 3, 'three');
-- @cluster SELECT create_distributed_table('shows_3', 'area', shard_count => 4, colocate_with => 'none')
-- @error 23503
ALTER TABLE shows ATTACH PARTITION shows_3 FOR VALUES IN (3);
DELETE FROM shows_3;
ALTER TABLE shows ATTACH PARTITION shows_3 FOR VALUES IN (3);
-- @error 23503
INSERT INTO shows VALUES (3, 3, 'three');
ALTER TABLE shows DETACH PARTITION shows_1;
-- @error 23503
INSERT INTO shows_1 VALUES (1, 1, 'wrong');
DELETE FROM halls WHERE id = 56;
SELECT * FROM shows_1 ORDER BY name;
-- Rows that are referenced move to other partitions.
CREATE TABLE seats (id int PRIMARY KEY, note text) PARTITION BY RANGE (id);
CREATE TABLE seats_1 PARTITION OF seats FOR VALUES FROM (0) TO (10);
CREATE TABLE seats_2 PARTITION OF seats FOR VALUES FROM (10) TO (20);
CREATE TABLE seats_3 PARTITION OF seats FOR VALUES FROM (20) TO (30);
CREATE TABLE taken (seat int REFERENCES seats, late int REFERENCES seats DEFERRABLE INITIALLY DEFERRED);
-- @cluster SELECT create_distributed_table('seats_2', 'id', shard_count => 8)
-- @cluster SELECT create_distributed_table('seats_3', 'id', shard_count => 4, colocate_with => 'none')
-- @cluster SELECT create_distributed_table('taken', 'late', shard_count => 4, colocate_with => 'none')
INSERT INTO seats SELECT g, 's' || g FROM generate_series(0, 26, 2) g;
INSERT INTO taken VALUES (2, 4), (12, 14), (22, 24), (NULL, 6), (NULL, 16), (NULL, 26);
-- @error 23503
UPDATE seats SET id = id + 11 WHERE id = 2;
-- @error 23503
UPDATE seats SET id = id + 9 WHERE id = 12;
-- @error 23503
UPDATE seats SET id = id - 9 WHERE id = 22;
-- @error 23503
UPDATE seats SET id = id + 9 WHERE id = 6;
-- @error 23503
UPDATE seats SET id = id + 1 WHERE id = 16;
UPDATE seats SET id = id + 11 WHERE id IN (0, 10, 18);
UPDATE seats SET id = id - 19 WHERE id = 20;
BEGIN;
UPDATE seats SET id = id + 9 WHERE id IN (6, 16);
INSERT INTO seats VALUES (6, 'again'), (16, 'again');
COMMIT;
BEGIN;
UPDATE seats SET id = 7 WHERE id = 26;
-- @error 23503
COMMIT;
SELECT tableoid::regclass, * FROM seats ORDER BY id;
SELECT * FROM taken ORDER BY seat, late;
-- What references moves as well.
CREATE TABLE booked (area int REFERENCES seats, n int) PARTITION BY LIST (n);
CREATE TABLE booked_1 PARTITION OF booked FOR VALUES IN (1);
CREATE TABLE booked_2 PARTITION OF booked FOR VALUES IN (2);
-- @cluster SELECT create_distributed_table('booked_2', 'area', shard_count => 4, colocate_with => 'none')
INSERT INTO booked VALUES (2, 1), (12, 2);
UPDATE booked SET n = 3 - n;
-- @error 23503
UPDATE booked SET n = 3 - n, area = 100;
SELECT tableoid::regclass, * FROM booked ORDER BY area;
-- Rows that shards' keys reference move to other shards.
CREATE TABLE teams (id int PRIMARY KEY, name text, UNIQUE (id, name));
CREATE TABLE players (team int REFERENCES teams ON UPDATE CASCADE ON DELETE CASCADE, n int, name text, PRIMARY KEY (team, n), FOREIGN KEY (team, name) REFERENCES teams (id, name) ON UPDATE CASCADE ON DELETE SET NULL (name));
CREATE TABLE goals (team int, n int, at int, FOREIGN KEY (team, n) REFERENCES players ON UPDATE CASCADE ON DELETE CASCADE);
CREATE TABLE fines (team int REFERENCES teams ON DELETE CASCADE, amount int);
-- @cluster SELECT create_distributed_table('teams', 'id', shard_count => 8)
-- @cluster SELECT create_distributed_table('players', 'team', colocate_with => 'teams')
-- @cluster SELECT create_distributed_table('goals', 'team', colocate_with => 'teams')
-- @cluster SELECT create_distributed_table('fines', 'team', colocate_with => 'teams')
INSERT INTO teams SELECT g, 't' || g FROM generate_series(1, 12) g;
INSERT INTO players SELECT g % 6 + 1, g, 't' || (g % 6 + 1) FROM generate_series(1, 18) g;
INSERT INTO goals SELECT team, n, n * 10 FROM players;
INSERT INTO fines VALUES (6, 1), (12, 2);
UPDATE teams SET id = id + 100 WHERE id IN (1, 2, 3);
SELECT * FROM players ORDER BY n;
SELECT * FROM goals ORDER BY n;
-- @error 23503
UPDATE teams SET id = id + 100 WHERE id IN (5, 6);
-- @error 23503
UPDATE teams SET id = 1000 WHERE id = 12;
BEGIN;
UPDATE teams SET id = 200 - id WHERE id > 100 RETURNING *;
SAVEPOINT s;
DELETE FROM teams WHERE id = 99;
SELECT * FROM players ORDER BY n;
ROLLBACK TO s;
UPDATE players SET team = 98, name = NULL WHERE team = 99 AND n < 7;
COMMIT;
SELECT * FROM players ORDER BY n;
SELECT * FROM goals ORDER BY n;
DELETE FROM teams WHERE id = 98;
SELECT count(*), sum(n) FROM players;
SELECT count(*), sum(at) FROM goals;
SELECT * FROM fines ORDER BY team;
-- Rights: what references need not be readable to whom deletes.
DROP TABLE places CASCADE;
INSERT INTO visits VALUES (95, 1001);
SELECT count(*) FROM visits;

-- Foreign keys between reference tables stand on every node, and are changed there.
CREATE TABLE rk (id int PRIMARY KEY, up int REFERENCES rk);
CREATE TABLE rc (id int PRIMARY KEY, k int, CONSTRAINT rc_k FOREIGN KEY (k) REFERENCES rk DEFERRABLE);
-- @cluster SELECT create_reference_table('rk')
-- @cluster SELECT create_reference_table('rc')
INSERT INTO rk VALUES (1, NULL), (2, 1), (3, NULL), (4, NULL);
INSERT INTO rc VALUES (1, 1), (2, 2), (3, 4);
-- @error 23503
DELETE FROM rk WHERE id = 2;
-- @error 23503
UPDATE rk SET id = 20 WHERE id = 1;
DELETE FROM rk WHERE id = 3;
BEGIN ISOLATION LEVEL REPEATABLE READ;
DELETE FROM rc WHERE id = 2;
DELETE FROM rk WHERE id = 2;
COMMIT;
BEGIN;
SET CONSTRAINTS rc_k DEFERRED;
DELETE FROM rk WHERE id = 4;
DELETE FROM rc WHERE k = 4;
COMMIT;
ALTER TABLE rc RENAME CONSTRAINT rc_k TO rc_key;
COMMENT ON CONSTRAINT rc_key ON rc IS 'a key';
ALTER TABLE rc ALTER CONSTRAINT rc_key NOT DEFERRABLE;
ALTER TABLE rc DROP CONSTRAINT rc_key;
ALTER TABLE rc ADD FOREIGN KEY (k) REFERENCES rk ON DELETE CASCADE;
INSERT INTO rk VALUES (5, NULL);
INSERT INTO rc VALUES (5, 5);
DELETE FROM rk WHERE id = 5;
SELECT * FROM rk ORDER BY id;
SELECT * FROM rc ORDER BY id;
-- @cluster SELECT 1 / (count(DISTINCT result) = 1)::int FROM run_command_on_all_nodes(format('SELECT string_agg(id || '':'' || k, '','' ORDER BY id) FROM %I.rc', current_schema()))
-- @cluster SELECT 1 / (count(DISTINCT result) = 1)::int FROM run_command_on_all_nodes(format('SELECT string_agg(conname || confdeltype, '','' ORDER BY conname) FROM pg_constraint WHERE conrelid = ''%I.rc''::regclass', current_schema()))

-- Tables that come home together do not check each other's rows on the way.
CREATE TABLE tied_pk (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE tied (a int, b int) PARTITION BY LIST (a);
CREATE TABLE tied_1 (b int, a int);
-- @cluster SELECT create_distributed_table('tied_pk', 'a')
-- @cluster SELECT create_distributed_table('tied_1', 'b')
ALTER TABLE tied ATTACH PARTITION tied_1 FOR VALUES IN (1, 2);
ALTER TABLE tied ADD CONSTRAINT tied_key FOREIGN KEY (a, b) REFERENCES tied_pk ON DELETE CASCADE;
INSERT INTO tied_pk SELECT 1 + g % 2, g FROM generate_series(1, 20) g;
INSERT INTO tied SELECT a, b FROM tied_pk;
ALTER TABLE tied DROP CONSTRAINT tied_key;
ALTER TABLE tied ADD CONSTRAINT tied_key FOREIGN KEY (a, b) REFERENCES tied_pk;
ALTER TABLE tied_pk ALTER COLUMN a TYPE bigint;
-- @error 23503
DELETE FROM tied_pk WHERE a = 1;
SELECT count(*), sum(b) FROM tied;
-- Rows that move to another shard, referenced by a partitioned table: its partitions' shards have a part of the key.
CREATE TABLE whole (a int, b int, PRIMARY KEY (a, b));
-- @cluster SELECT create_distributed_table('whole', 'a', shard_count => 8)
CREATE TABLE parted (a int, b int) PARTITION BY LIST (a);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1, 2, 3, 4, 5, 6, NULL);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (11, 12, 13, 14, 15, 16);
CREATE TABLE parted_3 PARTITION OF parted FOR VALUES IN (21, 22, 23, 24, 25, 26);
-- @cluster SELECT create_distributed_table('parted_1', 'a', colocate_with => 'whole')
-- @cluster SELECT create_distributed_table('parted_2', 'a', colocate_with => 'whole')
ALTER TABLE parted ADD CONSTRAINT of_whole FOREIGN KEY (a, b) REFERENCES whole ON UPDATE CASCADE ON DELETE CASCADE;
INSERT INTO whole SELECT a, b FROM unnest(ARRAY[1, 2, 3, 11, 12, 21, 22]) a, generate_series(1, 2) b;
INSERT INTO parted SELECT a, b FROM whole;
UPDATE whole SET a = a + 1 WHERE a IN (3, 12, 22);
UPDATE whole SET b = b + 10 WHERE a IN (1, 11, 21);
SELECT tableoid::regclass, * FROM parted ORDER BY a, b;
UPDATE whole SET a = 14 WHERE a = 4;
UPDATE whole SET a = 5 WHERE a = 23 AND b = 1;
UPDATE whole SET a = 24 WHERE a = 13 AND b = 2;
SELECT tableoid::regclass, * FROM parted ORDER BY a, b;
-- @error 23514
UPDATE whole SET a = 100 WHERE a = 1;
DELETE FROM whole WHERE a IN (1, 21);
SELECT tableoid::regclass, * FROM parted ORDER BY a, b;
-- @error 23503
INSERT INTO parted VALUES (1, 11);
ALTER TABLE parted DROP CONSTRAINT of_whole;
ALTER TABLE parted ADD CONSTRAINT of_whole FOREIGN KEY (a, b) REFERENCES whole ON UPDATE SET NULL;
UPDATE whole SET a = 6 WHERE a = 5;
UPDATE whole SET a = 2, b = 7 WHERE a = 14 AND b = 1;
-- @error 23503
DELETE FROM whole WHERE a = 2;
SELECT tableoid::regclass, * FROM parted ORDER BY a, b;
ALTER TABLE parted DROP CONSTRAINT of_whole;
ALTER TABLE parted ADD CONSTRAINT of_whole FOREIGN KEY (a, b) REFERENCES whole;
-- @error 23503
UPDATE whole SET a = 3 WHERE a = 2 AND b = 1;
DELETE FROM parted WHERE a = 2;
UPDATE whole SET a = 3 WHERE a = 2 AND b = 1;
SELECT * FROM whole ORDER BY a, b;
CREATE TABLE moved (what text);
CREATE FUNCTION note_move() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO moved VALUES (concat_ws(' ', TG_TABLE_NAME, TG_OP, OLD, NEW)); RETURN NULL; END $$;
ALTER TABLE parted DROP CONSTRAINT of_whole;
ALTER TABLE parted ADD CONSTRAINT of_whole FOREIGN KEY (a, b) REFERENCES whole ON UPDATE CASCADE ON DELETE CASCADE;
CREATE TRIGGER moves AFTER DELETE ON parted_2 FOR EACH ROW EXECUTE FUNCTION note_move();
SELECT tableoid::regclass, * FROM parted ORDER BY a, b;
DELETE FROM whole WHERE a IN (13, 14);
SELECT * FROM moved ORDER BY what;
SELECT tableoid::regclass, * FROM parted ORDER BY a, b;
DROP TABLE parted, whole, moved;
