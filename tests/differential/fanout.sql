-- Proves that reads over all shards answer as PostgreSQL does: filters, projections, expressions,
-- sorting, limits and DISTINCT.
CREATE TABLE items (k int NOT NULL, id int NOT NULL, grp int, price numeric(10, 2), weight float8, name text, tags text[], doc jsonb, made timestamptz, PRIMARY KEY (k, id));
-- @cluster SELECT create_distributed_table('items', 'k')
INSERT INTO items SELECT g % 23, g, nullif(g % 7, 0), (g * 37 % 101) / 2.0, g / 8.0, CASE WHEN g % 11 <> 0 THEN 'item ' || g % 13 END, ARRAY['t' || g % 3, 't' || g % 5], jsonb_build_object('n', g % 9, 'deep', jsonb_build_array(g % 2, 'x')), timestamptz '2024-01-01 00:00+00' + g * interval '7 hours' FROM generate_series(1, 300) g;
SELECT * FROM items;
SELECT count(*) FROM items;
SELECT k, id FROM items WHERE price > 45;
SELECT id, price * 2 AS double_price, upper(name) FROM items WHERE grp = 3;
SELECT id FROM items WHERE grp IS NULL;
SELECT id FROM items WHERE grp IS NOT NULL AND name IS NULL;
SELECT id FROM items WHERE grp IS DISTINCT FROM 3 AND id < 20;
SELECT id FROM items WHERE name LIKE '%1_' ORDER BY id;
SELECT id FROM items WHERE name ~ '^item [35]$' ORDER BY id;
SELECT id FROM items WHERE 't2' = ANY (tags) AND tags && ARRAY['t4'] ORDER BY id;
SELECT id FROM items WHERE doc @> '{"n": 4}' ORDER BY id;
SELECT id, doc->>'n' AS n, doc->'deep'->0 AS d FROM items WHERE (doc->>'n')::int > 7 ORDER BY id;
SELECT id FROM items WHERE made BETWEEN '2024-01-10' AND '2024-01-12' ORDER BY id;
SELECT id FROM items WHERE made > '2024-01-01'::date + interval '80 days' ORDER BY id;
SELECT id FROM items WHERE k IN (1, 5, 9) AND grp IN (1, 2) ORDER BY id;
SELECT id FROM items WHERE k BETWEEN 3 AND 4 ORDER BY id;
SELECT id FROM items WHERE k <> 3 AND id < 12 ORDER BY id;
SELECT id FROM items WHERE NOT (k > 2 OR price > 20) ORDER BY id;
SELECT id FROM items WHERE k = 3 OR (k = 4 AND price < 10) ORDER BY id;
SELECT id FROM items WHERE k = grp ORDER BY id;
SELECT id FROM items WHERE (k, id) > (21, 250) ORDER BY id;
SELECT id FROM items WHERE coalesce(grp, 0) = 0 ORDER BY id;
SELECT id FROM items WHERE CASE WHEN grp > 3 THEN price > 40 ELSE price > 49 END ORDER BY id;
SELECT id FROM items WHERE true AND id < 4;
SELECT id FROM items WHERE false;
SELECT id FROM items WHERE NULL;
SELECT 'constant' AS c, 1.5 AS d, NULL AS e FROM items WHERE id <= 3;
SELECT FROM items WHERE id <= 3;
SELECT items FROM items WHERE id = 3;
SELECT i FROM items i WHERE i.id IN (1, 2) ORDER BY i;
SELECT (i).name, i.* FROM items i WHERE id = 4;
SELECT ROW(id, grp), ARRAY[k, id] FROM items WHERE id < 5;
SELECT id, name IS NULL AS anonymous, price::int, weight::numeric(6, 1), price || '€' FROM items WHERE id < 15 ORDER BY id;
SELECT tableoid::regclass, count(*) FROM items GROUP BY 1;
SELECT id, unnest(tags) FROM items WHERE id < 4 ORDER BY 1, 2;
SELECT id, jsonb_array_elements(doc->'deep') FROM items WHERE id < 4;
SELECT id, to_char(made, 'YYYY-MM-DD HH24:MI TZ') FROM items WHERE id < 5 ORDER BY id;
SELECT "id" AS "Weird ""Name""", k "select" FROM items WHERE id = 1;
SELECT count(*) AS same FROM items WHERE made < now() AND current_user = session_user;
SELECT id FROM items WHERE id = (random() * 0)::int + 5;

