-- Proves that what a cursor, a loop or a query with functions reads is the data as it was when it began, whatever the
-- same transaction writes before the rows are asked for.
CREATE TABLE u (k int PRIMARY KEY, w int);
CREATE TABLE v (k int PRIMARY KEY, w int);
CREATE TABLE l (k int);
CREATE TABLE r (k int PRIMARY KEY, w int);
-- @cluster SELECT create_distributed_table('u', 'k')
-- @cluster SELECT create_distributed_table('v', 'k', colocate_with => 'none')
-- @cluster SELECT create_reference_table('r')
INSERT INTO u SELECT g, g % 4 FROM generate_series(1, 16) g;
INSERT INTO v SELECT g, g % 3 FROM generate_series(1, 16) g;
INSERT INTO r SELECT g, g FROM generate_series(1, 5) g;
INSERT INTO l SELECT generate_series(1, 100);
-- A cursor and writes before its first row.
BEGIN;
DECLARE c CURSOR FOR SELECT k FROM u ORDER BY k;
DECLARE d INSENSITIVE CURSOR FOR SELECT count(*) FROM u;
DECLARE e CURSOR FOR SELECT w FROM u WHERE k = 5;
DECLARE f CURSOR FOR SELECT u.k, v.w FROM u JOIN v ON u.w = v.k ORDER BY 1, 2;
DECLARE g SCROLL CURSOR FOR SELECT k, rank() OVER (ORDER BY w, k) FROM u ORDER BY k;
DECLARE h CURSOR FOR WITH x AS MATERIALIZED (SELECT w, count(*) AS n FROM u GROUP BY w) SELECT * FROM x ORDER BY w;
DECLARE i CURSOR FOR SELECT k FROM u INTERSECT SELECT k FROM v WHERE w = 0 ORDER BY 1;
DECLARE j CURSOR FOR SELECT k FROM l WHERE k IN (SELECT k FROM u WHERE w = 2) ORDER BY k;
DECLARE m CURSOR FOR SELECT r.k, u.w FROM r LEFT JOIN u USING (k) ORDER BY 1;
DELETE FROM u WHERE k > 2;
UPDATE u SET w = 77;
DELETE FROM v WHERE k > 3;
FETCH ALL FROM c;
FETCH ALL FROM d;
FETCH ALL FROM e;
FETCH ALL FROM f;
FETCH LAST FROM g;
FETCH BACKWARD 3 FROM g;
FETCH ALL FROM h;
FETCH ALL FROM i;
FETCH ALL FROM j;
FETCH ALL FROM m;
SELECT count(*) FROM u;
ROLLBACK;
BEGIN;
DECLARE held CURSOR WITH HOLD FOR SELECT k, w FROM u WHERE k < 4 ORDER BY k;
UPDATE u SET w = w + 98 WHERE k < 8;
COMMIT;
FETCH ALL FROM held;
CLOSE held;
UPDATE u SET w = w - 98 WHERE k < 8;
-- Parts that start after the first row.
BEGIN;
DECLARE c CURSOR FOR SELECT k FROM l WHERE k < 3 UNION ALL SELECT k FROM u WHERE k > 14;
FETCH 1 FROM c;
INSERT INTO u VALUES (700, 1);
DELETE FROM u WHERE k = 15;
FETCH ALL FROM c;
ROLLBACK;
DO $$ DECLARE x record; n int := 0; BEGIN
    FOR x IN SELECT k, 'l' AS s FROM l UNION ALL SELECT k, 'u' FROM u LOOP
        n := n + 1;
        IF x.s = 'l' AND x.k = 5 THEN DELETE FROM u WHERE k > 4; END IF;
    END LOOP;
    IF n <> 116 THEN RAISE EXCEPTION 'rows: %', n; END IF;
    RAISE EXCEPTION SQLSTATE 'ZZ001' USING MESSAGE = 'to roll back';
EXCEPTION WHEN SQLSTATE 'ZZ001' THEN NULL; END $$;
CREATE FUNCTION purge() RETURNS SETOF int LANGUAGE plpgsql AS $$ DECLARE c CURSOR FOR SELECT k FROM u WHERE w = 1 ORDER BY k; x int; BEGIN
    OPEN c; DELETE FROM u WHERE w = 1;
    LOOP FETCH c INTO x; EXIT WHEN NOT FOUND; RETURN NEXT x; END LOOP; END $$;
