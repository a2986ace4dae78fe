#include "engine/planner/merge_write.h"

#include "engine/pg/list.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/merge.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/general_write.h"
#include "engine/planner/new_row_checks.h"
#include "engine/planner/planner.h"
#include "engine/planner/row_security.h"
#include "engine/planner/subquery.h"
#include "engine/planner/triggered_write.h"
#include "engine/planner/write_rewrite.h"

extern "C" {
#include "catalog/pg_operator.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;
using plan::RowAction;

Expr* IntConst(int value) {
    return reinterpret_cast<Expr*>(
        makeConst(INT4OID, -1, InvalidOid, sizeof(int32), Int32GetDatum(value), false, true));
}

// The value of the action column: which action (from 1), and in the lowest bits what it does.
int CodeOf(int number, const MergeAction* action) {
    return number * 4 + static_cast<int>(plan::RowActionOf(action->commandType));
}

CaseWhen* When(Node* condition, Expr* result) {
    auto* when = makeNode(CaseWhen);
    when->expr = reinterpret_cast<Expr*>(condition);
    when->result = result;
    when->location = -1;
    return when;
}

Expr* Case(List* whens, Expr* otherwise) {
    if (whens == NIL) return otherwise;
    auto* expr = makeNode(CaseExpr);
    expr->casetype = exprType(reinterpret_cast<Node*>(otherwise));
    expr->casecollid = exprCollation(reinterpret_cast<Node*>(otherwise));
    expr->args = whens;
    expr->defresult = otherwise;
    expr->location = -1;
    return reinterpret_cast<Expr*>(expr);
}

struct Merge {
    WriteRewrite* write;
    Query* join;      // the lower level
    bool keeps_rows;  // rows of the source without a match count
    Var* code;        // the action column in the upper level
    const TriedRows* tried;
};

// The action of a row that has been inserted.
constexpr int kInserted = static_cast<int>(RowAction::kInsert);

// FROM of the lower level: source and target.
void MakeJoin(Merge* merge, Query* query) {
    Query* join = merge->join;
    List* conjuncts = merge->write->target->TakeFilters(ConjunctsOf(pg::MergeCondition(query)));
    auto* entry = makeNode(RangeTblEntry);
    entry->rtekind = RTE_JOIN;
    entry->jointype = merge->keeps_rows ? JOIN_LEFT : JOIN_INNER;
    entry->eref = makeAlias("merge", NIL);
    entry->inFromCl = true;
    auto* target = makeNode(RangeTblRef);
    target->rtindex = query->resultRelation;
    auto* expr = makeNode(JoinExpr);
    expr->jointype = entry->jointype;
    expr->larg = static_cast<Node*>(linitial(query->jointree->fromlist));
    expr->rarg = reinterpret_cast<Node*>(target);
    // Inside the condition no row is missing yet.
    expr->quals = merge->write->target->Map(AllOf(conjuncts));
    join->rtable = lappend(list_copy(query->rtable), entry);
    pg::ShareRights(join, query);
    expr->rtindex = list_length(join->rtable);
    join->jointree = makeFromExpr(pg::MakeList(expr), nullptr);
    if (merge->keeps_rows) merge->write->target->SetNullableBy(expr->rtindex);
}

// FROM of the lower level: rows that were tried.
void ReadTriedRows(Merge* merge, const Query* query) {
    const Relation relation = table_open(merge->write->table->relation, NoLock);
    const TupleDesc columns = RelationGetDescr(relation);
    for (AttrNumber i = 1; i <= columns->natts; i++)
        if (!TupleDescAttr(columns, i - 1)->attisdropped) OldValue(merge->write, i);
    table_close(relation, NoLock);
    // Above the rows nothing is left of what they were made of.
    Query* join = merge->join;
    for (int i = 1; i <= list_length(query->rtable); i++) {
        RangeTblEntry* entry = nullptr;
        if (i == query->resultRelation) {
            entry = MakeSubqueryEntry(merge->tried->rows, "tried");
        } else {
            entry = makeNode(RangeTblEntry);
            entry->rtekind = RTE_RESULT;
            entry->eref = makeAlias("nothing", NIL);
        }
        join->rtable = lappend(join->rtable, entry);
    }
    auto* reference = makeNode(RangeTblRef);
    reference->rtindex = query->resultRelation;
    join->jointree = makeFromExpr(pg::MakeList(reference), nullptr);
}

Node* WasInserted(const Query* query, const TriedRows& tried) {
    Var* was_there = makeVar(query->resultRelation, tried.was_there, BOOLOID, -1, InvalidOid, 0);
    return reinterpret_cast<Node*>(make_notclause(reinterpret_cast<Expr*>(was_there)));
}

void AddActionColumn(Merge* merge, const Query* query) {
    WriteRewrite* write = merge->write;
    List* whens = NIL;
    if (merge->tried)
        whens = pg::MakeList(When(WasInserted(query, *merge->tried), IntConst(kInserted)));
    int number = 0;
    for (auto* action : Each<MergeAction>(query->mergeActionList)) {
        number++;
        auto* exists = makeNode(NullTest);
        exists->arg = reinterpret_cast<Expr*>(write->target->Row());
        exists->nulltesttype =
            pg::MatchOf(action) == pg::MergeMatch::kMatched ? IS_NOT_NULL : IS_NULL;
        exists->location = -1;
        auto* condition = reinterpret_cast<Node*>(exists);
        if (action->qual)
            condition = reinterpret_cast<Node*>(
                make_andclause(pg::MakeList(condition, write->target->Map(action->qual))));
        whens = lappend(whens, When(condition, IntConst(CodeOf(number, action))));
    }
    const AttrNumber column = write->lower->AddApart(Case(whens, IntConst(0)));
    merge->code = write->lower->Column(column);
    write->plan->action_column = write->upper->Add(reinterpret_cast<Expr*>(merge->code));
}

Node* HasCode(const Merge* merge, int code) {
    Expr* equal = make_opclause(Int4EqualOperator, BOOLOID, false,
                                reinterpret_cast<Expr*>(copyObjectImpl(merge->code)),
                                IntConst(code), InvalidOid, InvalidOid);
    set_opfuncid(reinterpret_cast<OpExpr*>(equal));
    return reinterpret_cast<Node*>(equal);
}

Node* IsAction(const Merge* merge, int number, const MergeAction* action) {
    return HasCode(merge, CodeOf(number, action));
}

// What the action assigns to the attribute; nullptr if nothing.
Expr* Assigned(const Merge* merge, const MergeAction* action, int attribute) {
    for (auto* entry : Each<TargetEntry>(action->targetList))
        if (!entry->resjunk && entry->resno == attribute)
            return reinterpret_cast<Expr*>(merge->write->lower->Map(
                merge->write->target->Map(reinterpret_cast<Node*>(entry->expr))));
    return nullptr;
}

// The attribute's value for every action of the given kinds; `otherwise` for all others.
Expr* ValueOf(const Merge* merge, const Query* query, int attribute, bool of_inserts,
              bool of_updates, Expr* otherwise) {
    List* whens = NIL;
    int number = 0;
    for (auto* action : Each<MergeAction>(query->mergeActionList)) {
        number++;
        const RowAction kind = plan::RowActionOf(action->commandType);
        if (!(kind == RowAction::kInsert && of_inserts) &&
            !(kind == RowAction::kUpdate && of_updates))
            continue;
        Expr* value = Assigned(merge, action, attribute);
        if (!value && kind == RowAction::kInsert) {
            auto* node = reinterpret_cast<Node*>(otherwise);
            value = reinterpret_cast<Expr*>(
                makeNullConst(exprType(node), exprTypmod(node), exprCollation(node)));
        }
        if (value) whens = lappend(whens, When(IsAction(merge, number, action), value));
    }
    return Case(whens, otherwise);
}

List* AssignedBy(const Query* query, RowAction kind) {
    List* attributes = NIL;
    for (auto* action : Each<MergeAction>(query->mergeActionList))
        for (auto* entry : Each<TargetEntry>(action->targetList))
            if (plan::RowActionOf(action->commandType) == kind && !entry->resjunk)
                attributes = list_append_unique_int(attributes, entry->resno);
    return attributes;
}

void AddRowAssignments(Merge* merge, const Query* query) {
    List* junk = NIL;
    int assignments = 0;
    for (auto* action : Each<MergeAction>(query->mergeActionList)) {
        const int before = list_length(junk);
        for (auto* entry : Each<TargetEntry>(action->targetList))
            if (entry->resjunk)
                junk = lappend(junk, merge->write->lower->Map(merge->write->target->Map(
                                         reinterpret_cast<Node*>(entry->expr))));
        if (list_length(junk) > before) assignments++;
    }
    // Their parameters are numbered action by action.
    if (assignments > 1)
        RefuseFeature("SET (…) = (SELECT …) in several actions of a MERGE", nullptr);
    AddJunk(merge->write->upper_below, junk);
}

CheckedRow RowOf(const MergeAction* action) {
    switch (plan::RowActionOf(action->commandType)) {
    case RowAction::kInsert:
        return CheckedRow::kInserted;
    case RowAction::kUpdate:
        return CheckedRow::kUpdated;
    default:
        return CheckedRow::kDeleted;
    }
}

void AddRowChecks(Merge* merge, const Query* query) {
    List* whens = NIL;
    int number = 0;
    for (auto* action : Each<MergeAction>(query->mergeActionList)) {
        number++;
        if (action->commandType == CMD_NOTHING) continue;
        Expr* check = NewRowCheck(merge->write, RowOf(action), action->targetList);
        if (check) whens = lappend(whens, When(IsAction(merge, number, action), check));
    }
    // A view's condition is for rows that came in, as they have become.
    List* of_inserted = NIL;
    for (auto* option : Each<WithCheckOption>(merge->tried ? query->withCheckOptions : NIL))
        if (option->kind == WCO_VIEW_CHECK && option->qual)
            of_inserted = lappend(
                of_inserted, MakeNewRowCheck(option, merge->write->lower->Map(
                                                         merge->write->target->Map(option->qual))));
    if (of_inserted != NIL)
        whens = lappend(whens, When(HasCode(merge, kInserted), make_ands_explicit(of_inserted)));
    if (whens != NIL)
        merge->write->upper->AddApart(
            Case(whens, reinterpret_cast<Expr*>(makeBoolConst(true, false))));
}

bool MovesRows(const Query* query, const metadata::Table& table) {
    if (!table.IsHash()) return false;
    for (auto* action : Each<MergeAction>(query->mergeActionList)) {
        if (plan::RowActionOf(action->commandType) != RowAction::kUpdate) continue;
        Query update = *query;
        update.targetList = action->targetList;
        if (AssignsKey(&update, table, nullptr)) return true;
    }
    return false;
}

// Triggers see and change the whole new row, whichever action makes it: one column an attribute.
void AddTriggeredValues(Merge* merge, Query* query) {
    WriteRewrite* write = merge->write;
    plan::ModifyPlan* plan = write->plan;
    const bool assigns_key = MovesRows(query, *write->table);
    if (assigns_key) RefuseCascades(*write->table);
    plan->moves = write->table->IsHash();
    plan->inserts = true;
    write->insert_attributes = StoredAttributes(write->table->relation);
    if (write->insert_attributes == NIL)
        RefuseFeature("MERGE into a table without columns", nullptr);
    for (const int attribute : pg::EachInt(write->insert_attributes)) {
        Expr* otherwise = OldValue(write, static_cast<AttrNumber>(attribute));
        Expr* value = ValueOf(merge, query, attribute, true, true, otherwise);
        const AttrNumber column = write->upper->AddApart(value);
        plan->insert_columns = lappend_int(plan->insert_columns, column);
        if (IsFixed(*write->table, attribute)) continue;
        plan->set_attributes = lappend_int(plan->set_attributes, attribute);
        plan->set_columns = lappend_int(plan->set_columns, column);
    }
    AddTriggerRows(write);
}

void AddValues(Merge* merge, Query* query) {
    WriteRewrite* write = merge->write;
    plan::ModifyPlan* plan = write->plan;
    if (write->triggers.NeedRows()) return AddTriggeredValues(merge, query);
    for (const int attribute : pg::EachInt(AssignedBy(query, RowAction::kUpdate))) {
        Expr* value = ValueOf(merge, query, attribute, false, true,
                              OldValue(write, static_cast<AttrNumber>(attribute)));
        plan->set_attributes = lappend_int(plan->set_attributes, attribute);
        plan->set_columns = lappend_int(plan->set_columns, write->upper->AddApart(value));
    }
    plan->moves = MovesRows(query, *write->table);
    if (plan->moves) RefuseCascades(*write->table);
    plan->inserts = plan->moves;
    for (auto* action : Each<MergeAction>(query->mergeActionList))
        if (plan::RowActionOf(action->commandType) == RowAction::kInsert) plan->inserts = true;
    if (!plan->inserts) return;
    List* attributes = plan->moves ? StoredAttributes(write->table->relation)
                                   : AssignedBy(query, RowAction::kInsert);
    // DEFAULT VALUES of a table without defaults.
    if (attributes == NIL) attributes = StoredAttributes(write->table->relation);
    if (attributes == NIL) RefuseFeature("INSERT into a table without columns", nullptr);
    for (const int attribute : pg::EachInt(attributes)) {
        Expr* otherwise = OldValue(write, static_cast<AttrNumber>(attribute));
        Expr* value = ValueOf(merge, query, attribute, true, plan->moves, otherwise);
        plan->insert_columns = lappend_int(plan->insert_columns, write->upper->AddApart(value));
    }
    write->insert_attributes = attributes;
}

LockClauseStrength StrengthFor(const Merge& merge, const Query* query) {
    if (MovesRows(query, *merge.write->table)) return LCS_FORUPDATE;
    for (auto* action : Each<MergeAction>(query->mergeActionList))
        if (plan::RowActionOf(action->commandType) == RowAction::kDelete) return LCS_FORUPDATE;
    return LCS_FORNOKEYUPDATE;
}

// Where RETURNING finds the rows that have been inserted.
void AddStoredColumns(WriteRewrite* write) {
    for (const int attribute : pg::EachInt(write->plan->returned_attributes))
        write->plan->stored_columns =
            lappend_int(write->plan->stored_columns,
                        write->upper->Add(OldValue(write, static_cast<AttrNumber>(attribute))));
}

Query* MakeLevel(const Query* query) {
    auto* level = makeNode(Query);
    level->commandType = CMD_SELECT;
    level->canSetTag = true;
    level->hasSubLinks = query->hasSubLinks;
    return level;
}

}  // namespace

