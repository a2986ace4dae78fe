-- Proves that joins for which the nodes hand rows to each other answer as PostgreSQL does.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad');
CREATE TYPE pair AS (n int, s text);
CREATE TABLE a (k int, x int, g bigint, s text, m mood, p pair, e int[], n numeric, d date);
CREATE TABLE b (id int, y bigint, s text, m mood, w numeric, d timestamp);
CREATE TABLE c (name text, z int, note varchar(30));
CREATE TABLE small (k int, label text);
CREATE TABLE ref (id int PRIMARY KEY, label text);
-- @cluster SELECT create_distributed_table('a', 'k')
-- @cluster SELECT create_distributed_table('b', 'id', colocate_with => 'none', shard_count => 6)
-- @cluster SELECT create_distributed_table('c', 'name', colocate_with => 'none')
-- @cluster SELECT create_distributed_table('small', 'k')
-- @cluster SELECT create_reference_table('ref')
INSERT INTO a SELECT g, CASE WHEN g % 17 = 0 THEN NULL ELSE g * 7 % 20000 END, g % 500, 'größe ' || g % 900, (ARRAY['sad', 'ok', 'glad'])[g % 3 + 1]::mood, ROW(g, 'p' || g)::pair, ARRAY[g, NULL], g / 3.0, date '2024-01-01' + g % 400 FROM generate_series(1, 20000) g;
INSERT INTO b SELECT g, CASE WHEN g % 19 = 0 THEN NULL ELSE g * 11 % 20000 END, 'größe ' || g % 1200, (ARRAY['sad', 'ok', 'glad'])[g % 3 + 1]::mood, g / 7.0, timestamp '2024-01-01' + g % 400 * interval '1 day' FROM generate_series(1, 15000) g;
INSERT INTO c SELECT 'name ' || g % 4000, g * 3 % 20000, 'note ' || g FROM generate_series(1, 15000) g;
INSERT INTO small SELECT g, 'small ' || g FROM generate_series(1, 50) g;
INSERT INTO ref SELECT g, 'label ' || g FROM generate_series(0, 9) g;
-- Before anything is known of the tables.
SELECT count(*), sum(a.k), sum(b.id), sum(b.w) FROM a JOIN b ON a.x = b.y;
SELECT a.x, count(*), sum(b.id) FROM a JOIN b ON a.x = b.y GROUP BY a.x ORDER BY 2 DESC, 1 LIMIT 10;
SELECT a.x, sum(b.w), max(b.s) FROM a JOIN b ON a.x = b.y GROUP BY a.x ORDER BY 1 LIMIT 300;
SELECT a.g, b.m, count(*) FROM a JOIN b ON a.x = b.y JOIN c ON c.z = b.y GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 10;
ANALYZE a, b, c, small, ref;

