#include "engine/ddl/forget_table.h"

#include "engine/metadata/nodes.h"
#include "engine/pg/owner.h"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
}

namespace pgspan::ddl {

namespace {

void DropContainer(Oid container) {
    if (!OidIsValid(container) || !SearchSysCacheExists1(RELOID, ObjectIdGetDatum(container)))
        return;
    ObjectAddress address;
    ObjectAddressSet(address, RelationRelationId, container);
    // CASCADE: what hangs on shards of other tables are foreign keys whose counterpart on the shell
    // PostgreSQL has already accepted to drop.
    performDeletion(&address, DROP_CASCADE, PERFORM_DELETION_INTERNAL | PERFORM_DELETION_QUIETLY);
}

void RemoveMetadata(Oid relation, int32 table_id, int32 colocation_id) {
    pg::RunSqlAsOwner(psprintf("DELETE FROM pgspan.shard WHERE table_id = %d", table_id));
    pg::RunSqlAsOwner(
        psprintf("DELETE FROM pgspan.distributed_table WHERE relation = %u", relation));
    const char* unused = psprintf(
        "colocation_id = %d AND NOT EXISTS (SELECT FROM pgspan.distributed_table t"
        " WHERE t.colocation_id = %d)",
        colocation_id, colocation_id);
    pg::RunSqlAsOwner(psprintf("DELETE FROM pgspan.shard_group WHERE %s", unused));
    pg::RunSqlAsOwner(psprintf("DELETE FROM pgspan.colocation_group WHERE %s", unused));
}

}  // namespace

// Not through the cache of metadata, which opens the container: that may be gone already.
void ForgetTable(Oid relation) {
    List* rows =
        pg::QueryRowsAsOwner(psprintf("SELECT table_id, colocation_id, container FROM "
                                      "pgspan.distributed_table WHERE relation = %u",
                                      relation));
    if (rows == NIL) return;
    auto* const* row = static_cast<char**>(linitial(rows));
    DropContainer(static_cast<Oid>(strtoul(row[2], nullptr, 10)));
    RemoveMetadata(relation, pg_strtoint32(row[0]), pg_strtoint32(row[1]));
    CommandCounterIncrement();
    metadata::InvalidateMetadata();
}

}  // namespace pgspan::ddl
