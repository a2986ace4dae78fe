-- Proves that roles made, changed, granted and dropped on the coordinator do the same on every node: roles that may not log
-- in, memberships, names of every kind, SET ROLE and SET SESSION AUTHORIZATION without a password for the node.
CREATE TABLE t (k int PRIMARY KEY, v int);
-- @cluster SELECT create_distributed_table('t', 'k', shard_count => 8)
INSERT INTO t SELECT g, g FROM generate_series(1, 50) g;
CREATE ROLE pgspan_readers;
CREATE ROLE pgspan_reader LOGIN PASSWORD 'secret' IN ROLE pgspan_readers CONNECTION LIMIT 7;
CREATE ROLE "pgspan odd ""\ röle" NOINHERIT;
CREATE SCHEMA pgspan_of_reader AUTHORIZATION pgspan_reader;
GRANT USAGE ON SCHEMA pgspan_of_reader TO PUBLIC;
CREATE TABLE pgspan_of_reader.own (k int PRIMARY KEY, v int);
-- @cluster SELECT create_distributed_table('pgspan_of_reader.own', 'k', colocate_with => 'none')
ALTER TABLE pgspan_of_reader.own OWNER TO pgspan_reader;
CREATE FUNCTION pg_temp.whose() RETURNS text LANGUAGE sql AS 'SELECT current_user::text';
SET ROLE pgspan_readers;
-- @error 42501
SELECT count(*) FROM pgspan_of_reader.own;
RESET ROLE;
GRANT SELECT ON pgspan_of_reader.own TO pgspan_readers;
GRANT SELECT, UPDATE (v) ON pgspan_of_reader.own TO "pgspan odd ""\ röle";
SET SESSION AUTHORIZATION pgspan_reader;
INSERT INTO pgspan_of_reader.own SELECT g, g FROM generate_series(1, 20) g;
SELECT count(*), current_user FROM pgspan_of_reader.own;
SELECT v FROM pgspan_of_reader.own WHERE k = 4;
SET ROLE pgspan_readers;
SELECT count(*), current_user FROM pgspan_of_reader.own;
-- @error 42501
DELETE FROM pgspan_of_reader.own WHERE k = 4;
RESET ROLE;
RESET SESSION AUTHORIZATION;
SET ROLE "pgspan odd ""\ röle";
UPDATE pgspan_of_reader.own SET v = 0 WHERE k = 5;
-- @error 42501
UPDATE pgspan_of_reader.own SET k = 0 WHERE k = 5;
RESET ROLE;
REVOKE SELECT ON pgspan_of_reader.own FROM pgspan_readers;
SET ROLE pgspan_readers;
-- @error 42501
SELECT count(*) FROM pgspan_of_reader.own;
RESET ROLE;
-- @error 0LP01
GRANT pgspan_reader TO pgspan_readers;
GRANT pgspan_reader TO "pgspan odd ""\ röle" WITH ADMIN OPTION;
SET ROLE "pgspan odd ""\ röle";
SET ROLE pgspan_reader;
SELECT count(*) FROM pgspan_of_reader.own;
RESET ROLE;
REVOKE ADMIN OPTION FOR pgspan_reader FROM "pgspan odd ""\ röle";
REVOKE pgspan_reader FROM "pgspan odd ""\ röle";
ALTER ROLE pgspan_reader NOLOGIN CREATEDB PASSWORD NULL;
ALTER ROLE pgspan_reader RENAME TO pgspan_writer;
SET ROLE pgspan_writer;
SELECT count(*) FROM pgspan_of_reader.own;
RESET ROLE;
ALTER GROUP pgspan_readers DROP USER pgspan_writer;
ALTER GROUP pgspan_readers ADD USER pgspan_writer;
BEGIN;
CREATE ROLE pgspan_never;
ROLLBACK;
-- @cluster DO $$ BEGIN IF EXISTS (SELECT FROM run_command_on_workers('SELECT count(*) FROM pg_roles WHERE rolname = ''pgspan_never''') WHERE result <> '0') THEN RAISE EXCEPTION 'left'; END IF; END $$
-- @cluster DO $$ BEGIN IF EXISTS (SELECT FROM run_command_on_workers('SELECT string_agg(concat_ws('','', rolname, rolcanlogin, rolcreatedb, rolconnlimit), '';'' ORDER BY rolname) FROM pg_roles WHERE rolname IN (''pgspan_writer'', ''pgspan_readers'')') WHERE result <> 'pgspan_readers,f,f,-1;pgspan_writer,f,t,7') THEN RAISE EXCEPTION 'roles differ'; END IF; END $$
-- @error 2BP01
DROP ROLE pgspan_writer;
DROP SCHEMA pgspan_of_reader CASCADE;
DROP OWNED BY pgspan_readers, "pgspan odd ""\ röle";
DROP ROLE pgspan_writer, pgspan_readers, "pgspan odd ""\ röle";
-- @cluster DO $$ BEGIN IF EXISTS (SELECT FROM run_command_on_workers('SELECT count(*) FROM pg_roles WHERE rolname LIKE ''pgspan\_%'' OR rolname LIKE ''pgspan odd%''') WHERE result <> '0') THEN RAISE EXCEPTION 'left'; END IF; END $$