BEGIN;
SELECT * FROM purge();
SELECT count(*) FROM u;
ROLLBACK;
-- Savepoints: the cursor outlives the part of the transaction in which its rows were asked for.
BEGIN;
DECLARE c NO SCROLL CURSOR FOR SELECT a.k, b.k FROM generate_series(1, 300) AS x, u AS a JOIN v AS b ON a.k > b.k;
SAVEPOINT s;
DELETE FROM u WHERE k < 10;
ROLLBACK TO s;
MOVE ALL FROM c;
SELECT count(*) FROM u;
COMMIT;
CREATE FUNCTION reads_in_block() RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE c CURSOR FOR SELECT a.k FROM u a, v, generate_series(1, 200); x record; n bigint := 0; BEGIN
    OPEN c;
    BEGIN FETCH c INTO x; n := 1 / 0; EXCEPTION WHEN division_by_zero THEN n := 1; END;
    LOOP FETCH c INTO x; EXIT WHEN NOT FOUND; n := n + 1; END LOOP; RETURN n; END $$;
SELECT reads_in_block();
-- Other writes: COPY, moves of rows, reference tables, INSERT … SELECT.
BEGIN;
DECLARE c CURSOR FOR SELECT count(*), sum(w) FROM u;
DECLARE d CURSOR FOR SELECT count(*), sum(w) FROM r;
DECLARE e CURSOR FOR SELECT count(*) FROM u JOIN r USING (k);
INSERT INTO u SELECT k + 100, w FROM v;
UPDATE r SET w = 0;
UPDATE u SET k = k + 1000 WHERE k = 3;
FETCH ALL FROM c;
FETCH ALL FROM d;
FETCH ALL FROM e;
ROLLBACK;
-- Functions that write, called by what reads.
CREATE FUNCTION ins(int) RETURNS int LANGUAGE sql AS 'INSERT INTO u VALUES ($1, 0) RETURNING k';
BEGIN;
SELECT 0 AS n, ins(l.k + 200) FROM l WHERE k < 3 UNION ALL SELECT 1, count(*) FROM u;
SELECT ins(l.k + 400), (SELECT count(*) FROM u) FROM l WHERE k < 4;
SELECT ins(u.k + 800) FROM u WHERE k < 4 ORDER BY 1;
SELECT count(*) FROM u;
ROLLBACK;
-- A tree of tables that is read and written in a loop.
CREATE TABLE tree (k int, w int) PARTITION BY RANGE (k);
CREATE TABLE tree1 PARTITION OF tree FOR VALUES FROM (0) TO (10);
CREATE TABLE tree2 PARTITION OF tree FOR VALUES FROM (10) TO (100);
CREATE TABLE tree3 PARTITION OF tree FOR VALUES FROM (100) TO (1000);
-- @cluster SELECT create_distributed_table('tree2', 'k')
-- @cluster SELECT create_distributed_table('tree3', 'k')
INSERT INTO tree SELECT g, 0 FROM generate_series(1, 500) g;
DO $$ DECLARE x record; seen int := 0; BEGIN
    FOR x IN SELECT k, w FROM tree LOOP
        seen := seen + x.w;
        UPDATE tree SET w = 1 WHERE k = 501 - x.k;
    END LOOP;
    IF seen <> 0 THEN RAISE EXCEPTION 'seen %', seen; END IF; END $$;
SELECT count(*), sum(w) FROM tree;
-- Functions of the rows that are inserted, in more rows than travel at once.
CREATE FUNCTION rows_of_v(int) RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT count(*) FROM v); END $$;
INSERT INTO v SELECT g, rows_of_v(g) FROM generate_series(1001, 6000) g;
SELECT w, count(*) FROM v WHERE k > 1000 GROUP BY w;
INSERT INTO v SELECT k + 10000, rows_of_v(k) FROM v WHERE k > 1000;
SELECT w, count(*) FROM v WHERE k > 10000 GROUP BY w;
-- What nobody fetches does no harm.
CREATE TABLE n (k int PRIMARY KEY, t text);
-- @cluster SELECT create_distributed_table('n', 'k')
INSERT INTO n VALUES (1, '1'), (2, 'x');
BEGIN;
UPDATE n SET t = t WHERE k = 1;
DECLARE c CURSOR FOR SELECT k FROM n WHERE t::int > 0;
UPDATE v SET w = w WHERE k = 1;
CLOSE c;
COMMIT;
BEGIN;
DECLARE c CURSOR FOR SELECT k FROM n WHERE t::int > 0;
SAVEPOINT s;
-- @error 22P02
FETCH c;
ROLLBACK TO s;
SELECT count(*) FROM n;
COMMIT;
-- A delete that cascades to what a cursor reads.
CREATE TABLE p (k int PRIMARY KEY);
CREATE TABLE ch (k int PRIMARY KEY REFERENCES p ON DELETE CASCADE);
-- @cluster SELECT create_distributed_table('p', 'k')
-- @cluster SELECT create_distributed_table('ch', 'k')
INSERT INTO p SELECT generate_series(1, 10);
INSERT INTO ch SELECT generate_series(1, 10);
BEGIN;
DECLARE c CURSOR FOR SELECT k FROM ch ORDER BY k;
DELETE FROM p WHERE k > 3;
FETCH ALL FROM c;
ROLLBACK;
