// Policies (row-level security), security-barrier views and WITH CHECK OPTION in what the nodes
// run.
//
// PostgreSQL's rewriter applies them where a statement is planned: conditions of USING stand in the
// range table (securityQuals), those of WITH CHECK beside the target list (withCheckOptions), for
// the role and the command that they are for. A task's SQL carries them as calls of marker
// functions, and the node's planner hook puts them back where the rewriter would have, so that
// nodes plan and run them as PostgreSQL does: no function of the user's sees a row before the
// policies have let it pass.
//
// Containers and shards have row-level security without policies, which hides their rows from all
// but their owner. Tasks are exempt from that, and from checks of rights: the node that sent them
// has made both. A node knows them by metadata/node_session.h.
#pragma once

#include "engine/pg/postgres.h"
#include "engine/metadata/node_session.h"

namespace pgspan::planner {

// ---- where the statement is planned

// Turns the conditions on every level of a task's query into marker calls. The last step before the
// query becomes text.
void AddSecurityMarks(Query* query);

// The conditions of new rows as a List of expressions, for the question of what can run where.
List* NewRowConditions(const Query* query);

// A call of pgspan.check_new_row: raises PostgreSQL's error unless condition holds.
Expr* MakeNewRowCheck(const WithCheckOption* option, Node* condition);

// ---- where a task arrives

// True if the query (with its text, by address) is a task that another node, or this very one, has
// made.
bool IsTrustedTask(const char* query_string);

// Undoes AddSecurityMarks, and what this node's rewriter and parser have added: policies and checks
// of rights of the cluster's tables.
void TakeSecurityMarks(Query* query);

// Raises 55000 if the query reads protected parts, and its session should have proven its origin.
void RefuseUnprovenTask(const Query* query);

}  // namespace pgspan::planner
