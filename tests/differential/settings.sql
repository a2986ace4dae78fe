-- Proves that the session's settings hold on the nodes as in the session: at session level, in SET LOCAL, savepoints and
-- functions with SET clauses, PostgreSQL's own and those of extensions and users (prefix.name).
CREATE TABLE s (k int PRIMARY KEY, name text, ts timestamptz, d date, i interval, f float8, b bytea, t text);
-- @cluster SELECT create_distributed_table('s', 'k', shard_count => 8)
INSERT INTO s SELECT g, CASE g % 3 WHEN 0 THEN 'my.first' WHEN 1 THEN 'my.second' ELSE 'pg_trgm.similarity_threshold' END,
    timestamptz '2024-03-10 06:30:00+00' + g * interval '7 hours', date '2024-01-31' + g, g * interval '1 day 2 hours 3 minutes',
    g / 7.0, decode(md5(g::text), 'hex'), 'word ' || g FROM generate_series(1, 12) g;

SELECT k, current_setting(name, true) FROM s ORDER BY k;
SET my.first = 'it''s "one" \';
SELECT k, current_setting(name, true) FROM s ORDER BY k;
SELECT k, current_setting(name, true) FROM s WHERE k = 3;
BEGIN;
SET LOCAL my.first = 'local';
SELECT count(*) FROM s WHERE current_setting(name, true) = 'local';
SAVEPOINT a;
SET LOCAL my.first = 'deeper';
SET my.second = 'kept?';
SELECT current_setting(name, true), count(*) FROM s GROUP BY 1 ORDER BY 1;
ROLLBACK TO a;
SELECT current_setting(name, true), count(*) FROM s GROUP BY 1 ORDER BY 1;
SET my.second = 'kept';
COMMIT;
SELECT current_setting(name, true), count(*) FROM s GROUP BY 1 ORDER BY 1;
RESET my.first;
SELECT current_setting(name, true), count(*) FROM s GROUP BY 1 ORDER BY 1;
CREATE FUNCTION with_setting() RETURNS TABLE (v text, n bigint) LANGUAGE sql SET my.first = 'in the function' AS
    'SELECT current_setting(name, true), count(*) FROM s GROUP BY 1';
SELECT * FROM with_setting() ORDER BY 1;
CREATE FUNCTION sets_itself() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('my.first', 'by set_config', true);
    RETURN (SELECT count(*) FROM s WHERE current_setting(name, true) = 'by set_config');
END $$;
SELECT sets_itself();
SELECT current_setting(name, true), count(*) FROM s GROUP BY 1 ORDER BY 1;
DO $$ BEGIN
    PERFORM set_config('my.first', 'of a block', false);
    IF (SELECT count(*) FROM s WHERE current_setting(name, true) = 'of a block') <> 4 THEN RAISE EXCEPTION 'not on the nodes'; END IF;
END $$;
RESET my.first;

SELECT current_setting(name, true), count(*) FROM s GROUP BY 1 ORDER BY 1;

-- PostgreSQL's own.
SET TimeZone = 'America/New_York';
SELECT k, ts::text, ts::date, date_trunc('day', ts), extract(hour FROM ts) FROM s ORDER BY k;
SELECT ts::date, count(*) FROM s GROUP BY 1 ORDER BY 1;
BEGIN;
SET LOCAL TimeZone = 'Asia/Kolkata';
SET LOCAL DateStyle = 'German, DMY';
SET LOCAL IntervalStyle = 'sql_standard';
SELECT k, ts::text, d::text, i::text FROM s ORDER BY k;
SELECT count(*) FROM s WHERE d = '10.02.2024';
SELECT count(*) FROM s WHERE d::text = '10.02.2024';
COMMIT;
SELECT k, ts::text, d::text, i::text FROM s ORDER BY k;
CREATE FUNCTION in_zone() RETURNS SETOF text LANGUAGE sql SET TimeZone = 'Pacific/Chatham' AS 'SELECT ts::text FROM s';
SELECT * FROM in_zone() ORDER BY 1;
SET extra_float_digits = -6;
SELECT k, f::text FROM s ORDER BY k;
RESET extra_float_digits;
SET bytea_output = 'escape';
SELECT k, b::text FROM s ORDER BY k;
SELECT k, b FROM s ORDER BY k;
RESET bytea_output;
SET default_text_search_config = 'german';
SELECT k FROM s WHERE to_tsvector(t) @@ to_tsquery('words');
SET default_text_search_config = 'english';
SELECT count(*) FROM s WHERE to_tsvector(t) @@ to_tsquery('words');
SET transform_null_equals = on;
SELECT count(*) FROM s WHERE t = NULL;
RESET transform_null_equals;
SET lc_monetary = 'C';
SELECT sum(f::numeric::money) FROM s;

