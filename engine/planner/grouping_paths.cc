#include "engine/planner/grouping_paths.h"

#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/planner/estimate.h"
#include "engine/planner/part_query.h"
#include "engine/planner/remote_path.h"
#include "engine/planner/safety.h"
#include "engine/planner/sameness.h"

extern "C" {
#include "nodes/makefuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/planner.h"
#include "optimizer/prep.h"
#include "optimizer/tlist.h"
#include "parser/parse_oper.h"
#include "utils/selfuncs.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// The aggregation of one part of the input.
struct Aggregation {
    PlannerInfo* root;
    RelOptInfo* input;
    RelOptInfo* output;
    const GroupPathExtraData* extra;
    const RemotePart* part;
};

bool GroupsByKey(PlannerInfo* root, const RemotePart& part) {
    if (part.shape.pin) return true;
    for (auto* clause : Each<SortGroupClause>(root->parse->groupClause)) {
        Node* expr = get_sortgroupclause_expr(clause, root->processed_tlist);
        if (IsA(expr, Var) && IsKey(part.shape, reinterpret_cast<Var*>(expr))) return true;
    }
    return false;
}

TargetEntry* FindTarget(const Query* remote, const Node* expr) {
    for (auto* known : Each<TargetEntry>(remote->targetList))
        if (equal(known->expr, expr)) return known;
    return nullptr;
}

TargetEntry* FindOrAddTarget(Query* remote, Node* expr) {
    if (TargetEntry* known = FindTarget(remote, expr)) return known;
    TargetEntry* entry = makeTargetEntry(
        reinterpret_cast<Expr*>(expr), static_cast<AttrNumber>(list_length(remote->targetList) + 1),
        nullptr, true);
    remote->targetList = lappend(remote->targetList, entry);
    return entry;
}

// Groups by an expression of the query, in the way of `clause`.
void GroupBy(Query* remote, Node* expr, SortGroupClause* clause) {
    constexpr Index kFirstReference = 1000;  // above any reference of the target list
    TargetEntry* entry = FindOrAddTarget(remote, expr);
    if (entry->ressortgroupref == 0)
        entry->ressortgroupref = kFirstReference + list_length(remote->groupClause);
    clause->tleSortGroupRef = entry->ressortgroupref;
    remote->groupClause = lappend(remote->groupClause, clause);
}

bool IsGrouped(const Query* remote, const Node* expr) {
    const TargetEntry* entry = FindTarget(remote, expr);
    return entry && entry->ressortgroupref != 0;
}

// Columns by which PostgreSQL does not group because a key among the others decides about them. The
// nodes do not see that in shipped rows and sub-queries.
List* DependentColumns(const Query* remote) {
    List* columns = NIL;
    const auto collect = [&](Node* node, auto&& descend) {
        if (IsA(node, Aggref) || IsGrouped(remote, node)) return false;
        if (IsA(node, Var)) {
            columns = list_append_unique(columns, node);
            return false;
        }
        return descend(node);
    };
    pg::WalkNode(reinterpret_cast<Node*>(remote->targetList), collect);
    pg::WalkNode(remote->havingQual, collect);
    return columns;
}

// Adds GROUP BY of the level to the part's query, whose target list and HAVING have been made;
// false if a key cannot run there.
bool AddGroupClause(PlannerInfo* root, PartQuery* part) {
    for (auto* clause : Each<SortGroupClause>(root->parse->groupClause)) {
        Node* expr =
            ToPartQuery(root, *part, get_sortgroupclause_expr(clause, root->processed_tlist));
        if (!expr || !IsRemotable(reinterpret_cast<Node*>(clause), root->parse, nullptr))
            return false;
        GroupBy(part->query, expr, static_cast<SortGroupClause*>(copyObjectImpl(clause)));
    }
    for (auto* column : Each<Node>(DependentColumns(part->query))) {
        auto* clause = makeNode(SortGroupClause);
        get_sort_group_operators(exprType(column), false, false, false, &clause->sortop,
                                 &clause->eqop, nullptr, &clause->hashable);
        if (!OidIsValid(clause->sortop) || !OidIsValid(clause->eqop)) return false;
        GroupBy(part->query, column, clause);
    }
    return true;
}

// The expressions as the planning of the part's own query knows them; NIL if it does not.
List* ExpressionsInside(const RemotePart& part, List* expressions) {
    if (part.kind != RemotePart::Kind::kQuery || !part.inside) return NIL;
    const int columns = list_length(part.inside->processed_tlist);
    bool fits = true;
    Node* mapped = pg::MutateNode(
        reinterpret_cast<Node*>(expressions), [&](Node* node, auto&& descend) -> Node* {
            if (!IsA(node, Var)) return descend(node);
            const auto* var = reinterpret_cast<Var*>(node);
            if (var->varno != static_cast<int>(part.relation->relid) || var->varattno <= 0 ||
                var->varattno > columns) {
                fits = false;
                return node;
            }
            const auto* entry = static_cast<TargetEntry*>(
                list_nth(part.inside->processed_tlist, var->varattno - 1));
            return static_cast<Node*>(copyObjectImpl(entry->expr));
        });
    return fits ? reinterpret_cast<List*>(mapped) : NIL;
}

// Statistics of several columns together are known to the planning of the part's query alone.
double NumberOf(const Aggregation& of, List* expressions) {
    List* const inside = ExpressionsInside(*of.part, expressions);
    return inside ? estimate_num_groups(of.part->inside, inside, of.input->rows, nullptr, nullptr)
                  : estimate_num_groups(of.root, expressions, of.input->rows, nullptr, nullptr);
}

double NumberOfGroups(const Aggregation& of) {
    if (!of.root->parse->groupClause) return 1;
    return NumberOf(of,
                    get_sortgrouplist_exprs(of.root->parse->groupClause, of.root->processed_tlist));
}

// A path that returns `rows` rows of the part's query, each of which the nodes make of several of
// the part's.
CustomPath* MakePath(const Aggregation& of, RelOptInfo* rel, PathTarget* target,
                     const PartQuery& query, List* scan_target, double rows) {
    RemotePath info = {};
    info.query = query.query;
    info.shape = query.shape;
    info.scan_target = scan_target;
    info.shipments = query.shipments;
    info.is_filtered = true;
    const Cost cost = of.part->cost + of.input->rows * cpu_operator_cost *
                                          (1 + list_length(of.root->parse->groupClause)) /
                                          CountNodes(query.shape);
    return MakeRemotePath(rel, target, info, rows, cost);
}

void Offer(const Aggregation& of, Path* path) {
    if (of.input->reloptkind == RELOPT_BASEREL) {
        OnlyPath(of.output, path);  // the other paths fetch all rows
    } else {
        add_path(of.output, path);
    }
}

// Without what needs no row to be computed, which the scan computes by itself. Were it among the
// columns of the scan, PostgreSQL would take the same value among the parameters of the remote
// statement for that column. (Constants it never takes for a column.)
List* PushedTargets(const List* expressions) {
    List* pushed = NIL;
    for (auto* expr : Each<Node>(expressions))
        if (IsA(expr, Const) || !IsComputableUpFront(expr) || contain_volatile_functions(expr))
            pushed = lappend(pushed, expr);
    // The number of rows matters still.
    return pushed ? pushed
                  : pg::MakeList(makeConst(INT4OID, -1, InvalidOid, sizeof(int32), Int32GetDatum(1),
                                           false, true));
}

// Without GROUP BY it is the aggregates that make one row of all; those that nothing reads are not
// in the text.
void KeepOneGroup(Query* remote) {
    if (remote->groupClause != NIL || remote->havingQual ||
        contain_agg_clause(reinterpret_cast<Node*>(remote->targetList)))
        return;
    remote->groupingSets = pg::MakeList(makeGroupingSet(GROUPING_SET_EMPTY, NIL, -1));
}

// Groups are complete on a node: it does all of GROUP BY and HAVING.
bool AddWholePath(const Aggregation& of) {
    PlannerInfo* root = of.root;
    PathTarget* target = root->upper_targets[UPPERREL_GROUP_AGG];
    PartQuery part = MakePartQuery(root, of.part);
    List* const pushed = PushedTargets(target->exprs);
    if (!AddPartTargets(root, &part, pushed)) return false;
    if (root->parse->havingQual) {
        Node* having = ToPartQuery(root, part,
                                   reinterpret_cast<Node*>(make_ands_explicit(static_cast<List*>(
                                       copyObjectImpl(root->parse->havingQual)))));
        if (!having) return false;
        part.query->havingQual = having;
    }
    if (!AddGroupClause(root, &part)) return false;
    KeepOneGroup(part.query);
    part.query->hasAggs = root->parse->hasAggs;
    Offer(of, &MakePath(of, of.output, target, part, pushed, NumberOfGroups(of))->path);
    return true;
}

// The columns that the combining aggregate needs: grouping expressions and partial aggregates.
PathTarget* PartialTarget(PlannerInfo* root, PathTarget* grouping, Node* having) {
    PathTarget* partial = create_empty_pathtarget();
    List* others = NIL;
    int position = 0;
    for (auto* expr : Each<Expr>(grouping->exprs)) {
        const Index reference = get_pathtarget_sortgroupref(grouping, position);
        position++;
        if (reference && root->parse->groupClause &&
            get_sortgroupref_clause_noerr(reference, root->parse->groupClause))
            add_column_to_pathtarget(partial, expr, reference);
        else
            others = lappend(others, expr);
    }
    if (having) others = lappend(others, having);
    // What stands inside a grouping expression comes as a whole.
    Node* apart =
        pg::MutateNode(reinterpret_cast<Node*>(others), [&](Node* n, auto&& descend) -> Node* {
            if (!n || IsA(n, List)) return descend(n);
            if (IsA(n, Aggref)) return n;
            if (!list_member(partial->exprs, n)) return descend(n);
            return reinterpret_cast<Node*>(makeBoolConst(true, false));
        });
    List* inner = pull_var_clause(
        apart, PVC_INCLUDE_AGGREGATES | PVC_RECURSE_WINDOWFUNCS | PVC_INCLUDE_PLACEHOLDERS);
    add_new_columns_to_pathtarget(partial, inner);
    ListCell* cell;
    foreach (cell, partial->exprs) {
        if (!IsA(lfirst(cell), Aggref)) continue;
        auto* aggregate = makeNode(Aggref);
        memcpy(aggregate, lfirst(cell), sizeof(Aggref));
        mark_partial_aggref(aggregate, AGGSPLIT_INITIAL_SERIAL);
        lfirst(cell) = aggregate;
    }
    return set_pathtarget_cost_width(root, partial);
}

// What the nodes are asked to compute: the aggregates as the user wrote them (the marker makes them
// partial).
List* PlainExpressions(const List* partial) {
    List* plain = NIL;
    for (auto* expr : Each<Node>(partial)) {
        if (!IsA(expr, Aggref)) {
            plain = lappend(plain, expr);
            continue;
        }
        auto* aggregate = makeNode(Aggref);
        memcpy(aggregate, expr, sizeof(Aggref));
        aggregate->aggsplit = AGGSPLIT_SIMPLE;
        aggregate->aggtype = get_func_rettype(aggregate->aggfnoid);
        plain = lappend(plain, aggregate);
    }
    return plain;
}

Path* Combine(const Aggregation& of, Path* path, AggSplit split) {
    PlannerInfo* root = of.root;
    RelOptInfo* output = of.output;
    const GroupPathExtraData* extra = of.extra;
    const double groups = NumberOfGroups(of);
    AggClauseCosts costs = {};
    if (root->parse->hasAggs) get_agg_clause_costs(root, split, &costs);
    AggStrategy strategy = AGG_PLAIN;
    const bool can_hash = (extra->flags & GROUPING_CAN_USE_HASH) != 0 && split != AGGSPLIT_SIMPLE;
    if (root->parse->groupClause) strategy = can_hash ? AGG_HASHED : AGG_SORTED;
    if (strategy != AGG_HASHED && root->group_pathkeys != NIL)
        path = reinterpret_cast<Path*>(
            create_sort_path(root, output, path, root->group_pathkeys, -1.0));
    return reinterpret_cast<Path*>(
        create_agg_path(root, output, path, output->reltarget, strategy,
                        root->parse->hasAggs ? split : AGGSPLIT_SIMPLE, root->parse->groupClause,
                        reinterpret_cast<List*>(extra->havingQual), &costs, groups));
}

// Every node may see every group.
double PartialRows(const Aggregation& of, double groups) {
    return std::min(of.input->rows, groups * CountNodes(of.part->shape));
}

bool AddPartialPath(const Aggregation& of) {
    PlannerInfo* root = of.root;
    // A task for one shard is no part of an aggregation: nodes compute results for it, no states.
    if (!(of.extra->flags & GROUPING_CAN_PARTIAL_AGG) || of.part->shape.pin) return false;
    PathTarget* partial =
        PartialTarget(root, root->upper_targets[UPPERREL_GROUP_AGG], of.extra->havingQual);
    PartQuery part = MakePartQuery(root, of.part);
    List* const pushed = PushedTargets(partial->exprs);
    if (!AddPartTargets(root, &part, PlainExpressions(pushed)) || !AddGroupClause(root, &part))
        return false;
    part.query->hasAggs = root->parse->hasAggs;
    CustomPath* path =
        MakePath(of, of.input, partial, part, pushed, PartialRows(of, NumberOfGroups(of)));
    static_cast<RemotePath*>(linitial(path->custom_private))->partial = root->parse->hasAggs;
    Offer(of, Combine(of, &path->path, AGGSPLIT_FINAL_DESERIAL));
    return true;
}

bool OnlyDistinctAggregates(PlannerInfo* root, Node* having) {
    const auto not_distinct = [](Node* node, auto&& descend) {
        if (IsA(node, Aggref)) {
            const auto* aggregate = reinterpret_cast<Aggref*>(node);
            return aggregate->aggdistinct == NIL || contain_volatile_functions(node);
        }
        return descend(node);
    };
    return !pg::WalkNode(reinterpret_cast<Node*>(root->processed_tlist), not_distinct) &&
           !pg::WalkNode(having, not_distinct);
}

// count(DISTINCT x) and the like do not care how often a row occurs: nodes send each combination
// once.
bool AddDistinctPath(const Aggregation& of) {
    PlannerInfo* root = of.root;
    if (!root->parse->hasAggs || !OnlyDistinctAggregates(root, of.extra->havingQual) ||
        TellsEqualsApart(reinterpret_cast<Node*>(root->processed_tlist)) ||
        TellsEqualsApart(of.extra->havingQual))
        return false;
    List* columns = NIL;
    for (auto* var : Each<Node>(pull_var_clause(reinterpret_cast<Node*>(of.input->reltarget->exprs),
                                                PVC_INCLUDE_PLACEHOLDERS)))
        columns = list_append_unique(columns, var);
    PartQuery part = MakePartQuery(root, of.part);
    if (columns == NIL || !AddPartTargets(root, &part, columns)) return false;
    Index reference = 0;
    for (auto* entry : Each<TargetEntry>(part.query->targetList)) {
        auto* clause = makeNode(SortGroupClause);
        get_sort_group_operators(exprType(reinterpret_cast<Node*>(entry->expr)), false, false,
                                 false, &clause->sortop, &clause->eqop, nullptr, &clause->hashable);
        if (!OidIsValid(clause->sortop) || !OidIsValid(clause->eqop)) return false;
        entry->ressortgroupref = clause->tleSortGroupRef = ++reference;
        part.query->distinctClause = lappend(part.query->distinctClause, clause);
    }
    const double combinations = NumberOf(of, columns);
    CustomPath* path =
        MakePath(of, of.input, of.input->reltarget, part, columns, PartialRows(of, combinations));
    Offer(of, Combine(of, &path->path, AGGSPLIT_SIMPLE));
    return true;
}

// The part in which groups are complete, or the cheapest of those that lie on the nodes.
const RemotePart* BestPart(PlannerInfo* root, const RelOptInfo* input) {
    const RemotePart* best = nullptr;
    for (auto* part : Each<RemotePart>(PartsOf(input))) {
        if (!part->shape.IsDistributed()) continue;
        if (GroupsByKey(root, *part)) return part;
        if (!best || part->cost < best->cost) best = part;
    }
    return best;
}

}  // namespace

void AddGroupingPaths(PlannerInfo* root, RelOptInfo* input, RelOptInfo* output,
                      const GroupPathExtraData* extra) {
    if ((input->reloptkind != RELOPT_BASEREL && input->reloptkind != RELOPT_JOINREL) ||
        root->parse->groupingSets || root->parse->hasTargetSRFs || root->hasPseudoConstantQuals)
        return;
    const RemotePart* part = BestPart(root, input);
    if (!part) return;
    const Aggregation of = {root, input, output, extra, part};
    if (GroupsByKey(root, *part) && AddWholePath(of)) return;
    if (AddPartialPath(of)) return;
    AddDistinctPath(of);
}

}  // namespace pgspan::planner
