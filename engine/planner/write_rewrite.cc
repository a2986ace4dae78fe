#include "engine/planner/write_rewrite.h"

#include "engine/metadata/foreign_keys.h"
#include "engine/pg/catalog_scan.h"
#include "engine/pg/list.h"
#include "engine/planner/insert_plan.h"
#include "engine/planner/modify_path.h"
#include "engine/planner/planner.h"
#include "engine/planner/row_security.h"
#include "engine/planner/triggered_write.h"

extern "C" {
#include "access/sysattr.h"
#include "catalog/heap.h"
#include "catalog/pg_constraint.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// The target's attribute after the write, above.
Node* NewValue(WriteRewrite* write, AttrNumber attribute, Index levels_up) {
    plan::ModifyPlan* plan = write->plan;
    for (int i = 0; i < list_length(plan->returned_attributes); i++)
        if (list_nth_int(plan->returned_attributes, i) == attribute)
            return reinterpret_cast<Node*>(write->upper->Column(
                static_cast<AttrNumber>(list_nth_int(plan->returned_columns, i)), levels_up));
    auto* value = reinterpret_cast<Node*>(ReturnedValue(1, write->table->relation, attribute));
    const AttrNumber column = write->upper->AddApart(reinterpret_cast<Expr*>(
        makeNullConst(exprType(value), exprTypmod(value), exprCollation(value))));
    plan->returned_attributes = lappend_int(plan->returned_attributes, attribute);
    plan->returned_columns = lappend_int(plan->returned_columns, column);
    return reinterpret_cast<Node*>(write->upper->Column(column, levels_up));
}

Node* NewRow(WriteRewrite* write, Index levels_up) {
    return reinterpret_cast<Node*>(MakeRow(write->table->relation, [&](AttrNumber attribute) {
        return NewValue(write, attribute, levels_up);
    }));
}

Node* ReturnedAttribute(WriteRewrite* write, const Var* var, Index levels_up) {
    if (write->query->commandType != CMD_DELETE) {
        if (var->varattno > 0) return NewValue(write, var->varattno, levels_up);
        if (var->varattno == 0) return NewRow(write, levels_up);
        if (write->plan->conflict == plan::ConflictPart::kTries)
            return NewValue(write, var->varattno, levels_up);
    }
    // A deleted row is what was read; tableoid never changes.
    Node* old = write->target->Attribute(var, 0);
    if (IsA(old, Const)) return old;
    return reinterpret_cast<Node*>(
        write->upper->Column(write->upper->Add(reinterpret_cast<Expr*>(old)), levels_up));
}

List* MapReturning(WriteRewrite* write) {
    return reinterpret_cast<List*>(
        MapLevelVars(reinterpret_cast<Node*>(write->query->returningList),
                     [write](const Var* var, Index levels_up) {
                         if (static_cast<int>(var->varno) == write->query->resultRelation)
                             return ReturnedAttribute(write, var, levels_up);
                         auto* own = static_cast<Var*>(copyObjectImpl(var));
                         own->varlevelsup = 0;
                         return reinterpret_cast<Node*>(write->upper->Column(
                             write->upper->Add(reinterpret_cast<Expr*>(own)), levels_up));
                     }));
}

// Over the rows that the write returns, whether or not somebody wants them.
Node* MapLateChecks(WriteRewrite* write, bool rows_are_wanted) {
    if (write->late_checks == NIL) return nullptr;
    List* checks = NIL;
    for (auto* option : Each<WithCheckOption>(write->late_checks)) {
        Node* condition = MapLevelVars(option->qual, [write](const Var* var, Index levels_up) {
            return ReturnedAttribute(write, var, levels_up);
        });
        checks = lappend(checks, MakeNewRowCheck(option, condition));
    }
    Expr* all = make_ands_explicit(checks);
    return reinterpret_cast<Node*>(rows_are_wanted ? all : make_notclause(all));
}

List* InsertedAttributes(const WriteRewrite* write) {
    if (write->query->commandType != CMD_INSERT) return write->insert_attributes;
    List* attributes = NIL;
    for (auto* entry : Each<TargetEntry>(write->query->targetList))
        attributes = lappend_int(attributes, entry->resno);
    return attributes;
}

void AddInsert(WriteRewrite* write) {
    plan::ModifyPlan* plan = write->plan;
    Query* insert =
        MakePlainInsert(write->query, write->insert_attributes, plan->returned_attributes);
    if (write->query->commandType == CMD_INSERT) {
        auto* own = static_cast<Query*>(copyObjectImpl(write->query));
        own->returningList = NIL;
        for (auto* entry : Each<TargetEntry>(insert->returningList)) {
            ChangeVarNodes(reinterpret_cast<Node*>(entry->expr), 1, own->resultRelation, 0);
            own->returningList = lappend(own->returningList, entry);
        }
        insert = own;
    }
    plan->insert = MakeInsertPlan(insert, *write->table);
}

}  // namespace

