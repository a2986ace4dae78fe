-- Proves that reads pinned to one shard group answer as PostgreSQL does: by constants, parameters,
-- expressions, prepared statements past the change to generic plans, and PL/pgSQL.
CREATE TABLE tenants (id int PRIMARY KEY, name text, plan text DEFAULT 'free');
CREATE TABLE orders (tenant int NOT NULL, id int NOT NULL, status text, total numeric(10, 2), made date, PRIMARY KEY (tenant, id));
CREATE TABLE lines (tenant int NOT NULL, order_id int NOT NULL, no int NOT NULL, sku text, qty int, price float8, PRIMARY KEY (tenant, order_id, no));
CREATE TABLE skus (sku text PRIMARY KEY, label text);
-- @cluster SELECT create_distributed_table('tenants', 'id')
-- @cluster SELECT create_distributed_table('orders', 'tenant', colocate_with => 'tenants')
-- @cluster SELECT create_distributed_table('lines', 'tenant', colocate_with => 'orders')
-- @cluster SELECT create_reference_table('skus')
INSERT INTO tenants SELECT g, 'tenant ' || g, CASE WHEN g % 3 = 0 THEN 'paid' ELSE 'free' END FROM generate_series(1, 30) g;
INSERT INTO orders SELECT t, o, (ARRAY['new', 'sent', NULL])[1 + (t + o) % 3], (t * 100 + o) / 4.0, date '2024-01-01' + (t * o) % 50 FROM generate_series(1, 30) t, generate_series(1, 8) o;
INSERT INTO lines SELECT t, o, n, 's' || (t + o + n) % 5, n * o, n / 2.0 FROM generate_series(1, 30) t, generate_series(1, 8) o, generate_series(1, 3) n WHERE (t + o + n) % 4 <> 0;
INSERT INTO skus SELECT 's' || g, 'label ' || g FROM generate_series(0, 3) g;

