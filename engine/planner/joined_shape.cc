#include "engine/planner/joined_shape.h"

#include "engine/pg/list.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/hash_equality.h"
#include "engine/planner/safety.h"

extern "C" {
#include "optimizer/optimizer.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

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

}  // namespace

void AddConjuncts(JoinedItems* joined, Node* quals) {
    joined->conjuncts = list_concat(joined->conjuncts, ConjunctsOf(quals));
}

Shape CombineJoined(const JoinedItems& joined) {
    Components components;
    for (auto* item : Each<Shape>(joined.items)) {
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
    UseLateralPins(&components, joined.items);
    for (auto* clause : Each<Node>(joined.conjuncts))
        UseEquality(&components, joined.items, clause);

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

}  // namespace pgspan::planner
