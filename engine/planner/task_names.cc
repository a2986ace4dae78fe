#include "engine/planner/task_names.h"

#include "engine/pg/search_path.h"
#include "engine/pg/walk.h"
#include "engine/planner/safety.h"

extern "C" {
#include "access/transam.h"
#include "catalog/dependency.h"
#include "catalog/pg_proc.h"
#include "utils/regproc.h"
}

namespace pgspan::planner {

namespace {

// (Somebody can have an extension of his own, and add functions of his own to it.)
bool MayStandInTasks(Oid function) {
    if (function < FirstNormalObjectId) return true;
    const HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for function %u", function);
    const Oid owner = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->proowner;
    const Oid schema = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->pronamespace;
    ReleaseSysCache(tuple);
    // Our own marks stand in most tasks; who owns a function is looked up in no cache.
    if (schema == get_namespace_oid("pgspan", true)) return true;
    return superuser_arg(owner) && OidIsValid(getExtensionOfObject(ProcedureRelationId, function));
}

bool CheckFunction(Oid function, void* culprit) {
    if (MayStandInTasks(function)) return false;
    *static_cast<Oid*>(culprit) = function;
    return true;
}

[[noreturn]] void RaiseHidden(const char* what) {
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("%s hides what a part of the statement means on this node", what),
            errhint("Take its schema off search_path."));
    pg_unreachable();
}

void CheckType(Oid type) {
    if (type < FirstNormalObjectId) return;
    const HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for type %u", type);
    const Oid schema = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple))->typnamespace;
    ReleaseSysCache(tuple);
    if (isAnyTempNamespace(schema)) RaiseHidden(psprintf("type %s", format_type_be(type)));
}

}  // namespace

void CheckTaskNames(Query* task) {
    if (!pg::CatalogComesFirst()) RaiseHidden("search_path");
    pg::WalkNode(
        reinterpret_cast<Node*>(task),
        [](Node* node, auto&& descend) {
            if (NamesItsType(node)) CheckType(exprType(node));
            Oid culprit = InvalidOid;
            if (check_functions_in_node(node, CheckFunction, &culprit))
                RaiseHidden(psprintf("function %s", format_procedure(culprit)));
            return descend(node);
        },
        QTW_IGNORE_JOINALIASES);
}

}  // namespace pgspan::planner
