-- Tables of a composite type: those that are distributed follow the type, and may take it on or leave it.
CREATE TYPE pair AS (a int, b text);
CREATE TABLE t OF pair;
-- @cluster SELECT create_distributed_table('t', 'a')
INSERT INTO t SELECT g, 'v' || g FROM generate_series(1, 20) g;
-- @error 42809
ALTER TABLE t ADD COLUMN c int;
ALTER TYPE pair ADD ATTRIBUTE c int CASCADE;
UPDATE t SET c = a * 2 WHERE a < 5;
SELECT * FROM t ORDER BY a;
ALTER TYPE pair RENAME ATTRIBUTE b TO bb CASCADE;
SELECT a, bb FROM t WHERE a = 7;
-- @error 2BP01
ALTER TYPE pair ALTER ATTRIBUTE a TYPE bigint;
ALTER TYPE pair ALTER ATTRIBUTE a TYPE bigint CASCADE;
SELECT a, bb, c, pg_typeof(a) FROM t WHERE a IN (3, 4) ORDER BY a;
ALTER TYPE pair DROP ATTRIBUTE c CASCADE;
SELECT * FROM t WHERE a = 4;
ALTER TABLE t NOT OF;
ALTER TABLE t ADD COLUMN d int DEFAULT 5;
SELECT * FROM t WHERE a = 4;
-- @error 42804
ALTER TABLE t OF pair;
ALTER TABLE t DROP COLUMN d;
ALTER TABLE t OF pair;
SELECT reloftype::regtype FROM pg_class WHERE oid = 't'::regclass;
CREATE TABLE other (x bigint, bb text);
-- @cluster SELECT create_distributed_table('other', 'x')
-- @error 42804
ALTER TABLE other OF pair;
-- @error 2BP01
DROP TYPE pair;
DROP TYPE pair CASCADE;
SELECT to_regclass('t');
