// Sessions that another node has opened here, and for whom they act.
//
// A node enters another one as the first superuser (the role that initdb has made, by which the
// maintenance worker enters too), whoever its own session belongs to: what the user's password is,
// or whether he may log in at all, the other node need not know. At once the session takes the user
// and the role of the statements that it is to run (pgspan.act_for), so that they have these rights
// and no others; SET SESSION AUTHORIZATION and RESET do not lead back to the superuser.
// pgspan.internal_session tells such a session from others; only a superuser can set it, and only
// where a session begins.
//
// One connection runs the statements of several roles in one transaction. Whoever wants to leave a
// role that is no superuser's must prove to be the node that opened the session: by the
// HMAC-SHA-256, under a secret that all nodes share (pgspan.cluster_secret, which only superusers
// may read), of a challenge of the session's own, a number that grows, and the roles. libpq reads
// the challenge as a reported parameter. A proof that others see is of no use to them: no second
// session has the challenge, and no number is accepted twice.
//
// Who asks: the planner, which trusts the tasks of an internal session: the node that sent them has
// checked rights and policies (planner/row_security.h). Who proves: the room connection.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::metadata {

inline constexpr const char* kSessionSetting = "pgspan.internal_session";
// The parameter that a session of a node reports; empty in others.
inline constexpr const char* kChallengeSetting = "pgspan.session_challenge";
// The values of kSessionSetting besides the group of the node whose statement the session runs a
// part of.
inline constexpr int kOrdinarySession = -1;
inline constexpr int kUserCommands = -2;  // a node has opened it for what a user wants to run there

// Settings and the guard over SET SESSION AUTHORIZATION; called once from _PG_init.
void DefineNodeSession();

// True if this session runs a part of another node's statement.
[[nodiscard]] bool IsInternalSession();

// The proof for taking the roles (and session_replication_role) in the session of a challenge, in
// hexadecimal; nullptr if this node has no secret. Numbers of a session grow.
char* ProofFor(const char* challenge, int number, const char* session_user, const char* role,
               bool as_replica);

}  // namespace pgspan::metadata
