#include "engine/planner/chosen_keys.h"

#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/estimate.h"
#include "engine/planner/split_write.h"
#include "engine/planner/named_ctes.h"
#include "engine/planner/row_locks.h"
#include "engine/planner/subquery.h"

extern "C" {
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

constexpr int64 kMostKeys = 1000000;

struct Write {
    Query* query;
    List* outer_ctes;  // of the statement in whose WITH it stands
    ParamListInfo bound_params;
};

// The CTE of the write, or of the statement around it, that the entry reads; levels_down: of the
// level with the entry, below the write.
CommonTableExpr* CteOf(const Write& write, const RangeTblEntry* rte, Index levels_down) {
    if (rte->rtekind != RTE_CTE || rte->self_reference || rte->ctelevelsup < levels_down ||
        rte->ctelevelsup > levels_down + 1)
        return nullptr;
    for (auto* cte : Each<CommonTableExpr>(rte->ctelevelsup == levels_down ? write.query->cteList
                                                                           : write.outer_ctes))
        if (strcmp(cte->ctename, rte->ctename) == 0) return cte;
    return nullptr;
}

// A limit that is known only later is taken for a small one.
bool HasSmallLimit(const Query* query) {
    if (!query->limitCount || query->limitOption != LIMIT_OPTION_COUNT) return false;
    Node* value = eval_const_expressions(nullptr, query->limitCount);
    if (!IsA(value, Const)) return true;
    const auto* limit = reinterpret_cast<const Const*>(value);
    return !limit->constisnull && DatumGetInt64(limit->constvalue) <= kMostKeys;
}

// Whether the query can be planned by itself: it reads no CTE of another.
bool StandsAlone(Query* query) {
    Index depth = 0;
    return !pg::WalkNode(
        reinterpret_cast<Node*>(query),
        [&](Node* node, auto&& descend) {
            if (IsA(node, RangeTblEntry)) {
                const auto* rte = reinterpret_cast<RangeTblEntry*>(node);
                return rte->rtekind == RTE_CTE && rte->ctelevelsup >= depth;
            }
            if (!IsA(node, Query)) return descend(node);
            depth++;
            const bool found = descend(node);
            depth--;
            return found;
        },
        QTW_EXAMINE_RTES_BEFORE);
}

// The array of the keys has to fit into memory, here and on the nodes. Where it is expected not to,
// the join decides which of the target's rows are written, after all of these have been locked.
bool LocksFewRows(Query* query, ParamListInfo bound_params) {
    if (!LocksRows(query)) return false;
    if (HasSmallLimit(query) || !StandsAlone(query)) return true;
    Plan estimate = {};
    ShowEstimate(&estimate, query, bound_params);
    return estimate.plan_rows <= static_cast<double>(kMostKeys);
}

bool IsLocking(const Write& write, const CommonTableExpr* cte) {
    auto* query = castNode(Query, cte->ctequery);
    return query->commandType == CMD_SELECT && !cte->cterecursive &&
           LocksFewRows(query, write.bound_params);
}

// Whether the sub-query, which stands one level below the write, returns rows one by one.
bool ChoosesRows(const Write& write, Query* query) {
    if (query->commandType != CMD_SELECT ||
        contain_vars_of_level(reinterpret_cast<Node*>(query), 1))
        return false;
    if (HasSmallLimit(query) || LocksFewRows(query, write.bound_params)) return true;
    for (auto* rte : Each<RangeTblEntry>(query->rtable))
        if (const CommonTableExpr* cte = CteOf(write, rte, 1); cte && IsLocking(write, cte))
            return true;
    return false;
}

// An expression over rows of that entry alone, which is the same whenever it is computed.
bool IsOver(Node* expression, int rti) {
    int member = 0;
    return bms_get_singleton_member(pull_varnos(nullptr, expression), &member) && member == rti &&
           !checkExprHasSubLink(expression) && !contain_volatile_functions(expression);
}

// key OP ANY (ARRAY(keys)); nullptr where there are no such arrays.
Node* AmongKeys(const OpExpr* comparison, Oid op, Node* key, Query* keys) {
    const Oid type =
        exprType(reinterpret_cast<Node*>(linitial_node(TargetEntry, keys->targetList)->expr));
    if (!OidIsValid(get_array_type(type)) || OidIsValid(get_element_type(type))) return nullptr;
    auto* array = makeNode(SubLink);
    array->subLinkType = ARRAY_SUBLINK;
    array->subselect = reinterpret_cast<Node*>(keys);
    array->location = -1;
    auto* among = makeNode(ScalarArrayOpExpr);
    among->opno = op;
    among->opfuncid = get_opcode(op);
    among->useOr = true;
    among->inputcollid = comparison->inputcollid;
    among->args = pg::MakeList(key, reinterpret_cast<Node*>(array));
    among->location = -1;
    return reinterpret_cast<Node*>(among);
}

// ---- key IN (SELECT …)

// The value that the operator compares, as the sub-query's column: it may be cast.
bool ReturnCompared(Query* keys, Node* compared) {
    auto* column = linitial_node(TargetEntry, keys->targetList);
    if (IsA(compared, Param)) return true;
    if (!IsA(compared, RelabelType) || column->ressortgroupref != 0 || keys->setOperations)
        return false;
    auto* relabel = static_cast<RelabelType*>(copyObjectImpl(compared));
    if (!IsA(relabel->arg, Param)) return false;
    relabel->arg = column->expr;
    column->expr = reinterpret_cast<Expr*>(relabel);
    return true;
}

Node* ArrayInPlaceOf(const Write& write, Node* conjunct) {
    if (!IsA(conjunct, SubLink)) return conjunct;
    auto* link = reinterpret_cast<SubLink*>(conjunct);
    auto* keys = castNode(Query, link->subselect);
    if (link->subLinkType != ANY_SUBLINK || !IsA(link->testexpr, OpExpr) ||
        !ChoosesRows(write, keys))
        return conjunct;
    const auto* comparison = reinterpret_cast<OpExpr*>(link->testexpr);
    auto* key = static_cast<Node*>(linitial(comparison->args));
    if (!IsOver(key, write.query->resultRelation)) return conjunct;
    keys = static_cast<Query*>(copyObjectImpl(keys));
    if (!ReturnCompared(keys, static_cast<Node*>(lsecond(comparison->args)))) return conjunct;
    Node* among = AmongKeys(comparison, comparison->opno, key, keys);
    return among ? among : conjunct;
}

// ---- FROM chosen WHERE chosen.id = key

bool HasCte(const List* ctes, const char* name) {
    for (auto* cte : Each<CommonTableExpr>(ctes))
        if (strcmp(cte->ctename, name) == 0) return true;
    return false;
}

char* NewName(const Query* query) {
    int number = list_length(query->cteList) + 1;
    char* name = psprintf("chosen %d", number);
    while (HasCte(query->cteList, name)) name = psprintf("chosen %d", ++number);
    return name;
}

// A sub-query in FROM is to be read twice: it becomes a CTE.
CommonTableExpr* MoveToCte(Query* query, RangeTblEntry* rte) {
    auto* cte = makeNode(CommonTableExpr);
    cte->ctename = NewName(query);
    cte->ctematerialized = CTEMaterializeAlways;
    cte->ctequery = reinterpret_cast<Node*>(rte->subquery);
    cte->cterefcount = 1;
    cte->location = -1;
    cte->ctecolnames = NamesOf(rte->subquery->targetList);
    for (auto* entry : Each<TargetEntry>(rte->subquery->targetList)) {
        auto* expr = reinterpret_cast<Node*>(entry->expr);
        if (entry->resjunk) continue;
        cte->ctecoltypes = lappend_oid(cte->ctecoltypes, exprType(expr));
        cte->ctecoltypmods = lappend_int(cte->ctecoltypmods, exprTypmod(expr));
        cte->ctecolcollations = lappend_oid(cte->ctecolcollations, exprCollation(expr));
    }
    query->cteList = lappend(query->cteList, cte);
    RangeTblEntry* entry = MakeCteEntry(cte, 0, rte->eref->aliasname);
    entry->alias = rte->alias;
    entry->eref = rte->eref;
    entry->inFromCl = rte->inFromCl;
    *rte = *entry;
    return cte;
}

// The CTE that the entry reads, if it chooses rows.
CommonTableExpr* ChosenRows(const Write& write, RangeTblEntry* rte) {
    // A view's entry (from PostgreSQL 16 on it names the view) tells whose rights are checked.
    if (rte->rtekind == RTE_SUBQUERY && !rte->lateral && !rte->security_barrier &&
        !OidIsValid(rte->relid) && rte->subquery->rowMarks != NIL &&
        ChoosesRows(write, rte->subquery))
        return MoveToCte(write.query, rte);
    CommonTableExpr* cte = CteOf(write, rte, 0);
    return cte && IsLocking(write, cte) ? cte : nullptr;
}

Query* KeysOf(CommonTableExpr* cte, Index levels_up, Node* expression, int rti) {
    auto* column = static_cast<Node*>(copyObjectImpl(expression));
    ChangeVarNodes(column, rti, 1, 0);
    cte->cterefcount++;
    return SelectOver(
        MakeCteEntry(cte, levels_up, cte->ctename),
        pg::MakeList(makeTargetEntry(reinterpret_cast<Expr*>(column), 1, pstrdup("key"), false)),
        nullptr);
}

// What a comparison with a column of chosen rows says about the key alone; nullptr if it is none.
Node* ImpliedByJoin(const Write& write, Node* conjunct) {
    if (!IsA(conjunct, OpExpr)) return nullptr;
    const auto* comparison = reinterpret_cast<OpExpr*>(conjunct);
    if (list_length(comparison->args) != 2) return nullptr;
    const int target = write.query->resultRelation;
    const bool key_first = IsOver(static_cast<Node*>(linitial(comparison->args)), target);
    auto* key = static_cast<Node*>(list_nth(comparison->args, key_first ? 0 : 1));
    auto* other = static_cast<Node*>(list_nth(comparison->args, key_first ? 1 : 0));
    const Oid op = key_first ? comparison->opno : get_commutator(comparison->opno);
    int rti = 0;
    if (!OidIsValid(op) || !IsOver(key, target) ||
        !bms_get_singleton_member(pull_varnos(nullptr, other), &rti) || !IsOver(other, rti))
        return nullptr;
    RangeTblEntry* rte = rt_fetch(rti, write.query->rtable);
    CommonTableExpr* cte = ChosenRows(write, rte);
    if (!cte) return nullptr;
    return AmongKeys(comparison, op, static_cast<Node*>(copyObjectImpl(key)),
                     KeysOf(cte, rte->ctelevelsup + 1, other, rti));
}

void FilterWrite(const Write& write) {
    Query* query = write.query;
    if (query->commandType != CMD_UPDATE && query->commandType != CMD_DELETE) return;
    const RangeTblEntry* target = rt_fetch(query->resultRelation, query->rtable);
    const metadata::Table* table =
        IsLocalPart(target) ? nullptr : metadata::FindTable(target->relid);
    if (!table || !table->IsHash()) return;
    List* conjuncts = NIL;
    for (auto* conjunct : Each<Node>(ConjunctsOf(query->jointree->quals))) {
        conjuncts = lappend(conjuncts, ArrayInPlaceOf(write, conjunct));
        Node* implied = ImpliedByJoin(write, conjunct);
        if (!implied) continue;
        conjuncts = lappend(conjuncts, implied);
        query->hasSubLinks = true;
    }
    query->jointree->quals = AllOf(conjuncts);
}

}  // namespace

void FilterByChosenKeys(Query* query, ParamListInfo bound_params) {
    for (auto* cte : Each<CommonTableExpr>(query->cteList))
        FilterWrite({castNode(Query, cte->ctequery), query->cteList, bound_params});
    FilterWrite({query, NIL, bound_params});
}

}  // namespace pgspan::planner