SELECT * FROM tenants WHERE id = 7;
SELECT name FROM tenants WHERE id = 9 AND plan = 'paid';
SELECT * FROM tenants WHERE id = 1000;
SELECT 1 AS one FROM tenants WHERE id = 7;
SELECT FROM tenants WHERE id = 7;
SELECT count(*), sum(total), avg(total), max(made) FROM orders WHERE tenant = 5;
SELECT status, count(*) FROM orders WHERE tenant = 5 GROUP BY status ORDER BY status NULLS FIRST;
SELECT DISTINCT status FROM orders WHERE tenant = 5;
SELECT * FROM orders WHERE tenant = 5 ORDER BY total DESC LIMIT 3 OFFSET 1;
SELECT * FROM orders WHERE tenant = 5 AND id IN (1, 3, 99) ORDER BY id;
SELECT o.id, l.no, l.sku FROM orders o JOIN lines l ON l.tenant = o.tenant AND l.order_id = o.id WHERE o.tenant = 5 ORDER BY 1, 2;
SELECT o.id, l.no FROM orders o JOIN lines l USING (tenant) WHERE o.tenant = 5 AND l.order_id = o.id AND l.tenant = 5 ORDER BY 1, 2;
SELECT t.name, count(o.id) FROM tenants t LEFT JOIN orders o ON o.tenant = t.id AND o.total > 126 WHERE t.id = 5 GROUP BY t.name;
SELECT o.id, count(l.no) FROM orders o LEFT JOIN lines l ON l.tenant = o.tenant AND l.order_id = o.id WHERE o.tenant = 6 GROUP BY o.id ORDER BY o.id;
SELECT l.no, s.label FROM lines l LEFT JOIN skus s USING (sku) WHERE l.tenant = 5 AND l.order_id = 2 ORDER BY 1;
SELECT o.id, x.n FROM orders o, LATERAL (SELECT count(*) n FROM lines l WHERE l.tenant = o.tenant AND l.order_id = o.id) x WHERE o.tenant = 9 ORDER BY 1;
SELECT id FROM orders WHERE tenant = 5 AND EXISTS (SELECT 1 FROM lines l WHERE l.tenant = 5 AND l.order_id = orders.id AND qty > 10) ORDER BY 1;
SELECT id FROM orders WHERE tenant = 5 AND id NOT IN (SELECT order_id FROM lines WHERE tenant = 5 AND no = 1) ORDER BY 1;
WITH big AS (SELECT * FROM orders WHERE tenant = 5 AND total > 126) SELECT count(*), min(total) FROM big;
WITH a AS (SELECT id FROM orders WHERE tenant = 5), b AS (SELECT order_id, count(*) n FROM lines WHERE tenant = 5 GROUP BY 1) SELECT a.id, b.n FROM a JOIN b ON a.id = b.order_id ORDER BY 1;
SELECT id, total, rank() OVER (ORDER BY total DESC), sum(total) OVER (PARTITION BY status ORDER BY id) FROM orders WHERE tenant = 5 ORDER BY id;
SELECT id FROM orders WHERE tenant = 5 UNION SELECT order_id FROM lines WHERE tenant = 5 ORDER BY 1;
SELECT id FROM orders WHERE tenant = 5 EXCEPT SELECT order_id FROM lines WHERE tenant = 5 AND no > 2 AND qty > 6 ORDER BY 1;
SELECT string_agg(status, ',' ORDER BY id), array_agg(id ORDER BY id DESC) FROM orders WHERE tenant = 5;
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM orders WHERE tenant = 5;
SELECT status, id, count(*) FROM orders WHERE tenant = 5 AND id < 4 GROUP BY GROUPING SETS ((status), (id), ()) ORDER BY 1 NULLS LAST, 2 NULLS LAST;
SELECT o.* FROM orders o WHERE o.tenant = (2 + 3) AND o.id = length('abc');
SELECT * FROM orders WHERE (tenant, id) = (5, 3);
SELECT * FROM orders WHERE tenant = 5 AND tenant = 6;
SELECT * FROM orders WHERE tenant = 5 AND false;
SELECT * FROM orders WHERE tenant = NULL;
SELECT count(*) FROM orders WHERE tenant = 5 OR tenant = 6;
SELECT * FROM (SELECT tenant, id, total FROM orders) s WHERE s.tenant = 5 AND id = 2;
SELECT o, o.id FROM orders o WHERE tenant = 5 AND id = 3;
SELECT tableoid::regclass, id FROM orders WHERE tenant = 5 AND id = 3;
SELECT (SELECT name FROM tenants t WHERE t.id = o.tenant) FROM orders o WHERE tenant = 5 AND id = 3;
SELECT CASE WHEN EXISTS (SELECT 1 FROM orders WHERE tenant = 5) THEN 'yes' ELSE 'no' END AS answer;
SELECT generate_series(1, id) FROM orders WHERE tenant = 5 AND id = 3;
SELECT current_date - made > 0 AS past FROM orders WHERE tenant = 5 AND id = 3;
SELECT id FROM orders WHERE tenant = 5 AND made = date '2024-01-01' + interval '15 days';
-- @error 42P01
SELECT * FROM no_such_table WHERE id = 5;
-- @error 42703
SELECT no_such_column FROM orders WHERE tenant = 5;
-- @error 22012
SELECT total / (id - 3) FROM orders WHERE tenant = 5;
-- @error 22P02
SELECT * FROM orders WHERE tenant = 'five';
-- @error 22P02
SELECT status::int FROM orders WHERE tenant = 5;

-- @bind 5
SELECT count(*), sum(total) FROM orders WHERE tenant = $1;
-- @bind 5|sent
SELECT id FROM orders WHERE tenant = $1 AND status = $2 ORDER BY id;
-- @bind \N
SELECT id FROM orders WHERE tenant = $1;
-- @bind 5|3
SELECT $2::int + id AS shifted FROM orders WHERE tenant = $1::int AND id = $2::int;
-- @bind 2
SELECT * FROM orders WHERE tenant = $1::int + 3 ORDER BY id LIMIT 2;
-- @bind 4|2
SELECT tenant, id FROM orders WHERE tenant < $1::int ORDER BY 1, 2 LIMIT $2::bigint;
-- @bind tenant 9
SELECT id FROM tenants WHERE name = $1;
-- @error 22P02
-- @bind x
SELECT id FROM tenants WHERE id = $1;

