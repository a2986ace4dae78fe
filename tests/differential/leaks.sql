-- Proves that functions and operators which fail on a value, or tell it, never see rows that policies and security
-- barriers hide, in whatever way the statement is planned.
CREATE ROLE leaks_reader LOGIN;
GRANT USAGE ON SCHEMA diff_leaks TO leaks_reader;
CREATE FUNCTION mine(int) RETURNS boolean LANGUAGE plpgsql STABLE AS 'BEGIN RETURN $1 <> 7 AND $1 <> 8; END';
CREATE FUNCTION spy(int) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS 'BEGIN IF $1 IN (7, 8) THEN RAISE EXCEPTION ''saw %'', $1; END IF; RETURN true; END';
CREATE TABLE ref (id int PRIMARY KEY, ok boolean);
CREATE TABLE okay (k int, v int);
CREATE TABLE loc (v int);
CREATE TABLE plain (k int, v int, s text);
INSERT INTO ref SELECT g, g NOT IN (7, 8) FROM generate_series(1, 60) g;
INSERT INTO okay SELECT g, g FROM generate_series(1, 60) g WHERE g NOT IN (7, 8);
INSERT INTO loc SELECT v FROM okay;
INSERT INTO plain SELECT g, g % 10 + 1, g FROM generate_series(1, 60) g;
-- @cluster SELECT create_reference_table('ref')
-- @cluster SELECT create_distributed_table('okay', 'k')
-- @cluster SELECT create_distributed_table('plain', 'k')
CREATE TABLE t_s (k int, v int, s text, PRIMARY KEY (k, v));
INSERT INTO t_s SELECT g, g % 10 + 1, CASE WHEN g % 10 + 1 IN (7, 8) THEN 'bad' ELSE '5' END FROM generate_series(1, 60) g;
-- @cluster SELECT create_distributed_table('t_s', 'k')
CREATE VIEW b_s WITH (security_barrier) AS SELECT * FROM t_s WHERE v <> 7 AND v <> 8;
CREATE POLICY p ON t_s TO leaks_reader USING (v <> 7 AND v <> 8);
ALTER TABLE t_s ENABLE ROW LEVEL SECURITY;
CREATE TABLE t_q (k int, v int, s text, PRIMARY KEY (k, v));
INSERT INTO t_q SELECT g, g % 10 + 1, CASE WHEN g % 10 + 1 IN (7, 8) THEN 'bad' ELSE '5' END FROM generate_series(1, 60) g;
-- @cluster SELECT create_distributed_table('t_q', 'k')
CREATE VIEW b_q WITH (security_barrier) AS SELECT * FROM t_q WHERE EXISTS (SELECT FROM ref WHERE ref.id = v AND ref.ok);
CREATE POLICY p ON t_q TO leaks_reader USING (EXISTS (SELECT FROM ref WHERE ref.id = v AND ref.ok));
ALTER TABLE t_q ENABLE ROW LEVEL SECURITY;
CREATE TABLE t_f (k int, v int, s text, PRIMARY KEY (k, v));
INSERT INTO t_f SELECT g, g % 10 + 1, CASE WHEN g % 10 + 1 IN (7, 8) THEN 'bad' ELSE '5' END FROM generate_series(1, 60) g;
-- @cluster SELECT create_distributed_table('t_f', 'k')
CREATE VIEW b_f WITH (security_barrier) AS SELECT * FROM t_f WHERE mine(v);
CREATE POLICY p ON t_f TO leaks_reader USING (mine(v));
ALTER TABLE t_f ENABLE ROW LEVEL SECURITY;
CREATE TABLE t_o (k int, v int, s text, PRIMARY KEY (k, v));
INSERT INTO t_o SELECT g, g % 10 + 1, CASE WHEN g % 10 + 1 IN (7, 8) THEN 'bad' ELSE '5' END FROM generate_series(1, 60) g;
-- @cluster SELECT create_distributed_table('t_o', 'k')
CREATE VIEW b_o WITH (security_barrier) AS SELECT * FROM t_o WHERE v IN (SELECT v FROM okay);
CREATE POLICY p ON t_o TO leaks_reader USING (v IN (SELECT v FROM okay));
ALTER TABLE t_o ENABLE ROW LEVEL SECURITY;
CREATE TABLE t_l (k int, v int, s text, PRIMARY KEY (k, v));
INSERT INTO t_l SELECT g, g % 10 + 1, CASE WHEN g % 10 + 1 IN (7, 8) THEN 'bad' ELSE '5' END FROM generate_series(1, 60) g;
-- @cluster SELECT create_distributed_table('t_l', 'k')
CREATE VIEW b_l WITH (security_barrier) AS SELECT * FROM t_l WHERE v IN (SELECT v FROM loc);
CREATE POLICY p ON t_l TO leaks_reader USING (v IN (SELECT v FROM loc));
ALTER TABLE t_l ENABLE ROW LEVEL SECURITY;
ANALYZE t_s, t_q, plain;
GRANT ALL ON ALL TABLES IN SCHEMA diff_leaks TO leaks_reader;
SET ROLE leaks_reader;

