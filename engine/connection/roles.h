// For whom a connection acts on its node. It is opened as one login, and takes the session's user
// and role before the first statement that needs them, again whenever they are others
// (metadata/node_session.h), and with them session_replication_role, which only a superuser may
// set, whoever the session belongs to afterwards. A statement is sent only after the node has said
// that they are taken, or together with them as one transaction: it never runs with somebody else's
// rights.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "catalog/pg_authid.h"
}

namespace pgspan::connection {

struct Connection;

// Who enters other nodes: the first superuser, as the maintenance worker does.
inline constexpr Oid kLogin = BOOTSTRAP_SUPERUSERID;

struct Roles {
    Oid session_user;
    Oid role;
    bool as_replica;  // session_replication_role: foreign keys and triggers keep still
    bool operator==(const Roles&) const = default;
};

inline constexpr Roles kRolesOfLogin = {kLogin, kLogin, false};
inline constexpr Roles kUnknownRoles = {InvalidOid, InvalidOid, false};

// Those of the present statement. Inside SECURITY DEFINER functions, and what PostgreSQL runs as a
// table's owner, the owner alone: code there cannot take its role off, and must not be able to do
// so on a node.
[[nodiscard]] Roles PresentRoles();
// Runs body, whose statements act for the login: for what the nodes of a cluster have in common,
// whoever needs it. Never for a text that a user has written.
void RunAsLogin(void (*body)(void* argument), void* argument);
template <typename Body>
void AsLogin(Body&& body) {
    RunAsLogin([](void* b) { (*static_cast<std::remove_reference_t<Body>*>(b))(); }, &body);
}
// The command by which the connection takes them, in the current memory context.
char* TakeRolesCommand(Connection* connection, const Roles& roles);

}  // namespace pgspan::connection
