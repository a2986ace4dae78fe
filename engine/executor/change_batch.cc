#include "engine/executor/change_batch.h"

#include "engine/executor/copy_locks.h"
#include "engine/executor/reference_write.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/call_trigger.h"
#include "engine/pg/list.h"

extern "C" {
#include "access/sysattr.h"
#include "catalog/pg_am.h"
#include "catalog/pg_operator.h"
#include "commands/defrem.h"
}

namespace pgspan::executor {

namespace {

using connection::Fetch;

// The rows for one shard, column by column.
struct ShardRows {
    int count;
    int capacity;
    Datum** values;
    bool** nulls;
    MinimalTuple* children;  // nullptr if only counts matter
};

}  // namespace

struct ChangeBatch {
    ChangeTarget target;
    const metadata::Table* table;
    const char* sql;  // names the container
    int column_count;
    InsertColumn* columns;  // identity first, then what is assigned
    int* child_columns;     // from 1
    RowDecoder* decoder;
    TupleDesc decoder_desc;
    TupleTableSlot* child_slot;
    MemoryContext memory;  // of the rows and the run of one batch
    int shard_count;
    ShardRows* shards;
    int row_count;
    size_t bytes;
    uint64 affected;
};

namespace {

// ---- SQL

// "OPERATOR(schema.=)" of the type's default B-tree class, by which primary keys are unique.
const char* EqualityOf(Oid type) {
    const Oid opclass = GetDefaultOpClass(type, BTREE_AM_OID);
    const Oid operator_id =
        OidIsValid(opclass)
            ? get_opfamily_member(get_opclass_family(opclass), get_opclass_input_type(opclass),
                                  get_opclass_input_type(opclass), BTEqualStrategyNumber)
            : InvalidOid;
    if (!OidIsValid(operator_id))
        ereport(
            ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
            errmsg("could not identify an equality operator for type %s", format_type_be(type)));
    const HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(operator_id));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for operator %u", operator_id);
    const auto* form = reinterpret_cast<Form_pg_operator>(GETSTRUCT(tuple));
    const char* name =
        psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(form->oprnamespace)),
                 NameStr(form->oprname));
    ReleaseSysCache(tuple);
    return name;
}

const char* TableName(const metadata::Table& table) {
    if (table.IsHash()) return metadata::QualifiedContainerName(table);
    return quote_qualified_identifier(get_namespace_name(get_rel_namespace(table.relation)),
                                      get_rel_name(table.relation));
}

const char* ColumnName(Oid relation, int attribute) {
    return quote_identifier(get_attname(relation, static_cast<AttrNumber>(attribute), false));
}

// ctid in a shard, the primary key in copies.
List* IdentityAttributes(const plan::ModifyPlan& plan, const metadata::Table& table) {
    return table.IsHash() ? list_make1_int(SelfItemPointerAttributeNumber) : plan.key_attributes;
}

void AppendWhere(StringInfo sql, const plan::ModifyPlan& plan, const metadata::Table& table) {
    if (table.IsHash()) {
        appendStringInfoString(sql, " WHERE t.ctid OPERATOR(pg_catalog.=) s.c1");
        return;
    }
    int number = 0;
    for (const int attribute : pg::EachInt(plan.key_attributes)) {
        Oid type = InvalidOid;
        int32 typmod = -1;
        Oid collation = InvalidOid;
        get_atttypetypmodcoll(table.relation, static_cast<AttrNumber>(attribute), &type, &typmod,
                              &collation);
        const InsertColumn* column = MakeInsertColumns(table.relation, list_make1_int(attribute));
        number++;
        appendStringInfo(sql, "%st.%s %s s.c%d%s", number == 1 ? " WHERE " : " AND ",
                         ColumnName(table.relation, attribute), EqualityOf(type), number,
                         column->element_cast);
    }
}

void AppendSource(StringInfo sql, int columns) {
    appendStringInfoString(sql, "ROWS FROM (");
    for (int i = 1; i <= columns; i++)
        appendStringInfo(sql, "%spg_catalog.unnest($%d)", i > 1 ? ", " : "", i);
    appendStringInfoString(sql, ") WITH ORDINALITY AS s(");
    for (int i = 1; i <= columns; i++) appendStringInfo(sql, "c%d, ", i);
    appendStringInfoString(sql, "n)");
}

