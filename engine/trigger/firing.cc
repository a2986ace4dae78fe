#include "engine/trigger/firing.h"

#include "engine/pg/entry.h"
#include "engine/metadata/node_session.h"
#include "engine/metadata/nodes.h"
#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/trigger/course.h"
#include "engine/trigger/deferred.h"
#include "engine/trigger/firing_state.h"
#include "engine/trigger/matching.h"
#include "engine/trigger/moved_row.h"
#include "engine/trigger/reference_wait.h"

extern "C" {
#include "catalog/pg_collation.h"
#include "catalog/pg_proc.h"
#include "executor/nodeModifyTable.h"
#include "tcop/tcopprot.h"
}

namespace pgspan::trigger {

namespace {

uint64 writes_begun = 0;
EState* completing = nullptr;  // the statement whose triggers AFTER fire
TakeRoutedRows take_routed = nullptr;
ExecutorStart_hook_type next_start = nullptr;
ExecutorFinish_hook_type next_finish = nullptr;

Firing* Find(const Course* course, Oid relation) {
    for (Firing* firing = course->firings; firing; firing = firing->next)
        if (RelationGetRelid(firing->relation) == relation) return firing;
    return nullptr;
}

bool HasRowsHere(Oid relation) {
    const metadata::Table* table = metadata::FindTable(relation);
    if (!table || table->IsReference()) return true;
    const int32 here = metadata::LocalGroup();
    return std::any_of(table->shard_groups, table->shard_groups + table->shard_count,
                       [here](int32 group) { return group == here; });
}

// By its text; one that it calls may do so too (SendHeldBack).
bool CatchesErrors(Oid function) {
    const HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for function %u", function);
    bool is_null = false;
    const Datum source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &is_null);
    const bool catches =
        !is_null && DatumGetBool(DirectFunctionCall2Coll(
                        texticregexeq, DEFAULT_COLLATION_OID, source,
                        CStringGetTextDatum("\\mexception\\s+when\\M|\\msubtransaction\\M")));
    ReleaseSysCache(tuple);
    return catches;
}

Firing* Make(Course* course, Oid relation) {
    auto* firing = static_cast<Firing*>(palloc0(sizeof(Firing)));
    firing->course = course;
    firing->estate = CreateExecutorState();
    firing->relation = table_open(relation, NoLock);
    firing->has_rows_here = HasRowsHere(relation);
    firing->writes_before = writes_begun;
    firing->target = makeNode(ResultRelInfo);
    InitResultRelInfo(firing->target, firing->relation, 0, nullptr, 0);
    firing->triggers = CopyTriggerDesc(firing->relation->trigdesc);
    if (!firing->triggers)
        firing->triggers = static_cast<TriggerDesc*>(palloc0(sizeof(TriggerDesc)));
    const int count = firing->triggers->numtriggers;
    if (count > kTriggersMax)
        ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                errmsg("table \"%s\" has more than %d triggers",
                       RelationGetRelationName(firing->relation), kTriggersMax));
    firing->functions = static_cast<FmgrInfo*>(palloc0(sizeof(FmgrInfo) * (count + 1)));
    firing->catches_errors = static_cast<bool*>(palloc0(sizeof(bool) * (count + 1)));
    firing->keys = static_cast<KeyTrigger*>(palloc0(sizeof(KeyTrigger) * (count + 1)));
    for (int i = 0; i < count; i++) {
        const Trigger& trigger = firing->triggers->triggers[i];
        firing->catches_errors[i] = CatchesErrors(trigger.tgfoid);
        if (trigger.tgisinternal)
            firing->keys[i] = {KeepsKey(relation, trigger), CarriesOutMove(relation, trigger)};
    }
    firing->conditions = static_cast<ExprState**>(palloc0(sizeof(ExprState*) * (count + 1)));
    return firing;
}

// Not what a function sends that the task calls.
bool IsOwnDeparture(const QueryDesc* query) {
    return pg::IsDeparture(query->sourceText) && debug_query_string &&
           strcmp(debug_query_string, query->sourceText) == 0 && metadata::ExtensionIsReady() &&
           metadata::IsInternalSession();
}

void StartHook(QueryDesc* query, int eflags) {
    pg::Entry([&] {
        if ((eflags & EXEC_FLAG_EXPLAIN_ONLY) == 0) SendHeldBack(true);
        if (query->operation != CMD_SELECT || query->plannedstmt->hasModifyingCTE) writes_begun++;
        if (next_start)
            next_start(query, eflags);
        else
            standard_ExecutorStart(query, eflags);
        if (IsOwnDeparture(query)) pg::SilenceReferencedSide(query);
        if (query->plannedstmt->hasModifyingCTE && (eflags & EXEC_FLAG_EXPLAIN_ONLY) == 0) {
            pg::SilencePartsOfMoves(query);
            WatchLocalMoves(query);
        }
    });
}

