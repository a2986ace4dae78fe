#include "engine/planner/insert_write.h"

#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/planner/conflict_write.h"
#include "engine/planner/insert_rows.h"
#include "engine/planner/insert_tail.h"
#include "engine/planner/new_row_checks.h"
#include "engine/planner/planner.h"
#include "engine/planner/safety.h"
#include "engine/planner/triggered_write.h"

extern "C" {
#include "optimizer/optimizer.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// x = ANY (SELECT …), whose list is an array that the row is compared with where it lies.
bool IsComparedWithList(const SubLink* sublink) {
    if (sublink->subLinkType != ANY_SUBLINK || !IsA(sublink->testexpr, OpExpr) ||
        contain_vars_of_level(sublink->subselect, 1))
        return false;
    const auto* test = reinterpret_cast<OpExpr*>(sublink->testexpr);
    // An array of arrays would be compared by their elements.
    const auto* element = static_cast<Node*>(lsecond(test->args));
    return IsA(element, Param) && OidIsValid(get_array_type(exprType(element)));
}

// Precondition: IsAskedOnce.
Node* ReplaceConflictSublink(SubLink* sublink, UpperLevel* upper) {
    const bool compares = IsComparedWithList(sublink);
    auto* value = reinterpret_cast<Expr*>(sublink);
    if (compares) {
        auto* list = makeNode(SubLink);
        list->subLinkType = ARRAY_SUBLINK;
        list->subselect = sublink->subselect;
        list->location = -1;
        value = reinterpret_cast<Expr*>(list);
    }
    auto* param = makeNode(Param);
    param->paramkind = PARAM_EXTERN;
    param->paramid = kColumnParameters + upper->AddApart(value);
    param->paramtype = exprType(reinterpret_cast<Node*>(value));
    param->paramtypmod = exprTypmod(reinterpret_cast<Node*>(value));
    param->paramcollid = exprCollation(reinterpret_cast<Node*>(value));
    param->location = -1;
    if (!compares) return reinterpret_cast<Node*>(param);
    const auto* test = reinterpret_cast<OpExpr*>(sublink->testexpr);
    auto* any = makeNode(ScalarArrayOpExpr);
    any->opno = test->opno;
    any->useOr = true;
    any->inputcollid = test->inputcollid;
    any->args = pg::MakeList(linitial(test->args), static_cast<void*>(param));
    any->location = -1;
    set_sa_opfuncid(any);
    return reinterpret_cast<Node*>(any);
}

OnConflictExpr* ReplaceConflictSublinks(OnConflictExpr* conflict, UpperLevel* upper) {
    return reinterpret_cast<OnConflictExpr*>(
        pg::MutateNode(reinterpret_cast<Node*>(conflict), [&](Node* node, auto&& descend) -> Node* {
            return IsA(node, SubLink)
                       ? ReplaceConflictSublink(reinterpret_cast<SubLink*>(node), upper)
                       : descend(node);
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

// Here where a node could not check them.
void CheckInsertedRows(Query* query, const List* values, WriteRewrite* write) {
    if (!WhyNewRowsDoNotFit(query)) return;
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

// Fills the plan from the rows that the INSERT reads, a level of their own.
void AddRows(WriteRewrite* write, List* values) {
    for (auto* entry : Each<TargetEntry>(values))
        write->plan->insert_columns =
            lappend_int(write->plan->insert_columns, write->upper->AddApart(entry->expr));
    CheckInsertedRows(write->query, values, write);
    AddTriggerRows(write);
    write->plan->inserts = true;
}

// Where rows arrive that an UPDATE … FROM has moved (split_write.h), RETURNING names the source.
bool NamesSource(const Query* insert) {
    Relids named = pull_varnos(nullptr, reinterpret_cast<Node*>(insert->returningList));
    return !bms_is_empty(bms_del_member(named, insert->resultRelation));
}

// The rows, without target list, which goes to *values.
Query* TakeRows(Query* query, List** values) {
    Query* rows = RowsQuery(query);
    rows->cteList = NIL;
    rows->hasModifyingCTE = rows->hasRecursive = false;
    *values = rows->targetList;
    rows->targetList = NIL;
    return rows;
}

}  // namespace

bool IsAskedOnce(const SubLink* sublink) {
    // The columns of SET (…) = (SELECT …) refer to it.
    if (sublink->subLinkType == MULTIEXPR_SUBLINK) return false;
    return IsComparedWithList(sublink) ||
           !contain_vars_of_level(const_cast<Node*>(reinterpret_cast<const Node*>(sublink)), 0);
}

Query* RewriteInsert(Query* query, const metadata::Table& table) {
    NameConflictRows(query);
    EnsureOneColumn(query, table);
    if (NeedsDecision(query, table)) return RewriteDecidedConflict(query, table);
    if (TriggersFor(query, CMD_INSERT).before_row) FillUnassigned(query, table.relation);
    List* values = NIL;
    Query* rows = TakeRows(query, &values);
    WriteRewrite write(query, table, rows);
    AddRows(&write, values);
    if (query->onConflict) {
        query->onConflict = ReplaceConflictSublinks(query->onConflict, write.upper);
        if (const char* reason = WhyConflictDoesNotFit(query))
            RefuseFeature(psprintf("%s in ON CONFLICT", reason), nullptr);
    }
    write.plan->returns_source = NamesSource(query);
    Query* above = FinishRewrite(&write, [] {});
    FindTailColumns(write.plan);
    return above;
}

Query* RewriteTriedInsert(Query* query, const metadata::Table& table, List** columns) {
    List* values = NIL;
    Query* rows = TakeRows(query, &values);
    WriteRewrite write(query, table, rows);
    write.plan->conflict = plan::ConflictPart::kTries;
    write.plan->triggers.changes_rows = TriggersFor(query, CMD_INSERT).before_row;
    write.plan->triggers.needs_outcome = false;
    write.triggers = TriggersFor(query, CMD_INSERT);
    write.triggers.after_row = write.triggers.reads_tables = false;
    KeepRowThatIsThere(query);
    if (const char* reason = WhyConflictDoesNotFit(query))
        RefuseFeature(psprintf("%s in ON CONFLICT", reason), nullptr);
    AddRows(&write, values);
    Query* above = FinishRewrite(&write, [] {});
    for (const int column : pg::EachInt(write.plan->insert_columns)) {
        const auto number = static_cast<AttrNumber>(list_length(above->targetList) + 1);
        Var* value = write.upper->Column(static_cast<AttrNumber>(column));
        above->targetList =
            lappend(above->targetList, makeTargetEntry(reinterpret_cast<Expr*>(value), number,
                                                       psprintf("c%d", number), false));
        *columns = lappend_int(*columns, number);
    }
    FindTailColumns(write.plan);
    return above;
}

}  // namespace pgspan::planner
