#include "engine/planner/named_ctes.h"

#include "engine/pg/list.h"
#include "engine/pg/walk.h"

namespace pgspan::planner {

namespace {

using pg::Each;

struct CteSearch {
    Index depth;
    List* names;  // of Strings
};

bool FindCtes(Node* node, void* state) {
    if (!node) return false;
    auto* search = static_cast<CteSearch*>(state);
    const auto step = reinterpret_cast<bool (*)()>(&FindCtes);
    if (IsA(node, RangeTblEntry)) {
        const auto* rte = reinterpret_cast<RangeTblEntry*>(node);
        if (rte->rtekind == RTE_CTE && rte->ctelevelsup == search->depth)
            search->names = list_append_unique(search->names, makeString(rte->ctename));
        return false;
    }
    if (IsA(node, Query)) {
        search->depth++;
        query_tree_walker(reinterpret_cast<Query*>(node), step, search, QTW_EXAMINE_RTES_BEFORE);
        search->depth--;
        return false;
    }
    return expression_tree_walker(node, step, search);
}

}  // namespace

RangeTblEntry* MakeCteEntry(const CommonTableExpr* cte, Index levels_up, const char* name) {
    auto* entry = makeNode(RangeTblEntry);
    entry->rtekind = RTE_CTE;
    entry->ctename = pstrdup(cte->ctename);
    entry->ctelevelsup = levels_up;
    entry->coltypes = list_copy(cte->ctecoltypes);
    entry->coltypmods = list_copy(cte->ctecoltypmods);
    entry->colcollations = list_copy(cte->ctecolcollations);
    entry->alias = makeAlias(name, NIL);
    entry->eref = makeAlias(name, static_cast<List*>(copyObjectImpl(cte->ctecolnames)));
    entry->inFromCl = true;
    return entry;
}

void KeepNamedCtes(Query* query) {
    CteSearch search = {0, NIL};
    query_tree_walker(query, reinterpret_cast<bool (*)()>(&FindCtes), &search,
                      QTW_EXAMINE_RTES_BEFORE | QTW_IGNORE_CTE_SUBQUERIES);
    for (auto* cte : Each<CommonTableExpr>(query->cteList))
        if (castNode(Query, cte->ctequery)->commandType != CMD_SELECT)
            search.names = list_append_unique(search.names, makeString(cte->ctename));
    int known = 0;
    while (known < list_length(search.names)) {
        const auto* name = strVal(list_nth(search.names, known++));
        for (auto* cte : Each<CommonTableExpr>(query->cteList))
            if (strcmp(cte->ctename, name) == 0) FindCtes(cte->ctequery, &search);
    }
    List* kept = NIL;
    for (auto* cte : Each<CommonTableExpr>(query->cteList))
        if (list_member(search.names, makeString(cte->ctename))) kept = lappend(kept, cte);
    query->cteList = kept;
}

void DropUnreadCtes(Query* query) {
    // Inner levels first: what only an unread CTE reads is not read either.
    pg::WalkNode(
        reinterpret_cast<Node*>(query),
        [](Node* node, auto&& descend) {
            descend(node);
            if (IsA(node, Query) && reinterpret_cast<Query*>(node)->cteList != NIL)
                KeepNamedCtes(reinterpret_cast<Query*>(node));
            return false;
        },
        QTW_IGNORE_JOINALIASES);
}

}  // namespace pgspan::planner
