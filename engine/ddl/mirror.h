// Carrying a utility statement from the shell to the container and to other nodes.
//
// Who does what: an ordinary session of the coordinator is the *origin* of DDL. It runs the
// statement on the shell and the container, then broadcasts it. An internal session (opened by
// another node) does shell and container of its own node. Any other session on a worker may not
// change distributed tables.
//
// Called by: the handlers of this room.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/entry.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// True in an ordinary session: the statement must reach the other nodes.
bool IsOrigin();

// The distributed or reference table, if relation is one; nullptr for any other. Raises 55000 on a
// worker's ordinary session, and 0A000 if relation is a container or a shard, which are changed
// through their shell only. command: "ALTER TABLE", for messages.
const metadata::Table* FindForDdl(Oid relation, const char* command);
// The same by name; missing relations give nullptr.
const metadata::Table* FindForDdl(const RangeVar* name, const char* command);
// The distributed or reference table that an index belongs to.
const metadata::Table* FindForIndex(Oid index, const char* command);
// Raises 55000 on a worker's ordinary session, for statements that reach every node without naming
// a table.
void RequireOrigin(const char* command);

// True in an ordinary session of a coordinator with other nodes: what is the same on every node and
// belongs to no table (roles, extensions) is carried there.
bool IsCarried();

// Runs sql on every other active node, in the distributed transaction. Does nothing in an internal
// session.
void Broadcast(const char* sql);
// Sends what the relation, as it is now, needs on other nodes: roles, schemas, types, functions.
// Before Broadcast.
void BroadcastRequirements(Oid relation);

// Makes the schemas that the relation needs where they are missing. Who may create a table in a
// schema need not have the right to make the schema.
void BroadcastSchemas(Oid relation);

// After a change of what only the coordinator may know of a table (rules, tables that inherit from
// it, foreign keys that shards do not keep): keeps other nodes' own sessions off a table that has
// any.
void NoteLocalParts(Oid relation);
// The same for all tables to and from which foreign keys of the relation lead.
void NoteReferencedTables(Oid relation);
// The distributed and reference tables that a table references, that reference it, or from which it
// inherits.
List* TablesTiedTo(Oid relation);
// What tells another node so.
char* KeepToCoordinatorStatement(Oid relation, bool only);

// Runs a utility tree, or the statements of a text, as a part of the current statement: neither
// mirrored nor seen by event triggers, and without NOTICEs. source: the text that locations in the
// tree refer to.
void RunUtility(Node* tree, const char* source);
void RunUtilityText(const char* sql);
// The same as the owner of the extension: for indexes, which need CREATE on the schema of
// containers. PostgreSQL evaluates index expressions as the table's owner. Never for trees whose
// expressions run as the current user.
void RunUtilityAsOwner(Node* tree, const char* source);

// The parse tree of a single utility statement.
Node* ParseUtility(const char* sql);

// "schema.name", quoted.
char* QualifiedRelationName(Oid relation);
RangeVar* RangeVarFor(Oid relation);

// A copy of a tree.
template <typename T>
T* CopyOf(const void* node) {
    return static_cast<T*>(copyObjectImpl(node));
}

// Statements run in between raise no NOTICEs.
int EnterQuiet();
void LeaveQuiet(int nest_level);

// Runs body while shells read as plain, empty tables: for statements in which PostgreSQL itself
// queries the shell, as the validation of a foreign key does.
template <typename Body>
void WithPlainShells(Body&& body) {
    const bool before = metadata::TreatShellsAsPlain(true);
    ErrorData* error = pg::Capture(body);
    metadata::TreatShellsAsPlain(before);
    if (error) ReThrowError(error);
}

// Utility statements that body runs are left to PostgreSQL: nothing is mirrored or sent.
void SuspendMirroring(int change);
template <typename Body>
void WithoutMirroring(Body&& body) {
    SuspendMirroring(1);
    ErrorData* error = pg::Capture(body);
    SuspendMirroring(-1);
    if (error) ReThrowError(error);
}

// 0A000 "%s is not supported on distributed tables" for the table, with a hint.
[[noreturn]] void RefuseOn(const metadata::Table& table, const char* construct, const char* hint);

}  // namespace pgspan::ddl
