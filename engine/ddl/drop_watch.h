// Notices which distributed tables, and which parts of them, a statement drops, by whatever way it
// comes to them: DROP SCHEMA … CASCADE and DROP OWNED name none. Private to this room.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/entry.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// A column, an index, or a constraint other than a foreign key.
struct LostPart {
    Oid owner;
    enum Kind { kColumn, kIndex, kConstraint } kind;
    char constraint_type;  // of a constraint
    char* name;
    char* description;
};

struct DropWatch {
    MemoryContext context;
    List* known;            // OIDs of all distributed and reference tables when the statement began
    List* tables;           // OIDs of dropped shells and reference tables, in the order they went
    List* names;            // their qualified names, char*
    List* parts;            // of LostPart
    List* followed_owners;  // OIDs of tables that lost a trigger or a policy
    List* followed_drops;   // the statement by which other nodes lose theirs, char*
    List* companion_drops;  // the same for casts and default operator classes (companion.h)
};

// Makes the watch the one that is told; returns the one before.
DropWatch* SetDropWatch(DropWatch* watch);

// Runs body and returns what it dropped.
template <typename Body>
DropWatch Watching(Body&& body) {
    DropWatch watch = {CurrentMemoryContext, metadata::AllTables(), NIL, NIL, NIL, NIL, NIL, NIL};
    DropWatch* const outer = SetDropWatch(&watch);
    ErrorData* error = pg::Capture(body);
    SetDropWatch(outer);
    if (error) ReThrowError(error);
    return watch;
}

// Raises 0A000 if a table lost a part without being dropped itself, other than those that followed:
// a cascade that other nodes would not follow.
void RefuseLostParts(const DropWatch& watch, const List* followed = NIL);
[[noreturn]] void RefuseLostPart(const LostPart& part);

// Installs object_access_hook.
void InitializeDropWatch();

}  // namespace pgspan::ddl
