// The handlers of utility statements, one for each statement tag of the dispatch table in
// utility_hook.cc. Each gets a statement that PostgreSQL has parsed but not begun, decides whether
// it concerns distributed or reference tables, and either hands it to RunStandard unchanged or
// carries it out everywhere. Private to this room.
#pragma once

#include "engine/ddl/statement.h"

namespace pgspan::ddl {

void HandleCreateIndex(const Statement& statement);      // index.cc
void HandleCluster(const Statement& statement);          // cluster.cc
void HandleReindex(const Statement& statement);          // reindex.cc
void HandleAlterTable(const Statement& statement);       // alter_table.cc
void HandleRename(const Statement& statement);           // rename.cc
void HandleSetSchema(const Statement& statement);        // schema.cc
void HandleDrop(const Statement& statement);             // drop.cc
void HandleDropOwned(const Statement& statement);        // drop.cc
void HandleTruncate(const Statement& statement);         // truncate.cc
void HandleVacuum(const Statement& statement);           // vacuum.cc
void HandleLock(const Statement& statement);             // lock.cc
void HandleGrant(const Statement& statement);            // grant.cc
void HandleReassignOwned(const Statement& statement);    // owner.cc
void HandleComment(const Statement& statement);          // comment.cc
void HandleCreatePolicy(const Statement& statement);     // policy.cc
void HandleAlterPolicy(const Statement& statement);      // policy.cc
void HandleCopy(const Statement& statement);             // copy.cc
void HandleCreateTable(const Statement& statement);      // create_table.cc
void HandleAlterEnum(const Statement& statement);        // type.cc
void HandleAlterDomain(const Statement& statement);      // type.cc
void HandleCreateFunction(const Statement& statement);   // function.cc
void HandleAlterFunction(const Statement& statement);    // function.cc
void HandleCreateCompanion(const Statement& statement);  // companion.cc
void HandleAlterObject(const Statement& statement);      // object.cc
void HandleCreateTrigger(const Statement& statement);    // trigger.cc
void HandleSetConstraints(const Statement& statement);   // set_constraints.cc
void HandleCreateExtension(const Statement& statement);  // extension.cc
void HandleAlterExtension(const Statement& statement);
// The statement, and the extension as it is then on every node.
void RunForExtension(const Statement& statement, const char* name);
void HandleCreateRole(const Statement& statement);         // role.cc
void HandleAlterRole(const Statement& statement);          // role.cc
void HandleGrantRole(const Statement& statement);          // role.cc
void HandleDropRole(const Statement& statement);           // role.cc
void HandleCreateRule(const Statement& statement);         // rule.cc
void HandleSecurityLabel(const Statement& statement);      // security_label.cc
void HandleCreatePublication(const Statement& statement);  // publication.cc
void HandleAlterPublication(const Statement& statement);   // publication.cc
void HandleAlterOwner(const Statement& statement);         // owner.cc
void HandleTwoPhase(const Statement& statement);           // prepared_transaction.cc

// For HandleAlterTable and HandleRename: a composite type by its relation.
void AlterCompositeType(const Statement& statement, Oid relation);  // type.cc

// For HandleRename and HandleDrop.
void RenamePublication(const Statement& statement, const RenameStmt& stmt);  // publication.cc
void DropPublications(const Statement& statement, const DropStmt& stmt);     // publication.cc

// For HandleAlterOwner.
void AlterPublicationOwner(const Statement& statement,
                           const AlterOwnerStmt& stmt);  // publication.cc

// For HandleRename: ALTER ROLE … RENAME TO.
void RenameRole(const Statement& statement, const char* old_name);  // role.cc

}  // namespace pgspan::ddl
