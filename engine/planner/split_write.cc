#include "engine/planner/split_write.h"

#include "engine/metadata/heirs.h"
#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/pg/merge.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/walk.h"
#include "engine/planner/member_write.h"
#include "engine/planner/planner.h"
#include "engine/planner/shape.h"
#include "engine/planner/union_all.h"
#include "engine/planner/upper_level.h"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "optimizer/optimizer.h"
#include "parser/parse_cte.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
#include "storage/lmgr.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

constexpr const char* kPartName = "part of a split write ";

// A write that is being split, and the CTEs that it becomes.
struct Split {
    const Query* query;
    bool is_top;  // else the query of a CTE, beside which the parts stand
    bool counts;
    int* names;       // how many names were given in the statement
    List* ctes;       // of CommonTableExpr, in the order in which they read each other
    List* returning;  // of CommonTableExpr: those of them that return the write's rows
};

const RangeTblEntry* TargetOf(const Query* query) {
    return rt_fetch(query->resultRelation, query->rtable);
}

// ---- CTEs

CommonTableExpr* AddCte(Split* split, Query* query) {
    auto* cte = makeNode(CommonTableExpr);
    cte->ctename = psprintf("%s%d", kPartName, ++*split->names);
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

RangeTblEntry* ReadCte(CommonTableExpr* cte, Index levels_up) {
    cte->cterefcount++;
    auto* rte = makeNode(RangeTblEntry);
    rte->rtekind = RTE_CTE;
    rte->ctename = pstrdup(cte->ctename);
    rte->ctelevelsup = levels_up;
    rte->coltypes = list_copy(cte->ctecoltypes);
    rte->coltypmods = list_copy(cte->ctecoltypmods);
    rte->colcollations = list_copy(cte->ctecolcollations);
    rte->alias = makeAlias(cte->ctename, NIL);
    rte->eref = makeAlias(cte->ctename, static_cast<List*>(copyObjectImpl(cte->ctecolnames)));
    rte->inFromCl = true;
    return rte;
}

List* ColumnsOf(const CommonTableExpr* cte) {
    List* columns = NIL;
    for (int i = 0; i < list_length(cte->ctecoltypes); i++) {
        Var* var =
            makeVar(1, static_cast<AttrNumber>(i + 1), list_nth_oid(cte->ctecoltypes, i),
                    list_nth_int(cte->ctecoltypmods, i), list_nth_oid(cte->ctecolcollations, i), 0);
        columns = lappend(
            columns, makeTargetEntry(reinterpret_cast<Expr*>(var), static_cast<AttrNumber>(i + 1),
                                     strVal(list_nth(cte->ctecolnames, i)), false));
    }
    return columns;
}

Query* MakeSelect(RangeTblEntry* from, List* columns) {
    auto* select = makeNode(Query);
    select->commandType = CMD_SELECT;
    select->canSetTag = true;
    select->rtable = pg::MakeList(from);
    auto* reference = makeNode(RangeTblRef);
    reference->rtindex = 1;
    select->jointree = makeFromExpr(pg::MakeList(reference), nullptr);
    select->targetList = columns;
    return select;
}

// The rows of the CTEs, one after another. levels_up: to the query that has them.
Query* UnionOf(const List* ctes, Index levels_up) {
    auto* first = static_cast<CommonTableExpr*>(linitial(ctes));
    if (list_length(ctes) == 1) return MakeSelect(ReadCte(first, levels_up), ColumnsOf(first));
    List* arms = NIL;
    for (auto* cte : Each<CommonTableExpr>(ctes))
        arms = lappend(arms, MakeSelect(ReadCte(cte, levels_up + 1), ColumnsOf(cte)));
    return UnionAll(arms);
}

// ---- Parts

void AddPart(Split* split, Query* part) {
    part->canSetTag = split->counts;
    split->returning = lappend(split->returning, AddCte(split, part));
}

// A copy of the write, to stand in a CTE.
Query* CopyForPart(const Split* split) {
    auto* part = static_cast<Query*>(copyObjectImpl(split->query));
    part->cteList = NIL;
    part->hasRecursive = part->hasModifyingCTE = false;
    // A CTE's own query is where its parts will be.
    if (split->is_top) DeepenCteReferences(part);
    return part;
}

[[noreturn]] void RefuseSplit(const Query* query, const char* what, const char* detail) {
    RefuseFeature(psprintf("%s table \"%s\", of whose tree distributed tables are a part,", what,
                           get_rel_name(TargetOf(query)->relid)),
                  detail);
}

bool HasCurrentOf(Node* quals) {
    return pg::WalkNode(quals, [](Node* node, auto&& descend) {
        return IsA(node, CurrentOfExpr) || descend(node);
    });
}

// What holds for every kind of command.
void CheckSplit(const Query* query, const List* members) {
    const RangeTblEntry* target = TargetOf(query);
    if (query->commandType == CMD_MERGE && (target->securityQuals || query->withCheckOptions))
        RefuseSplit(query, "row-level security and WITH CHECK OPTION in MERGE into", nullptr);
    if (query->jointree && HasCurrentOf(query->jointree->quals))
        RefuseSplit(query, "WHERE CURRENT OF on", nullptr);
    CheckSplitTriggers(query, members);
}

// ---- INSERT

// The INSERT with the rows of the CTE, as far as they belong to it, in place of its own source.
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
        rte->rtekind = RTE_RESULT;
        rte->relid = InvalidOid;
        rte->subquery = nullptr;
        rte->values_lists = NIL;
        rte->functions = NIL;
        rte->joinaliasvars = NIL;
    }
    // RETURNING and ON CONFLICT may have sub-queries over CTEs.
    if (split->is_top) DeepenCteReferences(part);
    part->rtable = lappend(part->rtable, ReadCte(rows, 1));
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
    return part;
}

