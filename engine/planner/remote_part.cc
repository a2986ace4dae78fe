#include "engine/planner/remote_part.h"

#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/estimate.h"
#include "engine/planner/hash_equality.h"
#include "engine/planner/remote_path.h"
#include "engine/planner/row_locks.h"
#include "engine/planner/safety.h"
#include "engine/planner/subquery.h"
#include "engine/planner/scatter.h"

extern "C" {
#include "catalog/pg_collation.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/restrictinfo.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// A row that travels in arrays costs less here, but every node unpacks it.
constexpr Cost kShippedRowCost = 0.02;
constexpr Cost kShippedByteCost = 0.0004;
constexpr double kShippedBytesMax = 64.0 * 1024 * 1024;
// On a node: a row that goes through a hash join, one looked up in an index, one fetched from
// there.
constexpr Cost kHashCost = 0.02;
constexpr Cost kProbeCost = 0.008;
constexpr Cost kLookupCost = 0.6;
constexpr Cost kFetchCost = 0.3;

double RowsOnNode(const RemotePart& part) {
    return part.shape.IsDistributed() ? part.rows / CountNodes(part.shape) : part.rows;
}

List* ActualClauses(const List* restrictions) {
    return extract_actual_clauses(const_cast<List*>(restrictions), false);
}

}  // namespace

List* PartsOf(const RelOptInfo* relation) {
    return relation->fdwroutine ? NIL : static_cast<List*>(relation->fdw_private);
}

bool KeepPart(RelOptInfo* relation, RemotePart* part) {
    if (relation->fdwroutine) return false;
    List* kept = NIL;
    for (auto* known : Each<RemotePart>(PartsOf(relation))) {
        const bool alike = known->shape.IsReplicated() ? part->shape.IsReplicated()
                                                       : part->shape.IsDistributed() &&
                                                             SameGroup(known->shape, part->shape);
        if (!alike)
            kept = lappend(kept, known);
        else if (known->cost <= part->cost)
            return false;
    }
    relation->fdw_private = lappend(kept, part);
    return true;
}

bool CanRunRemotely(PlannerInfo* root, Node* expression) {
    const bool here = pg::WalkNode(expression, [](Node* n, auto&& descend) {
        if (IsA(n, Var)) return reinterpret_cast<Var*>(n)->varattno <= 0;
        return IsA(n, SubPlan) || IsA(n, AlternativeSubPlan) || IsA(n, SubLink) ||
               IsA(n, PlaceHolderVar) || descend(n);
    });
    return !here && IsRemotable(expression, root->parse, nullptr) &&
           !contain_volatile_functions(expression);
}

bool ClausesCanRunRemotely(PlannerInfo* root, const List* restrictions) {
    for (auto* restriction : Each<RestrictInfo>(restrictions))
        if (restriction->pseudoconstant || restriction->security_level > 0 ||
            !CanRunRemotely(root, reinterpret_cast<Node*>(restriction->clause)))
            return false;
    return true;
}

Var* OuterEqualOf(const List* conditions, const Var* inner, Relids outer) {
    for (auto* condition : Each<Node>(conditions)) {
        if (!IsA(condition, OpExpr)) continue;
        const auto* op = reinterpret_cast<OpExpr*>(condition);
        if (list_length(op->args) != 2 || !op_mergejoinable(op->opno, inner->vartype)) continue;
        auto* left = static_cast<Node*>(linitial(op->args));
        auto* right = static_cast<Node*>(lsecond(op->args));
        Node* other = equal(left, inner) ? right : equal(right, inner) ? left : nullptr;
        if (!other || !IsA(other, Var)) continue;
        auto* var = reinterpret_cast<Var*>(other);
        if (var->vartype == inner->vartype && bms_is_member(static_cast<int>(var->varno), outer))
            return var;
    }
    return nullptr;
}

// Base relations
// ------------------------------------------------------------------------------------------------

