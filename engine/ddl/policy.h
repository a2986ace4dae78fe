// Policies of distributed and reference tables. They stand on the shells and reference tables of
// every node, where they protect what is read there directly; tasks carry the conditions that the
// node which plans a statement has found (planner/row_security.h). Containers and shards have
// row-level security without policies: nobody but their owner reads them by name.
#pragma once

#include "engine/ddl/statement.h"
#include "engine/metadata/tables.h"

namespace pgspan::ddl {

// The parts of ALTER … RENAME and DROP that are about policies.
void RenamePolicy(const Statement& statement, const metadata::Table& table);
void DropPolicy(const Statement& statement);

// What makes a policy go on another node, if it is there.
char* DropPolicyStatement(Oid relation, const char* policy);

// The relation became distributed, or ceased to be: policies of other tables that read it mean
// something else on other nodes.
void SendPoliciesThatRead(Oid relation);

}  // namespace pgspan::ddl
