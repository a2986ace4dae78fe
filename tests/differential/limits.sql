-- Proves that every documented limit raises SQLSTATE 0A000 and changes nothing: nothing here answers wrongly, hangs or
-- crashes. A mark whose limit has been lifted fails, so that the documentation follows.
CREATE TABLE t (k int, id int, v int, PRIMARY KEY (k, id));
CREATE TABLE other (c int, id int, v int);
CREATE TABLE ref (id int PRIMARY KEY, v float8);
CREATE TABLE loc (id int PRIMARY KEY, v int);
-- @cluster SELECT create_distributed_table('t', 'k')
-- @cluster SELECT create_distributed_table('other', 'c', colocate_with => 'none')
-- @cluster SELECT create_reference_table('ref')
CREATE TABLE nokey (id int, v int);
CREATE TABLE parent (k int PRIMARY KEY);
CREATE TABLE child_of (k int REFERENCES parent ON DELETE CASCADE);
-- @cluster SELECT create_reference_table('nokey')
-- @cluster SELECT create_distributed_table('parent', 'k', colocate_with => 't')
-- @cluster SELECT create_distributed_table('child_of', 'k', colocate_with => 't')
INSERT INTO nokey VALUES (1, 1), (1, 1);
INSERT INTO parent SELECT generate_series(1, 5);
INSERT INTO t SELECT g % 10, g, g FROM generate_series(1, 60) g;
INSERT INTO other SELECT g % 7, g, g FROM generate_series(1, 30) g;
INSERT INTO ref SELECT g, g FROM generate_series(1, 5) g;
INSERT INTO loc SELECT g, g FROM generate_series(1, 60) g;

-- Queries.
SELECT id FROM t WHERE v < 5 FOR UPDATE;
SELECT id FROM t FOR SHARE;
-- @expect 0A000 system columns
SELECT ctid IS NOT NULL FROM t;
-- @expect 0A000 system columns
SELECT count(*) FROM t WHERE xmin IS NOT NULL;

-- Writes.
-- @expect 0A000 rows of a reference table that cannot be told apart on other nodes
UPDATE nokey SET v = t.v FROM t WHERE t.id = nokey.id;

-- DDL.
-- @expect 0A000 a key without the distribution column
ALTER TABLE t ADD UNIQUE (id);
-- @expect 0A000 a key without the distribution column
CREATE UNIQUE INDEX ON t (id);
-- @expect 0A000 a foreign key from a reference table
ALTER TABLE ref ADD FOREIGN KEY (id) REFERENCES loc;
ALTER TABLE t INHERIT loc;

-- Nothing of all this has had an effect.
SELECT count(*), sum(v), min(k), max(k) FROM t;
SELECT * FROM ref;
SELECT count(*), sum(v) FROM loc;
SELECT * FROM nokey;
SELECT * FROM parent;
