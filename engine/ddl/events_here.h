// Which changes of a distributed table's rows have to come about on the coordinator: those for
// which the user has made triggers (disabled ones too), and those of rows that are referenced by a
// key which fires triggers. A foreign key whose action would be such a change is kept by the
// coordinator (metadata/foreign_keys.h), whose own triggers carry it out there. The table's
// metadata say so from the first such trigger on, and as long as the table is distributed.
//
// Called by: trigger.cc, and cluster (making tables distributed), on the coordinator.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// For a table that is about to be distributed: bits TRIGGER_TYPE_UPDATE and _DELETE.
int16 EventsHere(Oid relation);

// From now on these changes of the table's rows come about here: keys that shards have kept become
// the coordinator's on every node, and what causes the changes of the tables that they reference
// follows. Other bits of events are ignored. Locks the tables against writes.
void KeepEventsHere(Oid relation, int16 events);

// After a table with such changes has been distributed: what causes them.
void KeepCausesHere(Oid relation);

}  // namespace pgspan::ddl
