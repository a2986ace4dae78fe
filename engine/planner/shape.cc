#include "engine/planner/shape.h"

#include "engine/pg/join_aliases.h"
#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/planner/remote_relation.h"
#include "engine/planner/row_order.h"
#include "engine/planner/row_security.h"
#include "engine/planner/safety.h"
#include "engine/planner/split_write.h"

extern "C" {
#include "access/hash.h"
#include "catalog/pg_am.h"
#include "catalog/pg_collation.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
#include "utils/syscache.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

Shape Unpushable(const char* reason) {
    Shape shape;
    shape.kind = Shape::Kind::kUnpushable;
    shape.reason = reason;
    return shape;
}

bool SameGroup(const Shape& a, const Shape& b) {
    return a.anchor->colocation_id == b.anchor->colocation_id;
}

bool MentionsUpperLevel(Node* node) {
    return contain_vars_of_level(node, 1) || pg::WalkNode(node, [](Node* n, auto&& descend) {
               if (IsA(n, Var)) return reinterpret_cast<Var*>(n)->varlevelsup > 0;
               if (IsA(n, Query)) return false;
               return descend(n);
           });
}

// An inner-joined group of items and the conjuncts that hold over them.
struct Group {
    List* items = NIL;      // of Shape*
    List* conjuncts = NIL;  // of Node*
};

Shape AnalyzeFromItem(Node* node, const Level& level);
Shape CombineGroup(const Group& group, const Level& level);

void AddConjuncts(Group* group, Node* quals) {
    if (quals)
        group->conjuncts =
            list_concat(group->conjuncts, make_ands_implicit(reinterpret_cast<Expr*>(quals)));
}

Shape* Allocate(const Shape& shape) {
    auto* copy = static_cast<Shape*>(palloc(sizeof(Shape)));
    *copy = shape;
    return copy;
}

// Takes a FROM item apart as far as inner joins go.
void Flatten(Node* node, const Level& level, Group* group) {
    if (IsA(node, FromExpr)) {
        auto* from = reinterpret_cast<FromExpr*>(node);
        for (auto* item : Each<Node>(from->fromlist)) Flatten(item, level, group);
        AddConjuncts(group, from->quals);
        return;
    }
    if (IsA(node, JoinExpr) && reinterpret_cast<JoinExpr*>(node)->jointype == JOIN_INNER) {
        auto* join = reinterpret_cast<JoinExpr*>(node);
        Flatten(join->larg, level, group);
        Flatten(join->rarg, level, group);
        AddConjuncts(group, join->quals);
        return;
    }
    group->items = lappend(group->items, Allocate(AnalyzeFromItem(node, level)));
}

// What a key may be pinned to: a value known before execution, or a Var of the level above.
bool CanPin(Node* node) {
    Node* stripped = StripRelabel(node);
    if (IsA(stripped, Var)) return reinterpret_cast<Var*>(stripped)->varlevelsup == 1;
    return IsComputableUpFront(node) && !contain_volatile_functions(node);
}

const Shape* OwnerOfKey(const List* items, Node* node) {
    node = StripRelabel(node);
    if (!IsA(node, Var)) return nullptr;
    for (auto* item : Each<Shape>(items))
        if (item->IsDistributed() && IsKey(*item, reinterpret_cast<Var*>(node))) return item;
    return nullptr;
}

// The distributed items of a group, joined to components by equalities of keys and by equal pins.
struct Components {
    static constexpr int kMax = 64;
    Shape* items[kMax];
    int parent[kMax];
    Expr* pins[kMax];
    int count = 0;

    int Find(int i) const {
        while (parent[i] != i) i = parent[i];
        return i;
    }
    int Of(const Shape* item) const {
        for (int i = 0; i < count; i++)
            if (items[i] == item) return Find(i);
        pg_unreachable();
    }
    void Unite(int a, int b) {
        a = Find(a);
        b = Find(b);
        if (a == b || !SameGroup(*items[a], *items[b])) return;
        if (!pins[a]) pins[a] = pins[b];
        parent[b] = a;
    }
    void Pin(int component, Node* value) {
        // A Var of the level above is known by itself, a value with the type by which it is
        // compared.
        Node* stripped = StripRelabel(value);
        if (!pins[component])
            pins[component] = reinterpret_cast<Expr*>(IsA(stripped, Var) ? stripped : value);
    }
};

void UseEquality(Components* components, const List* items, Node* clause) {
    for (int i = 0; i < components->count; i++) {
        const metadata::Table* table = components->items[i]->anchor;
        Node* left = nullptr;
        Node* right = nullptr;
        if (!IsHashEquality(clause, *table, &left, &right)) continue;
        const Shape* left_owner = OwnerOfKey(items, left);
        const Shape* right_owner = OwnerOfKey(items, right);
        if (left_owner && right_owner)
            components->Unite(components->Of(left_owner), components->Of(right_owner));
        else if (left_owner && CanPin(right))
            components->Pin(components->Of(left_owner), right);
        else if (right_owner && CanPin(left))
            components->Pin(components->Of(right_owner), left);
        return;
    }
}

// A lateral item may be pinned to a Var of this level that is a key of another item.
void UseLateralPins(Components* components, const List* items) {
    for (int i = 0; i < components->count; i++) {
        Expr* pin = components->items[i]->pin;
        if (!pin || !IsA(pin, Var) || reinterpret_cast<Var*>(pin)->varlevelsup != 0) continue;
        components->pins[i] = nullptr;
        const Shape* owner = OwnerOfKey(items, reinterpret_cast<Node*>(pin));
        if (owner) components->Unite(components->Of(owner), i);
    }
}

Shape CombineGroup(const Group& group, const Level&) {
    Components components;
    for (auto* item : Each<Shape>(group.items)) {
        if (item->IsUnpushable()) return *item;
        if (!item->IsDistributed()) continue;
        if (components.count == Components::kMax)
            return Unpushable("a join of more than 64 distributed tables");
        components.items[components.count] = item;
        components.pins[components.count] = item->pin;
        components.parent[components.count] = components.count;
        components.count++;
    }
    if (components.count == 0) return {};
    UseLateralPins(&components, group.items);
    for (auto* clause : Each<Node>(group.conjuncts)) UseEquality(&components, group.items, clause);

    const int root = components.Find(0);
    for (int i = 1; i < components.count; i++) {
        const int other = components.Find(i);
        if (other == components.Find(root)) continue;
        if (!components.pins[other] || !components.pins[components.Find(root)] ||
            !equal(components.pins[other], components.pins[components.Find(root)]))
            return Unpushable(
                "distributed tables that are not joined on their distribution columns");
        components.Unite(root, other);
        if (components.Find(other) != components.Find(root))
            return Unpushable("distributed tables that are not colocated");
    }
    Shape shape;
    shape.kind = Shape::Kind::kDistributed;
    shape.anchor = components.items[root]->anchor;
    shape.pin = components.pins[components.Find(root)];
    for (int i = 0; i < components.count; i++)
        shape.keys = list_concat(shape.keys, components.items[i]->keys);
    return shape;
}

// Sub-queries inside an expression
// ------------------------------------------------------------------------------

// x IN (SELECT key …) as a conjunct: matches can only be in the shard of x.
bool IsKeyMembership(const SubLink* sublink, const Shape& from, const QueryShape& inner) {
    if (sublink->subLinkType != ANY_SUBLINK || !inner.whole.IsDistributed()) return false;
    List* tests = make_ands_implicit(reinterpret_cast<Expr*>(sublink->testexpr));
    for (auto* test : Each<Node>(tests)) {
        Node* left = nullptr;
        Node* right = nullptr;
        if (!IsHashEquality(test, *from.anchor, &left, &right)) continue;
        left = StripRelabel(left);
        right = StripRelabel(right);
        if (!IsA(left, Var) || !IsA(right, Param) || !IsKey(from, reinterpret_cast<Var*>(left)))
            continue;
        const auto* param = reinterpret_cast<Param*>(right);
        if (param->paramkind == PARAM_SUBLINK && list_member_int(inner.key_columns, param->paramid))
            return true;
    }
    return false;
}

// True if the sub-query, evaluated on a node beside `from`, sees all that it needs there. May pin a
// replicated `from`.
bool SublinkFits(const SubLink* sublink, Shape* from, const Level& level, bool is_conjunct) {
    const Level inner_level = {castNode(Query, sublink->subselect), &level};
    const QueryShape inner = AnalyzeQuery(inner_level);
    if (inner.whole.IsUnpushable()) return false;
    if (inner.whole.IsReplicated()) return true;
    if (from->IsReplicated()) {
        if (!inner.whole.pin || IsA(inner.whole.pin, Var)) return false;
        from->kind = Shape::Kind::kDistributed;
        from->anchor = inner.whole.anchor;
        from->pin = inner.whole.pin;
        return true;
    }
    if (!SameGroup(*from, inner.whole)) return false;
    Expr* pin = inner.whole.pin;
    if (pin && IsA(pin, Var)) {
        Var outer = *reinterpret_cast<Var*>(pin);
        if (outer.varlevelsup != 1) return false;
        outer.varlevelsup = 0;
        return IsKey(*from, &outer);
    }
    if (pin && from->pin && equal(pin, from->pin)) return true;
    return is_conjunct && IsKeyMembership(sublink, *from, inner);
}

bool SublinksFit(Node* expression, Shape* from, const Level& level) {
    if (expression && IsA(expression, SubLink) &&
        SublinkFits(reinterpret_cast<SubLink*>(expression), from, level, true))
        return !pg::WalkNode(reinterpret_cast<SubLink*>(expression)->testexpr,
                             [](Node* n, auto&& descend) { return IsA(n, SubLink) || descend(n); });
    return !pg::WalkNode(expression, [&](Node* node, auto&& descend) {
        if (IsA(node, SubLink))
            return !SublinkFits(reinterpret_cast<SubLink*>(node), from, level, false) ||
                   descend(reinterpret_cast<SubLink*>(node)->testexpr
                               ? reinterpret_cast<SubLink*>(node)->testexpr
                               : node);
        if (IsA(node, Query)) return false;
        return descend(node);
    });
}

// FROM items
// ----------------------------------------------------------------------------------------------------

Shape ShapeOfRelation(const RangeTblEntry* rte, Index varno) {
    const metadata::Table* table = metadata::FindTable(rte->relid);
    if (!table || IsLocalPart(rte)) return Unpushable("a local table");
    if (table->IsReference()) return {};
    Shape shape;
    shape.kind = Shape::Kind::kDistributed;
    shape.anchor = table;
    shape.keys = pg::MakeList(makeVar(static_cast<int>(varno), table->distribution_column,
                                      table->distribution_type, table->distribution_typmod,
                                      get_typcollation(table->distribution_type), 0));
    return shape;
}

// A table with the conditions of its policies, which no others precede.
Shape ShapeUnderPolicies(const RangeTblEntry* rte, Index varno, const Level& level) {
    Shape table = ShapeOfRelation(rte, varno);
    if (rte->securityQuals == NIL || table.IsUnpushable()) return table;
    Group group;
    group.items = pg::MakeList(&table);
    List* with_sublinks = NIL;
    for (auto* condition : Each<Node>(rte->securityQuals)) {
        const char* reason = nullptr;
        if (!IsRemotable(condition, level.query, &reason)) return Unpushable(reason);
        if (checkExprHasSubLink(condition))
            with_sublinks = lappend(with_sublinks, condition);
        else
            AddConjuncts(&group, condition);
    }
    Shape shape = CombineGroup(group, level);
    for (auto* condition : Each<Node>(with_sublinks))
        if (!SublinksFit(condition, &shape, level))
            return Unpushable("a policy with a sub-query that is not colocated");
    return shape;
}

// A sub-query's shape as an item of the level above it.
Shape ShapeOfSubquery(const QueryShape& inner, Index varno, const Query* query,
                      const Query* above) {
    Shape shape = inner.whole;
    if (shape.IsDistributed() && !shape.IsPinned() && query->sortClause &&
        ShowsOrderOfItsOnlySource(above))
        return Unpushable("a sorted sub-query whose order shows");
    shape.keys = NIL;
    for (const int column : pg::EachInt(inner.key_columns)) {
        const auto* entry = static_cast<TargetEntry*>(list_nth(query->targetList, column - 1));
        shape.keys = lappend(shape.keys, makeVarFromTargetEntry(static_cast<int>(varno),
                                                                const_cast<TargetEntry*>(entry)));
    }
    if (shape.pin && IsA(shape.pin, Var)) {
        auto* pin = static_cast<Var*>(copyObjectImpl(shape.pin));
        if (pin->varlevelsup == 0) return Unpushable("a lateral reference");
        pin->varlevelsup--;
        shape.pin = reinterpret_cast<Expr*>(pin);
    }
    return shape;
}

Shape ShapeOfCte(const RangeTblEntry* rte, Index varno, const Level& level) {
    const Level* owner = &level;
    for (Index up = rte->ctelevelsup; up > 0 && owner; up--) owner = owner->parent;
    if (!owner) return Unpushable("a CTE of an outer query");
    for (auto* cte : Each<CommonTableExpr>(owner->query->cteList)) {
        if (strcmp(cte->ctename, rte->ctename) != 0) continue;
        auto* query = castNode(Query, cte->ctequery);
        if (cte->cterecursive) return Unpushable("a recursive CTE");
        const Level inner = {query, owner};
        return ShapeOfSubquery(AnalyzeQuery(inner), varno, query, level.query);
    }
    return Unpushable("a CTE of an outer query");
}

Shape ShapeOfExpressions(Node* expressions, const Level& level) {
    const char* reason = nullptr;
    if (!IsRemotable(expressions, level.query, &reason)) return Unpushable(reason);
    if (contain_volatile_functions(expressions)) return Unpushable("a volatile function in FROM");
    Shape none;
    if (!SublinksFit(expressions, &none, level) || none.IsDistributed())
        return Unpushable("a sub-query in FROM");
    return {};
}

Shape ShapeOfRangeTableEntry(Index varno, const Level& level) {
    const RangeTblEntry* rte = rt_fetch(varno, level.query->rtable);
    if (rte->securityQuals && rte->rtekind != RTE_RELATION)
        return Unpushable("policies of a table with heirs");
    switch (rte->rtekind) {
    case RTE_RELATION:
        return ShapeUnderPolicies(rte, varno, level);
    case RTE_SUBQUERY: {
        if (rte->functions != NIL) return Unpushable("a write");
        if (rte->security_barrier && rte->subquery->setOperations)
            return Unpushable("a set operation behind a security barrier");
        const Level inner = {rte->subquery, &level};
        return ShapeOfSubquery(AnalyzeQuery(inner), varno, rte->subquery, level.query);
    }
    case RTE_CTE:
        return ShapeOfCte(rte, varno, level);
    case RTE_FUNCTION:
        if (RemoteRelationOf(rte)) return Unpushable("rows that have been read elsewhere");
        return ShapeOfExpressions(reinterpret_cast<Node*>(rte->functions), level);
    case RTE_TABLEFUNC:
        return ShapeOfExpressions(reinterpret_cast<Node*>(rte->tablefunc), level);
    case RTE_VALUES:
        return ShapeOfExpressions(reinterpret_cast<Node*>(rte->values_lists), level);
    case RTE_RESULT:
        return {};
    default:
        return Unpushable("a transition table");
    }
}

// An item with all inner joins at its top, and every condition over them. Those that do not fit are
// put in *local_quals where it is given.
Shape AnalyzeInnerJoined(Node* item, const Level& level, List** local_quals) {
    Group group;
    Flatten(item, level, &group);
    List* pushable = NIL;
    List* with_sublinks = NIL;
    for (auto* clause : Each<Node>(group.conjuncts)) {
        const char* reason = nullptr;
        const bool fits = IsRemotable(clause, level.query, &reason) &&
                          !(local_quals && MentionsUpperLevel(clause));
        if (!fits && !local_quals) return Unpushable(reason);
        if (!fits)
            *local_quals = lappend(*local_quals, clause);
        else if (checkExprHasSubLink(clause))
            with_sublinks = lappend(with_sublinks, clause);
        else
            pushable = lappend(pushable, clause);
    }
    group.conjuncts = pushable;
    Shape from = CombineGroup(group, level);
    if (from.IsUnpushable()) return from;
    for (auto* clause : Each<Node>(with_sublinks)) {
        if (SublinksFit(clause, &from, level)) continue;
        if (!local_quals) return Unpushable("a sub-query that is not colocated");
        *local_quals = lappend(*local_quals, clause);
    }
    return from;
}

Shape CombineOuterJoin(const JoinExpr* join, const Level& level) {
    const bool swapped = join->jointype == JOIN_RIGHT;
    Shape outer = AnalyzeInnerJoined(swapped ? join->rarg : join->larg, level, nullptr);
    Shape inner = AnalyzeInnerJoined(swapped ? join->larg : join->rarg, level, nullptr);
    if (outer.IsUnpushable()) return outer;
    if (inner.IsUnpushable()) return inner;
    const char* reason = nullptr;
    if (!IsRemotable(join->quals, level.query, &reason)) return Unpushable(reason);
    if (checkExprHasSubLink(join->quals))
        return Unpushable("a sub-query in the condition of an outer join");
    if (outer.IsReplicated() && inner.IsReplicated()) return {};
    if (outer.IsReplicated() || (inner.IsReplicated() && join->jointype == JOIN_FULL)) {
        Shape& distributed = outer.IsReplicated() ? inner : outer;
        if (!distributed.IsPinned())
            return Unpushable("an outer join that keeps rows of a reference table");
        distributed.keys = NIL;
        return distributed;
    }
    if (inner.IsReplicated()) return outer;

    Group both;
    both.items = pg::MakeList(&outer, &inner);
    AddConjuncts(&both, join->quals);
    Shape joined = CombineGroup(both, level);
    if (joined.IsUnpushable()) return joined;
    // The condition of the join does not filter the side whose rows are all kept.
    joined.pin = outer.pin;
    joined.keys = join->jointype == JOIN_FULL ? NIL : outer.keys;
    if (joined.pin && join->jointype == JOIN_FULL && !(inner.pin && equal(inner.pin, outer.pin)))
        joined.pin = nullptr;
    // Pins of the kept side alone cannot have joined the two unless both had one.
    return joined;
}

Shape AnalyzeFromItem(Node* node, const Level& level) {
    if (IsA(node, RangeTblRef))
        return ShapeOfRangeTableEntry(
            static_cast<Index>(reinterpret_cast<RangeTblRef*>(node)->rtindex), level);
    return CombineOuterJoin(castNode(JoinExpr, node), level);
}

// Levels
// --------------------------------------------------------------------------------------------------------

Shape AnalyzeFrom(const Level& level, List** local_quals) {
    return AnalyzeInnerJoined(reinterpret_cast<Node*>(level.query->jointree), level, local_quals);
}

bool GroupsByKey(const List* clauses, const Query* query, const Shape& from) {
    for (auto* clause : Each<SortGroupClause>(clauses)) {
        Node* expr = StripRelabel(get_sortgroupclause_expr(clause, query->targetList));
        if (IsA(expr, Var) && IsKey(from, reinterpret_cast<Var*>(expr))) return true;
    }
    return false;
}

// nullptr if the level's result is the concatenation of the shard groups' results, else why not.
const char* WhyNotConcatenable(const Query* query, const Shape& from) {
    if (query->limitCount || query->limitOffset) return "LIMIT";
    if (query->groupingSets) return "GROUPING SETS";
    if (query->groupClause && !GroupsByKey(query->groupClause, query, from))
        return "GROUP BY without the distribution column";
    if (!query->groupClause && (query->hasAggs || query->havingQual))
        return "an aggregate over all rows";
    if (query->distinctClause && !GroupsByKey(query->distinctClause, query, from))
        return "DISTINCT without the distribution column";
    if (query->hasWindowFuncs)
        for (auto* window : Each<WindowClause>(query->windowClause))
            if (!GroupsByKey(window->partitionClause, query, from))
                return "a window that is not partitioned by the distribution column";
    return nullptr;
}

List* KeyColumns(const Query* query, const Shape& from) {
    List* columns = NIL;
    for (auto* entry : Each<TargetEntry>(query->targetList)) {
        Node* expr = reinterpret_cast<Node*>(entry->expr);
        if (!entry->resjunk && IsA(expr, Var) && IsKey(from, reinterpret_cast<Var*>(expr)))
            columns = lappend_int(columns, entry->resno);
    }
    return columns;
}

// Leaves of a set operation must all be distributed over one group; duplicates are found on the
// nodes only if a column that is the key in every leaf tells them apart.
struct SetLeaves {
    Shape shape;
    List* key_columns = NIL;
    bool seen = false;
    bool replicated = false;
};

const char* AddLeaf(SetLeaves* leaves, Index varno, const Level& level) {
    const RangeTblEntry* rte = rt_fetch(varno, level.query->rtable);
    const Level inner_level = {rte->subquery, &level};
    const QueryShape inner = AnalyzeQuery(inner_level);
    if (inner.whole.IsUnpushable()) return inner.whole.reason;
    if (inner.whole.pin && IsA(inner.whole.pin, Var)) return "a correlated set operation";
    if (inner.whole.IsReplicated()) {
        leaves->replicated = true;
        return nullptr;
    }
    if (!leaves->seen) {
        leaves->shape = inner.whole;
        leaves->key_columns = inner.key_columns;
        leaves->seen = true;
        return nullptr;
    }
    if (!SameGroup(leaves->shape, inner.whole))
        return "a set operation over tables that are not colocated";
    if (!(leaves->shape.pin && inner.whole.pin && equal(leaves->shape.pin, inner.whole.pin)))
        leaves->shape.pin = nullptr;
    leaves->key_columns = list_intersection_int(leaves->key_columns, inner.key_columns);
    return nullptr;
}

const char* AddLeaves(SetLeaves* leaves, Node* node, const Level& level, bool* all_union_all) {
    if (IsA(node, RangeTblRef))
        return AddLeaf(leaves, static_cast<Index>(reinterpret_cast<RangeTblRef*>(node)->rtindex),
                       level);
    auto* operation = castNode(SetOperationStmt, node);
    if (operation->op != SETOP_UNION || !operation->all) *all_union_all = false;
    const char* reason = AddLeaves(leaves, operation->larg, level, all_union_all);
    return reason ? reason : AddLeaves(leaves, operation->rarg, level, all_union_all);
}

QueryShape AnalyzeSetOperation(const Level& level) {
    const Query* query = level.query;
    QueryShape result = {};
    SetLeaves leaves;
    bool all_union_all = true;
    const char* reason = AddLeaves(&leaves, query->setOperations, level, &all_union_all);
    if (!reason && leaves.seen && !leaves.shape.pin) {
        if (leaves.replicated) reason = "a set operation of distributed and reference tables";
        if (!all_union_all && leaves.key_columns == NIL)
            reason = "a set operation without the distribution column";
        if (query->limitCount || query->limitOffset) reason = "LIMIT";
    }
    if (!reason && !leaves.seen && (query->limitCount || query->limitOffset)) reason = "LIMIT";
    result.from = Unpushable("a set operation");
    result.whole = reason ? Unpushable(reason) : leaves.seen ? leaves.shape : Shape{};
    result.key_columns = leaves.key_columns;
    if (!reason && leaves.shape.pin) result.from = leaves.shape;
    return result;
}

const char* CheckCtes(const Level& level) {
    for (auto* cte : Each<CommonTableExpr>(level.query->cteList)) {
        if (castNode(Query, cte->ctequery)->commandType != CMD_SELECT)
            return "a data-modifying CTE";
        if (cte->cterecursive) return "a recursive CTE";
        if (cte->cterefcount > 0) continue;
        // Not analysed anywhere else: it must not drag along what a node cannot run.
        const Level inner = {castNode(Query, cte->ctequery), &level};
        if (!AnalyzeQuery(inner).whole.IsReplicated()) return "a CTE that nothing reads";
    }
    return nullptr;
}

// Everything of the level but FROM and WHERE.
const char* CheckUpperClauses(const Level& level, Shape* from) {
    const Query* query = level.query;
    Node* const clauses[] = {reinterpret_cast<Node*>(query->targetList),
                             query->havingQual,
                             query->limitCount,
                             query->limitOffset,
                             reinterpret_cast<Node*>(query->windowClause),
                             reinterpret_cast<Node*>(query->returningList),
                             reinterpret_cast<Node*>(NewRowConditions(query))};
    for (Node* clause : clauses) {
        const char* reason = "an expression";
        if (!IsRemotable(clause, query, &reason)) return reason;
        if (query->hasSubLinks && !SublinksFit(clause, from, level))
            return "a sub-query that is not colocated";
    }
    return nullptr;
}

}  // namespace

