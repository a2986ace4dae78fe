-- Proves that the references of many rows, which are looked for together where another node holds what is referenced,
-- are checked as on one PostgreSQL: row by row, with its errors, whatever happens in between.
CREATE DOMAIN positive AS bigint CHECK (value > 0);
CREATE TYPE mood AS ENUM ('low', 'mid', 'high');
CREATE TYPE pair AS (a int, b int);
CREATE COLLATION plain (provider = icu, locale = 'und');
CREATE TABLE goods (id bigint, code varchar(20), state mood, tags int[], duo pair, name text COLLATE plain,
  PRIMARY KEY (id), UNIQUE (id, code), UNIQUE (id, state), UNIQUE (id, tags), UNIQUE (id, duo), UNIQUE (id, name));
-- @cluster SELECT create_distributed_table('goods', 'id', shard_count => 8)
INSERT INTO goods SELECT g, 'g' || g, (ARRAY['low', 'mid', 'high'])[g % 3 + 1]::mood, ARRAY[g, g + 1], (g, -g)::pair, 'n' || g FROM generate_series(1, 300) g;
CREATE TABLE sales (id int PRIMARY KEY, good int REFERENCES goods, again positive REFERENCES goods, exact numeric,
  code text, state mood, tags int[], duo pair, name text,
  CONSTRAINT by_code FOREIGN KEY (good, code) REFERENCES goods (id, code) MATCH FULL,
  CONSTRAINT by_state FOREIGN KEY (good, state) REFERENCES goods (id, state),
  CONSTRAINT by_tags FOREIGN KEY (good, tags) REFERENCES goods (id, tags),
  CONSTRAINT by_duo FOREIGN KEY (good, duo) REFERENCES goods (id, duo),
  CONSTRAINT by_name FOREIGN KEY (good, name) REFERENCES goods (id, name));
