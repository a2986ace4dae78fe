#include "engine/cluster/move_rows.h"

#include "engine/cluster/copy_encoding.h"
#include "engine/connection/connection.h"
#include "engine/ddl/foreign_key.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/table_definition.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/list.h"
#include "engine/pg/owner.h"
#include "engine/transaction/remote_transaction.h"

extern "C" {
#include "commands/copy.h"
#include "common/hashfn.h"
#include "parser/parse_node.h"
#include "parser/parse_relation.h"
#include "partitioning/partbounds.h"
#include "utils/partcache.h"
}

namespace pgspan::cluster {

namespace {

constexpr uint64 kRowsPerNotice = 1000000;

connection::Connection* WriterTo(int32 group_id) {
    connection::Connection* node = connection::ForGroup(group_id);
    transaction::Join(node, transaction::Access::kWrite);
    return node;
}

void Put(connection::Connection* node, std::string_view data) {
    if (!data.empty()) connection::PutCopyData(node, data.data(), static_cast<int>(data.size()));
}

const char* ContainerSql(const Registration& table) {
    return quote_qualified_identifier(metadata::kDataSchema,
                                      metadata::ContainerName(table.base_name, table.table_id));
}

// Scans a table of this node; visit(slot) for each row.
template <typename Visitor>
void ScanRows(Relation relation, Visitor&& visit) {
    const Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    const TableScanDesc scan = table_beginscan(relation, snapshot, 0, nullptr);
    TupleTableSlot* slot = table_slot_create(relation, nullptr);
    while (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
        CHECK_FOR_INTERRUPTS();
        visit(slot);
    }
    ExecDropSingleTupleTableSlot(slot);
    table_endscan(scan);
    UnregisterSnapshot(snapshot);
}

// Which shard a row belongs to, by the container's partition key.
struct Router {
    PartitionKey key;
    AttrNumber column;
    int32 shard_count;

    int32 operator()(TupleTableSlot* slot) const {
        bool is_null = false;
        Datum value = slot_getattr(slot, column, &is_null);
        return static_cast<int32>(compute_partition_hash_value(
                                      1, key->partsupfunc, key->partcollation, &value, &is_null) %
                                  static_cast<uint64>(shard_count));
    }
};

struct Streams {
    std::span<const int32> groups;
    connection::Connection** nodes;

