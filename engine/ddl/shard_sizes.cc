#include "engine/ddl/shard_sizes.h"

#include "engine/executor/read_tasks.h"
#include "engine/metadata/nodes.h"
#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/pg/relation.h"

namespace pgspan::ddl {

namespace {

using pg::Each;

constexpr Oid kColumns[] = {INT4OID, FLOAT8OID, FLOAT8OID, FLOAT8OID, FLOAT8OID};

char* SizesQuery(const List* relations) {
    StringInfoData tables;
    initStringInfo(&tables);
    for (const Oid relation : pg::EachOid(relations)) {
        const metadata::Table& table = *metadata::FindTable(relation);
        appendStringInfo(&tables, "%s (%d, %s::pg_catalog.regclass)", tables.len > 0 ? "," : "",
                         table.table_id,
                         quote_literal_cstr(metadata::QualifiedContainerName(table)));
    }
    return psprintf(
        "SELECT table_id, sum(pages), coalesce(sum(pages) FILTER (WHERE relpages > 0), 0), "
        "coalesce(sum(pages / relpages * reltuples) FILTER (WHERE relpages > 0), 0), "
        "sum(relallvisible::float8) FROM (SELECT t.table_id, c.relpages::float8, "
        "c.reltuples::float8, c.relallvisible, pg_catalog.ceil(pg_catalog.pg_relation_size(c.oid) "
        "/ pg_catalog.current_setting('block_size')::float8) AS pages FROM (VALUES %s) "
        "t(table_id, container) JOIN pg_catalog.pg_inherits i ON i.inhparent = t.container "
        "JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid) s GROUP BY table_id",
        tables.data);
}

executor::TaskList EveryNode(const char* sql) {
    const std::span<const metadata::Node> nodes = metadata::AllNodes();
    executor::TaskList list;
    list.tasks = static_cast<executor::Task*>(palloc0(sizeof(executor::Task) * (nodes.size() + 1)));
    for (const metadata::Node& node : nodes)
        if (node.is_active && node.is_primary)
            list.tasks[list.count++] = {node.group_id, node.group_id == metadata::LocalGroup(),
                                        sql};
    if (list.count == 0) list.tasks[list.count++] = {metadata::LocalGroup(), true, sql};
    return list;
}

// Rows on a page of the measured shards; of what the columns let expect if there are none.
double Density(Oid relation, const List* all) {
    double tuples = 0;
    double pages = 0;
    for (const auto* sizes : Each<ShardSizes>(all)) {
        if (sizes->relation != relation) continue;
        tuples += sizes->tuples;
        pages += sizes->measured_pages;
    }
    return pages > 0 ? tuples / pages : pg::AssumedRowsOnPage(relation);
}

}  // namespace

List* ReadShardSizes(const List* relations) {
    List* all = NIL;
    if (relations == NIL) return all;
    const executor::TaskList tasks = EveryNode(SizesQuery(relations));
    executor::ReadTasks(tasks, kColumns, [&](int task, const Datum* values, const bool* nulls) {
        const metadata::Table* table = metadata::FindTableById(DatumGetInt32(values[0]));
        if (!table || nulls[1]) return;
        auto* sizes = static_cast<ShardSizes*>(palloc(sizeof(ShardSizes)));
        *sizes = {table->relation,           tasks.tasks[task].group_id, DatumGetFloat8(values[1]),
                  DatumGetFloat8(values[2]), DatumGetFloat8(values[3]),  DatumGetFloat8(values[4])};
        all = lappend(all, sizes);
    });
    return all;
}

double RowsIn(const ShardSizes& sizes, const List* all) {
    const double unmeasured = std::max(sizes.pages - sizes.measured_pages, 0.0);
    return unmeasured > 0 ? sizes.tuples + unmeasured * Density(sizes.relation, all) : sizes.tuples;
}

pg::RelationSize SizeOf(Oid relation, const List* all) {
    pg::RelationSize size = {};
    for (const auto* sizes : Each<ShardSizes>(all)) {
        if (sizes->relation != relation) continue;
        size.tuples += RowsIn(*sizes, all);
        size.pages += sizes->pages;
        size.visible_pages += sizes->visible_pages;
    }
    size.tuples = std::round(size.tuples);
    return size;
}

}  // namespace pgspan::ddl
