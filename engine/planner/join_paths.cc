// Joins on the nodes of relations that are not colocated, chosen by cost among PostgreSQL's own
// joins here. Each relation of a level may have parts (remote_part.h); for every pair of relations
// that PostgreSQL's planner tries to join, the parts of the one are joined with those of the other,
// or with the rows of the other, sent to the nodes: all of them to every node, or each to the node
// where its match lies.
#include "engine/planner/join_paths.h"

#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/planner/safety.h"
#include "engine/planner/estimate.h"
#include "engine/planner/hash_equality.h"
#include "engine/planner/outer_rows.h"
#include "engine/planner/part_query.h"
#include "engine/planner/remote_path.h"
#include "engine/planner/remote_relation.h"
#include "engine/planner/subquery.h"
#include "engine/planner/scatter.h"

extern "C" {
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/restrictinfo.h"
#include "optimizer/tlist.h"
#include "parser/parsetree.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

set_join_pathlist_hook_type previous_join_pathlist_hook = nullptr;
bool exchanges_enabled = true;

// One pair of relations, as PostgreSQL's planner offers it.
struct Pair {
    PlannerInfo* root;
    RelOptInfo* join;
    RelOptInfo* outer;
    RelOptInfo* inner;
    JoinType type;
    List* restrictions;
};

CustomPath* MakePartPath(RelOptInfo* relation, const RemotePart* part) {
    RemotePath info = {};
    info.part = part;
    info.shape = part->shape;
    info.scan_target = list_copy(relation->reltarget->exprs);
    info.shipments = ShipmentsOf(part);
    CustomPath* path =
        MakeRemotePath(relation, relation->reltarget, info, relation->rows, part->cost);
    path->path.total_cost = part->cost + TransferCost(part->rows, relation->reltarget->width);
    return path;
}

// The path by which an exchange's rows are kept; nothing of them comes here.
Path* MakeExchangePath(RelOptInfo* relation, const RemotePart* exchange) {
    RemotePath info = {};
    info.part = exchange->kept;
    info.shape = exchange->kept->shape;
    info.scan_target = list_copy(exchange->sent);
    info.shipments = ShipmentsOf(exchange->kept);
    info.exchange = exchange;
    info.is_filtered = true;
    PathTarget* target = create_empty_pathtarget();
    add_column_to_pathtarget(target, ScatterResult(), 0);
    target->width = 64;
    return &MakeRemotePath(relation, target, info, CountNodes(info.shape), exchange->cost)->path;
}

RemotePart* Exchange(PlannerInfo* root, RelOptInfo* relation, const RemotePart* part,
                     const Shape& destination, Expr* route) {
    for (auto* expr : Each<Node>(relation->reltarget->exprs))
        if (!CanRunRemotely(root, expr)) return nullptr;
    RemotePart* exchange = MakeExchange(relation, part, destination, route);
    if (exchange) exchange->source = MakeExchangePath(relation, exchange);
    return exchange;
}

// True if EXISTS leaves the expression its meaning above the join.
bool SurvivesExistence(const Pair& pair, Node* expr) {
    if (bms_is_subset(pull_varnos(pair.root, expr), pair.outer->relids)) return true;
    return pair.type == JOIN_SEMI && IsA(expr, Var) &&
           OuterEqualOf(extract_actual_clauses(pair.restrictions, false),
                        reinterpret_cast<Var*>(expr), pair.outer->relids);
}

bool TargetCanTravel(const Pair& pair) {
    for (auto* expr : Each<Node>(pair.join->reltarget->exprs))
        if (!CanTravel(exprType(expr)) || !CanRunRemotely(pair.root, expr) ||
            (pair.type != JOIN_INNER && !SurvivesExistence(pair, expr)))
            return false;
    return true;
}

// False if no node sees all that the join of the two needs.
bool Offer(const Pair& pair, const RemotePart* left, const RemotePart* right) {
    if (!left || !right) return false;
    RemotePart* part = JoinParts(pair.join, pair.type, left, right, pair.restrictions);
    if (!part) return false;
    if (KeepPart(pair.join, part) && part->shape.IsDistributed())
        add_path(pair.join, &MakePartPath(pair.join, part)->path);
    return true;
}

// True if values of the expression hash as those of the table's distribution column do: polymorphic
// equalities (of enums, of arrays) compare types that do not.
bool CanHash(const metadata::Table& table, Node* expression) {
    FmgrInfo function;
    return metadata::FindHashFunction(table, exprType(expression), &function);
}

// The expression of `relation` that the conditions equate with a key of the part.
Expr* RouteTo(const RemotePart& part, const RelOptInfo* relation, const List* restrictions) {
    for (auto* restriction : Each<RestrictInfo>(restrictions)) {
        Node* sides[2];
        if (!IsHashEquality(reinterpret_cast<Node*>(restriction->clause), *part.shape.anchor,
                            &sides[0], &sides[1]))
            continue;
        for (int i = 0; i < 2; i++) {
            Node* key = StripRelabel(sides[i]);
            Node* other = StripRelabel(sides[1 - i]);
            if (IsA(key, Var) && IsA(other, Var) && CanHash(*part.shape.anchor, other) &&
                IsKey(part.shape, reinterpret_cast<Var*>(key)) &&
                bms_is_member(static_cast<int>(reinterpret_cast<Var*>(other)->varno),
                              relation->relids) &&
                list_member(relation->reltarget->exprs, other))
                return reinterpret_cast<Expr*>(other);
        }
    }
    return nullptr;
}

bool HasReplicatedPart(const RelOptInfo* relation) {
    for (auto* part : Each<RemotePart>(PartsOf(relation)))
        if (part->shape.IsReplicated()) return true;
    return false;
}

// What a CTE writes is known only once all else that the statement reads has been asked for.
bool HasModifyingCtes(const PlannerInfo* root) {
    while (root->parent_root) root = root->parent_root;
    return root->parse->hasModifyingCTE;
}

// Rows that are others for each row of an outer level are sent anew for each. How many there will
// be nobody knows here; a part that costs less than this many round trips is read once, and kept.
constexpr double kRunsExpected = 100;

bool IsSentTooOften(const Pair& pair, const RemotePart* part, const RelOptInfo* shipped) {
    const RelOptInfo* relation = shipped == pair.outer ? pair.inner : pair.outer;
    return part->cost + TransferCost(part->rows, relation->reltarget->width) <
               kRunsExpected * TransferCost(0, 0) &&
           DependsOnOuterRow(pair.root, shipped);
}

// The rows of one relation sent to where a part of the other lies.
void OfferShipments(const Pair& pair, const RemotePart* part, RelOptInfo* shipped,
                    bool part_is_left) {
    if (!part->shape.IsDistributed() || HasModifyingCtes(pair.root) ||
        IsSentTooOften(pair, part, shipped))
        return;
    const Shape& destination = part->shape;
    const auto offer = [&](const RemotePart* shipment) {
        if (part_is_left)
            Offer(pair, part, shipment);
        else
            Offer(pair, shipment, part);
    };
    if (!part->shape.pin)
        if (Expr* route = RouteTo(*part, shipped, pair.restrictions))
            return offer(MakeShipment(shipped, destination, route));
    if (!HasReplicatedPart(shipped)) offer(MakeShipment(shipped, destination, nullptr));
}

// The rows of a part of one relation handed to where a part of the other lies.
void OfferExchange(const Pair& pair, const RemotePart* part, RelOptInfo* handed,
                   const RemotePart* rows, bool part_is_left) {
    if (!part->shape.IsDistributed() || !rows->shape.IsDistributed()) return;
    Expr* route = part->shape.pin ? nullptr : RouteTo(*part, handed, pair.restrictions);
    const RemotePart* exchange = Exchange(pair.root, handed, rows, part->shape, route);
    if (part_is_left)
        Offer(pair, part, exchange);
    else
        Offer(pair, exchange, part);
}

// The column among those of the relation that is this side of an equality.
Expr* ColumnOf(const RelOptInfo* relation, Node* side) {
    side = StripRelabel(side);
    return IsA(side, Var) && list_member(relation->reltarget->exprs, side)
               ? reinterpret_cast<Expr*>(side)
               : nullptr;
}

// The rows of both relations handed to where those of the other lie that equal them, as if both
// were distributed like the table of the first part.
void OfferRepartition(const Pair& pair, const RemotePart* left, const RemotePart* right) {
    if (!left->shape.IsDistributed() || !right->shape.IsDistributed()) return;
    Shape like = {};
    like.kind = Shape::Kind::kDistributed;
    like.anchor = left->shape.anchor;
    for (auto* restriction : Each<RestrictInfo>(pair.restrictions)) {
        Node* sides[2];
        if (!IsHashEquality(reinterpret_cast<Node*>(restriction->clause), *like.anchor, &sides[0],
                            &sides[1]))
            continue;
        for (int i = 0; i < 2; i++) {
            Expr* of_left = ColumnOf(pair.outer, sides[i]);
            Expr* of_right = ColumnOf(pair.inner, sides[1 - i]);
            if (!of_left || !of_right || !CanHash(*like.anchor, reinterpret_cast<Node*>(of_left)) ||
                !CanHash(*like.anchor, reinterpret_cast<Node*>(of_right)))
                continue;
            Offer(pair, Exchange(pair.root, pair.outer, left, like, of_left),
                  Exchange(pair.root, pair.inner, right, like, of_right));
            return;
        }
    }
}

void OfferExchanges(const Pair& pair, const RemotePart* left, const RemotePart* right) {
    OfferExchange(pair, left, pair.inner, right, true);
    OfferExchange(pair, right, pair.outer, left, false);
    OfferRepartition(pair, left, right);
}

void OfferJoins(const Pair& pair) {
    const bool exchanges = exchanges_enabled && !HasModifyingCtes(pair.root);
    for (auto* left : Each<RemotePart>(PartsOf(pair.outer)))
        for (auto* right : Each<RemotePart>(PartsOf(pair.inner)))
            if (!Offer(pair, left, right) && exchanges) OfferExchanges(pair, left, right);
    for (auto* left : Each<RemotePart>(PartsOf(pair.outer)))
        OfferShipments(pair, left, pair.inner, true);
    for (auto* right : Each<RemotePart>(PartsOf(pair.inner)))
        OfferShipments(pair, right, pair.outer, false);
}

bool HasPushedDownFilter(const Pair& pair) {
    for (auto* restriction : Each<RestrictInfo>(pair.restrictions))
        if (RINFO_IS_PUSHED_DOWN(restriction, pair.join->relids)) return true;
    return false;
}

bool CanJoinRemotely(const Pair& pair) {
    const PlannerInfo* root = pair.root;
    if (pair.type != JOIN_INNER && pair.type != JOIN_SEMI && pair.type != JOIN_ANTI) return false;
    if (PartsOf(pair.outer) == NIL && PartsOf(pair.inner) == NIL) return false;
    if (root->hasPseudoConstantQuals || root->parse->rowMarks || pair.join->lateral_relids ||
        (root->parse->commandType != CMD_SELECT && root->parse->commandType != CMD_INSERT))
        return false;
    // What filters the result of an anti join is no condition of it.
    if (pair.type == JOIN_ANTI && HasPushedDownFilter(pair)) return false;
    return ClausesCanRunRemotely(pair.root, pair.restrictions) && TargetCanTravel(pair);
}

void JoinPathlistHook(PlannerInfo* root, RelOptInfo* join, RelOptInfo* outer, RelOptInfo* inner,
                      JoinType type, JoinPathExtraData* extra) {
    if (previous_join_pathlist_hook)
        previous_join_pathlist_hook(root, join, outer, inner, type, extra);
    pg::Entry([&] {
        const Pair pair = {root, join, outer, inner, type, extra->restrictlist};
        if (CanJoinRemotely(pair)) OfferJoins(pair);
    });
}

// Base relations
// ------------------------------------------------------------------------------------------------

RemotePart* PartOfRemoteRelation(PlannerInfo* root, RelOptInfo* rel, RemoteRelation* relation) {
    List* columns = ColumnVars(relation->query, rel->relid);
    Shape shape = relation->shape;
    shape.keys = NIL;
    for (auto* column : Each<Var>(columns))
        if (IsKeyColumn(*relation, column->varattno)) shape.keys = lappend(shape.keys, column);
    const Estimate& estimate = EstimateOf(relation, root->glob->boundParams);
    return MakeQueryPart(root, rel, relation->query, shape, columns,
                         estimate.total_cost / CountNodes(shape), estimate.root);
}

AttrNumber NumberIn(const List* expressions, const Node* wanted) {
    AttrNumber number = 0;
    for (auto* expr : Each<Node>(expressions)) {
        number++;
        if (equal(expr, wanted)) return number;
    }
    return 0;
}

// A sub-query that the nodes compute as a whole.
RemotePart* PartOfSubquery(PlannerInfo* root, RelOptInfo* rel, const RangeTblEntry* entry) {
    if (entry->security_barrier || entry->lateral || !rel->subroot || rel->pathlist == NIL)
        return nullptr;
    auto* path = static_cast<Path*>(linitial(rel->pathlist));
    if (!IsA(path, SubqueryScanPath)) return nullptr;
    const Path* result = reinterpret_cast<SubqueryScanPath*>(path)->subpath;
    const List* outputs = result->pathtarget->exprs;
    if (IsA(result, ProjectionPath))
        result = reinterpret_cast<const ProjectionPath*>(result)->subpath;
    const RemotePath* info = RemotePathOf(result);
    if (!info || !info->query || info->partial || info->shipments != NIL) return nullptr;
    int outputs_seen = 0;
    for (auto* expr : Each<Node>(outputs)) {
        outputs_seen++;
        // The nodes return the same column once; the second one would have no counterpart.
        if (!list_member(info->scan_target, expr) || NumberIn(outputs, expr) != outputs_seen)
            return nullptr;
    }
    List* columns = NIL;
    Shape shape = info->shape;
    shape.keys = NIL;
    int position = 0;
    for (auto* computed : Each<Node>(info->scan_target)) {
        // A column that the sub-query does not return has no number there.
        auto* column =
            makeVar(static_cast<int>(rel->relid), NumberIn(outputs, computed), exprType(computed),
                    exprTypmod(computed), exprCollation(computed), 0);
        columns = lappend(columns, column);
        const auto* target =
            static_cast<TargetEntry*>(list_nth(info->query->targetList, position++));
        if (column->varattno > 0 && IsA(target->expr, Var) &&
            IsKey(info->shape, reinterpret_cast<Var*>(target->expr)))
            shape.keys = lappend(shape.keys, column);
    }
    const Cost cost = std::max(
        result->total_cost - TransferCost(result->rows, result->pathtarget->width), Cost(0));
    return MakeQueryPart(root, rel, info->query, shape, columns, cost);
}

}  // namespace

