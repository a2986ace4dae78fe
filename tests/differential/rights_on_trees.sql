-- Proves that TRUNCATE and LOCK of a table ask for the right on it alone, as in PostgreSQL, when distributed tables lie
-- below it; that a cascade asks for it; and that neither reaches more than it does on one PostgreSQL.
CREATE ROLE tree_reader;
CREATE ROLE tree_owner;
CREATE SCHEMA trees AUTHORIZATION tree_owner;
GRANT USAGE ON SCHEMA trees TO tree_reader;
SET search_path = trees;
SET ROLE tree_owner;
CREATE TABLE pr (a int, b text) PARTITION BY LIST (a);
CREATE TABLE pr1 PARTITION OF pr FOR VALUES IN (1);
CREATE TABLE pr2 (a int, b text);
CREATE TABLE h (a int, b int);
CREATE TABLE h1 (c int) INHERITS (h);
CREATE TABLE h2 () INHERITS (h1);
CREATE TABLE ref (k int PRIMARY KEY);
CREATE TABLE h3 (r int REFERENCES ref) INHERITS (h);
RESET ROLE;
-- @cluster SELECT create_distributed_table('trees.pr2', 'a', shard_count => 4)
-- @cluster SELECT create_distributed_table('trees.h2', 'a', shard_count => 4)
-- @cluster SELECT create_reference_table('trees.ref')
-- @cluster SELECT create_distributed_table('trees.h3', 'a', shard_count => 4)
SET ROLE tree_owner;
ALTER TABLE pr ATTACH PARTITION pr2 FOR VALUES IN (2, 3);
INSERT INTO pr SELECT 1 + g % 3, g FROM generate_series(1, 9) g;
INSERT INTO h VALUES (1, 1);
INSERT INTO h1 VALUES (2, 2, 2);
INSERT INTO h2 SELECT g, g, g FROM generate_series(3, 9) g;
INSERT INTO ref VALUES (1), (2);
INSERT INTO h3 VALUES (4, 4, 1), (5, 5, 2);
CREATE TABLE log (n serial, what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = trees AS $$
BEGIN
    INSERT INTO log (what) SELECT concat_ws(' ', TG_WHEN, TG_TABLE_NAME, (SELECT count(*) FROM h), session_user <> current_user);
    RETURN NULL;
END $$;
CREATE TRIGGER b BEFORE TRUNCATE ON h2 EXECUTE FUNCTION note();
CREATE TRIGGER a AFTER TRUNCATE ON h2 EXECUTE FUNCTION note();
CREATE TRIGGER a AFTER TRUNCATE ON h EXECUTE FUNCTION note();
GRANT SELECT ON pr, h, ref TO tree_reader;
RESET ROLE;
-- No right at all.
SET ROLE tree_reader;
-- @error 42501
TRUNCATE pr;
-- @error 42501
TRUNCATE h;
-- @error 42501
TRUNCATE h2;
BEGIN;
-- @error 42501
LOCK h;
ROLLBACK;
BEGIN;
LOCK h IN ACCESS SHARE MODE;
COMMIT;
RESET ROLE;
-- The right on the table alone.
GRANT TRUNCATE, UPDATE ON pr, h TO tree_reader;
SET ROLE tree_reader;
-- @error 42501
TRUNCATE pr2;
-- @error 42501
TRUNCATE h, h2;
-- @error 42501
TRUNCATE h2, h;
BEGIN;
-- @error 42501
LOCK pr2;
ROLLBACK;
BEGIN;
LOCK pr;
LOCK h * IN EXCLUSIVE MODE NOWAIT;
LOCK ONLY h;
COMMIT;
SELECT count(*) FROM h;
BEGIN;
TRUNCATE pr;
SELECT count(*) FROM pr;
ROLLBACK;
SELECT count(*) FROM pr;
TRUNCATE ONLY h;
SELECT count(*) FROM h;
-- @error 42501
TRUNCATE h, ref;
-- @error 42501
TRUNCATE h, ref RESTART IDENTITY CASCADE;
TRUNCATE pr, h;
SELECT count(*) FROM pr;
SELECT count(*) FROM h;
RESET ROLE;
SELECT count(*) FROM h2;
SELECT what FROM trees.log ORDER BY n;
-- What references the reference table may be truncated with it below another table, not by a cascade.
INSERT INTO h3 VALUES (4, 4, 1), (5, 5, 2);
GRANT TRUNCATE ON ref TO tree_reader;
SET ROLE tree_reader;
TRUNCATE h, ref;
RESET ROLE;
SELECT count(*) FROM h3;
INSERT INTO ref VALUES (1);
INSERT INTO h3 VALUES (4, 4, 1);
SET ROLE tree_reader;
-- @error 42501
TRUNCATE ref CASCADE;
RESET ROLE;
GRANT TRUNCATE ON h3, h2 TO tree_reader;
SET ROLE tree_reader;
TRUNCATE h, ref;
RESET ROLE;
SELECT count(*) FROM h3;
-- A cascade from a local table, from a partition, and to tables with heirs, which keep their rows.
CREATE TABLE top (k int PRIMARY KEY) PARTITION BY RANGE (k);
CREATE TABLE top1 PARTITION OF top FOR VALUES FROM (0) TO (10);
CREATE TABLE top2 PARTITION OF top FOR VALUES FROM (10) TO (20);
CREATE TABLE refers (a int PRIMARY KEY, k int REFERENCES top);
-- @cluster SELECT create_distributed_table('trees.refers', 'a', shard_count => 4)
CREATE TABLE below_refers () INHERITS (refers);
CREATE TABLE refers_again (a int REFERENCES refers, b int);
-- @cluster SELECT create_distributed_table('trees.refers_again', 'a', shard_count => 4)
INSERT INTO top SELECT generate_series(0, 19);
INSERT INTO refers SELECT g, g FROM generate_series(0, 19) g;
INSERT INTO below_refers VALUES (77, 77);
INSERT INTO refers_again SELECT g, g FROM generate_series(0, 19) g;
-- @error 0A000
TRUNCATE top1;
GRANT TRUNCATE ON top, top1 TO tree_reader;
SET ROLE tree_reader;
-- @error 42501
TRUNCATE top1 CASCADE;
RESET ROLE;
SELECT count(*) FROM refers;
TRUNCATE top1 CASCADE;
SELECT count(*) FROM refers;
SELECT * FROM below_refers;
SELECT count(*) FROM refers_again;
SELECT count(*) FROM top;
INSERT INTO refers VALUES (1, 15);
TRUNCATE top CASCADE;
SELECT count(*) FROM ONLY refers;
RESET search_path;
DROP SCHEMA trees CASCADE;
DROP ROLE tree_reader, tree_owner;