    [[nodiscard]] connection::Connection* To(int32 group_id) const {
        for (size_t i = 0; i < groups.size(); i++)
            if (groups[i] == group_id) return nodes[i];
        return nullptr;
    }
};

Streams OpenStreams(std::span<const int32> groups, const char* sql, const CopyEncoder* encoder) {
    Streams streams = {groups, static_cast<connection::Connection**>(
                                   palloc(sizeof(connection::Connection*) * (groups.size() + 1)))};
    connection::OpenAll(groups);
    for (size_t i = 0; i < groups.size(); i++) {
        streams.nodes[i] = WriterTo(groups[i]);
        connection::BeginCopy(streams.nodes[i], sql);
        Put(streams.nodes[i], CopyHeader(encoder));
    }
    return streams;
}

uint64 CloseStreams(const Streams& streams, const CopyEncoder* encoder) {
    uint64 rows = 0;
    for (size_t i = 0; i < streams.groups.size(); i++) {
        Put(streams.nodes[i], CopyTrailer(encoder));
        rows += connection::EndCopy(streams.nodes[i]);
    }
    return rows;
}

// The groups with shards of the table, except this node's; distinct.
std::span<const int32> RemoteGroups(const int32* shard_groups, int32 shard_count) {
    auto* groups = static_cast<int32*>(palloc(sizeof(int32) * (shard_count + 1)));
    size_t count = 0;
    const int32 local = metadata::LocalGroup();
    for (int32 i = 0; i < shard_count; i++)
        if (shard_groups[i] != local &&
            std::find(groups, groups + count, shard_groups[i]) == groups + count)
            groups[count++] = shard_groups[i];
    return {groups, count};
}

void TellProgress(uint64 rows) {
    if (rows % kRowsPerNotice == 0) ereport(NOTICE, errmsg("copied " UINT64_FORMAT " rows", rows));
}

void MoveToOtherNodes(const Registration& table, std::span<const int32> groups) {
    const Relation shell = table_open(table.relation, NoLock);
    const Relation container =
        table_open(get_relname_relid(metadata::ContainerName(table.base_name, table.table_id),
                                     get_namespace_oid(metadata::kDataSchema, false)),
                   AccessShareLock);
    const int settings = ddl::EnterCanonicalSettings();
    const Router route = {RelationGetPartitionKey(container),
                          get_attnum(table.relation, table.distribution_column), table.shard_count};
    CopyEncoder* encoder = NewCopyEncoder(shell);
    const Streams streams = OpenStreams(
        groups, psprintf("COPY %s %s", ContainerSql(table), CopyClause(encoder)), encoder);
    uint64 rows = 0;
    ScanRows(shell, [&](TupleTableSlot* slot) {
        connection::Connection* node = streams.To(table.shard_groups[route(slot)]);
        if (!node) return;  // a shard of this node
        Put(node, EncodeRow(encoder, slot));
        TellProgress(++rows);
    });
    const uint64 arrived = CloseStreams(streams, encoder);
    if (arrived != rows)
        elog(ERROR, "sent " UINT64_FORMAT " rows to shards, but " UINT64_FORMAT " arrived", rows,
             arrived);
    ddl::LeaveCanonicalSettings(settings);
    table_close(container, NoLock);
    table_close(shell, NoLock);
}

void MoveToLocalShards(const Registration& table, bool all_are_local) {
    StringInfoData filter;
    initStringInfo(&filter);
    if (!all_are_local) {
        appendStringInfo(&filter,
                         " WHERE pgspan.hash_remainder(%s::pg_catalog.regclass, %d, %s) IN (",
                         quote_literal_cstr(ContainerSql(table)), table.shard_count,
                         quote_identifier(table.distribution_column));
        const char* separator = "";
        for (int32 i = 0; i < table.shard_count; i++) {
            if (table.shard_groups[i] != metadata::LocalGroup()) continue;
            appendStringInfo(&filter, "%s%d", separator, i);
            separator = ", ";
        }
        appendStringInfoChar(&filter, ')');
    }
    const Relation shell = table_open(table.relation, NoLock);
    const char* columns = CopyColumns(NewCopyEncoder(shell));
    table_close(shell, NoLock);
    const char* source = quote_qualified_identifier(
        get_namespace_name(get_rel_namespace(table.relation)), get_rel_name(table.relation));
    const pg::UserSwitch caller = pg::IgnoreForcedPolicies();
    ddl::RunDefinitions(ddl::AddDefinition(
        NIL, nullptr,
        columns[0] ? psprintf("INSERT INTO %s (%s) SELECT %s FROM ONLY %s%s", ContainerSql(table),
                              columns, columns, source, filter.data)
                   : psprintf("INSERT INTO %s SELECT FROM ONLY %s%s", ContainerSql(table), source,
                              filter.data)));
    pg::ReturnToUser(caller);
}

// ---- From shards to the shell: rows fetched from one node after another feed PostgreSQL's own
// COPY FROM.

struct RowSource {
    connection::Connection* node;
    StringInfoData line;
    int position;
    uint64 rows;
    bool at_end;
};
RowSource* row_source = nullptr;  // COPY's callback has no argument of its own

bool NextLine(RowSource* source) {
    PGresult* row = nullptr;
    if (source->at_end || !connection::FetchRowWaiting(source->node, &row)) {
        source->at_end = true;
        return false;
    }
    resetStringInfo(&source->line);
    source->position = 0;
    const int columns = PQnfields(row);
    for (int i = 0; i < columns; i++) {
        if (i > 0) appendStringInfoChar(&source->line, '\t');
        AppendCopyText(&source->line, PQgetisnull(row, 0, i) ? nullptr : PQgetvalue(row, 0, i));
    }
    appendStringInfoChar(&source->line, '\n');
    TellProgress(++source->rows);
    return true;
}

int ReadRows(void* buffer, int minimum, int maximum) {
    return pg::Entry([&] {
        int filled = 0;
        while (filled < minimum) {
            if (row_source->position >= row_source->line.len && !NextLine(row_source)) break;
            const int part =
                std::min(maximum - filled, row_source->line.len - row_source->position);
            memcpy(static_cast<char*>(buffer) + filled,
                   row_source->line.data + row_source->position, part);
            row_source->position += part;
            filled += part;
        }
        return filled;
    });
}

// Runs COPY shell FROM the source that row_source describes.
uint64 CopyIntoShell(Relation shell) {
    ParseState* parse_state = make_parsestate(nullptr);
    ParseNamespaceItem* item =
        addRangeTableEntryForRelation(parse_state, shell, RowExclusiveLock, nullptr, false, false);
    addNSItemToQuery(parse_state, item, true, true, true);
    List* names = NIL;
    const TupleDesc descriptor = RelationGetDescr(shell);
    for (int i = 0; i < descriptor->natts; i++)
        if (!TupleDescAttr(descriptor, i)->attisdropped &&
            !TupleDescAttr(descriptor, i)->attgenerated)
            names =
                lappend(names, makeString(pstrdup(NameStr(TupleDescAttr(descriptor, i)->attname))));
    const CopyFromState copy =
        BeginCopyFrom(parse_state, shell, nullptr, nullptr, false, ReadRows, names, NIL);
    const uint64 rows = CopyFrom(copy);
    EndCopyFrom(copy);
    free_parsestate(parse_state);
    return rows;
}

void FetchFromNode(const metadata::Table& table, Relation shell, int32 group_id,
                   const char* columns) {
    RowSource source = {};
    source.node = WriterTo(group_id);
    initStringInfo(&source.line);
    connection::Reader reader = {};
    connection::Statement statement = {};
    statement.sql = psprintf("SELECT %s FROM %s", columns, metadata::QualifiedContainerName(table));
    connection::Send(source.node, statement, &reader);
    row_source = &source;
    ErrorData* error = pg::Capture([&] {
        uint64 rows = 0;
        ddl::WithPlainShells([&] { rows = CopyIntoShell(shell); });
        if (rows != source.rows)
            elog(ERROR, "fetched " UINT64_FORMAT " rows, but " UINT64_FORMAT " were stored",
                 source.rows, rows);
    });
    row_source = nullptr;
    if (error) ReThrowError(error);
}

}  // namespace

void RequireFreshSnapshots(const char* function) {
    if (IsolationUsesXactSnapshot())
        ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("%s() is not supported in a REPEATABLE READ or SERIALIZABLE transaction",
                       function),
                errhint("Run it in a READ COMMITTED transaction."));
}

