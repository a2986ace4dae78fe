#include "engine/executor/copy.h"

#include "engine/executor/copy_sink.h"
#include "engine/executor/tasks.h"
#include "engine/pg/list.h"
#include "engine/pg/relation.h"
#include "engine/pg/spi.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/walk.h"
#include "engine/trigger/firing.h"
#include "engine/trigger/matching.h"

extern "C" {
#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/pg_authid.h"
#include "commands/copy.h"
#include "commands/defrem.h"
#include "commands/progress.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "rewrite/rewriteHandler.h"
#include "tcop/cmdtag.h"
#include "utils/acl.h"
#include "utils/backend_progress.h"
#include "utils/portal.h"
#include "utils/snapmgr.h"
#include "utils/rls.h"
}

namespace pgspan::executor {

namespace {

void CheckOptions(const CopyStmt* stmt) {
    for (auto* option : pg::Each<DefElem>(stmt->options))
        if (strcmp(option->defname, "on_error") == 0)
            ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("COPY with ON_ERROR is not supported on distributed tables"));
}

bool WantsFreeze(const CopyStmt* stmt) {
    bool wants = false;
    for (auto* option : pg::Each<DefElem>(stmt->options))
        if (strcmp(option->defname, "freeze") == 0) wants = defGetBoolean(option);
    return wants;
}

// PostgreSQL's conditions for FREEZE, which spares it a later VACUUM. The nodes do without: their
// rows are frozen when VACUUM reaches them.
void CheckFreeze(Relation relation) {
    if (relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
        ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("cannot perform COPY FREEZE on a partitioned table"));
    InvalidateCatalogSnapshot();
    if (!ThereAreNoPriorRegisteredSnapshots() || !ThereAreNoReadyPortals())
        ereport(ERROR, errcode(ERRCODE_INVALID_TRANSACTION_STATE),
                errmsg("cannot perform COPY FREEZE because of prior transaction activity"));
    if (!pg::IsNewInSubtransaction(relation))
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("cannot perform COPY FREEZE because the table was not created or truncated "
                       "in the current subtransaction"));
}

void CheckFileRights(const CopyStmt* stmt) {
    if (stmt->filename == nullptr) return;
    const char* role = stmt->is_program ? "pg_execute_server_program" : "pg_read_server_files";
    if (has_privs_of_role(GetUserId(), stmt->is_program ? ROLE_PG_EXECUTE_SERVER_PROGRAM
                                                        : ROLE_PG_READ_SERVER_FILES))
        return;
    ereport(
        ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
        stmt->is_program
            ? errmsg("must be superuser or have privileges of the %s role to COPY to or from an "
                     "external program",
                     role)
            : errmsg("must be superuser or have privileges of the %s role to COPY from a file",
                     role),
        errhint("Anyone can COPY to stdout or from stdin. "
                "psql's \\copy command also works for anyone."));
}

// The columns that WHERE reads; its generated ones are computed on the nodes only.
void CheckWhereColumns(Relation relation, Node* where) {
    Bitmapset* columns = nullptr;
    pull_varattnos(where, 1, &columns);
    const TupleDesc desc = RelationGetDescr(relation);
    const bool whole_row = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, columns);
    for (int number = 1; number <= desc->natts; number++) {
        if (!TupleDescAttr(desc, number - 1)->attgenerated) continue;
        if (!whole_row && !bms_is_member(number - FirstLowInvalidHeapAttributeNumber, columns))
            continue;
        ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
                errmsg("generated columns are not supported in COPY FROM WHERE conditions"),
                errdetail("Column \"%s\" is a generated column.",
                          NameStr(TupleDescAttr(desc, number - 1)->attname)));
    }
}

// The condition as an implicit-AND list, ready for ExecInitQual.
List* TransformWhere(ParseState* pstate, ParseNamespaceItem* item, Relation relation, Node* raw) {
    if (raw == nullptr) return NIL;
    addNSItemToQuery(pstate, item, false, true, true);
    Node* where = transformExpr(pstate, raw, EXPR_KIND_COPY_WHERE);
    where = coerce_to_boolean(pstate, where, "WHERE");
    assign_expr_collations(pstate, where);
    CheckWhereColumns(relation, where);
    where = eval_const_expressions(nullptr, where);
    List* conjuncts = make_ands_implicit(canonicalize_qual(reinterpret_cast<Expr*>(where), false));
    fix_opfuncids(reinterpret_cast<Node*>(conjuncts));
    return conjuncts;
}