-- @cluster SELECT create_distributed_table('sales', 'id', shard_count => 4, colocate_with => 'none')
CREATE TABLE lines (id int, n int);
INSERT INTO lines SELECT g, g % 300 + 1 FROM generate_series(1, 900) g;
INSERT INTO sales SELECT id, n, n, n, 'g' || n, (ARRAY['low', 'mid', 'high'])[n % 3 + 1]::mood, ARRAY[n, n + 1], (n, -n)::pair, 'n' || n FROM lines;
SELECT count(*), sum(good), sum(again) FROM sales;
-- The row that violates a key decides, and the first key of it.
-- @error 23503
INSERT INTO sales (id, good, code) SELECT 1000 + id, n + CASE WHEN id IN (700, 800) THEN 1000 ELSE 0 END, 'g' || n FROM lines;
-- @error 23503
INSERT INTO sales (id, again) SELECT 1000 + id, n + id / 900 * 400 FROM lines;
-- @error 23503
INSERT INTO sales (id, good, code) SELECT 1000 + id, n, CASE WHEN id = 500 THEN NULL ELSE 'g' || n END FROM lines;
-- @error 23503
INSERT INTO sales (id, good, code) SELECT 1000 + id, CASE WHEN id = 500 THEN NULL ELSE n END, CASE WHEN id % 2 = 0 THEN 'g' || n END FROM lines WHERE id % 2 = 0;
-- @error 23503
INSERT INTO sales (id, good, code, state) SELECT 1000 + id, n, 'g' || n, 'mid' FROM lines;
-- @error 23503
INSERT INTO sales (id, good, code, tags) SELECT 1000 + id, n, 'g' || n, CASE WHEN id = 333 THEN ARRAY[1] ELSE ARRAY[n, n + 1] END FROM lines;
-- @error 23503
INSERT INTO sales (id, good, code, duo) SELECT 1000 + id, n, 'g' || n, (n, CASE WHEN id = 333 THEN 0 ELSE -n END)::pair FROM lines;
-- @error 23503
INSERT INTO sales (id, good, code, name) SELECT 1000 + id, n, 'g' || n, CASE WHEN id = 333 THEN 'N333' ELSE 'n' || n END FROM lines;
-- @error 23503
UPDATE sales SET good = good + 1, code = 'g' || good + 1, state = NULL, tags = NULL, duo = NULL, name = NULL;
UPDATE sales SET good = good % 300 + 1, code = 'g' || good % 300 + 1, state = NULL, tags = NULL, duo = NULL, name = NULL;
SELECT count(*), sum(good), count(state) FROM sales;
INSERT INTO sales (id) SELECT 1000 + id FROM lines WHERE id < 100;
DELETE FROM sales WHERE id > 1000;
-- @error 23503
COPY sales (id, again) FROM stdin;
1001	1
1002	2
1003	3
1004	4
1005	5
1006	6
1007	7
1008	8
1009	9
1010	10
1011	11
1012	1200
1013	13
1014	1400
\.
COPY sales (id, again) FROM stdin;
1001	1
1002	2
1003	3
1004	\N
1005	5
1006	6
1007	7
1008	8
1009	9
1010	10
1011	11
1012	12
\.
SELECT count(*) FROM sales WHERE id > 1000;
DELETE FROM sales WHERE id > 1000;
-- Triggers that write between the checks of rows: by their names some fire before these, some after.
CREATE FUNCTION adds() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO goods (id) VALUES (new.again) ON CONFLICT DO NOTHING; RETURN NULL; END $$;
CREATE TRIGGER "A adds" AFTER INSERT ON sales FOR EACH ROW EXECUTE FUNCTION adds();
INSERT INTO sales (id, again) SELECT 1000 + id, 290 + id FROM lines WHERE id <= 30;
SELECT count(*), max(again) FROM sales WHERE id > 1000;
DROP TRIGGER "A adds" ON sales;
CREATE TRIGGER "z adds" AFTER INSERT ON sales FOR EACH ROW EXECUTE FUNCTION adds();
-- @error 23503
INSERT INTO sales (id, again) SELECT 2000 + id, 310 + id FROM lines WHERE id <= 30;
DROP TRIGGER "z adds" ON sales;
CREATE FUNCTION adds_next() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO goods (id) VALUES (new.again + 1) ON CONFLICT DO NOTHING; RETURN NULL; END $$;
CREATE TRIGGER "z adds" AFTER INSERT ON sales FOR EACH ROW EXECUTE FUNCTION adds_next();
INSERT INTO sales (id, again) SELECT 2000 + id, 319 + id FROM lines WHERE id <= 30;
SELECT count(*), max(again) FROM sales WHERE id > 2000;
DROP TRIGGER "z adds" ON sales;
CREATE FUNCTION takes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM goods WHERE id = 349; RETURN NULL; END $$;
CREATE TRIGGER "A takes" AFTER INSERT ON sales FOR EACH ROW WHEN (new.id = 3010) EXECUTE FUNCTION takes();
-- @error 23503
INSERT INTO sales (id, again) SELECT 3000 + id, 348 + id / 20 FROM lines WHERE id <= 20;
DROP TRIGGER "A takes" ON sales;
CREATE FUNCTION takes_child() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM sales WHERE id = 3020; RETURN NULL; END $$;
CREATE TRIGGER "A takes" AFTER INSERT ON sales FOR EACH ROW WHEN (new.id = 3010) EXECUTE FUNCTION takes_child();
INSERT INTO sales (id, again) SELECT 3000 + id, CASE WHEN id = 20 THEN 9999 ELSE id END FROM lines WHERE id <= 25;
SELECT count(*) FROM sales WHERE id > 3000;
DROP TRIGGER "A takes" ON sales;
DELETE FROM sales WHERE id > 1000;
-- Keys that wait.
ALTER TABLE sales ALTER CONSTRAINT sales_again_fkey DEFERRABLE INITIALLY DEFERRED;
BEGIN;
INSERT INTO sales (id, again) SELECT 1000 + id, 1000 + id FROM lines WHERE id <= 40;
UPDATE sales SET again = again + 100 WHERE id BETWEEN 1001 AND 1010;
DELETE FROM sales WHERE id BETWEEN 1011 AND 1020;
INSERT INTO goods (id) SELECT 1020 + g FROM generate_series(1, 20) g;
INSERT INTO goods (id) SELECT 1100 + g FROM generate_series(1, 10) g;
COMMIT;
SELECT count(*), sum(again) FROM sales WHERE id > 1000;
BEGIN;
INSERT INTO sales (id, again) SELECT 2000 + id, id FROM lines WHERE id <= 40;
INSERT INTO sales (id, again) VALUES (2041, 2041), (2042, 2042);
SAVEPOINT s;
-- @error 23503
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK TO s;
INSERT INTO goods (id) VALUES (2041);
-- @error 23503
COMMIT;
BEGIN;
INSERT INTO sales (id, again) SELECT 2000 + id, id FROM lines WHERE id <= 40;
INSERT INTO sales (id, again) VALUES (2041, 2041), (2042, 2042);
SAVEPOINT s;
-- @error 23503
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK TO s;
INSERT INTO goods (id) VALUES (2041), (2042);
SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO sales (id, again) SELECT 3000 + id, id FROM lines WHERE id <= 40;
-- @error 23503
INSERT INTO sales (id, again) SELECT 4000 + id, 3000 - id FROM lines WHERE id <= 40;
ROLLBACK;
-- A table that references itself, and one that references a table with heirs.
CREATE TABLE nodes (id int, up int, PRIMARY KEY (id));
-- @cluster SELECT create_distributed_table('nodes', 'id', shard_count => 8)
ALTER TABLE nodes ADD FOREIGN KEY (up) REFERENCES nodes ON UPDATE CASCADE;
INSERT INTO nodes SELECT g, nullif(g / 2, 0) FROM generate_series(1, 200) g;
-- @error 23503
INSERT INTO nodes SELECT g, g + 1 FROM generate_series(201, 300) g;
INSERT INTO nodes SELECT g, CASE WHEN g = 300 THEN 1 ELSE g + 1 END FROM generate_series(201, 300) g;
UPDATE nodes SET id = id + 1000, up = up + 1000 WHERE id > 0;
SELECT count(*), sum(id), sum(up) FROM nodes;
BEGIN ISOLATION LEVEL REPEATABLE READ;
INSERT INTO nodes SELECT g, 1200 FROM generate_series(1, 50) g;
-- @error 23503
INSERT INTO nodes SELECT g, 2000 FROM generate_series(51, 100) g;
ROLLBACK;
CREATE TABLE more_goods (CHECK (id > 5000)) INHERITS (goods);
INSERT INTO more_goods (id) SELECT g FROM generate_series(5001, 5050) g;
-- @error 23503
INSERT INTO sales (id, good, code) SELECT 5000 + g, 5000 + g, 'g' FROM generate_series(1, 50) g;
ALTER TABLE sales ALTER CONSTRAINT sales_again_fkey NOT DEFERRABLE;
-- @error 23503
INSERT INTO sales (id, again) SELECT 5000 + g, 5000 + g FROM generate_series(1, 50) g;
-- The rights are those of the referenced table's owner.
CREATE ROLE reads_none;
CREATE ROLE owns_goods;
ALTER TABLE goods OWNER TO owns_goods;
ALTER TABLE goods ENABLE ROW LEVEL SECURITY;
ALTER TABLE goods FORCE ROW LEVEL SECURITY;
GRANT INSERT, SELECT ON sales TO reads_none;
GRANT SELECT ON lines TO reads_none;
GRANT USAGE ON SCHEMA diff_references_ahead TO reads_none, owns_goods;
SET ROLE reads_none;
INSERT INTO sales (id, again) SELECT 6000 + id, id FROM lines WHERE id <= 40;
-- @error 23503
INSERT INTO sales (id, again) SELECT 7000 + id, 280 + id * 10 FROM lines WHERE id <= 40;
RESET ROLE;
SELECT count(*), sum(again) FROM sales WHERE id > 6000;
DROP TABLE sales, more_goods, goods, nodes, lines;
REVOKE USAGE ON SCHEMA diff_references_ahead FROM reads_none, owns_goods;
DROP ROLE reads_none;
DROP ROLE owns_goods;
