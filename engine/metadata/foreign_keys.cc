#include "engine/metadata/foreign_keys.h"

#include "engine/pg/catalog_scan.h"

extern "C" {
#include "catalog/pg_constraint.h"
#include "catalog/pg_trigger.h"
#include "utils/syscache.h"
}

namespace pgspan::metadata {

namespace {

bool Sets(char action) {
    return action == FKCONSTR_ACTION_SETNULL || action == FKCONSTR_ACTION_SETDEFAULT;
}

bool DeleteSets(const ForeignKey& key, AttrNumber column) {
    if (!Sets(key.on_delete)) return false;
    if (key.set_column_count == 0) return key.PositionOf(column) >= 0;
    for (int i = 0; i < key.set_column_count; i++)
        if (key.set_columns[i] == column) return true;
    return false;
}

// The actions that would change the distribution column of a referencing row, which would have to
// move to another shard then.
const char* WhyNotActions(const ForeignKey& key, AttrNumber column, bool to_reference_table) {
    const bool has_column = key.PositionOf(column) >= 0;
    if (DeleteSets(key, column) || (has_column && Sets(key.on_update)))
        return "SET NULL and SET DEFAULT would change the distribution column.";
    if (to_reference_table && has_column && key.on_update == FKCONSTR_ACTION_CASCADE)
        return "ON UPDATE CASCADE would change the distribution column.";
    return nullptr;
}

const char* WhyNotColocated(const ForeignKey& key, const Table* referenced, int32 colocation_id,
                            AttrNumber distribution_column) {
    // A table that references itself may not be registered yet.
    const bool to_itself = key.relation == key.referenced;
    if (!to_itself && referenced->colocation_id != colocation_id)
        return "The two tables are not colocated.";
    const AttrNumber referenced_column =
        to_itself ? distribution_column : referenced->distribution_column;
    const int position = key.PositionOf(distribution_column);
    if (position < 0 || key.referenced_columns[position] != referenced_column)
        return "It must include both distribution columns, one referencing the other.";
    return nullptr;
}

// True for what a partition has of the key of a partitioned table. What acts on the rows of all its
// partitions is one trigger, by which a row that moves may become one of another partition.
bool IsOfPartitionedTable(const ForeignKey& key) {
    return OidIsValid(key.parent) && ReadForeignKey(key.parent).relation != key.relation;
}

// PostgreSQL makes a part of a key to a partitioned table for each of its partitions: all of them
// together say what a row may reference.
ForeignKey WholeKey(ForeignKey key) {
    while (OidIsValid(key.parent)) {
        const ForeignKey parent = ReadForeignKey(key.parent);
        if (parent.relation != key.relation) break;
        key = parent;
    }
    return key;
}

}  // namespace

int ForeignKey::PositionOf(AttrNumber column) const {
    for (int i = 0; i < column_count; i++)
        if (columns[i] == column) return i;
    return -1;
}

ForeignKey ReadForeignKey(Oid constraint) {
    const HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for constraint %u", constraint);
    const auto* form = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
    if (form->contype != CONSTRAINT_FOREIGN)
        elog(ERROR, "constraint %u is not a foreign key", constraint);
    ForeignKey key = {};
    key.constraint = constraint;
    key.name = pstrdup(NameStr(form->conname));
    key.relation = form->conrelid;
    key.referenced = form->confrelid;
    key.parent = form->conparentid;
    key.on_update = form->confupdtype;
    key.on_delete = form->confdeltype;
    DeconstructFkConstraintRow(tuple, &key.column_count, key.columns, key.referenced_columns,
                               key.equality, nullptr, key.own_equality, &key.set_column_count,
                               key.set_columns);
    ReleaseSysCache(tuple);
    return key;
}

int16 EventsOf(const ForeignKey& key) {
    int16 events = 0;
    if (key.on_delete == FKCONSTR_ACTION_CASCADE) events |= TRIGGER_TYPE_DELETE;
    if (Sets(key.on_delete) || Sets(key.on_update) || key.on_update == FKCONSTR_ACTION_CASCADE)
        events |= TRIGGER_TYPE_UPDATE;
    return events;
}

const char* WhyNotByShards(const ForeignKey& part, int32 colocation_id,
                           AttrNumber distribution_column, int16 events_here) {
    const ForeignKey key = WholeKey(part);
    if ((EventsOf(key) & events_here) != 0)
        return "What it deletes or changes concerns triggers, which fire on the coordinator.";
    if (IsOfPartitionedTable(key) && !OnlyRefuses(key))
        return "It acts on the rows of a partitioned table.";
    const bool to_itself = key.relation == key.referenced;
    const Table* referenced = FindTable(key.referenced);
    if (!to_itself && !referenced) return "The referenced table is local to one node.";
    const bool to_reference_table = !to_itself && referenced->IsReference();
    const char* why = to_reference_table
                          ? nullptr
                          : WhyNotColocated(key, referenced, colocation_id, distribution_column);
    return why ? why : WhyNotActions(key, distribution_column, to_reference_table);
}

bool OnlyRefuses(const ForeignKey& key) {
    for (const char action : {key.on_update, key.on_delete})
        if (action != FKCONSTR_ACTION_NOACTION && action != FKCONSTR_ACTION_RESTRICT) return false;
    return true;
}

bool KeptByShards(const ForeignKey& key) {
    const Table* table = FindTable(key.relation);
    return table && table->IsHash() &&
           !WhyNotByShards(key, table->colocation_id, table->distribution_column,
                           table->events_here);
}

bool ActsOnShards(const ForeignKey& key) {
    if (KeptByShards(key)) return true;
    bool acts = false;
    if (get_rel_relkind(key.relation) == RELKIND_PARTITIONED_TABLE)
        pg::EachCatalogRow<Form_pg_constraint>(
            ConstraintRelationId, ConstraintParentIndexId, Anum_pg_constraint_conparentid,
            key.constraint, [&](Form_pg_constraint part, HeapTuple) {
                acts = acts || ActsOnShards(ReadForeignKey(part->oid));
            });
    return acts;
}

}  // namespace pgspan::metadata
