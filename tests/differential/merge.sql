-- Proves that MERGE does what it does in PostgreSQL, whatever source and target are.
CREATE TABLE a (k int, id int, v numeric, t text DEFAULT 'none', PRIMARY KEY (k, id));
CREATE TABLE b (k int, id int, w int);
CREATE TABLE c (c int, id int, w int, note text);
CREATE TABLE g (k int, n int GENERATED ALWAYS AS IDENTITY, base int, twice int GENERATED ALWAYS AS (base * 2) STORED);
CREATE TABLE r (grp int PRIMARY KEY, name text, factor int DEFAULT 3);
CREATE TABLE l (id int PRIMARY KEY, grp int, note text);
-- @cluster SELECT create_distributed_table('a', 'k')
-- @cluster SELECT create_distributed_table('b', 'k', colocate_with => 'a')
-- @cluster SELECT create_distributed_table('c', 'c', colocate_with => 'none')
-- @cluster SELECT create_distributed_table('g', 'k', colocate_with => 'a')
-- @cluster SELECT create_reference_table('r')
INSERT INTO a SELECT i % 10, i, i * 1.5, 't' || i % 7 FROM generate_series(1, 60) i;
INSERT INTO b SELECT i % 10, i, CASE WHEN i % 7 > 0 THEN i % 11 END FROM generate_series(41, 90) i;
INSERT INTO c SELECT i * 7 % 31, i, i % 13, 'note ' || i FROM generate_series(1, 80, 2) i;
INSERT INTO g (k, base) SELECT i, i * 10 FROM generate_series(1, 5) i;
INSERT INTO r (grp, name) SELECT i, 'name ' || i FROM generate_series(0, 7) i;
INSERT INTO l SELECT i * 3, i % 6, 'local ' || i FROM generate_series(1, 30) i;
BEGIN;
MERGE INTO a USING b ON a.k = b.k AND a.id = b.id WHEN MATCHED AND b.w > 5 THEN DELETE WHEN MATCHED THEN UPDATE SET v = b.w WHEN NOT MATCHED THEN INSERT (k, id, v) VALUES (b.k, b.id, b.w);
SELECT * FROM a ORDER BY k, id;
ROLLBACK;
BEGIN;
MERGE INTO a USING (SELECT c AS kk, id + 40 AS ii, w FROM c) s ON a.k = s.kk AND a.id = s.ii WHEN MATCHED THEN UPDATE SET v = s.w WHEN NOT MATCHED THEN INSERT VALUES (s.kk, s.ii, s.w, DEFAULT);
SELECT * FROM a ORDER BY k, id;
MERGE INTO a USING c ON a.id = c.id WHEN MATCHED AND c.w = 3 THEN DO NOTHING WHEN MATCHED AND a.v > 20 THEN UPDATE SET v = a.v + c.w, t = c.note || a.t WHEN MATCHED THEN DELETE;
SELECT * FROM a ORDER BY k, id;
MERGE INTO a USING r ON a.k = r.grp AND a.id < 20 WHEN MATCHED THEN UPDATE SET t = r.name;
MERGE INTO a USING l ON a.id = l.id WHEN MATCHED AND l.grp = 2 THEN DELETE WHEN MATCHED THEN UPDATE SET t = l.note, v = NULL WHEN NOT MATCHED AND l.id > 70 THEN INSERT (k, id, t) VALUES (l.id % 10, l.id, l.note) WHEN NOT MATCHED THEN DO NOTHING;
SELECT * FROM a ORDER BY k, id;
MERGE INTO a USING (VALUES (1, 1, 100), (2, 3000, 5), (NULL, 1, 2)) s (k, id, v) ON a.k = s.k AND a.id = s.id WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED AND s.k IS NOT NULL THEN INSERT (k, id, v) VALUES (s.k, s.id, s.v);
MERGE INTO a USING generate_series(1, 5) s ON a.id = s WHEN MATCHED AND EXISTS (SELECT 1 FROM c WHERE c.id = a.id) THEN UPDATE SET v = (SELECT max(w) FROM c WHERE c.id >= a.id);
SELECT * FROM a ORDER BY k, id;
ROLLBACK;
-- Rows that move.
BEGIN;
MERGE INTO a USING c ON a.id = c.id WHEN MATCHED THEN UPDATE SET k = a.k + 100, v = c.w WHEN NOT MATCHED THEN INSERT (k, id) VALUES (7, c.id);
SELECT * FROM a ORDER BY k, id;
MERGE INTO a USING c ON a.id = c.id AND a.k > 100 WHEN MATCHED AND c.w > 6 THEN UPDATE SET k = 5 WHEN MATCHED AND c.w > 3 THEN UPDATE SET t = 'stays' WHEN MATCHED THEN DELETE;
SELECT * FROM a ORDER BY k, id;
ROLLBACK;
-- Values that tables make.
BEGIN;
MERGE INTO g USING c ON g.k = c.id WHEN MATCHED THEN UPDATE SET base = c.w WHEN NOT MATCHED AND c.id < 20 THEN INSERT (k, base) VALUES (c.id, c.w);
SELECT k, base, twice FROM g ORDER BY k;
SELECT count(DISTINCT n) = count(*) FROM g;
MERGE INTO g USING (VALUES (900)) s (k) ON g.k = s.k WHEN NOT MATCHED THEN INSERT DEFAULT VALUES;
SELECT count(*) FROM g WHERE k IS NULL;
ROLLBACK;
-- Other targets.
BEGIN;
MERGE INTO r USING (SELECT id % 12 AS grp, count(*)::int n FROM a GROUP BY 1) s ON r.grp = s.grp WHEN MATCHED AND s.n < 5 THEN DELETE WHEN MATCHED THEN UPDATE SET factor = s.n WHEN NOT MATCHED THEN INSERT (grp, name) VALUES (s.grp, 'new');
SELECT * FROM r ORDER BY grp;
MERGE INTO r USING c ON r.grp = c.id WHEN MATCHED THEN UPDATE SET grp = r.grp + 1000 WHEN NOT MATCHED AND c.id = 79 THEN INSERT VALUES (c.id, c.note, c.w);
SELECT * FROM r ORDER BY grp;
MERGE INTO l USING a ON l.id = a.id WHEN MATCHED AND a.k < 3 THEN DELETE WHEN MATCHED THEN UPDATE SET note = a.t WHEN NOT MATCHED AND a.id < 10 THEN INSERT VALUES (a.id, a.k, a.t);
MERGE INTO l USING (SELECT c.id, a.t FROM c JOIN a ON a.id = c.id) s ON l.id = s.id WHEN MATCHED THEN UPDATE SET note = s.t || '!' WHEN NOT MATCHED THEN DO NOTHING;
SELECT * FROM l ORDER BY id;
ROLLBACK;
-- CTEs, prepared statements, errors, counts.
BEGIN;
WITH s AS (SELECT id, max(w) w FROM c GROUP BY id) MERGE INTO a USING s ON s.id = a.id WHEN MATCHED THEN UPDATE SET v = s.w + (SELECT count(*) FROM s) WHEN NOT MATCHED THEN INSERT (k, id) VALUES (s.id, s.id);
SELECT * FROM a ORDER BY k, id;
ROLLBACK;
PREPARE m(int, text) AS MERGE INTO a USING c ON a.id = c.id AND c.w = $1 WHEN MATCHED THEN UPDATE SET t = $2;
BEGIN;
EXECUTE m(1, 'one');
EXECUTE m(2, 'two');
EXECUTE m(3, NULL);
EXECUTE m(4, 'four');
EXECUTE m(5, 'five');
EXECUTE m(6, 'six');
EXECUTE m(7, 'seven');
SELECT * FROM a ORDER BY k, id;
ROLLBACK;
DO $$ DECLARE n int; BEGIN
  MERGE INTO a USING c ON a.id = c.id WHEN MATCHED THEN UPDATE SET v = 0;
  GET DIAGNOSTICS n = ROW_COUNT;
  INSERT INTO l VALUES (1000, n, 'count');
END $$;
SELECT * FROM l WHERE id = 1000;
-- @error 21000
MERGE INTO a USING (SELECT 1 FROM c) s ON a.id = 5 WHEN MATCHED THEN UPDATE SET v = 1;
-- @error 23505
MERGE INTO a USING c ON false WHEN NOT MATCHED THEN INSERT (k, id) VALUES (1, 1);
-- @error 22012
MERGE INTO a USING c ON a.id = c.id WHEN MATCHED THEN UPDATE SET v = 1 / (c.w - c.w);
-- @error 23502
MERGE INTO a USING c ON false WHEN NOT MATCHED THEN INSERT (k, id) VALUES (1, NULL);
MERGE INTO a USING c ON a.id = c.id AND c.id < 0 WHEN MATCHED THEN DELETE;
SELECT count(*), sum(v), sum(id) FROM a;
