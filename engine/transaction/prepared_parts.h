// COMMIT PREPARED and ROLLBACK PREPARED of a transaction that the user has prepared on this node:
// its parts on other nodes are prepared, too, each with a commit record that is a part of the
// user's transaction. So recovery leaves them alone while that exists, and knows what becomes of
// them afterwards. What is here only spares the user the wait for recovery.
//
//   auto parts = FindPreparedParts(gid);   before the user's transaction is finished
//   …                                      it is finished
//   FinishParts(parts, true);              never raises; a WARNING for what is left
#pragma once

#include "engine/transaction/transaction_end.h"

namespace pgspan::transaction {

// The parts of the transaction prepared under the user's name, if there is one, on the nodes that
// can be reached; none, at no cost, for the name of a part (gid.h). Palloc'd.
[[nodiscard]] std::span<const Part> FindPreparedParts(const char* users_gid);

}  // namespace pgspan::transaction
