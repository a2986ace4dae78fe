#include "engine/ddl/foreign_key.h"

#include "engine/ddl/local_shards.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/table_definition.h"
#include "engine/metadata/constraint_names.h"
#include "engine/metadata/foreign_keys.h"
#include "engine/pg/catalog_scan.h"
#include "engine/pg/list.h"
#include "engine/pg/owner.h"

extern "C" {
#include "catalog/heap.h"
#include "catalog/indexing.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "utils/inval.h"
#include "utils/relcache.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"
}

namespace pgspan::ddl {

namespace {

using metadata::ForeignKey;
using metadata::ReadForeignKey;

[[noreturn]] void RefuseForeignKey(const ForeignKey& key, const char* reason) {
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("foreign key \"%s\" from \"%s\" to \"%s\" is not supported", key.name,
                   get_rel_name(key.relation), get_rel_name(key.referenced)),
            errdetail("%s", reason),
            errhint("Make the referenced table a reference table with create_reference_table()."));
    pg_unreachable();
}

// True if there was one to change.
bool SetTriggers(Oid referenced, Oid constraint, char from, char to) {
    const Relation catalog = table_open(TriggerRelationId, RowExclusiveLock);
    bool changed = false;
    pg::EachCatalogRow<Form_pg_trigger>(
        TriggerRelationId, TriggerConstraintIndexId, Anum_pg_trigger_tgconstraint, constraint,
        [&](Form_pg_trigger trigger, HeapTuple tuple) {
            if (trigger->tgrelid != referenced || trigger->tgenabled != from) return;
            const HeapTuple copy = heap_copytuple(tuple);
            reinterpret_cast<Form_pg_trigger>(GETSTRUCT(copy))->tgenabled = to;
            CatalogTupleUpdate(catalog, &copy->t_self, copy);
            heap_freetuple(copy);
            changed = true;
        });
    table_close(catalog, NoLock);
    if (!changed) return false;
    CacheInvalidateRelcacheByRelid(referenced);
    CommandCounterIncrement();  // now it is seen here, too
    return true;
}

// Those of the relation and those to it: List of ForeignKey*.
List* KeysKeptHere(Oid relation) {
    List* keys = NIL;
    const auto note = [&](Form_pg_constraint row, HeapTuple) {
        if (row->contype != CONSTRAINT_FOREIGN) return;
        auto* key = static_cast<ForeignKey*>(palloc(sizeof(ForeignKey)));
        *key = ReadForeignKey(row->oid);
        const metadata::Table* table = metadata::FindTable(key->relation);
        if ((!table || table->IsHash()) && !metadata::KeptByShards(*key)) keys = lappend(keys, key);
    };
    pg::EachCatalogRow<Form_pg_constraint>(ConstraintRelationId, ConstraintRelidTypidNameIndexId,
                                           Anum_pg_constraint_conrelid, relation, note);
    pg::EachCatalogRow<Form_pg_constraint>(ConstraintRelationId, InvalidOid,
                                           Anum_pg_constraint_confrelid, relation, note);
    return keys;
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

// Removes the foreign key `name` of the shell from its local shards.
void DropShardConstraint(Oid shell, const char* name) {
    const metadata::Table* table = metadata::FindTable(shell);
    if (!table || !table->IsHash()) return;
    for (const LocalShard& shard : LocalShards(*table))
        RunDefinitions(AddDefinition(
            NIL, nullptr,
            psprintf("ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s", shard.qualified_name,
                     quote_identifier(metadata::ShardConstraintName(name, shard.shard_id)))));
}

}  // namespace

void CheckForeignKey(Oid constraint) {
    const ForeignKey key = ReadForeignKey(constraint);
    if (key.relation == key.referenced) return;
    const metadata::Table* referenced = metadata::FindTable(key.referenced);
    if (!referenced) RefuseForeignKey(key, "The referenced table is local to one node.");
    if (!referenced->IsReference())
        RefuseForeignKey(key, "A reference table cannot reference a distributed table.");
}

void MirrorForeignKey(Oid shell, Oid constraint) {
    const metadata::Table* table = metadata::FindTable(shell);
    if (!table) return;
    if (!table->IsHash()) {
        CheckForeignKey(constraint);
        return;
    }
    if (!metadata::KeptByShards(ReadForeignKey(constraint))) return;
    QuietForeignKeys(shell);
    const char* name = get_constraint_name(constraint);
    for (const LocalShard& shard : LocalShards(*table)) {
        if (OidIsValid(get_relation_constraint_oid(
                shard.relation, metadata::ShardConstraintName(name, shard.shard_id), true)))
            continue;
        RunDefinitions(ShardForeignKeys(*table, shard.index, constraint));
    }
}

void GiveKeysToShards(Oid referenced) {
    CommandCounterIncrement();
    for (const Oid relation : pg::EachOid(heap_truncate_find_FKs(list_make1_oid(referenced))))
        for (const Oid constraint : ConstraintsOf(relation, CONSTRAINT_FOREIGN)) {
            const ForeignKey key = ReadForeignKey(constraint);
            if (key.referenced != referenced || !metadata::KeptByShards(key)) continue;
            MirrorForeignKey(relation, constraint);
            const int settings = EnterCanonicalSettings();
            const char* definition = pg_get_constraintdef_command(constraint);
            LeaveCanonicalSettings(settings);
            Broadcast(definition);
            NoteLocalParts(relation);
        }
}

void TakeFromShards(const ForeignKey& key) {
    // Who makes a trigger need not own the table.
    const pg::UserSwitch caller = pg::BecomeOwnerOf(key.relation);
    DropShardConstraint(key.relation, key.name);
    Broadcast(psprintf("ALTER TABLE %s DROP CONSTRAINT %s", QualifiedRelationName(key.relation),
                       quote_identifier(key.name)));
    pg::ReturnToUser(caller);
    const metadata::Table* referenced = metadata::FindTable(key.referenced);
    if (referenced && referenced->IsReference())
        SetTriggers(key.referenced, key.constraint, TRIGGER_DISABLED, TRIGGER_FIRES_ON_ORIGIN);
    CacheInvalidateRelcacheByRelid(key.relation);
    CacheInvalidateRelcacheByRelid(key.referenced);
}

List* SuspendKeys(Oid relation) {
    List* suspended = NIL;
    for (const Oid constraint : ConstraintsOf(relation, CONSTRAINT_FOREIGN))
        if (SetTriggers(relation, constraint, TRIGGER_FIRES_ON_ORIGIN, TRIGGER_DISABLED))
            suspended = lappend_oid(suspended, constraint);
    return suspended;
}

void ResumeKeys(Oid relation, const List* suspended) {
    for (const Oid constraint : pg::EachOid(suspended))
        SetTriggers(relation, constraint, TRIGGER_DISABLED, TRIGGER_FIRES_ON_ORIGIN);
}

bool IsKeptHere(Oid relation, const char* name) {
    const metadata::Table* table = metadata::FindTable(relation);
    if (!table || !table->IsHash()) return false;
    const Oid constraint = get_relation_constraint_oid(relation, name, true);
    for (const Oid key : ConstraintsOf(relation, CONSTRAINT_FOREIGN))
        if (key == constraint) return !metadata::KeptByShards(ReadForeignKey(key));
    return false;
}

bool HasKeysKeptHere(Oid relation) {
    return KeysKeptHere(relation) != NIL;
}

List* TablesWithKeysKeptHere(Oid relation) {
    List* tables = NIL;
    for (const auto* key : pg::Each<ForeignKey>(KeysKeptHere(relation))) {
        const Oid other = key->relation == relation ? key->referenced : key->relation;
        const metadata::Table* table = metadata::FindTable(other);
        if (other != relation && table && table->IsHash())
            tables = list_append_unique_oid(tables, other);
    }
    return tables;
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
    for (const Oid constraint : ConstraintsOf(shell, CONSTRAINT_FOREIGN)) {
        const ForeignKey key = ReadForeignKey(constraint);
        const metadata::Table* referenced = metadata::FindTable(key.referenced);
        if (referenced && referenced->IsReference() && metadata::KeptByShards(key))
            SetTriggers(key.referenced, constraint, TRIGGER_FIRES_ON_ORIGIN, TRIGGER_DISABLED);
    }
}

void RestoreForeignKeys(Oid relation) {
    for (const Oid constraint : ConstraintsOf(relation, CONSTRAINT_FOREIGN)) {
        const ForeignKey key = ReadForeignKey(constraint);
        if (key.referenced != relation)
            SetTriggers(key.referenced, constraint, TRIGGER_DISABLED, TRIGGER_FIRES_ON_ORIGIN);
    }
}

// The columns of the other table that a foreign key references, by name.
static const List* ReferencedColumns(const Constraint& constraint, Oid referenced) {
    if (constraint.pk_attrs != NIL) return constraint.pk_attrs;
    const Relation relation = relation_open(referenced, AccessShareLock);
    int column = -1;
    List* names = NIL;
    list_free(RelationGetIndexList(relation));  // finds the primary key
    const Oid index = relation->rd_pkindex;
    relation_close(relation, NoLock);
    if (!OidIsValid(index)) return NIL;
    const HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for index %u", index);
    const auto* form = reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple));
    while (++column < form->indnkeyatts)
        names =
            lappend(names, makeString(get_attname(referenced, form->indkey.values[column], false)));
    ReleaseSysCache(tuple);
    return names;
}

