// INSERT into distributed and reference tables: pushed down (INSERT … SELECT inside a colocation
// group), or of rows that the coordinator computes.
#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/plan/insert_plan.h"
#include "engine/planner/flatten.h"
#include "engine/planner/general_write.h"
#include "engine/planner/insert_exchange.h"
#include "engine/planner/insert_plan.h"
#include "engine/planner/insert_rows.h"
#include "engine/planner/insert_tail.h"
#include "engine/planner/planner.h"
#include "engine/planner/pushed_insert.h"
#include "engine/planner/remote_relation.h"
#include "engine/planner/safety.h"
#include "engine/planner/scan_plan.h"
#include "engine/planner/triggered_write.h"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/planner.h"
#include "parser/parsetree.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

bool IsSimpleRow(const Query* query) {
    if (query->jointree->fromlist != NIL || query->jointree->quals || query->hasSubLinks ||
        query->hasTargetSRFs || query->cteList != NIL)
        return false;
    for (auto* entry : Each<TargetEntry>(query->targetList))
        if (!IsComputableUpFront(reinterpret_cast<Node*>(entry->expr))) return false;
    return true;
}

bool ReadsValuesOnly(const Query* query) {
    const RangeTblEntry* source = SourceOf(query);
    return source && source->rtekind == RTE_VALUES && !query->hasSubLinks && query->cteList == NIL;
}

CustomScan* MakeInsertScan(const Query* query, const plan::InsertPlan& insert) {
    plan::DistributedPlan output = {};
    output.anchor = insert.relation;
    output.sql = "";
    CustomScan* scan = MakeTopScan(output, query->returningList);
    scan->methods = GetCustomScanMethods(plan::kInsertScanName, false);
    scan->custom_private = plan::Encode(insert);
    scan->custom_exprs = plan::CustomExpressions(insert);
    return scan;
}

// It may read tables: in a language that has queries.
bool MayRead(Oid function, void* /*context*/) {
    if (function < FirstNormalObjectId || func_volatile(function) == PROVOLATILE_IMMUTABLE)
        return false;
    const HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for function %u", function);
    const Oid language = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->prolang;
    ReleaseSysCache(tuple);
    return language != INTERNALlanguageId && language != ClanguageId;
}

bool CallsReaders(Query* query) {
    return pg::WalkNode(reinterpret_cast<Node*>(query), [](Node* node, auto&& descend) {
        return check_functions_in_node(node, MayRead, nullptr) || descend(node);
    });
}

PlannedStmt* PlanRows(Query* query, const metadata::Table& table, const char* query_string,
                      int cursor_options, ParamListInfo bound_params) {
    if (WhyTailDoesNotFit(query))
        return PlanGeneralWrite(query, query_string, cursor_options, bound_params);
    EnsureOneColumn(query, table);

    plan::InsertPlan insert = MakeInsertPlan(query, table);
    if (IsSimpleRow(query)) {
        for (auto* entry : Each<TargetEntry>(query->targetList)) {
            auto* expr = reinterpret_cast<Node*>(entry->expr);
            insert.values = lappend(
                insert.values, IsA(expr, Const) ? expr : eval_const_expressions(nullptr, expr));
        }
        fix_opfuncids(reinterpret_cast<Node*>(insert.values));
        return MakeStatement(query, &MakeInsertScan(query, insert)->scan.plan);
    }
    insert.rows_first = CallsReaders(query);
    const RangeTblEntry* source = SourceOf(query);
    const Scattering scattering =
        source ? TryScatter(query, table, source, bound_params) : Scattering{};
    // Rows of VALUES alone come from no table: there is nothing in long lists of them to look for.
    const auto plan_rows = ReadsValuesOnly(query) ? standard_planner : PlanQuery;
    PlannedStmt* statement =
        plan_rows(RowsQuery(query), query_string, WithoutWorkers(cursor_options), bound_params);
    if (scattering.scan && IsWorthIt(scattering, statement->planTree)) {
        insert.gathered_types = scattering.types;
        CustomScan* scan = MakeInsertScan(query, insert);
        scan->custom_plans = pg::MakeList(scattering.scan);
        return MakeStatement(query, &scan->scan.plan);
    }
    CustomScan* scan = MakeInsertScan(query, insert);
    scan->custom_plans = pg::MakeList(statement->planTree);
    statement->planTree = &scan->scan.plan;
    statement->commandType = CMD_INSERT;
    statement->hasReturning = query->returningList != NIL;
    statement->relationOids = list_append_unique_oid(statement->relationOids, table.relation);
    return statement;
}

}  // namespace

PlannedStmt* PlanInsert(Query* query, const char* query_string, int cursor_options,
                        ParamListInfo bound_params) {
    const RangeTblEntry* target = rt_fetch(query->resultRelation, query->rtable);
    const metadata::Table* table = metadata::FindTable(target->relid);
    RangeTblEntry* source = SourceOf(query);
    if (!table) {
        // A local table that takes rows from distributed ones: PostgreSQL's own INSERT over a
        // SELECT of ours.
        FlattenJoinAliases(query);
        auto* checked = makeNode(Query);
        ReplaceByRemoteRelations(query, checked);
        PlannedStmt* statement =
            standard_planner(query, query_string, cursor_options, bound_params);
        AddCheckedRelations(statement, checked);
        return statement;
    }
    NameConflictRows(query);
    if (FiresTriggers(query) || AssignsKeyOnConflict(query, *table))
        return PlanGeneralWrite(query, query_string, cursor_options, bound_params);
    if (source) {
        FlattenJoinAliases(query);
        if (PlannedStmt* pushed = PlanPushedInsert(query, *table, source)) return pushed;
    }
    return PlanRows(query, *table, query_string, cursor_options, bound_params);
}

}  // namespace pgspan::planner
