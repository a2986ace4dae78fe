#include "engine/planner/level_columns.h"

#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/pg/outer_join.h"
#include "engine/pg/walk.h"

namespace pgspan::planner {

using pg::Each;

int LevelColumns::ColumnOf(const Var* var) {
    int column = 0;
    for (auto* known : Each<Var>(vars)) {
        column++;
        if (known->varno == var->varno && known->varattno == var->varattno) return column;
    }
    auto* copy = static_cast<Var*>(copyObjectImpl(var));
    copy->varlevelsup = 0;
    vars = lappend(vars, copy);
    return list_length(vars);
}

Node* ReplaceLevelVars(Node* node, LevelColumns* columns, Index depth) {
    return pg::MutateNode(node, [&, depth](Node* n, auto&& descend) -> Node* {
        if (IsA(n, Var) && reinterpret_cast<Var*>(n)->varlevelsup == depth) {
            auto* var = static_cast<Var*>(copyObjectImpl(n));
            var->varattno = static_cast<AttrNumber>(columns->ColumnOf(var));
            var->varno = 1;
            pg::LeaveJoins(var);
            var->varattnosyn = var->varattno;
            var->varnosyn = 1;
            return reinterpret_cast<Node*>(var);
        }
        if (IsA(n, Query)) {
            auto* copy = static_cast<Query*>(copyObjectImpl(n));
            const auto step = [&](Node* child) {
                return ReplaceLevelVars(child, columns, depth + 1);
            };
            using Step = std::remove_reference_t<decltype(step)>;
            return reinterpret_cast<Node*>(query_tree_mutator(
                copy, reinterpret_cast<Node* (*)()>(+[](Node* child, void* s) -> Node* {
                    return child ? (*static_cast<const Step*>(s))(child) : nullptr;
                }),
                const_cast<void*>(static_cast<const void*>(&step)), QTW_IGNORE_JOINALIASES));
        }
        return descend(n);
    });
}

void ReplaceInUpperClauses(Query* query, LevelColumns* columns) {
    query->targetList = ReplaceIn(query->targetList, columns);
    query->havingQual = ReplaceIn(query->havingQual, columns);
    query->limitCount = ReplaceIn(query->limitCount, columns);
    query->limitOffset = ReplaceIn(query->limitOffset, columns);
    List* windows = NIL;
    for (auto* window : Each<WindowClause>(query->windowClause)) {
        auto* copy = static_cast<WindowClause*>(copyObjectImpl(window));
        copy->startOffset = ReplaceIn(copy->startOffset, columns);
        copy->endOffset = ReplaceIn(copy->endOffset, columns);
        windows = lappend(windows, copy);
    }
    query->windowClause = windows;
}

List* TargetListOf(const LevelColumns& columns) {
    List* targets = NIL;
    AttrNumber number = 0;
    for (auto* var : Each<Var>(columns.vars)) {
        number++;
        targets = lappend(targets, makeTargetEntry(reinterpret_cast<Expr*>(var), number,
                                                   psprintf("c%d", number), false));
    }
    return targets;
}

namespace {

bool LooksAbove(Node* node, Index depth);

bool QueryLooksAbove(Query* query, Index depth) {
    const auto step = +[](Node* child, void* d) -> bool {
        return child && LooksAbove(child, *static_cast<Index*>(d));
    };
    return query_tree_walker(query, reinterpret_cast<bool (*)()>(step), &depth,
                             QTW_IGNORE_JOINALIASES | QTW_EXAMINE_RTES_BEFORE);
}

bool LooksAbove(Node* node, Index depth) {
    return pg::WalkNode(node, [depth](Node* n, auto&& descend) {
        if (IsA(n, Var)) return reinterpret_cast<Var*>(n)->varlevelsup > depth;
        if (IsA(n, RangeTblEntry)) {
            const auto* rte = reinterpret_cast<RangeTblEntry*>(n);
            return rte->rtekind == RTE_CTE && rte->ctelevelsup > depth;
        }
        if (IsA(n, Query)) return QueryLooksAbove(reinterpret_cast<Query*>(n), depth + 1);
        return descend(n);
    });
}

}  // namespace

bool DependsOnUpperLevels(Query* query) {
    return QueryLooksAbove(query, 0);
}

bool NamesHashTable(Query* query) {
    return pg::WalkNode(
        reinterpret_cast<Node*>(query),
        [](Node* node, auto&& descend) {
            if (IsA(node, RangeTblEntry)) {
                const auto* rte = reinterpret_cast<RangeTblEntry*>(node);
                if (rte->rtekind != RTE_RELATION) return false;
                const metadata::Table* table = metadata::FindTable(rte->relid);
                return table && table->IsHash();
            }
            return descend(node);
        },
        QTW_EXAMINE_RTES_BEFORE | QTW_IGNORE_JOINALIASES);
}

}  // namespace pgspan::planner