// As pg_constraint will have it.
bool ShardsCanKeep(const metadata::Table& table, const Constraint& constraint) {
    const Oid referenced = RangeVarGetRelid(constraint.pktable, NoLock, true);
    if (!OidIsValid(referenced)) return true;  // PostgreSQL's own error
    ForeignKey key = {};
    key.relation = table.relation;
    key.referenced = referenced;
    key.on_update = constraint.fk_upd_action;
    key.on_delete = constraint.fk_del_action;
    const List* columns = ReferencedColumns(constraint, referenced);
    // What PostgreSQL will not accept is left to it.
    if (list_length(columns) != list_length(constraint.fk_attrs) ||
        list_length(columns) > INDEX_MAX_KEYS)
        return true;
    key.column_count = list_length(columns);
    for (int i = 0; i < key.column_count; i++) {
        key.columns[i] = get_attnum(table.relation, strVal(list_nth(constraint.fk_attrs, i)));
        key.referenced_columns[i] = get_attnum(referenced, strVal(list_nth(columns, i)));
    }
    for (const auto* column : pg::Each<String>(constraint.fk_del_set_cols))
        key.set_columns[key.set_column_count++] = get_attnum(table.relation, column->sval);
    return !metadata::WhyNotByShards(key, table.colocation_id, table.distribution_column,
                                     table.events_here);
}

}  // namespace pgspan::ddl
