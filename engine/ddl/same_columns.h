// The invariant that columns of shell and container agree, number by number: tasks name columns of
// the one and read the other. Checked after each statement that changes them.
#pragma once

#include "engine/metadata/tables.h"

namespace pgspan::ddl {

// Raises XX000 if names, types, collations or gaps differ.
void RequireSameColumns(const metadata::Table& table);

}  // namespace pgspan::ddl