-- Under a policy by columns.
SELECT COUNT(*) FROM t_s WHERE 1/((v-7)*(v-8)) < 100;
SELECT COUNT(*) FROM t_s WHERE k=6 AND 1/((v-7)*(v-8)) < 100;
SELECT COUNT(*) FROM t_s WHERE s::int = 5;
SELECT sum(s::int) FROM t_s;
SELECT k, sum(s::int) FROM t_s GROUP BY k ORDER BY 1,2 LIMIT 3;
SELECT v, COUNT(*) FROM t_s GROUP BY v HAVING 1/((v-7)*(v-8)) < 100 ORDER BY 1;
SELECT COUNT(*) FROM t_s a JOIN plain p ON a.k=p.k AND 1/((a.v-7)*(a.v-8)) < 100;
SELECT COUNT(*) FROM t_s a JOIN plain p ON a.v=p.v AND 1/((a.v-7)*(a.v-8)) < 100;
SELECT COUNT(*) FROM plain p LEFT JOIN t_s a ON a.k=p.k AND a.s::int=5;
SELECT COUNT(*) FROM plain p LEFT JOIN t_s a ON a.v=p.v AND a.s::int=p.v;
SELECT COUNT(*) FROM plain p JOIN ref r ON r.id=p.v JOIN t_s a ON a.v=r.id AND a.s::int+r.id > 0;
SELECT COUNT(*) FROM plain p WHERE EXISTS (SELECT FROM t_s a WHERE a.k=p.k AND a.s::int=5);
SELECT COUNT(*) FROM plain p WHERE EXISTS (SELECT FROM t_s a WHERE a.v=p.v AND a.s::int=5);
SELECT p.k, (SELECT MAX(a.s::int) FROM t_s a WHERE a.v=p.v) FROM plain p ORDER BY 1 LIMIT 12;
SELECT p.k, (SELECT MAX(a.s::int) FROM t_s a WHERE a.k=p.k) FROM plain p ORDER BY 1 LIMIT 12;
SELECT p.k, x.s FROM plain p, LATERAL (SELECT s FROM t_s a WHERE a.v=p.v AND a.s::int=5 ORDER BY k LIMIT 1) x ORDER BY 1 LIMIT 12;
SELECT k, row_number() OVER (PARTITION BY s::int ORDER BY k) FROM t_s ORDER BY 1 LIMIT 9;
SELECT DISTINCT ON (s::int) s, v FROM t_s ORDER BY s::int, v;
SELECT k FROM t_s ORDER BY s::int, k LIMIT 5;
SELECT k FROM t_s ORDER BY 1/((v-7)*(v-8)), k LIMIT 5;
SELECT COUNT(*) FILTER (WHERE 1/((v-7)*(v-8)) < 100) FROM t_s;
WITH c AS (SELECT * FROM t_s WHERE s::int=5) SELECT COUNT(*) FROM c a, c b;
SELECT COUNT(*) FROM (SELECT s::int i FROM t_s UNION SELECT k FROM plain) x;
SELECT COUNT(*) FROM t_s WHERE spy(v);
SELECT COUNT(*) FROM t_s WHERE k=6 AND spy(v);
SELECT COUNT(*) FROM t_s a JOIN plain p ON a.v=p.v WHERE spy(a.v);
BEGIN;
UPDATE t_s SET s='5' WHERE s::int=5;
ROLLBACK;
BEGIN;
UPDATE t_s SET s='5' WHERE k=6 AND s::int=5;
ROLLBACK;
BEGIN;
UPDATE t_s a SET s='5' FROM plain p WHERE a.v=p.v AND a.s::int=5;
ROLLBACK;
BEGIN;
DELETE FROM t_s WHERE s::int=5;
ROLLBACK;
BEGIN;
DELETE FROM t_s a USING plain p WHERE p.v=a.v AND a.s::int=5;
ROLLBACK;
BEGIN;
INSERT INTO plain SELECT k, s::int, 'n' FROM t_s;
ROLLBACK;
BEGIN;
INSERT INTO plain SELECT s::int, k, 'n' FROM t_s;
ROLLBACK;
SELECT COUNT(*) FROM t_s WHERE (SELECT 1/((v-7)*(v-8))) < 100;
SELECT COUNT(*) FROM t_s WHERE CASE WHEN v IN (7,8) THEN s::int > 0 ELSE true END;
SELECT v FROM t_s WHERE s::int = 5 AND v > 8 FOR UPDATE;
SELECT array_agg(DISTINCT v ORDER BY v) FROM t_s;

