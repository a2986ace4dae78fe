-- Proves that odd names, search_path, shadowed names, types of other schemas, attribute gaps, generated and identity
-- columns mean on the cluster what they mean on one PostgreSQL.
CREATE SCHEMA "Odd.Schema ""q""";
CREATE TABLE "Odd.Schema ""q"""."Tab'le Ünï $1" ("Ke.y" int PRIMARY KEY, "va'l""ue" text DEFAULT 'x', "select" int, "UPPER" serial);
-- @cluster SELECT create_distributed_table('"Odd.Schema ""q"""."Tab''le Ünï $1"', 'Ke.y')
INSERT INTO "Odd.Schema ""q"""."Tab'le Ünï $1" ("Ke.y", "select") SELECT g, g*2 FROM generate_series(1,30) g;
SELECT * FROM "Odd.Schema ""q"""."Tab'le Ünï $1" WHERE "Ke.y" = 5;
SELECT count(*), sum("select") FROM "Odd.Schema ""q"""."Tab'le Ünï $1";
SELECT "select", "UPPER" > 0 FROM "Odd.Schema ""q"""."Tab'le Ünï $1" x WHERE "va'l""ue" = 'x' ORDER BY 1 LIMIT 3;
CREATE INDEX "I dx.'""" ON "Odd.Schema ""q"""."Tab'le Ünï $1" ("va'l""ue" DESC NULLS LAST, lower("va'l""ue")) WHERE "select" > 3;
ALTER TABLE "Odd.Schema ""q"""."Tab'le Ünï $1" ADD COLUMN "new col" numeric DEFAULT 1.5;
ALTER TABLE "Odd.Schema ""q"""."Tab'le Ünï $1" RENAME COLUMN "new col" TO "ne""w";
UPDATE "Odd.Schema ""q"""."Tab'le Ünï $1" SET "ne""w" = "Ke.y" WHERE "Ke.y" < 5;
SELECT sum("ne""w") FROM "Odd.Schema ""q"""."Tab'le Ünï $1";
ALTER TABLE "Odd.Schema ""q"""."Tab'le Ünï $1" RENAME TO "T2 ""x""";
SELECT count(*) FROM "Odd.Schema ""q"""."T2 ""x""";
ALTER TABLE "Odd.Schema ""q"""."T2 ""x""" SET SCHEMA diff_names_and_schemas;
SELECT count(*) FROM diff_names_and_schemas."T2 ""x""";
ALTER SCHEMA "Odd.Schema ""q""" RENAME TO "os2";
ALTER TABLE diff_names_and_schemas."T2 ""x""" SET SCHEMA os2;
SELECT count(*) FROM os2."T2 ""x""";
COMMENT ON TABLE os2."T2 ""x""" IS 'it''s "x" \ $1';
COMMENT ON COLUMN os2."T2 ""x"""."va'l""ue" IS 'c''c';
SELECT obj_description('os2."T2 ""x"""'::regclass);
DROP INDEX os2."I dx.'""";
SET search_path = os2;
SELECT count(*) FROM "T2 ""x""" WHERE "Ke.y" = 4;
INSERT INTO "T2 ""x""" ("Ke.y") VALUES (100), (101) RETURNING "Ke.y", "va'l""ue";
SET search_path = diff_names_and_schemas;
DROP TABLE os2."T2 ""x""";
DROP SCHEMA os2;
-- shadowing
CREATE SCHEMA s1;
CREATE SCHEMA s2;
CREATE TABLE s1.t (k int, v text);
CREATE TABLE s2.t (k int, v text, w int);
-- @cluster SELECT create_distributed_table('s1.t','k')
-- @cluster SELECT create_distributed_table('s2.t','k')
INSERT INTO s1.t SELECT g, 's1' FROM generate_series(1,10) g;
INSERT INTO s2.t SELECT g, 's2', g FROM generate_series(1,20) g;
SET search_path = s1, s2;
SELECT count(*), min(v) FROM t;
PREPARE q AS SELECT v FROM t WHERE k = 3;
EXECUTE q;
SET search_path = s2, s1;
EXECUTE q;
SELECT count(*), min(v) FROM t;
CREATE TEMP TABLE t (k int, v text);
INSERT INTO t VALUES (3, 'temp');
EXECUTE q;
SELECT v FROM t WHERE k = 3;
SELECT a.v, b.v FROM t a JOIN s1.t b ON a.k = b.k;
SELECT a.v, b.v FROM s2.t a JOIN s1.t b ON a.k = b.k WHERE a.k = 3;
DROP TABLE pg_temp.t;
EXECUTE q;
SET search_path = diff_names_and_schemas;
-- shadowed functions
CREATE SCHEMA s3;
CREATE FUNCTION s3.lower(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT 'mine'$$;
SET search_path = s3, s1, pg_catalog;
SELECT lower(v) FROM t WHERE k = 1;
SELECT DISTINCT lower(v) FROM t;
SELECT pg_catalog.lower(v) FROM t WHERE k = 1;
SET search_path = diff_names_and_schemas;
-- operators in other schemas
CREATE FUNCTION s3.eq(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS $$SELECT $1 <> $2$$;
CREATE OPERATOR s3.= (leftarg = int, rightarg = int, procedure = s3.eq);
SET search_path = s3, s1, pg_catalog;
SELECT count(*) FROM t WHERE k = 1;
SELECT count(*) FROM t WHERE k OPERATOR(pg_catalog.=) 1;
SET search_path = diff_names_and_schemas;
-- types in other schemas
CREATE TYPE s3.color AS ENUM ('red','green');
CREATE TYPE s3."We Ird" AS (x int, "y z" text);
CREATE DOMAIN s3.even AS int CHECK (value % 2 = 0);
CREATE TABLE s3.ty (k s3.color, w s3."We Ird", e s3.even, ca s3.color[], wa s3."We Ird"[], ea s3.even[]);
-- @cluster SELECT create_distributed_table('s3.ty','k')
INSERT INTO s3.ty VALUES ('red', (1,'a b'), 2, '{red,green}', ARRAY[(1,'x')::s3."We Ird", NULL], '{2,4}'), ('green', NULL, NULL, NULL, NULL, NULL);
SELECT * FROM s3.ty WHERE k = 'red';
SELECT * FROM s3.ty ORDER BY k;
SELECT (w)."y z", wa[1], ca[2], ea[1] FROM s3.ty ORDER BY 1;
SELECT max(k), array_agg(k ORDER BY k), array_agg(w ORDER BY k) FROM s3.ty;
-- @error 23514
INSERT INTO s3.ty(k, e) VALUES ('red', 3);
UPDATE s3.ty SET w."y z" = 'upd', wa[2] = (5,'five') WHERE k = 'red' RETURNING *;
UPDATE s3.ty SET ca[3] = 'red', ea[2:3] = '{6,8}' RETURNING *;
SELECT ty FROM s3.ty ORDER BY k;
SELECT row_to_json(ty) FROM s3.ty ORDER BY k::text;
SELECT count(ty) FROM s3.ty;
SELECT (ty).k FROM s3.ty ORDER BY 1;
SELECT (ty).* FROM s3.ty ORDER BY 1;
SELECT to_jsonb(t.*) FROM s3.ty t WHERE k = 'red';
ALTER TYPE s3.color ADD VALUE 'blue';
INSERT INTO s3.ty(k) VALUES ('blue');
SELECT k FROM s3.ty ORDER BY 1;
-- Rows lie where the labels hash to.
ALTER TYPE s3.color RENAME VALUE 'blue' TO 'Navy';
SELECT k FROM s3.ty WHERE k = 'Navy';
SELECT k, count(*) FROM s3.ty GROUP BY k ORDER BY k;
-- @error 22P02
SELECT k FROM s3.ty WHERE k = 'blue';
-- @error 22023
ALTER TYPE s3.color RENAME VALUE 'nope' TO 'yes';
-- @error 42710
ALTER TYPE s3.color RENAME VALUE 'red' TO 'Navy';
ALTER TYPE s3.color RENAME VALUE 'Navy' TO 'blue';
SELECT k FROM s3.ty WHERE k = 'blue';
ALTER TYPE s3."We Ird" ADD ATTRIBUTE z int;
SELECT w FROM s3.ty ORDER BY k;
ALTER TYPE s3.color SET SCHEMA s1;
SELECT k FROM s3.ty WHERE k = 'blue';
SELECT k FROM s3.ty WHERE k = 'red'::s1.color;
ALTER TYPE s1.color RENAME TO colour;
SELECT k FROM s3.ty WHERE k = 'red'::s1.colour;
-- @error 0A000
ALTER DOMAIN s3.even ADD CONSTRAINT small CHECK (value < 100);
-- attribute gaps
CREATE TABLE gaps (a int, b text, k int, c text, d int GENERATED ALWAYS AS (k * 2) STORED, e int DEFAULT 7, f int);
ALTER TABLE gaps DROP COLUMN a, DROP COLUMN c;
INSERT INTO gaps (b, k, f) SELECT 'b'||g, g, g FROM generate_series(1,20) g;
-- @cluster SELECT create_distributed_table('gaps','k')
SELECT * FROM gaps ORDER BY k LIMIT 3;
SELECT * FROM gaps WHERE k = 4;
ALTER TABLE gaps DROP COLUMN b;
ALTER TABLE gaps ADD COLUMN b int DEFAULT 9;
SELECT * FROM gaps WHERE k = 4;
SELECT gaps FROM gaps WHERE k = 4;
INSERT INTO gaps (k) VALUES (50), (51) RETURNING *;
INSERT INTO gaps (k) VALUES (52) RETURNING *;
INSERT INTO gaps SELECT k + 100 FROM gaps WHERE k < 3 RETURNING *;
UPDATE gaps SET f = 1 WHERE k = 100 RETURNING *;
UPDATE gaps SET k = k RETURNING *;
COPY gaps TO STDOUT;
-- @error 428C9
INSERT INTO gaps (k, d) VALUES (1, 5);
-- @error 428C9
UPDATE gaps SET d = 5 WHERE k = 1;
UPDATE gaps SET d = DEFAULT, e = DEFAULT WHERE k = 1 RETURNING *;
-- identity
CREATE TABLE idn (k int, id bigint GENERATED ALWAYS AS IDENTITY, i2 int GENERATED BY DEFAULT AS IDENTITY (START 100 INCREMENT 10), s bigserial);
INSERT INTO idn (k) SELECT g FROM generate_series(1,3) g;
-- @cluster SELECT create_distributed_table('idn','k')
INSERT INTO idn (k) VALUES (4);
INSERT INTO idn (k) VALUES (5);
-- @error 428C9
INSERT INTO idn (k, id) VALUES (6, 1000);
INSERT INTO idn (k, id) OVERRIDING SYSTEM VALUE VALUES (6, 1000);
INSERT INTO idn (k, i2) VALUES (7, 5);
INSERT INTO idn (k, i2) OVERRIDING USER VALUE VALUES (8, 6);
SELECT * FROM idn ORDER BY k;
-- @error 428C9
UPDATE idn SET id = 3 WHERE k = 1;
UPDATE idn SET id = DEFAULT WHERE k = 1 RETURNING id > 3;
SELECT currval('idn_s_seq') > 0;
COPY idn (k) FROM STDIN;
10
11
\.
SELECT k, s FROM idn WHERE k >= 10 ORDER BY k;
TRUNCATE idn RESTART IDENTITY;
INSERT INTO idn (k) VALUES (1) RETURNING *;
-- Names as long as names can be, which differ at their ends only.
CREATE TABLE "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx" ("éééééééééééééééééééééééééééééé" int, "ééééééééééééééééééééééééééééb" int);
-- @cluster SELECT create_distributed_table('"üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx"', 'éééééééééééééééééééééééééééééé')
INSERT INTO "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx" VALUES (1, 2), (2, 3);
CREATE INDEX ON "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx" ("ééééééééééééééééééééééééééééb");
CREATE INDEX ON "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx" ("ééééééééééééééééééééééééééééb");
CREATE INDEX a23456789_123456789_123456789_123456789_123456789_123456789_x ON "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx" ("ééééééééééééééééééééééééééééb");
CREATE INDEX a23456789_123456789_123456789_123456789_123456789_123456789_y ON "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx" ("ééééééééééééééééééééééééééééb");
DROP INDEX a23456789_123456789_123456789_123456789_123456789_123456789_x;
ALTER INDEX a23456789_123456789_123456789_123456789_123456789_123456789_y RENAME TO short;
ALTER TABLE "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx" ADD UNIQUE ("éééééééééééééééééééééééééééééé", "ééééééééééééééééééééééééééééb");
-- @error 23505
INSERT INTO "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx" VALUES (2, 3);
SELECT * FROM "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx" ORDER BY 1;
DROP TABLE "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüx";
DROP TABLE gaps, idn;
DROP SCHEMA s1, s2, s3 CASCADE;
