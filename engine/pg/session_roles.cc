#include "engine/pg/session_roles.h"

#include "engine/pg/entry.h"
#include "engine/pg/setting_variable.h"

extern "C" {
#include "access/parallel.h"
#include "utils/acl.h"
}

namespace pgspan::pg {

namespace {

bool (*guard)(Oid role) = nullptr;
GucStringCheckHook next_check = nullptr;
bool taking = false;

bool CheckSessionAuthorization(char** value, void** extra, GucSource source) {
    return pg::Entry([&] {
        if (*value && !taking && !InitializingParallelWorker && IsTransactionState()) {
            const Oid role = get_role_oid(*value, true);
            if (OidIsValid(role) && !guard(role)) {
                GUC_check_errcode(ERRCODE_INSUFFICIENT_PRIVILEGE);
                GUC_check_errmsg("permission denied to set session authorization \"%s\"", *value);
                return false;
            }
        }
        return next_check(value, extra, source);
    });
}

struct Wanted {
    const char* session_name;
    const char* role_name;
    Oid session_user;
    Oid role;
};

bool IsTaken(const Wanted& wanted) {
    const bool role_is_set = wanted.role != wanted.session_user;
    return GetSessionUserId() == wanted.session_user && GetUserId() == wanted.role &&
           GetCurrentRoleId() == (role_is_set ? wanted.role : InvalidOid);
}

void Set(const Wanted& wanted, GucSource source) {
    // A role that was SET stays when the session's user changes.
    SetConfigOption("role", "none", PGC_SUSET, source);
    SetConfigOption("session_authorization", wanted.session_name, PGC_SUSET, source);
    if (wanted.role != wanted.session_user)
        SetConfigOption("role", wanted.role_name, PGC_SUSET, source);
}

// By these values RESET resets. They are the present ones, too, unless somebody has SET others.
void Take(const Wanted& wanted) {
    Set(wanted, PGC_S_OVERRIDE);
    if (!IsTaken(wanted)) Set(wanted, PGC_S_SESSION);
    if (!IsTaken(wanted)) elog(ERROR, "could not act for role \"%s\"", wanted.role_name);
}

}  // namespace

bool MaySetRole(Oid session_user, Oid role) {
#if PG_VERSION_NUM >= 160000
    return member_can_set_role(session_user, role);
#else
    return is_member_of_role(session_user, role);
#endif
}

void TakeRoles(const char* session_user, const char* role) {
    const Wanted wanted = {session_user, role, get_role_oid(session_user, false),
                           get_role_oid(role, false)};
    taking = true;
    ErrorData* error = Capture([&] { Take(wanted); });
    taking = false;
    if (error) ReThrowError(error);
}

void GuardSessionAuthorization(bool (*may_become)(Oid role)) {
    guard = may_become;
    next_check = ReplaceCheck("session_authorization", CheckSessionAuthorization);
}

}  // namespace pgspan::pg
