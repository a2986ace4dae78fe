-- Proves that casts, operators, operator classes and text search objects of one's own mean on the nodes what they mean
-- here: in queries, in what tables are made from, when they are made, changed, dropped and cascaded to after tables are
-- distributed.
CREATE TABLE d (k int PRIMARY KEY, b text, c int, e text, j json, n bigint);
-- @cluster SELECT create_distributed_table('d', 'k', shard_count => 6)
INSERT INTO d SELECT g, 'v' || g % 4, g % 3, (g % 7)::text, json_build_object('a', g), g FROM generate_series(1, 40) g;

-- Casts without a function of their own.
CREATE CAST (text AS int) WITH INOUT AS IMPLICIT;
SELECT count(*) FROM d WHERE e = 3;
SELECT sum(e + 1), sum(e::int), max(upper(e)::int) FROM d;
SELECT k FROM d WHERE k = 7 AND e < 5;
UPDATE d SET c = e WHERE k < 4 RETURNING k, c;
CREATE CAST (int AS date) WITHOUT FUNCTION;
SELECT max(c::date), min((k - 1)::date) FROM d;
SELECT c::date, count(*) FROM d GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM d x JOIN d y ON x.k = y.k AND (x.c)::date = DATE '2000-01-02';
SELECT k FROM d WHERE (ARRAY[c, k]::date[])[2] = DATE '2000-01-06';
CREATE INDEX d_date ON d ((c::date));
SELECT count(*) FROM d WHERE c::date > '2000-01-01';
-- One that takes the place of what PostgreSQL would do without it.
SELECT k, j::text FROM d WHERE k = 3;
CREATE CAST (json AS text) WITH FUNCTION json_typeof(json);
SELECT k, j::text FROM d WHERE k = 3;
SELECT j::text, count(*) FROM d GROUP BY 1;
SELECT count(*) FROM d WHERE j::text = 'object';
UPDATE d SET e = j::text WHERE k = 5 RETURNING e;
CREATE VIEW texts AS SELECT k, j::text AS t, e::int AS n FROM d;
SELECT * FROM texts WHERE k = 3;
PREPARE p AS SELECT count(*) FROM d WHERE j::text = 'object';
EXECUTE p;
BEGIN;
DROP CAST (json AS text);
SELECT j::text FROM d WHERE k = 3;
ROLLBACK;
SELECT j::text FROM d WHERE k IN (3, 4) ORDER BY k;
DROP CAST (json AS text);
SELECT j::text FROM d WHERE k IN (3, 4) ORDER BY k;
SELECT count(*) FROM d WHERE j::text = 'object';
DROP CAST IF EXISTS (json AS text);

-- A view keeps the cast that it was made with.
SELECT * FROM texts WHERE k = 3;
SELECT count(*), count(DISTINCT t) FROM texts WHERE t = 'object';
CREATE VIEW later AS SELECT k, j::text AS t FROM d;
CREATE CAST (json AS text) WITH FUNCTION json_typeof(json);
SELECT * FROM later WHERE k = 3;
SELECT * FROM texts WHERE k = 3;
SELECT count(*) FROM later WHERE t = 'object';
DROP CAST (json AS text);
DROP VIEW texts, later;

