-- Distributed tables that inherit from distributed tables: reads, writes, row locks and DDL reach them through the table above.
CREATE TABLE p (id int, v text);
CREATE TABLE c (v text, id int, extra int);
CREATE TABLE l (id int, v text);
-- @cluster SELECT create_distributed_table('p', 'id')
-- @cluster SELECT create_distributed_table('c', 'extra')
INSERT INTO p SELECT g, 'p' FROM generate_series(1, 5) g;
INSERT INTO c SELECT 'c', g, g * 2 FROM generate_series(3, 8) g;
ALTER TABLE c INHERIT p;
CREATE TABLE cc (more int) INHERITS (c);
-- @cluster SELECT create_distributed_table('cc', 'id')
INSERT INTO cc VALUES ('cc', 10, 1, 2);
ALTER TABLE l INHERIT p;
INSERT INTO l VALUES (20, 'l');
-- @cluster DO $$ BEGIN ASSERT (SELECT count(*) = 3 FROM citus_tables WHERE table_name IN ('p'::regclass, 'c'::regclass, 'cc'::regclass)); END $$
SELECT tableoid::regclass, * FROM p ORDER BY 1, 2, 3;
SELECT count(*) FROM ONLY p;
SELECT count(*), sum(extra) FROM c;
SELECT p.id, count(*) FROM p JOIN c ON p.id = c.id GROUP BY 1 ORDER BY 1;
SELECT * FROM p WHERE id = 4 ORDER BY v;
UPDATE p SET v = v || '!' WHERE id BETWEEN 3 AND 10 RETURNING tableoid::regclass, *;
DELETE FROM p WHERE id = 4 RETURNING *;
SELECT tableoid::regclass, * FROM p WHERE id = 5 FOR UPDATE;
UPDATE p SET id = id + 100 WHERE v = 'c!' AND id = 6;
SELECT * FROM c ORDER BY id;
MERGE INTO p USING (VALUES (3, 'm'), (200, 'n')) s (id, v) ON p.id = s.id WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, s.v);
SELECT tableoid::regclass, * FROM p ORDER BY 1, 2, 3;
-- DDL on the table above changes those below.
ALTER TABLE p ADD COLUMN z int DEFAULT 7;
SELECT * FROM cc ORDER BY 1, 2;
ALTER TABLE p RENAME COLUMN z TO zz;
ALTER TABLE p ALTER COLUMN id TYPE bigint;
SELECT attrelid::regclass, attname, atttypid::regtype, attinhcount, attislocal FROM pg_attribute WHERE attrelid IN ('p'::regclass, 'c'::regclass, 'cc'::regclass) AND attnum > 0 AND NOT attisdropped ORDER BY 1, attnum;
ALTER TABLE p ADD CONSTRAINT small CHECK (id < 1000);
-- @error 23514
INSERT INTO cc VALUES ('cc', 1001, 1, 2);
-- @error 23514
UPDATE p SET id = 1002 WHERE id = 10;
-- PostgreSQL makes one of two constraints of the same name.
ALTER TABLE c ADD CONSTRAINT small CHECK (id < 1000);
SELECT conrelid::regclass, conname, conislocal, coninhcount FROM pg_constraint WHERE conname = 'small' ORDER BY 1;
-- @error 42P16
ALTER TABLE c DROP COLUMN id;
ALTER TABLE p RENAME CONSTRAINT small TO small_enough;
SELECT conrelid::regclass, conname FROM pg_constraint WHERE conname LIKE 'small%' ORDER BY 1;
ALTER TABLE p DROP COLUMN zz;
SELECT * FROM p ORDER BY 1, 2;
CREATE INDEX ON c (id);
ALTER TABLE c NO INHERIT p;
SELECT * FROM p ORDER BY 1, 2;
SELECT * FROM c ORDER BY 2, 1;
ALTER TABLE c INHERIT p;
TRUNCATE p;
SELECT (SELECT count(*) FROM p), (SELECT count(*) FROM cc);
-- The order in which tables are distributed does not matter.
CREATE TABLE above (a int, b int);
CREATE TABLE below (c int) INHERITS (above);
INSERT INTO above VALUES (1, 1);
INSERT INTO below VALUES (2, 2, 2), (3, 0, 3);
-- Rows that violate what is NOT VALID stay.
ALTER TABLE above ADD CONSTRAINT positive CHECK (b > 0) NOT VALID;
-- @cluster SELECT create_distributed_table('below', 'c')
-- @cluster SELECT create_distributed_table('above', 'a')
SELECT tableoid::regclass, * FROM above ORDER BY 2;
-- @error 23514
INSERT INTO below VALUES (4, 0, 4);
-- @error 23514
ALTER TABLE above VALIDATE CONSTRAINT positive;
-- @error 2BP01
DROP TABLE above;
DROP TABLE above CASCADE;
DROP TABLE p CASCADE;
SELECT to_regclass('below'), to_regclass('c'), to_regclass('cc'), to_regclass('l');
