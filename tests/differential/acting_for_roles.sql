-- Proves that nodes run each statement with the rights of whoever it belongs to, in one transaction with what other roles
-- have written: roles that may not log in, SECURITY DEFINER functions, checks of foreign keys, savepoints.
CREATE ROLE acting_owner NOLOGIN;
CREATE ROLE acting_caller LOGIN PASSWORD 'never told';
CREATE ROLE acting_member;
GRANT ALL ON SCHEMA diff_acting_for_roles TO acting_owner, acting_caller, acting_member;
CREATE TABLE hidden (k int PRIMARY KEY, v text);
CREATE TABLE copied (k int PRIMARY KEY, v text);
CREATE TABLE shown (k int PRIMARY KEY, v text);
-- @cluster SELECT create_distributed_table('hidden', 'k')
-- @cluster SELECT create_reference_table('copied')
-- @cluster SELECT create_distributed_table('shown', 'k', colocate_with => 'none', shard_count => 3)
ALTER TABLE hidden OWNER TO acting_owner;
ALTER TABLE copied OWNER TO acting_owner;
ALTER TABLE shown OWNER TO acting_caller;
INSERT INTO hidden SELECT g, 'v' || g FROM generate_series(1, 30) g;
INSERT INTO copied SELECT g, 'v' || g FROM generate_series(1, 5) g;
SET ROLE acting_owner;
CREATE FUNCTION note(i int) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
    INSERT INTO diff_acting_for_roles.hidden VALUES (i, current_user || ' for ' || session_user) $$;
CREATE FUNCTION note_copy(i int) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
    INSERT INTO diff_acting_for_roles.copied VALUES (i, current_user) $$;
CREATE FUNCTION notes() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$
    SELECT count(*) FROM diff_acting_for_roles.hidden h LEFT JOIN diff_acting_for_roles.copied c ON c.k = h.k $$;
CREATE FUNCTION try_note(i int) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO diff_acting_for_roles.hidden VALUES (i, 'tried');
    RETURN 'noted';