-- A table whose definition needs casts that were there before; types and functions come along.
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE FUNCTION mood_of(int) RETURNS mood LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN CASE WHEN $1 > 1 THEN 'ok' ELSE 'sad' END; END $$;
CREATE CAST (int AS mood) WITH FUNCTION mood_of(int) AS ASSIGNMENT;
CREATE TABLE m (k int, v int CHECK (v::date > '1999-01-01'), g date GENERATED ALWAYS AS (v::date) STORED, mo mood DEFAULT 0::mood);
-- @cluster SELECT create_distributed_table('m', 'k')
INSERT INTO m (k, v) SELECT g, g FROM generate_series(1, 9) g;
INSERT INTO m (k, v, mo) VALUES (10, 10, 3), (11, 11, 1);
INSERT INTO m (k, v, mo) SELECT k + 100, c, c FROM d WHERE k < 10 AND c > 0;
-- @error 23514
INSERT INTO m (k, v) VALUES (12, -1000), (13, 1);
SELECT g, mo, count(*) FROM m GROUP BY 1, 2 ORDER BY 1, 2;
SELECT v::mood, count(*) FROM m GROUP BY 1 ORDER BY 1;
CREATE OR REPLACE FUNCTION mood_of(int) RETURNS mood LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN 'ok'; END $$;
SELECT v::mood, count(*) FROM m GROUP BY 1 ORDER BY 1;
ALTER TABLE m ADD CHECK (v::mood IS NOT NULL);
INSERT INTO m (k, v) VALUES (20, 20), (21, 21);
-- @error 2BP01
DROP FUNCTION mood_of(int);
ALTER TABLE m DROP CONSTRAINT m_v_check1;
ALTER TABLE m ALTER COLUMN mo DROP DEFAULT;
DROP FUNCTION mood_of(int) CASCADE;
-- @error 42846
SELECT v::mood FROM m;
CREATE CAST (int AS mood) WITH INOUT;
-- @error 22P02
SELECT count(v::mood) FROM m;
DROP TYPE mood CASCADE;
SELECT count(*) FROM m;
CREATE TYPE mode AS ENUM ('1', '2');
ALTER TABLE m ADD COLUMN mo mode DEFAULT '2';
-- @error 42846
SELECT v::mode FROM m WHERE k = 1;
CREATE CAST (int AS mode) WITH INOUT;
SELECT v::mode, mo FROM m WHERE k = 1;
COMMENT ON CAST (int AS mode) IS 'by its label';
DROP TABLE m;

