#include "engine/planner/view_check.h"

#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/plan/distributed_plan.h"
#include "engine/planner/planner.h"

extern "C" {
#include "catalog/pg_collation.h"
#include "optimizer/tlist.h"
#include "parser/parse_func.h"
#include "parser/parsetree.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

Oid CheckFunction() {
    const Oid types[] = {BOOLOID, TEXTOID};
    return LookupFuncName(
        pg::MakeList(makeString(pstrdup("pgspan")), makeString(pstrdup("check_option"))), 2, types,
        false);
}

Node* Check(const WithCheckOption* option, AttrNumber column) {
    auto* holds = makeVar(INDEX_VAR, column, BOOLOID, -1, InvalidOid, 0);
    auto* view = makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1,
                           CStringGetTextDatum(option->relname), false, false);
    return reinterpret_cast<Node*>(
        makeFuncExpr(CheckFunction(), BOOLOID,
                     pg::MakeList(reinterpret_cast<Node*>(holds), reinterpret_cast<Node*>(view)),
                     InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
}

// A scan that returns the columns of RETURNING as they are.
CustomScan* ScanOf(const PlannedStmt* statement, int columns) {
    auto* scan = reinterpret_cast<CustomScan*>(statement->planTree);
    if (!IsA(scan, CustomScan) || list_length(scan->custom_scan_tlist) != columns) return nullptr;
    const bool is_whole = strcmp(scan->methods->CustomName, plan::kRemoteScanName) == 0 ||
                          strcmp(scan->methods->CustomName, plan::kInsertScanName) == 0;
    return is_whole ? scan : nullptr;
}

}  // namespace

ViewChecks TakeViewChecks(Query* query) {
    const RangeTblEntry* target = rt_fetch(query->resultRelation, query->rtable);
    if (!metadata::FindTable(target->relid)) return {};  // PostgreSQL checks by itself
    // A view without a WHERE clause checks nothing.
    List* options = NIL;
    for (auto* option : Each<WithCheckOption>(query->withCheckOptions))
        if (option->qual) options = lappend(options, option);
    const ViewChecks checks = {options, query->returningList};
    query->returningList = list_copy(query->returningList);
    for (auto* option : Each<WithCheckOption>(checks.options)) {
        // Of ON CONFLICT DO UPDATE through a view PostgreSQL checks the row that is there already.
        if (option->kind != WCO_VIEW_CHECK)
            RefuseFeature(query->onConflict
                              ? "ON CONFLICT DO UPDATE through a view with a WHERE clause"
                              : "row-level security on distributed tables",
                          nullptr);
        auto* holds = static_cast<Expr*>(copyObjectImpl(option->qual));
        const auto number = static_cast<AttrNumber>(list_length(query->returningList) + 1);
        query->returningList =
            lappend(query->returningList, makeTargetEntry(holds, number, pstrdup("holds"), false));
    }
    query->withCheckOptions = NIL;
    return checks;
}

PlannedStmt* CheckViews(PlannedStmt* statement, const ViewChecks& checks) {
    if (checks.options == NIL) return statement;
    const int wanted = list_length(checks.returning);
    CustomScan* scan = ScanOf(statement, wanted + list_length(checks.options));
    if (!scan) RefuseFeature("this statement through a view WITH CHECK OPTION", nullptr);
    int column = wanted;
    for (auto* option : Each<WithCheckOption>(checks.options))
        scan->scan.plan.qual =
            lappend(scan->scan.plan.qual, Check(option, static_cast<AttrNumber>(++column)));
    scan->scan.plan.targetlist = list_copy_head(scan->scan.plan.targetlist, wanted);
    statement->hasReturning = wanted > 0;
    return statement;
}

}  // namespace pgspan::planner