// The INSERTs of the rows, each into the distributed table to which they belong, the others here.
void InsertRows(Split* split, CommonTableExpr* rows, const List* distributed) {
    const Oid root = TargetOf(split->query)->relid;
    List* elsewhere = NIL;
    for (const Oid member : pg::EachOid(distributed)) {
        Query* part = InsertFrom(split, rows);
        Node* belongs = BelongsTo(member, root, part->targetList);
        elsewhere = lappend(elsewhere, copyObjectImpl(belongs));
        part->jointree->quals = belongs;
        Retarget(part, member);
        FillColumns(part);
        AddPart(split, part);
    }
    Query* local = InsertFrom(split, rows);
    local->jointree->quals = reinterpret_cast<Node*>(make_notclause(AnyOf(elsewhere)));
    MarkLocalPart(rt_fetch(local->resultRelation, local->rtable));
    AddPart(split, local);
}

void SplitInsert(Split* split) {
    List* distributed = metadata::DistributedHeirs(TargetOf(split->query)->relid);
    CheckSplit(split->query, distributed);
    auto* bare = static_cast<Query*>(copyObjectImpl(split->query));
    bare->cteList = NIL;
    bare->hasRecursive = bare->hasModifyingCTE = false;
    EnsureColumns(bare);
    split->query = bare;
    Query* source = InsertedRows(bare);
    if (split->is_top) DeepenCteReferences(source);
    InsertRows(split, AddCte(split, source), distributed);
}

// ---- UPDATE that moves rows

void AddFilter(Query* part, Expr* condition) {
    part->jointree->quals =
        make_and_qual(part->jointree->quals, reinterpret_cast<Node*>(condition));
}

// A part of the UPDATE, over the rows that fulfil the condition as well. With `gone` these leave
// their table: it deletes them and returns what they were to become.
Query* PartWhere(const Split* split, Expr* condition, const List* gone) {
    Query* part = CopyForPart(split);
    AddFilter(part, static_cast<Expr*>(copyObjectImpl(condition)));
    if (gone == NIL) return part;
    part->commandType = CMD_DELETE;
    part->targetList = NIL;
    part->returningList = static_cast<List*>(copyObjectImpl(gone));
    AttrNumber number = 0;
    for (auto* entry : Each<TargetEntry>(part->returningList)) entry->resno = ++number;
    return part;
}

void CheckMoving(const Query* update) {
    const char* const what = "UPDATE of what decides the partition of rows of";
    if (TargetOf(update)->securityQuals || update->withCheckOptions)
        RefuseSplit(update, what, "Row-level security or WITH CHECK OPTION applies to it.");
    for (auto* entry : Each<TargetEntry>(update->targetList))
        if (entry->resjunk) RefuseSplit(update, what, "SET (…) = (SELECT …) cannot move rows.");
    if (list_length(update->jointree->fromlist) != 1)
        RefuseSplit(update, what, "UPDATE … FROM cannot move rows.");
    if (contain_volatile_functions(reinterpret_cast<Node*>(update->targetList)) ||
        contain_volatile_functions(update->jointree->quals))
        RefuseSplit(update, what, "Volatile functions decide where the rows go.");
    CheckMovingTriggers(update);
}

