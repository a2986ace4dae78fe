-- What the engine runs as a superuser finds no operator, function or relation of the user's whose
-- statement it is. Each of these raises if it runs as somebody else.
CREATE ROLE mallory;
CREATE SCHEMA traps AUTHORIZATION mallory;
GRANT CREATE ON SCHEMA public TO mallory;
SET ROLE mallory;
SET search_path = traps, public;
CREATE FUNCTION sprung() RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'mallory' THEN RAISE EXCEPTION 'sprung as %', current_user; END IF;
    RETURN true;
END $$;
DO $$
DECLARE
    a text;
    b text;
    operator text;
BEGIN
    FOREACH a IN ARRAY ARRAY['oid', 'int4', 'int2', '"char"', 'name', 'text', 'regclass', 'bool'] LOOP
        FOREACH b IN ARRAY ARRAY['oid', 'int4', 'int2', '"char"', 'name', 'text', 'regclass', 'unknown'] LOOP
            IF b <> 'unknown' THEN
                EXECUTE format('CREATE FUNCTION eq(%s, %s) RETURNS boolean LANGUAGE sql AS ''SELECT traps.sprung()''', a, b);
                FOREACH operator IN ARRAY ARRAY['=', '<>', '>', '>=', '<', '<='] LOOP
                    EXECUTE format('CREATE OPERATOR public.%s (FUNCTION = eq, LEFTARG = %s, RIGHTARG = %s)', operator, a, b);
                END LOOP;
            END IF;
        END LOOP;
    END LOOP;
END $$;
RESET ROLE;
DO $$
DECLARE
    catalog name;
BEGIN
    FOR catalog IN SELECT relname FROM pg_catalog.pg_class WHERE relnamespace OPERATOR(pg_catalog.=) 'pg_catalog'::regnamespace::oid
        AND relkind OPERATOR(pg_catalog.=) 'r'::"char" AND has_table_privilege('mallory', oid, 'SELECT')
        AND relname OPERATOR(pg_catalog.<>) 'pg_attribute' LOOP
        EXECUTE format('SET ROLE mallory; CREATE TEMP VIEW %I AS SELECT * FROM pg_catalog.%I WHERE traps.sprung(); SET ROLE postgres', catalog, catalog);
    END LOOP;
END $$;
SET ROLE mallory;

CREATE TABLE parent (a int PRIMARY KEY, b text);
CREATE TABLE t (k int PRIMARY KEY, v text DEFAULT 'x', w int GENERATED ALWAYS AS (k + 1) STORED, CHECK (traps.sprung() AND k > 0));
CREATE INDEX ON t (v) WHERE traps.sprung();
CREATE INDEX ON t (k, (traps.sprung()));
CREATE POLICY p ON t USING (traps.sprung() AND k < 1000);
CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM traps.sprung(); RETURN new; END';
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW WHEN (traps.sprung()) EXECUTE FUNCTION fired();
CREATE VIEW seen AS SELECT * FROM t WHERE traps.sprung();
INSERT INTO t SELECT g FROM generate_series(1, 20) g;
INSERT INTO parent SELECT g, g FROM generate_series(1, 20) g;
-- @cluster SELECT create_distributed_table('parent', 'a')
-- @cluster SELECT create_distributed_table('t', 'k', colocate_with => 'parent')
ALTER TABLE t ADD FOREIGN KEY (k) REFERENCES parent ON DELETE CASCADE;
ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX later ON t ((v || 'x')) WHERE traps.sprung();
ALTER TABLE t ADD COLUMN z int DEFAULT 3, ADD CHECK (traps.sprung() AND z = 3);
ALTER TABLE t ALTER COLUMN z TYPE bigint, ALTER COLUMN v SET NOT NULL;
ALTER POLICY p ON t USING (traps.sprung());
ALTER TABLE t RENAME COLUMN z TO zz;
ALTER TABLE t RENAME TO u;
CREATE STATISTICS s ON k, v FROM u;
COMMENT ON TABLE u IS 'a trap';
ANALYZE u;
REINDEX TABLE u;
CLUSTER u USING t_pkey;
UPDATE u SET v = 'y' WHERE k > 3;
DELETE FROM parent WHERE a = 4;
MERGE INTO u USING parent p ON p.a = u.k WHEN MATCHED THEN UPDATE SET v = p.b;
SELECT count(*), min(v), sum(w) FROM seen;
TRUNCATE parent, u;
INSERT INTO parent VALUES (1, 'one');
INSERT INTO u VALUES (1);
-- @cluster SELECT undistribute_table('u', cascade_via_foreign_keys => true)
SELECT k, v FROM u;
-- @cluster SELECT create_reference_table('parent')
ALTER TABLE parent ADD COLUMN c int;
UPDATE parent SET c = a;
-- @cluster SELECT create_distributed_table('u', 'k')
ALTER TABLE u DROP COLUMN k CASCADE;
SELECT * FROM u;
DROP TABLE u, parent CASCADE;

-- A superuser is no other.
RESET ROLE;
CREATE TABLE o (k int PRIMARY KEY, v text CHECK (v <> ''));
INSERT INTO o SELECT g, g FROM generate_series(1, 9) g;
-- @cluster SELECT create_distributed_table('o', 'k')
ALTER TABLE o ADD COLUMN z int DEFAULT 3;
CREATE INDEX ON o (z);
CREATE POLICY p ON o USING (k < 5);
CREATE PUBLICATION published FOR TABLE o;
ALTER PUBLICATION published SET TABLE o WHERE (k > 3);
DROP PUBLICATION published;
-- @cluster SELECT undistribute_table('o')
-- @cluster SELECT create_reference_table('o')
SELECT count(*) FROM o;
DROP TABLE o;
DROP OWNED BY mallory CASCADE;
DROP ROLE mallory;
DROP SCHEMA IF EXISTS traps;
RESET search_path;

-- What tasks call, anybody may call.
-- @cluster-error 42809 SELECT pgspan.row_was_there('pg_tables'::regclass, '(0,1)')
-- @cluster-error 42809 SELECT pgspan.row_was_there('pg_class'::regclass, '(4294967295,1)')
-- @cluster-error 42809 SELECT pgspan.row_was_there(0, '(0,1)')
