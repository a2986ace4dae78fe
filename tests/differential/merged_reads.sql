-- Proves that reads of distributed tables in CTEs, sub-queries and views, which PostgreSQL merges into the level that reads, writes or
-- locks, give what they give on one PostgreSQL, and that columns which nobody reads are not computed.
CREATE TABLE l (id int PRIMARY KEY, v int);
CREATE TABLE c (k int, id int, w int);
CREATE TABLE d (k int, id int, w int);
-- @cluster SELECT create_distributed_table('c','k')
-- @cluster SELECT create_distributed_table('d','w', colocate_with => 'none')
INSERT INTO l SELECT i, i FROM generate_series(1,10) i;
INSERT INTO c SELECT i, i, i FROM generate_series(1,10) i;
INSERT INTO d SELECT i, i, i FROM generate_series(1,10) i;
WITH s AS (SELECT id, w FROM c) SELECT l.* FROM l JOIN s ON s.id = l.id ORDER BY 1 FOR UPDATE OF l;
SELECT l.* FROM l JOIN (SELECT id, w FROM c) s ON s.id = l.id ORDER BY 1 FOR UPDATE OF l;
WITH s AS NOT MATERIALIZED (SELECT id, w FROM c) SELECT l.* FROM l JOIN s ON s.id = l.id JOIN s t ON s.id = t.w ORDER BY 1 FOR UPDATE OF l;
WITH s AS (SELECT c.id, c.w FROM c JOIN d ON c.id = d.k) SELECT l.* FROM l JOIN s ON s.id = l.id ORDER BY 1 FOR UPDATE OF l;
WITH s AS (SELECT c.id, c.w FROM c JOIN d ON c.id = d.k) SELECT l.* FROM l JOIN s ON s.id = l.id ORDER BY 1 FOR SHARE;
WITH s AS (SELECT id, w FROM c WHERE w < 5) UPDATE l SET v = s.w FROM s WHERE s.id = l.id RETURNING l.*, s.*;
WITH s AS NOT MATERIALIZED (SELECT id, w FROM c WHERE w < 5) UPDATE l SET v = s.w FROM s, s s2 WHERE s.id = l.id AND s2.id = s.id RETURNING l.*, s.*, s2.*;
WITH s AS (SELECT id, w FROM c), x AS (UPDATE l SET v = s.w FROM s WHERE s.id = l.id RETURNING l.*, s.w) SELECT * FROM x ORDER BY 1;
WITH s AS (SELECT id, (SELECT max(w) FROM d WHERE d.k = c.id) w FROM c), x AS (UPDATE l SET v = s.w FROM s WHERE s.id = l.id RETURNING l.*, s.w) SELECT * FROM x ORDER BY 1;
WITH s AS (SELECT id, w FROM c), x AS (DELETE FROM l USING s WHERE s.id = l.id AND s.id > 8 RETURNING l.*, s.w), y AS (INSERT INTO l SELECT id + 100, w FROM x RETURNING *) SELECT * FROM y ORDER BY 1;
WITH s AS (SELECT id, w FROM c) MERGE INTO l USING s ON s.id = l.id WHEN MATCHED THEN UPDATE SET v = s.w + 1 WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.w);
WITH s AS (SELECT id, w FROM c WHERE id < 3), x AS (UPDATE c SET w = s.w + 100 FROM s WHERE s.id = c.id RETURNING c.id, s.w) SELECT * FROM x ORDER BY 1;
WITH s AS (SELECT id, w FROM d WHERE id < 3), x AS (UPDATE c SET w = s.w + 100 FROM s WHERE s.id = c.id RETURNING c.id, s.w) SELECT * FROM x ORDER BY 1;
WITH s AS (SELECT id, w FROM d WHERE id < 3), x AS (DELETE FROM c USING s WHERE s.id = c.id RETURNING c.id, s.w) INSERT INTO l SELECT 200 + id, w FROM x;
WITH s AS (SELECT id, w FROM d), x AS (SELECT * FROM s WHERE id < 8), u AS (UPDATE l SET v = x.w * 2 FROM x WHERE x.id = l.id RETURNING l.id, l.v) SELECT * FROM u ORDER BY 1;
SELECT * FROM l ORDER BY 1;
SELECT * FROM c ORDER BY 1;
SELECT s.id FROM (SELECT id, 1 / (SELECT count(*) - count(*) FROM c) AS never FROM d ORDER BY id LIMIT 3) s;
SELECT s.id FROM (SELECT id, 1 / (SELECT count(*) - count(*) FROM c) AS never FROM l ORDER BY id LIMIT 3) s;
SELECT s.id FROM (SELECT DISTINCT ON (id) id, 1 / (SELECT count(*) - count(*) FROM c) AS never FROM d ORDER BY id LIMIT 3) s;
WITH s AS (SELECT id, 1 / (SELECT count(*) - count(*) FROM c) AS never FROM d ORDER BY id LIMIT 3) SELECT id FROM s;
CREATE VIEW vw AS SELECT id, (SELECT max(w) FROM d WHERE d.w < c.id) m, 1 / (SELECT count(*) - count(*) FROM c) AS never FROM c ORDER BY id LIMIT 3;
SELECT id, m FROM vw ORDER BY 1;
SELECT id FROM vw WHERE id > 2 ORDER BY 1;
