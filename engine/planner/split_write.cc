#include "engine/planner/split_write.h"

#include "engine/metadata/heirs.h"
#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/planner/flatten.h"
#include "engine/planner/member_write.h"
#include "engine/planner/split_parts.h"
#include "engine/planner/upper_level.h"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

constexpr const char* kPartName = "part of a split write ";

bool HasCurrentOf(Node* quals) {
    return pg::WalkNode(quals, [](Node* node, auto&& descend) {
        return IsA(node, CurrentOfExpr) || descend(node);
    });
}

void SplitInsert(Split* split) {
    auto* bare = static_cast<Query*>(copyObjectImpl(split->query));
    bare->cteList = NIL;
    bare->hasRecursive = bare->hasModifyingCTE = false;
    EnsureColumns(bare);
    split->query = bare;
    Query* source = InsertedRows(bare);
    if (split->is_top) DeepenCteReferences(source);
    InsertRows(split, AddCte(split, source));
}

void SplitUpdateOrDelete(Split* split) {
    ShareVolatileSources(split);
    if (split->query->commandType == CMD_UPDATE && MayMove(split->query, split->distributed))
        SplitMoving(split, CopyForPart);
    else
        AddMemberParts(split, CopyForPart);
}

void SplitInto(Split* split) {
    if (split->query->jointree && HasCurrentOf(split->query->jointree->quals))
        RefuseSplit(split->query, "WHERE CURRENT OF on", nullptr);
    split->distributed = metadata::DistributedHeirs(TargetEntryOf(split->query)->relid);
    split->command = split->query->commandType;
    if (split->command == CMD_INSERT)
        SplitInsert(split);
    else if (split->command == CMD_MERGE)
        SplitMerge(split);
    else
        SplitUpdateOrDelete(split);
}

// ---- CTEs of a write that is one itself

struct Renaming {
    Index depth;
    const char* from;
    const char* to;
};

// What reads the CTE of the level at depth 0 reads one of the level above.
bool RenameStep(Node* node, void* state) {
    if (!node) return false;
    auto* renaming = static_cast<Renaming*>(state);
    const auto step = reinterpret_cast<bool (*)()>(&RenameStep);
    if (IsA(node, RangeTblEntry)) {
        auto* rte = reinterpret_cast<RangeTblEntry*>(node);
        if (rte->rtekind == RTE_CTE && rte->ctelevelsup == renaming->depth &&
            strcmp(rte->ctename, renaming->from) == 0) {
            rte->ctename = pstrdup(renaming->to);
            rte->ctelevelsup++;
        }
        return false;
    }
    if (IsA(node, Query)) {
        renaming->depth++;
        query_tree_walker(reinterpret_cast<Query*>(node), step, renaming, QTW_EXAMINE_RTES_BEFORE);
        renaming->depth--;
        return false;
    }
    return expression_tree_walker(node, step, renaming);
}

// The CTEs stand in the statement, beside the parts that read them; under names of their own.
List* LiftCtes(Query* write, Query* statement, int* names) {
    for (auto* cte : Each<CommonTableExpr>(write->cteList)) {
        char* name = NameOfPart(++*names);
        Renaming renaming = {0, cte->ctename, name};
        query_tree_walker(write, reinterpret_cast<bool (*)()>(&RenameStep), &renaming,
                          QTW_EXAMINE_RTES_BEFORE);
        cte->ctename = name;
    }
    List* lifted = write->cteList;
    for (auto* cte : Each<CommonTableExpr>(lifted)) IncrementVarSublevelsUp(cte->ctequery, -1, 1);
    statement->hasRecursive = statement->hasRecursive || write->hasRecursive;
    write->cteList = NIL;
    write->hasRecursive = false;
    return lifted;
}

// Several parts may read a CTE that the statement reads once.
void CountReaders(const List* ctes, int parts) {
    for (auto* cte : Each<CommonTableExpr>(ctes))
        if (cte->cterefcount > 0) cte->cterefcount += parts;
}

Query* SplitTop(const Query* query, List* ctes, int* names) {
    Split split = {};
    split.query = query;
    split.is_top = true;
    split.counts = query->canSetTag;
    split.names = names;
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

char* NameOfPart(int number) {
    return psprintf("%s%d", kPartName, number);
}

bool IsPart(const CommonTableExpr* cte) {
    return strncmp(cte->ctename, kPartName, strlen(kPartName)) == 0;
}

bool ReachesOthers(const Query* query) {
    if (query->resultRelation == 0) return false;
    const RangeTblEntry* target = TargetEntryOf(query);
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
            ctes = list_concat(ctes, LiftCtes(inner, query, &names));
            Split split = {};
            split.query = inner;
            split.names = &names;
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
