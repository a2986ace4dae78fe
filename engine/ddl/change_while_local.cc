#include "engine/ddl/change_while_local.h"

#include "engine/ddl/alter_table_rules.h"
#include "engine/ddl/container_constraint.h"
#include "engine/ddl/foreign_key.h"
#include "engine/ddl/mirror.h"
#include "engine/pg/list.h"
#include "engine/pg/owner.h"
#include "engine/pg/spi.h"

extern "C" {
#include "access/hash.h"
#include "catalog/pg_am.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "commands/defrem.h"
#include "utils/typcache.h"
}

namespace pgspan::ddl {

namespace {

bool AddsSequence(const ColumnDef& column) {
    if (IsSerial(column.typeName)) return true;
    for (const auto* constraint : pg::Each<Constraint>(column.constraints))
        if (constraint->contype == CONSTR_IDENTITY || constraint->contype == CONSTR_FOREIGN ||
            (constraint->contype == CONSTR_DEFAULT && CallsNextval(constraint->raw_expr)))
            return true;
    return false;
}

// PostgreSQL checks the rows of foreign keys that the coordinator keeps where the table is.
bool ConcernsKeyKeptHere(const metadata::Table& table, const AlterTableCmd& command) {
    switch (command.subtype) {
    case AT_AlterColumnType:
        return HasKeysKeptHere(table.relation);
    case AT_AddConstraint: {
        const auto* constraint = castNode(Constraint, command.def);
        return constraint->contype == CONSTR_FOREIGN && !ShardsCanKeep(table, *constraint);
    }
    case AT_AlterConstraint:
        return IsKeptHere(table.relation, castNode(Constraint, command.def)->conname);
    case AT_DropConstraint:
    case AT_ValidateConstraint:
        return IsKeptHere(table.relation, command.name);
    default:
        return false;
    }
}

bool IsOne(const AlterTableCmd& command, const char* distribution_column) {
    switch (command.subtype) {
    case AT_AlterColumnType:
    case AT_DropColumn:
        return strcmp(command.name, distribution_column) == 0;
    case AT_AddColumn:
        return AddsSequence(*castNode(ColumnDef, command.def));
    case AT_ColumnDefault:
        return CallsNextval(command.def);
    case AT_AddConstraint:
        return castNode(Constraint, command.def)->contype == CONSTR_EXCLUSION;
    case AT_AddInherit:
    case AT_DropInherit:
    case AT_AddIdentity:
    case AT_SetIdentity:
    case AT_DropIdentity:
    case AT_SetLogged:
    case AT_SetUnLogged:
    case AT_SetAccessMethod:
        return true;
    default:
        return false;
    }
}

// ADD CONSTRAINT … CHECK of a name that a constraint from a table above has: PostgreSQL makes one
// of the two, where no other node knows that there are two.
bool MergesCheck(const metadata::Table& table, const AlterTableCmd& command) {
    if (command.subtype != AT_AddConstraint) return false;
    const auto* constraint = castNode(Constraint, command.def);
    return constraint->contype == CONSTR_CHECK && constraint->conname &&
           has_superclass(table.relation) &&
           ConstraintType(table.relation, constraint->conname) == CONSTRAINT_CHECK;
}

// Where a table belongs that is local for the moment.
struct Place {
    Oid relation;
    AttrNumber distribution_column;
    int32 shard_count;
    int32 colocation_id;
    bool is_default_group;
};

bool IsDefaultGroup(int32 colocation_id) {
    return pg::QueryTextAsOwner(psprintf(
               "SELECT 1 FROM pgspan.colocation_group WHERE colocation_id = %d AND is_default",
               colocation_id)) != nullptr;
}

// A distributed table of the type of the place's column, by which it finds the tables that it was
// colocated with: one that stayed, or one that was local as well and is distributed again.
// InvalidOid if there is none.
Oid Neighbour(const Place& place, const List* placed) {
    Oid type = InvalidOid;
    int32 typmod = -1;
    Oid collation = InvalidOid;
    get_atttypetypmodcoll(place.relation, place.distribution_column, &type, &typmod, &collation);
    const char* stayed = pg::QueryTextAsOwner(
        psprintf("SELECT t.relation FROM pgspan.distributed_table t JOIN pgspan.colocation_group g"
                 " USING (colocation_id) WHERE colocation_id = %d AND g.distribution_type = %u AND"
                 " g.distribution_collation = %u LIMIT 1",
                 place.colocation_id, type, collation));
    if (stayed) return static_cast<Oid>(strtoul(stayed, nullptr, 10));
    for (const auto* other : pg::Each<Place>(placed)) {
        if (other->colocation_id != place.colocation_id) continue;
        const metadata::Table* table = metadata::FindTable(other->relation);
        if (table && table->distribution_type == type && table->distribution_collation == collation)
            return other->relation;
    }
    return InvalidOid;
}

// Arguments of create_distributed_table.
char* Colocation(const Place& place, const List* placed) {
    const Oid neighbour = place.is_default_group ? InvalidOid : Neighbour(place, placed);
    if (OidIsValid(neighbour))
        return psprintf("colocate_with => %s",
                        quote_literal_cstr(QualifiedRelationName(neighbour)));
    return psprintf("colocate_with => '%s', shard_count => %d",
                    place.is_default_group ? "default" : "none", place.shard_count);
}

char* DefaultColocation(const Place& place) {
    return psprintf("colocate_with => 'default', shard_count => %d", place.shard_count);
}

// Its distribution column; nullptr if that has been dropped meanwhile.
const char* LivingColumn(const Place& place) {
    const char* name = get_attname(place.relation, place.distribution_column, false);
    return get_attnum(place.relation, name) == place.distribution_column ? name : nullptr;
}

bool CanBeHashed(Oid type) {
    const TypeCacheEntry* entry = lookup_type_cache(type, TYPECACHE_HASH_EXTENDED_PROC);
    return OidIsValid(GetDefaultOpClass(type, HASH_AM_OID)) &&
           OidIsValid(entry->hash_extended_proc);
}

// True if a key that came from a table above, whose partition this is, lacks the column. (One that
// the user has given the table itself is refused.)
bool InheritedKeyLacks(Oid relation, const char* column) {
    return pg::QueryTextAsOwner(psprintf(
               "SELECT 1 FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid ="
               " i.indexrelid WHERE i.indrelid = %u AND i.indisunique AND c.relispartition AND NOT"
               " %d = ANY ((i.indkey::pg_catalog.int2[])[0:i.indnkeyatts - 1]) LIMIT 1",
               relation, get_attnum(relation, column))) != nullptr;
}

// The column by which a table is distributed that cannot be by the one it was: the first that every
// unique index includes; nullptr if there is none.
const char* OtherColumn(Oid relation) {
    List* rows = pg::QueryRowsAsOwner(psprintf(
        "SELECT a.attname, a.atttypid FROM pg_catalog.pg_attribute a WHERE a.attrelid = %u AND"
        " a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND NOT EXISTS (SELECT FROM"
        " pg_catalog.pg_index i WHERE i.indrelid = a.attrelid AND (i.indisunique OR"
        " i.indisexclusion) AND NOT a.attnum = ANY ((i.indkey::pg_catalog.int2[])[0:i.indnkeyatts"
        " - 1])) ORDER BY a.attnum",
        relation));
    for (const auto* row : pg::Each<char*>(rows))
        if (CanBeHashed(static_cast<Oid>(strtoul(row[1], nullptr, 10)))) return row[0];
    return nullptr;
}

bool HasColumns(Oid relation) {
    return pg::QueryTextAsOwner(
               psprintf("SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = %u AND attnum > 0"
                        " AND NOT attisdropped LIMIT 1",
                        relation)) != nullptr;
}

[[noreturn]] void RefuseDrop(Oid relation) {
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("dropping the distribution column of table \"%s\" is not supported",
                   get_rel_name(relation)),
            errdetail("No other column can take its place."),
            errhint("Make the table local with undistribute_table() first."));
    pg_unreachable();
}

// The column by which the table is distributed from now on; nullptr for a table that has no columns
// any more.
const char* NextColumn(const Place& place) {
    const char* column = LivingColumn(place);
    if (column && !InheritedKeyLacks(place.relation, column)) return column;
    const char* name = get_rel_name(place.relation);
    const char* other = OtherColumn(place.relation);
    if (other)
        ereport(NOTICE,
                errmsg("table \"%s\" is distributed by column \"%s\" from now on", name, other));
    else if (!column && HasColumns(place.relation))
        RefuseDrop(place.relation);
    else if (!column)
        ereport(NOTICE, errmsg("table \"%s\" is local from now on", name),
                errdetail("It has no column by which it could be distributed."));
    return other ? other : column;
}

// Of all hash-distributed tables.
const List* AllPlaces() {
    List* places = NIL;
    for (const Oid relation : pg::EachOid(metadata::AllTables())) {
        const metadata::Table* table = metadata::FindTable(relation);
        if (!table || !table->IsHash()) continue;
        auto* place = static_cast<Place*>(palloc(sizeof(Place)));
        *place = {relation, table->distribution_column, table->shard_count, table->colocation_id,
                  IsDefaultGroup(table->colocation_id)};
        places = lappend(places, place);
    }
    return places;
}

bool References(const Place& place, const List* others) {
    List* keys = pg::QueryRowsAsOwner(
        psprintf("SELECT confrelid FROM pg_catalog.pg_constraint WHERE conrelid = %u AND"
                 " contype = 'f' AND confrelid <> conrelid",
                 place.relation));
    for (const auto* key : pg::Each<char*>(keys))
        for (const auto* other : pg::Each<Place>(others))
            if (other->relation == static_cast<Oid>(strtoul(key[0], nullptr, 10))) return true;
    return false;
}

// In an order in which a table comes after those that its foreign keys reference. Those that
// reference each other come last, as they are.
const List* ReferencedFirst(List* places) {
    List* ordered = NIL;
    for (bool found = true; found && places != NIL;) {
        found = false;
        for (auto* place : pg::Each<Place>(list_copy(places))) {
            if (References(*place, places)) continue;
            ordered = lappend(ordered, place);
            places = list_delete_ptr(places, place);
            found = true;
        }
    }
    return list_concat(ordered, places);
}

}  // namespace