WriteRewrite::WriteRewrite(Query* write, const metadata::Table& target_table, Query* below)
    : query(write),
      table(&target_table),
      upper_below(below),
      lower(nullptr),
      insert_attributes(NIL),
      triggers(),
      late_checks(NIL) {
    plan = static_cast<plan::ModifyPlan*>(palloc0(sizeof(plan::ModifyPlan)));
    plan->relation = target_table.relation;
    plan->command = write->commandType;
    plan->counts = write->canSetTag;
    target = new (palloc(sizeof(TargetRead))) TargetRead(write, target_table);
    upper = new (palloc(sizeof(UpperLevel))) UpperLevel(below);
    triggers = FindTriggers(write, &plan->triggers);
}

Expr* OldValue(WriteRewrite* write, AttrNumber attribute) {
    Var var = {};
    var.varattno = attribute;
    Node* value = write->target->Attribute(&var, 0);
    return reinterpret_cast<Expr*>(write->lower ? write->lower->Map(value) : value);
}

void AddIdentity(WriteRewrite* write) {
    plan::ModifyPlan* plan = write->plan;
    auto* row = reinterpret_cast<Node*>(write->target->Row());
    plan->row_column =
        write->upper->Add(reinterpret_cast<Expr*>(write->lower ? write->lower->Map(row) : row));
    const Oid relation = write->table->relation;
    if (write->table->IsHash()) {
        plan->key_attributes = list_make1_int(write->table->distribution_column);
    } else {
        Oid constraint = InvalidOid;
        Bitmapset* key = get_primary_key_attnos(relation, true, &constraint);
        int member = -1;
        while ((member = bms_next_member(key, member)) >= 0)
            plan->key_attributes =
                lappend_int(plan->key_attributes, member + FirstLowInvalidHeapAttributeNumber);
        if (key == nullptr)
            RefuseFeature(psprintf("this write of reference table \"%s\" without a primary key",
                                   get_rel_name(relation)),
                          "Its rows cannot be told apart on other nodes.");
    }
    for (const int attribute : pg::EachInt(plan->key_attributes))
        plan->key_columns =
            lappend_int(plan->key_columns,
                        write->upper->Add(OldValue(write, static_cast<AttrNumber>(attribute))));
}

void AddJunk(Query* level, List* expressions) {
    for (auto* expr : Each<Expr>(expressions)) {
        const auto number = static_cast<AttrNumber>(list_length(level->targetList) + 1);
        level->targetList =
            lappend(level->targetList, makeTargetEntry(expr, number, nullptr, true));
    }
}

Query* FinishRewrite(WriteRewrite* write, void (*complete)(void*), void* context) {
    Query* query = write->query;
    List* returning = MapReturning(write);
    Node* late_checks = MapLateChecks(write, returning != NIL);
    write->plan->returns_rows = returning != NIL || late_checks;
    // A row that is inserted comes back by at least one column.
    if (write->plan->inserts && write->plan->returns_rows &&
        write->plan->returned_attributes == NIL)
        NewValue(write, static_cast<AttrNumber>(linitial_int(InsertedAttributes(write))), 0);
    if (write->plan->inserts) AddInsert(write);
    complete(context);
    Query* above = write->upper->Above(true);
    above->targetList = returning;
    above->jointree->quals = late_checks;
    above->canSetTag = query->canSetTag;
    above->hasSubLinks = query->hasSubLinks;
    above->cteList = query->cteList;
    above->hasRecursive = query->hasRecursive;
    above->hasModifyingCTE = query->hasModifyingCTE;
    above->hasRowSecurity = query->hasRowSecurity;
    above->queryId = query->queryId;
    above->stmt_location = query->stmt_location;
    above->stmt_len = query->stmt_len;
    DeepenCteReferences(write->upper_below);
    MarkModified(linitial_node(RangeTblEntry, above->rtable), write->plan);
    return above;
}

List* StoredAttributes(Oid relation) {
    List* attributes = NIL;
    const Relation opened = table_open(relation, NoLock);
    const TupleDesc descriptor = RelationGetDescr(opened);
    for (AttrNumber i = 1; i <= descriptor->natts; i++) {
        const Form_pg_attribute column = TupleDescAttr(descriptor, i - 1);
        if (!column->attisdropped && !column->attgenerated) attributes = lappend_int(attributes, i);
    }
    table_close(opened, NoLock);
    return attributes;
}

const char* CascadingKey(const metadata::Table& table) {
    char* cascading = nullptr;
    pg::EachCatalogRow<Form_pg_constraint>(
        ConstraintRelationId, InvalidOid, Anum_pg_constraint_confrelid, table.relation,
        [&](Form_pg_constraint row, HeapTuple) {
            // Others are carried out here, where the row is one that changes.
            if (row->contype == CONSTRAINT_FOREIGN &&
                metadata::KeptByShards(metadata::ReadForeignKey(row->oid)) &&
                row->confdeltype != FKCONSTR_ACTION_NOACTION &&
                row->confdeltype != FKCONSTR_ACTION_RESTRICT)
                cascading = pstrdup(NameStr(row->conname));
        });
    return cascading;
}

void RefuseCascades(const metadata::Table& table) {
    if (const char* cascading = CascadingKey(table))
        RefuseFeature("UPDATE of the distribution column of a referenced table",
                      psprintf("Rows that move are deleted and inserted, and foreign key \"%s\" "
                               "would act on it.",
                               cascading));
}

}  // namespace pgspan::planner