namespace {

// PostgreSQL has made paths for the relation as for one on this node.
Cost CheapestLocalCost(const RelOptInfo* relation) {
    Cost cheapest = -1;
    for (auto* path : Each<Path>(relation->pathlist))
        if (!path->param_info && (cheapest < 0 || path->total_cost < cheapest))
            cheapest = path->total_cost;
    return std::max(cheapest, relation->rows * cpu_tuple_cost);
}

// The shape of a table under its filters: whether they pin it to one shard.
Shape ShapeOfTable(const RelOptInfo* relation, const RangeTblEntry* entry, List* quals) {
    auto* where = static_cast<List*>(copyObjectImpl(quals));
    ChangeVarNodes(reinterpret_cast<Node*>(where), static_cast<int>(relation->relid), 1, 0);
    Query* query =
        SelectOver(static_cast<RangeTblEntry*>(copyObjectImpl(entry)), NIL, AllOf(where));
    const Level level = {query, nullptr};
    Shape shape = AnalyzeQuery(level).from;
    ChangeVarNodes(reinterpret_cast<Node*>(shape.keys), 1, static_cast<int>(relation->relid), 0);
    return shape;
}

RemotePart* MakePart(RemotePart::Kind kind, const RelOptInfo* relation) {
    auto* part = new (palloc(sizeof(RemotePart))) RemotePart();
    part->kind = kind;
    part->relids = relation->relids;
    part->rows = part->expected_rows = relation->rows;
    part->width = relation->reltarget->width;
    return part;
}

}  // namespace

RemotePart* MakeTablePart(PlannerInfo* root, RelOptInfo* relation, RangeTblEntry* entry) {
    if (entry->tablesample || entry->securityQuals || relation->lateral_relids ||
        !ClausesCanRunRemotely(root, relation->baserestrictinfo))
        return nullptr;
    RemotePart* part = MakePart(RemotePart::Kind::kTable, relation);
    part->relation = relation;
    part->entry = entry;
    part->quals = ActualClauses(relation->baserestrictinfo);
    part->shape = ShapeOfTable(relation, entry, part->quals);
    if (part->shape.IsUnpushable()) return nullptr;
    part->cost =
        CheapestLocalCost(relation) / (part->shape.IsDistributed() ? CountNodes(part->shape) : 1);
    return part;
}

RemotePart* MakeQueryPart(PlannerInfo* root, RelOptInfo* relation, Query* query, const Shape& shape,
                          List* columns, Cost cost, PlannerInfo* inside) {
    // Rows are locked as they are read, by the statement that reads them alone.
    if (relation->lateral_relids || LocksRows(query) ||
        !ClausesCanRunRemotely(root, relation->baserestrictinfo))
        return nullptr;
    RemotePart* part = MakePart(RemotePart::Kind::kQuery, relation);
    part->relation = relation;
    part->query = query;
    part->inside = inside;
    part->columns = columns;
    part->quals = ActualClauses(relation->baserestrictinfo);
    part->shape = shape;
    part->cost = cost + relation->rows * cpu_tuple_cost;
    return part;
}

// Shipments
// ------------------------------------------------------------------------------------------------

namespace {

// Arrays of the type mean the same on every node, and unnest gives the values back as they were.
bool CanShip(Node* expression) {
    const Oid type = exprType(expression);
    const Oid collation = exprCollation(expression);
    return type < FirstNormalObjectId && get_typtype(type) == TYPTYPE_BASE &&
           !OidIsValid(get_element_type(type)) && OidIsValid(get_array_type(type)) &&
           (collation == InvalidOid || collation == DEFAULT_COLLATION_OID);
}

}  // namespace

RemotePart* MakeShipment(RelOptInfo* relation, const Shape& destination, Expr* route) {
    Path* source = relation->cheapest_total_path;
    if (!source || source->param_info || relation->lateral_relids ||
        source->pathtarget->exprs == NIL ||
        source->rows * (source->pathtarget->width + 8) > kShippedBytesMax)
        return nullptr;
    for (auto* expr : Each<Node>(source->pathtarget->exprs))
        if (!CanShip(expr)) return nullptr;
    RemotePart* part = MakePart(RemotePart::Kind::kShipment, relation);
    part->source = source;
    part->sent = source->pathtarget->exprs;
    const RemotePath* remote = RemotePathOf(source);
    part->rows = part->expected_rows = source->rows;
    if (remote && remote->part) part->rows = std::max(part->rows, remote->part->rows);
    const double copies = route ? 1 : CountNodes(destination);
    part->cost =
        source->total_cost +
        part->rows * copies * (kShippedRowCost + source->pathtarget->width * kShippedByteCost);
    if (route) {
        part->route = route;
        part->shape.kind = Shape::Kind::kDistributed;
        part->shape.anchor = destination.anchor;
        part->shape.keys = pg::MakeList(route);
    }
    return part;
}

