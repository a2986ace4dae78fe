// Which triggers of a distributed or reference table concern a command. The user's triggers stand
// on the shell (or the reference table) of the coordinator and fire there (firing.h); other nodes
// have a stand-in under the same name that never fires and says that there is one. Of PostgreSQL's
// own triggers (foreign keys) only those concern this room that the coordinator keeps
// (metadata/foreign_keys.h). Called by: planner, executor, ddl.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "utils/reltrigger.h"
}

namespace pgspan::trigger {

struct Matching {
    bool any;
    bool before_row;
    bool after_row;
    bool reads_tables;   // some trigger has REFERENCING OLD TABLE or NEW TABLE
    bool looks_at_rows;  // the writer itself does, whatever the triggers

    [[nodiscard]] bool NeedRows() const {
        return before_row || after_row || reads_tables || looks_at_rows;
    }
    // Some trigger has to know what has become of each row.
    [[nodiscard]] bool NeedOutcome() const { return after_row || reads_tables; }
    Matching& operator|=(const Matching& other);
};

// The triggers that are not disabled, for CMD_INSERT, CMD_UPDATE or CMD_DELETE. updated: the
// columns that UPDATE assigns, offset by FirstLowInvalidHeapAttributeNumber; nullptr for other
// commands. The caller holds a lock on the relation. On a node other than the coordinator any
// trigger for the command raises 0A000. rows_only: the write is a part of one of another table, in
// which the triggers of the statement do not fire.
Matching MatchingTriggers(Oid relation, CmdType command, const Bitmapset* updated,
                          bool rows_only = false);

// True for PostgreSQL's trigger of a foreign key that the coordinator keeps, on either side of it;
// unless it is disabled, or PostgreSQL fires it itself, as it does on local tables and on this
// node's copy of a reference table.
bool KeepsKey(Oid relation, const Trigger& trigger);
// True if rows that move to other shards of the table leave without a foreign key of the shards
// acting on it: each would take a row that leaves for one that is deleted, and some do more then
// than refuse. The coordinator carries all of them out in their place.
bool CarriesOutMoves(Oid relation);
// True for a trigger by which it does so, on the referenced side.
bool CarriesOutMove(Oid relation, const Trigger& trigger);
// True if it is on the referenced side of a key that the coordinator keeps, of a local table too,
// and the command may concern it (as MatchingTriggers has it).
bool ActsOnReferences(Relation relation, const Trigger& trigger, CmdType command,
                      const Bitmapset* updated);
// Of a foreign key's trigger: true if it checks rows that reference, false if it is on the
// referenced side.
bool ChecksReference(const Trigger& trigger);
// Of any trigger.
bool IsOnReferencedSide(const Trigger& trigger);

// TRIGGER_TYPE_INSERT, …
int16 EventType(CmdType command);

}  // namespace pgspan::trigger
