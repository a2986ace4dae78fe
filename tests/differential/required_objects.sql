-- Proves that functions and types that columns, constraints and indexes of distributed tables need stay the same on
-- every node: replaced, altered, renamed, moved to another schema, dropped and made anew under the old name.
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE FUNCTION positive(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 > 0; END';
CREATE TYPE pair AS (a int, b text);
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE flag AS ENUM ('on', 'off');
CREATE TYPE deep AS (m mood, p pair);
CREATE DOMAIN small AS int CHECK (value < 10) DEFAULT 3;
CREATE TABLE t (k int, v int, g int GENERATED ALWAYS AS (twice(v)) STORED, p pair, m mood, d deep, s small, f flag, CHECK (positive(v)));
-- @cluster SELECT create_distributed_table('t', 'k')
INSERT INTO t (k, v, p, m, d) SELECT n, n, ROW(n, 'x')::pair, 'ok', ROW('sad', ROW(1, 'y'))::deep FROM generate_series(1, 10) n;
SELECT sum(g) FROM t;
CREATE OR REPLACE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2000';
INSERT INTO t (k, v) VALUES (11, 1) RETURNING g;
INSERT INTO t (k, v) VALUES (12, 1), (13, 1) RETURNING g;
UPDATE t SET v = v + 1 WHERE k < 3 RETURNING g;
SELECT sum(g) FROM t;
ALTER FUNCTION twice(int) RENAME TO many;
UPDATE t SET v = v + 1 WHERE k = 4 RETURNING g;
CREATE SCHEMA elsewhere;
ALTER FUNCTION many(int) SET SCHEMA elsewhere;
UPDATE t SET v = v + 1 WHERE k = 5 RETURNING g;
CREATE OR REPLACE FUNCTION elsewhere.many(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 3';
UPDATE t SET v = v + 1 WHERE k = 5 RETURNING g;
BEGIN;
CREATE OR REPLACE FUNCTION elsewhere.many(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT -1';
UPDATE t SET v = v + 1 WHERE k = 6 RETURNING g;
ROLLBACK;
UPDATE t SET v = v + 1 WHERE k = 6 RETURNING g;
-- @error 23514
INSERT INTO t (k, v) VALUES (14, 0);
CREATE OR REPLACE FUNCTION positive(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 >= 0; END';
INSERT INTO t (k, v) VALUES (14, 0);
INSERT INTO t (k, v) VALUES (15, 0), (16, 0);
ALTER FUNCTION positive(int) STRICT;
ALTER TYPE mood ADD VALUE 'great' AFTER 'ok';
UPDATE t SET m = 'great', d.m = 'great' WHERE k = 1 RETURNING m, d;
INSERT INTO t (k, v, m, d) VALUES (20, 1, 'great', ROW('great', NULL)), (21, 1, 'sad', NULL);
SELECT k, m, d FROM t WHERE m >= 'great' ORDER BY k;
ALTER TYPE mood RENAME VALUE 'sad' TO 'blue';
SELECT k, m, d FROM t WHERE m = 'blue' OR (d).m = 'blue' ORDER BY k;
UPDATE t SET m = 'blue' WHERE k = 2 RETURNING m;
SELECT max(m), min((d).m) FROM t;
ALTER TYPE pair ADD ATTRIBUTE c numeric;
SELECT p, d FROM t WHERE k = 3;
SELECT p FROM t WHERE k < 4 ORDER BY k;
UPDATE t SET p.c = 1.5 WHERE k = 3 RETURNING p;
INSERT INTO t (k, v, p) VALUES (30, 1, (1, 'z', 2)), (31, 1, (1, NULL, NULL)) RETURNING p;
ALTER TYPE pair DROP ATTRIBUTE b;
SELECT p, (p).c FROM t WHERE k IN (3, 30, 31) ORDER BY k;
ALTER TYPE pair RENAME ATTRIBUTE c TO cc;
SELECT (p).cc FROM t WHERE k = 30;
SELECT sum((p).cc) FROM t;
ALTER TYPE pair SET SCHEMA elsewhere;
ALTER TYPE mood RENAME TO spirits;
SELECT p, m FROM t WHERE k = 3;
SELECT m::text, count(*) FROM t GROUP BY m ORDER BY m;
-- @error 23514
INSERT INTO t (k, v, s) VALUES (40, 1, 10);
ALTER DOMAIN small DROP CONSTRAINT small_check;
INSERT INTO t (k, v, s) VALUES (40, 1, 10), (41, 1, 11);
ALTER DOMAIN small ADD CONSTRAINT smaller CHECK (value < 12);
ALTER DOMAIN small RENAME CONSTRAINT smaller TO still_small;
-- @error 23514
INSERT INTO t (k, v, s) VALUES (42, 1, 12);
ALTER DOMAIN small SET DEFAULT 5;
INSERT INTO t (k, v) VALUES (43, 1) RETURNING s;
ALTER SCHEMA elsewhere RENAME TO nowhere;
UPDATE t SET v = v + 1 WHERE k = 7 RETURNING g, p;
DROP TABLE t;
-- What is left of them on other nodes gives way to others of the same name.
DROP FUNCTION nowhere.many(int);
DROP TYPE flag;
CREATE TYPE flag AS ENUM ('x', 'y');
CREATE FUNCTION nowhere.many(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 7';
DROP DOMAIN small;
CREATE DOMAIN small AS text;
CREATE TABLE t (k int, m flag DEFAULT 'y', g int GENERATED ALWAYS AS (nowhere.many(k)) STORED, s small);
-- @cluster SELECT create_distributed_table('t', 'k')
INSERT INTO t (k, s) VALUES (1, 'a'), (2, 'b') RETURNING *;
INSERT INTO t VALUES (3, 'x') RETURNING *;
CREATE TABLE nowhere.u (k int);
-- @cluster SELECT create_distributed_table('nowhere.u', 'k')
-- @cluster-error 0A000 DROP SCHEMA nowhere CASCADE
ALTER TABLE t DROP COLUMN g;
DROP SCHEMA nowhere CASCADE;
SELECT * FROM t ORDER BY k;
-- What the columns of composite types need is needed too: a domain of the same name that an earlier table left on the nodes
-- gives way, and is looked at when it changes.
CREATE DOMAIN inner_domain AS int CHECK (VALUE > 0);
CREATE TABLE with_inner (k int, v inner_domain);
-- @cluster SELECT create_distributed_table('with_inner', 'k', colocate_with => 'none')
DROP TABLE with_inner;
DROP DOMAIN inner_domain;
CREATE DOMAIN inner_domain AS int;
CREATE TYPE outer_type AS (v inner_domain);
CREATE TABLE with_outer (k int, c outer_type);
-- @cluster SELECT create_distributed_table('with_outer', 'k', colocate_with => 'none')
INSERT INTO with_outer VALUES (1, row(-1)), (2, row(2));
SELECT * FROM with_outer;
-- @error 0A000
ALTER DOMAIN inner_domain ADD CONSTRAINT positive CHECK (VALUE > 0);
