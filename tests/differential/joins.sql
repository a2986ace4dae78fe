-- Proves that joins answer as PostgreSQL does: colocated and with reference tables (pushed down), on other
-- columns and with local tables (answered in the general way), of every kind.
CREATE TABLE a (k int, id int, parent int, grp int, v numeric, PRIMARY KEY (k, id));
CREATE TABLE b (k int, id int, aid int, w int, d date, PRIMARY KEY (k, id));
CREATE TABLE c (c int, id int, grp int, w int, PRIMARY KEY (c, id));
CREATE TABLE r (grp int PRIMARY KEY, name text);
CREATE TABLE l (id int PRIMARY KEY, grp int, note text);
-- @cluster SELECT create_distributed_table('a', 'k', shard_count => 8)
-- @cluster SELECT create_distributed_table('b', 'k', colocate_with => 'a')
-- @cluster SELECT create_distributed_table('c', 'c', colocate_with => 'none')
-- @cluster SELECT create_reference_table('r')
INSERT INTO a SELECT 1 + g % 20, g, nullif(g / 3, 0), nullif(g % 12, 5), (g * 37 % 101) + 0.5 FROM generate_series(1, 120) g;
INSERT INTO b SELECT 1 + g % 22, g, g % 22 + g % 6 * 20, nullif(g * 11 % 97, 13), date '2024-01-01' + g % 60 FROM generate_series(1, 180) g;
INSERT INTO c SELECT 1 + g * 3 % 41, g, g % 15, g * 29 % 83 FROM generate_series(1, 90) g;
INSERT INTO r SELECT g, 'name ' || g FROM generate_series(0, 9) g;
INSERT INTO l SELECT g * 5, g % 14, 'note ' || g FROM generate_series(1, 25) g;

-- Colocated.
SELECT a.k, a.id, b.id, b.w FROM a JOIN b ON a.k = b.k AND b.aid = a.id;
SELECT count(*), sum(a.v), sum(b.w) FROM a JOIN b USING (k);
SELECT count(*) FROM a NATURAL JOIN (SELECT k, w FROM b) x;
SELECT a.k, a.id, b.id FROM a LEFT JOIN b ON a.k = b.k AND b.aid = a.id ORDER BY 1, 2, 3;
SELECT b.k, b.id, a.id FROM a RIGHT JOIN b ON a.k = b.k AND b.aid = a.id ORDER BY 1, 2, 3;
SELECT coalesce(a.k, b.k) AS k, a.id, b.id FROM a FULL JOIN b ON a.k = b.k AND a.id = b.aid;
SELECT k, count(a.id), count(b.id) FROM a FULL JOIN b USING (k) GROUP BY k ORDER BY k;
SELECT b.k, b.id FROM b LEFT JOIN a ON a.k = b.k WHERE a.k IS NULL ORDER BY 1, 2;
SELECT a.k, a.id FROM a LEFT JOIN b ON a.k = b.k AND b.w > 90 WHERE b.id IS NULL AND a.id < 30 ORDER BY 1, 2;
SELECT x.k, x.id, y.id FROM a x JOIN a y ON x.k = y.k AND x.id < y.id WHERE x.k < 4 ORDER BY 1, 2, 3;
SELECT a.k, sum(b.w) FROM a, b WHERE a.k = b.k AND a.id = b.aid GROUP BY a.k ORDER BY a.k;
SELECT a.k, b.d, count(*) FROM a JOIN b ON b.k = a.k WHERE a.v > 60 GROUP BY a.k, b.d ORDER BY 3 DESC, 1, 2 LIMIT 12;
SELECT x.k, x.n, y.m FROM (SELECT k, count(*) n FROM a GROUP BY k) x JOIN (SELECT k, max(w) m FROM b GROUP BY k) y USING (k) ORDER BY k;
SELECT a.id, q.id, q.w FROM a CROSS JOIN LATERAL (SELECT id, w FROM b WHERE b.k = a.k ORDER BY w DESC NULLS LAST, id LIMIT 2) q WHERE a.id < 12 ORDER BY 1, 2;
SELECT a.k, a.id FROM a JOIN b ON a.k = b.k AND a.id = b.id JOIN a z ON z.k = b.k AND z.id = b.aid ORDER BY 1, 2;
SELECT a, b FROM a JOIN b ON a.k = b.k AND a.id = b.id WHERE a.k = 3;
SELECT a.*, b.* FROM a JOIN b ON a.k = b.k AND a.id = b.id ORDER BY a.id LIMIT 5;
SELECT DISTINCT a.grp, b.w % 5 FROM a JOIN b ON a.k = b.k;