Node* StripRelabel(Node* node) {
    while (node && IsA(node, RelabelType))
        node = reinterpret_cast<Node*>(reinterpret_cast<RelabelType*>(node)->arg);
    return node;
}

bool NodesCanAnswer(const SubLink* sublink, const Shape& from, const Level& level) {
    Shape shape = from;
    return from.IsDistributed() && SublinkFits(sublink, &shape, level, false);
}

bool IsHashEquality(Node* clause, const metadata::Table& table, Node** left, Node** right) {
    if (!IsA(clause, OpExpr)) return false;
    auto* op = reinterpret_cast<OpExpr*>(clause);
    if (list_length(op->args) != 2 ||
        get_op_opfamily_strategy(op->opno, table.hash_opfamily) != HTEqualStrategyNumber)
        return false;
    const Oid collation = table.distribution_collation;
    if (op->inputcollid != collation && !(OidIsValid(op->inputcollid) && OidIsValid(collation) &&
                                          get_collation_isdeterministic(op->inputcollid) &&
                                          get_collation_isdeterministic(collation)))
        return false;
    *left = static_cast<Node*>(linitial(op->args));
    *right = static_cast<Node*>(lsecond(op->args));
    return true;
}

bool IsKey(const Shape& shape, const Var* var) {
    for (auto* key : Each<Var>(shape.keys))
        if (key->varno == var->varno && key->varattno == var->varattno && var->varlevelsup == 0)
            return true;
    return false;
}