SELECT id, price FROM items ORDER BY price, id LIMIT 10;
SELECT id, price FROM items ORDER BY price DESC, id DESC LIMIT 10 OFFSET 5;
SELECT id, name FROM items ORDER BY name NULLS FIRST, id LIMIT 30;
SELECT id, name FROM items ORDER BY name DESC NULLS LAST, id LIMIT 30;
SELECT id, name FROM items ORDER BY name COLLATE "C" DESC, id OFFSET 270;
SELECT id FROM items ORDER BY grp NULLS FIRST, price % 7 DESC, id LIMIT 20;
SELECT id FROM items ORDER BY -id LIMIT 3;
SELECT id FROM items ORDER BY length(name), id DESC LIMIT 7;
SELECT name FROM items WHERE name IS NOT NULL ORDER BY id LIMIT 5;
SELECT id AS x FROM items ORDER BY x LIMIT 5;
SELECT id FROM items ORDER BY 1 USING > LIMIT 5;
SELECT k + id AS s, id FROM items ORDER BY s, id LIMIT 6;
SELECT id FROM items ORDER BY id LIMIT 0;
SELECT id FROM items ORDER BY id LIMIT NULL OFFSET 295;
SELECT id FROM items ORDER BY id OFFSET 1000;
SELECT id FROM items ORDER BY id LIMIT (SELECT 3);
SELECT id FROM items ORDER BY id FETCH FIRST 4 ROWS ONLY;
SELECT grp FROM items ORDER BY grp FETCH FIRST 1 ROWS WITH TIES;
-- @error 2201W
SELECT id FROM items ORDER BY id LIMIT -1;
SELECT count(*) FROM (SELECT id FROM items LIMIT 17) s;
SELECT count(*) FROM (SELECT id FROM items OFFSET 290) s;
PREPARE page(int, int) AS SELECT id, price FROM items WHERE grp = $1 ORDER BY price, id LIMIT 3 OFFSET $2;
EXECUTE page(1, 0);
EXECUTE page(1, 3);
EXECUTE page(2, 6);
EXECUTE page(3, 0);
EXECUTE page(4, 1);
EXECUTE page(5, 2);
EXECUTE page(6, 3);
EXECUTE page(NULL, 0);

SELECT DISTINCT grp FROM items;
SELECT DISTINCT grp, k % 2 FROM items;
SELECT DISTINCT name FROM items ORDER BY name NULLS FIRST LIMIT 4;
SELECT DISTINCT k FROM items ORDER BY k DESC;
SELECT DISTINCT ON (grp) grp, id, price FROM items ORDER BY grp, price DESC, id;
SELECT DISTINCT ON (k) k, id FROM items WHERE k < 4 ORDER BY k, id DESC;
SELECT DISTINCT doc->>'n' AS n FROM items ORDER BY n;
SELECT count(*) FROM (SELECT DISTINCT tags FROM items) s;

-- Errors inside a fan-out keep their SQLSTATE.
-- @error 22012
SELECT id / (grp - 3) FROM items;
-- @error 22012
SELECT count(*) FROM items WHERE 1 / (k - 7) > 0;
-- @error 22P02
SELECT name::int FROM items;
-- @error 22003
SELECT (id * 10000000)::int2 FROM items;
-- @error 2201E
SELECT ln(price - 50) FROM items;
-- @error 42883
SELECT no_such_function(id) FROM items;
-- @error 42803
SELECT id, count(*) FROM items GROUP BY grp;
-- @error 42804
SELECT id FROM items WHERE id;
-- @error 42601
SELECT id FROM items WHERE;
-- @error 22023
SELECT id FROM items WHERE made AT TIME ZONE 'Nowhere/Town' > now();
SELECT count(*) FROM items;

-- Session settings reach every node.
SET timezone = 'Australia/Sydney';
SELECT id, made::text, made::date FROM items WHERE id < 6;
SELECT made::date AS d, count(*) FROM items WHERE id < 20 GROUP BY made::date ORDER BY d;
SELECT count(*) FROM items WHERE made < '2024-01-05 03:00';
RESET timezone;
SET search_path = pg_catalog;
SELECT count(*) FROM diff_fanout.items WHERE name = 'item 3';
RESET search_path;
SET search_path = diff_fanout, public;
CREATE FUNCTION doubled(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i * 2';
SELECT id FROM items WHERE doubled(id) < 7 ORDER BY id;
SET lc_messages = 'C';
SET DateStyle = 'SQL, MDY';
SELECT id, made::text FROM items WHERE made = '01/01/2024 07:00:00 UTC' ORDER BY id;
RESET DateStyle;
