-- Proves that constraints hold on distributed and reference tables, with PostgreSQL's SQLSTATEs, and that a
-- failed statement leaves nothing behind.
CREATE TABLE customers (id int PRIMARY KEY, email text NOT NULL, age int CHECK (age >= 0), tier text DEFAULT 'basic');
CREATE TABLE countries (code char(2) PRIMARY KEY, name text UNIQUE);
CREATE TABLE orders (customer int REFERENCES customers (id) ON DELETE CASCADE, id int, country char(2) REFERENCES countries, total numeric, state text, PRIMARY KEY (customer, id), CONSTRAINT positive CHECK (total > 0), CONSTRAINT sane CHECK (state <> 'lost' OR total < 100));
CREATE TABLE items (customer int, order_id int, no int, note text, FOREIGN KEY (customer, order_id) REFERENCES orders (customer, id) ON UPDATE CASCADE, UNIQUE (customer, order_id, no));
CREATE TABLE slots (room int, during int4range, EXCLUDE USING gist (during WITH &&, int4range(room, room, '[]') WITH =));
-- @cluster SELECT create_reference_table('countries')
-- @cluster SELECT create_distributed_table('customers', 'id')
-- @cluster SELECT create_distributed_table('orders', 'customer', colocate_with => 'customers')
-- @cluster SELECT create_distributed_table('items', 'customer', colocate_with => 'orders')
INSERT INTO countries VALUES ('de', 'Germany'), ('in', 'India'), ('br', 'Brazil');
INSERT INTO customers SELECT g, 'c' || g || '@example.com', g + 20 FROM generate_series(1, 25) g;
INSERT INTO orders SELECT g, o, (ARRAY['de', 'in', 'br'])[1 + (g + o) % 3], g * o, 'new' FROM generate_series(1, 25) g, generate_series(1, 3) o;
INSERT INTO items SELECT g, 1 + g % 3, n, 'note' FROM generate_series(1, 25) g, generate_series(1, 2) n;

-- Unique and primary keys.
-- @error 23505
INSERT INTO customers VALUES (5, 'again');
-- @error 23505
INSERT INTO customers VALUES (100, 'a'), (101, 'b'), (5, 'c');
SELECT count(*) FROM customers WHERE id >= 100;
-- @error 23505
INSERT INTO items VALUES (5, 3, 1, 'dup');
INSERT INTO items VALUES (5, 3, NULL, 'nulls are distinct'), (5, 3, NULL, 'twice');
-- @error 23505
UPDATE orders SET id = 1 WHERE customer = 24 AND id = 2;
-- @error 23505
INSERT INTO countries VALUES ('xx', 'India');

-- Not null and check.
-- @error 23502
INSERT INTO customers VALUES (200, NULL);
-- @error 23502
INSERT INTO customers (id) VALUES (200);
-- @error 23502
INSERT INTO customers VALUES (NULL, 'x');
-- @error 23502
UPDATE customers SET email = NULL WHERE id = 3;
-- @error 23502
UPDATE customers SET email = NULL;
-- @error 23514
INSERT INTO customers VALUES (201, 'x', -1);
-- @error 23514
INSERT INTO orders VALUES (1, 99, 'de', 0, 'new');
-- @error 23514
INSERT INTO orders VALUES (1, 99, 'de', 500, 'lost');
-- @error 23514
UPDATE orders SET total = total - 10 WHERE customer = 2;
-- @error 23514
UPDATE orders SET total = total - 50;
SELECT count(*), sum(total) FROM orders;

-- Foreign keys between colocated tables.
-- @error 23503
INSERT INTO orders VALUES (999, 1, 'de', 5, 'new');
-- @error 23503
INSERT INTO items VALUES (3, 77, 1);
INSERT INTO items VALUES (3, NULL, 1, 'a null refers to nothing');
-- @error 23503
DELETE FROM orders WHERE customer = 3;
-- @error 23503
UPDATE items SET order_id = 50 WHERE customer = 4;
-- @error 23503
DELETE FROM customers WHERE id = 4;
DELETE FROM items WHERE customer = 4;
DELETE FROM customers WHERE id = 4;
SELECT count(*) FROM orders WHERE customer = 4;
UPDATE orders SET id = id + 10 WHERE customer = 6;
SELECT order_id, no FROM items WHERE customer = 6 ORDER BY 1, 2;
-- @error 23503
DELETE FROM orders;
-- @error 0A000
TRUNCATE customers;
SELECT count(*) FROM customers;

-- Foreign keys to reference tables.
-- @error 23503
INSERT INTO orders VALUES (1, 50, 'zz', 5, 'new');
INSERT INTO orders VALUES (1, 50, NULL, 5, 'new') RETURNING country;
-- @error 23503
UPDATE orders SET country = 'zz' WHERE customer = 1 AND id = 50;
-- @error 23503
DELETE FROM countries WHERE code = 'in';
INSERT INTO countries VALUES ('fr', 'France');
DELETE FROM countries WHERE code = 'fr';
SELECT country, count(*) FROM orders GROUP BY country ORDER BY 1;
INSERT INTO countries VALUES ('fr', 'France');
INSERT INTO orders VALUES (1, 51, 'fr', 6, 'new');

