// PostgreSQL's deparser under settings that do not depend on the session.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

// pg_get_querydef with an empty search_path, ISO dates, ISO 8601 intervals, exact floats, hex
// bytea, no needless quotes around names and literals without plain backslashes, so that any
// session reads the same from the text, whatever it sets afterwards. The query's relations are
// locked as for planning.
char* DeparseQuery(Query* query);

// A relation's name as it stands in the text of DeparseQuery.
char* QualifiedNameInTask(const char* schema, const char* name);

// The type's qualified name, in SQL for its values of any length.
char* NameOfType(Oid type);

}  // namespace pgspan::pg