// The INSERT of the rows that have left their tables: only its target and RETURNING.
Query* ArrivalOf(const Query* update, const List* new_row) {
    auto* insert = static_cast<Query*>(copyObjectImpl(update));
    insert->commandType = CMD_INSERT;
    insert->cteList = NIL;
    insert->hasRecursive = insert->hasModifyingCTE = false;
    insert->targetList = static_cast<List*>(copyObjectImpl(new_row));
    rt_fetch(insert->resultRelation, insert->rtable)->inh = false;
    return insert;
}

// A row stays, or leaves: those that leave are deleted, and inserted where they belong. They are
// the same rows for every part, since nothing volatile decides.
void SplitMovingUpdate(Split* split, const List* distributed) {
    const Query* update = split->query;
    const Oid root = TargetOf(update)->relid;
    CheckMoving(update);
    const List* new_row = NewRow(update);
    List* gone = NIL;  // CTEs
    List* elsewhere = NIL;
    for (const Oid member : pg::EachOid(distributed)) {
        auto* stays = reinterpret_cast<Expr*>(BelongsTo(member, root, new_row));
        elsewhere = lappend(elsewhere, stays);
        Query* part = PartWhere(split, stays, NIL);
        Retarget(part, member);
        AddPart(split, part);
        Query* leaving = PartWhere(split, make_notclause(stays), new_row);
        Retarget(leaving, member);
        leaving->canSetTag = split->counts;
        gone = lappend(gone, AddCte(split, leaving));
    }
    Expr* leaves = AnyOf(elsewhere);
    Query* local = PartWhere(split, make_notclause(leaves), NIL);
    MarkLocalPart(rt_fetch(local->resultRelation, local->rtable));
    AddPart(split, local);
    Query* leaving = PartWhere(split, leaves, new_row);
    MarkLocalPart(rt_fetch(leaving->resultRelation, leaving->rtable));
    leaving->canSetTag = split->counts;
    gone = lappend(gone, AddCte(split, leaving));
    CommonTableExpr* rows = AddCte(split, UnionOf(gone, 1));
    split->query = ArrivalOf(update, new_row);
    split->counts = false;  // they were counted when they left
    InsertRows(split, rows, distributed);
}

// ---- UPDATE and DELETE

// The same part of the write for each table of the tree; what is local of a local tree together.
// make: the part, with the write's own target; nullptr for none.
void AddMemberParts(Split* split, List* distributed, Query* (*make)(const Split*)) {
    const Oid root = TargetOf(split->query)->relid;
    const bool is_local = !metadata::FindTable(root);
    List* members = list_copy(distributed);
    if (!is_local)
        for (const Oid member : pg::EachOid(find_all_inheritors(root, RowExclusiveLock, nullptr)))
            if (member == root || !metadata::FindTable(member))
                members = lappend_oid(members, member);
    for (const Oid member : pg::EachOid(members)) {
        Query* part = make(split);
        if (!part) return;
        Retarget(part, member);
        AddPart(split, part);
    }
    if (!is_local) return;
    Query* local = make(split);
    if (!local) return;
    MarkLocalPart(rt_fetch(local->resultRelation, local->rtable));
    AddPart(split, local);
}

void SplitUpdateOrDelete(Split* split) {
    const Query* query = split->query;
    const Oid root = TargetOf(query)->relid;
    List* distributed = metadata::DistributedHeirs(root);
    CheckSplit(query, distributed);
    if (query->commandType == CMD_UPDATE && MayMoveRows(query, distributed)) {
        SplitMovingUpdate(split, distributed);
        return;
    }
    AddMemberParts(split, distributed, CopyForPart);
}

// ---- MERGE

bool IsMatched(const MergeAction* action) {
    return pg::MatchOf(action) == pg::MergeMatch::kMatched;
}

