#include "engine/planner/dump.h"

#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/pg/walk.h"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "utils/guc.h"
}

namespace pgspan::planner {

namespace {

// relnamespace <> the schema of parts, as a condition that applies before all others.
Expr* IsNoPart(Index varno, Oid data_schema) {
    auto* schema =
        makeVar(static_cast<int>(varno), Anum_pg_class_relnamespace, OIDOID, -1, InvalidOid, 0);
    auto* parts =
        makeConst(OIDOID, -1, InvalidOid, sizeof(Oid), ObjectIdGetDatum(data_schema), false, true);
    List* name = pg::MakeList(makeString(pstrdup("pg_catalog")), makeString(pstrdup("<>")));
    return make_opclause(OpernameGetOprid(name, OIDOID, OIDOID), BOOLOID, false,
                         reinterpret_cast<Expr*>(schema), reinterpret_cast<Expr*>(parts),
                         InvalidOid, InvalidOid);
}

void HideInLevel(Query* query, Oid data_schema) {
    Index varno = 0;
    for (auto* rte : pg::Each<RangeTblEntry>(query->rtable)) {
        varno++;
        if (rte->rtekind != RTE_RELATION || rte->relid != RelationRelationId) continue;
        rte->securityQuals = lappend(rte->securityQuals, IsNoPart(varno, data_schema));
    }
}

}  // namespace

bool IsDumpSession() {
    return application_name && strncmp(application_name, "pg_dump", 7) == 0 && !IsBinaryUpgrade;
}

void HideParts(Query* query) {
    const Oid data_schema = get_namespace_oid(metadata::kDataSchema, true);
    pg::WalkNode(reinterpret_cast<Node*>(query), [&](Node* node, auto&& descend) {
        if (IsA(node, Query)) HideInLevel(reinterpret_cast<Query*>(node), data_schema);
        return descend(node);
    });
}

}  // namespace pgspan::planner
