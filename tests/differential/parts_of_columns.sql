-- Proves that assignments to several elements and fields of one column all arrive, in every kind of write, and that columns
-- may be set to what they are generated as.
CREATE TYPE pair AS (x int, y int);
CREATE TYPE nest AS (p pair, a int[]);
CREATE TABLE t (k int PRIMARY KEY, b int[], c pair, d pair[], e nest, v int, g int GENERATED ALWAYS AS (v * 2) STORED);
CREATE TABLE bykey (a int[], v int[]);
CREATE TABLE ref (k int PRIMARY KEY, b int[], c pair);
CREATE TABLE l (k int, n int);
-- @cluster SELECT create_distributed_table('t', 'k', shard_count => 8)
-- @cluster SELECT create_distributed_table('bykey', 'a', shard_count => 8)
-- @cluster SELECT create_reference_table('ref')
INSERT INTO t (k, b, c, v) SELECT g, '{0,0,0}', (0, 0)::pair, g FROM generate_series(1, 20) g;
INSERT INTO ref SELECT g, '{0,0}', (0, 0)::pair FROM generate_series(1, 5) g;
INSERT INTO l SELECT g, g FROM generate_series(1, 5) g;
UPDATE t SET b[1] = 1, b[2] = 2 WHERE k = 1;
UPDATE t SET b[1] = k, b[3] = b[1] + 3, c.x = k, c.y = -k WHERE k > 10;
UPDATE t SET c.y = 5, b[2:3] = '{7,8}', c.x = 6, b[5] = 9 WHERE k IN (2, 3);
UPDATE t SET d[1].x = 1, d[1].y = 2, d[2].x = 3 WHERE k < 6;
UPDATE t SET e.p.x = 1, e.p.y = 2, e.a[1] = 3, e.a[2] = 4 WHERE k % 2 = 0;
UPDATE t SET b[1] = l.n * 10, b[2] = l.n * 20 FROM l WHERE l.k = t.k;
UPDATE t SET b[1] = (SELECT max(v) FROM t), b[2] = (SELECT min(n) FROM l) WHERE k = 9;
SELECT * FROM t ORDER BY k;
INSERT INTO t (k, b[1], b[2], c.x, c.y) VALUES (1, 5, 6, 7, 8) ON CONFLICT (k)
    DO UPDATE SET b[1] = excluded.b[2], b[2] = 77, c.x = 1, c.y = 2 RETURNING k, b, c;
INSERT INTO t (k, b[1], b[2], c.x, c.y) VALUES (100, 5, 6, 7, 8), (101, 1, 2, 3, 4);
INSERT INTO t (k, b[1], b[2], c.x, c.y) SELECT k + 200, v, v, v, v FROM t WHERE k < 4;
MERGE INTO t USING l ON t.k = l.k WHEN MATCHED THEN UPDATE SET b[1] = 1000, b[2] = l.n, c.x = 3, c.y = 4;
SELECT k, b, c FROM t WHERE k < 10 OR k >= 100 ORDER BY k;
UPDATE ref SET b[1] = 1, b[2] = k, c.x = 2, c.y = 3;
SELECT * FROM ref ORDER BY k;
INSERT INTO bykey VALUES ('{1,2}', '{1,2}'), ('{3,4}', '{3,4}');
UPDATE bykey SET a[1] = 10, a[2] = 20, v[1] = 11, v[2] = 12 WHERE a = '{1,2}';
SELECT * FROM bykey ORDER BY a;
UPDATE t SET g = DEFAULT WHERE k = 1;
UPDATE t SET g = DEFAULT;
SELECT count(*), sum(g) FROM t;
-- GROUPING in HAVING and over expressions of sub-queries.
SELECT v % 3 AS m, grouping(v % 3) FROM t GROUP BY v % 3 HAVING grouping(v % 3) >= 0 ORDER BY 2, 1;
SELECT k, grouping(k) FROM t GROUP BY k HAVING grouping(k) = 0 ORDER BY k LIMIT 3;
SELECT grouping(ss.x) FROM t i1 CROSS JOIN LATERAL (SELECT (SELECT i1.v % 2) AS x) ss GROUP BY ss.x;
SELECT (SELECT grouping(ss.x)) FROM t i1 CROSS JOIN LATERAL (SELECT (SELECT i1.v % 2) AS x) ss GROUP BY ss.x;
