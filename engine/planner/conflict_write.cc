#include "engine/planner/conflict_write.h"

#include "engine/pg/list.h"
#include "engine/pg/merge.h"
#include "engine/pg/walk.h"
#include "engine/planner/insert_plan.h"
#include "engine/planner/insert_tail.h"
#include "engine/planner/insert_write.h"
#include "engine/planner/merge_write.h"
#include "engine/planner/planner.h"
#include "engine/planner/triggered_write.h"

extern "C" {
#include "access/sysattr.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/relcache.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// Sub-queries that are asked once are values to the nodes.
bool FitsNodes(const Query* query) {
    Query asked = *query;
    asked.onConflict = reinterpret_cast<OnConflictExpr*>(pg::MutateNode(
        reinterpret_cast<Node*>(query->onConflict), [](Node* node, auto&& descend) -> Node* {
            if (!IsA(node, SubLink) || !IsAskedOnce(reinterpret_cast<SubLink*>(node)))
                return descend(node);
            return reinterpret_cast<Node*>(
                makeNullConst(exprType(node), exprTypmod(node), exprCollation(node)));
        }));
    return !WhyConflictDoesNotFit(&asked);
}

// Where the row is, the row, and whether it was there before.
List* ReturnedByTry(const Query* query, Oid relation, AttrNumber* was_there) {
    List* list = NIL;
    const auto add = [&](AttrNumber attribute) {
        const auto number = static_cast<AttrNumber>(list_length(list) + 1);
        // Each is asked for by its number, whatever it is made of.
        auto* value = reinterpret_cast<Node*>(ReturnedValue(1, relation, attribute));
        Var* var = makeVar(query->resultRelation, attribute, exprType(value), exprTypmod(value),
                           exprCollation(value), 0);
        list = lappend(list, makeTargetEntry(reinterpret_cast<Expr*>(var), number,
                                             psprintf("c%d", number), false));
        return number;
    };
    add(SelfItemPointerAttributeNumber);
    const Relation opened = table_open(relation, NoLock);
    const TupleDesc columns = RelationGetDescr(opened);
    for (AttrNumber i = 1; i <= columns->natts; i++)
        if (!TupleDescAttr(columns, i - 1)->attisdropped) add(i);
    table_close(opened, NoLock);
    *was_there = add(kWasThere);
    return list;
}

// Of the checks, the one of rows that are proposed comes first, whatever becomes of them.
List* ChecksOfProposedRows(const Query* query) {
    List* checks = NIL;
    for (auto* option : Each<WithCheckOption>(query->withCheckOptions))
        if (option->kind == WCO_RLS_INSERT_CHECK) checks = lappend(checks, copyObjectImpl(option));
    return checks;
}

Query* MakeTry(const Query* query, Oid relation, AttrNumber* was_there) {
    auto* attempt = static_cast<Query*>(copyObjectImpl(query));
    attempt->canSetTag = false;
    attempt->cteList = NIL;
    attempt->hasModifyingCTE = attempt->hasRecursive = false;
    attempt->withCheckOptions = ChecksOfProposedRows(query);
    FillUnassigned(attempt, relation);
    attempt->returningList = ReturnedByTry(query, relation, was_there);
    return attempt;
}

// A column of excluded: one that was proposed, or what is generated from these.
struct Excluded {
    const Query* query;
    Oid relation;
    const List* attributes;  // IntList
    const List* columns;     // IntList, parallel: of the rows that were tried
};

Node* ExcludedColumn(const Excluded& excluded, const Var* var, Index levels_up) {
    for (int i = 0; i < list_length(excluded.attributes); i++) {
        if (list_nth_int(excluded.attributes, i) != var->varattno) continue;
        auto* own = static_cast<Var*>(copyObjectImpl(var));
        own->varno = excluded.query->resultRelation;
        own->varattno = static_cast<AttrNumber>(list_nth_int(excluded.columns, i));
        own->varattnosyn = own->varattno;
        own->varlevelsup = levels_up;
        return reinterpret_cast<Node*>(own);
    }
    const Relation relation = table_open(excluded.relation, NoLock);
    Node* generation = build_column_default(relation, var->varattno);
    table_close(relation, NoLock);
    return MapLevelVars(generation, [&](const Var* base, Index) {
        return ExcludedColumn(excluded, base, levels_up);
    });
}

// The update as a MERGE; the rows to which it applies are not in it.
Query* MakeMerge(const Query* query) {
    auto* merge = static_cast<Query*>(copyObjectImpl(query));
    MergeAction* action = pg::MakeMatchedAction(CMD_UPDATE);
    action->qual = merge->onConflict->onConflictWhere;
    action->targetList = merge->onConflict->onConflictSet;
    merge->commandType = CMD_MERGE;
    merge->mergeActionList = pg::MakeList(action);
    merge->targetList = NIL;
    merge->onConflict = nullptr;
    return merge;
}

}  // namespace