void AppendAssignments(StringInfo sql, const plan::ModifyPlan& plan, int identity_columns) {
    const InsertColumn* columns = MakeInsertColumns(plan.relation, plan.set_attributes);
    for (int i = 0; i < list_length(plan.set_attributes); i++)
        appendStringInfo(sql, "%s%s = s.c%d%s", i > 0 ? ", " : " SET ",
                         ColumnName(plan.relation, list_nth_int(plan.set_attributes, i)),
                         identity_columns + i + 1, columns[i].element_cast);
}

}  // namespace

char* ChangeSql(const plan::ModifyPlan& plan, bool deletes, const List* returned, bool numbered) {
    const metadata::Table& table = RequireTable(plan.relation);
    const int identity = list_length(IdentityAttributes(plan, table));
    const int columns = identity + (deletes ? 0 : list_length(plan.set_attributes));
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, deletes ? "DELETE FROM %s AS t USING " : "UPDATE %s AS t",
                     TableName(table));
    if (!deletes) {
        AppendAssignments(&sql, plan, identity);
        appendStringInfoString(&sql, " FROM ");
    }
    AppendSource(&sql, columns);
    AppendWhere(&sql, plan, table);
    if (!numbered) return sql.data;
    appendStringInfoString(&sql, " RETURNING s.n");
    for (const int attribute : pg::EachInt(returned))
        appendStringInfo(&sql, ", t.%s", ColumnName(plan.relation, attribute));
    return sql.data;
}

