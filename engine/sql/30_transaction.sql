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

-- For other nodes: their transactions commit together with this node's part.
CREATE FUNCTION pgspan.decide(gids text[]) RETURNS void
    LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'pgspan_decide';
COMMENT ON FUNCTION pgspan.decide(text[]) IS 'commits the named parts of a transaction if the current one commits';

-- For the coordinator, before it looks for rows that reference others.
CREATE FUNCTION pgspan.await_prepared_writers(table_ids integer[]) RETURNS void
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pgspan_await_prepared_writers';
COMMENT ON FUNCTION pgspan.await_prepared_writers(integer[]) IS
    'waits for the end of prepared transactions that wrote the tables on this node';

-- Who waits for whose locks on this node. Sessions of other nodes, and transactions that they have prepared here, are
-- named by the group and the process id at which they came in. Everybody may ask, for everybody's transactions look for
-- deadlocks.
CREATE FUNCTION pgspan.lock_waits(OUT waiter_group integer, OUT waiter_pid integer, OUT holder_group integer,
                                  OUT holder_pid integer)
    RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH here AS (SELECT group_id FROM pgspan.local_node),
         session AS (SELECT pid, wait_event_type,
                            -- Anybody may take the name of a node's session, but not its login, the first superuser.
                            CASE WHEN usesysid = 10
                                 THEN regexp_match(application_name, '^pgspan group=(\d{1,9}) pid=(\d{1,9})$')::integer[]
                            END AS origin
                       FROM pg_stat_activity),
         waiter AS MATERIALIZED (SELECT *, pg_blocking_pids(pid) AS blocking FROM session WHERE wait_event_type = 'Lock'),
         prepared AS (SELECT l.virtualtransaction,
                             regexp_match(p.gid, '^pgspan_(\d{1,9})_\d+_\d+_(\d{1,9})_')::integer[] AS origin
                        FROM pg_prepared_xacts p JOIN pg_locks l
                             ON l.locktype = 'transactionid' AND l.granted AND l.transactionid = p.transaction),
         wait AS (SELECT waiter.pid, waiter.origin, holder.pid AS holder_pid, holder.origin AS holder_origin
                    FROM waiter JOIN session holder ON holder.pid = ANY (waiter.blocking)
                  UNION ALL
                  SELECT waiter.pid, waiter.origin, 0, prepared.origin
                    FROM waiter JOIN pg_locks wanted ON wanted.pid = waiter.pid AND NOT wanted.granted
                         JOIN pg_locks held
                           ON held.granted AND held.pid IS NULL
                              AND (held.locktype, held.database, held.relation, held.page, held.tuple,
                                   held.transactionid, held.classid, held.objid, held.objsubid)
                              IS NOT DISTINCT FROM (wanted.locktype, wanted.database, wanted.relation, wanted.page, wanted.tuple,
                                   wanted.transactionid, wanted.classid, wanted.objid, wanted.objsubid)
                         JOIN prepared ON prepared.virtualtransaction = held.virtualtransaction
                   WHERE 0 = ANY (waiter.blocking) AND prepared.origin IS NOT NULL)
    SELECT coalesce(origin[1], here.group_id), coalesce(origin[2], pid),
           coalesce(holder_origin[1], here.group_id), coalesce(holder_origin[2], holder_pid)
      FROM here, wait
$$;
COMMENT ON FUNCTION pgspan.lock_waits() IS 'who waits for whose locks on this node';