-- Under a policy by a reference table.
SELECT COUNT(*) FROM t_q WHERE 1/((v-7)*(v-8)) < 100;
SELECT COUNT(*) FROM t_q WHERE k=6 AND 1/((v-7)*(v-8)) < 100;
SELECT COUNT(*) FROM t_q WHERE s::int = 5;
SELECT sum(s::int) FROM t_q;
SELECT k, sum(s::int) FROM t_q GROUP BY k ORDER BY 1,2 LIMIT 3;
SELECT v, COUNT(*) FROM t_q GROUP BY v HAVING 1/((v-7)*(v-8)) < 100 ORDER BY 1;
SELECT COUNT(*) FROM t_q a JOIN plain p ON a.k=p.k AND 1/((a.v-7)*(a.v-8)) < 100;
SELECT COUNT(*) FROM t_q a JOIN plain p ON a.v=p.v AND 1/((a.v-7)*(a.v-8)) < 100;
SELECT COUNT(*) FROM plain p LEFT JOIN t_q a ON a.k=p.k AND a.s::int=5;
SELECT COUNT(*) FROM plain p LEFT JOIN t_q a ON a.v=p.v AND a.s::int=p.v;
SELECT COUNT(*) FROM plain p JOIN ref r ON r.id=p.v JOIN t_q a ON a.v=r.id AND a.s::int+r.id > 0;
SELECT COUNT(*) FROM plain p WHERE EXISTS (SELECT FROM t_q a WHERE a.k=p.k AND a.s::int=5);
SELECT COUNT(*) FROM plain p WHERE EXISTS (SELECT FROM t_q a WHERE a.v=p.v AND a.s::int=5);
SELECT p.k, (SELECT MAX(a.s::int) FROM t_q a WHERE a.v=p.v) FROM plain p ORDER BY 1 LIMIT 12;
SELECT p.k, (SELECT MAX(a.s::int) FROM t_q a WHERE a.k=p.k) FROM plain p ORDER BY 1 LIMIT 12;
SELECT p.k, x.s FROM plain p, LATERAL (SELECT s FROM t_q a WHERE a.v=p.v AND a.s::int=5 ORDER BY k LIMIT 1) x ORDER BY 1 LIMIT 12;
SELECT k, row_number() OVER (PARTITION BY s::int ORDER BY k) FROM t_q ORDER BY 1 LIMIT 9;
SELECT DISTINCT ON (s::int) s, v FROM t_q ORDER BY s::int, v;
SELECT k FROM t_q ORDER BY s::int, k LIMIT 5;
SELECT k FROM t_q ORDER BY 1/((v-7)*(v-8)), k LIMIT 5;
SELECT COUNT(*) FILTER (WHERE 1/((v-7)*(v-8)) < 100) FROM t_q;
WITH c AS (SELECT * FROM t_q WHERE s::int=5) SELECT COUNT(*) FROM c a, c b;
SELECT COUNT(*) FROM (SELECT s::int i FROM t_q UNION SELECT k FROM plain) x;
SELECT COUNT(*) FROM t_q WHERE spy(v);
SELECT COUNT(*) FROM t_q WHERE k=6 AND spy(v);
SELECT COUNT(*) FROM t_q a JOIN plain p ON a.v=p.v WHERE spy(a.v);
BEGIN;
UPDATE t_q SET s='5' WHERE s::int=5;
ROLLBACK;
BEGIN;
UPDATE t_q SET s='5' WHERE k=6 AND s::int=5;
ROLLBACK;
BEGIN;
UPDATE t_q a SET s='5' FROM plain p WHERE a.v=p.v AND a.s::int=5;
ROLLBACK;
BEGIN;
DELETE FROM t_q WHERE s::int=5;
ROLLBACK;
BEGIN;
DELETE FROM t_q a USING plain p WHERE p.v=a.v AND a.s::int=5;
ROLLBACK;
BEGIN;
INSERT INTO plain SELECT k, s::int, 'n' FROM t_q;
ROLLBACK;
BEGIN;
INSERT INTO plain SELECT s::int, k, 'n' FROM t_q;
ROLLBACK;
SELECT COUNT(*) FROM t_q WHERE (SELECT 1/((v-7)*(v-8))) < 100;
SELECT COUNT(*) FROM t_q WHERE CASE WHEN v IN (7,8) THEN s::int > 0 ELSE true END;
SELECT v FROM t_q WHERE s::int = 5 AND v > 8 FOR UPDATE;
SELECT array_agg(DISTINCT v ORDER BY v) FROM t_q;

