#include "engine/planner/safety.h"

#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/pg/source_of_chance.h"
#include "engine/pg/walk.h"

extern "C" {
#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/dependency.h"
#include "catalog/pg_proc.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/regproc.h"
}

namespace pgspan::planner {

namespace {

bool CheckFunction(Oid function, void* unremotable) {
    if (FunctionIsRemotable(function)) return false;
    *static_cast<Oid*>(unremotable) = function;
    return true;
}

// On a node, a row of a distributed table has the type of the table's container or shard.
bool IsRowOfDistributedTable(Oid type) {
    const Oid relation = get_typ_typrelid(type);
    return OidIsValid(relation) && metadata::FindTable(relation) != nullptr;
}

const char* CheckVar(const Var* var, const Query* level) {
    if (var->varattno > 0) return nullptr;
    if (var->varlevelsup > 0) {
        if (var->varattno < 0) return "a system column of an outer query";
        return IsRowOfDistributedTable(var->vartype) ? "a whole-row reference" : nullptr;
    }
    if (IS_SPECIAL_VARNO(var->varno) || static_cast<int>(var->varno) > list_length(level->rtable))
        return nullptr;
    const RangeTblEntry* rte = rt_fetch(var->varno, level->rtable);
    if (rte->rtekind != RTE_RELATION) return var->varattno < 0 ? "a system column" : nullptr;
    return var->varattno == 0 ? "a whole-row reference" : "a system column";
}

}  // namespace

bool FunctionIsRemotable(Oid function) {
    const HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for function %u", function);
    const char parallel = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->proparallel;
    ReleaseSysCache(tuple);
    if (function < FirstNormalObjectId)
        return parallel == PROPARALLEL_SAFE || pg::IsSourceOfChance(function);
    return OidIsValid(getExtensionOfObject(ProcedureRelationId, function));
}

bool IsRemotable(Node* expression, const Query* level, const char** reason) {
    const char* why = nullptr;
    pg::WalkNode(expression, [&](Node* node, auto&& descend) {
        if (IsA(node, Query)) return false;
        if (IsA(node, Var)) {
            why = CheckVar(reinterpret_cast<Var*>(node), level);
            return why != nullptr;
        }
        if (IsA(node, CurrentOfExpr)) {
            why = "WHERE CURRENT OF";
            return true;
        }
        if (IsA(node, NextValueExpr)) {
            why = "a sequence";
            return true;
        }
        if (IsA(node, Param) && reinterpret_cast<Param*>(node)->paramkind == PARAM_EXEC) {
            why = "a value of an outer query";
            return true;
        }
        Oid culprit = InvalidOid;
        if (check_functions_in_node(node, CheckFunction, &culprit)) {
            why = psprintf("the function %s", format_procedure(culprit));
            return true;
        }
        return descend(node);
    });
    if (reason && why) *reason = why;
    return why == nullptr;
}

bool IsComputableUpFront(Node* expression) {
    return !pg::WalkNode(expression, [](Node* node, auto&& descend) {
        switch (nodeTag(node)) {
        case T_Var:
        case T_Aggref:
        case T_WindowFunc:
        case T_GroupingFunc:
        case T_SubLink:
        case T_SubPlan:
        case T_Query:
        case T_CaseTestExpr:
        case T_CoerceToDomainValue:
        case T_SetToDefault:
        case T_CurrentOfExpr:
            return true;
        case T_Param:
            return reinterpret_cast<Param*>(node)->paramkind != PARAM_EXTERN;
        default:
            return descend(node);
        }
    });
}

}  // namespace pgspan::planner