void AddBaseParts(PlannerInfo* root, RelOptInfo* rel, RangeTblEntry* entry) {
    if (IS_DUMMY_REL(rel) || rel->reloptkind != RELOPT_BASEREL || root->hasPseudoConstantQuals)
        return;
    RemotePart* part = nullptr;
    if (RemoteRelation* relation = RemoteRelationOf(entry)) {
        part = PartOfRemoteRelation(root, rel, relation);
    } else if (entry->rtekind == RTE_SUBQUERY) {
        part = PartOfSubquery(root, rel, entry);
    } else if (entry->rtekind == RTE_RELATION && metadata::FindTable(entry->relid)) {
        part = MakeTablePart(root, rel, entry);
    }
    if (part) KeepPart(rel, part);
}

void DefineJoinSettings() {
    DefineCustomBoolVariable("citus.enable_repartition_joins",
                             "Lets nodes hand rows to each other for joins on other columns than "
                             "the distribution column.",
                             nullptr, &exchanges_enabled, true, PGC_USERSET, 0, nullptr, nullptr,
                             nullptr);
}

void InstallJoinHook() {
    previous_join_pathlist_hook = set_join_pathlist_hook;
    set_join_pathlist_hook = JoinPathlistHook;
}

}  // namespace pgspan::planner