// What parts that each read the source would do otherwise than the whole.
void CheckMerge(const Query* merge, const List* distributed) {
    const char* const what = "MERGE into";
    if (merge->returningList != NIL) RefuseSplit(merge, what, "RETURNING");
    auto* condition = pg::MergeCondition(merge);
    if (checkExprHasSubLink(condition)) RefuseSplit(merge, what, "ON has a sub-query.");
    bool is_volatile = contain_volatile_functions(condition) ||
                       contain_volatile_functions(reinterpret_cast<Node*>(merge->jointree));
    for (auto* rte : Each<RangeTblEntry>(merge->rtable))
        is_volatile = is_volatile ||
                      contain_volatile_functions(reinterpret_cast<Node*>(rte->subquery)) ||
                      contain_volatile_functions(reinterpret_cast<Node*>(rte->functions)) ||
                      contain_volatile_functions(reinterpret_cast<Node*>(rte->values_lists));
    int inserts = 0;
    for (auto* action : Each<MergeAction>(merge->mergeActionList)) {
        is_volatile = is_volatile || contain_volatile_functions(action->qual);
        if (pg::MatchOf(action) == pg::MergeMatch::kNotMatchedBySource)
            RefuseSplit(merge, what, "WHEN NOT MATCHED BY SOURCE");
        if (action->commandType == CMD_INSERT) inserts++;
        if (action->commandType != CMD_UPDATE) continue;
        Query update = *merge;
        update.targetList = action->targetList;
        if (MayMoveRows(&update, distributed))
            RefuseSplit(merge, what, "It may move rows to other partitions.");
    }
    if (is_volatile) RefuseSplit(merge, what, "Volatile functions decide what it does.");
    if (inserts > 1) RefuseSplit(merge, what, "It has several INSERT actions.");
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

// NOT EXISTS (SELECT FROM the target WHERE the condition of ON).
Node* HasNoMatch(const Query* merge) {
    const int target = merge->resultRelation;
    auto* inner = makeNode(Query);
    inner->commandType = CMD_SELECT;
    inner->canSetTag = true;
    pg::AddRelationEntry(inner, merge, target);
    auto* rte = linitial_node(RangeTblEntry, inner->rtable);
    rte->rellockmode = AccessShareLock;
    rte->inFromCl = true;
    pg::CheckNoRights(inner, rte);
    auto* reference = makeNode(RangeTblRef);
    reference->rtindex = 1;
    inner->jointree =
        makeFromExpr(pg::MakeList(reference),
                     MapLevelVars(pg::MergeCondition(merge), [&](const Var* var, Index levels_up) {
                         auto* copy = static_cast<Var*>(copyObjectImpl(var));
                         const bool is_target = static_cast<int>(var->varno) == target;
                         copy->varlevelsup = levels_up + (is_target ? 0 : 1);
                         if (is_target) copy->varno = 1;
                         copy->varnosyn = 0;
                         return reinterpret_cast<Node*>(copy);
                     }));
    inner->targetList = pg::MakeList(makeTargetEntry(
        reinterpret_cast<Expr*>(makeBoolConst(true, false)), 1, pstrdup("one"), false));
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

// The INSERT of the rows of the source that match nothing; nullptr if there is none.
Query* UnmatchedInsert(const Query* merge) {
    List* conditions = pg::MakeList(HasNoMatch(merge));
    const MergeAction* insert = nullptr;
    for (auto* action : Each<MergeAction>(merge->mergeActionList)) {
        if (IsMatched(action)) continue;
        const bool is_insert = action->commandType == CMD_INSERT;
        if (action->qual)
            conditions = lappend(conditions, Test(action->qual, is_insert ? IS_TRUE : IS_NOT_TRUE));
        if (is_insert) insert = action;
        // What comes after it is never reached, or does nothing.
        if (is_insert || !action->qual) break;
    }
    if (!insert) return nullptr;
    auto* query = static_cast<Query*>(copyObjectImpl(merge));
    query->cteList = NIL;
    query->hasRecursive = query->hasModifyingCTE = false;
    pg::LeaveMerge(query, CMD_INSERT);
    query->targetList = static_cast<List*>(copyObjectImpl(insert->targetList));
    query->jointree->quals = reinterpret_cast<Node*>(make_ands_explicit(conditions));
    query->hasSubLinks = true;
    return query;
}

// INSERT of the CTE's rows into the table that the write names, and no other.
void InsertHere(Split* split, CommonTableExpr* rows) {
    Query* part = InsertFrom(split, rows);
    RangeTblEntry* target = rt_fetch(part->resultRelation, part->rtable);
    if (metadata::FindTable(target->relid))
        Retarget(part, target->relid);
    else
        MarkLocalPart(target);
    AddPart(split, part);
}

void SplitUnmatched(Split* split, const List* distributed) {
    Query* insert = UnmatchedInsert(split->query);
    if (!insert) return;
    EnsureColumns(insert);
    const bool is_partitioned = TargetOf(insert)->relkind == RELKIND_PARTITIONED_TABLE;
    split->query = insert;
    Query* source = InsertedRows(insert);
    if (split->is_top) DeepenCteReferences(source);
    CommonTableExpr* rows = AddCte(split, source);
    if (is_partitioned)
        InsertRows(split, rows, distributed);
    else
        InsertHere(split, rows);
}

// Each row that is there belongs to one part; what matches nothing is found by all parts together.
void SplitMerge(Split* split) {
    const Oid root = TargetOf(split->query)->relid;
    List* distributed = metadata::DistributedHeirs(root);
    CheckSplit(split->query, distributed);
    CheckMerge(split->query, distributed);
    AddMemberParts(split, distributed, MatchedPart);
    SplitUnmatched(split, distributed);
}

// ---- Statements

void SplitInto(Split* split) {
    if (split->query->commandType == CMD_INSERT)
        SplitInsert(split);
    else if (split->query->commandType == CMD_MERGE)
        SplitMerge(split);
    else
        SplitUpdateOrDelete(split);
}

// Several parts may read a CTE that the statement reads once.
void CountReaders(const List* ctes, int parts) {
    for (auto* cte : Each<CommonTableExpr>(ctes))
        if (cte->cterefcount > 0) cte->cterefcount += parts;
}

Query* SplitTop(const Query* query, List* ctes, int* names) {
    Split split = {query, true, query->canSetTag, names, NIL, NIL};
    SplitInto(&split);
    CountReaders(ctes, list_length(split.ctes));
    Query* top = UnionOf(split.returning, 0);
    top->cteList = list_concat(ctes, split.ctes);
    top->hasRecursive = query->hasRecursive;
    top->hasModifyingCTE = true;
    top->canSetTag = query->canSetTag;
    top->queryId = query->queryId;
    top->stmt_location = query->stmt_location;
    top->stmt_len = query->stmt_len;
    return top;
}

}  // namespace

bool IsLocalPart(const RangeTblEntry* rte) {
    // Of a relation's entry PostgreSQL makes no use of this field, which is for CTEs.
    return rte->rtekind == RTE_RELATION && rte->self_reference;
}

void MarkLocalPart(RangeTblEntry* rte) {
    rte->self_reference = true;
}

bool ReadsDistributedHeirs(const RangeTblEntry* rte) {
    return rte->rtekind == RTE_RELATION && rte->inh && !IsLocalPart(rte) &&
           !metadata::FindTable(rte->relid) && metadata::DistributedHeirs(rte->relid) != NIL;
}

bool IsPart(const CommonTableExpr* cte) {
    return strncmp(cte->ctename, kPartName, strlen(kPartName)) == 0;
}

bool ReachesOthers(const Query* query) {
    if (query->resultRelation == 0) return false;
    const RangeTblEntry* target = TargetOf(query);
    if (IsLocalPart(target)) return false;
    const metadata::Table* table = metadata::FindTable(target->relid);
    if (table)
        return table->IsHash() && target->inh && has_subclass(target->relid) &&
               query->commandType != CMD_INSERT;
    // Into the table from which others only inherit, nothing goes their way.
    if (query->commandType == CMD_INSERT ? target->relkind != RELKIND_PARTITIONED_TABLE
                                         : !target->inh)
        return false;
    return metadata::DistributedHeirs(target->relid) != NIL;
}

Query* SplitWrites(const Query* original) {
    auto* query = static_cast<Query*>(copyObjectImpl(original));
    FlattenJoinAliases(query);
    int names = 0;
    List* ctes = NIL;
    for (auto* cte : Each<CommonTableExpr>(query->cteList)) {
        auto* inner = castNode(Query, cte->ctequery);
        if (ReachesOthers(inner)) {
            Split split = {inner, false, false, &names, NIL, NIL};
            SplitInto(&split);
            CountReaders(ctes, list_length(split.ctes));
            ctes = list_concat(ctes, split.ctes);
            cte->ctequery = reinterpret_cast<Node*>(UnionOf(split.returning, 1));
        }
        ctes = lappend(ctes, cte);
    }
    query->cteList = ctes;
    return ReachesOthers(query) ? SplitTop(query, ctes, &names) : query;
}

}  // namespace pgspan::planner