-- Both sides on other columns; one side on its own.
SELECT count(*), sum(a.k), sum(b.id), sum(b.w) FROM a JOIN b ON a.x = b.y;
SELECT count(*), sum(a.k), max(b.s) FROM a JOIN b ON a.k = b.y;
SELECT count(*), sum(a.k), max(b.s) FROM a JOIN b ON a.x = b.id;
SELECT a.k, a.s, a.m, a.p, a.e, a.n, b.id, b.w, b.m FROM a JOIN b ON a.x = b.y WHERE a.k < 300 ORDER BY a.k, b.id;
SELECT a.*, b.* FROM a JOIN b ON a.x = b.y ORDER BY a.k DESC, b.id LIMIT 30;
SELECT count(*) FROM a JOIN b ON a.x = b.y AND a.m = b.m AND a.k > b.id;
SELECT count(*) FROM a JOIN b ON a.x = b.y WHERE a.k % 2 = 0 AND b.w > 100;
-- Three and four tables, in chains and stars, with reference and small tables.
SELECT count(*), sum(a.k), sum(b.id), max(c.note) FROM a JOIN b ON a.x = b.y JOIN c ON c.z = b.id;
SELECT count(*), sum(a.k), sum(b.id), max(c.note) FROM a JOIN b ON a.x = b.y JOIN c ON c.z = a.x;
SELECT r.label, count(*), sum(a.n) FROM a JOIN b ON a.x = b.y JOIN ref r ON r.id = a.g % 10 GROUP BY 1 ORDER BY 1;
SELECT s.label, count(*), sum(b.w) FROM a JOIN b ON a.x = b.y JOIN small s ON s.k = a.g GROUP BY 1 ORDER BY 1;
SELECT count(*), sum(x.k) FROM a x JOIN a y ON x.x = y.k JOIN a z ON y.x = z.k;
SELECT count(*), sum(x.k + y.k) FROM a x JOIN a y ON x.x = y.x WHERE x.k <> y.k;
-- Semi and anti joins, outer joins, NULLs on both sides.
SELECT count(*), sum(k) FROM a WHERE EXISTS (SELECT FROM b WHERE b.y = a.x AND b.id % 3 = 0);
SELECT count(*), sum(k) FROM a WHERE NOT EXISTS (SELECT FROM b WHERE b.y = a.x AND b.id % 3 = 0);
SELECT count(*), sum(k) FROM a WHERE x IN (SELECT y FROM b WHERE m = 'ok');
SELECT count(*), sum(k) FROM a WHERE x NOT IN (SELECT y FROM b WHERE y IS NOT NULL);
SELECT count(*), count(b.id), sum(a.k) FROM a LEFT JOIN b ON a.x = b.y AND b.id > 100;
SELECT count(*), count(a.k), count(b.id) FROM a FULL JOIN b ON a.x = b.y;
SELECT count(*), sum(a.k) FROM a JOIN b ON a.x = b.y WHERE NOT EXISTS (SELECT FROM c WHERE c.z = b.id);
SELECT count(*), sum(a.k) FROM a JOIN b ON a.x = b.y WHERE EXISTS (SELECT FROM c WHERE c.z = b.id AND c.note LIKE '%1%');
-- By other types than the distribution columns'.
SELECT count(*), sum(a.k), sum(b.id) FROM a JOIN b ON a.s = b.s WHERE a.k < 3000 AND b.id < 3000;
SELECT count(*), sum(a.k) FROM a JOIN b ON a.d = b.d WHERE a.k < 2000 AND b.id < 2000;
SELECT count(*), sum(a.k), max(c.note) FROM a JOIN c ON a.s = replace(c.name, 'name', 'größe') AND a.k < 5000;
SELECT count(*), sum(a.k), max(c.name) FROM a JOIN c ON 'name ' || a.g = c.name;
-- By domains, enums, arrays, and keys of other types of a family.
CREATE DOMAIN id4 AS int;
CREATE DOMAIN id8 AS bigint;
CREATE TABLE wide (k bigint, d8 id8, m mood, note text);
CREATE TABLE narrow (j int, d id4, d8 id8, m mood, note text);
CREATE TABLE moody (m mood, x mood, n int);
CREATE TABLE lists (l int[], b bigint[], n int);
-- @cluster SELECT create_distributed_table('wide', 'k')
-- @cluster SELECT create_distributed_table('narrow', 'j', colocate_with => 'none')
-- @cluster SELECT create_distributed_table('moody', 'm', colocate_with => 'none')
-- @cluster SELECT create_distributed_table('lists', 'l', colocate_with => 'none')
INSERT INTO wide SELECT g, g * 3 % 9000, 'ok', 'wide ' || g FROM generate_series(1, 9000) g;
INSERT INTO narrow SELECT g, g * 7 % 9000, g * 5 % 9000, 'ok', 'narrow ' || g FROM generate_series(1, 9000) g;
INSERT INTO moody SELECT (ARRAY['sad', 'ok', 'glad'])[g % 3 + 1]::mood, (ARRAY['sad', 'ok', 'glad'])[g % 2 + 1]::mood, g FROM generate_series(1, 300) g;
INSERT INTO lists SELECT ARRAY[g, g + 1], ARRAY[g * 2, g]::bigint[], g FROM generate_series(1, 5000) g;
SELECT count(*), sum(j) FROM wide JOIN narrow ON wide.k = narrow.d;
SELECT count(*), sum(j) FROM wide JOIN narrow ON wide.d8 = narrow.d8;
SELECT wide.d8, count(*), sum(j) FROM wide JOIN narrow ON wide.d8 = narrow.d8 GROUP BY 1 ORDER BY 1 LIMIT 9;
SELECT n.d8, count(*) FROM narrow n JOIN narrow o ON n.d8 = o.d8 GROUP BY 1 ORDER BY 1 LIMIT 9;
SELECT count(*) FROM moody a JOIN moody b ON a.x = b.x;
SELECT a.x, count(*) FROM moody a JOIN moody b ON a.x = b.x GROUP BY a.x ORDER BY 1;
SELECT count(*) FROM lists a JOIN lists b ON a.b = b.b;
SELECT a.b, count(*) FROM lists a JOIN lists b ON a.b = b.b GROUP BY 1 ORDER BY 1 LIMIT 9;
DROP TABLE wide, narrow, moody, lists;
DROP DOMAIN id4, id8;
-- Non-equal and cross joins.
SELECT count(*) FROM a JOIN b ON a.x < b.y AND a.k < 40 AND b.id < 400;
SELECT count(*) FROM (SELECT * FROM a WHERE k % 500 = 0) q CROSS JOIN b;
-- Groups, windows, DISTINCT, set operations, sub-queries, CTEs above them.
SELECT a.m, b.m, count(*), sum(w), avg(n) FROM a JOIN b ON a.x = b.y GROUP BY 1, 2 ORDER BY 1, 2;
SELECT a.k, count(*), sum(w) FROM a JOIN b ON a.x = b.y GROUP BY a.k ORDER BY 3 DESC, 1 LIMIT 20;
SELECT a.x, count(*), sum(w), max(a.s || b.s), min(a.p::text) FROM a JOIN b ON a.x = b.y GROUP BY a.x ORDER BY 3 DESC, 1 LIMIT 200;
SELECT b.y, count(*), count(DISTINCT a.m) FROM a JOIN b ON a.x = b.y AND a.m <> b.m GROUP BY b.y ORDER BY 2 DESC, 1 LIMIT 50;
SELECT a.s, count(*), sum(b.id) FROM a JOIN b ON a.s = b.s GROUP BY a.s ORDER BY 1 LIMIT 50;
SELECT DISTINCT a.g FROM a JOIN b ON a.x = b.y WHERE b.id < 1000 ORDER BY 1 LIMIT 40;
SELECT k, id, row_number() OVER (PARTITION BY g ORDER BY k, id) FROM a JOIN b ON x = y WHERE g < 5 ORDER BY 1, 2;
SELECT g, sum(c) FROM (SELECT a.g, a.x, count(*) AS c FROM a JOIN b ON a.x = b.y GROUP BY 1, 2) q GROUP BY g ORDER BY 2 DESC, 1 LIMIT 10;
WITH j AS (SELECT a.k, b.id FROM a JOIN b ON a.x = b.y) SELECT count(*), (SELECT max(id) FROM j) FROM j;
WITH j AS MATERIALIZED (SELECT a.k, b.id FROM a JOIN b ON a.x = b.y) SELECT count(*), (SELECT max(id) FROM j) FROM j JOIN c ON c.z = j.id;
SELECT count(*) FROM (SELECT a.k FROM a JOIN b ON a.x = b.y UNION ALL SELECT a.k FROM a JOIN c ON a.x = c.z) u;
SELECT count(*) FROM (SELECT g, sum(k) AS total FROM a GROUP BY g) q JOIN b ON q.g = b.y;
SELECT q.s, q.total, b.id FROM (SELECT s, sum(k) AS total FROM a GROUP BY s) q JOIN b ON q.total = b.y ORDER BY 1, 3 LIMIT 20;
SELECT k, (SELECT count(*) FROM b WHERE b.y = a.x) AS n FROM a WHERE k < 200 ORDER BY k;
-- Many times, in one transaction, with what it has written.
PREPARE joined(int, text) AS SELECT count(*), sum(a.k), min($2) FROM a JOIN b ON a.x = b.y WHERE a.k > $1;
EXECUTE joined(1, 'a');
EXECUTE joined(10000, 'b');
EXECUTE joined(NULL, 'c');
EXECUTE joined(2, NULL);
EXECUTE joined(3, 'e');
EXECUTE joined(4, 'f');
EXECUTE joined(5, 'g');
BEGIN;
UPDATE a SET x = x + 1 WHERE k % 10 = 0;
DELETE FROM b WHERE id % 10 = 0;
SELECT count(*), sum(a.k), sum(b.id) FROM a JOIN b ON a.x = b.y;
DECLARE pages SCROLL CURSOR FOR SELECT a.k, b.id FROM a JOIN b ON a.x = b.y ORDER BY a.k, b.id;
FETCH 3 FROM pages;
MOVE 1000 IN pages;
FETCH 2 FROM pages;
FETCH BACKWARD 3 FROM pages;
ROLLBACK;
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT count(*), sum(a.k), sum(b.id) FROM a JOIN b ON a.x = b.y;
COMMIT;
BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE;
SELECT count(*), sum(a.k), sum(b.id) FROM a JOIN b ON a.x = b.y;
COMMIT;
-- Errors of the nodes are the statement's.
-- @error 22012
SELECT sum(1 / (a.k - 7)) FROM a JOIN b ON a.x = b.y;
-- @error 22012
SELECT count(*) FROM a JOIN b ON a.x = b.y WHERE 10 / (b.id - 9) < 100;
-- @error 22012
SELECT count(*) FROM a JOIN b ON a.x = b.y AND 10 / (a.k - b.id) < 1000000;
-- Writes that read such joins.
CREATE TABLE taken (k int, id int, w numeric);
-- @cluster SELECT create_distributed_table('taken', 'id', colocate_with => 'none')
INSERT INTO taken SELECT a.k, b.id, b.w FROM a JOIN b ON a.x = b.y;
SELECT count(*), sum(k), sum(id), sum(w) FROM taken;
UPDATE taken SET w = 0 FROM a JOIN b ON a.x = b.y WHERE taken.k = a.k AND taken.id = b.id AND a.g < 100;
DELETE FROM taken USING b WHERE b.y = taken.k AND b.id % 2 = 0;
SELECT count(*), sum(k), sum(id), sum(w) FROM taken;
-- The other way to the same answers.
-- @cluster SET citus.enable_repartition_joins = off
SELECT count(*), sum(a.k), sum(b.id), sum(b.w) FROM a JOIN b ON a.x = b.y;
SELECT count(*), sum(a.k), sum(b.id), max(c.note) FROM a JOIN b ON a.x = b.y JOIN c ON c.z = b.id;
-- @cluster RESET citus.enable_repartition_joins
DROP TABLE a, b, c, small, ref, taken;
DROP TYPE mood, pair;
