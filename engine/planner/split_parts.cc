#include "engine/planner/split_parts.h"

#include "engine/pg/entry_columns.h"
#include "engine/pg/list.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/tree_part.h"
#include "engine/planner/member_write.h"
#include "engine/planner/named_ctes.h"
#include "engine/planner/planner.h"
#include "engine/planner/scan_plan.h"
#include "engine/planner/split_write.h"
#include "engine/planner/subquery.h"
#include "engine/planner/union_all.h"
#include "engine/planner/upper_level.h"
#include "engine/metadata/tables.h"

extern "C" {
#include "optimizer/optimizer.h"
#include "parser/parse_cte.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// The entry's rows as a query of their own, which is to stand in a CTE of the statement.
Query* QueryOfEntry(const Split* split, const RangeTblEntry* rte) {
    auto* own = static_cast<RangeTblEntry*>(copyObjectImpl(rte));
    List* names = NIL;
    List* columns = NIL;
    for (auto* var : Each<Expr>(pg::ColumnsOfEntry(own, &names)))
        columns =
            lappend(columns, makeTargetEntry(var, static_cast<AttrNumber>(list_length(columns) + 1),
                                             strVal(list_nth(names, list_length(columns))), false));
    Query* select = SelectOver(own, columns, nullptr);
    select->hasSubLinks = checkExprHasSubLink(reinterpret_cast<Node*>(own->functions)) ||
                          checkExprHasSubLink(reinterpret_cast<Node*>(own->values_lists));
    if (split->is_top) DeepenCteReferences(select);
    return select;
}

bool IsVolatileSource(RangeTblEntry* rte) {
    switch (rte->rtekind) {
    case RTE_SUBQUERY:
        return contain_volatile_functions(reinterpret_cast<Node*>(rte->subquery));
    case RTE_FUNCTION:
        return contain_volatile_functions(reinterpret_cast<Node*>(rte->functions));
    case RTE_VALUES:
        return contain_volatile_functions(reinterpret_cast<Node*>(rte->values_lists));
    case RTE_TABLEFUNC:
        return contain_volatile_functions(reinterpret_cast<Node*>(rte->tablefunc));
    default:
        return rte->tablesample != nullptr;
    }
}

// What RETURNING names of other tables is a column of the rows.
void ReadCarried(const Split* split, Query* insert, const CommonTableExpr* rows, int rows_index) {
    if (split->carried == NIL) return;
    const int own = list_length(rows->ctecoltypes) - list_length(split->carried);
    insert->returningList = reinterpret_cast<List*>(MapLevelVars(
        reinterpret_cast<Node*>(insert->returningList), [&](const Var* var, Index levels_up) {
            auto* copy = static_cast<Var*>(copyObjectImpl(var));
            copy->varlevelsup = 0;
            int column = own;
            for (auto* carried : Each<Var>(split->carried)) {
                column++;
                if (carried->varno == copy->varno && carried->varattno == copy->varattno)
                    copy = makeVar(rows_index, static_cast<AttrNumber>(column), var->vartype,
                                   var->vartypmod, var->varcollid, 0);
            }
            copy->varlevelsup = levels_up;
            return reinterpret_cast<Node*>(copy);
        }));
}

// PostgreSQL's executor finds an INSERT's columns beside others, which only RETURNING names, if
// some node stands between it and the scan of its source.
void FenceSource(Query* insert) {
    insert->limitCount =
        reinterpret_cast<Node*>(makeConst(INT8OID, -1, InvalidOid, sizeof(int64),
                                          Int64GetDatum(PG_INT64_MAX), false, FLOAT8PASSBYVAL));
}

}  // namespace

const RangeTblEntry* TargetEntryOf(const Query* query) {
    return rt_fetch(query->resultRelation, query->rtable);
}

void RefuseSplit(const Query* query, const char* what, const char* detail) {
    RefuseFeature(psprintf("%s table \"%s\", of whose tree distributed tables are a part,", what,
                           get_rel_name(TargetEntryOf(query)->relid)),
                  detail);
}

// ---- CTEs

CommonTableExpr* AddCte(Split* split, Query* query) {
    auto* cte = makeNode(CommonTableExpr);
    cte->ctename = NameOfPart(++*split->names);
    cte->ctematerialized = CTEMaterializeAlways;
    cte->ctequery = reinterpret_cast<Node*>(query);
    cte->location = -1;
    ParseState* state = make_parsestate(nullptr);
    analyzeCTETargetList(
        state, cte, query->commandType == CMD_SELECT ? query->targetList : query->returningList);
    free_parsestate(state);
    split->ctes = lappend(split->ctes, cte);
    return cte;
}

List* ColumnsOf(const CommonTableExpr* cte, int first, int count) {
    List* columns = NIL;
    for (int i = first - 1; i < first - 1 + count; i++) {
        Var* var =
            makeVar(1, static_cast<AttrNumber>(i + 1), list_nth_oid(cte->ctecoltypes, i),
                    list_nth_int(cte->ctecoltypmods, i), list_nth_oid(cte->ctecolcollations, i), 0);
        columns =
            lappend(columns, makeTargetEntry(reinterpret_cast<Expr*>(var),
                                             static_cast<AttrNumber>(list_length(columns) + 1),
                                             strVal(list_nth(cte->ctecolnames, i)), false));
    }
    return columns;
}

Query* SelectFrom(CommonTableExpr* cte, int first, int count, Index levels_up) {
    cte->cterefcount++;
    return SelectOver(MakeCteEntry(cte, levels_up, cte->ctename), ColumnsOf(cte, first, count),
                      nullptr);
}