namespace {

// ---- Gathering

InsertColumn TidColumn() {
    InsertColumn column = {};
    column.type = column.wire_type = column.element = TIDOID;
    column.cast = column.element_cast = "";
    column.array = get_array_type(TIDOID);
    get_typlenbyval(TIDOID, &column.length, &column.by_value);
    get_typlenbyvalalign(TIDOID, &column.element_length, &column.element_by_value,
                         &column.element_alignment);
    return column;
}

void SetColumns(ChangeBatch* batch) {
    const plan::ModifyPlan& plan = *batch->target.plan;
    const bool hash = batch->table->IsHash();
    List* attributes = hash ? NIL : list_copy(plan.key_attributes);
    List* child_columns = hash ? list_make1_int(plan.row_column) : list_copy(plan.key_columns);
    if (!batch->target.deletes) {
        attributes = list_concat(attributes, plan.set_attributes);
        child_columns = list_concat(child_columns, plan.set_columns);
    }
    batch->column_count = list_length(child_columns);
    batch->columns = MakeInsertColumns(plan.relation, attributes);
    if (hash) {
        InsertColumn* others = batch->columns;
        batch->columns =
            static_cast<InsertColumn*>(palloc(sizeof(InsertColumn) * batch->column_count));
        batch->columns[0] = TidColumn();
        for (int i = 1; i < batch->column_count; i++) batch->columns[i] = others[i - 1];
    }
    batch->child_columns = static_cast<int*>(palloc(sizeof(int) * batch->column_count));
    for (int i = 0; i < batch->column_count; i++)
        batch->child_columns[i] = list_nth_int(child_columns, i);
}

void SetDecoder(ChangeBatch* batch) {
    List* names = list_make1(makeString(pstrdup("n")));
    List* types = list_make1_oid(INT8OID);
    List* typmods = list_make1_int(-1);
    List* collations = list_make1_oid(InvalidOid);
    for (const int attribute : pg::EachInt(batch->target.returned)) {
        Oid type = InvalidOid;
        int32 typmod = -1;
        Oid collation = InvalidOid;
        get_atttypetypmodcoll(batch->table->relation, static_cast<AttrNumber>(attribute), &type,
                              &typmod, &collation);
        names = lappend(names, makeString(pstrdup("")));
        types = lappend_oid(types, type);
        typmods = lappend_int(typmods, typmod);
        collations = lappend_oid(collations, collation);
    }
    batch->decoder = MakeRowDecoder(types, typmods);
    batch->decoder_desc = BuildDescFromLists(names, types, typmods, collations);
    batch->child_slot = MakeSingleTupleTableSlot(batch->target.child_desc, &TTSOpsMinimalTuple);
}

void Reserve(ChangeBatch* batch, ShardRows* rows) {
    if (rows->count < rows->capacity) return;
    const int capacity = std::max(16, rows->capacity * 2);
    const auto grow = [&](void* old, size_t size) {
        return old ? repalloc(old, size * capacity) : palloc(size * capacity);
    };
    if (rows->values == nullptr) {
        rows->values = static_cast<Datum**>(palloc0(sizeof(Datum*) * batch->column_count));
        rows->nulls = static_cast<bool**>(palloc0(sizeof(bool*) * batch->column_count));
    }
    for (int i = 0; i < batch->column_count; i++) {
        rows->values[i] = static_cast<Datum*>(grow(rows->values[i], sizeof(Datum)));
        rows->nulls[i] = static_cast<bool*>(grow(rows->nulls[i], sizeof(bool)));
    }
    if (batch->target.changed)
        rows->children = static_cast<MinimalTuple*>(grow(rows->children, sizeof(MinimalTuple)));
    rows->capacity = capacity;
}

// ---- Sending

ParameterSet* ParametersOf(ChangeBatch* batch, ShardRows* rows) {
    auto* types = static_cast<Oid*>(palloc(sizeof(Oid) * batch->column_count));
    for (int i = 0; i < batch->column_count; i++) types[i] = batch->columns[i].array;
    auto* set =
        new (palloc(sizeof(ParameterSet))) ParameterSet(MakeValueSet(batch->column_count, types));
    for (int i = 0; i < batch->column_count; i++) {
        set->parameters[i].value =
            ArrayOf(batch->columns[i], rows->values[i], rows->nulls[i], rows->count);
        set->parameters[i].is_null = false;
    }
    EncodeParameters(set);
    return set;
}

void PassOn(ChangeBatch* batch, const ShardRows& rows, const Datum* values, const bool* nulls) {
    const int64 number = DatumGetInt64(values[0]);
    if (number < 1 || number > rows.count) elog(ERROR, "a node changed a row it was not sent");
    ExecStoreMinimalTuple(rows.children[number - 1], batch->child_slot, false);
    slot_getallattrs(batch->child_slot);
    batch->target.changed(batch->target.context, batch->child_slot, values + 1, nulls + 1);
    ExecClearTuple(batch->child_slot);
}

void PassOnRows(ChangeBatch* batch, TaskStream* stream, const ShardRows& rows) {
    const int columns = batch->decoder->count;
    auto* values = static_cast<Datum*>(palloc(sizeof(Datum) * columns));
    auto* nulls = static_cast<bool*>(palloc(sizeof(bool) * columns));
    const MemoryContext row_memory =
        AllocSetContextCreate(CurrentMemoryContext, "pgspan row", ALLOCSET_DEFAULT_SIZES);
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        MemoryContextReset(row_memory);
        const MemoryContext outer = MemoryContextSwitchTo(row_memory);
        const Fetch outcome = NextRow(stream, values, nulls);
        if (outcome == Fetch::kRow) PassOn(batch, rows, values, nulls);
        MemoryContextSwitchTo(outer);
        if (outcome == Fetch::kEnd) break;
        if (outcome == Fetch::kWait) connection::Wait({&stream->connection, 1});
    }
    MemoryContextDelete(row_memory);
}

void SendToShards(ChangeBatch* batch) {
    TaskList list;
    list.tasks = static_cast<Task*>(palloc0(sizeof(Task) * batch->shard_count));
    auto* shards = static_cast<int*>(palloc(sizeof(int) * batch->shard_count));
    for (int i = 0; i < batch->shard_count; i++) {
        if (batch->shards[i].count == 0) continue;
        const int32 group = batch->table->shard_groups[i];
        shards[list.count] = i;
        list.tasks[list.count++] = {
            group, group == metadata::LocalGroup(),
            FillRouterSql(batch->sql, list_make1_oid(batch->table->relation), i),
            ParametersOf(batch, &batch->shards[i])};
    }
    TaskOptions options;
    options.access = transaction::Access::kWrite;
    options.decoder = batch->decoder;
    options.desc = batch->decoder_desc;
    TaskStream* streams = StartTasks(list, {}, options);
    for (int i = 0; i < list.count; i++) {
        if (batch->decoder) PassOnRows(batch, &streams[i], batch->shards[shards[i]]);
        batch->affected += Drain(&streams[i]);
        CloseStream(&streams[i]);
    }
}

