#include "engine/planner/new_row_checks.h"

#include "engine/pg/list.h"
#include "engine/planner/planner.h"
#include "engine/planner/row_security.h"

extern "C" {
#include "optimizer/optimizer.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

enum class Side { kNone, kOld, kNew };

// Which side of a write a condition of that kind is about.
Side SideOf(WCOKind kind, CheckedRow row) {
    switch (kind) {
    case WCO_VIEW_CHECK:
        return row == CheckedRow::kDeleted ? Side::kNone : Side::kNew;
    case WCO_RLS_INSERT_CHECK:
        return row == CheckedRow::kInserted ? Side::kNew : Side::kNone;
    case WCO_RLS_UPDATE_CHECK:
        return row == CheckedRow::kUpdated ? Side::kNew : Side::kNone;
    case WCO_RLS_MERGE_UPDATE_CHECK:
    case WCO_RLS_CONFLICT_CHECK:
        return row == CheckedRow::kUpdated ? Side::kOld : Side::kNone;
    case WCO_RLS_MERGE_DELETE_CHECK:
        return row == CheckedRow::kDeleted ? Side::kOld : Side::kNone;
    default:
        return Side::kNone;
    }
}

[[noreturn]] void Refuse(const WriteRewrite* write, const char* what) {
    RefuseFeature(psprintf("checking %s of table \"%s\" in this statement", what,
                           get_rel_name(write->table->relation)),
                  nullptr);
}

Node* AssignedValue(WriteRewrite* write, const TargetEntry* entry, Index levels_up) {
    auto* expr = reinterpret_cast<Node*>(entry->expr);
    if (contain_volatile_functions(expr))
        Refuse(write, psprintf("a volatile value for column \"%s\"",
                               get_attname(write->table->relation, entry->resno, false)));
    Node* value = write->query->commandType == CMD_INSERT ? static_cast<Node*>(copyObjectImpl(expr))
                                                          : write->target->Map(expr);
    IncrementVarSublevelsUp(value, static_cast<int>(levels_up), 0);
    return value;
}

Node* NewRow(WriteRewrite* write, CheckedRow row, const List* assignments, const Var* var,
             Index levels_up);

Node* NewAttribute(WriteRewrite* write, CheckedRow row, const List* assignments, const Var* var,
                   Index levels_up) {
    const Oid relation = write->table->relation;
    if (var->varattno == 0) return NewRow(write, row, assignments, var, levels_up);
    if (var->varattno < 0) return write->target->Attribute(var, levels_up);
    for (auto* entry : Each<TargetEntry>(assignments))
        if (!entry->resjunk && entry->resno == var->varattno)
            return AssignedValue(write, entry, levels_up);
    if (get_attgenerated(relation, var->varattno) != '\0')
        Refuse(write, psprintf("the generated column \"%s\"",
                               get_attname(relation, var->varattno, false)));
    if (row == CheckedRow::kUpdated) return write->target->Attribute(var, levels_up);
    return reinterpret_cast<Node*>(makeNullConst(var->vartype, var->vartypmod, var->varcollid));
}

Node* NewRow(WriteRewrite* write, CheckedRow row, const List* assignments, const Var* var,
             Index levels_up) {
    auto* whole = makeNode(RowExpr);
    whole->row_typeid = var->vartype;
    whole->row_format = COERCE_IMPLICIT_CAST;
    whole->location = -1;
    const Relation relation = table_open(write->table->relation, NoLock);
    const TupleDesc columns = RelationGetDescr(relation);
    for (int i = 0; i < columns->natts; i++) {
        const FormData_pg_attribute* column = TupleDescAttr(columns, i);
        Node* value = nullptr;
        if (column->attisdropped) {
            value = reinterpret_cast<Node*>(makeNullConst(INT4OID, -1, InvalidOid));
        } else {
            const Var* attribute =
                makeVar(static_cast<int>(var->varno), column->attnum, column->atttypid,
                        column->atttypmod, column->attcollation, 0);
            value = NewAttribute(write, row, assignments, attribute, levels_up);
        }
        whole->args = lappend(whole->args, value);
        whole->colnames = lappend(whole->colnames, makeString(pstrdup(NameStr(column->attname))));
    }
    table_close(relation, NoLock);
    return reinterpret_cast<Node*>(whole);
}

Node* ConditionOn(WriteRewrite* write, const WithCheckOption* option, Side side, CheckedRow row,
                  const List* assignments) {
    Node* condition = side == Side::kOld
                          ? write->target->Map(option->qual)
                          : MapLevelVars(option->qual, [&](const Var* var, Index levels_up) {
                                return static_cast<int>(var->varno) == write->query->resultRelation
                                           ? NewAttribute(write, row, assignments, var, levels_up)
                                           : static_cast<Node*>(copyObjectImpl(var));
                            });
    return write->lower ? write->lower->Map(condition) : condition;
}

bool IsLate(const WriteRewrite* write, const List* assignments, AttrNumber attribute) {
    if (attribute == 0) {
        const Relation relation = table_open(write->table->relation, NoLock);
        const TupleDesc columns = RelationGetDescr(relation);
        bool late = false;
        for (AttrNumber i = 1; i <= columns->natts; i++)
            late = late ||
                   (!TupleDescAttr(columns, i - 1)->attisdropped && IsLate(write, assignments, i));
        table_close(relation, NoLock);
        return late;
    }
    if (attribute < 0) return false;
    for (auto* entry : Each<TargetEntry>(assignments))
        if (!entry->resjunk && entry->resno == attribute)
            return contain_volatile_functions(reinterpret_cast<Node*>(entry->expr));
    return get_attgenerated(write->table->relation, attribute) != '\0';
}

// True if only the written row tells whether the condition holds.
bool HasToWait(const WriteRewrite* write, const WithCheckOption* option, const List* assignments) {
    bool late = write->triggers.before_row;
    MapLevelVars(option->qual, [&](const Var* var, Index) {
        if (static_cast<int>(var->varno) == write->query->resultRelation)
            late = late || IsLate(write, assignments, var->varattno);
        return static_cast<Node*>(copyObjectImpl(var));
    });
    return late;
}

// Of several actions, or of rows that may be another session's, the written row does not tell which
// condition it is for.
bool CanWait(const WriteRewrite* write) {
    return write->query->commandType != CMD_MERGE &&
           write->plan->conflict == plan::ConflictPart::kNone;
}

}  // namespace

Expr* NewRowCheck(WriteRewrite* write, CheckedRow row, const List* assignments) {
    List* checks = NIL;
    for (auto* option : Each<WithCheckOption>(write->query->withCheckOptions)) {
        const Side side = SideOf(option->kind, row);
        if (side == Side::kNone || !option->qual) continue;
        if (side == Side::kNew && CanWait(write) && HasToWait(write, option, assignments)) {
            write->late_checks = lappend(write->late_checks, option);
            continue;
        }
        if (side == Side::kNew && write->triggers.before_row)
            Refuse(write, "new rows that BEFORE triggers may change");
        checks = lappend(
            checks, MakeNewRowCheck(option, ConditionOn(write, option, side, row, assignments)));
    }
    return checks == NIL ? nullptr : make_ands_explicit(checks);
}

}  // namespace pgspan::planner
