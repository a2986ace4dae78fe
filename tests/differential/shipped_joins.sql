-- Proves that joins of tables that are not colocated answer as PostgreSQL does when the nodes compute them over rows that
-- were sent to them: inner, semi and anti joins, broadcast or routed by key, with values of all kinds.
CREATE TABLE big (k int, id int PRIMARY KEY, ref int, code text, at timestamptz, amount numeric, flag char(3), raw bytea);
CREATE TABLE twin (id int, ref int, w int);
CREATE TABLE other (ref int, name text, low numeric, mark char(3), since timestamptz, bits bytea, twice float8);
CREATE TABLE text_keyed (code text COLLATE "C", n int);
CREATE TABLE fixed (ref int, title text);
CREATE TABLE here (ref int, note text);
CREATE TABLE keyed (ref int PRIMARY KEY, name text, doc json);
-- @cluster SELECT create_distributed_table('big', 'id', shard_count => 8)
-- @cluster SELECT create_distributed_table('twin', 'id', colocate_with => 'big')
-- @cluster SELECT create_distributed_table('other', 'ref', colocate_with => 'none', shard_count => 6)
-- @cluster SELECT create_distributed_table('text_keyed', 'code', colocate_with => 'none', shard_count => 6)
-- @cluster SELECT create_distributed_table('keyed', 'ref', colocate_with => 'none', shard_count => 6)
-- @cluster SELECT create_reference_table('fixed')
INSERT INTO big SELECT g % 10, g, nullif(g % 60, 7), 'code ' || g % 20, timestamptz '2024-03-30 22:00+00' + g * interval '1 hour', (g % 77) + 0.25, 'f' || g % 3, decode(lpad(to_hex(g % 50), 4, '0'), 'hex') FROM generate_series(1, 600) g;
INSERT INTO twin SELECT g % 650 + 1, g % 31, g FROM generate_series(1, 900) g;
INSERT INTO other SELECT nullif(g, 13), CASE g % 9 WHEN 0 THEN NULL WHEN 1 THEN 'it''s "quoted" \ and {odd, NULL}' WHEN 2 THEN '' ELSE 'name ' || g END, CASE g % 8 WHEN 0 THEN NULL WHEN 1 THEN 'NaN' ELSE g / 3.0 END, 'f' || g % 4, timestamptz '2024-03-30 22:00+00' + g * interval '7 hours', decode(lpad(to_hex(g), 4, '0'), 'hex'), CASE g % 5 WHEN 0 THEN '-0' WHEN 1 THEN 'Infinity' ELSE 1.0 / g END FROM generate_series(1, 70) g;
INSERT INTO text_keyed SELECT 'code ' || g % 25, g FROM generate_series(1, 50) g;
INSERT INTO fixed SELECT g, 'title ' || g FROM generate_series(0, 40, 2) g;
INSERT INTO here SELECT g, 'note ' || g FROM generate_series(0, 80, 5) g;
INSERT INTO keyed SELECT g, 'n' || g % 7, to_json(g) FROM generate_series(1, 70) g;
ANALYZE keyed, big, twin, other, text_keyed, fixed, here;
-- Joins on this node are to be had only where there is no other way.
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_nestloop = off;

