#include "engine/planner/general_write.h"

#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/planner/insert_plan.h"
#include "engine/planner/local_write.h"
#include "engine/planner/merge_write.h"
#include "engine/planner/modify_path.h"
#include "engine/planner/new_row_checks.h"
#include "engine/planner/planner.h"
#include "engine/planner/remote_relation.h"
#include "engine/planner/safety.h"
#include "engine/planner/row_security.h"
#include "engine/planner/scan_plan.h"
#include "engine/planner/split_write.h"
#include "engine/planner/triggered_write.h"
#include "engine/planner/write_rewrite.h"

extern "C" {
#include "optimizer/optimizer.h"
#include "optimizer/planner.h"
#include "parser/parsetree.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// UPDATE and DELETE
// ---------------------------------------------------------------------------------------------

void AddAssignments(WriteRewrite* write) {
    plan::ModifyPlan* plan = write->plan;
    List* junk = NIL;
    for (auto* entry : Each<TargetEntry>(write->query->targetList)) {
        auto* value =
            reinterpret_cast<Expr*>(write->target->Map(reinterpret_cast<Node*>(entry->expr)));
        if (entry->resjunk) {
            // The sub-query of SET (a, b) = (SELECT …), to which the columns' values refer.
            junk = lappend(junk, value);
            continue;
        }
        plan->set_attributes = lappend_int(plan->set_attributes, entry->resno);
        plan->set_columns = lappend_int(plan->set_columns, write->upper->AddApart(value));
    }
    AddJunk(write->upper_below, junk);
}

// The whole new row, for rows that move to another shard.
void AddMovedRow(WriteRewrite* write) {
    plan::ModifyPlan* plan = write->plan;
    List* attributes = StoredAttributes(write->table->relation);
    for (const int attribute : pg::EachInt(attributes)) {
        int column = 0;
        for (int i = 0; i < list_length(plan->set_attributes); i++)
            if (list_nth_int(plan->set_attributes, i) == attribute)
                column = list_nth_int(plan->set_columns, i);
        if (column == 0)
            column = write->upper->Add(OldValue(write, static_cast<AttrNumber>(attribute)));
        plan->insert_columns = lappend_int(plan->insert_columns, column);
    }
    plan->inserts = true;
    write->insert_attributes = attributes;
}

Query* RewriteUpdateOrDelete(Query* query, const metadata::Table& table) {
    auto* read = makeNode(Query);
    read->commandType = CMD_SELECT;
    read->canSetTag = true;
    read->rtable = list_copy(query->rtable);
    read->hasSubLinks = query->hasSubLinks;
    WriteRewrite write(query, table, read);
    List* conjuncts = write.target->TakeFilters(
        make_ands_implicit(reinterpret_cast<Expr*>(query->jointree->quals)));
    read->jointree =
        makeFromExpr(query->jointree->fromlist,
                     conjuncts ? reinterpret_cast<Node*>(make_ands_explicit(conjuncts)) : nullptr);
    read->jointree = castNode(FromExpr, write.target->Map(reinterpret_cast<Node*>(read->jointree)));
    AddIdentity(&write);
    LockClauseStrength strength = LCS_FORUPDATE;
    if (query->commandType == CMD_UPDATE) {
        if (Expr* check = NewRowCheck(&write, CheckedRow::kUpdated, query->targetList))
            write.upper->AddApart(check);
        AddAssignments(&write);
        const bool assigns_key = table.IsHash() && AssignsKey(query, table, nullptr);
        if (assigns_key) RefuseCascades(table);
        if (!assigns_key) strength = LCS_FORNOKEYUPDATE;
        if (write.triggers.before_row) AddUnassigned(&write);
        write.plan->moves = assigns_key || (table.IsHash() && write.triggers.before_row);
        if (write.plan->moves) AddMovedRow(&write);
    }
    AddTriggerRows(&write);
    return FinishRewrite(&write, [&] {
        lfirst(list_nth_cell(read->rtable, query->resultRelation - 1)) =
            write.target->MakeEntry(strength);
    });
}

// INSERT
// ---------------------------------------------------------------------------------------------------------

// A sub-query in ON CONFLICT that does not look at the row is computed once, with the rows.
Node* ReplaceConflictSublink(SubLink* sublink, UpperLevel* upper) {
    auto* as_node = reinterpret_cast<Node*>(sublink);
    Expr* value = reinterpret_cast<Expr*>(sublink);
    Node* compared = nullptr;
    Oid comparison = InvalidOid;
    Oid collation = InvalidOid;
    if (sublink->subLinkType == ANY_SUBLINK && IsA(sublink->testexpr, OpExpr) &&
        !contain_vars_of_level(sublink->subselect, 1)) {
        // x IN (SELECT …): the list as an array, which the row is compared with where it lies.
        auto* test = reinterpret_cast<OpExpr*>(sublink->testexpr);
        auto* list = makeNode(SubLink);
        list->subLinkType = ARRAY_SUBLINK;
        list->subselect = sublink->subselect;
        list->location = -1;
        // An array of arrays would be compared by their elements.
        const auto* element = static_cast<Node*>(lsecond(test->args));
        if (!IsA(element, Param) || !OidIsValid(get_array_type(exprType(element)))) return nullptr;
        compared = static_cast<Node*>(linitial(test->args));
        comparison = test->opno;
        collation = test->inputcollid;
        value = reinterpret_cast<Expr*>(list);
    } else if (contain_vars_of_level(as_node, 0)) {
        return nullptr;
    }
    auto* param = makeNode(Param);
    param->paramkind = PARAM_EXTERN;
    param->paramid = kColumnParameters + upper->AddApart(value);
    param->paramtype = exprType(reinterpret_cast<Node*>(value));
    param->paramtypmod = exprTypmod(reinterpret_cast<Node*>(value));
    param->paramcollid = exprCollation(reinterpret_cast<Node*>(value));
    param->location = -1;
    if (!compared) return reinterpret_cast<Node*>(param);
    auto* any = makeNode(ScalarArrayOpExpr);
    any->opno = comparison;
    any->useOr = true;
    any->inputcollid = collation;
    any->args = pg::MakeList(compared, reinterpret_cast<Node*>(param));
    any->location = -1;
    set_sa_opfuncid(any);
    return reinterpret_cast<Node*>(any);
}

OnConflictExpr* ReplaceConflictSublinks(OnConflictExpr* conflict, UpperLevel* upper) {
    return reinterpret_cast<OnConflictExpr*>(
        pg::MutateNode(reinterpret_cast<Node*>(conflict), [&](Node* node, auto&& descend) -> Node* {
            if (!IsA(node, SubLink)) return descend(node);
            if (Node* other = ReplaceConflictSublink(reinterpret_cast<SubLink*>(node), upper))
                return other;
            RefuseFeature("a sub-query in ON CONFLICT that refers to the row", nullptr);
        }));
}

// Parameters that are columns of the rows: which ones.
void FindTailColumns(plan::ModifyPlan* plan) {
    ListCell* cell;
    foreach (cell, plan->insert.tail_parameters) {
        int column = 0;
        auto* param = static_cast<Param*>(lfirst(cell));
        if (IsA(param, Param) && param->paramkind == PARAM_EXTERN &&
            param->paramid > kColumnParameters) {
            column = param->paramid - kColumnParameters;
            lfirst(cell) = makeNullConst(param->paramtype, param->paramtypmod, param->paramcollid);
        }
        plan->tail_columns = lappend_int(plan->tail_columns, column);
    }
}

// Here where a node could not check them; of ON CONFLICT only nodes know which row counts.
void CheckInsertedRows(Query* query, const List* values, WriteRewrite* write) {
    const char* reason = WhyNewRowsDoNotFit(query);
    if (!reason) return;
    if (query->onConflict && query->onConflict->action == ONCONFLICT_UPDATE)
        RefuseFeature(psprintf("%s in the check of new rows of ON CONFLICT", reason), nullptr);
    List* assignments = NIL;
    ListCell* entry;
    ListCell* value;
    forboth(entry, query->targetList, value, values) {
        auto* assignment = static_cast<TargetEntry*>(copyObjectImpl(lfirst(entry)));
        assignment->expr = static_cast<TargetEntry*>(lfirst(value))->expr;
        assignments = lappend(assignments, assignment);
    }
    if (Expr* check = NewRowCheck(write, CheckedRow::kInserted, assignments))
        write->upper->AddApart(check);
    query->withCheckOptions = NIL;
}

Query* RewriteInsert(Query* query, const metadata::Table& table) {
    NameConflictRows(query);
    RefuseOnConflict(query, table);
    RefuseTriggersOnConflict(query);
    EnsureOneColumn(query, table);
    if (TriggersFor(query, CMD_INSERT).before_row) FillUnassigned(query, table.relation);
    Query* rows = RowsQuery(query);
    rows->cteList = NIL;
    rows->hasModifyingCTE = rows->hasRecursive = false;
    List* values = rows->targetList;
    rows->targetList = NIL;
    WriteRewrite write(query, table, rows);
    for (auto* entry : Each<TargetEntry>(values))
        write.plan->insert_columns =
            lappend_int(write.plan->insert_columns, write.upper->AddApart(entry->expr));
    CheckInsertedRows(query, values, &write);
    AddTriggerRows(&write);
    if (query->onConflict) {
        query->onConflict = ReplaceConflictSublinks(query->onConflict, write.upper);
        if (const char* reason = WhyConflictDoesNotFit(query))
            RefuseFeature(psprintf("%s in ON CONFLICT", reason), nullptr);
    }
    write.plan->inserts = true;
    Query* above = FinishRewrite(&write, [] {});
    FindTailColumns(write.plan);
    return above;
}

// Statements
// -----------------------------------------------------------------------------------------------------

Query* RewriteClusterWrite(Query* query, const metadata::Table& table) {
    switch (query->commandType) {
    case CMD_UPDATE:
    case CMD_DELETE:
        return RewriteUpdateOrDelete(query, table);
    case CMD_INSERT:
        return RewriteInsert(query, table);
    case CMD_MERGE:
        return RewriteMerge(query, table);
    default:
        elog(ERROR, "unexpected command %d", static_cast<int>(query->commandType));
    }
}

// The write as a query that PostgreSQL's planner can plan: itself where its target is local.
Query* Rewrite(Query* query, List** checked) {
    if (query->commandType == CMD_SELECT) return query;
    RangeTblEntry* target = rt_fetch(query->resultRelation, query->rtable);
    const metadata::Table* table = metadata::FindTable(target->relid);
    if (!table) {
        FenceDistributedTables(query);
        return query;
    }
    *checked = lappend(*checked, copyObjectImpl(target));
    return RewriteClusterWrite(query, *table);
}

void RewriteCtes(Query* query, List** checked) {
    for (auto* cte : Each<CommonTableExpr>(query->cteList)) {
        auto* inner = castNode(Query, cte->ctequery);
        if (inner->commandType == CMD_SELECT) continue;
        if (!IsPart(cte)) inner->canSetTag = false;
        cte->ctequery = reinterpret_cast<Node*>(Rewrite(inner, checked));
        // It runs once and wholly, whoever reads it.
        cte->ctematerialized = CTEMaterializeAlways;
        if (cte->cterefcount == 0) cte->cterefcount = 1;
    }
}

void FenceSubqueriesOfLocalWrites(Query* top) {
    const auto fence = [](Query* query) {
        if (query->commandType != CMD_SELECT && query->commandType != CMD_INSERT)
            FenceSubqueries(query);
    };
    for (auto* cte : Each<CommonTableExpr>(top->cteList)) fence(castNode(Query, cte->ctequery));
    fence(top);
}

}  // namespace

