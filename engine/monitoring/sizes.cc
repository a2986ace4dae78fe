// Sizes of tables over all nodes.
#include "engine/connection/connection.h"
#include "engine/metadata/nodes.h"
#include "engine/metadata/tables.h"
#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/pg/spi.h"
#include "engine/pg/subtransaction.h"
#include "engine/transaction/remote_transaction.h"

using namespace pgspan;

namespace {

// Rows of a read on the node of a group, which may be this one.
List* ReadOn(const metadata::Node& node, const char* sql) {
    if (node.is_local) return pg::QueryRows(sql, nullptr);
    connection::Connection* remote = connection::ForGroup(node.group_id);
    transaction::Join(remote, transaction::Access::kRead);
    return connection::Query(remote, sql);
}

// The same; with may_fail, a node that cannot be asked gives NIL and a WARNING.
List* ReadOrWarn(const metadata::Node& node, const char* sql, bool may_fail) {
    if (!may_fail || node.is_local) return ReadOn(node, sql);
    List* rows = NIL;
    ErrorData* error = pg::Attempt([&] { rows = ReadOn(node, sql); });
    if (!error) return rows;
    ereport(WARNING, errmsg("could not read sizes from node %s:%d", node.host, node.port),
            errdetail("%s", error->message));
    return NIL;
}

bool HoldsPartOf(const metadata::Node& node, const metadata::Table& table) {
    if (!node.is_active || !node.is_primary) return false;
    if (table.IsReference()) return true;
    const int32* end = table.shard_groups + table.shard_count;
    return std::find(table.shard_groups, end, node.group_id) != end;
}

// The sum of a size function over all shards, or all copies of a reference table.
int64 SizeOf(Oid relation, const char* function, bool fail_on_error) {
    const metadata::Table* table = metadata::FindTable(relation);
    if (!table)
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("relation \"%s\" is not distributed",
                       get_rel_name(relation) ? get_rel_name(relation) : psprintf("%u", relation)));
    const char* sql =
        table->IsHash()
            ? psprintf(
                  "SELECT coalesce(pg_catalog.sum(pg_catalog.%s(inhrelid)), 0) FROM "
                  "pg_catalog.pg_inherits"
                  " WHERE inhparent = %s::pg_catalog.regclass",
                  function, quote_literal_cstr(metadata::QualifiedContainerName(*table)))
            : psprintf(
                  "SELECT pg_catalog.%s(%s::pg_catalog.regclass)", function,
                  quote_literal_cstr(quote_qualified_identifier(
                      get_namespace_name(get_rel_namespace(relation)), get_rel_name(relation))));
    int64 size = 0;
    bool has_local = false;
    for (const metadata::Node& node : metadata::AllNodes()) {
        has_local = has_local || node.is_local;
        if (!HoldsPartOf(node, *table)) continue;
        List* rows = ReadOrWarn(node, sql, !fail_on_error);
        if (rows != NIL) size += pg_strtoint64(static_cast<char**>(linitial(rows))[0]);
    }
    if (!has_local) size += pg_strtoint64(pg::QueryText(sql));
    return size;
}

}  // namespace

PGSPAN_FUNCTION(citus_table_size) {
    PG_RETURN_INT64(SizeOf(PG_GETARG_OID(0), "pg_table_size", true));
}

PGSPAN_FUNCTION(citus_relation_size) {
    PG_RETURN_INT64(SizeOf(PG_GETARG_OID(0), "pg_relation_size", true));
}

PGSPAN_FUNCTION(citus_total_relation_size) {
    PG_RETURN_INT64(SizeOf(PG_GETARG_OID(0), "pg_total_relation_size", PG_GETARG_BOOL(1)));
}

// pgspan.all_shard_sizes(): pgspan.local_shard_sizes() of every active node.
PGSPAN_FUNCTION(pgspan_all_shard_sizes) {
    InitMaterializedSRF(fcinfo, 0);
    auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    for (const metadata::Node& node : metadata::AllNodes()) {
        if (!node.is_active || !node.is_primary) continue;
        List* rows =
            ReadOrWarn(node, "SELECT shard_id, size FROM pgspan.local_shard_sizes()", true);
        for (const auto* row : pg::Each<char*>(rows)) {
            Datum values[3] = {Int32GetDatum(node.group_id), Int64GetDatum(pg_strtoint64(row[0])),
                               Int64GetDatum(pg_strtoint64(row[1]))};
            bool nulls[3] = {false, false, row[1] == nullptr};
            tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
        }
    }
    return Datum{0};
}