Query* UnionOf(const List* ctes, Index levels_up) {
    const bool one = list_length(ctes) == 1;
    List* arms = NIL;
    for (auto* cte : Each<CommonTableExpr>(ctes))
        arms = lappend(arms, SelectFrom(cte, 1, list_length(cte->ctecoltypes),
                                        one ? levels_up : levels_up + 1));
    return one ? linitial_node(Query, arms) : UnionAll(arms);
}

void ShareVolatileSources(Split* split) {
    auto* shared = static_cast<Query*>(copyObjectImpl(split->query));
    split->query = shared;
    int rti = 0;
    for (auto* rte : Each<RangeTblEntry>(shared->rtable)) {
        rti++;
        if (rti == shared->resultRelation || !IsVolatileSource(rte)) continue;
        if (rte->lateral)
            RefuseSplit(shared, "volatile functions in LATERAL of a write of", nullptr);
        CommonTableExpr* cte = AddCte(split, QueryOfEntry(split, rte));
        cte->cterefcount++;
        RangeTblEntry* read = MakeCteEntry(cte, split->is_top ? 0 : 1, cte->ctename);
        read->alias = rte->alias;
        read->eref = rte->eref;
        lfirst(list_nth_cell(shared->rtable, rti - 1)) = read;
    }
}

// ---- Parts

Query* CopyForPart(const Split* split) {
    auto* part = static_cast<Query*>(copyObjectImpl(split->query));
    part->cteList = NIL;
    part->hasRecursive = part->hasModifyingCTE = false;
    // A CTE's own query is where its parts will be.
    if (split->is_top) DeepenCteReferences(part);
    return part;
}

void PointAt(const Split* split, Query* part, Oid member, bool may_leave) {
    const pg::TreePart mark = {TargetEntryOf(split->query)->relid, split->command, may_leave,
                               split->query->returningList != NIL, false};
    Retarget(part, member);
    pg::MarkTreePart(rt_fetch(part->resultRelation, part->rtable), mark);
}

void PointAtLocal(const Split* split, Query* part, bool departs) {
    RangeTblEntry* target = rt_fetch(part->resultRelation, part->rtable);
    MarkLocalPart(target);
    pg::MarkTreePart(target, {target->relid, split->command, false, false, departs});
}

void AddPart(Split* split, Query* part) {
    part->canSetTag = split->counts;
    split->returning = lappend(split->returning, AddCte(split, part));
}

void AddLocalPart(Split* split, Query* part) {
    part->canSetTag = split->counts;
    split->returning = lcons(AddCte(split, part), split->returning);
}

void AddMemberParts(Split* split, Query* (*make)(const Split*)) {
    const Oid root = TargetEntryOf(split->query)->relid;
    List* members = list_copy(split->distributed);
    if (metadata::FindTable(root)) members = lcons_oid(root, members);
    for (const Oid member : pg::EachOid(members)) {
        Query* part = make(split);
        if (!part) return;
        PointAt(split, part, member);
        AddPart(split, part);
    }
    Query* local = make(split);
    if (!local) return;
    PointAtLocal(split, local);
    AddLocalPart(split, local);
}

// ---- INSERT

Query* InsertFrom(const Split* split, CommonTableExpr* rows) {
    auto* part = static_cast<Query*>(copyObjectImpl(split->query));
    part->cteList = NIL;
    part->hasRecursive = part->hasModifyingCTE = false;
    part->override = OVERRIDING_NOT_SET;
    int rti = 0;
    for (auto* rte : Each<RangeTblEntry>(part->rtable)) {
        rti++;
        if (rti == part->resultRelation ||
            (part->onConflict && rti == part->onConflict->exclRelIndex))
            continue;
        *rte = *FlatEntry(rte);
        rte->rtekind = RTE_RESULT;
        rte->relid = InvalidOid;
        pg::HaveNoRights(rte);  // the CTE does
    }
    // RETURNING and ON CONFLICT may have sub-queries over CTEs.
    if (split->is_top) DeepenCteReferences(part);
    rows->cterefcount++;
    part->rtable = lappend(part->rtable, MakeCteEntry(rows, 1, rows->ctename));
    auto* reference = makeNode(RangeTblRef);
    reference->rtindex = list_length(part->rtable);
    part->jointree = makeFromExpr(pg::MakeList(reference), nullptr);
    AttrNumber column = 0;
    for (auto* entry : Each<TargetEntry>(part->targetList)) {
        column++;
        entry->expr = reinterpret_cast<Expr*>(
            makeVar(reference->rtindex, column, list_nth_oid(rows->ctecoltypes, column - 1),
                    list_nth_int(rows->ctecoltypmods, column - 1),
                    list_nth_oid(rows->ctecolcollations, column - 1), 0));
    }
    ReadCarried(split, part, rows, reference->rtindex);
    return part;
}

void InsertRows(Split* split, CommonTableExpr* rows) {
    const Oid root = TargetEntryOf(split->query)->relid;
    List* elsewhere = NIL;
    List* parts = NIL;
    for (const Oid member : pg::EachOid(split->distributed)) {
        Query* part = InsertFrom(split, rows);
        Node* belongs = BelongsTo(member, root, part->targetList);
        elsewhere = lappend(elsewhere, copyObjectImpl(belongs));
        part->jointree->quals = belongs;
        PointAt(split, part, member);
        FillColumns(part);
        parts = lappend(parts, part);
    }
    Query* local = InsertFrom(split, rows);
    local->jointree->quals = reinterpret_cast<Node*>(make_notclause(AnyOf(elsewhere)));
    PointAtLocal(split, local);
    if (split->carried != NIL) FenceSource(local);
    // Rows that move come from the parts before.
    if (split->command == CMD_INSERT)
        AddLocalPart(split, local);
    else
        AddPart(split, local);
    for (auto* part : Each<Query>(parts)) AddPart(split, part);
}

}  // namespace pgspan::planner
