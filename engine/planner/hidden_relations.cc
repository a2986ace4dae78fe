#include "engine/planner/hidden_relations.h"

#include "engine/metadata/nodes.h"
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

// column of pg_class <> value, as a condition that applies before all others.
Expr* Differs(Index varno, AttrNumber column, Oid value) {
    auto* var = makeVar(static_cast<int>(varno), column, OIDOID, -1, InvalidOid, 0);
    auto* constant =
        makeConst(OIDOID, -1, InvalidOid, sizeof(Oid), ObjectIdGetDatum(value), false, true);
    List* name = pg::MakeList(makeString(pstrdup("pg_catalog")), makeString(pstrdup("<>")));
    return make_opclause(OpernameGetOprid(name, OIDOID, OIDOID), BOOLOID, false,
                         reinterpret_cast<Expr*>(var), reinterpret_cast<Expr*>(constant),
                         InvalidOid, InvalidOid);
}

struct Hidden {
    List* schemas;
    List* relations;
};

void HideInLevel(Query* query, const Hidden& hidden) {
    Index varno = 0;
    for (auto* rte : pg::Each<RangeTblEntry>(query->rtable)) {
        varno++;
        if (rte->rtekind != RTE_RELATION || rte->relid != RelationRelationId) continue;
        for (const Oid schema : pg::EachOid(hidden.schemas))
            rte->securityQuals =
                lappend(rte->securityQuals, Differs(varno, Anum_pg_class_relnamespace, schema));
        for (const Oid relation : pg::EachOid(hidden.relations))
            rte->securityQuals =
                lappend(rte->securityQuals, Differs(varno, Anum_pg_class_oid, relation));
    }
}

void Hide(Query* query, const Hidden& hidden) {
    pg::WalkNode(reinterpret_cast<Node*>(query), [&](Node* node, auto&& descend) {
        if (IsA(node, Query)) HideInLevel(reinterpret_cast<Query*>(node), hidden);
        return descend(node);
    });
}

List* CopiesOfReferenceTables() {
    List* copies = NIL;
    if (metadata::IsCoordinator()) return copies;
    for (const Oid relation : pg::EachOid(metadata::AllTables())) {
        const metadata::Table* table = metadata::FindTable(relation);
        if (table && table->IsReference()) copies = lappend_oid(copies, relation);
    }
    return copies;
}

}  // namespace

bool IsDumpSession() {
    return application_name && strncmp(application_name, "pg_dump", 7) == 0 && !IsBinaryUpgrade;
}

void HideParts(Query* query) {
    Hide(query, {list_make1_oid(get_namespace_oid(metadata::kDataSchema, true)), NIL});
}

void HideUnpublished(Query* query) {
    Hide(query, {list_make2_oid(get_namespace_oid(metadata::kDataSchema, true),
                                get_namespace_oid("pgspan", true)),
                 CopiesOfReferenceTables()});
}

}  // namespace pgspan::planner