-- Under a policy by a function that the nodes do not have.
SELECT COUNT(*) FROM t_f WHERE 1/((v-7)*(v-8)) < 100;
SELECT COUNT(*) FROM t_f WHERE k=6 AND 1/((v-7)*(v-8)) < 100;
SELECT COUNT(*) FROM t_f WHERE s::int = 5;
SELECT sum(s::int) FROM t_f;
SELECT k, sum(s::int) FROM t_f GROUP BY k ORDER BY 1,2 LIMIT 3;
SELECT v, COUNT(*) FROM t_f GROUP BY v HAVING 1/((v-7)*(v-8)) < 100 ORDER BY 1;
SELECT COUNT(*) FROM t_f a JOIN plain p ON a.k=p.k AND 1/((a.v-7)*(a.v-8)) < 100;
SELECT COUNT(*) FROM t_f a JOIN plain p ON a.v=p.v AND 1/((a.v-7)*(a.v-8)) < 100;
SELECT COUNT(*) FROM plain p LEFT JOIN t_f a ON a.k=p.k AND a.s::int=5;
SELECT COUNT(*) FROM plain p LEFT JOIN t_f a ON a.v=p.v AND a.s::int=p.v;
SELECT COUNT(*) FROM plain p JOIN ref r ON r.id=p.v JOIN t_f a ON a.v=r.id AND a.s::int+r.id > 0;
SELECT COUNT(*) FROM plain p WHERE EXISTS (SELECT FROM t_f a WHERE a.k=p.k AND a.s::int=5);
SELECT COUNT(*) FROM plain p WHERE EXISTS (SELECT FROM t_f a WHERE a.v=p.v AND a.s::int=5);
SELECT p.k, (SELECT MAX(a.s::int) FROM t_f a WHERE a.v=p.v) FROM plain p ORDER BY 1 LIMIT 12;
SELECT p.k, (SELECT MAX(a.s::int) FROM t_f a WHERE a.k=p.k) FROM plain p ORDER BY 1 LIMIT 12;
SELECT p.k, x.s FROM plain p, LATERAL (SELECT s FROM t_f a WHERE a.v=p.v AND a.s::int=5 ORDER BY k LIMIT 1) x ORDER BY 1 LIMIT 12;
SELECT k, row_number() OVER (PARTITION BY s::int ORDER BY k) FROM t_f ORDER BY 1 LIMIT 9;
SELECT DISTINCT ON (s::int) s, v FROM t_f ORDER BY s::int, v;
SELECT k FROM t_f ORDER BY s::int, k LIMIT 5;
SELECT k FROM t_f ORDER BY 1/((v-7)*(v-8)), k LIMIT 5;
SELECT COUNT(*) FILTER (WHERE 1/((v-7)*(v-8)) < 100) FROM t_f;
WITH c AS (SELECT * FROM t_f WHERE s::int=5) SELECT COUNT(*) FROM c a, c b;
SELECT COUNT(*) FROM (SELECT s::int i FROM t_f UNION SELECT k FROM plain) x;
SELECT COUNT(*) FROM t_f WHERE spy(v);
SELECT COUNT(*) FROM t_f WHERE k=6 AND spy(v);
SELECT COUNT(*) FROM t_f a JOIN plain p ON a.v=p.v WHERE spy(a.v);
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
UPDATE t_f SET s='5' WHERE s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
UPDATE t_f SET s='5' WHERE k=6 AND s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
UPDATE t_f a SET s='5' FROM plain p WHERE a.v=p.v AND a.s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
DELETE FROM t_f WHERE s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
DELETE FROM t_f a USING plain p WHERE p.v=a.v AND a.s::int=5;
ROLLBACK;
BEGIN;
INSERT INTO plain SELECT k, s::int, 'n' FROM t_f;
ROLLBACK;
BEGIN;
INSERT INTO plain SELECT s::int, k, 'n' FROM t_f;
ROLLBACK;
SELECT COUNT(*) FROM t_f WHERE (SELECT 1/((v-7)*(v-8))) < 100;
SELECT COUNT(*) FROM t_f WHERE CASE WHEN v IN (7,8) THEN s::int > 0 ELSE true END;
-- @expect 0A000 row locks under policies that the nodes cannot evaluate
SELECT v FROM t_f WHERE s::int = 5 AND v > 8 FOR UPDATE;
SELECT array_agg(DISTINCT v ORDER BY v) FROM t_f;

