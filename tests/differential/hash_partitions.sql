-- Proves that distributed tables are partitions by hash like any others: rows go where PostgreSQL's hashes send them, by one
-- column or several, of any type, under any collation, by functions of one's own, and nodes refuse what does not belong.
CREATE TABLE ph (a int, b text, c numeric) PARTITION BY HASH (a, b);
CREATE TABLE ph0 (a int, b text, c numeric);
CREATE TABLE ph1 (c numeric, junk int, b text, a int);
ALTER TABLE ph1 DROP COLUMN junk;
-- @cluster SELECT create_distributed_table('ph0', 'a', shard_count => 4)
-- @cluster SELECT create_distributed_table('ph1', 'b', shard_count => 4, colocate_with => 'none')
ALTER TABLE ph ATTACH PARTITION ph0 FOR VALUES WITH (MODULUS 4, REMAINDER 0);
ALTER TABLE ph ATTACH PARTITION ph1 FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE ph2 PARTITION OF ph FOR VALUES WITH (MODULUS 4, REMAINDER 2);
CREATE TABLE ph3 PARTITION OF ph FOR VALUES WITH (MODULUS 4, REMAINDER 3);
-- @cluster SELECT create_distributed_table('ph3', 'c', shard_count => 4, colocate_with => 'none')
INSERT INTO ph SELECT g, 'b' || g % 7, g / 2.0 FROM generate_series(1, 60) g;
INSERT INTO ph VALUES (NULL, 'x', 1), (1, NULL, 2), (NULL, NULL, 3), (70, 'b', NULL);
SELECT tableoid::regclass::text, * FROM ph ORDER BY 1, 2, 3;
SELECT tableoid::regclass::text, count(*), sum(c) FROM ph GROUP BY 1 ORDER BY 1;
SELECT * FROM ph WHERE a = 17 AND b = 'b3';
SELECT * FROM ph WHERE a IS NULL ORDER BY b;
SELECT count(*) FROM ph0;
SELECT count(*) FROM ph1;
SELECT count(*) FROM ph2;
SELECT count(*) FROM ph3;
-- Each partition holds to its remainder by itself.
-- @error 23514
INSERT INTO ph0 SELECT g, 'b' || g % 7, g FROM generate_series(1, 60) g;
-- @error 23514
INSERT INTO ph1 (a, b, c) SELECT g, 'b' || g % 7, g FROM generate_series(1, 60) g;
INSERT INTO ph3 SELECT a, b, 1000 FROM ph3;
INSERT INTO ph0 SELECT a, b, 1000 FROM ph0 WHERE a > 0;
-- @error 23514
UPDATE ph3 SET a = a + 1 WHERE a IS NOT NULL;
UPDATE ph1 SET c = c + 1;
-- Rows that move.
UPDATE ph SET a = a + 100 WHERE c < 500;
UPDATE ph SET b = b || 'x', c = -c WHERE a % 3 = 0 AND c < 500 RETURNING tableoid::regclass::text, *;
SELECT tableoid::regclass::text, * FROM ph ORDER BY 1, 2, 3, 4;
DELETE FROM ph WHERE c = 1000;
MERGE INTO ph USING (VALUES (101, 'b1'), (500, 'b2')) s (a, b) ON ph.a = s.a AND ph.b = s.b
    WHEN MATCHED THEN UPDATE SET c = 77 WHEN NOT MATCHED THEN INSERT VALUES (s.a, s.b, 78);
