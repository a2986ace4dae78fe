-- What users look at: the relations and functions that Citus users query, over pgspan's own metadata.

CREATE FUNCTION pg_catalog.shard_name(table_name regclass, shard_id bigint) RETURNS text
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pgspan_shard_name';

CREATE FUNCTION pg_catalog.get_shard_id_for_distribution_column(table_name regclass, distribution_value "any" DEFAULT NULL)
    RETURNS bigint LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pgspan_shard_id_for_value';

-- Sizes in bytes, over all nodes.
CREATE FUNCTION pg_catalog.citus_table_size(logicalrelid regclass) RETURNS bigint
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_table_size';
CREATE FUNCTION pg_catalog.citus_relation_size(logicalrelid regclass) RETURNS bigint
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_relation_size';
CREATE FUNCTION pg_catalog.citus_total_relation_size(logicalrelid regclass, fail_on_error boolean DEFAULT true)
    RETURNS bigint LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'citus_total_relation_size';

-- The shards, and copies of reference tables, on this node.
CREATE FUNCTION pgspan.local_shard_sizes(OUT shard_id bigint, OUT size bigint) RETURNS SETOF record
    LANGUAGE sql VOLATILE AS $$
    SELECT s.shard_id, pg_catalog.pg_total_relation_size(i.inhrelid)
    FROM pgspan.distributed_table t JOIN pgspan.shard s USING (table_id)
        JOIN pg_catalog.pg_inherits i ON i.inhparent = t.container
            AND pg_catalog.substring(i.inhrelid::pg_catalog.regclass::text, '([0-9]+)"?$') = s.shard_id::text
    WHERE t.kind = 'h'
    UNION ALL
    SELECT s.shard_id, pg_catalog.pg_total_relation_size(t.relation)
    FROM pgspan.distributed_table t JOIN pgspan.shard s USING (table_id) WHERE t.kind = 'r' $$;
