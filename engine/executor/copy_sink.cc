#include "engine/executor/copy_sink.h"

#include "engine/executor/copy_format.h"
#include "engine/executor/insert_batch.h"
#include "engine/executor/statement_reads.h"
#include "engine/metadata/nodes.h"

extern "C" {
#include "utils/acl.h"
}

namespace pgspan::executor {

namespace {

constexpr int kSendBytes = 64 * 1024;

// The COPY of one node; started with its first row.
struct NodeCopy {
    int32 group_id;
    connection::Connection* connection;
    uint64 rows;
    StringInfoData data;
};

}  // namespace

struct CopySink {
    const metadata::Table* table;
    CopyFormat* format;
    const char* sql;
    int node_count;
    NodeCopy* nodes;
    int* node_of_shard;  // -1: this node
    // Rows that do not travel by COPY:
    int column_count;
    AttrNumber* attributes;
    InsertBatch* batch;
    Datum* values;
    bool* nulls;
};

namespace {

const char* ColumnList(Oid relation, const List* attributes) {
    StringInfoData names;
    initStringInfo(&names);
    for (int i = 0; i < list_length(attributes); i++)
        appendStringInfo(
            &names, "%s%s", i > 0 ? ", " : "",
            quote_identifier(get_attname(
                relation, static_cast<AttrNumber>(list_nth_int(attributes, i)), false)));
    return names.data;
}

char* TargetName(const metadata::Table& table) {
    if (table.IsHash()) return metadata::QualifiedContainerName(table);
    return quote_qualified_identifier(get_namespace_name(get_rel_namespace(table.relation)),
                                      get_rel_name(table.relation));
}

void SetBatch(CopySink* sink, List* attributes, const char* columns) {
    sink->column_count = list_length(attributes);
    sink->attributes =
        static_cast<AttrNumber*>(palloc(sizeof(AttrNumber) * (sink->column_count + 1)));
    for (int i = 0; i < sink->column_count; i++)
        sink->attributes[i] = static_cast<AttrNumber>(list_nth_int(attributes, i));
    sink->values = static_cast<Datum*>(palloc(sizeof(Datum) * (sink->column_count + 1)));
    sink->nulls = static_cast<bool*>(palloc(sizeof(bool) * (sink->column_count + 1)));
    auto* plan = static_cast<plan::InsertPlan*>(palloc0(sizeof(plan::InsertPlan)));
    plan->relation = sink->table->relation;
    plan->attributes = attributes;
    plan->head = psprintf("INSERT INTO %s (%s)", TargetName(*sink->table), columns);
    plan->tail = "";
    InsertTarget target = {};
    target.plan = plan;
    target.columns = MakeInsertColumns(plan->relation, attributes);
    target.tail = static_cast<ParameterSet*>(palloc0(sizeof(ParameterSet)));
    sink->batch = MakeInsertBatch(target);
}

int NodeIndex(CopySink* sink, int32 group) {
    for (int i = 0; i < sink->node_count; i++)
        if (sink->nodes[i].group_id == group) return i;
    NodeCopy& node = sink->nodes[sink->node_count];
    node.group_id = group;
    initStringInfo(&node.data);
    return sink->node_count++;
}

void SetNodes(CopySink* sink) {
    const metadata::Table& table = *sink->table;
    sink->nodes = static_cast<NodeCopy*>(palloc0(sizeof(NodeCopy) * table.shard_count));
    sink->node_of_shard = static_cast<int*>(palloc(sizeof(int) * table.shard_count));
    const int32 local_group = metadata::LocalGroup();
    for (int i = 0; i < table.shard_count; i++)
        sink->node_of_shard[i] =
            table.shard_groups[i] == local_group ? -1 : NodeIndex(sink, table.shard_groups[i]);
}

void SendData(NodeCopy* node) {
    connection::PutCopyData(node->connection, node->data.data, node->data.len);
    resetStringInfo(&node->data);
}

void StartCopy(CopySink* sink, NodeCopy* node) {
    StartOpenReads(sink->table->relation);
    node->connection = connection::ForGroup(node->group_id);
    transaction::Join(node->connection, transaction::Access::kWrite);
    connection::BeginCopy(node->connection, sink->sql);
    AppendCopyHeader(sink->format, &node->data);
}

void AddToBatch(CopySink* sink, const Datum* values, const bool* nulls) {
    for (int i = 0; i < sink->column_count; i++) {
        sink->values[i] = values[sink->attributes[i] - 1];
        sink->nulls[i] = nulls[sink->attributes[i] - 1];
    }
    AddRow(sink->batch, sink->values, sink->nulls);
}

// The node that gets the COPY checks the right to every column in it; INSERT comes to it as a task,
// whose rights have been checked here.
bool MayCopy(Oid relation, const List* attributes) {
    if (pg_class_aclcheck(relation, GetUserId(), ACL_INSERT) == ACLCHECK_OK) return true;
    for (int i = 0; i < list_length(attributes); i++) {
        const auto number = static_cast<AttrNumber>(list_nth_int(attributes, i));
        if (pg_attribute_aclcheck(relation, number, GetUserId(), ACL_INSERT) != ACLCHECK_OK)
            return false;
    }
    return true;
}

}  // namespace

List* SentAttributes(Relation relation) {
    const TupleDesc desc = RelationGetDescr(relation);
    List* attributes = NIL;
    for (int number = 1; number <= desc->natts; number++)
        if (!TupleDescAttr(desc, number - 1)->attisdropped &&
            !TupleDescAttr(desc, number - 1)->attgenerated)
            attributes = lappend_int(attributes, number);
    return attributes;
}

CopySink* MakeCopySink(const metadata::Table& table, List* attributes, bool streams) {
    auto* sink = static_cast<CopySink*>(palloc0(sizeof(CopySink)));
    sink->table = &table;
    sink->format = MakeCopyFormat(table.relation, attributes);
    const char* columns = ColumnList(table.relation, attributes);
    sink->sql = psprintf("COPY %s (%s) FROM STDIN %s", TargetName(table), columns,
                         CopyOptions(sink->format));
    SetBatch(sink, attributes, columns);
    if (table.IsHash() && streams && MayCopy(table.relation, attributes)) SetNodes(sink);
    return sink;
}

void AddCopyRow(CopySink* sink, const Datum* values, const bool* nulls) {
    if (sink->nodes == nullptr) return AddToBatch(sink, values, nulls);
    const int key = sink->table->distribution_column - 1;
    const int index =
        sink->node_of_shard[metadata::ShardIndexFor(*sink->table, values[key], nulls[key])];
    if (index < 0) return AddToBatch(sink, values, nulls);
    NodeCopy* node = &sink->nodes[index];
    if (node->connection == nullptr) StartCopy(sink, node);
    AppendCopyRow(sink->format, values, nulls, &node->data);
    node->rows++;
    if (node->data.len >= kSendBytes) SendData(node);
}

void SendCopied(CopySink* sink) {
    SendInserts(sink->batch);
}

void FinishCopySink(CopySink* sink) {
    for (int i = 0; i < sink->node_count; i++) {
        NodeCopy* node = &sink->nodes[i];
        if (node->connection == nullptr) continue;
        AppendCopyTrailer(sink->format, &node->data);
        SendData(node);
    }
    FinishInsert(sink->batch);
    for (int i = 0; i < sink->node_count; i++)
        if (sink->nodes[i].connection != nullptr) connection::EndCopy(sink->nodes[i].connection);
}

}  // namespace pgspan::executor