EXCEPTION WHEN unique_violation THEN RETURN 'known';
END $$;
CREATE FUNCTION steal() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN RETURN (SELECT count(*) FROM diff_acting_for_roles.shown); END $$;
RESET ROLE;
SET SESSION AUTHORIZATION acting_caller;
BEGIN;
INSERT INTO shown SELECT g, 'mine' FROM generate_series(1, 10) g;
SELECT note(100), note(101);
SELECT notes();
SELECT count(*), min(v), current_user FROM shown;
-- @error 42501
SELECT count(*) FROM hidden;
ROLLBACK;
SELECT notes();
SELECT count(*) FROM shown;
BEGIN;
INSERT INTO shown SELECT g, 'mine' FROM generate_series(1, 10) g;
SAVEPOINT a;
SELECT note(100), note_copy(100), note_copy(30);
SELECT notes();
SAVEPOINT b;
UPDATE shown SET v = 'yours' WHERE k < 4;
SELECT note(102);
-- @error 23505
SELECT note(100);
ROLLBACK TO b;
-- @error 42501
DELETE FROM hidden;
ROLLBACK TO b;
SELECT count(*) FILTER (WHERE v = 'yours') FROM shown;
SELECT try_note(100), try_note(103), try_note(103);
ROLLBACK TO a;
UPDATE shown SET v = 'theirs' WHERE k > 8;
SELECT try_note(104), note_copy(104);
COMMIT;
SELECT notes();
SELECT v, count(*) FROM shown GROUP BY v ORDER BY v;
-- @error 42501
SELECT * FROM hidden WHERE k = 104;
-- @error 42501
SELECT * FROM copied;
-- @error 42501
SET ROLE acting_owner;
-- A cursor goes on for whom it was opened while others run.
BEGIN;
DECLARE c CURSOR FOR SELECT k, v FROM shown ORDER BY k;
FETCH 3 FROM c;
SELECT note(105);
FETCH 4 FROM c;
SELECT notes();
FETCH ALL FROM c;
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT * FROM hidden WHERE k >= 100 ORDER BY k;
SELECT * FROM copied ORDER BY k;
-- From one role to another within a transaction.
GRANT acting_owner TO acting_member;
SET SESSION AUTHORIZATION acting_member;
BEGIN;
SET LOCAL ROLE acting_owner;
UPDATE hidden SET v = 'set' WHERE k = 100 OR k < 3;
RESET ROLE;
SELECT count(*) FROM hidden WHERE v = 'set';
-- @error 42501
SELECT count(*) FROM shown;
COMMIT;
BEGIN;
SET ROLE acting_owner;
DELETE FROM hidden WHERE k = 105;
-- @error 42501
SELECT steal();
ROLLBACK;
SELECT current_user, count(*) FROM hidden;
RESET SESSION AUTHORIZATION;
-- A role that is made in the same transaction.
BEGIN;
CREATE ROLE acting_new;
GRANT USAGE ON SCHEMA diff_acting_for_roles TO acting_new;
GRANT SELECT ON hidden TO acting_new;
SET LOCAL ROLE acting_new;
SELECT count(*) FROM hidden;
-- @error 42501
SELECT count(*) FROM shown;
ROLLBACK;
-- PostgreSQL checks the foreign key of a local table as the owner of the table.
CREATE TABLE local_child (id int PRIMARY KEY, k int);
ALTER TABLE local_child OWNER TO acting_caller;
GRANT REFERENCES, SELECT ON hidden TO acting_caller;
SET SESSION AUTHORIZATION acting_caller;
ALTER TABLE local_child ADD FOREIGN KEY (k) REFERENCES hidden;
INSERT INTO local_child VALUES (1, 1), (2, 104);
-- @error 23503
INSERT INTO local_child VALUES (3, 999);
BEGIN;
UPDATE shown SET v = 'again' WHERE k = 1;
SELECT note(200);
INSERT INTO local_child VALUES (4, 200);
COMMIT;
-- @error 23503
UPDATE local_child SET k = 300;
SELECT * FROM local_child ORDER BY id;
RESET SESSION AUTHORIZATION;
-- Values that a node computes know both names.
SET SESSION AUTHORIZATION acting_member;
SET ROLE acting_owner;
SELECT DISTINCT current_user, session_user FROM hidden;
INSERT INTO hidden VALUES (400, current_user || '/' || session_user) RETURNING v;
RESET SESSION AUTHORIZATION;
RESET ROLE;
DROP TABLE local_child;
-- Functions in an index run as the owner of the table, whoever builds it.
CREATE FUNCTION of_owner(i int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
    ASSERT current_user = 'acting_owner', 'called by ' || current_user; RETURN i; END $$;
CREATE INDEX by_owner ON hidden ((of_owner(k) + of_owner(0))) WHERE of_owner(k + 10) > of_owner(10);
DROP INDEX by_owner;
CREATE INDEX CONCURRENTLY by_owner ON hidden ((of_owner(k) + of_owner(0))) WHERE of_owner(k + 10) > of_owner(10);
REINDEX TABLE hidden;
REINDEX INDEX by_owner;
DROP INDEX CONCURRENTLY by_owner;
-- A schema that the owner of the table may use, but could not have made.
CREATE SCHEMA acting_given;
GRANT USAGE, CREATE ON SCHEMA acting_given TO acting_caller;
SET SESSION AUTHORIZATION acting_caller;
CREATE TABLE acting_given.t (k int PRIMARY KEY, v int);
-- @cluster SELECT create_distributed_table('acting_given.t', 'k')
INSERT INTO acting_given.t SELECT g, g FROM generate_series(1, 20) g;
SELECT sum(v) FROM acting_given.t;
-- @error 42501
DROP SCHEMA acting_given;
RESET SESSION AUTHORIZATION;
-- @cluster DO $$ BEGIN IF EXISTS (SELECT FROM run_command_on_workers('SELECT nspowner::regrole || '' '' || has_schema_privilege(''acting_caller'', oid, ''CREATE'') FROM pg_namespace WHERE nspname = ''acting_given''') WHERE result <> 'postgres true') THEN RAISE EXCEPTION 'the schema differs'; END IF; END $$
DROP SCHEMA acting_given CASCADE;
DROP OWNED BY acting_owner, acting_caller, acting_member;
DROP ROLE acting_owner, acting_caller, acting_member;
