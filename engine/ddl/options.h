// Options of VACUUM, ANALYZE and REINDEX as SQL. Private to this room.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// " (full, parallel 2)" for a List of DefElem; "" for NIL.
char* OptionList(const List* options);

}  // namespace pgspan::ddl
