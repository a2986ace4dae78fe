#include "engine/executor/local_task.h"

#include "engine/pg/call_trigger.h"
#include "engine/pg/run_executor.h"
#include "engine/pg/search_path.h"
#include "engine/plan/task_planning.h"

extern "C" {
#include "common/hashfn.h"
#include "executor/tstoreReceiver.h"
#include "parser/parser.h"
#include "tcop/cmdtag.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/plancache.h"
#include "utils/resowner.h"
#include "utils/tuplestore.h"
}

namespace pgspan::executor {

struct LocalTask {
    CachedPlan* plan = nullptr;
    ResourceOwner owner = nullptr;
    QueryDesc* query = nullptr;  // nullptr once the statement has ended
    Tuplestorestate* rows = nullptr;
    TupleTableSlot* slot = nullptr;
    bool whole = false;
    uint64 affected = 0;
};

namespace {

constexpr uint64 kBatchRows = 1000;
constexpr int kStatementsMax = 512;

// ---- Statements kept for the session

struct StatementKey {
    uint64 sql_hash;
    uint64 types_hash;
};

struct KeptStatement {
    StatementKey key;
    CachedPlanSource* source;
};

HTAB* statements = nullptr;

StatementKey KeyOf(const char* sql, const Oid* types, int count) {
    StatementKey key;
    const auto* text = reinterpret_cast<const unsigned char*>(sql);
    key.sql_hash = DatumGetUInt64(hash_any_extended(text, static_cast<int>(strlen(sql)), 0));
    key.types_hash = DatumGetUInt64(hash_any_extended(reinterpret_cast<const unsigned char*>(types),
                                                      static_cast<int>(count * sizeof(Oid)), 1));
    return key;
}

bool IsFor(const CachedPlanSource* source, const char* sql, const Oid* types, int count) {
    return strcmp(source->query_string, sql) == 0 && source->num_params == count &&
           (count == 0 || memcmp(source->param_types, types, count * sizeof(Oid)) == 0);
}

// Plans in use stay valid: they are counted apart from their source.
void DropAllStatements() {
    HASH_SEQ_STATUS status;
    hash_seq_init(&status, statements);
    while (auto* entry = static_cast<KeptStatement*>(hash_seq_search(&status))) {
        DropCachedPlan(entry->source);
        hash_search(statements, &entry->key, HASH_REMOVE, nullptr);
    }
}

void PrepareStatements() {
    if (statements == nullptr) {
        HASHCTL control = {};
        control.keysize = sizeof(StatementKey);
        control.entrysize = sizeof(KeptStatement);
        statements = hash_create("pgspan local tasks", 64, &control, HASH_ELEM | HASH_BLOBS);
    }
    // Not while a statement is being planned further up the stack: that one must stay.
    if (plan::task_planning_depth == 1 && hash_get_num_entries(statements) >= kStatementsMax)
        DropAllStatements();
}

// A position in the task's text is none in the user's statement.
void PointIntoTask(void* sql) {
    const int position = geterrposition();
    if (position <= 0) return;
    errposition(0);
    internalerrposition(position);
    internalerrquery(static_cast<const char*>(sql));
}

CachedPlanSource* ParseStatement(const char* sql, const Oid* types, int count) {
    CachedPlanSource* source = nullptr;
    ErrorContextCallback context = {error_context_stack, PointIntoTask, const_cast<char*>(sql)};
    error_context_stack = &context;
    List* parsed = pg_parse_query(sql);
    if (list_length(parsed) != 1) elog(ERROR, "a task must be one statement: %s", sql);
    auto* raw = linitial_node(RawStmt, parsed);
    source = CreateCachedPlan(raw, sql, CreateCommandTag(raw->stmt));
    List* queries = pg_analyze_and_rewrite_fixedparams(raw, sql, types, count, nullptr);
    CompleteCachedPlan(source, queries, nullptr, const_cast<Oid*>(types), count, nullptr, nullptr,
                       CURSOR_OPT_PARALLEL_OK, false);
    SaveCachedPlan(source);
    error_context_stack = context.previous;
    return source;
}

CachedPlanSource* FindOrParse(const char* sql, const Oid* types, int count) {
    PrepareStatements();
    const StatementKey key = KeyOf(sql, types, count);
    auto* entry = static_cast<KeptStatement*>(hash_search(statements, &key, HASH_FIND, nullptr));
    if (entry != nullptr && IsFor(entry->source, sql, types, count)) return entry->source;
    CachedPlanSource* source = ParseStatement(sql, types, count);
    bool found = false;
    entry = static_cast<KeptStatement*>(hash_search(statements, &key, HASH_ENTER, &found));
    if (found) DropCachedPlan(entry->source);
    entry->source = source;
    return source;
}

PlannedStmt* PlanStatement(LocalTask* task, const char* sql, ParamListInfo parameters) {
    const int count = parameters ? parameters->numParams : 0;
    auto* types = static_cast<Oid*>(palloc(sizeof(Oid) * (count + 1)));
    for (int i = 0; i < count; i++) types[i] = parameters->params[i].ptype;
    const bool other_path = !pg::CatalogComesFirst();
    const int nest_level = other_path ? pg::EnterSearchPathOfTasks() : 0;
    plan::PlanAsTask([&] {
        CachedPlanSource* source = FindOrParse(sql, types, count);
        plan::task_text = source->query_string;
        task->plan = GetCachedPlan(source, parameters, task->owner, nullptr);
    });
    if (other_path) pg::LeaveSearchPath(nest_level);
    if (list_length(task->plan->stmt_list) != 1) elog(ERROR, "a task must be one plan: %s", sql);
    return linitial_node(PlannedStmt, task->plan->stmt_list);
}

void CloseStatement(LocalTask* task) {
    ExecutorFinish(task->query);
    ExecutorEnd(task->query);
    FreeQueryDesc(task->query);
    task->query = nullptr;
    ReleaseCachedPlan(task->plan, task->owner);
    task->plan = nullptr;
}

void RunBatch(LocalTask* task) {
    pg::RunExecutor(task->query, task->whole ? 0 : kBatchRows, task->whole);
    const uint64 processed = task->query->estate->es_processed;
    if (task->whole) task->affected = processed;
    if (task->whole || processed < kBatchRows) CloseStatement(task);
}

}  // namespace

LocalTask* StartLocalTask(const char* sql, ParamListInfo parameters, bool whole) {
    auto* task = new (palloc(sizeof(LocalTask))) LocalTask();
    task->owner = CurrentResourceOwner;
    PlannedStmt* statement = PlanStatement(task, sql, parameters);
    task->whole = whole || statement->parallelModeNeeded;
    const bool has_rows = statement->commandType == CMD_SELECT || statement->hasReturning;
    DestReceiver* receiver = has_rows ? CreateDestReceiver(DestTuplestore) : None_Receiver;
    task->query = CreateQueryDesc(statement, pstrdup(sql), GetActiveSnapshot(), InvalidSnapshot,
                                  receiver, parameters, nullptr, 0);
    ExecutorStart(task->query, 0);
    pg::SilenceUserTriggers(task->query);
    if (pg::IsDeparture(sql)) pg::SilenceReferencedSide(task->query);
    if (!has_rows) return task;
    task->rows = tuplestore_begin_heap(false, false, work_mem);
    SetTuplestoreDestReceiverParams(receiver, task->rows, CurrentMemoryContext, false, nullptr,
                                    nullptr);
    task->slot =
        MakeSingleTupleTableSlot(CreateTupleDescCopy(task->query->tupDesc), &TTSOpsMinimalTuple);
    return task;
}

bool FetchLocalRow(LocalTask* task, int column_count, Datum* values, bool* nulls) {
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        if (task->rows != nullptr && tuplestore_gettupleslot(task->rows, true, false, task->slot))
            break;
        if (task->query == nullptr) return false;
        if (task->rows != nullptr) {
            ExecClearTuple(task->slot);
            tuplestore_clear(task->rows);
        }
        RunBatch(task);
    }
    if (task->slot->tts_tupleDescriptor->natts != column_count)
        elog(ERROR, "a task returned %d columns where %d were expected",
             task->slot->tts_tupleDescriptor->natts, column_count);
    slot_getallattrs(task->slot);
    memcpy(values, task->slot->tts_values, sizeof(Datum) * column_count);
    memcpy(nulls, task->slot->tts_isnull, sizeof(bool) * column_count);
    return true;
}

uint64 FinishLocalTask(LocalTask* task) {
    while (task->query != nullptr) {
        if (task->rows != nullptr && !task->whole) tuplestore_clear(task->rows);
        RunBatch(task);
    }
    return task->affected;
}

void EndLocalTask(LocalTask* task) {
    if (task->query != nullptr) CloseStatement(task);
    if (task->slot != nullptr) ExecDropSingleTupleTableSlot(task->slot);
    if (task->rows != nullptr) tuplestore_end(task->rows);
    task->slot = nullptr;
    task->rows = nullptr;
}

}  // namespace pgspan::executor