void SendToCopies(ChangeBatch* batch) {
    LockCopies(batch->table->relation, plan::CopyUse::kChange);
    const ShardRows& rows = batch->shards[0];
    const ParameterSet* parameters = ParametersOf(batch, &batch->shards[0]);
    Tuplestorestate* returned =
        batch->decoder ? tuplestore_begin_heap(false, false, work_mem) : nullptr;
    batch->affected += WriteReference(MakeReferenceTasks(batch->sql), *parameters, batch->decoder,
                                      batch->decoder_desc, returned);
    if (!returned) return;
    TupleTableSlot* slot = MakeSingleTupleTableSlot(batch->decoder_desc, &TTSOpsMinimalTuple);
    while (tuplestore_gettupleslot(returned, true, false, slot)) {
        slot_getallattrs(slot);
        PassOn(batch, rows, slot->tts_values, slot->tts_isnull);
    }
    ExecDropSingleTupleTableSlot(slot);
    tuplestore_end(returned);
}

void SendBatch(ChangeBatch* batch) {
    if (batch->row_count == 0) return;
    const MemoryContext outer = MemoryContextSwitchTo(batch->memory);
    if (batch->table->IsHash())
        SendToShards(batch);
    else
        SendToCopies(batch);
    MemoryContextSwitchTo(outer);
    MemoryContextReset(batch->memory);
    memset(batch->shards, 0, sizeof(ShardRows) * batch->shard_count);
    batch->row_count = 0;
    batch->bytes = 0;
}

}  // namespace

ChangeBatch* MakeChangeBatch(const ChangeTarget& target) {
    auto* batch = static_cast<ChangeBatch*>(palloc0(sizeof(ChangeBatch)));
    batch->target = target;
    batch->table = &RequireTable(target.plan->relation);
    batch->sql = ChangeSql(*target.plan, target.deletes, target.returned, target.changed);
    if (target.departs) batch->sql = psprintf("%s%s", pg::kDeparture, batch->sql);
    SetColumns(batch);
    if (target.changed) SetDecoder(batch);
    batch->memory =
        AllocSetContextCreate(CurrentMemoryContext, "pgspan change batch", ALLOCSET_DEFAULT_SIZES);
    batch->shard_count = batch->table->IsHash() ? batch->table->shard_count : 1;
    batch->shards = static_cast<ShardRows*>(palloc0(sizeof(ShardRows) * batch->shard_count));
    return batch;
}

void AddChange(ChangeBatch* batch, int shard, TupleTableSlot* child) {
    ShardRows* rows = &batch->shards[shard];
    const MemoryContext outer = MemoryContextSwitchTo(batch->memory);
    Reserve(batch, rows);
    for (int i = 0; i < batch->column_count; i++) {
        const int column = batch->child_columns[i] - 1;
        rows->nulls[i][rows->count] = child->tts_isnull[column];
        rows->values[i][rows->count] =
            child->tts_isnull[column]
                ? Datum(0)
                : CopyElement(batch->columns[i], child->tts_values[column], &batch->bytes);
    }
    if (batch->target.changed) {
        MinimalTuple copy = ExecCopySlotMinimalTuple(child);
        rows->children[rows->count] = copy;
        batch->bytes += copy->t_len;
    }
    rows->count++;
    batch->row_count++;
    MemoryContextSwitchTo(outer);
    if (batch->row_count >= kChangeBatchRows || batch->bytes >= kChangeBatchBytes) SendBatch(batch);
}

void SendChanges(ChangeBatch* batch) {
    SendBatch(batch);
}

uint64 FinishChanges(ChangeBatch* batch) {
    SendBatch(batch);
    if (batch->child_slot) ExecDropSingleTupleTableSlot(batch->child_slot);
    return batch->affected;
}

}  // namespace pgspan::executor