-- Under a policy by another distributed table.
SELECT COUNT(*) FROM t_o WHERE 1/((v-7)*(v-8)) < 100;
SELECT COUNT(*) FROM t_o WHERE k=6 AND 1/((v-7)*(v-8)) < 100;
SELECT COUNT(*) FROM t_o WHERE s::int = 5;
SELECT sum(s::int) FROM t_o;
SELECT k, sum(s::int) FROM t_o GROUP BY k ORDER BY 1,2 LIMIT 3;
SELECT v, COUNT(*) FROM t_o GROUP BY v HAVING 1/((v-7)*(v-8)) < 100 ORDER BY 1;
SELECT COUNT(*) FROM t_o a JOIN plain p ON a.k=p.k AND 1/((a.v-7)*(a.v-8)) < 100;
SELECT COUNT(*) FROM t_o a JOIN plain p ON a.v=p.v AND 1/((a.v-7)*(a.v-8)) < 100;
SELECT COUNT(*) FROM plain p LEFT JOIN t_o a ON a.k=p.k AND a.s::int=5;
SELECT COUNT(*) FROM plain p LEFT JOIN t_o a ON a.v=p.v AND a.s::int=p.v;
SELECT COUNT(*) FROM plain p JOIN ref r ON r.id=p.v JOIN t_o a ON a.v=r.id AND a.s::int+r.id > 0;
SELECT COUNT(*) FROM plain p WHERE EXISTS (SELECT FROM t_o a WHERE a.k=p.k AND a.s::int=5);
SELECT COUNT(*) FROM plain p WHERE EXISTS (SELECT FROM t_o a WHERE a.v=p.v AND a.s::int=5);
SELECT p.k, (SELECT MAX(a.s::int) FROM t_o a WHERE a.v=p.v) FROM plain p ORDER BY 1 LIMIT 12;
SELECT p.k, (SELECT MAX(a.s::int) FROM t_o a WHERE a.k=p.k) FROM plain p ORDER BY 1 LIMIT 12;
SELECT p.k, x.s FROM plain p, LATERAL (SELECT s FROM t_o a WHERE a.v=p.v AND a.s::int=5 ORDER BY k LIMIT 1) x ORDER BY 1 LIMIT 12;
SELECT k, row_number() OVER (PARTITION BY s::int ORDER BY k) FROM t_o ORDER BY 1 LIMIT 9;
SELECT DISTINCT ON (s::int) s, v FROM t_o ORDER BY s::int, v;
SELECT k FROM t_o ORDER BY s::int, k LIMIT 5;
SELECT k FROM t_o ORDER BY 1/((v-7)*(v-8)), k LIMIT 5;
SELECT COUNT(*) FILTER (WHERE 1/((v-7)*(v-8)) < 100) FROM t_o;
WITH c AS (SELECT * FROM t_o WHERE s::int=5) SELECT COUNT(*) FROM c a, c b;
SELECT COUNT(*) FROM (SELECT s::int i FROM t_o UNION SELECT k FROM plain) x;
SELECT COUNT(*) FROM t_o WHERE spy(v);
SELECT COUNT(*) FROM t_o WHERE k=6 AND spy(v);
SELECT COUNT(*) FROM t_o a JOIN plain p ON a.v=p.v WHERE spy(a.v);
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
UPDATE t_o SET s='5' WHERE s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
UPDATE t_o SET s='5' WHERE k=6 AND s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
UPDATE t_o a SET s='5' FROM plain p WHERE a.v=p.v AND a.s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
DELETE FROM t_o WHERE s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
DELETE FROM t_o a USING plain p WHERE p.v=a.v AND a.s::int=5;
ROLLBACK;
BEGIN;
INSERT INTO plain SELECT k, s::int, 'n' FROM t_o;
ROLLBACK;
BEGIN;
INSERT INTO plain SELECT s::int, k, 'n' FROM t_o;
ROLLBACK;
SELECT COUNT(*) FROM t_o WHERE (SELECT 1/((v-7)*(v-8))) < 100;
SELECT COUNT(*) FROM t_o WHERE CASE WHEN v IN (7,8) THEN s::int > 0 ELSE true END;
-- @expect 0A000 row locks under policies that the nodes cannot evaluate
SELECT v FROM t_o WHERE s::int = 5 AND v > 8 FOR UPDATE;
SELECT array_agg(DISTINCT v ORDER BY v) FROM t_o;

-- Under a policy by a local table.
SELECT COUNT(*) FROM t_l WHERE 1/((v-7)*(v-8)) < 100;
SELECT COUNT(*) FROM t_l WHERE k=6 AND 1/((v-7)*(v-8)) < 100;
SELECT COUNT(*) FROM t_l WHERE s::int = 5;
SELECT sum(s::int) FROM t_l;
SELECT k, sum(s::int) FROM t_l GROUP BY k ORDER BY 1,2 LIMIT 3;
SELECT v, COUNT(*) FROM t_l GROUP BY v HAVING 1/((v-7)*(v-8)) < 100 ORDER BY 1;
SELECT COUNT(*) FROM t_l a JOIN plain p ON a.k=p.k AND 1/((a.v-7)*(a.v-8)) < 100;
SELECT COUNT(*) FROM t_l a JOIN plain p ON a.v=p.v AND 1/((a.v-7)*(a.v-8)) < 100;
SELECT COUNT(*) FROM plain p LEFT JOIN t_l a ON a.k=p.k AND a.s::int=5;
SELECT COUNT(*) FROM plain p LEFT JOIN t_l a ON a.v=p.v AND a.s::int=p.v;
SELECT COUNT(*) FROM plain p JOIN ref r ON r.id=p.v JOIN t_l a ON a.v=r.id AND a.s::int+r.id > 0;
SELECT COUNT(*) FROM plain p WHERE EXISTS (SELECT FROM t_l a WHERE a.k=p.k AND a.s::int=5);
SELECT COUNT(*) FROM plain p WHERE EXISTS (SELECT FROM t_l a WHERE a.v=p.v AND a.s::int=5);
SELECT p.k, (SELECT MAX(a.s::int) FROM t_l a WHERE a.v=p.v) FROM plain p ORDER BY 1 LIMIT 12;
SELECT p.k, (SELECT MAX(a.s::int) FROM t_l a WHERE a.k=p.k) FROM plain p ORDER BY 1 LIMIT 12;
SELECT p.k, x.s FROM plain p, LATERAL (SELECT s FROM t_l a WHERE a.v=p.v AND a.s::int=5 ORDER BY k LIMIT 1) x ORDER BY 1 LIMIT 12;
SELECT k, row_number() OVER (PARTITION BY s::int ORDER BY k) FROM t_l ORDER BY 1 LIMIT 9;
SELECT DISTINCT ON (s::int) s, v FROM t_l ORDER BY s::int, v;
SELECT k FROM t_l ORDER BY s::int, k LIMIT 5;
SELECT k FROM t_l ORDER BY 1/((v-7)*(v-8)), k LIMIT 5;
SELECT COUNT(*) FILTER (WHERE 1/((v-7)*(v-8)) < 100) FROM t_l;
WITH c AS (SELECT * FROM t_l WHERE s::int=5) SELECT COUNT(*) FROM c a, c b;
SELECT COUNT(*) FROM (SELECT s::int i FROM t_l UNION SELECT k FROM plain) x;
SELECT COUNT(*) FROM t_l WHERE spy(v);
SELECT COUNT(*) FROM t_l WHERE k=6 AND spy(v);
SELECT COUNT(*) FROM t_l a JOIN plain p ON a.v=p.v WHERE spy(a.v);
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
UPDATE t_l SET s='5' WHERE s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
UPDATE t_l SET s='5' WHERE k=6 AND s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
UPDATE t_l a SET s='5' FROM plain p WHERE a.v=p.v AND a.s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
DELETE FROM t_l WHERE s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
DELETE FROM t_l a USING plain p WHERE p.v=a.v AND a.s::int=5;
ROLLBACK;
BEGIN;
INSERT INTO plain SELECT k, s::int, 'n' FROM t_l;
ROLLBACK;
BEGIN;
INSERT INTO plain SELECT s::int, k, 'n' FROM t_l;
ROLLBACK;
SELECT COUNT(*) FROM t_l WHERE (SELECT 1/((v-7)*(v-8))) < 100;
SELECT COUNT(*) FROM t_l WHERE CASE WHEN v IN (7,8) THEN s::int > 0 ELSE true END;
-- @expect 0A000 row locks under policies that the nodes cannot evaluate
SELECT v FROM t_l WHERE s::int = 5 AND v > 8 FOR UPDATE;
SELECT array_agg(DISTINCT v ORDER BY v) FROM t_l;