PREPARE by_tenant(int) AS SELECT tenant, count(*), sum(total) FROM orders WHERE tenant = $1 GROUP BY tenant;
EXECUTE by_tenant(1);
EXECUTE by_tenant(2);
EXECUTE by_tenant(3);
EXECUTE by_tenant(4);
EXECUTE by_tenant(5);
EXECUTE by_tenant(6);
EXECUTE by_tenant(7);
EXECUTE by_tenant(8);
EXECUTE by_tenant(NULL);
EXECUTE by_tenant(1 + 8);
PREPARE by_key(int, int) AS SELECT o.id, l.no, l.qty FROM orders o JOIN lines l ON l.tenant = o.tenant AND l.order_id = o.id WHERE o.tenant = $2 AND o.id = $1;
EXECUTE by_key(1, 2);
EXECUTE by_key(2, 3);
EXECUTE by_key(3, 4);
EXECUTE by_key(4, 5);
EXECUTE by_key(5, 6);
EXECUTE by_key(6, 7);
EXECUTE by_key(7, 8);
SET plan_cache_mode = force_generic_plan;
EXECUTE by_key(1, 2);
EXECUTE by_tenant(5);
PREPARE by_text(text) AS SELECT id, name FROM tenants WHERE name = $1;
EXECUTE by_text('tenant 12');
EXECUTE by_text('it''s nobody');
PREPARE untyped AS SELECT name FROM tenants WHERE id = $1;
EXECUTE untyped(4);
EXECUTE untyped('5');
PREPARE unused(text, int, text) AS SELECT name, $3 FROM tenants WHERE id = $2;
EXECUTE unused('a', 3, 'c');
RESET plan_cache_mode;
PREPARE changing(int) AS SELECT * FROM tenants WHERE id = $1;
EXECUTE changing(3);
DEALLOCATE ALL;
-- @error 26000
EXECUTE by_tenant(1);

CREATE FUNCTION total_of(t int) RETURNS numeric LANGUAGE plpgsql AS $$ DECLARE s numeric; BEGIN SELECT sum(total) INTO s FROM orders WHERE tenant = t; RETURN s; END $$;
SELECT total_of(1), total_of(2), total_of(3), total_of(4);
SELECT g, total_of(g) FROM generate_series(1, 12) g ORDER BY g;
CREATE FUNCTION orders_of(t int, floor_total numeric) RETURNS SETOF orders LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT * FROM orders o WHERE o.tenant = t AND o.total >= floor_total ORDER BY id; END $$;
SELECT * FROM orders_of(4, 101);
SELECT count(*) FROM orders_of(40, 0);
CREATE FUNCTION name_of(t int) RETURNS text LANGUAGE sql STABLE AS 'SELECT name FROM tenants WHERE id = t';
SELECT name_of(3), name_of(NULL);
CREATE FUNCTION walk(t int) RETURNS text LANGUAGE plpgsql AS $$ DECLARE r record; out text := ''; BEGIN FOR r IN SELECT id, status FROM orders WHERE tenant = t ORDER BY id LOOP out := out || r.id || coalesce(r.status, '-') || ' '; END LOOP; RETURN out; END $$;
SELECT walk(2), walk(3);
CREATE FUNCTION dynamic(t int) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN EXECUTE 'SELECT count(*) FROM orders WHERE tenant = $1' INTO n USING t; RETURN n; END $$;
SELECT dynamic(2), dynamic(200);
CREATE FUNCTION guarded(t int) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM total / (id - 2) FROM orders WHERE tenant = t; RETURN 'fine'; EXCEPTION WHEN division_by_zero THEN RETURN 'divided by zero'; END $$;
SELECT guarded(3), guarded(100);
-- @error P0002
DO $$ DECLARE n text; BEGIN SELECT name INTO STRICT n FROM tenants WHERE id = 999; END $$;

BEGIN;
DECLARE c CURSOR FOR SELECT id, total FROM orders WHERE tenant = 5 ORDER BY id;
-- @ordered
FETCH 2 FROM c;
-- @ordered
FETCH 3 FROM c;
MOVE 1 IN c;
-- @ordered
FETCH ALL FROM c;
CLOSE c;
DECLARE s SCROLL CURSOR FOR SELECT id FROM orders WHERE tenant = 6 ORDER BY id;
-- @ordered
FETCH LAST FROM s;
-- @ordered
FETCH BACKWARD 2 FROM s;
-- @ordered
FETCH FIRST FROM s;
COMMIT;
DECLARE h CURSOR WITH HOLD FOR SELECT id FROM orders WHERE tenant = 6 ORDER BY id;
-- @ordered
FETCH 3 FROM h;
CLOSE h;
