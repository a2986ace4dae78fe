#include "engine/planner/asked_sublinks.h"

#include "engine/pg/list.h"
#include "engine/pg/walk.h"

namespace pgspan::planner {

namespace {

using pg::Each;

struct Search {
    bool wants_inside;   // of aggregates
    bool wants_outside;  // of them
    List* found;
};

void Look(Node* expression, bool in_aggregate, Search* search) {
    pg::WalkNode(expression, [&](Node* n, auto&& descend) -> bool {
        switch (nodeTag(n)) {
        case T_SubLink:
            if (in_aggregate ? search->wants_inside : search->wants_outside)
                search->found = lappend(search->found, n);
            return false;
        case T_Query:
            return false;
        case T_CaseExpr: {
            const auto* choice = reinterpret_cast<CaseExpr*>(n);
            Look(choice->arg ? reinterpret_cast<Node*>(choice->arg)
                             : reinterpret_cast<Node*>(
                                   static_cast<CaseWhen*>(linitial(choice->args))->expr),
                 in_aggregate, search);
            return false;
        }
        case T_CoalesceExpr:
            Look(static_cast<Node*>(linitial(reinterpret_cast<CoalesceExpr*>(n)->args)),
                 in_aggregate, search);
            return false;
        case T_Aggref: {
            const auto* aggregate = reinterpret_cast<Aggref*>(n);
            if (aggregate->aggfilter) return false;
            Look(reinterpret_cast<Node*>(aggregate->aggdirectargs), false, search);
            Look(reinterpret_cast<Node*>(aggregate->args), true, search);
            return false;
        }
        case T_WindowFunc:
            return reinterpret_cast<WindowFunc*>(n)->aggfilter ? false : descend(n);
        default:
            return descend(n);
        }
    });
}

// Nothing else in a SELECT is a parameter of this kind.
constexpr ParamKind kPlaceholder = PARAM_MULTIEXPR;

}  // namespace

List* AskedSublinks(Node* expression, bool outside_aggregates) {
    Search search = {!outside_aggregates, true, NIL};
    Look(expression, false, &search);
    return search.found;
}

List* SublinksInAggregates(Node* expression) {
    Search search = {true, false, NIL};
    Look(expression, false, &search);
    return search.found;
}

Node* WithPlaceholders(Node* expression, const List* parts, int first) {
    return pg::MutateNode(expression, [&](Node* n, auto&& descend) -> Node* {
        if (IsA(n, Query)) return n;
        if (!list_member_ptr(parts, n)) return descend(n);
        auto* placeholder = makeNode(Param);
        placeholder->paramkind = kPlaceholder;
        placeholder->paramtype = exprType(n);
        placeholder->paramtypmod = exprTypmod(n);
        placeholder->paramcollid = exprCollation(n);
        placeholder->location = -1;
        int position = first;
        for (auto* part : Each<Node>(parts)) {
            if (part == n) placeholder->paramid = position;
            position++;
        }
        return reinterpret_cast<Node*>(placeholder);
    });
}

Node* WithoutPlaceholders(Node* expression, const List* replacements) {
    return pg::MutateNode(expression, [&](Node* n, auto&& descend) -> Node* {
        if (IsA(n, Query)) return n;
        if (IsA(n, Param) && reinterpret_cast<Param*>(n)->paramkind == kPlaceholder)
            return static_cast<Node*>(
                copyObjectImpl(list_nth(replacements, reinterpret_cast<Param*>(n)->paramid)));
        return descend(n);
    });
}

}  // namespace pgspan::planner