SELECT tableoid::regclass::text, * FROM ph WHERE c IN (77, 78) ORDER BY 1, 2, 3, 4;
COPY ph FROM stdin;
300	copied	1
301	copied	2
302	copied	3
303	copied	4
\.
SELECT tableoid::regclass::text, * FROM ph WHERE b = 'copied' ORDER BY 2;
SELECT count(*) FROM ph WHERE satisfies_hash_partition('ph'::regclass, 4, 1, a, b);
SELECT count(*) FROM ph1 WHERE satisfies_hash_partition('ph'::regclass, 4, 1, a, b);
-- Detached, it takes any row; attached again, it does not.
ALTER TABLE ph DETACH PARTITION ph0;
INSERT INTO ph0 SELECT g, 'd', g FROM generate_series(1, 9) g;
-- @error 23514
ALTER TABLE ph ATTACH PARTITION ph0 FOR VALUES WITH (MODULUS 4, REMAINDER 0);
DELETE FROM ph0 WHERE b = 'd';
ALTER TABLE ph ATTACH PARTITION ph0 FOR VALUES WITH (MODULUS 4, REMAINDER 0);
-- @error 23514
INSERT INTO ph0 SELECT g, 'd', g FROM generate_series(1, 9) g;
-- Types, collations, expressions, and a partition by hash below one by range.
CREATE TABLE pt (t timestamptz, u uuid, v varchar, n name) PARTITION BY HASH (t, u, v, lower(n::text));
CREATE TABLE pt0 PARTITION OF pt FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE pt1 PARTITION OF pt FOR VALUES WITH (MODULUS 2, REMAINDER 1);
-- @cluster SELECT create_distributed_table('pt0', 'v', shard_count => 4)
-- @cluster SELECT create_distributed_table('pt1', 'u', shard_count => 4)
INSERT INTO pt SELECT timestamptz '2024-01-01 00:00Z' + g * interval '1 day', md5(g::text)::uuid, 'v' || g, 'N' || g % 3 FROM generate_series(1, 40) g;
SELECT tableoid::regclass::text, v, n FROM pt ORDER BY 2;
-- @error 23514
INSERT INTO pt1 TABLE pt0;
CREATE TABLE pr (a int, k text, x int[]) PARTITION BY RANGE (a);
CREATE TABLE pr1 PARTITION OF pr FOR VALUES FROM (0) TO (50) PARTITION BY HASH (k COLLATE "POSIX", x);
CREATE TABLE pr1_0 PARTITION OF pr1 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE pr1_1 PARTITION OF pr1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE pr2 PARTITION OF pr DEFAULT;
-- @cluster SELECT create_distributed_table('pr1_1', 'k', shard_count => 4)
-- @cluster SELECT create_distributed_table('pr1_0', 'a', shard_count => 4)
INSERT INTO pr SELECT g, 'k' || g, ARRAY[g, NULL, g % 3] FROM generate_series(1, 60) g;
SELECT tableoid::regclass::text, * FROM pr ORDER BY a;
-- @error 23514
INSERT INTO pr1_0 VALUES (60, 'k', '{}');
-- @error 23514
INSERT INTO pr1_0 TABLE pr1_1;
UPDATE pr SET a = a + 20, k = k || '+' WHERE a BETWEEN 20 AND 40;
SELECT tableoid::regclass::text, * FROM pr ORDER BY a, k;
-- Hash functions of one's own.
CREATE FUNCTION own_hash(v int4, seed int8) RETURNS int8 LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN coalesce(v, 5) + 1 + (seed & 1); END $$;
CREATE OPERATOR CLASS own_ops FOR TYPE int4 USING hash AS OPERATOR 1 = (int4, int4), FUNCTION 2 own_hash(int4, int8);
CREATE TABLE po (a int, b int) PARTITION BY HASH (a own_ops);
CREATE TABLE po0 (a int, b int);
CREATE TABLE po1 (a int, b int);
-- @cluster SELECT create_distributed_table('po0', 'b', shard_count => 4)
-- @cluster SELECT create_distributed_table('po1', 'a', shard_count => 4)
INSERT INTO po0 VALUES (1, 1), (2, 2);
-- @error 23514
ALTER TABLE po ATTACH PARTITION po0 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
DELETE FROM po0;
ALTER TABLE po ATTACH PARTITION po0 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
ALTER TABLE po ATTACH PARTITION po1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO po SELECT g, g FROM generate_series(1, 20) g;
INSERT INTO po VALUES (NULL, 1);
SELECT tableoid::regclass::text, * FROM po ORDER BY 2;
-- @error 23514
INSERT INTO po0 SELECT * FROM po1;
INSERT INTO po1 SELECT * FROM po1;
SELECT count(*) FROM po1;
-- Enums hash by what is different on every node.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE pe (m mood, a int) PARTITION BY HASH (m);
CREATE TABLE pe0 (m mood, a int);
-- @cluster SELECT create_distributed_table('pe0', 'a', shard_count => 4)
-- @expect 0A000
ALTER TABLE pe ATTACH PARTITION pe0 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
DROP TABLE ph, pt, pr, po, pe;
