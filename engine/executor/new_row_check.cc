// The check of a new row whose values the coordinator computes (planner/row_security.h), in
// PostgreSQL's words.
#include "engine/pg/entry.h"

namespace {

using namespace pgspan;

[[noreturn]] void RaiseViolation(WCOKind kind, const char* relation, const char* policy) {
    const char* of_policy = policy ? psprintf(" \"%s\"", policy) : "";
    switch (kind) {
    case WCO_VIEW_CHECK:
        ereport(ERROR, errcode(ERRCODE_WITH_CHECK_OPTION_VIOLATION),
                errmsg("new row violates check option for view \"%s\"", relation));
    case WCO_RLS_MERGE_UPDATE_CHECK:
    case WCO_RLS_MERGE_DELETE_CHECK:
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("target row violates row-level security policy%s (USING expression) for "
                       "table \"%s\"",
                       of_policy, relation));
    case WCO_RLS_CONFLICT_CHECK:
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("new row violates row-level security policy%s (USING expression) for table "
                       "\"%s\"",
                       of_policy, relation));
    default:
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("new row violates row-level security policy%s for table \"%s\"", of_policy,
                       relation));
    }
    pg_unreachable();
}

}  // namespace

PGSPAN_FUNCTION(pgspan_check_new_row) {
    // As for PostgreSQL a condition that is NULL does not hold.
    if (!PG_ARGISNULL(3) && PG_GETARG_BOOL(3)) PG_RETURN_BOOL(true);
    const char* relation = PG_ARGISNULL(1) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(1));
    const char* policy = PG_ARGISNULL(2) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(2));
    RaiseViolation(PG_ARGISNULL(0) ? WCO_VIEW_CHECK : static_cast<WCOKind>(PG_GETARG_INT32(0)),
                   relation, policy);
    PG_RETURN_BOOL(false);
}
