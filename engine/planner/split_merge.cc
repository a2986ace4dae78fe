// MERGE over a tree of tables. The parts change the rows that match; the rows of the source that
// match nothing in the whole tree are inserted by a part for each INSERT action.
#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/pg/merge.h"
#include "engine/pg/relation_rights.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/member_write.h"
#include "engine/planner/split_parts.h"
#include "engine/planner/upper_level.h"

extern "C" {
#include "catalog/pg_class.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

constexpr const char* kMerge = "MERGE into";

bool IsMatched(const MergeAction* action) {
    return pg::MatchOf(action) == pg::MergeMatch::kMatched;
}

// What parts that each look at the join would do otherwise than the whole.
void CheckMerge(const Query* merge) {
    if (merge->returningList != NIL) RefuseSplit(merge, kMerge, "RETURNING");
    if (contain_volatile_functions(pg::MergeCondition(merge)) ||
        contain_volatile_functions(reinterpret_cast<Node*>(merge->jointree)))
        RefuseSplit(merge, kMerge, "Volatile functions decide what matches.");
    int inserts = 0;
    bool is_volatile = false;
    for (auto* action : Each<MergeAction>(merge->mergeActionList)) {
        if (pg::MatchOf(action) == pg::MergeMatch::kNotMatchedBySource)
            RefuseSplit(merge, kMerge, "WHEN NOT MATCHED BY SOURCE");
        if (action->commandType == CMD_INSERT) inserts++;
        if (!IsMatched(action))
            is_volatile = is_volatile || contain_volatile_functions(action->qual);
    }
    if (is_volatile && inserts > 1)
        RefuseSplit(merge, kMerge, "Volatile functions decide between several INSERT actions.");
}

bool ActionsMayMove(const Query* merge, const List* distributed) {
    for (auto* action : Each<MergeAction>(merge->mergeActionList)) {
        if (action->commandType != CMD_UPDATE) continue;
        Query update = *merge;
        update.targetList = action->targetList;
        if (MayMove(&update, distributed)) return true;
    }
    return false;
}

// The part of the MERGE that changes rows which are there; nullptr if there is none.
Query* MatchedPart(const Split* split) {
    Query* part = CopyForPart(split);
    List* actions = NIL;
    bool changes = false;
    for (auto* action : Each<MergeAction>(part->mergeActionList)) {
        if (!IsMatched(action)) continue;
        actions = lappend(actions, action);
        changes = changes || action->commandType != CMD_NOTHING;
    }
    part->mergeActionList = actions;
    pg::JoinMatchesOnly(part);
    return changes ? part : nullptr;
}

// An expression of the MERGE in a sub-query whose first entry is the target.
Node* BelowMerge(const Query* merge, Node* expression) {
    return MapLevelVars(
        static_cast<Node*>(copyObjectImpl(expression)), [&](const Var* var, Index levels_up) {
            auto* copy = static_cast<Var*>(copyObjectImpl(var));
            const bool is_target = static_cast<int>(var->varno) == merge->resultRelation;
            copy->varlevelsup = levels_up + (is_target ? 0 : 1);
            if (is_target) copy->varno = 1;
            copy->varnosyn = 0;
            return reinterpret_cast<Node*>(copy);
        });
}

// NOT EXISTS (SELECT FROM the target WHERE the condition of ON).
Node* HasNoMatch(const Query* merge) {
    auto* inner = makeNode(Query);
    inner->commandType = CMD_SELECT;
    inner->canSetTag = true;
    pg::AddRelationEntry(inner, merge, rt_fetch(merge->resultRelation, merge->rtable));
    auto* rte = linitial_node(RangeTblEntry, inner->rtable);
    rte->rellockmode = AccessShareLock;
    rte->inFromCl = true;
    pg::CheckNoRights(inner, rte);
    auto* reference = makeNode(RangeTblRef);
    reference->rtindex = 1;
    rte->securityQuals =
        reinterpret_cast<List*>(BelowMerge(merge, reinterpret_cast<Node*>(rte->securityQuals)));
    inner->hasRowSecurity = merge->hasRowSecurity;
    inner->jointree =
        makeFromExpr(pg::MakeList(reference), BelowMerge(merge, pg::MergeCondition(merge)));
    inner->hasSubLinks = checkExprHasSubLink(inner->jointree->quals) ||
                         checkExprHasSubLink(reinterpret_cast<Node*>(rte->securityQuals));
    inner->targetList = pg::MakeList(makeTargetEntry(
        reinterpret_cast<Expr*>(makeBoolConst(true, false)), 1, pstrdup("one"), false));
    DeepenCteReferences(inner);
    auto* exists = makeNode(SubLink);
    exists->subLinkType = EXISTS_SUBLINK;
    exists->subselect = reinterpret_cast<Node*>(inner);
    exists->location = -1;
    return reinterpret_cast<Node*>(make_notclause(reinterpret_cast<Expr*>(exists)));
}

Node* Test(Node* condition, BoolTestType type) {
    auto* test = makeNode(BooleanTest);
    test->arg = static_cast<Expr*>(copyObjectImpl(condition));
    test->booltesttype = type;
    test->location = -1;
    return reinterpret_cast<Node*>(test);
}

// The INSERT of the rows of the source that match nothing and are this action's.
Query* UnmatchedInsert(const Query* merge, const MergeAction* insert) {
    List* conditions = pg::MakeList(HasNoMatch(merge));
    for (auto* action : Each<MergeAction>(merge->mergeActionList)) {
        if (IsMatched(action)) continue;
        if (action->qual)
            conditions =
                lappend(conditions, Test(action->qual, action == insert ? IS_TRUE : IS_NOT_TRUE));
        if (action == insert) break;
    }
    auto* query = static_cast<Query*>(copyObjectImpl(merge));
    query->cteList = NIL;
    query->hasRecursive = query->hasModifyingCTE = false;
    pg::LeaveMerge(query, CMD_INSERT);
    query->targetList = static_cast<List*>(copyObjectImpl(insert->targetList));
    query->jointree->quals = AllOf(conditions);
    query->hasSubLinks = true;
    rt_fetch(query->resultRelation, query->rtable)->securityQuals = NIL;
    List* checks = NIL;
    for (auto* option : Each<WithCheckOption>(query->withCheckOptions))
        if (option->kind == WCO_RLS_INSERT_CHECK) checks = lappend(checks, option);
    query->withCheckOptions = checks;
    return query;
}

// INSERT of the CTE's rows into the table that the write names, and no other.
void InsertHere(Split* split, CommonTableExpr* rows) {
    const Oid target = TargetEntryOf(split->query)->relid;
    Query* local = InsertFrom(split, rows);
    PointAtLocal(split, local);
    if (metadata::FindTable(target)) {
        Query* part = InsertFrom(split, rows);
        PointAt(split, part, target);
        AddPart(split, part);
        local->jointree->quals = makeBoolConst(false, false);
    }
    AddLocalPart(split, local);
}

void InsertUnmatched(Split* split, const Query* merge, const MergeAction* action) {
    Query* insert = UnmatchedInsert(merge, action);
    EnsureColumns(insert);
    split->query = insert;
    split->command = CMD_INSERT;
    split->carried = NIL;
    Query* source = InsertedRows(insert);
    if (split->is_top) DeepenCteReferences(source);
    CommonTableExpr* rows = AddCte(split, source);
    if (TargetEntryOf(insert)->relkind == RELKIND_PARTITIONED_TABLE)
        InsertRows(split, rows);
    else
        InsertHere(split, rows);
}

}  // namespace

// Each row that is there belongs to one part; what matches nothing is found by all parts together.
void SplitMerge(Split* split) {
    ShareVolatileSources(split);
    const Query* merge = split->query;
    CheckMerge(merge);
    if (ActionsMayMove(merge, split->distributed))
        SplitMoving(split, MatchedPart);
    else
        AddMemberParts(split, MatchedPart);
    for (auto* action : Each<MergeAction>(merge->mergeActionList)) {
        if (IsMatched(action)) continue;
        if (action->commandType == CMD_INSERT) InsertUnmatched(split, merge, action);
        // What comes after it is never reached.
        if (!action->qual) break;
    }
}

}  // namespace pgspan::planner
