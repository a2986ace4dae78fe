-- Proves that errors of rows name tables and constraints as users know them.
CREATE FUNCTION error_of(command text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  message text; detail text; of_schema text; of_table text; of_column text; of_constraint text;
BEGIN
  EXECUTE command;
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, of_schema = SCHEMA_NAME,
    of_table = TABLE_NAME, of_column = COLUMN_NAME, of_constraint = CONSTRAINT_NAME;
  RETURN ARRAY[SQLSTATE, message, detail, of_schema, of_table, of_column, of_constraint];
END $$;
CREATE TABLE owners (id int, part int, CONSTRAINT owners_key PRIMARY KEY (id, part));
CREATE TABLE kinds (id int PRIMARY KEY, name text UNIQUE CHECK (name <> 'bad'));
CREATE TABLE items (id int PRIMARY KEY, part int NOT NULL CHECK (part < 100), email text, kind int,
  CONSTRAINT "An e-mail each" UNIQUE (id, email),
  CONSTRAINT a_constraint_whose_name_is_as_long_as_postgresql_lets_names_be UNIQUE (id, part, email),
  CONSTRAINT a_constraint_whose_name_is_as_long_as_postgresql_lets_names_bf UNIQUE (id, part, kind, email),
  CONSTRAINT of_owner FOREIGN KEY (id, part) REFERENCES owners, CONSTRAINT of_kind FOREIGN KEY (kind) REFERENCES kinds);
CREATE TABLE spans (id int, r int4range, n int CONSTRAINT small CHECK (n < 10), CONSTRAINT apart EXCLUDE USING btree (id WITH =));
CREATE TABLE "Ünïts ""x""" (id int CONSTRAINT "the ""key""" PRIMARY KEY, n int NOT NULL);
CREATE TABLE later (id int, n int, CONSTRAINT at_end UNIQUE (id) DEFERRABLE INITIALLY DEFERRED, CONSTRAINT maybe UNIQUE (id, n) DEFERRABLE);
-- @cluster SELECT create_distributed_table('owners', 'id')
-- @cluster SELECT create_reference_table('kinds')
-- @cluster SELECT create_distributed_table('items', 'id', colocate_with => 'owners')
-- @cluster SELECT create_distributed_table('spans', 'id')
-- @cluster SELECT create_distributed_table('"Ünïts ""x"""', 'id')
-- @cluster SELECT create_distributed_table('later', 'id')
INSERT INTO owners SELECT g, g FROM generate_series(1, 20) g;
INSERT INTO kinds VALUES (1, 'one'), (2, 'two');
INSERT INTO items SELECT g, g, 'e' || g, 1 FROM generate_series(1, 10) g;
INSERT INTO spans SELECT g, int4range(g, g + 1), 1 FROM generate_series(1, 10) g;
INSERT INTO "Ünïts ""x""" SELECT g, g FROM generate_series(1, 10) g;
INSERT INTO later SELECT g, g FROM generate_series(1, 10) g;

-- One row, many rows, rows that are computed.
SELECT error_of('INSERT INTO items VALUES (1, 1)');
SELECT error_of('INSERT INTO items VALUES (11, 11), (12, 12), (3, 3)');
SELECT error_of('INSERT INTO items SELECT id, part FROM items WHERE id = 7');
SELECT error_of('INSERT INTO items SELECT id, part FROM owners WHERE id IN (7, 15)');
SELECT error_of('INSERT INTO items VALUES (11, NULL)');
SELECT error_of('INSERT INTO items VALUES (11, 1000)');
SELECT error_of('UPDATE items SET part = 1000 WHERE id = 3');
SELECT error_of('UPDATE items SET part = NULL WHERE email = ''e5''');
SELECT error_of('UPDATE items SET part = part + 95 WHERE id = 6');
-- Foreign keys, at both ends.
SELECT error_of('INSERT INTO items VALUES (11, 12)');
SELECT error_of('INSERT INTO items VALUES (11, 11, ''x'', 5)');
SELECT error_of('UPDATE items SET kind = 9 WHERE id = 4');
SELECT error_of('DELETE FROM owners WHERE id = 4');
SELECT error_of('UPDATE owners SET part = 5 WHERE id = 4');
SELECT error_of('DELETE FROM kinds WHERE id = 1');
-- Reference tables.
SELECT error_of('INSERT INTO kinds VALUES (1, ''again'')');
SELECT error_of('INSERT INTO kinds VALUES (3, ''bad'')');
SELECT error_of('UPDATE kinds SET name = ''one'' WHERE id = 2');
-- Exclusion constraints, odd names.
SELECT error_of('INSERT INTO spans VALUES (4)');
SELECT error_of('INSERT INTO spans VALUES (40, NULL, 10)');
SELECT error_of('INSERT INTO "Ünïts ""x""" VALUES (4, 4)');
SELECT error_of('INSERT INTO "Ünïts ""x""" VALUES (14)');
-- Constraints that come, change their names, and look at rows in other ways.
ALTER TABLE items DROP CONSTRAINT items_pkey;
SELECT error_of('INSERT INTO items VALUES (1, 1, ''e1'')');
ALTER TABLE items RENAME CONSTRAINT "An e-mail each" TO one_each;
SELECT error_of('INSERT INTO items VALUES (1, 1, ''e1'')');
ALTER TABLE items DROP CONSTRAINT one_each;
SELECT error_of('INSERT INTO items VALUES (1, 1, ''e1'')');
ALTER TABLE items DROP CONSTRAINT a_constraint_whose_name_is_as_long_as_postgresql_lets_names_be;
SELECT error_of('INSERT INTO items VALUES (1, 1, ''e1'', 1)');
ALTER TABLE items DROP CONSTRAINT a_constraint_whose_name_is_as_long_as_postgresql_lets_names_bf;
CREATE UNIQUE INDEX by_hand ON items (id, lower(email)) WHERE part > 0;
SELECT error_of('INSERT INTO items VALUES (1, 1, ''E1'', 1)');
ALTER INDEX by_hand RENAME TO by_other_hand;
SELECT error_of('INSERT INTO items VALUES (1, 1, ''E1'', 1)');
ALTER TABLE items ADD CONSTRAINT later_added CHECK (kind < 2);
SELECT error_of('INSERT INTO items VALUES (11, 11, NULL, 2)');
ALTER TABLE items RENAME TO things;
SELECT error_of('INSERT INTO things VALUES (1, 1, ''E1'', 1)');
SELECT error_of('INSERT INTO things VALUES (11, 11, NULL, 2)');
CREATE SCHEMA errors_elsewhere;
ALTER TABLE things SET SCHEMA errors_elsewhere;
SELECT error_of('INSERT INTO errors_elsewhere.things VALUES (1, 1, ''E1'', 1)');
ALTER TABLE errors_elsewhere.things SET SCHEMA public;
DROP SCHEMA errors_elsewhere;
-- Values that look like names stay as they are.
SELECT error_of('INSERT INTO things SELECT 11, 1000, ''things_t'' || table_id || '' things_102008 pgspan_data'' FROM (VALUES (1)) v(table_id)');
-- Constraints that are looked at later.
SELECT error_of('INSERT INTO later VALUES (100, 1), (1, 50); SET CONSTRAINTS ALL IMMEDIATE');
SELECT error_of('INSERT INTO later VALUES (10, 10)');
SELECT error_of('UPDATE later SET n = 5, id = 5 WHERE id IN (6, 7)');
-- Definitions that rows do not comply with.
SELECT error_of('ALTER TABLE things ADD CONSTRAINT few CHECK (part > 1)');
UPDATE things SET kind = NULL WHERE id = 3;
SELECT error_of('ALTER TABLE things ALTER COLUMN kind SET NOT NULL');
INSERT INTO things VALUES (3, 3, NULL, 1);
SELECT error_of('CREATE UNIQUE INDEX once ON things (id, part)');
SELECT error_of('ALTER TABLE things ADD CONSTRAINT "Once only" UNIQUE (id)');
ALTER TABLE things DROP CONSTRAINT of_kind, DROP CONSTRAINT later_added;
UPDATE things SET kind = 17 WHERE id = 5;
SELECT error_of('ALTER TABLE things ADD CONSTRAINT "of a kind" FOREIGN KEY (kind) REFERENCES kinds');
CREATE DOMAIN small AS int;
CREATE TABLE counted (id int, n small);
-- @cluster SELECT create_distributed_table('counted', 'id')
INSERT INTO counted VALUES (1, 100);
SELECT error_of('ALTER DOMAIN small ADD CHECK (VALUE < 50)');
SELECT count(*) FROM things;
