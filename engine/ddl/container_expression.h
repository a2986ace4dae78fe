// Expressions of a statement that names the shell, made to fit container and shards. Private to
// this room.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// In a raw expression, in place: columns qualified by the shell's name ("orders.total",
// "public.orders.total") lose the qualifier. Such an expression sees one relation, which is the
// container first and then each shard.
void DropQualifiers(const metadata::Table& table, Node* raw_expression);

}  // namespace pgspan::ddl
