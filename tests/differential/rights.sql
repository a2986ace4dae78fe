-- Proves that nobody reads or writes a table without the right to, in whatever way the statement is planned: the nodes
-- leave the check to the coordinator.
CREATE ROLE rights_reader LOGIN;
GRANT USAGE, CREATE ON SCHEMA diff_rights TO rights_reader;
CREATE TABLE hid (k int PRIMARY KEY, v int, t text);
CREATE TABLE hr (k int PRIMARY KEY, v int);
CREATE TABLE own (k int PRIMARY KEY, v int);
CREATE TABLE ownr (k int PRIMARY KEY, v int);
CREATE TABLE loc (k int, v int);
CREATE TABLE part (k int PRIMARY KEY, v int, s text);
CREATE VIEW read_hid AS SELECT k, v FROM hid WHERE v < 20;
CREATE VIEW read_read_hid AS SELECT * FROM read_hid;
-- @cluster SELECT create_distributed_table('hid', 'k')
-- @cluster SELECT create_reference_table('hr')
-- @cluster SELECT create_distributed_table('own', 'k')
-- @cluster SELECT create_reference_table('ownr')
-- @cluster SELECT create_distributed_table('part', 'k')
INSERT INTO hid SELECT g, g, 't' || g FROM generate_series(1, 50) g;
INSERT INTO hr SELECT g, g FROM generate_series(1, 50) g;
INSERT INTO own SELECT g, g FROM generate_series(1, 50) g;
INSERT INTO ownr SELECT g, g FROM generate_series(1, 50) g;
INSERT INTO loc SELECT g, g FROM generate_series(1, 50) g;
INSERT INTO part SELECT g, g, 'x' FROM generate_series(1, 50) g;
CREATE VIEW invoker_hid WITH (security_invoker = true) AS SELECT * FROM hid;
GRANT ALL ON own, ownr, loc, invoker_hid TO rights_reader;
GRANT SELECT (k, v), UPDATE (v), INSERT (k, v) ON part TO rights_reader;
GRANT SELECT, UPDATE ON read_hid TO rights_reader;
SET ROLE rights_reader;
-- @error 42501
SELECT * FROM hid;
-- @error 42501
SELECT * FROM hid WHERE k=1;
-- @error 42501
SELECT COUNT(*) FROM hid;
-- @error 42501
SELECT COUNT(*) FROM own o JOIN hid h USING(k);
-- @error 42501
SELECT COUNT(*) FROM own o JOIN hid h ON o.v=h.v;
-- @error 42501
SELECT COUNT(*) FROM own o LEFT JOIN hid h ON o.v=h.v;
-- @error 42501
SELECT COUNT(*) FROM own o WHERE EXISTS (SELECT FROM hid h WHERE h.k=o.k);
-- @error 42501
SELECT COUNT(*) FROM own o WHERE EXISTS (SELECT FROM hid h WHERE h.v=o.v);
-- @error 42501
SELECT COUNT(*) FROM own o WHERE v IN (SELECT v FROM hid);
-- @error 42501
SELECT COUNT(*) FROM own o WHERE v = (SELECT MAX(v) FROM hid);
-- @error 42501
SELECT (SELECT MAX(v) FROM hid h WHERE h.v=o.v) FROM own o;
-- @error 42501
SELECT (SELECT MAX(v) FROM hid h WHERE h.k=o.k) FROM own o;
-- @error 42501
SELECT ARRAY(SELECT v FROM hid h WHERE h.v=o.v) FROM own o;
-- @error 42501
SELECT * FROM own o, LATERAL (SELECT * FROM hid h WHERE h.v=o.v LIMIT 1) x;
-- @error 42501
WITH c AS (SELECT * FROM hid) SELECT COUNT(*) FROM c;
-- @error 42501
WITH c AS MATERIALIZED (SELECT * FROM hid) SELECT COUNT(*) FROM c, c d;
-- @error 42501
WITH RECURSIVE c AS (SELECT k FROM hid WHERE k=1 UNION ALL SELECT h.k FROM hid h JOIN c ON h.k=c.k+1) SELECT COUNT(*) FROM c;
-- @error 42501
SELECT 1 UNION SELECT v FROM hid;
-- @error 42501
SELECT v FROM own EXCEPT SELECT v FROM hid;
-- @error 42501
SELECT sum(v) OVER (PARTITION BY t) FROM hid;
-- @error 42501
SELECT DISTINCT ON (v) v FROM hid;
-- @error 42501
SELECT v, COUNT(*) FROM hid GROUP BY ROLLUP(v);
-- @error 42501
SELECT COUNT(*) FROM hr;
-- @error 42501
SELECT COUNT(*) FROM own JOIN hr USING (k);
-- @error 42501
SELECT COUNT(*) FROM loc JOIN hr USING (k);
-- @error 42501
SELECT COUNT(*) FROM loc JOIN hid USING (k);
-- @error 42501
SELECT COUNT(*) FROM own o WHERE k IN (SELECT k FROM hr);
-- @error 42501
INSERT INTO own SELECT k+1000,v FROM hid;
-- @error 42501
INSERT INTO own SELECT v+1000,v FROM hid;
-- @error 42501
INSERT INTO own VALUES (9000,(SELECT MAX(v) FROM hid));
-- @error 42501
INSERT INTO ownr SELECT k+1000,v FROM hid;
-- @error 42501
INSERT INTO ownr SELECT k+1000,v FROM hr;
-- @error 42501
INSERT INTO loc SELECT k,v FROM hid;
-- @error 42501
UPDATE own o SET v=h.v FROM hid h WHERE h.k=o.k;
-- @error 42501
UPDATE own o SET v=h.v FROM hid h WHERE h.v=o.v;
-- @error 42501
UPDATE own o SET v=(SELECT MAX(v) FROM hid);
-- @error 42501
UPDATE ownr o SET v=h.v FROM hr h WHERE h.k=o.k;
-- @error 42501
UPDATE ownr o SET v=h.v FROM hid h WHERE h.k=o.k;
-- @error 42501
DELETE FROM own o USING hid h WHERE h.k=o.k;
-- @error 42501
DELETE FROM own WHERE v IN (SELECT v FROM hid);
-- @error 42501
MERGE INTO own o USING hid h ON o.k=h.k WHEN MATCHED THEN UPDATE SET v=h.v;
-- @error 42501
MERGE INTO own o USING hid h ON o.v=h.v WHEN MATCHED THEN DELETE;
-- @error 42501
MERGE INTO hid h USING own o ON o.k=h.k WHEN MATCHED THEN DELETE;
-- @error 42501
UPDATE hid SET v=1;
-- @error 42501
UPDATE hid SET v=1 WHERE k=1;
-- @error 42501
DELETE FROM hid;
-- @error 42501
DELETE FROM hid WHERE k=1;
-- @error 42501
INSERT INTO hid VALUES (1000,1,'x');
-- @error 42501
INSERT INTO hid VALUES (1001,1,'x'),(1002,2,'x');
-- @error 42501
INSERT INTO hid VALUES (1,1,'x') ON CONFLICT (k) DO UPDATE SET v=9;
-- @error 42501
INSERT INTO hid SELECT k+2000,v,'x' FROM own;
-- @error 42501
INSERT INTO hid SELECT v+2000,v,'x' FROM own;
-- @error 42501
INSERT INTO hr VALUES (1000,1);
-- @error 42501
INSERT INTO hr SELECT k+2000,v FROM own;
-- @error 42501
UPDATE hr SET v=1;
-- @error 42501
UPDATE hr SET v=1 WHERE k=1;
-- @error 42501
DELETE FROM hr;
-- @error 42501
SELECT * FROM hid FOR UPDATE;
-- @error 42501
SELECT * FROM hid WHERE k=1 FOR UPDATE;
-- @error 42501
COPY hid TO stdout;
-- @error 42501
COPY hr TO stdout;
-- @error 42501
COPY (SELECT * FROM hid) TO stdout;
-- @error 42501
TRUNCATE hid;
-- @error 42501
TRUNCATE hr;
-- @error 42501
SELECT * FROM invoker_hid;
-- @error 42501
SELECT COUNT(*) FROM invoker_hid WHERE k=1;
-- @error 42501
UPDATE invoker_hid SET v=1;
-- @error 42501
SELECT s FROM part;
-- @error 42501
SELECT * FROM part;
-- @error 42501
SELECT s FROM part WHERE k=1;
-- @error 42501
SELECT COUNT(*) FROM part WHERE s='x';
-- @error 42501
SELECT COUNT(s) FROM part;
-- @error 42501
UPDATE part SET s='y';
-- @error 42501
UPDATE part SET v=1 WHERE s='x';
-- @error 42501
DELETE FROM part;
-- @error 42501
INSERT INTO part VALUES (500,1,'x');
-- @error 42501
INSERT INTO part SELECT k+1000,v,'x' FROM own;
-- @error 42501
INSERT INTO part(k,v) VALUES (1,1) ON CONFLICT (k) DO UPDATE SET v=1, s='z';
-- @error 42501
INSERT INTO part(k,v) VALUES (1,1) ON CONFLICT (k) DO UPDATE SET v=1 RETURNING s;
-- @error 42501
UPDATE part SET v=1 WHERE k=1 RETURNING *;
-- @error 42501
WITH u AS (UPDATE hid SET v=1 RETURNING 1) SELECT COUNT(*) FROM u;
-- @error 42501
WITH u AS (DELETE FROM hid RETURNING k) INSERT INTO own SELECT k+5000,1 FROM u;
-- @error 42501
EXPLAIN ANALYZE SELECT * FROM hid;
-- @error 42501
DO $$ begin perform * FROM hid WHERE k = 1; end $$;
-- @error 42501
SELECT COUNT(*) FROM own TABLESAMPLE SYSTEM(100), hid TABLESAMPLE SYSTEM(100);
-- @error 42501
TABLE hid;

