-- Proves that an error of an expression is raised where a row reaches the expression, and nowhere else: not by branches
-- of CASE and COALESCE that none takes, not where WHERE leaves no row, and not by ON CONFLICT without a conflict.
CREATE FUNCTION boom() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RAISE EXCEPTION 'boom of %', 1 USING
    ERRCODE = 'P0042', DETAIL = 'It''s a "detail", \ and all', HINT = 'h', COLUMN = 'c', CONSTRAINT = 'cc',
    TABLE = 'tt', SCHEMA = 'ss', DATATYPE = 'dd'; END $$;
CREATE FUNCTION boom_text() RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RAISE EXCEPTION 'no text'; END $$;
CREATE FUNCTION boom_array() RETURNS int[] LANGUAGE sql STABLE AS 'SELECT ARRAY[1 / (count(*) - count(*))]::int[] FROM pg_class';
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE FUNCTION boom_mood() RETURNS mood LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN 'angry'; END $$;
CREATE FUNCTION fine() RETURNS int LANGUAGE sql STABLE AS 'SELECT 7';
CREATE TABLE t (k int PRIMARY KEY, v int, s text, m mood);
CREATE TABLE r (k int PRIMARY KEY, v int);
CREATE TABLE other (k int, v int);
-- @cluster SELECT create_distributed_table('t','k')
-- @cluster SELECT create_distributed_table('other','v')
-- @cluster SELECT create_reference_table('r')
INSERT INTO t SELECT i, i * 2, 's' || i, 'sad' FROM generate_series(1, 20) i;
INSERT INTO r SELECT i, i FROM generate_series(1, 5) i;
INSERT INTO other SELECT i, i FROM generate_series(1, 20) i;
SELECT k, CASE WHEN k > 0 THEN v ELSE boom() END FROM t ORDER BY k;
-- @error P0042
SELECT k, CASE WHEN k > 3 THEN v ELSE boom() END FROM t ORDER BY k;
SELECT k, CASE WHEN k > 0 THEN v ELSE boom() + fine() END + fine() FROM t WHERE k = 3;
-- @error P0042
SELECT CASE WHEN k < 0 THEN v ELSE boom() + fine() END + fine() FROM t WHERE k = 3;
SELECT sum(CASE WHEN k > 0 THEN v ELSE boom() END) FROM t;
-- @error P0042
SELECT sum(CASE WHEN k > 1 THEN v ELSE boom() END) FROM t;
SELECT sum(v) FILTER (WHERE k > 0 OR boom() = 1) FROM t;
SELECT CASE WHEN k > 0 THEN s ELSE boom_text() END FROM t ORDER BY 1;
-- @error P0001
SELECT CASE WHEN k < 0 THEN s ELSE boom_text() END FROM t ORDER BY 1;
SELECT COALESCE(s, boom_text()) || fine(), COALESCE(m, boom_mood()) FROM t WHERE k < 4 ORDER BY 1;
-- @error 22P02
SELECT COALESCE(NULLIF(m, 'sad'), boom_mood()) FROM t WHERE k = 4;
SELECT COALESCE(ARRAY[k], boom_array()), (CASE WHEN k > 0 THEN ARRAY[k, v] ELSE boom_array() END)[1] FROM t ORDER BY k LIMIT 3;
-- @error 22012
SELECT COALESCE(NULLIF(ARRAY[k], ARRAY[2]), boom_array()) FROM t ORDER BY k;
SELECT k FROM t WHERE CASE WHEN k > 0 THEN k = 3 ELSE boom() = 1 END;
-- @error P0042
SELECT k FROM t WHERE k > 0 OR v = boom() ORDER BY k;
-- @error P0042
SELECT k FROM t WHERE k < 0 AND v = boom();
-- @error P0042
SELECT k FROM t WHERE k = boom();
SELECT k, boom() FROM t WHERE k > 100;
-- @error P0042
SELECT k, boom() FROM t WHERE k > 19;
SELECT boom(), boom_text() FROM t WHERE false;
SELECT k, current_setting('late.nothing') FROM t WHERE k < 0;
-- @error 42704
SELECT k, current_setting('late.nothing') FROM t WHERE k > 0;
SELECT 'x$1', "$2".k, CASE WHEN "$2".k > 0 THEN '$1' || $$ '$1' $$ ELSE boom_text() END FROM t "$2" WHERE k = 2;
SELECT t.k, CASE WHEN t.k > 0 THEN r.v ELSE boom() END FROM t JOIN r ON r.k = t.k ORDER BY 1;
SELECT t.k, CASE WHEN t.k > 0 THEN o.v ELSE boom() END FROM t JOIN other o ON o.k = t.k ORDER BY 1;
-- @error P0042
SELECT t.k, CASE WHEN t.k > 19 THEN o.v ELSE boom() END FROM t JOIN other o ON o.k = t.k ORDER BY 1;
SELECT k, v FROM t GROUP BY k, v HAVING CASE WHEN count(*) > 0 THEN k < 3 ELSE boom() = 1 END ORDER BY k;
SELECT k, (SELECT CASE WHEN t.k > 0 THEN max(o.v) ELSE boom() END FROM other o WHERE o.k = t.k) FROM t ORDER BY k;
UPDATE t SET v = boom() WHERE k > 100;
UPDATE t SET v = CASE WHEN k > 0 THEN v + 1 ELSE boom() END WHERE k < 5 RETURNING k, v, COALESCE(v, boom());
-- @error P0042
UPDATE t SET v = CASE WHEN k < 4 THEN v + 1 ELSE boom() END WHERE k < 5;
-- @error P0042
UPDATE t SET v = boom() WHERE k = 5;
UPDATE r SET v = COALESCE(v, boom());
UPDATE r SET v = boom() WHERE k > 100;
-- @error P0042
UPDATE r SET v = boom() WHERE k = 1;
DELETE FROM t WHERE k > 3 AND k < 6 AND COALESCE(v > 0, boom() = 1) RETURNING k;
INSERT INTO t VALUES (30, 1, 's', 'sad') ON CONFLICT (k) DO UPDATE SET v = boom() RETURNING k;
-- @error P0042
INSERT INTO t VALUES (30, 1, 's', 'sad') ON CONFLICT (k) DO UPDATE SET v = boom() RETURNING k;
INSERT INTO t VALUES (30, 2, 's', 'sad') ON CONFLICT (k) DO UPDATE SET v = COALESCE(excluded.v, boom()) RETURNING k, v;
INSERT INTO t VALUES (31, 1, 's', 'sad'), (32, 1, 's', 'sad') ON CONFLICT (k) DO UPDATE SET v = boom() RETURNING k;
-- @error P0042
INSERT INTO t VALUES (31, 1, 's', 'sad'), (33, 1, 's', 'sad') ON CONFLICT (k) DO UPDATE SET v = boom() RETURNING k;
-- @error P0042
INSERT INTO t VALUES (34, boom(), 's', 'sad');
-- @error P0042
INSERT INTO t VALUES (boom(), 1, 's', 'sad');
INSERT INTO r VALUES (9, 1) ON CONFLICT (k) DO UPDATE SET v = boom();
INSERT INTO other SELECT k, CASE WHEN k > 0 THEN v ELSE boom() END FROM t;
SELECT count(*), sum(v) FROM other;
SELECT k, v FROM t ORDER BY k;
-- Inside transactions and functions, where the error is caught.
BEGIN;
SELECT k, CASE WHEN k > 0 THEN v ELSE boom() END FROM t WHERE k < 3 ORDER BY k;
UPDATE t SET v = 100 + COALESCE(v, boom()) WHERE k < 3;
SAVEPOINT a;
-- @error P0042
UPDATE t SET v = boom() WHERE k < 3;
ROLLBACK TO a;
SELECT k, v, COALESCE(v, boom()) FROM t WHERE k < 4 ORDER BY k;
COMMIT;
DO $$ DECLARE d text; c text; BEGIN
    PERFORM k, boom() FROM t WHERE k < 3;
