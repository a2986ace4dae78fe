#include "engine/planner/hidden_relations.h"

#include "engine/metadata/node_session.h"
#include "engine/metadata/nodes.h"
#include "engine/metadata/tables.h"
#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/pg/spi.h"
#include "engine/pg/walk.h"
#include "engine/plan/task_planning.h"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "utils/guc.h"
#include "utils/plancache.h"
}

namespace pgspan::planner {

namespace {

bool shards_shown = false;

// Plans that are kept were made for the setting as it was.
void AssignShardsShown(bool value, void*) {
    if (value != shards_shown && IsUnderPostmaster) pg::Entry(ResetPlanCache);
}

// The catalogs whose rows tell the schema that they belong to.
struct Catalog {
    Oid relation;
    AttrNumber schema;
};

constexpr Catalog kCatalogs[] = {
    {RelationRelationId, Anum_pg_class_relnamespace},
    {ConstraintRelationId, Anum_pg_constraint_connamespace},
    {TypeRelationId, Anum_pg_type_typnamespace},
};

// column of a catalog <> value, as a condition that applies before all others.
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

void HideIn(RangeTblEntry* rte, Index varno, const Hidden& hidden) {
    for (const Catalog& catalog : kCatalogs) {
        if (rte->relid != catalog.relation) continue;
        for (const Oid schema : pg::EachOid(hidden.schemas))
            rte->securityQuals =
                lappend(rte->securityQuals, Differs(varno, catalog.schema, schema));
    }
    if (rte->relid != RelationRelationId) return;
    for (const Oid relation : pg::EachOid(hidden.relations))
        rte->securityQuals =
            lappend(rte->securityQuals, Differs(varno, Anum_pg_class_oid, relation));
}

void HideInLevel(Query* query, const Hidden& hidden) {
    Index varno = 0;
    for (auto* rte : pg::Each<RangeTblEntry>(query->rtable)) {
        varno++;
        if (rte->rtekind == RTE_RELATION) HideIn(rte, varno, hidden);
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

bool PartsAreHidden() {
    if (IsDumpSession()) return true;
    return !shards_shown && !IsBinaryUpgrade && !metadata::IsInternalSession() &&
           !pg::RunsOwnSql() && plan::task_planning_depth == 0;
}

bool MayShowParts(Oid catalog) {
    for (const Catalog& candidate : kCatalogs)
        if (candidate.relation == catalog) return true;
    return false;
}

void DefineHiddenRelationsSetting() {
    DefineCustomBoolVariable(
        "pgspan.shards_shown",
        "Shows containers and shards in pg_class, pg_constraint and pg_type.",
        "Without it, the catalogs show distributed tables as one PostgreSQL would.", &shards_shown,
        false, PGC_USERSET, 0, nullptr, AssignShardsShown, nullptr);
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
