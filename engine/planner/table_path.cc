#include "engine/planner/table_path.h"

#include "engine/pg/list.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/walk.h"
#include "engine/planner/attribute_var.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/planner.h"
#include "engine/planner/remote_path.h"
#include "engine/planner/safety.h"
#include "engine/planner/subquery.h"

extern "C" {
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/heap.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// PostgreSQL has made paths over the shell as over a plain table: the nodes will do no worse.
NodeWork CheapestLocalWork(const RelOptInfo* rel) {
    const Path* cheapest = nullptr;
    for (auto* path : Each<Path>(rel->pathlist))
        if (!path->param_info && (!cheapest || path->total_cost < cheapest->total_cost))
            cheapest = path;
    return cheapest ? NodeWork{cheapest->startup_cost, cheapest->total_cost, rel->rows}
                    : NodeWork{0, 0, rel->rows};
}

bool CanBeSent(const RestrictInfo* restriction, Node* clause, const Query* remote) {
    const bool sublink = pg::WalkNode(clause, [](Node* n, auto&& descend) {
        return IsA(n, SubPlan) || IsA(n, AlternativeSubPlan) || IsA(n, PlaceHolderVar) ||
               descend(n);
    });
    return !restriction->pseudoconstant && !sublink && IsRemotable(clause, remote, nullptr);
}

// The filters of the relation that the nodes apply, over the only entry of remote. Those of
// policies become conditions of that entry. What comes after a policy that stays here must not be
// asked of rows that it would hide, unless it tells nobody.
List* SendFilters(PlannerInfo* root, const RelOptInfo* rel, Index rti, Query* remote, List** sent) {
    auto* entry = linitial_node(RangeTblEntry, remote->rtable);
    entry->securityQuals = NIL;
    List* quals = NIL;
    Index stays = root->qual_security_level;  // that is the level of the user's own filters
    for (Index level = 0; level <= root->qual_security_level; level++)
        for (auto* restriction : Each<RestrictInfo>(rel->baserestrictinfo)) {
            if (restriction->security_level != level) continue;
            auto* clause = static_cast<Node*>(copyObjectImpl(restriction->clause));
            ChangeVarNodes(clause, static_cast<int>(rti), 1, 0);
            if (!CanBeSent(restriction, clause, remote)) {
                stays = std::min(stays, level);
                continue;
            }
            if (level > stays && !restriction->leakproof) continue;
            *sent = lappend(*sent, restriction);
            if (level == root->qual_security_level)
                quals = lappend(quals, clause);
            else
                entry->securityQuals = lappend(entry->securityQuals, clause);
        }
    return quals;
}

void RefuseSystemColumns(const Bitmapset* needed, Oid relation) {
    for (int system = FirstLowInvalidHeapAttributeNumber + 1; system < 0; system++)
        if (system != TableOidAttributeNumber &&
            bms_is_member(system - FirstLowInvalidHeapAttributeNumber, needed))
            ereport(
                ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("pgspan does not support system column \"%s\" of distributed table \"%s\"",
                       NameStr(SystemAttributeDefinition(static_cast<AttrNumber>(system))->attname),
                       get_rel_name(relation)),
                errhint("Identify rows by the primary key; only tableoid is supported."));
}

// The attributes of `needed` (offset by FirstLowInvalidHeapAttributeNumber) as an IntList.
List* NeededAttributes(const Bitmapset* needed, const metadata::Table& table) {
    const Relation shell = table_open(table.relation, NoLock);
    const TupleDesc descriptor = RelationGetDescr(shell);
    const bool whole_row = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, needed);
    List* attributes = NIL;
    for (AttrNumber attribute = 1; attribute <= descriptor->natts; attribute++)
        if (!TupleDescAttr(descriptor, attribute - 1)->attisdropped &&
            (whole_row || bms_is_member(attribute - FirstLowInvalidHeapAttributeNumber, needed)))
            attributes = lappend_int(attributes, attribute);
    table_close(shell, NoLock);
    // Only the number of rows matters: the distribution column stands for them.
    return attributes != NIL ? attributes : list_make1_int(table.distribution_column);
}

List* SelectAttributes(const List* attributes, Oid relation) {
    List* target_list = NIL;
    AttrNumber number = 0;
    for (const int each : pg::EachInt(attributes)) {
        const auto attribute = static_cast<AttrNumber>(each);
        target_list =
            lappend(target_list,
                    makeTargetEntry(reinterpret_cast<Expr*>(AttributeVar(relation, 1, attribute)),
                                    ++number, get_attname(relation, attribute, false), false));
    }
    return target_list;
}

}  // namespace

void AddTablePath(PlannerInfo* root, RelOptInfo* rel, Index rti, const RangeTblEntry* rte) {
    if (pull_varnos(root, reinterpret_cast<Node*>(rte->tablesample)) != nullptr)
        RefuseFeature(psprintf("TABLESAMPLE of distributed table \"%s\" by values of other tables",
                               get_rel_name(rte->relid)),
                      "They can be given by a sub-query: LATERAL (SELECT … TABLESAMPLE …).");
    auto* entry = static_cast<RangeTblEntry*>(copyObjectImpl(rte));
    Query* remote = SelectOver(entry, NIL, nullptr);
    pg::CheckNothing(remote, entry);  // the statement's own entry is checked
    List* sent = NIL;
    remote->jointree->quals = AllOf(SendFilters(root, rel, rti, remote, &sent));

    Bitmapset* needed = nullptr;
    pull_varattnos(reinterpret_cast<Node*>(rel->reltarget->exprs), rti, &needed);
    for (auto* restriction : Each<RestrictInfo>(rel->baserestrictinfo))
        if (!list_member_ptr(sent, restriction))
            pull_varattnos(reinterpret_cast<Node*>(restriction->clause), rti, &needed);
    RefuseSystemColumns(needed, rte->relid);
    RemotePath info = {};
    info.attributes = NeededAttributes(needed, *metadata::FindTable(rte->relid));
    remote->targetList = SelectAttributes(info.attributes, rte->relid);
    info.query = remote;
    const Level level = {remote, nullptr};
    info.shape = AnalyzeQuery(level).from;
    if (!info.shape.IsDistributed())
        elog(ERROR, "unexpected shape of a scan of relation %u", rte->relid);
    info.pushed = sent;
    CustomPath* path = MakeRemotePath(rel, rel->reltarget, info, rel->rows, CheapestLocalWork(rel));
    path->path.param_info = get_baserel_parampathinfo(root, rel, rel->lateral_relids);
    OnlyPath(rel, &path->path);
}

}  // namespace pgspan::planner