EXCEPTION WHEN sqlstate 'P0042' THEN
    GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, c = CONSTRAINT_NAME;
    RAISE NOTICE '% %', d, c;
    INSERT INTO t (k, s) VALUES (40, d || ' ' || c);
END $$;
SELECT s FROM t WHERE k = 40;
CREATE FUNCTION reads_tables() RETURNS int LANGUAGE plpgsql STABLE AS $$ DECLARE n int; BEGIN
    SELECT 1 / (count(*) - count(*)) INTO n FROM t; RETURN n; END $$;
SELECT k, CASE WHEN k > 0 THEN v ELSE reads_tables() END FROM t ORDER BY k LIMIT 2;
-- @error 22012
SELECT k, CASE WHEN k > 1 THEN v ELSE reads_tables() END FROM t ORDER BY k LIMIT 2;
BEGIN;
UPDATE t SET v = 5 WHERE k = 6;
SELECT k, CASE WHEN k > 0 THEN v ELSE reads_tables() END FROM t ORDER BY k LIMIT 6;
COMMIT;
PREPARE p(int) AS SELECT k, CASE WHEN k > $1 THEN v ELSE boom() + $1 END FROM t WHERE k < 4 ORDER BY k;
EXECUTE p(0);
EXECUTE p(0);
EXECUTE p(0);
-- @error P0042
EXECUTE p(2);
EXECUTE p(0);
EXECUTE p(0);
EXECUTE p(0);
-- @error P0042
EXECUTE p(3);
EXECUTE p(0);
-- Sub-queries that no row asks for.
SELECT k, CASE WHEN k > 0 THEN v ELSE (SELECT v FROM other) END FROM t ORDER BY k LIMIT 2;
-- @error 21000
SELECT k, CASE WHEN k > 1 THEN v ELSE (SELECT v FROM other) END FROM t ORDER BY k LIMIT 2;
SELECT k, CASE WHEN k > 0 THEN v ELSE (SELECT boom()) END FROM t ORDER BY k LIMIT 2;
SELECT k, COALESCE(v, (SELECT relnatts FROM pg_class)) FROM t WHERE k = 1;
SELECT k, (SELECT v FROM other) FROM t WHERE k > 100;
UPDATE t SET v = (SELECT v FROM other) WHERE k > 100;
UPDATE t SET v = COALESCE(v, (SELECT v FROM other)) WHERE k = 1;
-- What the planner of one PostgreSQL leaves out, or does not know when it plans.
SELECT s.k FROM (SELECT k, 1 / (SELECT count(*) - count(*) FROM other) AS never FROM t ORDER BY k LIMIT 3) s;
WITH s AS (SELECT k, 1 / (SELECT count(*) - count(*) FROM other) AS never FROM t ORDER BY k LIMIT 3) SELECT k FROM s;
CREATE VIEW with_never AS SELECT k, (SELECT max(v) FROM other o WHERE o.k < t.k) m, 1 / (SELECT count(*) - count(*) FROM other) AS never FROM t ORDER BY k LIMIT 3;
SELECT k, m FROM with_never ORDER BY 1;
-- @error 22012
SELECT * FROM with_never ORDER BY 1;
CREATE FUNCTION bad_precision() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 59048; END';
SELECT k FROM t WHERE interval '1 day' > "interval"(CASE WHEN v IS NULL THEN NULL::interval ELSE NULL::interval END, bad_precision());
-- Nodes that take the rows of a join estimate comparisons that one PostgreSQL takes for conditions of the join.
CREATE FUNCTION no_json() RETURNS jsonb LANGUAGE plpgsql STABLE AS $$ BEGIN RAISE EXCEPTION 'no json'; END $$;
CREATE TABLE large (k int PRIMARY KEY, v int, s text);
CREATE TABLE small (k int, v int);
CREATE TABLE named (k int PRIMARY KEY, v int);
-- @cluster SELECT create_distributed_table('large', 'k')
-- @cluster SELECT create_distributed_table('small', 'k', colocate_with => 'none')
-- @cluster SELECT create_reference_table('named')
CREATE INDEX ON large (v);
INSERT INTO large SELECT i, i * 10, 'x' FROM generate_series(1, 2000) i;
INSERT INTO small SELECT i, i * 10 FROM generate_series(1, 20) i;
INSERT INTO named SELECT i, i * 10 FROM generate_series(1, 10) i;
ANALYZE large, small, named;
SELECT l.k FROM small s JOIN large l ON l.v = s.v JOIN named n ON n.k = s.k + 1 WHERE jsonb_build_object('a', n.v, 'b', l.s) @> CASE WHEN s.k IS NOT NULL OR no_json() IS NULL THEN '{}'::jsonb END ORDER BY 1;
SELECT l.k FROM small s JOIN named n ON n.k = s.k JOIN large l ON l.k = s.v WHERE jsonb_build_object('a', n.v, 'b', l.s) @> CASE WHEN s.k IS NOT NULL OR no_json() IS NULL THEN '{}'::jsonb END ORDER BY 1;
-- @error P0001
SELECT l.k FROM small s JOIN named n ON n.k = s.k JOIN large l ON l.k = s.v WHERE jsonb_build_object('a', n.v, 'b', l.s) @> CASE WHEN s.k < 0 OR no_json() IS NULL THEN '{}'::jsonb END ORDER BY 1;
-- Nothing is read, and nothing is evaluated above it.
SELECT s.k FROM (SELECT k FROM t WHERE false) s WHERE 1 = 1 / (SELECT count(*) - count(*) FROM other);
SELECT s.k FROM (SELECT k FROM t WHERE NULL) s WHERE interval '1 day' = "interval"((SELECT max(v) FROM other) * interval '1 day', (SELECT max(v) * 1000 FROM other)::int);
SELECT count(*) FROM (SELECT k FROM t WHERE false) s LEFT JOIN other o ON o.k = s.k WHERE 1 = 1 / (SELECT count(*) - count(*) FROM other);
SELECT s.n FROM (SELECT count(*) n FROM t WHERE false) s;
SELECT o.k, s.k FROM other o LEFT JOIN (SELECT k FROM t WHERE false) s ON s.k = o.v ORDER BY 1;
-- EXPLAIN evaluates nothing.
CREATE FUNCTION explained(statement text) RETURNS boolean LANGUAGE plpgsql AS $$ DECLARE line text; BEGIN
    FOR line IN EXECUTE 'EXPLAIN ' || statement LOOP END LOOP; RETURN true; END $$;
