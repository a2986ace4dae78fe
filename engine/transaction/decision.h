// The table pgspan.decision: what this node has decided over transactions of other nodes, of which
// it holds a part itself. A transaction that has written nothing at its origin lets the last node
// that it wrote on decide: the row commits there together with that node's part. Recovery, at the
// origin, asks by inserting the opposite: the unique key lets only one of them stand.
#pragma once

#include "engine/connection/connection.h"

namespace pgspan::transaction {

// The statement by which a node decides, as a part of its transaction, that these parts commit.
[[nodiscard]] connection::Statement DecideStatement(const List* gids);

// Asks the decider, over a superuser's connection of its own, what becomes of a part that `owner`
// has prepared; from then on the decision stands. Raises what the node raises: 55P03 if the
// decision is being taken at this moment.
bool AskDecider(connection::Connection* decider, const char* gid, const char* owner);

// The gids of decisions of a node that were taken for transactions of this one, as char*; of very
// many only some.
List* ReadDecisions(connection::Connection* decider);
// Forgets decisions over parts that are finished. One that was taken by AskDecider is kept as long
// as a transaction lasts which might still decide otherwise.
void ForgetDecisions(connection::Connection* decider, const List* gids);

}  // namespace pgspan::transaction
