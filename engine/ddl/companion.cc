#include "engine/ddl/companion.h"

#include "engine/connection/roles.h"
#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/table_definition.h"
#include "engine/metadata/tables.h"
#include "engine/pg/catalog_scan.h"
#include "engine/pg/list.h"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_opclass.h"
#include "commands/defrem.h"
}

namespace pgspan::ddl {

namespace {

char* DropCast(Oid cast) {
    char* drop = nullptr;
    pg::EachCatalogRow<Form_pg_cast>(
        CastRelationId, CastOidIndexId, Anum_pg_cast_oid, cast, [&](Form_pg_cast row, HeapTuple) {
            // That of a range to its multirange goes with them.
            if (get_range_multirange(row->castsource) == row->casttarget) return;
            drop = psprintf("DROP CAST IF EXISTS (%s AS %s)",
                            format_type_be_qualified(row->castsource),
                            format_type_be_qualified(row->casttarget));
        });
    return drop;
}

char* DropOperatorClass(Oid opclass) {
    const HeapTuple tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(opclass));
    if (!HeapTupleIsValid(tuple)) return nullptr;
    const auto* form = reinterpret_cast<Form_pg_opclass>(GETSTRUCT(tuple));
    char* drop = form->opcdefault
                     ? psprintf("DROP OPERATOR CLASS IF EXISTS %s USING %s",
                                quote_qualified_identifier(get_namespace_name(form->opcnamespace),
                                                           NameStr(form->opcname)),
                                quote_identifier(get_am_name(form->opcmethod)))
                     : nullptr;
    ReleaseSysCache(tuple);
    return drop;
}

}  // namespace

char* DropCompanionStatement(Oid class_id, Oid object_id) {
    if ((class_id != CastRelationId && class_id != OperatorClassRelationId) ||
        OidIsValid(getExtensionOfObject(class_id, object_id)))
        return nullptr;
    return class_id == CastRelationId ? DropCast(object_id) : DropOperatorClass(object_id);
}

void FollowDroppedCompanions(const DropWatch& watch) {
    if (watch.companion_drops == NIL || !IsCarried()) return;
    connection::AsLogin([&] {
        for (const auto* drop : pg::Each<char>(watch.companion_drops)) Broadcast(drop);
    });
}

// CREATE CAST and CREATE OPERATOR CLASS.
void HandleCreateCompanion(const Statement& statement) {
    RunStandard(statement);
    if (!IsCarried() || metadata::AllTables() == NIL) return;
    CommandCounterIncrement();
    List* companions = CompanionsOfTypes();
    if (companions != NIL) Broadcast(RemoteDefinitions(companions));
}

}  // namespace pgspan::ddl