-- Operators in definitions.
CREATE FUNCTION same(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2';
CREATE FUNCTION other(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 <> $2';
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = same, COMMUTATOR = ===, NEGATOR = !===, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR !=== (LEFTARG = int, RIGHTARG = int, FUNCTION = other, COMMUTATOR = !===, NEGATOR = ===);
CREATE FUNCTION minus_of(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT -$1';
CREATE OPERATOR ~- (RIGHTARG = int, FUNCTION = minus_of);
CREATE TABLE o (k int, a int CHECK (a !=== 5), b int GENERATED ALWAYS AS (~- a) STORED, EXCLUDE USING btree (k WITH =));
-- @cluster SELECT create_distributed_table('o', 'k', colocate_with => 'd')
INSERT INTO o (k, a) VALUES (1, 1), (2, 2), (3, 3), (6, 6);
-- @error 23514
INSERT INTO o (k, a) VALUES (4, 4), (5, 5);
SELECT * FROM o ORDER BY k;
ALTER TABLE o ADD CHECK (k === a);
-- @error 23514
UPDATE o SET a = a + 1;
CREATE INDEX o_partial ON o (a) WHERE a === 2;
CREATE INDEX o_minus ON o ((~- a));
SELECT k FROM o WHERE a === 2;
SELECT sum(~- a) FROM o;
CREATE SCHEMA ops;
ALTER OPERATOR === (int, int) SET SCHEMA ops;
SELECT k FROM o WHERE a OPERATOR(ops.===) 2;
ALTER TABLE o ADD CHECK (b OPERATOR(ops.===) (~- k));
-- @error 23514
INSERT INTO o (k, a) VALUES (8, 9), (9, 9);
ALTER OPERATOR ops.=== (int, int) SET (RESTRICT = NONE);
CREATE OR REPLACE FUNCTION minus_of(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT -$1 - 0';
INSERT INTO o (k, a) VALUES (7, 7) RETURNING b;
DROP OPERATOR ops.=== (int, int) CASCADE;
INSERT INTO o (k, a) VALUES (9, 10), (10, 11) RETURNING b;
DROP TABLE o;

-- A default operator class decides how a type is sorted, grouped, compared inside arrays and rows.
CREATE TYPE cc AS (x int, y int);
CREATE TABLE s (k int, v cc, vs cc[]);
-- @cluster SELECT create_distributed_table('s', 'k', colocate_with => 'd')
INSERT INTO s SELECT g, ROW(g % 5, -g)::cc, ARRAY[ROW(g % 5, -g)::cc] FROM generate_series(1, 20) g;
SELECT k FROM s ORDER BY v, k LIMIT 3;
CREATE FUNCTION cc_cmp(cc, cc) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp(($2).x, ($1).x)';
CREATE FUNCTION cc_lt(cc, cc) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT ($2).x < ($1).x';
CREATE FUNCTION cc_le(cc, cc) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT ($2).x <= ($1).x';
CREATE FUNCTION cc_eq(cc, cc) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT ($2).x = ($1).x';
CREATE FUNCTION cc_ge(cc, cc) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT ($2).x >= ($1).x';
CREATE FUNCTION cc_gt(cc, cc) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT ($2).x > ($1).x';
CREATE FUNCTION cc_hash(cc) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT hashint4(($1).x)';
CREATE OPERATOR < (LEFTARG = cc, RIGHTARG = cc, FUNCTION = cc_lt, COMMUTATOR = >, NEGATOR = >=);
CREATE OPERATOR <= (LEFTARG = cc, RIGHTARG = cc, FUNCTION = cc_le, COMMUTATOR = >=, NEGATOR = >);
CREATE OPERATOR = (LEFTARG = cc, RIGHTARG = cc, FUNCTION = cc_eq, COMMUTATOR = =, MERGES, HASHES);
CREATE OPERATOR >= (LEFTARG = cc, RIGHTARG = cc, FUNCTION = cc_ge, COMMUTATOR = <=, NEGATOR = <);
CREATE OPERATOR > (LEFTARG = cc, RIGHTARG = cc, FUNCTION = cc_gt, COMMUTATOR = <, NEGATOR = <=);
CREATE OPERATOR CLASS cc_ops DEFAULT FOR TYPE cc USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 cc_cmp(cc, cc);
CREATE OPERATOR CLASS cc_hash_ops DEFAULT FOR TYPE cc USING hash AS OPERATOR 1 =, FUNCTION 1 cc_hash(cc);
SELECT k FROM s ORDER BY v, k LIMIT 3;
SELECT k FROM s WHERE k = 4 ORDER BY v;
SELECT (v).x, count(*) FROM s GROUP BY v ORDER BY v;
SELECT count(*) FROM (SELECT DISTINCT v FROM s) q;
SELECT count(*) FROM (SELECT v FROM s UNION SELECT v FROM s) q;
SELECT DISTINCT ON (v) k FROM s ORDER BY v, k;
SELECT count(DISTINCT v) FROM s;
SELECT array_agg(k ORDER BY v, k) FROM s;
SELECT k, rank() OVER (ORDER BY v) FROM s ORDER BY 1;
SELECT k, rank() OVER (PARTITION BY k ORDER BY v) FROM s ORDER BY 1 LIMIT 2;
SELECT count(*) FROM s WHERE v = ROW(1, 2)::cc;
SELECT count(*) FROM s WHERE vs = ARRAY[ROW(1, 2)::cc];
SELECT count(*) FROM s a JOIN s b ON a.k + 5 = b.k AND a.vs = b.vs;
SELECT count(DISTINCT vs) FROM s;
SELECT count(*) FROM (SELECT vs FROM s GROUP BY vs) q;
SELECT k FROM s ORDER BY vs, k LIMIT 3;
CREATE UNIQUE INDEX s_unique ON s (k, v);
-- @error 23505
INSERT INTO s VALUES (1, ROW(1, 100)::cc, NULL), (21, NULL, NULL);
DROP INDEX s_unique;
CREATE INDEX s_of_class ON s (v cc_ops DESC);
ALTER OPERATOR CLASS cc_ops USING btree RENAME TO cc_order;
CREATE INDEX s_of_renamed ON s (v cc_order);
DROP INDEX s_of_class, s_of_renamed;
DROP OPERATOR FAMILY cc_ops USING btree CASCADE;
DROP OPERATOR FAMILY cc_hash_ops USING hash CASCADE;
SELECT k FROM s ORDER BY v, k LIMIT 3;
SELECT count(*) FROM s WHERE vs = ARRAY[ROW(1, -1)::cc];
SELECT count(DISTINCT vs) FROM s;
DROP TABLE s;

-- An operator class that only an index names.
CREATE FUNCTION down(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp($2, $1)';
CREATE OPERATOR CLASS down_ops FOR TYPE int USING btree AS OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 down(int, int);
CREATE TABLE i (k int, v int);
CREATE INDEX i_v ON i (v down_ops);
-- @cluster SELECT create_distributed_table('i', 'k', colocate_with => 'd')
INSERT INTO i SELECT g, -g FROM generate_series(1, 9) g;
SELECT k FROM i WHERE v > -4 ORDER BY v;
CREATE INDEX d_down ON d (c down_ops);
SELECT count(*) FROM d WHERE c >= 1;
DROP OPERATOR CLASS down_ops USING btree CASCADE;
SELECT count(*) FROM d WHERE c >= 1;
DROP TABLE i;

-- Text search.
CREATE TEXT SEARCH DICTIONARY plain_words (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION words (COPY = english);
ALTER TEXT SEARCH CONFIGURATION words ALTER MAPPING FOR asciiword, word WITH plain_words, english_stem;
CREATE TABLE t (k int, body text, v tsvector GENERATED ALWAYS AS (to_tsvector('words', body)) STORED);
-- @cluster SELECT create_distributed_table('t', 'k', colocate_with => 'd')
INSERT INTO t SELECT g, 'the running foxes ' || g FROM generate_series(1, 9) g;
SELECT k, v FROM t ORDER BY k LIMIT 2;
SELECT count(*) FROM t WHERE v @@ to_tsquery('words', 'running & 3');
SELECT count(*) FROM t WHERE to_tsvector('words', body) @@ to_tsquery('words', 'foxes');
CREATE INDEX t_body ON t USING gin (to_tsvector('words', body));
SELECT count(*) FROM t WHERE to_tsvector('words', body) @@ to_tsquery('words', 'foxes');
ALTER TEXT SEARCH CONFIGURATION words DROP MAPPING FOR uint;
INSERT INTO t VALUES (10, 'ten 10'), (11, 'eleven 11') RETURNING v;
ALTER TEXT SEARCH DICTIONARY plain_words (STOPWORDS);
INSERT INTO t VALUES (12, 'the twelfth'), (13, 'the thirteenth') RETURNING v;
ALTER TEXT SEARCH CONFIGURATION words RENAME TO terms;
ALTER TEXT SEARCH DICTIONARY plain_words SET SCHEMA ops;
ALTER TABLE t ADD COLUMN w tsvector GENERATED ALWAYS AS (to_tsvector('terms', body)) STORED;
INSERT INTO t VALUES (14, 'the last'), (15, 'the very last') RETURNING v, w;
DROP TEXT SEARCH CONFIGURATION terms CASCADE;
SELECT * FROM t WHERE k > 13 ORDER BY k;
DROP TABLE t;

-- Collations.
CREATE COLLATION german (provider = icu, locale = 'de');
CREATE TABLE c (k int, w text COLLATE german);
-- @cluster SELECT create_distributed_table('c', 'k', colocate_with => 'd')
INSERT INTO c VALUES (1, 'Ä'), (2, 'B'), (3, 'a');
ALTER COLLATION german RENAME TO deutsch;
SELECT w FROM c ORDER BY w;
ALTER TABLE c ADD COLUMN x text COLLATE deutsch;
ALTER COLLATION deutsch SET SCHEMA ops;
CREATE INDEX c_w ON c (x COLLATE ops.deutsch);
INSERT INTO c VALUES (4, 'z', 'z');
SELECT k FROM c WHERE x > 'Ä' COLLATE ops.deutsch;
DROP TABLE c, d;
DROP CAST (text AS int);
DROP CAST (int AS date);
DROP TYPE cc CASCADE;
DROP TYPE mode CASCADE;
