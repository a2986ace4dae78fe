-- Proves that MERGE into tables with distributed partitions or heirs does what PostgreSQL's does.
CREATE TABLE pr (a int, b text, c int) PARTITION BY LIST (a);
CREATE TABLE pr1 PARTITION OF pr FOR VALUES IN (1, 2);
CREATE TABLE p3 (c int, junk int, a int, b text DEFAULT 'of p3');
ALTER TABLE p3 DROP COLUMN junk;
CREATE TABLE p4 (b text, a int, c int);
ALTER TABLE pr ALTER COLUMN b SET DEFAULT 'of pr';
-- @cluster SELECT create_distributed_table('p3', 'c', shard_count => 8)
-- @cluster SELECT create_distributed_table('p4', 'a', shard_count => 4, colocate_with => 'none')
INSERT INTO pr1 SELECT 1 + g % 2, 'local' || g, g FROM generate_series(1, 5) g;
INSERT INTO p3 SELECT g, 3, 't' || g FROM generate_series(1, 5) g;
INSERT INTO p4 SELECT 'u' || g, 4, g FROM generate_series(1, 5) g;
ALTER TABLE pr ATTACH PARTITION p3 FOR VALUES IN (3);
ALTER TABLE pr ATTACH PARTITION p4 FOR VALUES IN (4, 5);
CREATE TABLE source (a int, c int, delta int);
INSERT INTO source SELECT g % 6, g, g * 10 FROM generate_series(1, 9) g WHERE g % 6 > 0;
CREATE TABLE d (a int, c int, delta int);
-- @cluster SELECT create_distributed_table('d', 'c', shard_count => 8)
INSERT INTO d SELECT * FROM source;
BEGIN;
MERGE INTO pr USING source s ON pr.a = s.a AND pr.c = s.c
    WHEN MATCHED THEN UPDATE SET b = b || ' merged ' || s.delta
    WHEN NOT MATCHED THEN INSERT (c, a) VALUES (s.c + 100, s.a);
SELECT tableoid::regclass::text, * FROM pr ORDER BY a, c;
ROLLBACK;
BEGIN;
MERGE INTO pr t USING d s ON t.a = s.a AND t.c = s.c
    WHEN MATCHED AND t.a = 3 THEN DELETE
    WHEN MATCHED AND s.delta > 30 THEN UPDATE SET b = s.delta, c = t.c + s.delta
    WHEN MATCHED THEN DO NOTHING
    WHEN NOT MATCHED AND s.a = 2 THEN DO NOTHING
    WHEN NOT MATCHED AND s.c > 4 THEN INSERT VALUES (s.a, DEFAULT, s.c)
    WHEN NOT MATCHED THEN DO NOTHING;
SELECT * FROM pr ORDER BY a, c;
ROLLBACK;
BEGIN;
MERGE INTO pr USING (SELECT a, max(c) AS c FROM d GROUP BY a) s ON pr.a = s.a WHEN MATCHED AND pr.c = s.c THEN DELETE;
MERGE INTO pr USING (VALUES (1, 77), (4, 78)) s (a, c) ON pr.a = s.a AND pr.c = s.c
    WHEN NOT MATCHED THEN INSERT VALUES (s.a, 'v', s.c);
MERGE INTO pr USING d JOIN source USING (a, c) ON pr.a = d.a WHEN MATCHED AND pr.b = 'none' THEN DELETE
    WHEN NOT MATCHED THEN INSERT VALUES (source.a, 'joined', d.c);
SELECT * FROM pr ORDER BY a, c;
-- @error 21000
MERGE INTO pr USING (VALUES (3), (3)) s (a) ON pr.a = s.a WHEN MATCHED THEN DELETE;
ROLLBACK;
-- @error 23514
MERGE INTO pr USING (VALUES (99)) s (a) ON pr.a = s.a WHEN NOT MATCHED THEN INSERT VALUES (s.a, 'x', 1);
WITH s AS (SELECT * FROM d WHERE c < 5) MERGE INTO pr USING s ON pr.a = s.a AND pr.c = s.c
    WHEN MATCHED THEN UPDATE SET b = upper(b) WHEN NOT MATCHED THEN INSERT VALUES (s.a, 'cte', s.c);