-- Inner joins: on the key of one side, of none, on several columns, with other conditions.
SELECT b.id, o.name, o.low, o.twice FROM big b JOIN other o ON b.ref = o.ref WHERE b.k < 4;
SELECT b.id, o.ref FROM big b JOIN other o ON b.id = o.ref WHERE o.low IS NOT NULL;
SELECT b.id, o.ref, o.since FROM big b JOIN other o ON b.at = o.since;
SELECT b.id, o.ref FROM big b JOIN other o ON b.flag = o.mark AND b.amount < o.low WHERE b.k = 3 AND o.low <> 'NaN';
SELECT b.id, o.ref, b.raw FROM big b JOIN other o ON b.raw = o.bits AND b.ref = o.ref;
SELECT b.id, t.w, o.name FROM big b JOIN twin t USING (id) JOIN other o ON o.ref = t.ref WHERE b.k = 5;
SELECT b.id, t.w, o.name, f.title FROM big b, twin t, other o, fixed f WHERE b.id = t.id AND o.ref = t.ref AND f.ref = o.ref AND b.amount > 70;
SELECT b.id, t.n FROM big b JOIN text_keyed t ON b.code = t.code WHERE b.k = 1;
SELECT o.ref, t.code, h.note, f.title FROM other o JOIN here h ON h.ref = o.ref JOIN fixed f ON f.ref = o.ref JOIN text_keyed t ON t.n = o.ref;
SELECT b.id, h.note FROM big b JOIN here h ON h.ref = b.ref WHERE b.id % 7 = 0;
SELECT b.id, x.n FROM big b JOIN (SELECT ref, count(*) AS n FROM other GROUP BY ref) x ON x.ref = b.ref WHERE b.k = 2;
SELECT b.id, x.n FROM big b JOIN (SELECT id, count(*) AS n FROM twin GROUP BY id HAVING count(*) > 1) x ON x.id = b.id JOIN other o ON o.ref = b.ref WHERE b.k = 2;
SELECT b1.id, b2.id FROM big b1 JOIN big b2 ON b2.ref = b1.id WHERE b1.k < 3;
SELECT b.id, o.name FROM big b JOIN other o ON o.ref = b.ref WHERE b.id = 25;
SELECT b.id, o.name FROM big b JOIN other o ON o.ref = b.ref WHERE o.ref = 25;
SELECT b.id, o.name FROM big b JOIN other o ON o.ref = b.ref AND false;
SELECT b.id, o.name FROM big b JOIN other o ON o.ref = b.ref WHERE o.name = 'there is none';
SELECT count(*) FROM big b JOIN other o ON o.ref = b.ref;
SELECT o.name, count(*), sum(b.amount), min(b.at) FROM big b JOIN other o ON o.ref = b.ref GROUP BY o.name;
SELECT b.id, count(*), sum(t.w), max(o.low) FROM big b JOIN twin t USING (id) JOIN other o ON o.ref = b.ref GROUP BY b.id HAVING count(*) > 1;
SELECT o.ref, count(DISTINCT b.code), array_agg(b.id ORDER BY b.id DESC) FROM big b JOIN other o ON o.ref = b.ref WHERE b.k < 5 GROUP BY o.ref;
SELECT f.title, sum(b.amount) FILTER (WHERE b.k > 4), avg(o.low) FROM big b JOIN other o ON o.ref = b.ref JOIN fixed f ON f.ref = b.ref GROUP BY GROUPING SETS ((f.title), ());
SELECT b.id, o.name, b.amount + o.twice AS s FROM big b JOIN other o ON o.ref = b.ref WHERE o.twice < 1 ORDER BY s DESC, b.id LIMIT 7;
SELECT DISTINCT b.code, o.mark FROM big b JOIN other o ON o.ref = b.ref;
SELECT b.id, random() < 2 FROM big b JOIN other o ON o.ref = b.ref WHERE b.id < 20;
SELECT b.id, row(b.id, o.name) FROM big b JOIN other o ON o.ref = b.ref WHERE b.id < 20;
SELECT b, o FROM big b JOIN other o ON o.ref = b.ref WHERE b.id < 20;
SELECT b.id, b.at::text, o.since - b.at FROM big b JOIN other o ON o.ref = b.ref WHERE b.id < 50;

-- Semi and anti joins.
SELECT b.id FROM big b WHERE EXISTS (SELECT FROM other o WHERE o.ref = b.ref AND o.low > 5);
SELECT b.id FROM big b WHERE NOT EXISTS (SELECT FROM other o WHERE o.ref = b.ref);
SELECT b.id FROM big b WHERE b.ref IN (SELECT ref FROM other WHERE name LIKE 'name%');
SELECT o.ref, o.name FROM other o WHERE EXISTS (SELECT FROM big b WHERE b.ref = o.ref AND b.k = 3);
SELECT o.ref, o.name FROM other o WHERE NOT EXISTS (SELECT FROM big b WHERE b.ref = o.ref);
SELECT o.ref, o.name FROM other o WHERE NOT EXISTS (SELECT FROM big b WHERE b.id = o.ref AND b.k > 2);
SELECT o.ref, o.name FROM other o WHERE EXISTS (SELECT FROM big b WHERE b.id = o.ref AND b.k > 2);
SELECT h.note FROM here h WHERE NOT EXISTS (SELECT FROM big b WHERE b.id = h.ref);
SELECT h.note FROM here h WHERE EXISTS (SELECT FROM big b WHERE b.id = h.ref);
SELECT f.title FROM fixed f WHERE NOT EXISTS (SELECT FROM big b WHERE b.id = f.ref AND b.k = 4);
SELECT b.id, o.name FROM big b JOIN other o ON o.ref = b.ref WHERE EXISTS (SELECT FROM twin t WHERE t.id = b.id AND t.ref <> o.ref) AND NOT EXISTS (SELECT FROM twin t WHERE t.id = b.id AND t.w > 500 + o.ref);
SELECT o.name, count(*) FROM big b, other o WHERE o.ref = b.ref AND b.id IN (SELECT id FROM twin GROUP BY id HAVING sum(w) > 600) AND EXISTS (SELECT FROM here h WHERE h.ref = o.ref) GROUP BY o.name;
SELECT b.id FROM big b WHERE b.id = 25 AND NOT EXISTS (SELECT FROM other o WHERE o.ref = b.ref);
SELECT b.id FROM big b WHERE b.id IN (24, 25, 26) AND NOT EXISTS (SELECT FROM twin t, other o WHERE t.id = b.id AND o.ref = t.ref AND o.low > 6);