void CheckTableRights(ParseState* pstate, ParseNamespaceItem* item, Relation relation,
                      List* attlist) {
    List* given = CopyGetAttnums(RelationGetDescr(relation), relation, attlist);
    Bitmapset* columns = nullptr;
    for (const int number : pg::EachInt(given))
        columns = bms_add_member(columns, number - FirstLowInvalidHeapAttributeNumber);
    pg::CheckInsertRights(pstate, item, columns);
    if (check_enable_rls(RelationGetRelid(relation), InvalidOid, false) == RLS_ENABLED)
        ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("COPY FROM not supported with row-level security"),
                errhint("Use INSERT statements instead."));
    if (XactReadOnly) PreventCommandIfReadOnly("COPY FROM");
}

// Functions that somebody made may run queries of their own between two rows.
bool RunsUserCode(Node* expression) {
    return pg::WalkNode(expression, [](Node* node, auto&& descend) {
        const auto made_by_user = [](Oid function, void*) {
            return function >= FirstNormalObjectId;
        };
        return check_functions_in_node(node, made_by_user, nullptr) || descend(node);
    });
}

bool DefaultsRunUserCode(Relation relation, List* given) {
    const TupleDesc desc = RelationGetDescr(relation);
    for (int number = 1; number <= desc->natts; number++) {
        const Form_pg_attribute column = TupleDescAttr(desc, number - 1);
        if (column->attisdropped || column->attgenerated || list_member_int(given, number))
            continue;
        if (RunsUserCode(build_column_default(relation, number))) return true;
    }
    return false;
}

// The next row that fulfils the condition into slot, with the number of its line in the context of
// any error.
bool NextRowFromInput(CopyFromState input, EState* estate, ExprState* where, TupleTableSlot* slot) {
    ErrorContextCallback context = {error_context_stack, CopyFromErrorCallback, input};
    error_context_stack = &context;
    bool found = false;
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        ResetPerTupleExprContext(estate);
        ExprContext* econtext = GetPerTupleExprContext(estate);
        const MemoryContext outer = MemoryContextSwitchTo(GetPerTupleMemoryContext(estate));
        ExecClearTuple(slot);
        found = NextCopyFrom(input, econtext, slot->tts_values, slot->tts_isnull);
        MemoryContextSwitchTo(outer);
        if (!found) break;
        ExecStoreVirtualTuple(slot);
        econtext->ecxt_scantuple = slot;
        if (where == nullptr || ExecQual(where, econtext)) break;
    }
    error_context_stack = context.previous;
    return found;
}

// The triggers of the table; nullptr where none fire.
trigger::Firing* BeginTriggers(EState* estate, Oid relation) {
    if (!trigger::MatchingTriggers(relation, CMD_INSERT, nullptr).any) return nullptr;
    trigger::Firing* firing = trigger::FiringOf(estate, relation);
    trigger::FireBeforeStatement(firing, CMD_INSERT, nullptr);
    return firing;
}

// False: a trigger takes the row away.
bool FireForRow(trigger::Firing* firing, TupleTableSlot* slot, CopySink* sink, uint64 rows) {
    if (!firing) return true;
    trigger::BeginRow(firing);
    const trigger::PendingWrites pending = {
        [](void* context, bool) { SendCopied(static_cast<CopySink*>(context)); }, sink, rows};
    if (!trigger::FireBeforeRow(firing, CMD_INSERT, nullptr, slot, pending)) return false;
    trigger::ComputeGeneratedColumns(firing, CMD_INSERT, slot);
    trigger::QueueAfterRow(firing, CMD_INSERT, nullptr, slot);
    return true;
}

void EndTriggers(trigger::Firing* firing, EState* estate) {
    if (!firing) return;
    trigger::QueueAfterStatement(firing, CMD_INSERT);
    trigger::FireAfter(estate);
}

uint64 CopyRows(CopyFromState input, Relation relation, List* where, List* given) {
    EState* estate = CreateExecutorState();
    const MemoryContext outer = MemoryContextSwitchTo(estate->es_query_cxt);
    TupleTableSlot* slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsVirtual);
    ExprState* condition = where == NIL ? nullptr : ExecInitQual(where, nullptr);
    trigger::Firing* firing = BeginTriggers(estate, RelationGetRelid(relation));
    const bool streams = !firing && !RunsUserCode(reinterpret_cast<Node*>(where)) &&
                         !DefaultsRunUserCode(relation, given);
    CopySink* sink =
        MakeCopySink(RequireTable(RelationGetRelid(relation)), SentAttributes(relation), streams);
    uint64 rows = 0;
    while (NextRowFromInput(input, estate, condition, slot)) {
        MemoryContextSwitchTo(GetPerTupleMemoryContext(estate));
        if (!FireForRow(firing, slot, sink, rows)) continue;
        AddCopyRow(sink, slot->tts_values, slot->tts_isnull);
        pgstat_progress_update_param(PROGRESS_COPY_TUPLES_PROCESSED, static_cast<int64>(++rows));
    }
    MemoryContextSwitchTo(estate->es_query_cxt);
    FinishCopySink(sink);
    EndTriggers(firing, estate);
    ExecDropSingleTupleTableSlot(slot);
    MemoryContextSwitchTo(outer);
    FreeExecutorState(estate);
    return rows;
}

