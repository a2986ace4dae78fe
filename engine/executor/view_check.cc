// The check of a row that was written through a view WITH CHECK OPTION (planner/view_check.h).
#include "engine/pg/entry.h"

PGSPAN_FUNCTION(pgspan_check_option) {
    // As for PostgreSQL a condition that is NULL does not hold.
    if (!PG_ARGISNULL(0) && PG_GETARG_BOOL(0)) PG_RETURN_BOOL(true);
    char* view = PG_ARGISNULL(1) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(1));
    ereport(ERROR, errcode(ERRCODE_WITH_CHECK_OPTION_VIOLATION),
            errmsg("new row violates check option for view \"%s\"", view ? view : ""));
    PG_RETURN_BOOL(false);
}
