-- Metadata of the cluster: the same rows on every node, except local_node and the OIDs.
-- Logical decoding reads those with user_catalog_table as they were when a change was made.
-- Written only by the engine's own functions, by two-phase commit on all nodes; read through a cache in every backend.

\echo Use "CREATE EXTENSION pgspan" to load this file. \quit

CREATE SCHEMA pgspan;
GRANT USAGE ON SCHEMA pgspan TO public;
-- Containers and shards. Everybody may look names up here; rights are those of each table, copied from its shell.
CREATE SCHEMA pgspan_data;
GRANT USAGE ON SCHEMA pgspan_data TO public;

CREATE TYPE pg_catalog.noderole AS ENUM ('primary', 'secondary', 'unavailable');

CREATE TABLE pgspan.node (
    node_id integer PRIMARY KEY,
    group_id integer NOT NULL,
    host text NOT NULL,
    port integer NOT NULL,
    rack text NOT NULL DEFAULT 'default',
    is_active boolean NOT NULL DEFAULT true,
    role noderole NOT NULL DEFAULT 'primary',
    cluster name NOT NULL DEFAULT 'default',
    should_have_shards boolean NOT NULL DEFAULT true,
    UNIQUE (host, port)
) WITH (user_catalog_table = true);

-- One row: which group this node belongs to. The coordinator is group 0.
CREATE TABLE pgspan.local_node (
    group_id integer NOT NULL
) WITH (user_catalog_table = true);
-- Publications FOR ALL TABLES want one of every table, though subscribers never see this one.
ALTER TABLE pgspan.local_node REPLICA IDENTITY FULL;
INSERT INTO pgspan.local_node VALUES (0);

CREATE TABLE pgspan.colocation_group (
    colocation_id integer PRIMARY KEY,
    shard_count integer NOT NULL,              -- 1 for the group of reference tables
    distribution_type regtype,                 -- NULL for reference tables
    distribution_collation oid NOT NULL DEFAULT 0,
    is_default boolean NOT NULL DEFAULT true   -- false: made by colocate_with => 'none', chosen only by name
);

-- Where the shards with an index live: the same for all tables of a colocation group.
CREATE TABLE pgspan.shard_group (
    colocation_id integer NOT NULL,
    shard_index integer NOT NULL,
    group_id integer NOT NULL,
    PRIMARY KEY (colocation_id, shard_index)
);

CREATE TABLE pgspan.distributed_table (
    relation oid PRIMARY KEY,                  -- the shell on this node
    table_id integer NOT NULL UNIQUE,          -- the same on every node
    kind "char" NOT NULL,                      -- h: hash-distributed, r: reference
    colocation_id integer NOT NULL,
    container oid NOT NULL DEFAULT 0,          -- on this node; 0 for reference tables
    distribution_column smallint NOT NULL DEFAULT 0,  -- attribute number
    base_name text NOT NULL,                   -- containers and shards are named after it
    only_on_coordinator boolean NOT NULL DEFAULT false,  -- it has what workers do not know: rules, heirs, …
    events_here smallint NOT NULL DEFAULT 0    -- on the coordinator: bits of pg_trigger.tgtype; see ddl/events_here.h
) WITH (user_catalog_table = true);
CREATE INDEX distributed_table_container ON pgspan.distributed_table (container);

CREATE TABLE pgspan.shard (
    shard_id bigint PRIMARY KEY,
    table_id integer NOT NULL,
    shard_index integer NOT NULL,              -- remainder of the hash by the shard count
    UNIQUE (table_id, shard_index)
);

-- Presence decides: a prepared transaction with a record commits, one without is rolled back. Local to each node.
CREATE TABLE pgspan.commit_record (
    group_id integer NOT NULL,                 -- the node that holds the prepared transaction
    gid text NOT NULL,
    PRIMARY KEY (group_id, gid)
);

-- What this node has decided over transactions that were begun elsewhere; role is the one that wrote the part that is
-- named, so that nobody decides for others, nor keeps them from it. A row that does not commit was left by recovery, so
-- that the transaction cannot commit any more. Local to each node.
CREATE TABLE pgspan.decision (
    gid text,
    role oid,
    commits boolean NOT NULL,
    taken timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (gid, role)
);

-- Extra connection options (password=… and the like) for a role on a node; node_id 0 means every node.
CREATE TABLE pgspan.auth_info (
    node_id integer NOT NULL,
    role_name name NOT NULL,
    options text NOT NULL,
    PRIMARY KEY (node_id, role_name)
);
REVOKE ALL ON pgspan.auth_info FROM public;
-- Nor for members of pg_read_all_data and pg_write_all_data.
ALTER TABLE pgspan.auth_info ENABLE ROW LEVEL SECURITY;

-- By which nodes recognise each other's sessions; the coordinator's goes to every node.
CREATE TABLE pgspan.cluster_secret (
    secret text NOT NULL
);
CREATE UNIQUE INDEX cluster_secret_single ON pgspan.cluster_secret ((true));
REVOKE ALL ON pgspan.cluster_secret FROM public;
ALTER TABLE pgspan.cluster_secret ENABLE ROW LEVEL SECURITY;
INSERT INTO pgspan.cluster_secret SELECT pg_catalog.gen_random_uuid()::text || pg_catalog.gen_random_uuid();

GRANT SELECT ON pgspan.node, pgspan.local_node, pgspan.colocation_group, pgspan.shard_group,
    pgspan.distributed_table, pgspan.shard TO public;

-- Numbers are drawn on the coordinator only.
CREATE SEQUENCE pgspan.node_id_sequence;
CREATE SEQUENCE pgspan.group_id_sequence;
CREATE SEQUENCE pgspan.table_id_sequence;
CREATE SEQUENCE pgspan.colocation_id_sequence;
CREATE SEQUENCE pgspan.shard_id_sequence START 102008;

