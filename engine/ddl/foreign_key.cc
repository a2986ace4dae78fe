#include "engine/ddl/foreign_key.h"

#include "engine/ddl/local_shards.h"
#include "engine/ddl/table_definition.h"
#include "engine/pg/list.h"

extern "C" {
#include "catalog/heap.h"
#include "catalog/indexing.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "utils/array.h"
}

namespace pgspan::ddl {

namespace {

// What CheckForeignKey reads of pg_constraint.
struct ForeignKey {
    const char* name;
    Oid relation;
    Oid referenced;
    int column_count;
    AttrNumber columns[INDEX_MAX_KEYS];
    AttrNumber referenced_columns[INDEX_MAX_KEYS];
    char on_update;
    char on_delete;
    bool sets_some_columns;
    int set_column_count;
    AttrNumber set_columns[INDEX_MAX_KEYS];

    // Position of a column among those of the foreign key; -1 if it has no part in it.
    [[nodiscard]] int PositionOf(AttrNumber column) const {
        for (int i = 0; i < column_count; i++)
            if (columns[i] == column) return i;
        return -1;
    }
    [[nodiscard]] bool DeleteSets(AttrNumber column) const {
        if (on_delete != FKCONSTR_ACTION_SETNULL && on_delete != FKCONSTR_ACTION_SETDEFAULT)
            return false;
        if (!sets_some_columns) return PositionOf(column) >= 0;
        for (int i = 0; i < set_column_count; i++)
            if (set_columns[i] == column) return true;
        return false;
    }
    [[nodiscard]] bool UpdateSets(AttrNumber column) const {
        return PositionOf(column) >= 0 &&
               (on_update == FKCONSTR_ACTION_SETNULL || on_update == FKCONSTR_ACTION_SETDEFAULT);
    }
};

ForeignKey ReadForeignKey(Oid constraint) {
    HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for constraint %u", constraint);
    const auto* form = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
    if (form->contype != CONSTRAINT_FOREIGN)
        elog(ERROR, "constraint %u is not a foreign key", constraint);
    ForeignKey key = {};
    key.name = pstrdup(NameStr(form->conname));
    key.relation = form->conrelid;
    key.referenced = form->confrelid;
    key.on_update = form->confupdtype;
    key.on_delete = form->confdeltype;
    DeconstructFkConstraintRow(tuple, &key.column_count, key.columns, key.referenced_columns,
                               nullptr, nullptr, nullptr, &key.set_column_count, key.set_columns);
    key.sets_some_columns = key.set_column_count > 0;
    ReleaseSysCache(tuple);
    return key;
}

[[noreturn]] void RefuseForeignKey(const ForeignKey& key, const char* reason, const char* way_out) {
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("foreign key \"%s\" from \"%s\" to \"%s\" is not supported", key.name,
                   get_rel_name(key.relation), get_rel_name(key.referenced)),
            errdetail("%s", reason), way_out ? errhint("%s", way_out) : 0);
    pg_unreachable();
}

// The actions that would change the distribution column of a referencing row, which would have to
// move to another shard then.
void CheckActions(const ForeignKey& key, AttrNumber distribution_column, bool to_reference_table) {
    if (key.DeleteSets(distribution_column) || key.UpdateSets(distribution_column))
        RefuseForeignKey(key, "SET NULL and SET DEFAULT would change the distribution column.",
                         "Use another action, or list the columns of ON DELETE SET NULL.");
    if (to_reference_table && key.on_update == FKCONSTR_ACTION_CASCADE &&
        key.PositionOf(distribution_column) >= 0)
        RefuseForeignKey(key, "ON UPDATE CASCADE would change the distribution column.",
                         "Use ON UPDATE NO ACTION or RESTRICT.");
}

void CheckColocated(const ForeignKey& key, const metadata::Table* referenced, int32 colocation_id,
                    AttrNumber distribution_column) {
    // A table that references itself may not be registered yet.
    const bool to_itself = key.relation == key.referenced;
    if (!to_itself && referenced->colocation_id != colocation_id)
        RefuseForeignKey(key, "The two tables are not colocated.",
                         "Distribute both with the same type and shard count and with "
                         "colocate_with, or make the "
                         "referenced table a reference table.");
    const AttrNumber referenced_column =
        to_itself ? distribution_column : referenced->distribution_column;
    const int position = key.PositionOf(distribution_column);
    if (position < 0 || key.referenced_columns[position] != referenced_column)
        RefuseForeignKey(key,
                         "It must include both distribution columns, one referencing the other.",
                         "Add the distribution columns to the key, or make the referenced table a "
                         "reference table.");
}

void SetTriggers(Oid referenced, Oid constraint, char from, char to) {
    const Relation catalog = table_open(TriggerRelationId, RowExclusiveLock);
    ScanKeyData scan_key;
    ScanKeyInit(&scan_key, Anum_pg_trigger_tgconstraint, BTEqualStrategyNumber, F_OIDEQ,
                ObjectIdGetDatum(constraint));
    const SysScanDesc scan =
        systable_beginscan(catalog, TriggerConstraintIndexId, true, nullptr, 1, &scan_key);
    bool changed = false;
    while (const HeapTuple tuple = systable_getnext(scan)) {
        const auto* trigger = reinterpret_cast<Form_pg_trigger>(GETSTRUCT(tuple));
        if (trigger->tgrelid != referenced || trigger->tgenabled != from) continue;
        const HeapTuple copy = heap_copytuple(tuple);
        reinterpret_cast<Form_pg_trigger>(GETSTRUCT(copy))->tgenabled = to;
        CatalogTupleUpdate(catalog, &copy->t_self, copy);
        heap_freetuple(copy);
        changed = true;
    }
    systable_endscan(scan);
    table_close(catalog, NoLock);
    if (!changed) return;
    CommandCounterIncrement();
    CacheInvalidateRelcacheByRelid(referenced);
}

// The triggers on the referenced side of every foreign key of the relation.
void SetReferencedTriggers(Oid relation, char from, char to) {
    for (const Oid constraint : ConstraintsOf(relation, CONSTRAINT_FOREIGN)) {
        const ForeignKey key = ReadForeignKey(constraint);
        if (key.referenced != relation) SetTriggers(key.referenced, constraint, from, to);
    }
}

// The foreign keys of distributed tables, the table itself among them, that reference the shell.
std::span<const Oid> ReferencingKeys(Oid shell) {
    List* keys = NIL;
    for (const Oid relation :
         pg::EachOid(lappend_oid(heap_truncate_find_FKs(list_make1_oid(shell)), shell))) {
        const metadata::Table* table = metadata::FindTable(relation);
        if (!table || !table->IsHash()) continue;
        for (const Oid constraint : ConstraintsOf(relation, CONSTRAINT_FOREIGN))
            if (ReadForeignKey(constraint).referenced == shell)
                keys = lappend_oid(keys, constraint);
    }
    auto* array = static_cast<Oid*>(palloc(sizeof(Oid) * (list_length(keys) + 1)));
    size_t count = 0;
    for (const Oid key : pg::EachOid(keys)) array[count++] = key;
    return {array, count};
}

}  // namespace