-- Names are quoted alike in tasks, whenever they are made and run, and to the user's liking in what he sees.
CREATE TABLE "Odd" (k int, "The Value" text, v text);
-- @cluster SELECT create_distributed_table('"Odd"', 'k')
CREATE VIEW odd_counts AS SELECT k, count(*) AS n FROM "Odd" WHERE v <> 'x' GROUP BY k;
PREPARE made_before(int) AS UPDATE "Odd" SET v = v || '!' WHERE k = $1 RETURNING k, v;
SET quote_all_identifiers = on;
INSERT INTO "Odd" SELECT g, 'value ' || g, 'v' || g FROM generate_series(1, 10) g;
EXECUTE made_before(3);
PREPARE made_within(int) AS SELECT * FROM "Odd" WHERE k = $1;
EXECUTE made_within(3);
SELECT count(*), max("The Value") FROM "Odd" WHERE v <> 'v4';
SELECT a.k, b."The Value" FROM "Odd" a JOIN "Odd" b USING (k) ORDER BY k LIMIT 3;
INSERT INTO "Odd" SELECT k, "The Value", 'again' FROM "Odd" WHERE k < 4;
UPDATE "Odd" SET v = upper(v) WHERE k > 5;
-- @error 22012
SELECT 1 / (k - k) FROM "Odd";
DELETE FROM "Odd" WHERE v = 'again' AND k IN (SELECT k FROM s) RETURNING k;
CREATE INDEX odd_v ON "Odd" (v) WHERE "The Value" IS NOT NULL;
ALTER TABLE "Odd" ADD CONSTRAINT odd_check CHECK ("The Value" <> v);
SELECT * FROM odd_counts ORDER BY k LIMIT 2;
SELECT pg_get_constraintdef(oid), quote_ident('odd') FROM pg_constraint WHERE conname = 'odd_check';
SELECT k, quote_ident(v), format('%I', v) FROM "Odd" ORDER BY k;
SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indexrelid = 'odd_v'::regclass;
SELECT pg_get_viewdef('odd_counts'::regclass);
SHOW quote_all_identifiers;
RESET quote_all_identifiers;
EXECUTE made_within(3);
EXECUTE made_before(3);
SELECT count(*) FROM "Odd";
SET quote_all_identifiers = on;
CREATE TEXT SEARCH DICTIONARY plain_words (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION words (COPY = english);
ALTER TEXT SEARCH CONFIGURATION words ALTER MAPPING FOR asciiword WITH plain_words;
CREATE TABLE texts (k int, v text, w tsvector GENERATED ALWAYS AS (to_tsvector('words', v)) STORED);
-- @cluster SELECT create_distributed_table('texts', 'k')
CREATE INDEX texts_v ON texts USING gin (to_tsvector('words', v));
INSERT INTO texts SELECT g, 'the running foxes ' || g FROM generate_series(1, 5) g;
SELECT k, w FROM texts ORDER BY k;
RESET quote_all_identifiers;
CREATE INDEX texts_k ON texts (k, to_tsvector('words', v));

-- Settings that are named by a column are the session's own; those of constant names are evaluated before. What nodes evaluate
-- (checks) sees the user's there.
CREATE TABLE asked (k int, s text);
-- @cluster SELECT create_distributed_table('asked', 'k')
INSERT INTO asked VALUES (1, 'work_mem'), (2, 'statement_timeout'), (3, 'enable_seqscan'), (4, 'application_name'), (5, 'my.first');
SET application_name = 'settings test';
SET work_mem = '12345kB';
SET enable_seqscan = off;
SET my.first = 'mine';
SELECT k, s, current_setting(s, true) FROM asked ORDER BY k;
SELECT current_setting(s, true) FROM asked WHERE k = 4;
SELECT current_setting(s) FROM asked WHERE k = 1;
SELECT k FROM asked WHERE current_setting(s, true) = 'off';
SELECT current_setting(s), count(*) FROM asked WHERE k < 5 GROUP BY 1 ORDER BY 1;
SELECT a.k FROM asked a JOIN asked b ON a.k = b.k AND current_setting(a.s) = current_setting('work_mem') ORDER BY 1;
SELECT k, current_setting('application_name') FROM asked WHERE k < 3 ORDER BY 1;
SELECT k FROM asked WHERE s = 'my.first' AND current_setting('my.' || left('first', 10)) = 'mine';
SELECT k, setting FROM asked JOIN pg_settings ON name = s ORDER BY k;
SELECT k, setting, boot_val IS NULL FROM asked, LATERAL (SELECT * FROM pg_show_all_settings() WHERE name = s) x ORDER BY k;
SELECT k, pg_settings_get_flags(s) FROM asked ORDER BY k;
UPDATE asked SET s = s || '=' || current_setting(s) WHERE k IN (1, 4) RETURNING k, s;
DELETE FROM asked WHERE k = 3 AND current_setting(s) = 'off' RETURNING k;
INSERT INTO asked SELECT k + 10, current_setting(s) FROM asked WHERE k = 5 RETURNING *;
SELECT k, set_config(s, 'by column', false) FROM asked WHERE k = 5;
SELECT current_setting('my.first'), current_setting(s) FROM asked WHERE k = 5;
CREATE TABLE checked (k int, v text CHECK (v = current_setting('my.first', true)));
-- @cluster SELECT create_distributed_table('checked', 'k')
INSERT INTO checked SELECT g, 'by column' FROM generate_series(1, 8) g;
BEGIN;
SET LOCAL my.first = 'local';
INSERT INTO checked SELECT g, 'local' FROM generate_series(1, 8) g;
SAVEPOINT a;
-- @error 23514
INSERT INTO checked SELECT g, 'by column' FROM generate_series(1, 8) g;
ROLLBACK TO a;
COMMIT;
UPDATE checked SET v = 'by column';
SELECT v, count(*) FROM checked GROUP BY v;
RESET application_name;
RESET work_mem;
RESET enable_seqscan;
RESET my.first;
