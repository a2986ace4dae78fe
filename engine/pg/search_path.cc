#include "engine/pg/search_path.h"

#include "engine/pg/list.h"

extern "C" {
#include "catalog/pg_namespace.h"
#include "utils/guc.h"
#include "utils/varlena.h"
}

namespace pgspan::pg {

bool CatalogComesFirst() {
    Oid first = InvalidOid;
    fetch_search_path_array(&first, 1);
    return first == PG_CATALOG_NAMESPACE;
}

const char* SearchPathOfTasks() {
    const char* path = namespace_search_path;
    if (!strstr(path, "pg_catalog")) return path;
    List* names = NIL;
    if (!SplitIdentifierString(pstrdup(path), ',', &names)) return path;
    StringInfoData kept;
    initStringInfo(&kept);
    for (const auto* name : Each<char>(names))
        if (strcmp(name, "pg_catalog") != 0)
            appendStringInfo(&kept, "%s%s", kept.len ? ", " : "", quote_identifier(name));
    return kept.data;
}

int EnterSearchPathOfTasks() {
    const int nest_level = NewGUCNestLevel();
    set_config_option("search_path", SearchPathOfTasks(), PGC_USERSET, PGC_S_SESSION,
                      GUC_ACTION_SAVE, true, 0, false);
    return nest_level;
}

int EnterSafeSearchPath() {
    const int nest_level = NewGUCNestLevel();
    set_config_option("search_path", kSafeSearchPath, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
                      true, 0, false);
    return nest_level;
}

void LeaveSearchPath(int nest_level) {
    AtEOXact_GUC(true, nest_level);
}

}  // namespace pgspan::pg