SELECT explained('SELECT k FROM t WHERE k = 1 AND CASE WHEN k > 0 THEN true ELSE boom() = 1 END');
SELECT explained('UPDATE t SET v = boom() WHERE k = 5'), explained('UPDATE t SET v = COALESCE(v, boom())');
SELECT explained('INSERT INTO t VALUES (1, boom())'), explained('UPDATE r SET v = boom()');
SELECT explained('INSERT INTO t VALUES (1, 1) ON CONFLICT (k) DO UPDATE SET v = boom()');
-- Callers are named once, and places inside functions are kept.
CREATE FUNCTION outer_function() RETURNS text LANGUAGE plpgsql AS $$ DECLARE c text; BEGIN
    PERFORM k FROM t WHERE k = 1 AND v <> boom(); RETURN 'none';
EXCEPTION WHEN sqlstate 'P0042' THEN GET STACKED DIAGNOSTICS c = PG_EXCEPTION_CONTEXT;
    RETURN regexp_replace(c, '\nwhile executing a command on node [^\n]*', ''); END $$;
SELECT outer_function();
CREATE FUNCTION context_here() RETURNS int LANGUAGE plpgsql STABLE AS $$ DECLARE c text; BEGIN
    GET DIAGNOSTICS c = PG_CONTEXT; RETURN array_length(string_to_array(c, E'\n'), 1); END $$;
CREATE FUNCTION outer_context() RETURNS int LANGUAGE plpgsql AS $$ DECLARE n int; BEGIN
    SELECT context_here() INTO n FROM t WHERE k = 1; RETURN n; END $$;
SELECT outer_context();
