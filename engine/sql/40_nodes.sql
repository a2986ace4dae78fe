-- Nodes: the list of who is in the cluster, and its changes. Managing nodes is for superusers until they grant it.

-- Tables that a cluster made on this node before the node left it; made anew if it comes back.
CREATE TABLE pgspan.former_table (
    relation oid PRIMARY KEY,
    kind "char" NOT NULL
);

CREATE FUNCTION pg_catalog.citus_set_coordinator_host(host text, port integer DEFAULT pg_catalog.current_setting('port')::pg_catalog.int4,
        node_role pg_catalog.noderole DEFAULT 'primary', node_cluster name DEFAULT 'default')
    RETURNS void LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_set_coordinator_host';
COMMENT ON FUNCTION pg_catalog.citus_set_coordinator_host(text, integer, pg_catalog.noderole, name)
    IS 'sets the address by which other nodes reach the coordinator';
REVOKE ALL ON FUNCTION pg_catalog.citus_set_coordinator_host(text, integer, pg_catalog.noderole, name) FROM public;

CREATE FUNCTION pg_catalog.citus_add_node(nodename text, nodeport integer, groupid integer DEFAULT -1,
        noderole pg_catalog.noderole DEFAULT 'primary', nodecluster name DEFAULT 'default')
    RETURNS integer LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_add_node';
COMMENT ON FUNCTION pg_catalog.citus_add_node(text, integer, integer, pg_catalog.noderole, name)
    IS 'adds a node to the cluster and sets it up';
REVOKE ALL ON FUNCTION pg_catalog.citus_add_node(text, integer, integer, pg_catalog.noderole, name) FROM public;

CREATE FUNCTION pg_catalog.master_add_node(nodename text, nodeport integer, groupid integer DEFAULT -1,
        noderole pg_catalog.noderole DEFAULT 'primary', nodecluster name DEFAULT 'default')
    RETURNS integer LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_add_node';
REVOKE ALL ON FUNCTION pg_catalog.master_add_node(text, integer, integer, pg_catalog.noderole, name) FROM public;

CREATE FUNCTION pg_catalog.citus_add_inactive_node(nodename text, nodeport integer, groupid integer DEFAULT -1,
        noderole pg_catalog.noderole DEFAULT 'primary', nodecluster name DEFAULT 'default')
    RETURNS integer LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_add_inactive_node';
COMMENT ON FUNCTION pg_catalog.citus_add_inactive_node(text, integer, integer, pg_catalog.noderole, name)
    IS 'adds a node that takes no part until citus_activate_node()';
REVOKE ALL ON FUNCTION pg_catalog.citus_add_inactive_node(text, integer, integer, pg_catalog.noderole, name) FROM public;

CREATE FUNCTION pg_catalog.master_add_inactive_node(nodename text, nodeport integer, groupid integer DEFAULT -1,
        noderole pg_catalog.noderole DEFAULT 'primary', nodecluster name DEFAULT 'default')
    RETURNS integer LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_add_inactive_node';
REVOKE ALL ON FUNCTION pg_catalog.master_add_inactive_node(text, integer, integer, pg_catalog.noderole, name) FROM public;

CREATE FUNCTION pg_catalog.citus_add_secondary_node(nodename text, nodeport integer, primaryname text, primaryport integer,
        nodecluster name DEFAULT 'default')
    RETURNS integer LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_add_secondary_node';
COMMENT ON FUNCTION pg_catalog.citus_add_secondary_node(text, integer, text, integer, name)
    IS 'adds a standby of a node';
REVOKE ALL ON FUNCTION pg_catalog.citus_add_secondary_node(text, integer, text, integer, name) FROM public;

CREATE FUNCTION pg_catalog.master_add_secondary_node(nodename text, nodeport integer, primaryname text, primaryport integer,
        nodecluster name DEFAULT 'default')
    RETURNS integer LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_add_secondary_node';
REVOKE ALL ON FUNCTION pg_catalog.master_add_secondary_node(text, integer, text, integer, name) FROM public;

CREATE FUNCTION pg_catalog.citus_activate_node(nodename text, nodeport integer)
    RETURNS integer LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_activate_node';
COMMENT ON FUNCTION pg_catalog.citus_activate_node(text, integer)
    IS 'sets an inactive node up and makes it active';
REVOKE ALL ON FUNCTION pg_catalog.citus_activate_node(text, integer) FROM public;

CREATE FUNCTION pg_catalog.master_activate_node(nodename text, nodeport integer)
    RETURNS integer LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_activate_node';
REVOKE ALL ON FUNCTION pg_catalog.master_activate_node(text, integer) FROM public;

CREATE FUNCTION pg_catalog.citus_disable_node(nodename text, nodeport integer, synchronous boolean DEFAULT false)
    RETURNS void LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_disable_node';
COMMENT ON FUNCTION pg_catalog.citus_disable_node(text, integer, boolean)
    IS 'takes a node without shards out of use';