-- The same for every node. A node that cannot be asked is left out with a WARNING.
CREATE FUNCTION pgspan.all_shard_sizes(OUT group_id integer, OUT shard_id bigint, OUT size bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pgspan_all_shard_sizes';

-- Where each shard is. A reference table has one shard, which is on every active node.
CREATE VIEW pgspan.placement AS
    SELECT s.shard_id, s.shard_index, t.table_id, t.relation, t.kind, t.colocation_id, g.group_id
    FROM pgspan.distributed_table t JOIN pgspan.shard s USING (table_id)
        JOIN pgspan.shard_group g USING (colocation_id, shard_index)
    WHERE t.kind = 'h'
    UNION ALL
    SELECT s.shard_id, s.shard_index, t.table_id, t.relation, t.kind, t.colocation_id, n.group_id
    FROM pgspan.distributed_table t JOIN pgspan.shard s USING (table_id)
        CROSS JOIN (SELECT DISTINCT node.group_id FROM pgspan.node WHERE is_active AND role = 'primary') n
    WHERE t.kind = 'r';

CREATE VIEW pgspan.pg_dist_node AS
    SELECT node_id AS nodeid, group_id AS groupid, host AS nodename, port AS nodeport, rack AS noderack,
        is_active AS hasmetadata, is_active AS isactive, role AS noderole, cluster AS nodecluster,
        is_active AS metadatasynced, should_have_shards AS shouldhaveshards
    FROM pgspan.node;

CREATE VIEW pgspan.pg_dist_partition AS
    SELECT t.relation::regclass AS logicalrelid,
        CASE t.kind WHEN 'h' THEN 'h'::"char" ELSE 'n'::"char" END AS partmethod,
        a.attname::text AS partkey, t.colocation_id AS colocationid,
        CASE t.kind WHEN 'h' THEN 's'::"char" ELSE 't'::"char" END AS repmodel, false AS autoconverted
    FROM pgspan.distributed_table t
        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.relation AND a.attnum = t.distribution_column
            AND t.kind = 'h';

-- A shard holds the rows whose hash leaves the remainder given as its least and greatest value.
CREATE VIEW pgspan.pg_dist_shard AS
    SELECT t.relation::regclass AS logicalrelid, s.shard_id AS shardid, 't'::"char" AS shardstorage,
        CASE t.kind WHEN 'h' THEN s.shard_index::text END AS shardminvalue,
        CASE t.kind WHEN 'h' THEN s.shard_index::text END AS shardmaxvalue
    FROM pgspan.distributed_table t JOIN pgspan.shard s USING (table_id);

CREATE VIEW pgspan.pg_dist_placement AS
    SELECT shard_id * 100000 + group_id AS placementid, shard_id AS shardid, 1 AS shardstate, 0::bigint AS shardlength,
        group_id AS groupid
    FROM pgspan.placement;

CREATE VIEW pgspan.pg_dist_shard_placement AS
    SELECT p.shard_id AS shardid, 1 AS shardstate, 0::bigint AS shardlength, n.host AS nodename, n.port AS nodeport,
        p.shard_id * 100000 + p.group_id AS placementid
    FROM pgspan.placement p JOIN pgspan.node n USING (group_id) WHERE n.role = 'primary';

CREATE VIEW pgspan.pg_dist_colocation AS
    SELECT colocation_id AS colocationid, shard_count AS shardcount,
        CASE WHEN distribution_type IS NULL THEN -1 ELSE 1 END AS replicationfactor,
        coalesce(distribution_type::oid, 0::oid) AS distributioncolumntype,
        distribution_collation AS distributioncolumncollation
    FROM pgspan.colocation_group;

CREATE VIEW pgspan.pg_dist_local_group AS SELECT group_id AS groupid FROM pgspan.local_node;

-- The name of a prepared transaction carries the transaction that began it: pgspan_<group>_<full xid>_….
CREATE VIEW pgspan.pg_dist_transaction AS
    SELECT group_id AS groupid, gid, pg_catalog.split_part(gid, '_', 3)::pg_catalog.xid8 AS outer_xid
    FROM pgspan.commit_record;

CREATE VIEW pgspan.pg_dist_authinfo AS
    SELECT node_id AS nodeid, role_name AS rolename, options AS authinfo FROM pgspan.auth_info;

CREATE VIEW pgspan.citus_tables AS
    SELECT t.relation::regclass AS table_name,
        CASE t.kind WHEN 'h' THEN 'distributed' ELSE 'reference' END AS citus_table_type,
        coalesce(a.attname::text, '<none>') AS distribution_column, t.colocation_id AS colocation_id,
        pg_catalog.pg_size_pretty(pg_catalog.citus_total_relation_size(t.relation, fail_on_error => false)) AS table_size,
        (SELECT pg_catalog.count(*) FROM pgspan.shard s WHERE s.table_id = t.table_id) AS shard_count,
        pg_catalog.pg_get_userbyid(c.relowner) AS table_owner, m.amname AS access_method
    FROM pgspan.distributed_table t JOIN pg_catalog.pg_class c ON c.oid = t.relation
        LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam
        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.relation AND a.attnum = t.distribution_column
            AND t.kind = 'h'
    ORDER BY t.relation::regclass::text;

CREATE VIEW pgspan.citus_shards AS
    SELECT p.relation::regclass AS table_name, p.shard_id AS shardid,
        pg_catalog.shard_name(p.relation, p.shard_id) AS shard_name,
        CASE p.kind WHEN 'h' THEN 'distributed' ELSE 'reference' END AS citus_table_type,
        p.colocation_id AS colocation_id, n.host AS nodename, n.port AS nodeport, z.size AS shard_size
    FROM pgspan.placement p JOIN pgspan.node n ON n.group_id = p.group_id AND n.role = 'primary'
        LEFT JOIN pgspan.all_shard_sizes() z ON z.shard_id = p.shard_id AND z.group_id = p.group_id
    ORDER BY p.relation::regclass::text, p.shard_id, n.group_id;

CREATE VIEW pgspan.citus_nodes AS
    SELECT host AS nodename, port AS nodeport, CASE group_id WHEN 0 THEN 'coordinator' ELSE 'worker' END AS role,
        is_active AS active
    FROM pgspan.node;

ALTER VIEW pgspan.pg_dist_node SET SCHEMA pg_catalog;
ALTER VIEW pgspan.pg_dist_partition SET SCHEMA pg_catalog;
ALTER VIEW pgspan.pg_dist_shard SET SCHEMA pg_catalog;
ALTER VIEW pgspan.pg_dist_placement SET SCHEMA pg_catalog;
ALTER VIEW pgspan.pg_dist_shard_placement SET SCHEMA pg_catalog;
ALTER VIEW pgspan.pg_dist_colocation SET SCHEMA pg_catalog;
ALTER VIEW pgspan.pg_dist_local_group SET SCHEMA pg_catalog;
ALTER VIEW pgspan.pg_dist_transaction SET SCHEMA pg_catalog;
ALTER VIEW pgspan.pg_dist_authinfo SET SCHEMA pg_catalog;
ALTER VIEW pgspan.citus_tables SET SCHEMA pg_catalog;
ALTER VIEW pgspan.citus_shards SET SCHEMA pg_catalog;
ALTER VIEW pgspan.citus_nodes SET SCHEMA pg_catalog;
GRANT SELECT ON pgspan.placement, pg_catalog.pg_dist_node, pg_catalog.pg_dist_partition, pg_catalog.pg_dist_shard,
    pg_catalog.pg_dist_placement, pg_catalog.pg_dist_shard_placement, pg_catalog.pg_dist_colocation,
    pg_catalog.pg_dist_local_group, pg_catalog.pg_dist_transaction, pg_catalog.citus_tables, pg_catalog.citus_shards,
    pg_catalog.citus_nodes TO public;

-- In Citus partkey holds a parse tree; here it is the column's name already.
CREATE FUNCTION pg_catalog.column_to_column_name(table_name regclass, column_var_text text) RETURNS text
    LANGUAGE sql STABLE STRICT AS $$
    SELECT attname::text FROM pg_catalog.pg_attribute
    WHERE attrelid = table_name AND attname = column_var_text AND attnum > 0 AND NOT attisdropped $$;

-- Commands on connections of their own, outside the transaction. An error there is a row with success = false.
CREATE FUNCTION pg_catalog.run_command_on_workers(command text, parallel boolean DEFAULT true,
        OUT nodename text, OUT nodeport integer, OUT success boolean, OUT result text) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'run_command_on_workers';
CREATE FUNCTION pg_catalog.run_command_on_all_nodes(command text, parallel boolean DEFAULT true,
        give_warning_for_connection_errors boolean DEFAULT false,
        OUT nodeid integer, OUT success boolean, OUT result text) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'run_command_on_all_nodes';
CREATE FUNCTION pg_catalog.run_command_on_coordinator(command text,
        give_warning_for_connection_errors boolean DEFAULT false,
        OUT nodeid integer, OUT success boolean, OUT result text) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'run_command_on_coordinator';
CREATE FUNCTION pg_catalog.run_command_on_shards(table_name regclass, command text, parallel boolean DEFAULT true,
        OUT shardid bigint, OUT success boolean, OUT result text) RETURNS SETOF record
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'run_command_on_shards';
CREATE FUNCTION pg_catalog.run_command_on_placements(table_name regclass, command text, parallel boolean DEFAULT true,
        OUT nodename text, OUT nodeport integer, OUT shardid bigint, OUT success boolean, OUT result text)
    RETURNS SETOF record LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'run_command_on_placements';
