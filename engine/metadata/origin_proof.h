// How a node of the cluster knows that a session was opened by another node, and not by somebody
// who may log in there as the same role: a secret that all nodes share (pgspan.cluster_secret,
// which only superusers may read), and a challenge of each session's own, which libpq reads as a
// reported parameter. The proof is the HMAC-SHA-256 of the challenge under the secret; seen by
// others it is of no use to them, because no second session has the challenge.
//
// Who asks: the planner, which trusts the tasks of a proven session: the node that sent them has
// checked rights and policies (planner/row_security.h). Who proves: the room connection, with the
// first settings of each connection for tasks.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::metadata {

// The parameter that an internal session reports; empty in others.
inline constexpr const char* kChallengeSetting = "pgspan.session_challenge";

void DefineOriginProof();

// The proof for another node's challenge, in hexadecimal; nullptr if this node has no secret.
char* ProofFor(const char* challenge);

// True in a session that has proven that a node of this cluster opened it.
bool OriginIsProven();
// For the session by which a superuser has just brought the secret, when the session is internal.
void TakeOriginAsProven();

}  // namespace pgspan::metadata