REVOKE ALL ON FUNCTION pg_catalog.citus_disable_node(text, integer, boolean) FROM public;

CREATE FUNCTION pg_catalog.master_disable_node(nodename text, nodeport integer)
    RETURNS void LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_disable_node';
COMMENT ON FUNCTION pg_catalog.master_disable_node(text, integer)
    IS 'takes a node without shards out of use';
REVOKE ALL ON FUNCTION pg_catalog.master_disable_node(text, integer) FROM public;

CREATE FUNCTION pg_catalog.citus_remove_node(nodename text, nodeport integer)
    RETURNS void LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_remove_node';
COMMENT ON FUNCTION pg_catalog.citus_remove_node(text, integer)
    IS 'removes a node without shards from the cluster';
REVOKE ALL ON FUNCTION pg_catalog.citus_remove_node(text, integer) FROM public;

CREATE FUNCTION pg_catalog.master_remove_node(nodename text, nodeport integer)
    RETURNS void LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_remove_node';
REVOKE ALL ON FUNCTION pg_catalog.master_remove_node(text, integer) FROM public;

CREATE FUNCTION pg_catalog.citus_update_node(node_id integer, new_node_name text, new_node_port integer,
        force boolean DEFAULT false, lock_cooldown integer DEFAULT 10000)
    RETURNS void LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_update_node';
COMMENT ON FUNCTION pg_catalog.citus_update_node(integer, text, integer, boolean, integer)
    IS 'changes the address of a node';
REVOKE ALL ON FUNCTION pg_catalog.citus_update_node(integer, text, integer, boolean, integer) FROM public;

CREATE FUNCTION pg_catalog.master_update_node(node_id integer, new_node_name text, new_node_port integer,
        force boolean DEFAULT false, lock_cooldown integer DEFAULT 10000)
    RETURNS void LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_update_node';
REVOKE ALL ON FUNCTION pg_catalog.master_update_node(integer, text, integer, boolean, integer) FROM public;

CREATE FUNCTION pg_catalog.citus_set_node_property(nodename text, nodeport integer, property text, value boolean)
    RETURNS void LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_set_node_property';
COMMENT ON FUNCTION pg_catalog.citus_set_node_property(text, integer, text, boolean)
    IS 'sets a property of a node: shouldhaveshards';
REVOKE ALL ON FUNCTION pg_catalog.citus_set_node_property(text, integer, text, boolean) FROM public;

CREATE FUNCTION pg_catalog.master_set_node_property(nodename text, nodeport integer, property text, value boolean)
    RETURNS void LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_set_node_property';
REVOKE ALL ON FUNCTION pg_catalog.master_set_node_property(text, integer, text, boolean) FROM public;

-- Who is there.
CREATE FUNCTION pg_catalog.citus_get_active_worker_nodes(OUT node_name text, OUT node_port bigint) RETURNS SETOF record
    LANGUAGE sql STABLE AS $$
    SELECT host, port::pg_catalog.int8 FROM pgspan.node
    WHERE is_active AND role = 'primary' AND group_id <> 0 ORDER BY group_id $$;
CREATE FUNCTION pg_catalog.master_get_active_worker_nodes(OUT node_name text, OUT node_port bigint) RETURNS SETOF record
    LANGUAGE sql STABLE AS $$ SELECT * FROM pg_catalog.citus_get_active_worker_nodes() $$;

CREATE FUNCTION pg_catalog.citus_is_coordinator() RETURNS boolean
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'citus_is_coordinator';
CREATE FUNCTION pg_catalog.citus_version() RETURNS text
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'citus_version';

CREATE FUNCTION pg_catalog.citus_check_connection_to_node(nodename text, nodeport integer DEFAULT 5432) RETURNS boolean
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_check_connection_to_node';
REVOKE ALL ON FUNCTION pg_catalog.citus_check_connection_to_node(text, integer) FROM public;
CREATE FUNCTION pg_catalog.citus_check_cluster_node_health(OUT from_nodename text, OUT from_nodeport integer,
        OUT to_nodename text, OUT to_nodeport integer, OUT result boolean) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_check_cluster_node_health';
REVOKE ALL ON FUNCTION pg_catalog.citus_check_cluster_node_health() FROM public;

-- Called on a node by the coordinator.
CREATE FUNCTION pgspan.replace_nodes(nodes jsonb, auth_info jsonb, group_id integer, secret text) RETURNS void
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pgspan_replace_nodes';
REVOKE ALL ON FUNCTION pgspan.replace_nodes(jsonb, jsonb, integer, text) FROM public;
CREATE FUNCTION pgspan.reset_node() RETURNS void LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pgspan_reset_node';
REVOKE ALL ON FUNCTION pgspan.reset_node() FROM public;
-- Also called by hand, on a node whose cluster is gone.
CREATE FUNCTION pgspan.leave_cluster() RETURNS void
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pgspan_leave_cluster';
REVOKE ALL ON FUNCTION pgspan.leave_cluster() FROM public;
