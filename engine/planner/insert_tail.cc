#include "engine/planner/insert_tail.h"

#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/planner/attribute_var.h"
#include "engine/planner/planner.h"
#include "engine/planner/row_security.h"
#include "engine/planner/safety.h"
#include "engine/planner/upper_level.h"

extern "C" {
#include "catalog/pg_constraint.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

const char* WhyDoesNotFit(Node* part, const Query* query) {
    const auto has_sublink = [](Node* node, auto&& descend) {
        return IsA(node, SubLink) || descend(node);
    };
    const char* reason = nullptr;
    if (!IsRemotable(part, query, &reason)) return reason;
    if (pg::WalkNode(part, has_sublink)) return "a sub-query";
    // Each copy would compute values of its own.
    const metadata::Table* table =
        metadata::FindTable(rt_fetch(query->resultRelation, query->rtable)->relid);
    if (table && table->IsReference() && contain_volatile_functions(part))
        return "a volatile function";
    return nullptr;
}

FormData_pg_constraint ReadConstraint(Oid constraint) {
    const HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for constraint %u", constraint);
    const FormData_pg_constraint form = *reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
    ReleaseSysCache(tuple);
    return form;
}

// True if no other index can have conflicts.
bool IsOnlyArbiter(Oid table, Oid index) {
    const Relation relation = table_open(table, NoLock);
    bool only = true;
    for (const Oid other : pg::EachOid(RelationGetIndexList(relation))) {
        const Relation opened = index_open(other, AccessShareLock);
        if (other != index && (opened->rd_index->indisunique || opened->rd_index->indisexclusion))
            only = false;
        index_close(opened, NoLock);
    }
    table_close(relation, NoLock);
    return only;
}

// Each shard has an exclusion constraint of its own, and the container none: it can be named only
// by naming none.
void LeaveOutExclusion(OnConflictExpr* conflict, const FormData_pg_constraint& exclusion) {
    if (conflict->action == ONCONFLICT_UPDATE)
        ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE),
                errmsg("ON CONFLICT DO UPDATE not supported with exclusion constraints"));
    if (!IsOnlyArbiter(exclusion.conrelid, exclusion.conindid))
        RefuseFeature(psprintf("ON CONFLICT ON CONSTRAINT \"%s\" beside other unique or exclusion "
                               "constraints",
                               NameStr(exclusion.conname)),
                      nullptr);
    conflict->constraint = InvalidOid;
}

// ON CONFLICT ON CONSTRAINT names the shell's constraint; the container has one under a name of its
// own.
void PointAtContainersConstraint(Query* query, const metadata::Table& table) {
    if (!OidIsValid(query->onConflict->constraint)) return;
    const FormData_pg_constraint named = ReadConstraint(query->onConflict->constraint);
    if (named.contype == CONSTRAINT_EXCLUSION) return LeaveOutExclusion(query->onConflict, named);
    const char* name = pstrdup(NameStr(named.conname));
    const Oid own = get_relation_constraint_oid(
        table.container, metadata::ContainerName(name, table.table_id), true);
    const Oid same =
        OidIsValid(own) ? own : get_relation_constraint_oid(table.container, name, true);
    if (named.condeferrable)
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("ON CONFLICT does not support deferrable unique constraints/exclusion "
                       "constraints as arbiters"));
    if (!OidIsValid(same))
        RefuseFeature(psprintf("ON CONFLICT ON CONSTRAINT \"%s\"", name), nullptr);
    query->onConflict->constraint = same;
}

bool HasUniqueIndexIn(const metadata::Table& table, Oid collation) {
    const Relation relation = table_open(table.relation, NoLock);
    bool found = false;
    for (const Oid index : pg::EachOid(RelationGetIndexList(relation))) {
        const Relation opened = index_open(index, AccessShareLock);
        for (int i = 0; i < opened->rd_index->indnkeyatts; i++)
            found = found || (opened->rd_index->indisunique &&
                              opened->rd_index->indkey.values[i] == table.distribution_column &&
                              opened->rd_indcollation[i] == collation);
        index_close(opened, NoLock);
    }
    table_close(relation, NoLock);
    return found;
}

// The container's unique indexes have the distribution column in its own collation (ddl/index.h).
void InferContainersIndex(Query* query, const metadata::Table& table) {
    for (auto* element : Each<InferenceElem>(query->onConflict->arbiterElems)) {
        if (!OidIsValid(element->infercollid) || !IsA(element->expr, Var) ||
            reinterpret_cast<Var*>(element->expr)->varattno != table.distribution_column)
            continue;
        if (!HasUniqueIndexIn(table, element->infercollid))
            ereport(ERROR, errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
                    errmsg("there is no unique or exclusion constraint matching the ON CONFLICT "
                           "specification"));
        element->infercollid = InvalidOid;
    }
}

}  // namespace

const char* WhyConflictDoesNotFit(const Query* query) {
    const OnConflictExpr* conflict = query->onConflict;
    if (!conflict) return nullptr;
    Node* const parts[] = {reinterpret_cast<Node*>(conflict->arbiterElems), conflict->arbiterWhere,
                           reinterpret_cast<Node*>(conflict->onConflictSet),
                           conflict->onConflictWhere};
    for (Node* part : parts)
        if (const char* reason = WhyDoesNotFit(part, query)) return reason;
    return nullptr;
}

const char* WhyReturningDoesNotFit(const Query* query) {
    return WhyDoesNotFit(reinterpret_cast<Node*>(query->returningList), query);
}

const char* WhyNewRowsDoNotFit(const Query* query) {
    return WhyDoesNotFit(reinterpret_cast<Node*>(NewRowConditions(query)), query);
}

const char* WhyTailDoesNotFit(const Query* query) {
    const char* reason = WhyConflictDoesNotFit(query);
    if (!reason) reason = WhyReturningDoesNotFit(query);
    return reason ? reason : WhyNewRowsDoNotFit(query);
}

void NameConflictRows(Query* insert) {
    OnConflictExpr* conflict = insert->onConflict;
    if (!conflict || conflict->action != ONCONFLICT_UPDATE) return;
    const Oid relation = rt_fetch(insert->resultRelation, insert->rtable)->relid;
    const auto name = [&](Node* part) {
        return MapLevelVars(part, [&](const Var* var, Index levels_up) {
            const auto row = static_cast<int>(var->varno);
            if (var->varattno != 0 ||
                (row != insert->resultRelation && row != conflict->exclRelIndex))
                return static_cast<Node*>(copyObjectImpl(var));
            return RowOfColumns(relation, row, levels_up);
        });
    };
    conflict->onConflictSet =
        reinterpret_cast<List*>(name(reinterpret_cast<Node*>(conflict->onConflictSet)));
    conflict->onConflictWhere = name(conflict->onConflictWhere);
}

void PointConflictAtContainer(Query* insert, const metadata::Table& table) {
    if (!insert->onConflict || !table.IsHash()) return;
    PointAtContainersConstraint(insert, table);
    InferContainersIndex(insert, table);
}

bool AssignsKeyOnConflict(const Query* query, const metadata::Table& table) {
    if (!query->onConflict || !table.IsHash()) return false;
    for (auto* entry : Each<TargetEntry>(query->onConflict->onConflictSet)) {
        if (entry->resjunk || entry->resno != table.distribution_column) continue;
        // The excluded row's key equals the row's: the conflict is on a unique index that includes
        // it.
        if (IsA(entry->expr, Var) && reinterpret_cast<Var*>(entry->expr)->varattno == entry->resno)
            continue;
        return true;
    }
    return false;
}

}  // namespace pgspan::planner
