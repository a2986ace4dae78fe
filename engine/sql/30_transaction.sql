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