// What PostgreSQL is about to run before it fires the triggers of the statement; it does no harm
// twice.
void RunModifications(EState* statement) {
    const MemoryContext outer = MemoryContextSwitchTo(statement->es_query_cxt);
    statement->es_direction = ForwardScanDirection;
    for (auto* node : pg::Each<PlanState>(statement->es_auxmodifytables))
        for (;;) {
            ResetPerTupleExprContext(statement);
            const TupleTableSlot* row = ExecProcNode(node);  // TupIsNull looks twice
            if (TupIsNull(row)) break;
        }
    MemoryContextSwitchTo(outer);
}

// What is queued in the course. What foreign keys change in local tables because of it queues
// triggers there: as a part of this statement, after all that is queued here.
void FireCourse(Course* course, bool (*takes)(const Firing& firing)) {
    EState* estate = CreateExecutorState();
    const MemoryContext outer = MemoryContextSwitchTo(estate->es_query_cxt);
    for (Cycle cycle = TakeCycle(course, takes); cycle.firings;) {
        AfterTriggerBeginQuery();
        for (; cycle.firings; cycle = TakeCycle(course, takes)) FireCycle(cycle);
        AfterTriggerEndQuery(estate);
        cycle = TakeCycle(course, takes);
    }
    ExecResetTupleTable(estate->es_tupleTable, false);
    ExecCloseResultRelations(estate);
    MemoryContextSwitchTo(outer);
    FreeExecutorState(estate);
}

// Triggers of the rows of split writes, ahead of those of the statement, which are PostgreSQL's.
void FireParts(EState* statement) {
    const MemoryContext outer = MemoryContextSwitchTo(statement->es_query_cxt);
    if (Course* course = FindCourse(statement)) {
        FireCourse(course, [](const Firing& firing) { return firing.is_part && !firing.is_named; });
        FireCourse(course, [](const Firing& firing) { return firing.is_of_moves; });
    }
    pg::RequeueAfterStatement(statement);
    MemoryContextSwitchTo(outer);
}

// What local rows that moved, and their triggers, have put into shells.
void TakeRouted(EState* statement) {
    bool is_first = true;
    for (const auto* target :
         pg::Each<ResultRelInfo>(statement->es_tuple_routing_result_relations)) {
        const metadata::Table* table =
            metadata::FindTable(RelationGetRelid(target->ri_RelationDesc));
        if (!table || !table->IsHash()) continue;
        // They can be deleted then.
        if (std::exchange(is_first, false)) CommandCounterIncrement();
        take_routed(statement, target->ri_RelationDesc);
    }
}

// What a foreign key does is a part of the statement that set it off: its triggers AFTER are queued
// with those of that one.
bool IsAction(const EState* statement) {
    return completing && (statement->es_top_eflags & EXEC_FLAG_SKIP_TRIGGERS) != 0;
}

template <typename Body>
void WhileCompleting(EState* statement, Body&& body) {
    EState* outer = std::exchange(completing, statement);
    ErrorData* error = pg::Capture(body);
    completing = outer;
    if (error) ReThrowError(error);
}

void Finish(QueryDesc* query) {
    // What they delete is locked before anybody who may reference it is waited for.
    if (query->plannedstmt->hasModifyingCTE) RunModifications(query->estate);
    TakeRouted(query->estate);
    AwaitReferencesOf(query);
    if (query->plannedstmt->hasModifyingCTE) FireParts(query->estate);
    if (next_finish)
        next_finish(query);
    else
        standard_ExecutorFinish(query);
    if (IsAnyUnderWay()) FireAfter(query->estate);
}

void FinishHook(QueryDesc* query) {
    pg::Entry([&] {
        if (IsAction(query->estate))
            Finish(query);
        else
            WhileCompleting(query->estate, [&] { Finish(query); });
    });
}

}  // namespace

TriggerData CallOf(const Firing* firing, int index, CmdType command, TriggerEvent when) {
    TriggerData data = {};
    data.tg_event = when | (command == CMD_INSERT   ? TRIGGER_EVENT_INSERT
                            : command == CMD_UPDATE ? TRIGGER_EVENT_UPDATE
                                                    : TRIGGER_EVENT_DELETE);
    data.tg_relation = firing->relation;
    data.tg_trigger = &firing->triggers->triggers[index];
    if (command == CMD_UPDATE) data.tg_updatedcols = firing->updated;
    return data;
}

HeapTuple Call(Firing* firing, int index, TriggerData* data) {
    const MemoryContext outer = MemoryContextSwitchTo(firing->estate->es_query_cxt);
    HeapTuple result = pg::CallTrigger(firing->estate, data, &firing->functions[index]);
    MemoryContextSwitchTo(outer);
    return result;
}