-- Behind a view by columns.
SELECT COUNT(*) FROM b_s WHERE 1/((v-7)*(v-8)) < 100;
SELECT COUNT(*) FROM b_s WHERE k=6 AND 1/((v-7)*(v-8)) < 100;
SELECT COUNT(*) FROM b_s WHERE s::int = 5;
SELECT sum(s::int) FROM b_s;
SELECT k, sum(s::int) FROM b_s GROUP BY k ORDER BY 1,2 LIMIT 3;
SELECT v, COUNT(*) FROM b_s GROUP BY v HAVING 1/((v-7)*(v-8)) < 100 ORDER BY 1;
SELECT COUNT(*) FROM b_s a JOIN plain p ON a.k=p.k AND 1/((a.v-7)*(a.v-8)) < 100;
SELECT COUNT(*) FROM b_s a JOIN plain p ON a.v=p.v AND 1/((a.v-7)*(a.v-8)) < 100;
SELECT COUNT(*) FROM plain p LEFT JOIN b_s a ON a.k=p.k AND a.s::int=5;
SELECT COUNT(*) FROM plain p LEFT JOIN b_s a ON a.v=p.v AND a.s::int=p.v;
SELECT COUNT(*) FROM plain p JOIN ref r ON r.id=p.v JOIN b_s a ON a.v=r.id AND a.s::int+r.id > 0;
SELECT COUNT(*) FROM plain p WHERE EXISTS (SELECT FROM b_s a WHERE a.k=p.k AND a.s::int=5);
SELECT COUNT(*) FROM plain p WHERE EXISTS (SELECT FROM b_s a WHERE a.v=p.v AND a.s::int=5);
SELECT p.k, (SELECT MAX(a.s::int) FROM b_s a WHERE a.v=p.v) FROM plain p ORDER BY 1 LIMIT 12;
SELECT p.k, (SELECT MAX(a.s::int) FROM b_s a WHERE a.k=p.k) FROM plain p ORDER BY 1 LIMIT 12;
SELECT p.k, x.s FROM plain p, LATERAL (SELECT s FROM b_s a WHERE a.v=p.v AND a.s::int=5 ORDER BY k LIMIT 1) x ORDER BY 1 LIMIT 12;
SELECT k, row_number() OVER (PARTITION BY s::int ORDER BY k) FROM b_s ORDER BY 1 LIMIT 9;
SELECT DISTINCT ON (s::int) s, v FROM b_s ORDER BY s::int, v;
SELECT k FROM b_s ORDER BY s::int, k LIMIT 5;
SELECT k FROM b_s ORDER BY 1/((v-7)*(v-8)), k LIMIT 5;
SELECT COUNT(*) FILTER (WHERE 1/((v-7)*(v-8)) < 100) FROM b_s;
WITH c AS (SELECT * FROM b_s WHERE s::int=5) SELECT COUNT(*) FROM c a, c b;
SELECT COUNT(*) FROM (SELECT s::int i FROM b_s UNION SELECT k FROM plain) x;
SELECT COUNT(*) FROM b_s WHERE spy(v);
SELECT COUNT(*) FROM b_s WHERE k=6 AND spy(v);
SELECT COUNT(*) FROM b_s a JOIN plain p ON a.v=p.v WHERE spy(a.v);
BEGIN;
UPDATE b_s SET s='5' WHERE s::int=5;
ROLLBACK;
BEGIN;
UPDATE b_s SET s='5' WHERE k=6 AND s::int=5;
ROLLBACK;
BEGIN;
UPDATE b_s a SET s='5' FROM plain p WHERE a.v=p.v AND a.s::int=5;
ROLLBACK;
BEGIN;
DELETE FROM b_s WHERE s::int=5;
ROLLBACK;
BEGIN;
DELETE FROM b_s a USING plain p WHERE p.v=a.v AND a.s::int=5;
ROLLBACK;
BEGIN;
INSERT INTO plain SELECT k, s::int, 'n' FROM b_s;
ROLLBACK;
BEGIN;
INSERT INTO plain SELECT s::int, k, 'n' FROM b_s;
ROLLBACK;
SELECT COUNT(*) FROM b_s WHERE (SELECT 1/((v-7)*(v-8))) < 100;
SELECT COUNT(*) FROM b_s WHERE CASE WHEN v IN (7,8) THEN s::int > 0 ELSE true END;
SELECT v FROM b_s WHERE s::int = 5 AND v > 8 FOR UPDATE;
SELECT array_agg(DISTINCT v ORDER BY v) FROM b_s;