bool MustBeLocalFor(const metadata::Table& table, const AlterTableStmt& stmt) {
    if (!table.IsHash()) return false;
    const char* column = get_attname(table.relation, table.distribution_column, false);
    for (const auto* command : pg::Each<AlterTableCmd>(stmt.cmds))
        if (IsOne(*command, column) || MergesCheck(table, *command) ||
            ConcernsKeyKeptHere(table, *command))
            return true;
    return false;
}

const List* BringHome(const List* relations) {
    if (relations == NIL) return NIL;
    const List* places = AllPlaces();
    // The room of these functions builds on this one.
    for (const Oid relation : pg::EachOid(relations)) {
        // Foreign keys may have brought it with another one.
        if (!metadata::FindTable(relation)) continue;
        pg::RunSql(
            psprintf("SELECT pg_catalog.undistribute_table(%u::pg_catalog.regclass,"
                     " cascade_via_foreign_keys => true)",
                     relation));
        CommandCounterIncrement();
    }
    List* placed = NIL;
    for (auto* place : pg::Each<Place>(places))
        if (!metadata::FindTable(place->relation)) placed = lappend(placed, place);
    return ReferencedFirst(placed);
}

void DistributeAgain(const List* placed) {
    CommandCounterIncrement();
    for (const auto* place : pg::Each<Place>(placed)) {
        if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(place->relation))) continue;
        const char* column = NextColumn(*place);
        if (!column) continue;
        const bool is_same = get_attnum(place->relation, column) == place->distribution_column;
        const char* colocation = is_same ? Colocation(*place, placed) : DefaultColocation(*place);
        pg::RunSql(
            psprintf("SELECT pg_catalog.create_distributed_table(%u::pg_catalog.regclass, %s, %s)",
                     place->relation, quote_literal_cstr(column), colocation));
        CommandCounterIncrement();
    }
}

void RunOnHeirs(const Statement& statement, const List* heirs) {
    WhileLocal(heirs, [&] { RunStandard(statement); });
}

}  // namespace pgspan::ddl