HeapTuple TupleOf(const Firing* firing, TupleTableSlot* row) {
    const MemoryContext outer = MemoryContextSwitchTo(GetPerTupleMemoryContext(firing->estate));
    slot_getallattrs(row);
    HeapTuple tuple =
        heap_form_tuple(RelationGetDescr(firing->relation), row->tts_values, row->tts_isnull);
    tuple->t_tableOid = RelationGetRelid(firing->relation);
    MemoryContextSwitchTo(outer);
    return tuple;
}

Firing* FiringOf(EState* statement, Oid relation) {
    const bool is_action = IsAction(statement);
    if (is_action) statement = completing;
    Course* course = CourseOf(statement);
    if (Firing* known = Find(course, relation)) {
        if (is_action) known->updated = nullptr;  // another action's
        return known;
    }
    const MemoryContext outer = MemoryContextSwitchTo(statement->es_query_cxt);
    Firing* firing = Make(course, relation);
    MemoryContextSwitchTo(outer);
    Firing** link = &course->firings;
    while (*link) link = &(*link)->next;
    *link = firing;
    return firing;
}

void BeginPart(Firing* firing, const Bitmapset* updated) {
    const MemoryContext outer = MemoryContextSwitchTo(firing->estate->es_query_cxt);
    firing->updated = bms_add_members(firing->updated, updated);
    firing->is_part = true;
    MemoryContextSwitchTo(outer);
}

pg::TransitionRows* TransitionRowsOf(Firing* firing, Oid named, CmdType command) {
    const MemoryContext outer = MemoryContextSwitchTo(firing->estate->es_query_cxt);
    const Relation relation = table_open(named, NoLock);
    firing->named = lappend(firing->named, relation);
    pg::TransitionRows* rows =
        pg::MakeTransitionRows(firing->estate, relation, firing->relation, command);
    MemoryContextSwitchTo(outer);
    return rows;
}

bool Belongs(Firing* firing, TupleTableSlot* row) {
    return !firing->relation->rd_rel->relispartition ||
           ExecPartitionCheck(firing->target, row, firing->estate, false);
}

void FireBeforeStatement(Firing* firing, CmdType command, const Bitmapset* updated) {
    const MemoryContext outer = MemoryContextSwitchTo(firing->estate->es_query_cxt);
    firing->updated = bms_add_members(firing->updated, updated);
    MemoryContextSwitchTo(outer);
    firing->is_named = true;
    const bool again = std::exchange(CommandOf(firing, command)->begun, true);
    for (int i = 0; !again && i < firing->triggers->numtriggers; i++) {
        BeginRow(firing);
        if (!IsToFire(firing, i, TRIGGER_TYPE_STATEMENT, TRIGGER_TYPE_BEFORE, command, nullptr,
                      nullptr))
            continue;
        TriggerData data = CallOf(firing, i, command, TRIGGER_EVENT_BEFORE);
        if (Call(firing, i, &data))
            ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                    errmsg("BEFORE STATEMENT trigger cannot return a value"));
    }
}

uint64 WritesBegun() {
    return writes_begun;
}

bool MayHaveChanged(const Firing* firing) {
    return firing->writes_before != writes_begun;
}

void BeginRow(Firing* firing) {
    ResetPerTupleExprContext(firing->estate);
}

void ComputeGeneratedColumns(Firing* firing, CmdType command, TupleTableSlot* new_row) {
    const TupleConstr* constraints = RelationGetDescr(firing->relation)->constr;
    if (constraints && constraints->has_generated_stored)
        ExecComputeStoredGenerated(firing->target, firing->estate, new_row, command);
}

void QueueAfterStatement(Firing* firing, CmdType command) {
    uint64 fires = 0;
    for (int i = 0; i < firing->triggers->numtriggers; i++) {
        BeginRow(firing);
        if (IsToFire(firing, i, TRIGGER_TYPE_STATEMENT, TRIGGER_TYPE_AFTER, command, nullptr,
                     nullptr))
            fires |= UINT64CONST(1) << i;
    }
    AddStatementTurn(firing, command, fires);
}

void FireAfter(EState* statement) {
    Course* course = FindCourse(statement);
    if (!course) return;
    WhileCompleting(statement, [&] { FireCourse(course, [](const Firing&) { return true; }); });
    EndCourse(course);
}

void Initialize(TakeRoutedRows take) {
    take_routed = take;
    next_start = ExecutorStart_hook;
    ExecutorStart_hook = StartHook;
    next_finish = ExecutorFinish_hook;
    ExecutorFinish_hook = FinishHook;
    InitializeDeferred();
}

}  // namespace pgspan::trigger