SELECT * FROM pr ORDER BY a, c;
PREPARE m(int, text) AS MERGE INTO pr USING (SELECT $1 AS a) s ON pr.a = s.a AND pr.c = 2
    WHEN MATCHED THEN UPDATE SET b = $2 WHEN NOT MATCHED THEN INSERT VALUES (s.a, $2, 2);
EXECUTE m(3, 'x');
EXECUTE m(5, 'y');
EXECUTE m(1, 'z');
SELECT * FROM pr WHERE c = 2 ORDER BY a, b;
DO $$
DECLARE n int;
BEGIN
    MERGE INTO pr USING source s ON pr.a = s.a WHEN MATCHED AND pr.c = s.c THEN UPDATE SET b = 'do'
        WHEN NOT MATCHED THEN INSERT VALUES (s.a, 'do', s.c);
    GET DIAGNOSTICS n = ROW_COUNT;
    IF n <> (SELECT count(*) FROM pr WHERE b = 'do') THEN RAISE 'count is %', n; END IF;
END $$;
SELECT * FROM pr ORDER BY a, c, b;
CREATE TABLE log (line text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log VALUES (TG_WHEN || ' ' || TG_OP || ' ' || TG_LEVEL || ' ' || TG_RELID::regclass || ' '
        || coalesce(to_jsonb(OLD)::text, '') || coalesce(to_jsonb(NEW)::text, ''));
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER each AFTER INSERT OR UPDATE OR DELETE ON pr FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER once BEFORE INSERT OR UPDATE OR DELETE ON pr FOR EACH STATEMENT EXECUTE FUNCTION note();
MERGE INTO pr USING source s ON pr.a = s.a AND pr.c = s.c WHEN MATCHED AND s.a = 3 THEN DELETE
    WHEN MATCHED THEN UPDATE SET b = 'fires' WHEN NOT MATCHED AND s.c < 5 THEN INSERT VALUES (s.a, 'new', s.c + 50);
SELECT line FROM log ORDER BY line;
SELECT * FROM pr ORDER BY a, c, b;
DROP TRIGGER each ON pr;
DROP TRIGGER once ON pr;
-- @error 21000
MERGE INTO pr USING source s ON pr.a = s.a WHEN MATCHED THEN UPDATE SET a = 3;
-- @cluster-error 0A000 MERGE INTO pr USING source s ON pr.a = s.a AND random() < 2 WHEN MATCHED THEN DELETE
-- Tables that others inherit from.
CREATE TABLE h (a int, b int);
-- @cluster SELECT create_distributed_table('h', 'a', shard_count => 8)
CREATE TABLE heir (c int) INHERITS (h);
INSERT INTO h SELECT g, g FROM generate_series(1, 5) g;
INSERT INTO heir SELECT g, g, g FROM generate_series(4, 8) g;
MERGE INTO h USING generate_series(3, 10) g (a) ON h.a = g.a WHEN MATCHED AND g.a = 3 THEN DELETE
    WHEN MATCHED THEN UPDATE SET b = h.b + 100 WHEN NOT MATCHED THEN INSERT VALUES (g.a, -1);
SELECT tableoid::regclass::text, * FROM h ORDER BY a, 1;
MERGE INTO ONLY h USING generate_series(4, 6) g (a) ON h.a = g.a WHEN MATCHED THEN DELETE;
SELECT tableoid::regclass::text, * FROM h ORDER BY a, 1;
CREATE TABLE parent (a int, b int);
CREATE TABLE child (x int) INHERITS (parent);
ALTER TABLE child NO INHERIT parent;
-- @cluster SELECT create_distributed_table('child', 'a', shard_count => 8)
ALTER TABLE child INHERIT parent;
INSERT INTO parent SELECT g, g FROM generate_series(1, 5) g;
INSERT INTO child SELECT g, g, g FROM generate_series(4, 8) g;
MERGE INTO parent USING d ON d.c = parent.a WHEN MATCHED AND d.c = 5 THEN DELETE
    WHEN MATCHED THEN UPDATE SET b = delta WHEN NOT MATCHED THEN INSERT VALUES (d.c, -1);
SELECT tableoid::regclass::text, * FROM parent ORDER BY a, 1;
