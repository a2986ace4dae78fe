#include "engine/ddl/events_here.h"

#include "engine/ddl/foreign_key.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/local_shards.h"
#include "engine/metadata/foreign_keys.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/catalog_scan.h"
#include "engine/pg/list.h"
#include "engine/pg/owner.h"

extern "C" {
#include "catalog/pg_constraint.h"
#include "catalog/pg_trigger.h"
#include "storage/lmgr.h"
}

namespace pgspan::ddl {

namespace {

using metadata::EventsOf;
using metadata::ForeignKey;
using metadata::ReadForeignKey;

constexpr int16 kChanges = TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE;

int16 EventsWithTriggers(Oid relation_id) {
    int16 events = 0;
    const Relation relation = relation_open(relation_id, NoLock);
    for (int i = 0; relation->trigdesc && i < relation->trigdesc->numtriggers; i++) {
        const Trigger& trigger = relation->trigdesc->triggers[i];
        if (!trigger.tgisinternal) events |= trigger.tgtype;
    }
    relation_close(relation, NoLock);
    return events & kChanges;
}

// Whether what the key does to its table has to come about here.
bool ActsHere(const ForeignKey& key) {
    const metadata::Table* table = metadata::FindTable(key.relation);
    return table && table->IsHash() && (EventsOf(key) & table->events_here) != 0;
}

// The keys of the table that shards keep and that bring about such changes: List of ForeignKey*.
List* CausesOnShards(Oid relation, int16 events) {
    List* keys = NIL;
    for (const Oid constraint : ConstraintsOf(relation, CONSTRAINT_FOREIGN)) {
        auto* key = static_cast<ForeignKey*>(palloc(sizeof(ForeignKey)));
        *key = ReadForeignKey(constraint);
        if ((EventsOf(*key) & events) != 0 && metadata::KeptByShards(*key))
            keys = lappend(keys, key);
    }
    return keys;
}

void Record(Oid relation, int16 events) {
    pg::RunSqlAsOwner(
        psprintf("UPDATE pgspan.distributed_table SET events_here = events_here | "
                 "%d::pg_catalog.int2 WHERE relation = %u",
                 events, relation));
    metadata::InvalidateTable(relation);
    CommandCounterIncrement();
}

}  // namespace

int16 EventsHere(Oid relation) {
    int16 events = EventsWithTriggers(relation);
    pg::EachCatalogRow<Form_pg_constraint>(
        ConstraintRelationId, InvalidOid, Anum_pg_constraint_confrelid, relation,
        [&](Form_pg_constraint row, HeapTuple) {
            if (row->contype != CONSTRAINT_FOREIGN) return;
            const ForeignKey key = ReadForeignKey(row->oid);
            const bool acts =
                key.relation == relation ? (EventsOf(key) & events) != 0 : ActsHere(key);
            if (acts) events = kChanges;
        });
    return events;
}

void KeepEventsHere(Oid relation, int16 events) {
    LockRelationOid(relation, ShareRowExclusiveLock);
    const metadata::Table* table = metadata::FindTable(relation);
    if (!table || !table->IsHash()) return;
    events &= kChanges & ~table->events_here;
    if (events == 0) return;
    const List* keys = CausesOnShards(relation, events);
    for (const auto* key : pg::Each<ForeignKey>(keys))
        LockRelationOid(key->referenced, ShareRowExclusiveLock);
    Record(relation, events);
    for (const auto* key : pg::Each<ForeignKey>(keys)) {
        TakeFromShards(*key);
        NoteLocalParts(key->referenced);
    }
    NoteLocalParts(relation);
    KeepCausesHere(relation);
}

void KeepCausesHere(Oid relation) {
    for (const Oid constraint : ConstraintsOf(relation, CONSTRAINT_FOREIGN)) {
        const ForeignKey key = ReadForeignKey(constraint);
        if (ActsHere(key)) KeepEventsHere(key.referenced, kChanges);
    }
}

}  // namespace pgspan::ddl
