// Foreign keys of pg_constraint, and where each is kept. Those of a distributed table that only
// concern colocated rows, or reference tables, are kept by the shards: each shard has the
// constraint, and the nodes check it and carry out its actions. All others (of local tables, to
// local tables, between tables that are not colocated, with actions that move rows to other shards
// or fire triggers) are kept by the coordinator: by PostgreSQL's triggers on the shells and local
// tables there.
//
// Called by: trigger, planner, ddl, cluster.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::metadata {

struct ForeignKey {
    Oid constraint;
    const char* name;
    Oid relation;
    Oid referenced;
    Oid parent;  // the constraint of which this is a part; or InvalidOid
    int column_count;
    AttrNumber columns[INDEX_MAX_KEYS];
    AttrNumber referenced_columns[INDEX_MAX_KEYS];
    Oid equality[INDEX_MAX_KEYS];      // operators: referenced column = referencing column
    Oid own_equality[INDEX_MAX_KEYS];  // operators that compare columns of the referencing table
    char on_update;                    // FKCONSTR_ACTION_…
    char on_delete;
    int set_column_count;  // ON DELETE SET … (columns); 0: all
    AttrNumber set_columns[INDEX_MAX_KEYS];

    // Position of a column of the referencing table among those of the key; -1: it is none of them.
    [[nodiscard]] int PositionOf(AttrNumber column) const;
};

ForeignKey ReadForeignKey(Oid constraint);

// What the actions of the key do to rows of the referencing table: TRIGGER_TYPE_UPDATE, _DELETE.
int16 EventsOf(const ForeignKey& key);

// nullptr if the shards of a table can keep the key, else why they cannot: a sentence. The table,
// the key's own, has these properties (metadata::Table) and need not be registered yet.
const char* WhyNotByShards(const ForeignKey& key, int32 colocation_id,
                           AttrNumber distribution_column, int16 events_here);

// True if the key does nothing but refuse, NO ACTION or RESTRICT, when what is referenced is
// deleted or changed: a row that moves to another table may then as well be deleted and inserted.
bool OnlyRefuses(const ForeignKey& key);

// True if the shards keep the key; for one of a reference table, or of local tables only: false.
bool KeptByShards(const ForeignKey& key);
// The same for a key of a partitioned table, of which each partition has a part: if shards keep
// one.
bool ActsOnShards(const ForeignKey& key);

}  // namespace pgspan::metadata