-- With reference tables.
SELECT a.id, r.name FROM a JOIN r ON a.grp = r.grp;
SELECT r.name, count(*), sum(v) FROM a JOIN r USING (grp) GROUP BY r.name ORDER BY r.name;
SELECT a.id, r.name FROM a LEFT JOIN r USING (grp) WHERE a.id < 25 ORDER BY 1;
SELECT r.name, count(a.id) FROM r LEFT JOIN a ON a.grp = r.grp AND a.v > 90 GROUP BY r.name ORDER BY 1;
SELECT r.name, a.id FROM a RIGHT JOIN r ON a.grp = r.grp AND a.id < 10 ORDER BY 1, 2;
SELECT r.grp, count(a.id) FROM r FULL JOIN a ON a.grp = r.grp GROUP BY r.grp ORDER BY 1;
SELECT r.name, sum(b.w) FROM a JOIN b ON a.k = b.k AND a.id = b.aid JOIN r ON r.grp = a.grp GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM a CROSS JOIN r;
SELECT x.name, y.name, count(*) FROM r x JOIN a ON a.grp = x.grp JOIN r y ON y.grp = a.id % 10 GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 6;
SELECT r.name, x.id, x.v FROM r, LATERAL (SELECT id, v FROM a WHERE a.grp = r.grp ORDER BY v DESC, id LIMIT 2) x ORDER BY 1, 3 DESC, 2;
SELECT * FROM r WHERE grp > 6;
SELECT r.name FROM r WHERE EXISTS (SELECT 1 FROM a WHERE a.grp = r.grp AND v > 98) ORDER BY 1;
SELECT r.name FROM r WHERE NOT EXISTS (SELECT 1 FROM a WHERE a.grp = r.grp) ORDER BY 1;

-- On other columns, and between groups of colocation.
SELECT a.k, a.id, c.w FROM a JOIN c ON a.k = c.id ORDER BY 1, 2, 3 LIMIT 40;
SELECT a.grp, count(*), sum(c.w) FROM a JOIN c ON a.grp = c.grp GROUP BY a.grp ORDER BY 1;
SELECT a.k, a.id, c.id FROM a LEFT JOIN c ON a.id = c.id WHERE a.k < 6 ORDER BY 1, 2, 3;
SELECT c.c, c.id, a.v FROM a RIGHT JOIN c ON a.id = c.id + 60 ORDER BY 1, 2;
SELECT a.id, c.id FROM a FULL JOIN c ON a.id = c.id + 60 ORDER BY 1, 2;
SELECT a.id, c.c FROM a JOIN c ON a.k = c.c WHERE c.w > 70 ORDER BY 1, 2;
SELECT count(*), min(c.id), max(a.id) FROM a JOIN c ON a.v < c.w AND a.id BETWEEN c.id AND c.id + 5;
SELECT count(*) FROM a, c;
SELECT x.id, y.id FROM a x JOIN a y ON x.id = y.parent WHERE x.id < 20 ORDER BY 1, 2;
SELECT x.id, y.id FROM a x LEFT JOIN a y ON y.id = x.parent ORDER BY 1, 2;
SELECT a.grp, count(*), sum(b.w + c.w) FROM a JOIN b ON a.k = b.k AND b.aid = a.id JOIN c ON c.id = b.id GROUP BY a.grp ORDER BY 1;
SELECT a.id, x.id, x.w FROM a, LATERAL (SELECT id, w FROM c WHERE c.grp = a.grp ORDER BY w DESC, id LIMIT 2) x WHERE a.id < 15 ORDER BY 1, 2;
SELECT a.id, x.n FROM a LEFT JOIN LATERAL (SELECT count(*) n FROM c WHERE c.w < a.v) x ON true WHERE a.id < 25 ORDER BY 1;
SELECT a.k, c.id FROM a LEFT JOIN c ON false WHERE a.id < 5 ORDER BY 1, 2;
SELECT count(*) FROM a JOIN b ON a.k = b.k + 1;
SELECT count(*) FROM a JOIN b ON a.k = b.id;
SELECT a.id, b.id FROM a JOIN b ON a.k >= b.k AND a.k = 3 AND b.w > 80 ORDER BY 1, 2;

-- With local tables and other relations.
SELECT l.note, a.k, a.id FROM l JOIN a ON a.id = l.id ORDER BY 1, 2, 3;
SELECT l.id, count(a.id) FROM l LEFT JOIN a ON a.grp = l.grp AND a.v > 50 GROUP BY l.id ORDER BY 1;
SELECT l.id, a.id FROM l FULL JOIN a ON a.id = l.id WHERE coalesce(a.id, l.id) < 30 ORDER BY 2, 1;
SELECT l.note, r.name FROM l JOIN r USING (grp) ORDER BY 1;
SELECT l.note, r.name, a.id FROM l JOIN r USING (grp) JOIN a ON a.grp = r.grp AND a.id = l.id ORDER BY 1, 2, 3;
SELECT v.x, count(a.id) FROM (VALUES (1), (2), (99)) v (x) LEFT JOIN a ON a.k = v.x GROUP BY v.x ORDER BY 1;
SELECT a.id, g FROM a JOIN generate_series(3, 5) g ON a.k = g ORDER BY 1, 2;
SELECT a.id, u FROM a, unnest(ARRAY[a.id, a.k]) u WHERE a.id < 4 ORDER BY 1, 2;
SELECT a.id, p.relname FROM a JOIN pg_class p ON p.relname = 'a' AND a.id = 3 JOIN pg_namespace n ON n.oid = relnamespace AND nspname = 'diff_joins';
SELECT l.note FROM l WHERE l.id IN (SELECT id FROM a WHERE k < 5) ORDER BY 1;
SELECT l.note, (SELECT count(*) FROM a WHERE a.grp = l.grp) FROM l ORDER BY l.id;
PREPARE joined(int) AS SELECT a.id, b.id, r.name FROM a JOIN b ON a.k = b.k AND a.id = b.aid LEFT JOIN r ON r.grp = a.grp WHERE b.w > $1 ORDER BY 1, 2;
EXECUTE joined(10);
EXECUTE joined(50);
EXECUTE joined(60);
EXECUTE joined(70);
EXECUTE joined(80);
EXECUTE joined(90);
EXECUTE joined(1000);
EXECUTE joined(NULL);
