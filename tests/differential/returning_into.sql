-- Proves that RETURNING … INTO, which asks for two rows at most, ends as in PostgreSQL: by P0003, or by what catches it,
-- with nothing written; and that one row, none, and loops over the rows that a write returns are as ever.
CREATE TABLE t (k int PRIMARY KEY, v int);
CREATE TABLE r (k int PRIMARY KEY, v int);
CREATE TABLE l (k int PRIMARY KEY, v int);
CREATE TABLE log (what text);
-- @cluster SELECT create_distributed_table('t', 'k')
-- @cluster SELECT create_reference_table('r')
INSERT INTO t SELECT g, g FROM generate_series(1, 10) g;
INSERT INTO r SELECT * FROM t;
INSERT INTO l SELECT * FROM t;
CREATE FUNCTION vol(i int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN i; END';
-- A statement that gives several rows, caught.
CREATE FUNCTION caught(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DO $do$ DECLARE n int; BEGIN %s; INSERT INTO log VALUES (''one: '' || coalesce(n::text, ''none'')); '
                   'EXCEPTION WHEN too_many_rows THEN INSERT INTO log VALUES (''many''); END $do$', statement);
    RETURN (SELECT string_agg(what, ', ') FROM log);
END $$;
CREATE FUNCTION sums() RETURNS TABLE (what text, n bigint, total bigint) LANGUAGE sql AS $$
    SELECT 't', count(*), sum(v) FROM t UNION ALL SELECT 'r', count(*), sum(v) FROM r UNION ALL SELECT 'l', count(*), sum(v) FROM l
$$;
-- Fanned out.
-- @error P0003
DO $$ DECLARE n int; BEGIN UPDATE t SET v = 77 RETURNING v INTO n; END $$;
SELECT caught('UPDATE t SET v = 77 RETURNING v INTO n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN UPDATE t SET v = 77 RETURNING v INTO STRICT n; END $$;
SELECT caught('UPDATE t SET v = 77 RETURNING v INTO STRICT n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN UPDATE t SET v = 77 WHERE k < 3 RETURNING v INTO n; END $$;
SELECT caught('UPDATE t SET v = 77 WHERE k < 3 RETURNING v INTO n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN UPDATE t SET v = 77 WHERE k < 3 RETURNING v INTO STRICT n; END $$;
SELECT caught('UPDATE t SET v = 77 WHERE k < 3 RETURNING v INTO STRICT n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN DELETE FROM t RETURNING v INTO n; END $$;
SELECT caught('DELETE FROM t RETURNING v INTO n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN DELETE FROM t RETURNING v INTO STRICT n; END $$;
SELECT caught('DELETE FROM t RETURNING v INTO STRICT n');
SELECT * FROM sums();
-- The general way.
-- @error P0003
DO $$ DECLARE n int; BEGIN UPDATE t SET v = t.v + l.v FROM l WHERE l.k = t.k RETURNING t.v INTO n; END $$;
SELECT caught('UPDATE t SET v = t.v + l.v FROM l WHERE l.k = t.k RETURNING t.v INTO n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN UPDATE t SET v = t.v + l.v FROM l WHERE l.k = t.k RETURNING t.v INTO STRICT n; END $$;
SELECT caught('UPDATE t SET v = t.v + l.v FROM l WHERE l.k = t.k RETURNING t.v INTO STRICT n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN UPDATE t SET v = vol(k) RETURNING v INTO n; END $$;
SELECT caught('UPDATE t SET v = vol(k) RETURNING v INTO n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN UPDATE t SET v = vol(k) RETURNING v INTO STRICT n; END $$;
SELECT caught('UPDATE t SET v = vol(k) RETURNING v INTO STRICT n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN DELETE FROM t USING l WHERE l.v = t.v RETURNING l.v INTO n; END $$;
SELECT caught('DELETE FROM t USING l WHERE l.v = t.v RETURNING l.v INTO n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN DELETE FROM t USING l WHERE l.v = t.v RETURNING l.v INTO STRICT n; END $$;
SELECT caught('DELETE FROM t USING l WHERE l.v = t.v RETURNING l.v INTO STRICT n');
SELECT * FROM sums();
-- Moving.
-- @error P0003
DO $$ DECLARE n int; BEGIN UPDATE t SET k = k + 100 RETURNING k INTO n; END $$;
SELECT caught('UPDATE t SET k = k + 100 RETURNING k INTO n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN UPDATE t SET k = k + 100 RETURNING k INTO STRICT n; END $$;
SELECT caught('UPDATE t SET k = k + 100 RETURNING k INTO STRICT n');
SELECT * FROM sums();
-- A reference table.
-- @error P0003
DO $$ DECLARE n int; BEGIN UPDATE r SET v = 77 RETURNING v INTO n; END $$;
SELECT caught('UPDATE r SET v = 77 RETURNING v INTO n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN UPDATE r SET v = 77 RETURNING v INTO STRICT n; END $$;
SELECT caught('UPDATE r SET v = 77 RETURNING v INTO STRICT n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN DELETE FROM r RETURNING v INTO n; END $$;
SELECT caught('DELETE FROM r RETURNING v INTO n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN DELETE FROM r RETURNING v INTO STRICT n; END $$;
SELECT caught('DELETE FROM r RETURNING v INTO STRICT n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN UPDATE r SET v = l.v FROM l WHERE l.k = r.k RETURNING r.v INTO n; END $$;
SELECT caught('UPDATE r SET v = l.v FROM l WHERE l.k = r.k RETURNING r.v INTO n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN UPDATE r SET v = l.v FROM l WHERE l.k = r.k RETURNING r.v INTO STRICT n; END $$;
SELECT caught('UPDATE r SET v = l.v FROM l WHERE l.k = r.k RETURNING r.v INTO STRICT n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN INSERT INTO r VALUES (21, 1), (22, 1), (23, 1) RETURNING v INTO n; END $$;
SELECT caught('INSERT INTO r VALUES (21, 1), (22, 1), (23, 1) RETURNING v INTO n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN INSERT INTO r VALUES (21, 1), (22, 1), (23, 1) RETURNING v INTO STRICT n; END $$;
SELECT caught('INSERT INTO r VALUES (21, 1), (22, 1), (23, 1) RETURNING v INTO STRICT n');
SELECT * FROM sums();
-- Inserts.
-- @error P0003
DO $$ DECLARE n int; BEGIN INSERT INTO t VALUES (21, 1), (22, 1), (23, 1) RETURNING v INTO n; END $$;
SELECT caught('INSERT INTO t VALUES (21, 1), (22, 1), (23, 1) RETURNING v INTO n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN INSERT INTO t VALUES (21, 1), (22, 1), (23, 1) RETURNING v INTO STRICT n; END $$;
SELECT caught('INSERT INTO t VALUES (21, 1), (22, 1), (23, 1) RETURNING v INTO STRICT n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN INSERT INTO t SELECT k + 100, v FROM t RETURNING v INTO n; END $$;
SELECT caught('INSERT INTO t SELECT k + 100, v FROM t RETURNING v INTO n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN INSERT INTO t SELECT k + 100, v FROM t RETURNING v INTO STRICT n; END $$;
SELECT caught('INSERT INTO t SELECT k + 100, v FROM t RETURNING v INTO STRICT n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN INSERT INTO t SELECT k + 100, v FROM l RETURNING v INTO n; END $$;
SELECT caught('INSERT INTO t SELECT k + 100, v FROM l RETURNING v INTO n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN INSERT INTO t SELECT k + 100, v FROM l RETURNING v INTO STRICT n; END $$;
SELECT caught('INSERT INTO t SELECT k + 100, v FROM l RETURNING v INTO STRICT n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN INSERT INTO t SELECT k, v FROM l ON CONFLICT (k) DO UPDATE SET v = excluded.v + 1 RETURNING v INTO n; END $$;
SELECT caught('INSERT INTO t SELECT k, v FROM l ON CONFLICT (k) DO UPDATE SET v = excluded.v + 1 RETURNING v INTO n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN INSERT INTO t SELECT k, v FROM l ON CONFLICT (k) DO UPDATE SET v = excluded.v + 1 RETURNING v INTO STRICT n; END $$;
SELECT caught('INSERT INTO t SELECT k, v FROM l ON CONFLICT (k) DO UPDATE SET v = excluded.v + 1 RETURNING v INTO STRICT n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN INSERT INTO t SELECT k, v FROM l ON CONFLICT (k) DO UPDATE SET k = t.k + 100 RETURNING v INTO n; END $$;
SELECT caught('INSERT INTO t SELECT k, v FROM l ON CONFLICT (k) DO UPDATE SET k = t.k + 100 RETURNING v INTO n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN INSERT INTO t SELECT k, v FROM l ON CONFLICT (k) DO UPDATE SET k = t.k + 100 RETURNING v INTO STRICT n; END $$;
SELECT caught('INSERT INTO t SELECT k, v FROM l ON CONFLICT (k) DO UPDATE SET k = t.k + 100 RETURNING v INTO STRICT n');
SELECT * FROM sums();
-- Beside what a CTE writes.
-- @error P0003
DO $$ DECLARE n int; BEGIN WITH w AS (DELETE FROM l RETURNING k) UPDATE t SET v = 0 FROM w WHERE t.k = w.k RETURNING v INTO n; END $$;
SELECT caught('WITH w AS (DELETE FROM l RETURNING k) UPDATE t SET v = 0 FROM w WHERE t.k = w.k RETURNING v INTO n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN WITH w AS (DELETE FROM l RETURNING k) UPDATE t SET v = 0 FROM w WHERE t.k = w.k RETURNING v INTO STRICT n; END $$;
SELECT caught('WITH w AS (DELETE FROM l RETURNING k) UPDATE t SET v = 0 FROM w WHERE t.k = w.k RETURNING v INTO STRICT n');
SELECT * FROM sums();
-- @error P0003
DO $$ DECLARE n int; BEGIN WITH w AS (UPDATE t SET v = 5 RETURNING v) SELECT v INTO STRICT n FROM w; END $$;
SELECT caught('WITH w AS (UPDATE t SET v = 5 RETURNING v) SELECT v INTO STRICT n FROM w');
SELECT * FROM sums();
DELETE FROM log;
-- A CTE that writes does so to its end, whatever of it is read.
DO $$ DECLARE n int; BEGIN WITH w AS (UPDATE t SET v = 5 RETURNING v) SELECT v INTO n FROM w; INSERT INTO log VALUES (n); END $$;
SELECT * FROM sums();
-- One row or none.
SELECT caught('UPDATE t SET v = 6 WHERE v = 5 AND k = 3 RETURNING v INTO STRICT n');
SELECT caught('UPDATE t SET v = 7 WHERE v = 6 RETURNING v INTO STRICT n');
SELECT caught('UPDATE t SET v = 7 WHERE v = 6 RETURNING v INTO n');
-- @error P0002
SELECT caught('UPDATE t SET v = 7 WHERE v = 6 RETURNING v INTO STRICT n');
SELECT caught('UPDATE t SET k = 33 WHERE v = 7 RETURNING k INTO STRICT n');
SELECT caught('INSERT INTO t VALUES (50, 50) RETURNING v INTO STRICT n');
SELECT caught('DELETE FROM t WHERE v = 50 RETURNING v INTO STRICT n');
SELECT caught('UPDATE r SET v = 50 WHERE k = 1 RETURNING v INTO STRICT n');
SELECT caught('EXECUTE ''UPDATE t SET v = 5 RETURNING v'' INTO n');
SELECT caught('EXECUTE ''UPDATE t SET v = 5 RETURNING v'' INTO STRICT n');
DO $$
DECLARE
    n int;
    rows int := 0;
BEGIN
    FOR n IN UPDATE t SET v = v + 1 RETURNING v LOOP rows := rows + n; END LOOP;
    UPDATE t SET v = v + 1;
    GET DIAGNOSTICS n = ROW_COUNT;
    INSERT INTO log VALUES (format('%s, %s', rows, n));
END $$;
SELECT * FROM log;
SELECT * FROM sums();
