-- DROP … CASCADE takes columns, indexes and constraints of distributed and reference tables with it, on every node.
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE COLLATION plain (locale = 'C');
CREATE FUNCTION is_fine(int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1 < 1000';
CREATE TABLE t (id int PRIMARY KEY, a positive, b text, c int CHECK (is_fine(c)), d text);
CREATE INDEX t_b ON t (b COLLATE plain);
CREATE INDEX t_a ON t (a, c);
CREATE INDEX t_c ON t ((is_fine(c)));
CREATE TABLE r (id int PRIMARY KEY, a positive, b text);
CREATE INDEX r_b ON r (b COLLATE plain);
-- @cluster SELECT create_distributed_table('t', 'id')
-- @cluster SELECT create_reference_table('r')
INSERT INTO t SELECT g, g, 'b' || g, g, 'd' FROM generate_series(1, 50) g;
INSERT INTO r SELECT g, g, 'b' || g FROM generate_series(1, 5) g;
-- @error 2BP01
DROP COLLATION plain;
DROP COLLATION plain CASCADE;
SELECT relname FROM pg_class WHERE relname IN ('t_b', 'r_b', 't_a', 't_c') ORDER BY 1;
BEGIN;
DROP DOMAIN positive CASCADE;
SELECT count(*), min(id) FROM t;
ROLLBACK;
SELECT count(a), sum(a) FROM t;
DROP DOMAIN positive CASCADE;
SELECT * FROM t ORDER BY id LIMIT 3;
SELECT * FROM r ORDER BY id;
INSERT INTO t VALUES (51, 'b51', 51, 'd'), (52, 'b52', 52, 'd');
UPDATE t SET c = c + 1 WHERE id > 50 RETURNING *;
-- @error 23514
INSERT INTO t VALUES (53, 'b53', 5000, 'd');
DROP FUNCTION is_fine(int) CASCADE;
INSERT INTO t VALUES (53, 'b53', 5000, 'd');
SELECT conname FROM pg_constraint WHERE conrelid = 't'::regclass ORDER BY 1;
SELECT relname FROM pg_class WHERE relname IN ('t_b', 'r_b', 't_a', 't_c') ORDER BY 1;
-- Parts may come again under their names.
CREATE INDEX t_b ON t (b);
CREATE INDEX t_c ON t (c);
ALTER TABLE t ADD CONSTRAINT t_c_check CHECK (c < 10000);
SELECT * FROM t WHERE c > 50 ORDER BY id;
-- @cluster DO $$ BEGIN ASSERT (SELECT count(DISTINCT result) = 1 FROM run_command_on_all_nodes($c$SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped$c$) n WHERE success); END $$
-- A key that goes with its column.
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE keyed (id int, m mood, v int, PRIMARY KEY (id, m), UNIQUE (id, v));
-- @cluster SELECT create_distributed_table('keyed', 'id')
INSERT INTO keyed VALUES (1, 'good', 1), (1, 'bad', 2);
DROP TYPE mood CASCADE;
INSERT INTO keyed VALUES (1, 3);
-- @error 23505
INSERT INTO keyed VALUES (1, 2);
SELECT * FROM keyed ORDER BY 1, 2;
-- The distribution column: another takes its place, if there is one, and nothing goes if a key lacks it.
CREATE SCHEMA of_key;
CREATE DOMAIN of_key.key AS int;
CREATE TABLE by_key (k of_key.key, v int, w of_key.key CHECK (w > 0));
-- @cluster SELECT create_distributed_table('by_key', 'k')
CREATE TABLE with_key (k of_key.key, v of_key.key, w int, UNIQUE (k, v), EXCLUDE USING hash (k WITH =));
-- @cluster SELECT create_distributed_table('with_key', 'k')
CREATE TABLE only_key (k of_key.key);
-- @cluster SELECT create_distributed_table('only_key', 'k')
INSERT INTO by_key VALUES (1, 1, 1), (2, 2, 2), (3, NULL, 3);
INSERT INTO with_key VALUES (1, 2, 3), (2, 2, 3);
INSERT INTO only_key VALUES (1), (2);
BEGIN;
DROP DOMAIN of_key.key CASCADE;
SELECT * FROM by_key ORDER BY v;
ROLLBACK;
SELECT * FROM by_key ORDER BY v;
CREATE ROLE owns_key;
ALTER DOMAIN of_key.key OWNER TO owns_key;
GRANT USAGE ON SCHEMA of_key TO owns_key;
SET ROLE owns_key;
-- @cluster-error 0A000 DROP DOMAIN of_key.key CASCADE
RESET ROLE;
SELECT count(*) FROM with_key;
DROP DOMAIN of_key.key CASCADE;
SELECT * FROM by_key ORDER BY v;
INSERT INTO by_key VALUES (4);
UPDATE by_key SET v = v + 1;
SELECT * FROM by_key ORDER BY v;
SELECT * FROM with_key;
SELECT count(*) FROM only_key;
DROP TABLE by_key, with_key, only_key;
DROP SCHEMA of_key;
DROP ROLE owns_key;
CREATE TYPE range_of AS RANGE (subtype = int);
CREATE TABLE excludes (a int, r range_of, EXCLUDE USING hash (a WITH =) WHERE (NOT isempty(r)));
-- @cluster SELECT create_distributed_table('excludes', 'a')
INSERT INTO excludes VALUES (1, '[1,2]'), (2, '[1,2]');
-- @error 23P01
INSERT INTO excludes VALUES (1, '[3,4]');
DROP TYPE range_of CASCADE;
INSERT INTO excludes VALUES (1);
SELECT * FROM excludes ORDER BY a;
DROP TABLE excludes;
-- Whole tables go as ever.
CREATE TYPE row_type AS (a int, b int);
CREATE TABLE of_type OF row_type;
-- @cluster SELECT create_distributed_table('of_type', 'a')
DROP TYPE row_type CASCADE;
SELECT to_regclass('of_type');
