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
