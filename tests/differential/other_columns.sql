-- Tables whose distribution column a statement takes away, directly or by a key of the table above: another one takes its place.
CREATE TABLE tree (a int, b int) PARTITION BY LIST (a);
CREATE UNIQUE INDEX ON tree (a);
CREATE TABLE leaf (b int, a int);
-- @cluster SELECT create_distributed_table('leaf', 'b')
ALTER TABLE tree ATTACH PARTITION leaf FOR VALUES IN (3);
-- @cluster DO $$ BEGIN ASSERT (SELECT distribution_column = 'a' FROM citus_tables WHERE table_name = 'leaf'::regclass); END $$
INSERT INTO tree VALUES (3, 1);
-- @error 23505
INSERT INTO tree VALUES (3, 2);
CREATE TABLE ranges (x int, y int) PARTITION BY RANGE (x);
CREATE TABLE low PARTITION OF ranges FOR VALUES FROM (0) TO (10);
-- @cluster SELECT create_distributed_table('low', 'y')
INSERT INTO ranges SELECT g, g FROM generate_series(0, 9) g;
ALTER TABLE ranges ADD PRIMARY KEY (x);
-- @cluster DO $$ BEGIN ASSERT (SELECT distribution_column = 'x' FROM citus_tables WHERE table_name = 'low'::regclass); END $$
-- @error 23505
INSERT INTO ranges VALUES (3, 30);
SELECT * FROM ranges ORDER BY x;
-- A key that the user gives a distributed table itself has to include its column.
CREATE TABLE own (a int, b int);
-- @cluster SELECT create_distributed_table('own', 'a')
-- @expect 0A000 a key without the distribution column
CREATE UNIQUE INDEX ON own (b);
-- Where PostgreSQL refuses the key, it says why.
-- @error 42703
ALTER TABLE own ADD UNIQUE (nothing);
-- @error 42703
ALTER TABLE own ADD PRIMARY KEY (nothing);
-- @error 42703
CREATE UNIQUE INDEX ON own (nothing);
-- @error 42701
ALTER TABLE own ADD COLUMN b int, ADD COLUMN c int PRIMARY KEY;
ALTER TABLE own ADD COLUMN IF NOT EXISTS b int UNIQUE;
SELECT count(*) FROM pg_index WHERE indrelid = 'own'::regclass;
-- A table that loses its last column is local.
CREATE TABLE one (a int);
-- @cluster SELECT create_distributed_table('one', 'a')
INSERT INTO one VALUES (1), (2);
ALTER TABLE one DROP COLUMN a;
SELECT * FROM one;
SELECT count(*) FROM one;
-- @cluster DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM citus_tables WHERE table_name = 'one'::regclass); END $$
ALTER TABLE one ADD COLUMN b int DEFAULT 3;
SELECT * FROM one;
-- Tables that use each other's types are dropped together.
CREATE TABLE shape (a int, b text);
CREATE TABLE user_of_shape (x int, y text, CHECK ((x, y)::shape <> (1, 'no')::shape));
-- @cluster SELECT create_distributed_table('shape', 'a')
-- @cluster SELECT create_distributed_table('user_of_shape', 'x')
-- @error 23514
INSERT INTO user_of_shape VALUES (1, 'no');
CREATE VIEW shapes AS SELECT * FROM shape;
-- @error 2BP01
DROP TABLE shape, user_of_shape;
INSERT INTO user_of_shape VALUES (1, 'yes');
SELECT * FROM user_of_shape;
DROP VIEW shapes;
DROP TABLE shape, user_of_shape;