bool HasRows(Oid relation) {
    const Relation table = table_open(relation, NoLock);
    const Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    const TableScanDesc scan = table_beginscan(table, snapshot, 0, nullptr);
    TupleTableSlot* slot = table_slot_create(table, nullptr);
    const bool found = table_scan_getnextslot(scan, ForwardScanDirection, slot);
    ExecDropSingleTupleTableSlot(slot);
    table_endscan(scan);
    UnregisterSnapshot(snapshot);
    table_close(table, NoLock);
    return found;
}

void MoveRowsToShards(const Registration& table) {
    const std::span<const int32> groups = RemoteGroups(table.shard_groups, table.shard_count);
    const int32 local = metadata::LocalGroup();
    const bool has_local = std::find(table.shard_groups, table.shard_groups + table.shard_count,
                                     local) != table.shard_groups + table.shard_count;
    ereport(NOTICE,
            errmsg("copying rows of table \"%s\" to its shards", get_rel_name(table.relation)));
    if (!groups.empty()) MoveToOtherNodes(table, groups);
    if (has_local) MoveToLocalShards(table, groups.empty());
}

void CopyRowsToNodes(Oid relation, std::span<const int32> groups) {
    if (groups.empty() || !HasRows(relation)) return;
    const Relation table = table_open(relation, NoLock);
    ereport(NOTICE, errmsg("copying rows of table \"%s\" to %d nodes",
                           RelationGetRelationName(table), static_cast<int>(groups.size())));
    const int settings = ddl::EnterCanonicalSettings();
    CopyEncoder* encoder = NewCopyEncoder(table);
    const char* name = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(table)),
                                                  RelationGetRelationName(table));
    const Streams streams =
        OpenStreams(groups, psprintf("COPY %s %s", name, CopyClause(encoder)), encoder);
    uint64 rows = 0;
    ScanRows(table, [&](TupleTableSlot* slot) {
        const std::string_view row = EncodeRow(encoder, slot);
        for (size_t i = 0; i < groups.size(); i++) Put(streams.nodes[i], row);
        TellProgress(++rows);
    });
    const uint64 arrived = CloseStreams(streams, encoder);
    if (arrived != rows * groups.size())
        elog(ERROR, "sent " UINT64_FORMAT " rows to %d nodes, but " UINT64_FORMAT " arrived", rows,
             static_cast<int>(groups.size()), arrived);
    ddl::LeaveCanonicalSettings(settings);
    table_close(table, NoLock);
}

// The rows of shards on this node.
static void MoveLocalRowsToShell(const metadata::Table& table, const char* columns) {
    const int32* end = table.shard_groups + table.shard_count;
    if (std::find(table.shard_groups, end, metadata::LocalGroup()) == end) return;
    const char* target = quote_qualified_identifier(
        get_namespace_name(get_rel_namespace(table.relation)), get_rel_name(table.relation));
    const pg::UserSwitch caller = pg::IgnoreForcedPolicies();
    ddl::RunDefinitions(ddl::AddDefinition(
        NIL, nullptr,
        columns[0] ? psprintf("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s",
                              target, columns, columns, metadata::QualifiedContainerName(table))
                   : psprintf("INSERT INTO %s SELECT FROM %s", target,
                              metadata::QualifiedContainerName(table))));
    pg::ReturnToUser(caller);
}

void MoveRowsToShell(const metadata::Table& table) {
    // Rows that were checked where they lay are not checked again as they come, by foreign keys
    // whose other side may be on its way.
    const List* keys = ddl::SuspendKeys(table.relation);
    // Beside the stronger lock that is held: COPY FROM wants just this one.
    const Relation shell = table_open(table.relation, RowExclusiveLock);
    const char* columns = CopyColumns(NewCopyEncoder(shell));
    ereport(NOTICE,
            errmsg("copying rows of table \"%s\" from its shards", RelationGetRelationName(shell)));
    const int settings = ddl::EnterCanonicalSettings();
    for (const int32 group : RemoteGroups(table.shard_groups, table.shard_count))
        FetchFromNode(table, shell, group, columns);
    ddl::LeaveCanonicalSettings(settings);
    table_close(shell, NoLock);
    MoveLocalRowsToShell(table, columns);
    ddl::ResumeKeys(table.relation, keys);
}

}  // namespace pgspan::cluster