Query* RewriteMerge(Query* query, const metadata::Table& table, const TriedRows* tried) {
    Query* join = MakeLevel(query);
    Query* values = MakeLevel(query);
    WriteRewrite write(query, table, values);
    UpperLevel lower(join);
    write.lower = &lower;
    Merge merge = {&write, join, false, nullptr, tried};
    for (auto* action : Each<MergeAction>(query->mergeActionList)) {
        if (pg::MatchOf(action) == pg::MergeMatch::kNotMatchedBySource)
            RefuseFeature("WHEN NOT MATCHED BY SOURCE", nullptr);
        if (plan::RowActionOf(action->commandType) == RowAction::kInsert) merge.keeps_rows = true;
    }
    if (tried) {
        write.plan->conflict = plan::ConflictPart::kDecides;
        AddInsertTriggers(&write);
        ReadTriedRows(&merge, query);
    } else {
        MakeJoin(&merge, query);
    }
    AddActionColumn(&merge, query);
    AddIdentity(&write);
    AddRowChecks(&merge, query);
    AddValues(&merge, query);
    AddRowAssignments(&merge, query);
    return FinishRewrite(&write, [&] {
        if (tried)
            AddStoredColumns(&write);
        else
            lfirst(list_nth_cell(join->rtable, query->resultRelation - 1)) =
                write.target->MakeEntry(StrengthFor(merge, query));
        if (tried) ReplaceVarsOfLevel(join, tried->replace, tried->context);
        DeepenCteReferences(join);
        const Query* above = lower.Above(false);
        values->rtable = above->rtable;
        values->jointree = above->jointree;
    });
}

}  // namespace pgspan::planner
