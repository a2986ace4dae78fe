-- Making tables distributed, and what the nodes tell each other about it.

CREATE TYPE pg_catalog.distribution_type AS ENUM ('hash', 'range', 'append');

-- Enums hash by their label: the OIDs behind their values are different on every node.
CREATE FUNCTION pgspan.hash_enum_label(anyenum) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pgspan_hash_enum_label';
CREATE FUNCTION pgspan.hash_enum_label_extended(anyenum, bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pgspan_hash_enum_label_extended';
CREATE OPERATOR FAMILY pgspan.enum_label_ops USING hash;
CREATE OPERATOR CLASS pgspan.enum_label_ops FOR TYPE anyenum USING hash FAMILY pgspan.enum_label_ops AS
    OPERATOR 1 pg_catalog.= (anyenum, anyenum),
    FUNCTION 1 pgspan.hash_enum_label(anyenum),
    FUNCTION 2 pgspan.hash_enum_label_extended(anyenum, bigint);

-- The remainder by which a container (partitioned by hash) places a value of its key.
CREATE FUNCTION pgspan.hash_remainder(container regclass, modulus integer, value "any") RETURNS integer
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pgspan_hash_remainder';

-- The same for a partition key of any columns: the hash of each, and the remainder of them together.
CREATE FUNCTION pgspan.hash_of(value "any", seed bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pgspan_hash_of';
CREATE FUNCTION pgspan.remainder_of_hashes(modulus integer, hashes bigint[]) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pgspan_remainder_of_hashes';

-- Called by other nodes. Statements run as the caller, who could run them without this function too.
CREATE FUNCTION pgspan.run_statements(unless text[], statements text[]) RETURNS void
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pgspan_run_statements';
CREATE FUNCTION pgspan.type_definition(type regtype) RETURNS text
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pgspan_type_definition';
CREATE FUNCTION pgspan.missing_object(kind text, name text) RETURNS void
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pgspan_missing_object';
CREATE FUNCTION pgspan.register_table(relation regclass, table_id integer, kind "char", colocation_id integer,
        base_name text, distribution_column text, shard_ids bigint[], shard_groups integer[], is_default_group boolean)
    RETURNS void LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pgspan_register_table';
CREATE FUNCTION pgspan.keep_to_coordinator(relation regclass, only_there boolean) RETURNS void
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pgspan_keep_to_coordinator';
CREATE FUNCTION pgspan.require_output_plugin() RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pgspan_require_output_plugin';
CREATE FUNCTION pgspan.forget_table(relation regclass, drop_shell boolean) RETURNS void
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pgspan_forget_table';

CREATE FUNCTION pg_catalog.create_distributed_table(table_name regclass, distribution_column text,
        distribution_type pg_catalog.distribution_type DEFAULT 'hash', colocate_with text DEFAULT 'default',
        shard_count integer DEFAULT NULL)
    RETURNS void LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pgspan_create_distributed_table';
COMMENT ON FUNCTION pg_catalog.create_distributed_table(regclass, text, pg_catalog.distribution_type, text, integer)
    IS 'spreads a table over the nodes by the hash of a column';

CREATE FUNCTION pg_catalog.create_distributed_table_concurrently(table_name regclass, distribution_column text,
        distribution_type pg_catalog.distribution_type DEFAULT 'hash', colocate_with text DEFAULT 'default',
        shard_count integer DEFAULT NULL)
    RETURNS void LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pgspan_create_distributed_table_concurrently';

CREATE FUNCTION pg_catalog.create_reference_table(table_name regclass) RETURNS void
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pgspan_create_reference_table';
COMMENT ON FUNCTION pg_catalog.create_reference_table(regclass) IS 'keeps a copy of a table on every node';

CREATE FUNCTION pg_catalog.undistribute_table(table_name regclass, cascade_via_foreign_keys boolean DEFAULT false)
    RETURNS void LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pgspan_undistribute_table';
COMMENT ON FUNCTION pg_catalog.undistribute_table(regclass, boolean)
    IS 'makes a distributed or reference table an ordinary table of the coordinator again';
