-- Proves that ON CONFLICT DO UPDATE may name the row that is there, and the one that is not inserted, as a whole.
CREATE TABLE t (gone int, k int PRIMARY KEY, fruit text, n int);
ALTER TABLE t DROP COLUMN gone;
-- @cluster SELECT create_distributed_table('t', 'k', shard_count => 8)
INSERT INTO t VALUES (1, 'apple', 1), (2, NULL, 2), (3, 'fig', NULL);
INSERT INTO t AS i VALUES (1, 'pear') ON CONFLICT (k) DO UPDATE SET fruit = excluded.fruit WHERE i.* != excluded.*
    RETURNING *;
INSERT INTO t AS i VALUES (1, 'pear', 1) ON CONFLICT (k) DO UPDATE SET n = 9 WHERE i.* != excluded.* RETURNING *;
INSERT INTO t AS i VALUES (1, 'pear', 1) ON CONFLICT (k) DO UPDATE SET n = 9 WHERE i.* = excluded.* RETURNING *;
INSERT INTO t AS i VALUES (2, 'plum', 7), (3, NULL, NULL), (4, 'nut', 4)
    ON CONFLICT (k) DO UPDATE SET fruit = excluded.*::text || i::text RETURNING *;
INSERT INTO t AS i SELECT k, fruit, n + 1 FROM t ON CONFLICT (k) DO UPDATE SET n = excluded.n WHERE i IS NOT NULL;
INSERT INTO t AS i VALUES (3, 'kiwi', 5) ON CONFLICT (k) DO UPDATE SET (fruit, n) = ROW (excluded.fruit, i.n)
    WHERE excluded IS DISTINCT FROM i RETURNING i;
PREPARE put(int, text) AS INSERT INTO t AS i VALUES ($1, $2, 0) ON CONFLICT (k) DO UPDATE SET fruit = i::text WHERE i <> excluded;
EXECUTE put(1, 'p');
EXECUTE put(1, 'p');
EXECUTE put(7, 'p');
WITH w AS (INSERT INTO t AS i VALUES (7, 'q', 1) ON CONFLICT (k) DO UPDATE SET fruit = excluded::text RETURNING *)
    SELECT * FROM w;
SELECT * FROM t ORDER BY k;
CREATE TABLE r (k int PRIMARY KEY, v text);
-- @cluster SELECT create_reference_table('r')
INSERT INTO r VALUES (1, 'a');
INSERT INTO r AS i VALUES (1, 'b') ON CONFLICT (k) DO UPDATE SET v = excluded::text || i::text WHERE i <> excluded RETURNING *;
SELECT * FROM r;