-- Outer joins and parameters; the same plan run again.
SELECT b.id, o.name FROM big b LEFT JOIN other o ON o.ref = b.ref AND o.low > 3 WHERE b.k = 6;
SELECT o.ref, b.id FROM other o LEFT JOIN big b ON b.id = o.ref AND b.k > 5;
SELECT o.ref, b.id FROM other o FULL JOIN big b ON b.id = o.ref WHERE coalesce(b.id, o.ref) < 90;
SELECT o.ref, x.id FROM other o LEFT JOIN (big b JOIN twin t USING (id)) x ON x.id = o.ref WHERE o.ref < 30;
SELECT g, (SELECT count(*) FROM big b JOIN other o ON o.ref = b.ref WHERE b.k = g) FROM generate_series(1, 5) g;
SELECT g, x.* FROM generate_series(1, 3) g, LATERAL (SELECT b.id, o.name FROM big b JOIN other o ON o.ref = b.ref WHERE b.k = g ORDER BY b.id LIMIT 3) x;
WITH c AS MATERIALIZED (SELECT ref, name FROM other WHERE low > 2) SELECT b.id, c.name FROM big b JOIN c USING (ref) WHERE b.k = 8;
PREPARE wanted(int, text) AS SELECT b.id, o.name FROM big b JOIN other o ON o.ref = b.ref WHERE b.k = $1 AND o.name <> $2;
EXECUTE wanted(1, 'name 3');
EXECUTE wanted(2, 'name 3');
EXECUTE wanted(3, 'name 3');
EXECUTE wanted(4, NULL);
EXECUTE wanted(5, 'name 5');
EXECUTE wanted(6, '');
EXECUTE wanted(7, '');
BEGIN;
UPDATE other SET name = 'changed' WHERE ref = 21;
SELECT b.id, o.name FROM big b JOIN other o ON o.ref = b.ref WHERE o.ref BETWEEN 20 AND 22;
DECLARE rows CURSOR FOR SELECT b.id, o.name FROM big b JOIN other o ON o.ref = b.ref ORDER BY b.id, o.ref;
FETCH 5 FROM rows;
SELECT count(*) FROM big b JOIN other o ON o.ref = b.ref;
FETCH 5 FROM rows;
ROLLBACK;
INSERT INTO twin SELECT b.id, o.ref, 1000 + b.id FROM big b JOIN other o ON o.ref = b.ref WHERE b.k = 9;
SELECT count(*), sum(w) FROM twin;

-- What is named above a join of its inner side: equal columns of a semi join, NULLs of an anti join.
SELECT b.id, o.name, o.low FROM big b LEFT JOIN other o ON o.ref = b.ref WHERE o.ref IS NULL AND b.k < 5;
SELECT o.ref, b.id, b.amount FROM other o LEFT JOIN big b ON b.id = o.ref AND b.k > 2 WHERE b.id IS NULL;
SELECT o.name, b.id FROM big b, other o WHERE o.ref = b.ref AND EXISTS (SELECT FROM here h WHERE h.ref = o.ref);
SELECT o.name, b.id FROM big b, other o WHERE o.ref = b.ref AND EXISTS (SELECT FROM twin t WHERE t.id = o.ref AND t.w > 300);
SELECT o.name, b.id, c.n FROM big b, other o, text_keyed c WHERE o.ref = b.ref AND c.n = o.ref AND o.ref IN (SELECT t.id FROM twin t JOIN here h ON h.ref = t.id);

-- Grouping by a key decides about the other columns.
SELECT k.ref, k.name, count(*), sum(b.amount) FROM big b JOIN keyed k ON k.ref = b.ref GROUP BY k.ref;
SELECT k.ref, upper(k.name) || k.ref, max(b.at) FROM big b JOIN keyed k ON k.ref = b.ref GROUP BY k.ref HAVING k.name <> 'n3' AND count(*) > 5;
SELECT k.ref, k.doc, count(*) FROM big b JOIN keyed k ON k.ref = b.ref GROUP BY k.ref;
SELECT k.ref, k.name, b.id, b.code, count(*) FROM big b JOIN keyed k ON k.ref = b.ref JOIN twin t ON t.id = b.id GROUP BY k.ref, b.id;
SELECT b.id, b.code, b.flag, count(o.name), max(o.low) FROM big b JOIN other o ON o.ref = b.ref GROUP BY b.id;
SELECT k.ref, k.name, count(DISTINCT b.code) FROM big b JOIN keyed k ON k.ref = b.ref GROUP BY k.ref;
