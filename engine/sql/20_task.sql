-- What appears inside the SQL of tasks and plans; nobody calls these by hand.

-- The marker of a node-wide task: consumed by the node's planner. Executing it is an error.
CREATE FUNCTION pgspan.task_shards(table_id integer, shards text, partial_aggregate boolean) RETURNS boolean
    LANGUAGE c STABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'pgspan_task_shards';

CREATE FUNCTION pgspan.remote_rows_support(internal) RETURNS internal
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'pgspan_remote_rows_support';
-- The range-table entry of a remote relation: its paths are supplied by the planner's hooks. Volatile is what writes,
-- locks rows or calls volatile functions. Executing it is an error.
CREATE FUNCTION pgspan.remote_rows(remote_relation bigint) RETURNS SETOF record
    LANGUAGE c STABLE PARALLEL RESTRICTED SUPPORT pgspan.remote_rows_support
    AS 'MODULE_PATHNAME', 'pgspan_remote_rows';
CREATE FUNCTION pgspan.volatile_remote_rows(remote_relation bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED SUPPORT pgspan.remote_rows_support
    AS 'MODULE_PATHNAME', 'pgspan_remote_rows';

-- Where the row lies that a cursor has fetched last: what UPDATE and DELETE … WHERE CURRENT OF ask for.
CREATE FUNCTION pgspan.current_of(cursor text, relation oid, wanted integer, type anyelement) RETURNS anyelement
    LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'pgspan_current_of';

-- The element of an array of one: what a scalar sub-query returns that is asked for many rows at once. More are an error.
CREATE FUNCTION pgspan.only_value(anyarray) RETURNS anyelement
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pgspan_only_value';

-- In the place of a parameter whose expression could not be evaluated: raises the error (SQLSTATE, message, detail, hint,
-- context, the names of schema, table, column, type and constraint, the inner query and the place in it) for the row
-- that asks for it, if one does.
CREATE FUNCTION pgspan.raise_error(error text[], parameter anyelement) RETURNS anyelement
    LANGUAGE c STABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'pgspan_raise_error';

-- By another node, in a session that it has opened: what follows runs with the rights of these roles, and under its
-- session_replication_role.
CREATE FUNCTION pgspan.act_for(session_user_name text, role_name text, number integer, proof text,
                               as_replica boolean DEFAULT false) RETURNS void
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pgspan_act_for';

-- Conditions of policies and of security barriers inside a task, consumed by the node's planner: one for the rows of
-- the table whose tableoid it names (or, with NULL, the sign of a barrier), and one for new rows. Executing them is an
-- error.
CREATE FUNCTION pgspan.row_condition(of_table oid, condition boolean) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pgspan_row_condition';
REVOKE ALL ON FUNCTION pgspan.row_condition(oid, boolean) FROM public;
CREATE FUNCTION pgspan.new_row_condition(kind integer, relation text, policy text, condition boolean) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pgspan_new_row_condition';
REVOKE ALL ON FUNCTION pgspan.new_row_condition(integer, text, text, boolean) FROM public;

-- Raises the error of a condition for new rows that does not hold, where the coordinator computes the rows.
CREATE FUNCTION pgspan.check_new_row(kind integer, relation text, policy text, condition boolean) RETURNS boolean
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pgspan_check_new_row';

-- In a task that inserts with ON CONFLICT DO UPDATE, of a row that it returns: false if the task has inserted it.
CREATE FUNCTION pgspan.row_was_there(shard oid, place tid) RETURNS boolean
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pgspan_row_was_there';

-- The condition of a policy that reads tables which only the coordinator has.
CREATE FUNCTION pgspan.policy_of_coordinator(relation text, policy text) RETURNS boolean
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pgspan_policy_of_coordinator';

-- By a statement that writes reference tables, before it runs here: takes the copy's lock in the mode of its use.
CREATE FUNCTION pgspan.lock_copy(copy regclass, use integer) RETURNS boolean
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pgspan_lock_copy';

-- Rows that nodes hand to each other (engine/executor/exchange.h): those that compute them keep them for the others,
-- by the shard of a table to which the key-th value belongs (0: NULL; -1: for all) …
CREATE FUNCTION pgspan.scatter_row(internal, table_id integer, key integer, VARIADIC row_values "any") RETURNS internal
    LANGUAGE c VOLATILE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'pgspan_scatter_row';
CREATE FUNCTION pgspan.scatter_handle(internal) RETURNS text
    LANGUAGE c VOLATILE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'pgspan_scatter_handle';
CREATE AGGREGATE pgspan.scatter(table_id integer, key integer, VARIADIC row_values "any") (
    SFUNC = pgspan.scatter_row, STYPE = internal, FINALFUNC = pgspan.scatter_handle, FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = RESTRICTED);
-- … and those that take them ask for them.
CREATE FUNCTION pgspan.scattered(handle text, group_id integer, once boolean) RETURNS SETOF bytea
    LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'pgspan_scattered';
CREATE FUNCTION pgspan.gather_support(internal) RETURNS internal
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'pgspan_gather_support';
CREATE FUNCTION pgspan.gather(handles text, group_id integer, row_count double precision, once boolean)
    RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED SUPPORT pgspan.gather_support
    AS 'MODULE_PATHNAME', 'pgspan_gather';
