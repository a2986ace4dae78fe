// Deadlocks whose cycle runs over several nodes, which no node's own lock manager can see. A
// session that has waited for other nodes for deadlock_timeout, and then again at doubled intervals
// up to 10 s, asks every node who waits for whom (pgspan.lock_waits). If it finds itself in the
// same cycle twice in a row, the member with the highest group and process id gives up with 40P01;
// the others go on waiting.
//
// Sessions are known by the node they came in at and their process id there, which application_name
// carries to the nodes. Nodes that cannot be reached are left out.
#pragma once

namespace pgspan::transaction {

// Raises 40P01 if the current session is in such a cycle and the one to give up. Called by the room
// connection while a wait lasts.
void CheckForDeadlock();

}  // namespace pgspan::transaction
