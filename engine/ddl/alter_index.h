// ALTER INDEX, other than RENAME, of an index of a distributed or reference table. Private to this
// room.
#pragma once

#include "engine/ddl/statement.h"
#include "engine/metadata/tables.h"

namespace pgspan::ddl {

void AlterIndex(const Statement& statement, const metadata::Table& table, Oid index);

}  // namespace pgspan::ddl