-- Behind a view by a function that the nodes do not have.
SELECT COUNT(*) FROM b_f WHERE 1/((v-7)*(v-8)) < 100;
SELECT COUNT(*) FROM b_f WHERE k=6 AND 1/((v-7)*(v-8)) < 100;
SELECT COUNT(*) FROM b_f WHERE s::int = 5;
SELECT sum(s::int) FROM b_f;
SELECT k, sum(s::int) FROM b_f GROUP BY k ORDER BY 1,2 LIMIT 3;
SELECT v, COUNT(*) FROM b_f GROUP BY v HAVING 1/((v-7)*(v-8)) < 100 ORDER BY 1;
SELECT COUNT(*) FROM b_f a JOIN plain p ON a.k=p.k AND 1/((a.v-7)*(a.v-8)) < 100;
SELECT COUNT(*) FROM b_f a JOIN plain p ON a.v=p.v AND 1/((a.v-7)*(a.v-8)) < 100;
SELECT COUNT(*) FROM plain p LEFT JOIN b_f a ON a.k=p.k AND a.s::int=5;
SELECT COUNT(*) FROM plain p LEFT JOIN b_f a ON a.v=p.v AND a.s::int=p.v;
SELECT COUNT(*) FROM plain p JOIN ref r ON r.id=p.v JOIN b_f a ON a.v=r.id AND a.s::int+r.id > 0;
SELECT COUNT(*) FROM plain p WHERE EXISTS (SELECT FROM b_f a WHERE a.k=p.k AND a.s::int=5);
SELECT COUNT(*) FROM plain p WHERE EXISTS (SELECT FROM b_f a WHERE a.v=p.v AND a.s::int=5);
SELECT p.k, (SELECT MAX(a.s::int) FROM b_f a WHERE a.v=p.v) FROM plain p ORDER BY 1 LIMIT 12;
SELECT p.k, (SELECT MAX(a.s::int) FROM b_f a WHERE a.k=p.k) FROM plain p ORDER BY 1 LIMIT 12;
SELECT p.k, x.s FROM plain p, LATERAL (SELECT s FROM b_f a WHERE a.v=p.v AND a.s::int=5 ORDER BY k LIMIT 1) x ORDER BY 1 LIMIT 12;
SELECT k, row_number() OVER (PARTITION BY s::int ORDER BY k) FROM b_f ORDER BY 1 LIMIT 9;
SELECT DISTINCT ON (s::int) s, v FROM b_f ORDER BY s::int, v;
SELECT k FROM b_f ORDER BY s::int, k LIMIT 5;
SELECT k FROM b_f ORDER BY 1/((v-7)*(v-8)), k LIMIT 5;
SELECT COUNT(*) FILTER (WHERE 1/((v-7)*(v-8)) < 100) FROM b_f;
WITH c AS (SELECT * FROM b_f WHERE s::int=5) SELECT COUNT(*) FROM c a, c b;
SELECT COUNT(*) FROM (SELECT s::int i FROM b_f UNION SELECT k FROM plain) x;
SELECT COUNT(*) FROM b_f WHERE spy(v);
SELECT COUNT(*) FROM b_f WHERE k=6 AND spy(v);
SELECT COUNT(*) FROM b_f a JOIN plain p ON a.v=p.v WHERE spy(a.v);
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
UPDATE b_f SET s='5' WHERE s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
UPDATE b_f SET s='5' WHERE k=6 AND s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
UPDATE b_f a SET s='5' FROM plain p WHERE a.v=p.v AND a.s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
DELETE FROM b_f WHERE s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
DELETE FROM b_f a USING plain p WHERE p.v=a.v AND a.s::int=5;
ROLLBACK;
BEGIN;
INSERT INTO plain SELECT k, s::int, 'n' FROM b_f;
ROLLBACK;
BEGIN;
INSERT INTO plain SELECT s::int, k, 'n' FROM b_f;
ROLLBACK;
SELECT COUNT(*) FROM b_f WHERE (SELECT 1/((v-7)*(v-8))) < 100;
SELECT COUNT(*) FROM b_f WHERE CASE WHEN v IN (7,8) THEN s::int > 0 ELSE true END;
SELECT v FROM b_f WHERE s::int = 5 AND v > 8 FOR UPDATE;
SELECT array_agg(DISTINCT v ORDER BY v) FROM b_f;

