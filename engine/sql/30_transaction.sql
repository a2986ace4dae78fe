-- Transactions over several nodes.

CREATE FUNCTION pg_catalog.recover_prepared_transactions() RETURNS integer
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'pgspan_recover_prepared_transactions';
COMMENT ON FUNCTION pg_catalog.recover_prepared_transactions() IS
    'finishes transactions that this node prepared on others and could not finish; returns how many';
REVOKE ALL ON FUNCTION pg_catalog.recover_prepared_transactions() FROM public;

-- Runs a command on the node of a group as a part of the current transaction and returns its first column. With
-- write => true the node takes part in the commit; a command that writes must say so.
CREATE FUNCTION pgspan.execute_on_group(group_id integer, command text, write boolean DEFAULT false)
    RETURNS SETOF text
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'pgspan_execute_on_group';
COMMENT ON FUNCTION pgspan.execute_on_group(integer, text, boolean) IS
    'runs a command on the node of a group as a part of the current transaction';
REVOKE ALL ON FUNCTION pgspan.execute_on_group(integer, text, boolean) FROM public;

-- Who waits for whose locks on this node. Sessions of other nodes are named by the group and the process id at which
-- they came in. Everybody may ask, for everybody's transactions look for deadlocks.
CREATE FUNCTION pgspan.lock_waits(OUT waiter_group integer, OUT waiter_pid integer, OUT holder_group integer,
                                  OUT holder_pid integer)
    RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH here AS (SELECT group_id FROM pgspan.local_node),
         session AS (SELECT pid, wait_event_type,
                            regexp_match(application_name, '^pgspan group=(\d{1,9}) pid=(\d{1,9})$')::integer[] AS origin
                       FROM pg_stat_activity)
    SELECT coalesce(waiter.origin[1], here.group_id), coalesce(waiter.origin[2], waiter.pid),
           coalesce(holder.origin[1], here.group_id), coalesce(holder.origin[2], holder.pid)
      FROM here, session waiter, LATERAL unnest(pg_blocking_pids(waiter.pid)) AS blocking(pid)
           JOIN session holder ON holder.pid = blocking.pid
     WHERE waiter.wait_event_type = 'Lock'
$$;
COMMENT ON FUNCTION pgspan.lock_waits() IS 'who waits for whose locks on this node';
