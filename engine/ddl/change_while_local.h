// Statements for which the rows of distributed tables come to the coordinator: sub-commands of
// ALTER TABLE that cannot be carried out on the shards as they are (a change of the distribution
// column's type, after which rows belong to other shards; columns with sequences, whose values are
// the coordinator's to give; what makes another kind of table), and those that reach them through a
// local table of which they are partitions or heirs. Private to this room.
#pragma once

#include "engine/ddl/statement.h"
#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// The two halves of WhileLocal; what the first returns is for the second.
const List* BringHome(const List* relations);
void DistributeAgain(const List* placed);

// True if the statement has such a sub-command, and the table is hash-distributed.
bool MustBeLocalFor(const metadata::Table& table, const AlterTableStmt& stmt);

// The rows of these distributed tables come here, the body changes ordinary tables, and the rows
// are distributed anew, by the same columns and beside the same tables. So do the distributed
// tables that are tied to them by foreign keys. Raises what undistribute_table and
// create_distributed_table raise; rules are in the way. Tables that the body drops stay away. One
// that loses its distribution column, or gets a key of a table above it that lacks this column, is
// distributed by the first column that all its keys include.
template <typename Body>
void WhileLocal(const List* relations, Body&& body) {
    const List* placed = BringHome(relations);
    body();
    DistributeAgain(placed);
}

// A statement that changes distributed tables only through a table that is local to the
// coordinator, as its partitions or heirs: runs it while they are local.
void RunOnHeirs(const Statement& statement, const List* heirs);

}  // namespace pgspan::ddl
