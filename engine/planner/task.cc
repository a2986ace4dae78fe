// Node-wide tasks as they arrive on the node that runs them.
#include "engine/metadata/nodes.h"
#include "engine/metadata/tables.h"
#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/placement/shard_set.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/planner.h"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/partition.h"
#include "nodes/makefuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/planner.h"
#include "optimizer/tlist.h"
#include "partitioning/partdesc.h"
#include "utils/lsyscache.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

bool IsMarker(const Node* node) {
    if (!IsA(node, FuncExpr)) return false;
    const auto* call = reinterpret_cast<const FuncExpr*>(node);
    if (call->funcid < FirstNormalObjectId || list_length(call->args) != 3) return false;
    char* name = get_func_name(call->funcid);
    const bool is_marker = name && strcmp(name, "task_shards") == 0 &&
                           get_func_namespace(call->funcid) == get_namespace_oid("pgspan", true);
    return is_marker;
}

// Compares, without PostgreSQL on the stack, a shard set's text with what this node holds. Indexes
// of `held` are sorted.
enum class Comparison { kEqual, kMissing, kSurplus, kMalformed };

__attribute__((noinline)) Comparison CompareSets(const char* text, std::span<const int> held,
                                                 int* culprit) {
    const auto wanted = placement::ParseShardSet(text);
    if (!wanted.ok()) return Comparison::kMalformed;
    for (const int index : *wanted)
        if (!std::binary_search(held.begin(), held.end(), index)) {
            *culprit = index;
            return Comparison::kMissing;
        }
    for (const int index : held)
        if (!std::binary_search(wanted->begin(), wanted->end(), index)) {
            *culprit = index;
            return Comparison::kSurplus;
        }
    return Comparison::kEqual;
}

// The shards attached to a container on this node, by the remainders of their bounds.
std::span<const int> HeldShards(const metadata::Table& table) {
    const Relation container = table_open(table.container, AccessShareLock);
    const PartitionDesc partitions = RelationGetPartitionDesc(container, true);
    auto* held = static_cast<int*>(palloc(sizeof(int) * (partitions->nparts + 1)));
    int count = 0;
    for (int i = 0; i < partitions->nparts; i++) {
        const HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(partitions->oids[i]));
        if (!HeapTupleIsValid(tuple)) continue;
        bool is_null = false;
        const Datum bound = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relpartbound, &is_null);
        if (!is_null) {
            const auto* spec =
                castNode(PartitionBoundSpec, stringToNode(TextDatumGetCString(bound)));
            held[count++] = spec->remainder;
        }
        ReleaseSysCache(tuple);
    }
    table_close(container, AccessShareLock);
    std::sort(held, held + count);
    return {held, static_cast<size_t>(count)};
}

void CheckShardSet(const metadata::Table& table, const char* text) {
    int culprit = -1;
    switch (CompareSets(text, HeldShards(table), &culprit)) {
    case Comparison::kEqual:
        return;
    case Comparison::kMalformed:
        ereport(ERROR, errcode(ERRCODE_PROTOCOL_VIOLATION),
                errmsg("malformed shard set \"%s\"", text));
    case Comparison::kMissing:
    case Comparison::kSurplus:
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("this node does not hold exactly the shards \"%s\" of table \"%s\"", text,
                       get_rel_name(table.relation)),
                errdetail("The difference begins at shard index %d.", culprit),
                errhint("A shard may have been moved a moment ago; run the statement again."));
    }
}

struct Markers {
    bool found;
    bool partial;
};

// Takes the markers out of the quals of every level.
Markers TakeMarkers(Query* query) {
    Markers markers = {};
    pg::WalkNode(
        reinterpret_cast<Node*>(query),
        [&](Node* node, auto&& descend) {
            if (IsA(node, FromExpr)) {
                auto* from = reinterpret_cast<FromExpr*>(node);
                List* kept = NIL;
                for (auto* clause : Each<Node>(ConjunctsOf(from->quals))) {
                    if (!IsMarker(clause)) {
                        kept = lappend(kept, clause);
                        continue;
                    }
                    auto* call = reinterpret_cast<FuncExpr*>(clause);
                    const auto* id = castNode(Const, linitial(call->args));
                    const auto* set = castNode(Const, lsecond(call->args));
                    const metadata::Table* table =
                        metadata::FindTableById(DatumGetInt32(id->constvalue));
                    if (!table)
                        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                                errmsg("distributed table with id %d is unknown on this node",
                                       DatumGetInt32(id->constvalue)));
                    CheckShardSet(*table, TextDatumGetCString(set->constvalue));
                    markers.found = true;
                    markers.partial = markers.partial ||
                                      DatumGetBool(castNode(Const, lthird(call->args))->constvalue);
                }
                from->quals = AllOf(kept);
            }
            return descend(node);
        },
        QTW_IGNORE_JOINALIASES);
    return markers;
}