bool NeedsDecision(const Query* query, const metadata::Table& table) {
    if (!query->onConflict || query->onConflict->action != ONCONFLICT_UPDATE) return false;
    return AssignsKeyOnConflict(query, table) || TriggersFor(query, CMD_UPDATE).NeedRows() ||
           TriggersFor(query, CMD_INSERT).NeedOutcome() || WhyNewRowsDoNotFit(query) ||
           !FitsNodes(query);
}

Query* RewriteDecidedConflict(Query* query, const metadata::Table& table) {
    TriedRows tried = {};
    Query* attempt = MakeTry(query, table.relation, &tried.was_there);
    Excluded excluded = {query, table.relation, NIL, NIL};
    for (auto* entry : Each<TargetEntry>(attempt->targetList))
        excluded.attributes = lappend_int(const_cast<List*>(excluded.attributes), entry->resno);
    List* columns = NIL;
    tried.rows = RewriteTriedInsert(attempt, table, &columns);
    DeepenCteReferences(tried.rows);
    excluded.columns = columns;
    const int excluded_row = query->onConflict->exclRelIndex;
    const auto replace = [&](const Var* var, Index levels_up) {
        return static_cast<int>(var->varno) == excluded_row
                   ? ExcludedColumn(excluded, var, levels_up)
                   : static_cast<Node*>(copyObjectImpl(var));
    };
    using Replace = decltype(replace);
    tried.replace = [](const Var* var, Index levels_up, void* context) {
        return (*static_cast<Replace*>(context))(var, levels_up);
    };
    tried.context = const_cast<void*>(static_cast<const void*>(&replace));
    return RewriteMerge(MakeMerge(query), table, &tried);
}

void KeepRowThatIsThere(Query* query) {
    const Oid relation_id = TargetOf(query);
    const Relation relation = table_open(relation_id, NoLock);
    const TupleDesc columns = RelationGetDescr(relation);
    // A column in no key leaves the row open to foreign keys.
    Bitmapset* keys = RelationGetIndexAttrBitmap(relation, INDEX_ATTR_BITMAP_KEY);
    AttrNumber chosen = 0;
    for (AttrNumber i = columns->natts; i > 0; i--) {
        const Form_pg_attribute column = TupleDescAttr(columns, i - 1);
        if (column->attisdropped || column->attgenerated ||
            column->attidentity == ATTRIBUTE_IDENTITY_ALWAYS)
            continue;
        const bool is_key = bms_is_member(i - FirstLowInvalidHeapAttributeNumber, keys);
        if (chosen == 0 || !is_key) chosen = i;
        if (!is_key) break;
    }
    table_close(relation, NoLock);
    if (chosen == 0)
        RefuseFeature(psprintf("this ON CONFLICT DO UPDATE of table \"%s\", of which no column "
                               "can be updated",
                               get_rel_name(relation_id)),
                      nullptr);
    Expr* same = ReturnedValue(query->resultRelation, relation_id, chosen);
    query->onConflict->onConflictSet =
        pg::MakeList(makeTargetEntry(same, chosen, get_attname(relation_id, chosen, false), false));
    query->onConflict->onConflictWhere = nullptr;
}

}  // namespace pgspan::planner