-- Added and dropped later.
ALTER TABLE customers ADD CONSTRAINT adult CHECK (age >= 18);
-- @error 23514
INSERT INTO customers VALUES (300, 'x', 17);
-- @error 23514
ALTER TABLE customers ADD CONSTRAINT old CHECK (age > 40);
ALTER TABLE customers DROP CONSTRAINT adult;
INSERT INTO customers VALUES (300, 'x', 17);
ALTER TABLE customers ADD CONSTRAINT late CHECK (age > 20) NOT VALID;
-- @error 23514
INSERT INTO customers VALUES (301, 'x', 17);
-- @error 23514
ALTER TABLE customers VALIDATE CONSTRAINT late;
DELETE FROM customers WHERE id = 300;
ALTER TABLE customers VALIDATE CONSTRAINT late;
ALTER TABLE customers ADD CONSTRAINT one_mail UNIQUE (id, email);
ALTER TABLE customers ALTER COLUMN tier SET NOT NULL;
-- @error 23502
UPDATE customers SET tier = NULL WHERE id = 1;
ALTER TABLE customers ALTER COLUMN tier DROP NOT NULL;
UPDATE customers SET tier = NULL WHERE id = 1 RETURNING tier;
-- @error 42704
ALTER TABLE customers DROP CONSTRAINT never_was;
-- @error 42710
ALTER TABLE customers ADD CONSTRAINT late CHECK (age > 1);
ALTER TABLE orders DROP CONSTRAINT orders_country_fkey;
INSERT INTO orders VALUES (1, 60, 'zz', 5, 'new');
-- @error 23503
ALTER TABLE orders ADD CONSTRAINT orders_country_fkey FOREIGN KEY (country) REFERENCES countries;
UPDATE orders SET country = 'br' WHERE country = 'zz';
ALTER TABLE orders ADD CONSTRAINT orders_country_fkey FOREIGN KEY (country) REFERENCES countries;
-- @error 23503
INSERT INTO orders VALUES (1, 61, 'zz', 5, 'new');
SELECT count(*), sum(total) FROM orders;

-- An exclusion constraint on a table of its own.
INSERT INTO slots VALUES (1, '[1,5)');
-- @error 23P01
INSERT INTO slots VALUES (1, '[4,6)');
INSERT INTO slots VALUES (2, '[4,6)');
SELECT * FROM slots;

-- One of a distributed table is each shard's own.
CREATE TABLE spans (room int, during int4range, CONSTRAINT once EXCLUDE USING btree (room WITH =, during WITH =));
-- @cluster SELECT create_distributed_table('spans', 'room')
INSERT INTO spans VALUES (1, '[1,5)'), (1, '[4,6)'), (2, '[4,6)');
INSERT INTO spans VALUES (1, '[4,6)') ON CONFLICT ON CONSTRAINT once DO NOTHING;
INSERT INTO spans VALUES (1, '[4,6)'), (3, '[4,6)'), (2, '[1,9)'), (4, '[4,6)')
    ON CONFLICT ON CONSTRAINT once DO NOTHING RETURNING *;
INSERT INTO spans SELECT room + 1, during FROM spans ON CONFLICT ON CONSTRAINT once DO NOTHING;
INSERT INTO spans SELECT room, during FROM spans ON CONFLICT ON CONSTRAINT once DO NOTHING;
INSERT INTO spans VALUES (1, '[4,6)') ON CONFLICT DO NOTHING;
-- @error 42809
INSERT INTO spans VALUES (1, '[4,6)') ON CONFLICT ON CONSTRAINT once DO UPDATE SET during = excluded.during;
-- @error 42809
INSERT INTO spans VALUES (9, '[4,6)') ON CONFLICT ON CONSTRAINT once DO UPDATE SET room = spans.room + 1;
PREPARE book(int, int4range) AS INSERT INTO spans VALUES ($1, $2) ON CONFLICT ON CONSTRAINT once DO NOTHING;
EXECUTE book(1, '[4,6)');
EXECUTE book(7, '[2,3)');
-- Beside another one a row may conflict with what is not named.
ALTER TABLE spans ADD UNIQUE (room, during);
-- @cluster-error 0A000 INSERT INTO spans VALUES (1, '[4,6)') ON CONFLICT ON CONSTRAINT once DO NOTHING
-- @cluster-error 0A000 EXECUTE book(1, '[2,3)')
INSERT INTO spans VALUES (1, '[4,6)') ON CONFLICT DO NOTHING;
SELECT * FROM spans;

-- What looks at tableoid would see that of a shard.
CREATE TABLE whose (k int, v int CHECK (v > 0 OR tableoid = 'whose'::regclass));
-- @cluster-error 0A000 SELECT create_distributed_table('whose', 'k')
INSERT INTO whose VALUES (1, 0);
CREATE TABLE told (k int, o oid GENERATED ALWAYS AS (tableoid) STORED);
-- @cluster-error 0A000 SELECT create_distributed_table('told', 'k')
INSERT INTO told VALUES (1);
SELECT o = 'told'::regclass FROM told;
CREATE TABLE asked (k int, v int);
-- @cluster SELECT create_distributed_table('asked', 'k')
-- @cluster-error 0A000 ALTER TABLE asked ADD CHECK (tableoid = 'asked'::regclass)
-- @cluster-error 0A000 ALTER TABLE asked ADD COLUMN o oid GENERATED ALWAYS AS (tableoid) STORED
INSERT INTO asked VALUES (1, 1);
SELECT * FROM asked;
CREATE TABLE later (k int UNIQUE DEFERRABLE INITIALLY DEFERRED, v int);
-- @cluster SELECT create_distributed_table('later', 'k')
-- @error 55000
INSERT INTO later VALUES (1, 1) ON CONFLICT ON CONSTRAINT later_k_key DO NOTHING;
-- @error 55000
INSERT INTO later VALUES (1, 1), (2, 2) ON CONFLICT ON CONSTRAINT later_k_key DO NOTHING;
