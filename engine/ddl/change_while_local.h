// Sub-commands of ALTER TABLE that cannot be carried out on the shards as they are: a change of the
// distribution column's type, after which rows belong to other shards; columns with sequences,
// whose values are the coordinator's to give; what makes another kind of table. The rows come to
// the coordinator for them. Private to this room.
#pragma once

#include "engine/ddl/statement.h"
#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// True if the statement has such a sub-command, and the table is hash-distributed.
bool MustBeLocalFor(const metadata::Table& table, const AlterTableStmt& stmt);

// The rows come here, the statement changes an ordinary table, and the rows are distributed anew by
// the same column, over as many shards. Raises what undistribute_table and create_distributed_table
// raise; foreign keys to distributed tables, rules and heirs are in the way.
void ChangeWhileLocal(const Statement& statement, const metadata::Table& table);

}  // namespace pgspan::ddl