// Makes the finished plan's top aggregate return transition states instead of results.
void MakePartial(PlannedStmt* statement) {
    Plan* top = statement->planTree;
    if (!IsA(top, Agg)) {
        // Without an Agg node only MIN and MAX over indexes remain, whose state is their result.
        const bool has_aggregate =
            pg::WalkNode(reinterpret_cast<Node*>(top->targetlist),
                         [](Node* n, auto&& descend) { return IsA(n, Aggref) || descend(n); });
        if (has_aggregate)
            ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("the plan of a partial aggregate has an unexpected top node"));
        return;
    }
    auto* agg = reinterpret_cast<Agg*>(top);
    constexpr int kStates = AGGSPLITOP_SKIPFINAL | AGGSPLITOP_SERIALIZE;
    const auto split = static_cast<AggSplit>(
        DO_AGGSPLIT_COMBINE(agg->aggsplit) ? kStates | AGGSPLITOP_COMBINE | AGGSPLITOP_DESERIALIZE
                                           : kStates);
    agg->aggsplit = split;
    ListCell* cell;
    foreach (cell, agg->plan.targetlist) {
        auto* entry = static_cast<TargetEntry*>(lfirst(cell));
        if (!IsA(entry->expr, Aggref)) continue;
        auto* aggregate = reinterpret_cast<Aggref*>(entry->expr);
        aggregate->aggsplit = split;
        aggregate->aggtype =
            aggregate->aggtranstype == INTERNALOID ? BYTEAOID : aggregate->aggtranstype;
    }
}

// Shards that are read in less time than it takes to think about each.
constexpr double kFewPages = 1000;

double PagesOfShards(const metadata::Table& table) {
    const Relation container = table_open(table.container, AccessShareLock);
    const PartitionDesc partitions = RelationGetPartitionDesc(container, true);
    double pages = 0;
    for (int i = 0; i < partitions->nparts; i++) {
        const HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(partitions->oids[i]));
        if (!HeapTupleIsValid(tuple)) continue;
        pages += reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relpages;
        ReleaseSysCache(tuple);
    }
    table_close(container, AccessShareLock);
    return pages;
}

// True if the level groups the rows of one big table by its distribution column.
bool GroupsShards(const Query* query) {
    if (!query->groupClause || query->groupingSets || list_length(query->rtable) != 1) return false;
    const auto* rte = static_cast<RangeTblEntry*>(linitial(query->rtable));
    if (rte->rtekind != RTE_RELATION || rte->relkind != RELKIND_PARTITIONED_TABLE) return false;
    const metadata::Table* table = metadata::FindTableByContainer(rte->relid);
    if (!table) return false;
    for (auto* clause : Each<SortGroupClause>(query->groupClause)) {
        Node* expr = get_sortgroupclause_expr(clause, query->targetList);
        if (IsA(expr, Var) && reinterpret_cast<Var*>(expr)->varattno == table->distribution_column)
            return PagesOfShards(*table) > kFewPages;
    }
    return false;
}

// Groups that lie within a shard are best made shard by shard: their order comes from one index,
// and parallel workers share the shards. (PostgreSQL leaves that out unless it is asked to, as it
// takes time to plan.)
PlannedStmt* PlanShardByShard(Query* query, const char* query_string, int cursor_options,
                              ParamListInfo bound_params) {
    PlannedStmt* statement = nullptr;
    const bool configured = enable_partitionwise_aggregate;
    enable_partitionwise_aggregate = true;
    ErrorData* error = pg::Capture(
        [&] { statement = standard_planner(query, query_string, cursor_options, bound_params); });
    enable_partitionwise_aggregate = configured;
    if (error) ReThrowError(error);
    return statement;
}

bool AnyLevelGroupsShards(Query* query) {
    return pg::WalkNode(
        reinterpret_cast<Node*>(query),
        [](Node* node, auto&& descend) {
            return (IsA(node, Query) && GroupsShards(reinterpret_cast<Query*>(node))) ||
                   descend(node);
        },
        QTW_IGNORE_JOINALIASES);
}

}  // namespace

PlannedStmt* PlanTask(Query* query, const char* query_string, int cursor_options,
                      ParamListInfo bound_params) {
    const Markers markers = TakeMarkers(query);
    if (!markers.found) return nullptr;
    // The transition states that are asked for are those of the plan's top node.
    if (!markers.partial && AnyLevelGroupsShards(query))
        return PlanShardByShard(query, query_string, cursor_options, bound_params);
    PlannedStmt* statement = standard_planner(query, query_string, cursor_options, bound_params);
    if (markers.partial) MakePartial(statement);
    return statement;
}

}  // namespace pgspan::planner

PGSPAN_FUNCTION(pgspan_task_shards) {
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("pgspan.task_shards cannot be executed"),
            errhint("It marks tasks that one node sends to another, and is consumed by that node's "
                    "planner; is pgspan in "
                    "shared_preload_libraries there?"));
    PG_RETURN_NULL();
}

PGSPAN_FUNCTION(pgspan_remote_rows) {
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("pgspan.remote_rows cannot be executed"),
            errhint("It stands for a part of a plan that the nodes compute."));
    PG_RETURN_NULL();
}
