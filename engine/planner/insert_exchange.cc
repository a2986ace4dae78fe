#include "engine/planner/insert_exchange.h"

#include "engine/pg/deparse.h"
#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/planner/estimate.h"
#include "engine/planner/safety.h"
#include "engine/planner/scan_plan.h"
#include "engine/planner/scatter.h"
#include "engine/planner/shape.h"

extern "C" {
#include "optimizer/optimizer.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

bool enabled = true;

// Each node asks each other one for rows: for fewer bytes than this for each pair, connections and
// files cost more than the way over the coordinator.
constexpr double kBytesOfPairMin = 16.0 * 1024;

bool IsInteger(Oid type) {
    return type == INT2OID || type == INT4OID || type == INT8OID;
}

// True if values of the type hash as they will when they are stored.
bool HashesAlike(Oid type, const metadata::Table& table) {
    return type == table.distribution_type ||
           (IsInteger(type) && IsInteger(table.distribution_type));
}

// b[1] = v, c.x = v: what INSERT alone can say.
bool AssignsParts(Node* expression) {
    return pg::WalkNode(expression, [](Node* node, auto&& descend) {
        return IsA(node, FieldStore) ||
               (IsA(node, SubscriptingRef) &&
                reinterpret_cast<SubscriptingRef*>(node)->refassgnexpr) ||
               descend(node);
    });
}

// What is sent of each row, over the source as entry 1: Exprs; NIL if the nodes cannot send it.
// *key: which of them (from 1) is the distribution column, kNullKey if none.
List* ValuesToSend(const Query* query, const metadata::Table& table, int source_index, int* key) {
    List* values = NIL;
    *key = kNullKey;
    for (auto* entry : Each<TargetEntry>(query->targetList)) {
        auto* expr = reinterpret_cast<Node*>(entry->expr);
        if (!IsRemotable(expr, query, nullptr) || checkExprHasSubLink(expr) ||
            contain_volatile_functions(expr) || AssignsParts(expr))
            return NIL;
        // INSERT makes such casts again: by assignment, which is not the same as an explicit cast.
        auto* value = static_cast<Node*>(copyObjectImpl(strip_implicit_coercions(expr)));
        const Oid type = exprType(value);
        if (type == RECORDOID || type == RECORDARRAYOID || type == UNKNOWNOID) return NIL;
        ChangeVarNodes(value, source_index, 1, 0);
        values = lappend(values, value);
        if (entry->resno != table.distribution_column) continue;
        *key = list_length(values);
        // A length coercion (numeric(10, 2), timestamp(0)) changes the value before it is stored.
        if (!HashesAlike(type, table) ||
            (table.distribution_typmod != -1 && exprTypmod(value) != table.distribution_typmod))
            return NIL;
    }
    return CanScatter(values) ? values : NIL;
}

// Where nothing else plans the rows of one shard.
Plan* EstimateOfOneShard(const Query* source, const Shape& shape, ParamListInfo bound_params) {
    if (!shape.pin) return nullptr;
    auto* estimate = &makeNode(Result)->plan;
    ShowEstimate(estimate, source, bound_params);
    return estimate;
}

List* NamesOfTypes(const List* values) {
    List* names = NIL;
    for (auto* value : Each<Node>(values))
        names = lappend(names, makeString(pg::NameOfType(exprType(value))));
    return names;
}

}  // namespace

Scattering TryScatter(const Query* query, const metadata::Table& table, const RangeTblEntry* source,
                      ParamListInfo bound_params) {
    Scattering scattering;
    // A rule adds conditions, and tables, beside the source.
    if (!enabled || !table.IsHash() || source->rtekind != RTE_SUBQUERY || query->cteList != NIL ||
        query->jointree->quals || list_length(query->jointree->fromlist) != 1)
        return scattering;
    const Level level = {source->subquery, nullptr};
    const QueryShape shape = AnalyzeQuery(level);
    if (!shape.whole.IsDistributed() || (shape.whole.pin && IsA(shape.whole.pin, Var)))
        return scattering;
    int key = kNullKey;
    const int index = castNode(RangeTblRef, linitial(query->jointree->fromlist))->rtindex;
    List* values = ValuesToSend(query, table, index, &key);
    if (values == NIL) return scattering;
    auto* rows = static_cast<RangeTblEntry*>(copyObjectImpl(source));
    rows->inFromCl = true;
    Query* scatter = ScatterQuery(rows, table, key, values);
    auto* shown = static_cast<List*>(copyObjectImpl(scatter->targetList));
    plan::DistributedPlan plan = MakeDistributedPlan(scatter, shape.whole, false, {});
    // The files that it makes last as long as the transaction on the node.
    plan.holds = true;
    scattering.scan = MakeTopScan(plan, shown);
    scattering.types = NamesOfTypes(values);
    scattering.pairs = pow(CountNodes(shape.whole), 2);
    scattering.estimate = EstimateOfOneShard(source->subquery, shape.whole, bound_params);
    return scattering;
}

bool IsWorthIt(const Scattering& scattering, const Plan* rows) {
    if (scattering.estimate) rows = scattering.estimate;
    return rows->plan_rows * rows->plan_width >= kBytesOfPairMin * scattering.pairs;
}

void DefineInsertExchangeSetting() {
    DefineCustomBoolVariable(
        "citus.enable_repartitioned_insert_select",
        "Lets nodes hand the rows of INSERT ... SELECT to each other.",
        "Without it, rows that belong to other nodes than those that compute them pass through the "
        "coordinator.",
        &enabled, true, PGC_USERSET, 0, nullptr, nullptr, nullptr);
}

}  // namespace pgspan::planner
