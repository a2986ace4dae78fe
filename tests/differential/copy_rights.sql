-- COPY by roles with rights on some columns, or on the table above alone.
CREATE ROLE copy_rights_role;
GRANT USAGE ON SCHEMA diff_copy_rights TO copy_rights_role;
CREATE TABLE t (id int, a int, b int DEFAULT 7, c text);
-- @cluster SELECT create_distributed_table('t', 'id')
INSERT INTO t VALUES (1, 2, 3, 'x');
GRANT SELECT (id, a), INSERT (id, a) ON t TO copy_rights_role;
CREATE TABLE tree (a int, b int) PARTITION BY RANGE (a);
CREATE TABLE low PARTITION OF tree FOR VALUES FROM (0) TO (10);
CREATE TABLE high PARTITION OF tree FOR VALUES FROM (10) TO (20);
-- @cluster SELECT create_distributed_table('low', 'a')
GRANT INSERT, SELECT ON tree TO copy_rights_role;
CREATE TABLE r (id int PRIMARY KEY, a int, b int DEFAULT 7);
-- @cluster SELECT create_reference_table('r')
GRANT INSERT (id) ON r TO copy_rights_role;
SET ROLE copy_rights_role;
COPY t (id, a) FROM stdin;
2	20
3	30
4	40
\.
-- @error 42501
COPY t FROM stdin;
5	6	7	x
\.
-- @error 42501
COPY t (id, b) FROM stdin;
5	6
\.
COPY t (id, a) TO stdout;
-- @error 42501
COPY t TO stdout;
INSERT INTO t (id, a) SELECT g, g FROM generate_series(10, 12) g;
COPY tree FROM stdin;
1	1
11	11
\.
-- @error 42501
COPY low FROM stdin;
2	2
\.
COPY r (id) FROM stdin;
1
\.
-- @error 42501
COPY r FROM stdin;
2	2	2
\.
RESET ROLE;
SELECT * FROM t ORDER BY id;
SELECT tableoid::regclass, * FROM tree ORDER BY a;
SELECT * FROM r;
DROP OWNED BY copy_rights_role;
DROP ROLE copy_rights_role;
