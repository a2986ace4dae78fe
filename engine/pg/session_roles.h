// For whom a session acts, beyond what SQL can say: the session's user and role as if they had
// logged in so, and a watch over who else the session may become.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

// True if a session of this user may SET ROLE to role.
[[nodiscard]] bool MaySetRole(Oid session_user, Oid role);

// Makes session_user and role (which may be the same) those of this session, also for RESET.
// Precondition: a superuser has logged in, and no function runs as somebody else. When the
// (sub)transaction in which it was called fails, it has to be called again.
// Raises 42704 for a role that does not exist.
void TakeRoles(const char* session_user, const char* role);

// From now on SET SESSION AUTHORIZATION needs may_become(role) as well, except in TakeRoles. Called
// once, from _PG_init.
void GuardSessionAuthorization(bool (*may_become)(Oid role));

}  // namespace pgspan::pg
