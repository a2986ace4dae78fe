-- Proves that under session_replication_role = replica foreign keys and deferred checks keep still wherever rows lie, for
-- whoever the session belongs to, and that they are back afterwards.
CREATE TABLE r (id int PRIMARY KEY, v int);
CREATE TABLE rc (id int PRIMARY KEY, rid int REFERENCES r ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE p (k int PRIMARY KEY, v int);
CREATE TABLE c (k int PRIMARY KEY REFERENCES p ON DELETE CASCADE, rid int REFERENCES r ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE far (k int PRIMARY KEY, pk int REFERENCES p ON DELETE CASCADE);
CREATE TABLE u (k int, v int, UNIQUE (k, v) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE local_one (k int REFERENCES p ON DELETE CASCADE);
-- @cluster SELECT create_reference_table('r')
-- @cluster SELECT create_reference_table('rc')
-- @cluster SELECT create_distributed_table('p', 'k')
-- @cluster SELECT create_distributed_table('c', 'k', colocate_with => 'p')
-- @cluster SELECT create_distributed_table('far', 'k', colocate_with => 'p')
-- @cluster SELECT create_distributed_table('u', 'k')
INSERT INTO r SELECT g, g FROM generate_series(1, 20) g;
INSERT INTO rc SELECT g, g FROM generate_series(1, 20) g;
INSERT INTO p SELECT g, g FROM generate_series(1, 20) g;
INSERT INTO c SELECT g, g FROM generate_series(1, 20) g;
INSERT INTO far SELECT g, 21 - g FROM generate_series(1, 20) g;
INSERT INTO local_one SELECT g FROM generate_series(1, 20) g;
CREATE ROLE repl_writer;
GRANT ALL ON ALL TABLES IN SCHEMA diff_replica_role TO repl_writer;
GRANT USAGE ON SCHEMA diff_replica_role TO repl_writer;
CREATE VIEW counts AS SELECT (SELECT count(*) FROM r) r, (SELECT sum(rid) FROM rc) rc, (SELECT count(*) FROM p) p, (SELECT sum(rid) FROM c) c, (SELECT count(*) FROM far) far, (SELECT count(*) FROM local_one) l, (SELECT count(*) FROM u) u;
SELECT * FROM counts;

SET session_replication_role = replica;
DELETE FROM r WHERE id = 1;
DELETE FROM p WHERE k = 2;
UPDATE r SET id = 103 WHERE id = 3;
DELETE FROM p USING r WHERE r.id = p.k AND r.v BETWEEN 4 AND 5;
INSERT INTO c VALUES (50, 51);
INSERT INTO c SELECT g, g FROM generate_series(60, 70) g;
INSERT INTO rc VALUES (50, 51);
INSERT INTO far VALUES (50, 51);
INSERT INTO local_one VALUES (50);
UPDATE c SET k = k + 1000 WHERE k = 6;
UPDATE p SET k = k + 1000 WHERE k = 7;
COPY c FROM STDIN;
80	81
\.
INSERT INTO u VALUES (1, 1), (1, 1);
SELECT * FROM counts;
-- @cluster SELECT 1 / (count(DISTINCT result) = 1)::int FROM run_command_on_all_nodes('SELECT sum(rid) || '' '' || count(*) FROM diff_replica_role.rc')

-- For whoever the session belongs to then.
SET ROLE repl_writer;
DELETE FROM r WHERE id = 8;
INSERT INTO c VALUES (51, 52);
RESET ROLE;
SET SESSION AUTHORIZATION repl_writer;
DELETE FROM p WHERE k = 9;
INSERT INTO c VALUES (52, 53);
SELECT * FROM c WHERE k > 50 ORDER BY k LIMIT 2;
-- @error 42501
SET session_replication_role = origin;
RESET SESSION AUTHORIZATION;
SET session_replication_role = local;
-- @error 23503
INSERT INTO c VALUES (53, 54);
RESET session_replication_role;

-- And back again, as a role that could not set it.
SET session_replication_role = replica;
INSERT INTO c VALUES (54, 55);
RESET session_replication_role;
SET ROLE repl_writer;
-- @error 23503
INSERT INTO c VALUES (55, 56);
DELETE FROM r WHERE id = 10;
DELETE FROM p WHERE k = 11;
SELECT * FROM c WHERE k < 20 ORDER BY k;
RESET ROLE;
SELECT * FROM counts;

-- In transactions.
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM r WHERE id = 12;
SAVEPOINT s;
SET LOCAL session_replication_role = origin;
DELETE FROM r WHERE id = 13;
-- @error 23503
INSERT INTO c VALUES (56, 57);
ROLLBACK TO s;
INSERT INTO c VALUES (56, 57);
SAVEPOINT s;
DELETE FROM p WHERE k = 13;
ROLLBACK TO s;
SET LOCAL session_replication_role = origin;
DELETE FROM p WHERE k = 14;
SELECT * FROM counts;
COMMIT;
-- @error 23503
INSERT INTO c VALUES (57, 58);
BEGIN;
INSERT INTO p VALUES (57, 58);
SET LOCAL session_replication_role = replica;
INSERT INTO c VALUES (57, 58);
ROLLBACK;
-- @error 23503
INSERT INTO c VALUES (57, 58);
CREATE FUNCTION quiet(i int) RETURNS void LANGUAGE plpgsql SET session_replication_role = replica AS $$
BEGIN
    DELETE FROM r WHERE id = i;
    INSERT INTO c VALUES (i + 100, i + 101);
END $$;
SELECT quiet(15);
-- @error 23503
INSERT INTO c VALUES (58, 59);
DELETE FROM r WHERE id = 16;
SELECT * FROM counts;
-- @error 23505
INSERT INTO u VALUES (1, 2), (1, 2);
-- @cluster SELECT 1 / (count(DISTINCT result) = 1)::int FROM run_command_on_all_nodes('SELECT sum(rid) || '' '' || count(*) FROM diff_replica_role.rc')
DROP OWNED BY repl_writer;
DROP ROLE repl_writer;