// Exchanges
// ------------------------------------------------------------------------------------------------

namespace {

// Of a row and of a byte: keeping and sending it, or taking it.
constexpr Cost kExchangedRowCost = 0.03;
constexpr Cost kExchangedByteCost = 0.0003;
// Two statements instead of one, and a connection for each pair of nodes.
constexpr Cost kExchangeCost = 100;
constexpr Cost kPairCost = 100;

}  // namespace

RemotePart* MakeExchange(RelOptInfo* relation, const RemotePart* kept, const Shape& destination,
                         Expr* route) {
    if (!kept->shape.IsDistributed() || !destination.IsDistributed() || relation->lateral_relids ||
        !CanScatter(relation->reltarget->exprs))
        return nullptr;
    for (auto* expr : Each<Node>(relation->reltarget->exprs))
        if (exprType(expr) == RECORDOID || exprType(expr) == RECORDARRAYOID) return nullptr;
    RemotePart* part = MakePart(RemotePart::Kind::kExchange, relation);
    part->kept = kept;
    part->sent = relation->reltarget->exprs;
    part->rows = kept->rows;
    part->expected_rows = kept->expected_rows;
    const double from = CountNodes(kept->shape);
    const double to = CountNodes(destination);
    const Cost row = kExchangedRowCost + part->width * kExchangedByteCost;
    part->cost = kept->cost + kExchangeCost + kPairCost * from * to + kept->rows / from * row +
                 kept->rows / (route ? to : 1) * row;
    part->shape.anchor = destination.anchor;
    if (route) {
        part->route = route;
        part->shape.kind = Shape::Kind::kDistributed;
        part->shape.keys = pg::MakeList(route);
    }
    return part;
}

// Joins
// ------------------------------------------------------------------------------------------------