QueryShape AnalyzeQuery(const Level& level) {
    check_stack_depth();
    QueryShape result = {};
    const Query* query = level.query;
    const char* reason = CheckCtes(level);
    if (!reason && query->setOperations) return AnalyzeSetOperation(level);
    result.from = reason ? Unpushable(reason) : AnalyzeFrom(level, nullptr);
    if (result.from.IsUnpushable()) {
        result.whole = result.from;
        return result;
    }
    reason = CheckUpperClauses(level, &result.from);
    if (!reason && result.from.IsDistributed() && !result.from.pin)
        reason = WhyNotConcatenable(query, result.from);
    if (!reason && query->rowMarks && result.from.IsReplicated())
        reason = "FOR UPDATE or FOR SHARE of reference tables";
    if (!reason && result.from.IsReplicated() && query->commandType == CMD_SELECT &&
        MayDifferBetweenCopies(level.query))
        reason = "a sub-query that may differ between nodes";
    result.whole = reason ? Unpushable(reason) : result.from;
    if (!reason) result.key_columns = KeyColumns(query, result.from);
    return result;
}

Shape AnalyzeFromAsRoot(const Level& level, List** local_quals) {
    const char* reason = CheckCtes(level);
    if (reason) return Unpushable(reason);
    if (level.query->setOperations) return Unpushable("a set operation");
    return AnalyzeFrom(level, local_quals);
}

}  // namespace pgspan::planner