// Into a partitioned table some of whose partitions are distributed: by an INSERT of all rows,
// which finds the partition of each.
uint64 CopyRowsIntoTree(CopyFromState input, Relation relation, List* where) {
    if (relation->rd_rules)
        ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("COPY into table \"%s\", which has distributed partitions and rules, is not "
                       "supported",
                       RelationGetRelationName(relation)));
    EState* estate = CreateExecutorState();
    const MemoryContext outer = MemoryContextSwitchTo(estate->es_query_cxt);
    TupleTableSlot* slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsVirtual);
    ExprState* condition = where == NIL ? nullptr : ExecInitQual(where, nullptr);
    Tuplestorestate* rows = tuplestore_begin_heap(true, false, work_mem);
    while (NextRowFromInput(input, estate, condition, slot)) tuplestore_puttupleslot(rows, slot);
    StringInfoData columns;
    initStringInfo(&columns);
    for (const int number : pg::EachInt(SentAttributes(relation)))
        appendStringInfo(&columns, "%s%s", columns.len > 0 ? ", " : "",
                         quote_identifier(NameStr(
                             TupleDescAttr(RelationGetDescr(relation), number - 1)->attname)));
    const uint64 count = pg::RunSqlOver(
        psprintf("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM pgspan_copied_rows",
                 quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
                                            RelationGetRelationName(relation)),
                 columns.data, columns.data),
        "pgspan_copied_rows", rows, RelationGetDescr(relation));
    tuplestore_end(rows);
    ExecDropSingleTupleTableSlot(slot);
    MemoryContextSwitchTo(outer);
    FreeExecutorState(estate);
    return count;
}

}  // namespace

void RunCopyFrom(const CopyStmt* stmt, const char* query_string, QueryCompletion* completion) {
    CheckOptions(stmt);
    CheckFileRights(stmt);
    ParseState* pstate = make_parsestate(nullptr);
    pstate->p_sourcetext = query_string;
    const Relation relation = table_openrv(stmt->relation, RowExclusiveLock);
    ParseNamespaceItem* item =
        addRangeTableEntryForRelation(pstate, relation, RowExclusiveLock, nullptr, false, false);
    auto* raw_where = static_cast<Node*>(copyObjectImpl(stmt->whereClause));
    List* where = TransformWhere(pstate, item, relation, raw_where);
    CheckTableRights(pstate, item, relation, stmt->attlist);
    List* given = CopyGetAttnums(RelationGetDescr(relation), relation, stmt->attlist);
    CopyFromState input = BeginCopyFrom(pstate, relation, nullptr, stmt->filename, stmt->is_program,
                                        nullptr, stmt->attlist, stmt->options);
    if (WantsFreeze(stmt)) CheckFreeze(relation);
    const uint64 rows = metadata::FindTable(RelationGetRelid(relation))
                            ? CopyRows(input, relation, where, given)
                            : CopyRowsIntoTree(input, relation, where);
    EndCopyFrom(input);
    table_close(relation, NoLock);
    free_parsestate(pstate);
    if (completion != nullptr) SetQueryCompletion(completion, CMDTAG_COPY, rows);
}

namespace {

ResTarget* ColumnTarget(const char* name) {
    auto* column = makeNode(ColumnRef);
    column->fields = list_make1(makeString(pstrdup(name)));
    column->location = -1;
    auto* target = makeNode(ResTarget);
    target->val = reinterpret_cast<Node*>(column);
    target->location = -1;
    return target;
}

}  // namespace

CopyStmt* RewriteCopyTo(const CopyStmt* stmt) {
    auto* select = makeNode(SelectStmt);
    const Relation relation = table_openrv(stmt->relation, AccessShareLock);
    List* columns = CopyGetAttnums(RelationGetDescr(relation), relation, stmt->attlist);
    for (const int number : pg::EachInt(columns))
        select->targetList = lappend(
            select->targetList,
            ColumnTarget(NameStr(TupleDescAttr(RelationGetDescr(relation), number - 1)->attname)));
    table_close(relation, NoLock);
    auto* rewritten = static_cast<CopyStmt*>(copyObjectImpl(stmt));
    rewritten->relation->inh = false;  // COPY reads no heirs
    select->fromClause = list_make1(rewritten->relation);
    rewritten->relation = nullptr;
    rewritten->attlist = NIL;
    rewritten->query = reinterpret_cast<Node*>(select);
    return rewritten;
}

}  // namespace pgspan::executor