-- Behind a view by another distributed table.
SELECT COUNT(*) FROM b_o WHERE 1/((v-7)*(v-8)) < 100;
SELECT COUNT(*) FROM b_o WHERE k=6 AND 1/((v-7)*(v-8)) < 100;
SELECT COUNT(*) FROM b_o WHERE s::int = 5;
SELECT sum(s::int) FROM b_o;
SELECT k, sum(s::int) FROM b_o GROUP BY k ORDER BY 1,2 LIMIT 3;
SELECT v, COUNT(*) FROM b_o GROUP BY v HAVING 1/((v-7)*(v-8)) < 100 ORDER BY 1;
SELECT COUNT(*) FROM b_o a JOIN plain p ON a.k=p.k AND 1/((a.v-7)*(a.v-8)) < 100;
SELECT COUNT(*) FROM b_o a JOIN plain p ON a.v=p.v AND 1/((a.v-7)*(a.v-8)) < 100;
SELECT COUNT(*) FROM plain p LEFT JOIN b_o a ON a.k=p.k AND a.s::int=5;
SELECT COUNT(*) FROM plain p LEFT JOIN b_o a ON a.v=p.v AND a.s::int=p.v;
SELECT COUNT(*) FROM plain p JOIN ref r ON r.id=p.v JOIN b_o a ON a.v=r.id AND a.s::int+r.id > 0;
SELECT COUNT(*) FROM plain p WHERE EXISTS (SELECT FROM b_o a WHERE a.k=p.k AND a.s::int=5);
SELECT COUNT(*) FROM plain p WHERE EXISTS (SELECT FROM b_o a WHERE a.v=p.v AND a.s::int=5);
SELECT p.k, (SELECT MAX(a.s::int) FROM b_o a WHERE a.v=p.v) FROM plain p ORDER BY 1 LIMIT 12;
SELECT p.k, (SELECT MAX(a.s::int) FROM b_o a WHERE a.k=p.k) FROM plain p ORDER BY 1 LIMIT 12;
SELECT p.k, x.s FROM plain p, LATERAL (SELECT s FROM b_o a WHERE a.v=p.v AND a.s::int=5 ORDER BY k LIMIT 1) x ORDER BY 1 LIMIT 12;
SELECT k, row_number() OVER (PARTITION BY s::int ORDER BY k) FROM b_o ORDER BY 1 LIMIT 9;
SELECT DISTINCT ON (s::int) s, v FROM b_o ORDER BY s::int, v;
SELECT k FROM b_o ORDER BY s::int, k LIMIT 5;
SELECT k FROM b_o ORDER BY 1/((v-7)*(v-8)), k LIMIT 5;
SELECT COUNT(*) FILTER (WHERE 1/((v-7)*(v-8)) < 100) FROM b_o;
WITH c AS (SELECT * FROM b_o WHERE s::int=5) SELECT COUNT(*) FROM c a, c b;
SELECT COUNT(*) FROM (SELECT s::int i FROM b_o UNION SELECT k FROM plain) x;
SELECT COUNT(*) FROM b_o WHERE spy(v);
SELECT COUNT(*) FROM b_o WHERE k=6 AND spy(v);
SELECT COUNT(*) FROM b_o a JOIN plain p ON a.v=p.v WHERE spy(a.v);
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
UPDATE b_o SET s='5' WHERE s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
UPDATE b_o SET s='5' WHERE k=6 AND s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
UPDATE b_o a SET s='5' FROM plain p WHERE a.v=p.v AND a.s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
DELETE FROM b_o WHERE s::int=5;
ROLLBACK;
BEGIN;
-- @expect 0A000 policies that the nodes cannot evaluate
DELETE FROM b_o a USING plain p WHERE p.v=a.v AND a.s::int=5;
ROLLBACK;
BEGIN;
INSERT INTO plain SELECT k, s::int, 'n' FROM b_o;
ROLLBACK;
BEGIN;
INSERT INTO plain SELECT s::int, k, 'n' FROM b_o;
ROLLBACK;
SELECT COUNT(*) FROM b_o WHERE (SELECT 1/((v-7)*(v-8))) < 100;
SELECT COUNT(*) FROM b_o WHERE CASE WHEN v IN (7,8) THEN s::int > 0 ELSE true END;
SELECT v FROM b_o WHERE s::int = 5 AND v > 8 FOR UPDATE;
SELECT array_agg(DISTINCT v ORDER BY v) FROM b_o;

RESET ROLE;
DROP VIEW b_s, b_q, b_f, b_o, b_l;
DROP OWNED BY leaks_reader;
DROP ROLE leaks_reader;