-- What there is a right to, whoever owns what is behind it.
SELECT k, v FROM part WHERE k = 3;
SELECT count(*), sum(v) FROM part;
UPDATE part SET v = v + 1 WHERE k < 4 RETURNING k, v;
INSERT INTO part (k, v) VALUES (500, 1) RETURNING k;
INSERT INTO part (k, v) SELECT k + 1000, v FROM own WHERE k < 5;
INSERT INTO part (k, v) SELECT v + 2000, v FROM own WHERE k < 5;
SELECT count(*) FROM read_hid;
SELECT * FROM read_hid WHERE k = 7;
SELECT count(*) FROM own JOIN read_hid USING (k);
SELECT count(*) FROM own JOIN read_hid USING (v);
UPDATE read_hid SET v = v WHERE k = 7 RETURNING *;
INSERT INTO own SELECT k + 3000, v FROM read_hid;
INSERT INTO loc SELECT k, v FROM read_hid;
-- @error 42501
SELECT count(*) FROM read_read_hid;
-- @error 42501
DELETE FROM read_hid;
-- @error 42501
INSERT INTO read_hid VALUES (600, 1);

-- Rights that come and go are seen by what is prepared.
PREPARE one (int) AS SELECT v FROM own WHERE k = $1;
PREPARE many AS SELECT count(*) FROM own;
PREPARE seen AS SELECT count(*) FROM read_hid;
EXECUTE one (3);
EXECUTE many;
EXECUTE seen;
RESET ROLE;
REVOKE SELECT ON own FROM rights_reader;
REVOKE SELECT ON read_hid FROM rights_reader;
SET ROLE rights_reader;
-- @error 42501
EXECUTE one (3);
-- @error 42501
EXECUTE many;
-- @error 42501
EXECUTE seen;
RESET ROLE;
EXECUTE one (3);
EXECUTE seen;
DROP VIEW invoker_hid, read_read_hid, read_hid;
DROP OWNED BY rights_reader;
DROP ROLE rights_reader;