void CheckForeignKey(Oid constraint, metadata::TableKind kind, int32 colocation_id,
                     AttrNumber distribution_column) {
    const ForeignKey key = ReadForeignKey(constraint);
    const bool to_itself = key.relation == key.referenced;
    const metadata::Table* referenced = metadata::FindTable(key.referenced);
    if (!to_itself && !referenced)
        RefuseForeignKey(
            key, "The referenced table is local to one node.",
            "Make it a reference table with create_reference_table(), or distribute it likewise.");
    if (kind == metadata::TableKind::kReference) {
        if (!to_itself && !referenced->IsReference())
            RefuseForeignKey(key, "A reference table cannot reference a distributed table.",
                             "Make the referenced table a reference table.");
        return;
    }
    const bool to_reference_table = !to_itself && referenced->IsReference();
    if (!to_reference_table) CheckColocated(key, referenced, colocation_id, distribution_column);
    CheckActions(key, distribution_column, to_reference_table);
}

void MirrorForeignKey(Oid shell, Oid constraint) {
    const metadata::Table* table = metadata::FindTable(shell);
    if (!table) return;
    CheckForeignKey(constraint, table->kind, table->colocation_id, table->distribution_column);
    if (!table->IsHash()) return;
    QuietForeignKeys(shell);
    const char* name = get_constraint_name(constraint);
    for (const LocalShard& shard : LocalShards(*table)) {
        if (OidIsValid(get_relation_constraint_oid(
                shard.relation, ShardConstraintName(name, shard.shard_id), true)))
            continue;
        RunDefinitions(ShardForeignKeys(*table, shard.index, constraint));
    }
}

void DropShardConstraint(Oid shell, const char* name) {
    const metadata::Table* table = metadata::FindTable(shell);
    if (!table || !table->IsHash()) return;
    for (const LocalShard& shard : LocalShards(*table))
        RunDefinitions(AddDefinition(
            NIL, nullptr,
            psprintf("ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s", shard.qualified_name,
                     quote_identifier(ShardConstraintName(name, shard.shard_id)))));
}

void DropShardReferences(Oid shell) {
    for (const Oid constraint : ReferencingKeys(shell)) {
        const ForeignKey key = ReadForeignKey(constraint);
        DropShardConstraint(key.relation, key.name);
    }
}

void MirrorReferences(Oid shell) {
    CommandCounterIncrement();
    for (const Oid constraint : ReferencingKeys(shell))
        MirrorForeignKey(ReadForeignKey(constraint).relation, constraint);
}

void QuietForeignKeys(Oid shell) {
    SetReferencedTriggers(shell, TRIGGER_FIRES_ON_ORIGIN, TRIGGER_DISABLED);
}

void RestoreForeignKeys(Oid relation) {
    SetReferencedTriggers(relation, TRIGGER_DISABLED, TRIGGER_FIRES_ON_ORIGIN);
}

}  // namespace pgspan::ddl
