#include "engine/planner/paths.h"

#include "engine/pg/entry.h"
#include "engine/planner/container_paths.h"
#include "engine/planner/estimate.h"
#include "engine/planner/grouping_paths.h"
#include "engine/planner/join_paths.h"
#include "engine/planner/modify_path.h"
#include "engine/planner/remote_relation_path.h"
#include "engine/planner/split_write.h"
#include "engine/planner/table_path.h"
#include "engine/planner/unique_keys.h"

extern "C" {
#include "optimizer/paths.h"
#include "optimizer/planner.h"
#include "optimizer/plancat.h"
}

namespace pgspan::planner {

namespace {

set_rel_pathlist_hook_type previous_rel_pathlist_hook = nullptr;
create_upper_paths_hook_type previous_upper_paths_hook = nullptr;
get_relation_info_hook_type previous_relation_info_hook = nullptr;

void CheckOnlyRead(const PlannerInfo* root, Oid relation) {
    const CmdType command = root->parse->commandType;
    if (root->parse->rowMarks || (command != CMD_SELECT && command != CMD_INSERT))
        ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("pgspan does not support this use of distributed table \"%s\" yet",
                       get_rel_name(relation)),
                errdetail("The statement locks or changes rows, and cannot run on the nodes as "
                          "a whole."));
}

void AddBasePaths(PlannerInfo* root, RelOptInfo* rel, Index rti, RangeTblEntry* rte) {
    if (RemoteRelation* relation = RemoteRelationOf(rte)) {
        if (IS_DUMMY_REL(rel)) return;
        AddRemoteRelationPath(root, rel, rti, relation);
        AddBaseParts(root, rel, rte);
        return;
    }
    if (IsLocalPart(rte) && metadata::FindTable(rte->relid)) {
        // The named table itself stands for what is local below it.
        if (!rte->inh) mark_dummy_rel(rel);
        return;
    }
    const bool is_table = rte->rtekind == RTE_RELATION && !IS_DUMMY_REL(rel);
    if (is_table && rte->relkind == RELKIND_PARTITIONED_TABLE)
        MendContainer(root, rel, rte);
    else if (is_table && metadata::FindTable(rte->relid))
        UseUniqueKeys(root, rel);
    if (IsEstimating()) return;
    if (plan::ModifyPlan* modify = ModifyPlanOf(rte)) {
        // Without rows there is nothing to write, but triggers of the statement fire.
        if (!IS_DUMMY_REL(rel) || modify->triggers.commands != 0) AddModifyPath(rel, rte, modify);
        return;
    }
    AddBaseParts(root, rel, rte);
    if (rte->rtekind != RTE_RELATION || IS_DUMMY_REL(rel)) return;
    const metadata::Table* table = metadata::FindTable(rte->relid);
    if (!table || !table->IsHash()) return;
    CheckOnlyRead(root, rte->relid);
    AddTablePath(root, rel, rti, rte);
}

void RelPathlistHook(PlannerInfo* root, RelOptInfo* rel, Index rti, RangeTblEntry* rte) {
    if (previous_rel_pathlist_hook) previous_rel_pathlist_hook(root, rel, rti, rte);
    pg::Entry([&] { AddBasePaths(root, rel, rti, rte); });
}

// A shell holds no rows; its size is that of the distributed table.
void RelationInfoHook(PlannerInfo* root, Oid relation, bool inhparent, RelOptInfo* rel) {
    if (previous_relation_info_hook) previous_relation_info_hook(root, relation, inhparent, rel);
    pg::Entry([&] {
        const metadata::Table* table = metadata::FindTable(relation);
        if (table && table->IsHash()) SetShellSize(*table, rel);
    });
}

void UpperPathsHook(PlannerInfo* root, UpperRelationKind stage, RelOptInfo* input,
                    RelOptInfo* output, void* extra) {
    if (previous_upper_paths_hook) previous_upper_paths_hook(root, stage, input, output, extra);
    pg::Entry([&] {
        if (root->parse->commandType != CMD_SELECT && root->parse->commandType != CMD_INSERT)
            return;
        if (stage == UPPERREL_GROUP_AGG)
            AddGroupingPaths(root, input, output, static_cast<GroupPathExtraData*>(extra));
        else if (stage == UPPERREL_ORDERED)
            AddOrderedPath(root, input, output);
    });
}

}  // namespace

void InstallPathHooks() {
    previous_rel_pathlist_hook = set_rel_pathlist_hook;
    set_rel_pathlist_hook = RelPathlistHook;
    previous_upper_paths_hook = create_upper_paths_hook;
    create_upper_paths_hook = UpperPathsHook;
    previous_relation_info_hook = get_relation_info_hook;
    get_relation_info_hook = RelationInfoHook;
    InstallEstimateHooks();
    InstallJoinHook();
}

}  // namespace pgspan::planner