namespace {

bool EquatesKeys(const RemotePart& left, const RemotePart& right, const List* restrictions) {
    const metadata::Table& table = *left.shape.anchor;
    for (auto* restriction : Each<RestrictInfo>(restrictions)) {
        Node* a = nullptr;
        Node* b = nullptr;
        if (!IsHashEquality(reinterpret_cast<Node*>(restriction->clause), table, &a, &b)) continue;
        a = StripRelabel(a);
        b = StripRelabel(b);
        if (!IsA(a, Var) || !IsA(b, Var)) continue;
        const auto* x = reinterpret_cast<Var*>(a);
        const auto* y = reinterpret_cast<Var*>(b);
        if ((IsKey(left.shape, x) && IsKey(right.shape, y)) ||
            (IsKey(left.shape, y) && IsKey(right.shape, x)))
            return true;
    }
    return false;
}

// Where the join of the two lies; kUnpushable if no node sees all that it needs.
Shape JoinedShape(JoinType type, const RemotePart& left, const RemotePart& right,
                  const List* restrictions) {
    const Shape none = Unpushable("a join that no node sees all of");
    if (right.shape.IsReplicated()) return left.shape;
    if (left.shape.IsReplicated()) return type == JOIN_INNER ? right.shape : none;
    if (!SameGroup(left.shape, right.shape) || !EquatesKeys(left, right, restrictions)) return none;
    Shape shape = left.shape;
    if (type != JOIN_INNER) return shape;
    shape.keys = list_concat_copy(left.shape.keys, right.shape.keys);
    if (!shape.pin) shape.pin = right.shape.pin;
    return shape;
}

bool IsFirstInIndex(const RelOptInfo* table, AttrNumber attribute) {
    for (auto* index : Each<IndexOptInfo>(table->indexlist))
        if (index->indexkeys[0] == attribute) return true;
    return false;
}

// True if values of the column of a table, or of a query over tables, can be looked up in an index.
bool CanLookUp(const RemotePart& part, Node* side) {
    side = StripRelabel(side);
    if (!side || !IsA(side, Var)) return false;
    const auto* var = reinterpret_cast<Var*>(side);
    if (!part.relation || var->varno != static_cast<int>(part.relation->relid)) return false;
    if (part.kind == RemotePart::Kind::kTable) return IsFirstInIndex(part.relation, var->varattno);
    if (!part.inside || var->varattno <= 0 ||
        var->varattno > list_length(part.inside->processed_tlist))
        return false;
    const auto* entry =
        static_cast<TargetEntry*>(list_nth(part.inside->processed_tlist, var->varattno - 1));
    if (!IsA(entry->expr, Var)) return false;
    const auto* column = reinterpret_cast<Var*>(entry->expr);
    return IsFirstInIndex(find_base_rel(part.inside, static_cast<int>(column->varno)),
                          column->varattno);
}

// True if a condition of the join can be looked up in an index.
bool HasIndexFor(const RemotePart& part, const List* restrictions) {
    for (auto* restriction : Each<RestrictInfo>(restrictions)) {
        if (!OidIsValid(restriction->hashjoinoperator) && restriction->mergeopfamilies == NIL)
            continue;
        const auto* op = reinterpret_cast<OpExpr*>(restriction->clause);
        if (CanLookUp(part, static_cast<Node*>(linitial(op->args))) ||
            CanLookUp(part, static_cast<Node*>(lsecond(op->args))))
            return true;
    }
    return false;
}

bool HasHashClause(const List* restrictions) {
    for (auto* restriction : Each<RestrictInfo>(restrictions))
        if (OidIsValid(restriction->hashjoinoperator)) return true;
    return false;
}

// PostgreSQL multiplies the selectivities of several equalities, though the columns of a key that
// are joined with those of a reference to it depend on each other: the truth lies between that
// product and the most selective one alone. What is shipped in vain costs more than what could have
// been.
double CautiousRows(const RemotePart& join, const List* restrictions) {
    double product = 1;
    double best = 1;
    for (auto* restriction : Each<RestrictInfo>(restrictions)) {
        if (!OidIsValid(restriction->hashjoinoperator) || restriction->norm_selec <= 0) continue;
        product *= restriction->norm_selec;
        best = std::min(best, static_cast<double>(restriction->norm_selec));
    }
    const double dependence = std::sqrt(best / std::max(product, 1e-30));
    const double rows = join.rows * dependence *
                        (join.left->rows / std::max(join.left->expected_rows, 1.0)) *
                        (join.right->rows / std::max(join.right->expected_rows, 1.0));
    return std::min(rows, std::max(join.rows, join.left->rows * join.right->rows));
}

Cost JoinCost(const RemotePart& join, const List* restrictions) {
    const RemotePart& left = *join.left;
    const RemotePart& right = *join.right;
    const double outer = RowsOnNode(left);
    const double inner = RowsOnNode(right);
    const double result = RowsOnNode(join);
    // Semi and anti joins hash the inner side whatever its size.
    const double hashed = join.join_type == JOIN_INNER ? std::min(outer, inner) : inner;
    Cost cost =
        left.cost + right.cost +
        (HasHashClause(restrictions) ? hashed * kHashCost + (outer + inner - hashed) * kProbeCost
                                     : outer * inner * cpu_operator_cost);
    if (HasIndexFor(right, restrictions))
        cost = std::min(cost, left.cost + outer * kLookupCost + result * kFetchCost);
    if (HasIndexFor(left, restrictions))
        cost = std::min(cost, right.cost + inner * kLookupCost + result * kFetchCost);
    return cost + result * cpu_tuple_cost;
}

}  // namespace

RemotePart* JoinParts(const RelOptInfo* join, JoinType type, const RemotePart* left,
                      const RemotePart* right, const List* restrictions) {
    const Shape shape = JoinedShape(type, *left, *right, restrictions);
    if (shape.IsUnpushable()) return nullptr;
    RemotePart* part = MakePart(RemotePart::Kind::kJoin, join);
    part->shape = shape;
    part->join_type = type;
    part->left = left;
    part->right = right;
    part->quals = ActualClauses(restrictions);
    part->rows = CautiousRows(*part, restrictions);
    part->cost = JoinCost(*part, restrictions);
    return part;
}

}  // namespace pgspan::planner
