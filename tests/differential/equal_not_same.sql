-- Proves that values that are equal and yet not the same (1.0 and 1.00, 0 and -0, 'a' and 'A' without case) are kept
-- apart by what looks at them closely, and that a distribution column grouped as another type is grouped as that.
CREATE EXTENSION citext;
CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE n (k int, id int, n numeric, f float8, e citext, c text COLLATE caseless, b bpchar, p char(4));
-- @cluster SELECT create_distributed_table('n', 'k')
INSERT INTO n VALUES (1, 1, 1.0, 0, 'a', 'a', 'a', 'a'), (2, 2, 1.00, '-0', 'A', 'A', 'a ', 'a '), (3, 3, 1, 0, 'b', 'b', 'a  ', 'a  '), (4, 4, 1.0, '-0', 'B', 'B', 'b', 'b'), (1, 5, 1.00, '-0', 'A', 'A', 'a  ', 'a');
SELECT DISTINCT n::text FROM n ORDER BY 1;
SELECT DISTINCT f::text FROM n ORDER BY 1;
SELECT DISTINCT e::text COLLATE "C" FROM n ORDER BY 1;
SELECT DISTINCT c COLLATE "C" FROM n ORDER BY 1;
SELECT DISTINCT md5(c), md5(e::text) FROM n ORDER BY 1, 2;
SELECT DISTINCT octet_length(b), octet_length(p) FROM n ORDER BY 1, 2;
SELECT DISTINCT (SELECT n::text) FROM n ORDER BY 1;
SELECT count(DISTINCT n), count(DISTINCT n::text), count(DISTINCT scale(n)) FROM n;
SELECT count(DISTINCT atan2(f, -1)), count(DISTINCT e::text), count(DISTINCT c COLLATE "C") FROM n;
SELECT count(DISTINCT octet_length(b)), count(DISTINCT octet_length(p)) FROM n;
SELECT count(DISTINCT n) FILTER (WHERE n::text = '1.00'), count(DISTINCT n) FROM n;
SELECT n::text, count(DISTINCT k) FROM n GROUP BY n::text ORDER BY 1;
SELECT count(DISTINCT k) FROM n HAVING min(n::text) = '1';
SELECT EXISTS (SELECT DISTINCT n::text FROM n OFFSET 2);
SELECT ARRAY(SELECT DISTINCT n::text FROM n ORDER BY 1);
SELECT count(*) FROM (SELECT DISTINCT n::text, f::text FROM n) s;
SELECT count(DISTINCT a.n::text || b.k::text) FROM n a JOIN n b ON a.id = b.k;
-- A column by itself: any of the equal ones will do.
SELECT count(*) FROM (SELECT DISTINCT n, e FROM n) s;
SELECT count(DISTINCT n), count(DISTINCT e), count(DISTINCT c), count(DISTINCT b) FROM n;
-- Grouped as another type.
CREATE TABLE x (k text, id int);
-- @cluster SELECT create_distributed_table('x', 'k')
INSERT INTO x VALUES ('a', 1), ('a ', 2), ('a  ', 3), ('b', 4), ('A', 5), ('B', 6);
SELECT rtrim(k), c FROM (SELECT k::bpchar, count(*) c FROM x GROUP BY 1) s WHERE c > 2;
SELECT max(r) FROM (SELECT rank() OVER (PARTITION BY k::bpchar ORDER BY id) r FROM x) s;
SELECT id FROM (SELECT DISTINCT ON (k::bpchar) k::bpchar b, id FROM x ORDER BY k::bpchar, id) s ORDER BY 1;
SELECT count(*) FROM (SELECT DISTINCT k::citext FROM x) s;
SELECT count(*) FROM (SELECT k::citext, count(*) FROM x GROUP BY 1) s;
SELECT count(*) FROM (SELECT DISTINCT k::varchar FROM x) s;
SELECT count(*) FROM (SELECT k::varchar, count(*) FROM x GROUP BY 1) s;
SELECT count(*) FROM (SELECT k COLLATE caseless, count(*) FROM x GROUP BY 1) s;
SELECT count(*) FROM (SELECT k::bpchar FROM x UNION SELECT k::bpchar FROM x) s;
SELECT count(*) FROM (SELECT k::citext FROM x UNION SELECT k::citext FROM x) s;
SELECT count(*) FROM (SELECT k::bpchar FROM x INTERSECT SELECT k::bpchar FROM x WHERE id > 2) s;
SELECT count(*) FROM (SELECT k::bpchar FROM x EXCEPT SELECT k::bpchar FROM x WHERE id = 3) s;
WITH s AS (SELECT k::bpchar, count(*) c FROM x GROUP BY 1) SELECT max(c) FROM s;
CREATE TABLE d (k citext, id int);
-- @cluster SELECT create_distributed_table('d', 'k')
INSERT INTO d VALUES ('a', 1), ('A', 2), ('b', 3), ('B', 4), ('c', 5);
SELECT max(c) FROM (SELECT k, count(*) c FROM d GROUP BY 1) s;
SELECT max(c) FROM (SELECT k::text, count(*) c FROM d GROUP BY 1) s;
SELECT count(*) FROM (SELECT DISTINCT k::text FROM d) s;
SELECT max(r) FROM (SELECT rank() OVER (PARTITION BY k::text ORDER BY id) r FROM d) s;
