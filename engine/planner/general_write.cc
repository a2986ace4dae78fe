#include "engine/planner/general_write.h"

#include "engine/pg/list.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/walk.h"
#include "engine/planner/chosen_keys.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/flatten.h"
#include "engine/planner/insert_write.h"
#include "engine/planner/local_write.h"
#include "engine/planner/merge_write.h"
#include "engine/planner/new_row_checks.h"
#include "engine/planner/planner.h"
#include "engine/planner/remote_relation.h"
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
    pg::ShareRights(read, query);
    read->hasSubLinks = query->hasSubLinks;
    WriteRewrite write(query, table, read);
    List* conjuncts = write.target->TakeFilters(ConjunctsOf(query->jointree->quals));
    read->jointree = makeFromExpr(query->jointree->fromlist, AllOf(conjuncts));
    read->jointree = castNode(FromExpr, write.target->Map(reinterpret_cast<Node*>(read->jointree)));
    AddIdentity(&write);
    LockClauseStrength strength = LCS_FORUPDATE;
    if (query->commandType == CMD_UPDATE) {
        if (Expr* check = NewRowCheck(&write, CheckedRow::kUpdated, query->targetList))
            write.upper->AddApart(check);
        AddAssignments(&write);
        const bool assigns_key = table.IsHash() && AssignsKey(query, table, nullptr);
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
        return RewriteMerge(query, table, nullptr);
    default:
        elog(ERROR, "unexpected command %d", static_cast<int>(query->commandType));
    }
}

// The write as a query that PostgreSQL's planner can plan: itself where its target is local.
Query* Rewrite(Query* query, Query* checked) {
    if (query->commandType == CMD_SELECT) return query;
    RangeTblEntry* target = rt_fetch(query->resultRelation, query->rtable);
    const metadata::Table* table =
        IsLocalPart(target) ? nullptr : metadata::FindTable(target->relid);
    if (!table) {
        FenceDistributedTables(query);
        return query;
    }
    pg::AddRelationEntry(checked, query, target);
    return RewriteClusterWrite(query, *table);
}

void RewriteCtes(Query* query, Query* checked) {
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

bool ChangesRows(const Query* query) {
    return query->commandType != CMD_SELECT && query->commandType != CMD_INSERT;
}

void FenceSubqueriesOfLocalWrites(Query* top) {
    const List* ctes = top->cteList;
    bool any_changes = false;
    for (auto* cte : Each<CommonTableExpr>(ctes))
        any_changes = any_changes || ChangesRows(castNode(Query, cte->ctequery));
    for (auto* cte : Each<CommonTableExpr>(ctes)) {
        auto* query = castNode(Query, cte->ctequery);
        if (ChangesRows(query))
            FenceSubqueries(query);
        else if (any_changes)
            // Read once, it is merged into the level that reads it.
            FenceSubquery(query);
    }
    if (ChangesRows(top)) FenceSubqueries(top);
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
    FilterByChosenKeys(query, bound_params);
    auto* checked = makeNode(Query);
    RewriteCtes(query, checked);
    Query* top = Rewrite(query, checked);
    ReplaceByRemoteRelations(top, checked);
    FenceSubqueriesOfLocalWrites(top);
    PlannedStmt* statement =
        standard_planner(top, query_string, WithoutWorkers(cursor_options), bound_params);
    statement->commandType = command;
    statement->hasReturning = command != CMD_SELECT && has_returning;
    statement->canSetTag = query->canSetTag;
    AddCheckedRelations(statement, checked);
    return statement;
}

}  // namespace pgspan::planner
