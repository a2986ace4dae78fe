#include "engine/connection/roles.h"

#include "engine/connection/connection_state.h"
#include "engine/metadata/node_session.h"
#include "engine/pg/entry.h"
#include "engine/pg/session_roles.h"

extern "C" {
#include "commands/trigger.h"
}

namespace pgspan::connection {

static bool as_login = false;

Roles PresentRoles() {
    if (as_login) return kRolesOfLogin;
    const Oid role = GetUserId();
    const bool as_replica = SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA;
    if (InLocalUserIdChange() || InSecurityRestrictedOperation()) return {role, role, as_replica};
    return {GetSessionUserId(), role, as_replica};
}

void RunAsLogin(void (*body)(void* argument), void* argument) {
    as_login = true;
    ErrorData* error = pg::CaptureCall(body, argument);
    as_login = false;
    if (error) ReThrowError(error);
}

bool ActsForPresentRole(const Connection* connection) {
    return connection->roles.role == PresentRoles().role;
}

char* TakeRolesCommand(Connection* c, const Roles& roles) {
    const char* role = GetUserNameFromId(roles.role, false);
    // SET SESSION AUTHORIZATION leaves a role set of which the new user is no member.
    const bool may_set = pg::MaySetRole(roles.session_user, roles.role);
    const char* user = may_set ? GetUserNameFromId(roles.session_user, false) : role;
    const int number = ++c->roles_taken;
    const char* proof = c->challenge && c->challenge[0]
                            ? metadata::ProofFor(c->challenge, number, user, role, roles.as_replica)
                            : nullptr;
    return psprintf("SELECT pgspan.act_for(%s, %s, %d, %s%s)", quote_literal_cstr(user),
                    quote_literal_cstr(role), number, quote_literal_cstr(proof ? proof : ""),
                    roles.as_replica ? ", true" : "");
}

}  // namespace pgspan::connection