bool AssignsKey(const Query* query, const metadata::Table& table, const Expr* pin) {
    for (auto* entry : Each<TargetEntry>(query->targetList)) {
        if (entry->resjunk || entry->resno != table.distribution_column) continue;
        const auto* expr = reinterpret_cast<Node*>(entry->expr);
        const auto* var = IsA(expr, Var) ? reinterpret_cast<const Var*>(expr) : nullptr;
        if (var && static_cast<int>(var->varno) == query->resultRelation &&
            var->varattno == entry->resno)
            continue;
        if (pin && equal(expr, pin)) continue;
        return true;
    }
    return false;
}

PlannedStmt* PlanGeneralWrite(Query* query, const char* query_string, int cursor_options,
                              ParamListInfo bound_params) {
    const CmdType command = query->commandType;
    const bool has_returning = query->returningList != NIL;
    FlattenJoinAliases(query);
    List* checked = NIL;
    RewriteCtes(query, &checked);
    Query* top = Rewrite(query, &checked);
    ReplaceByRemoteRelations(top, &checked);
    FenceSubqueriesOfLocalWrites(top);
    // Writes must not run while parallel workers share the transaction.
    PlannedStmt* statement =
        standard_planner(top, query_string, cursor_options & ~CURSOR_OPT_PARALLEL_OK, bound_params);
    statement->commandType = command;
    statement->hasReturning = command != CMD_SELECT && has_returning;
    statement->canSetTag = query->canSetTag;
    AddCheckedRelations(statement, checked);
    return statement;
}

}  // namespace pgspan::planner
