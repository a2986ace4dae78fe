-- What appears inside the SQL of tasks and plans; nobody calls these by hand.

-- The marker of a node-wide task: consumed by the node's planner. Executing it is an error.
CREATE FUNCTION pgspan.task_shards(table_id integer, shards text, partial_aggregate boolean) RETURNS boolean
    LANGUAGE c STABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'pgspan_task_shards';

CREATE FUNCTION pgspan.remote_rows_support(internal) RETURNS internal
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'pgspan_remote_rows_support';
-- The range-table entry of a remote relation: its paths are supplied by the planner's hooks. Executing it is an error.
CREATE FUNCTION pgspan.remote_rows(remote_relation bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED SUPPORT pgspan.remote_rows_support
    AS 'MODULE_PATHNAME', 'pgspan_remote_rows';

-- Where the row lies that a cursor has fetched last: what UPDATE and DELETE … WHERE CURRENT OF ask for.
CREATE FUNCTION pgspan.current_of(cursor text, relation oid, wanted integer, type anyelement) RETURNS anyelement
    LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'pgspan_current_of';

-- The filter of a scan that writes through a view WITH CHECK OPTION.
CREATE FUNCTION pgspan.check_option(holds boolean, view_name text) RETURNS boolean
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pgspan_check_option';

-- The element of an array of one: what a scalar sub-query returns that is asked for many rows at once. More are an error.
CREATE FUNCTION pgspan.only_value(anyarray) RETURNS anyelement
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pgspan_only_value';
