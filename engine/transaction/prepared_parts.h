// COMMIT PREPARED and ROLLBACK PREPARED of a transaction that the user has prepared on this node:
// its parts on other nodes are prepared, too, each with a commit record that is a part of the
// user's transaction. So recovery leaves them alone while that exists, and knows what becomes of
// them afterwards. What is here only spares the user the wait for recovery.
//
//   PreparedParts parts = FindPreparedParts(gid);   before the user's transaction is finished
//   …                                               it is finished
//   FinishPreparedParts(parts, true);               never raises; a WARNING for what is left
#pragma once

#include "engine/connection/connection.h"

namespace pgspan::transaction {

struct PreparedPart {
    connection::Connection* connection;  // nullptr if its node cannot be reached
    const char* gid;
};
using PreparedParts = std::span<const PreparedPart>;

// The parts of the transaction prepared under the user's name, if there is one, with connections to
// their nodes; none, at no cost, for the name of a part (gid.h). Palloc'd.
[[nodiscard]] PreparedParts FindPreparedParts(const char* users_gid);
void FinishPreparedParts(PreparedParts parts, bool commits);

}  // namespace pgspan::transaction
