#include "engine/planner/assignments.h"

#include "engine/pg/list.h"

extern "C" {
#include "parser/parsetree.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

Expr* WithoutDomain(Expr* expr) {
    while (expr && IsA(expr, CoerceToDomain)) expr = reinterpret_cast<CoerceToDomain*>(expr)->arg;
    return expr;
}

bool IsElement(const Expr* expr) {
    return IsA(expr, SubscriptingRef) &&
           reinterpret_cast<const SubscriptingRef*>(expr)->refassgnexpr;
}

bool IsAssignment(const Expr* expr) {
    return expr && (IsElement(expr) || IsA(expr, FieldStore));
}

// One assignment for each field.
void AddFields(const FieldStore* store, List** assignments) {
    for (int i = list_length(store->newvals) - 1; i >= 0; i--) {
        auto* one = static_cast<FieldStore*>(copyObjectImpl(store));
        one->newvals = list_make1(list_nth(one->newvals, i));
        one->fieldnums = list_make1_int(list_nth_int(one->fieldnums, i));
        *assignments = lcons(one, *assignments);
    }
}

// The assignments that are nested in an expression, in the order in which they were written, each
// to the column itself.
List* Assignments(Expr* expr) {
    List* assignments = NIL;
    Expr* rest = WithoutDomain(expr);
    while (IsAssignment(rest)) {
        if (IsElement(rest)) {
            auto* element = static_cast<SubscriptingRef*>(copyObjectImpl(rest));
            assignments = lcons(element, assignments);
            rest = WithoutDomain(element->refexpr);
        } else {
            const auto* store = reinterpret_cast<FieldStore*>(rest);
            AddFields(store, &assignments);
            rest = WithoutDomain(store->arg);
        }
    }
    for (auto* assignment : Each<Expr>(assignments)) {
        if (IsA(assignment, FieldStore))
            reinterpret_cast<FieldStore*>(assignment)->arg = rest;
        else
            reinterpret_cast<SubscriptingRef*>(assignment)->refexpr = rest;
    }
    return assignments;
}

List* Separated(List* target_list) {
    List* separated = NIL;
    for (auto* entry : Each<TargetEntry>(target_list)) {
        List* assignments = entry->resjunk ? NIL : Assignments(entry->expr);
        if (list_length(assignments) < 2) {
            separated = lappend(separated, entry);
            continue;
        }
        for (auto* assignment : Each<Expr>(assignments)) {
            auto* one = makeNode(TargetEntry);
            *one = *entry;
            one->expr = assignment;
            separated = lappend(separated, one);
        }
    }
    return separated;
}

// The first column that can be assigned.
TargetEntry* ColumnToItself(const Query* query) {
    const RangeTblEntry* target = rt_fetch(query->resultRelation, query->rtable);
    const Relation relation = table_open(target->relid, NoLock);
    const TupleDesc columns = RelationGetDescr(relation);
    TargetEntry* entry = nullptr;
    for (int i = 0; i < columns->natts && !entry; i++) {
        const FormData_pg_attribute* column = TupleDescAttr(columns, i);
        if (column->attisdropped || column->attgenerated) continue;
        auto* value = makeVar(query->resultRelation, column->attnum, column->atttypid,
                              column->atttypmod, column->attcollation, 0);
        entry = makeTargetEntry(reinterpret_cast<Expr*>(value), column->attnum,
                                pstrdup(NameStr(column->attname)), false);
    }
    table_close(relation, NoLock);
    return entry;
}

}  // namespace

void PrepareAssignments(Query* query) {
    if (query->onConflict)
        query->onConflict->onConflictSet = Separated(query->onConflict->onConflictSet);
    if (query->commandType != CMD_UPDATE) return;
    query->targetList = Separated(query->targetList);
    if (query->targetList != NIL) return;
    if (TargetEntry* entry = ColumnToItself(query)) query->targetList = list_make1(entry);
}

}  // namespace pgspan::planner
