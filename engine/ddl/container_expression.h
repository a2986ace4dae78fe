// Expressions of a statement that names the shell, made to fit the container. Private to this room.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// In a raw expression, in place: columns qualified by the shell's name ("orders.total",
// "public.orders.total") become columns of the container.
void QualifyByContainer(const metadata::Table& table, Node* raw_expression);

}  // namespace pgspan::ddl
