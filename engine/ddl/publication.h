// Publications stand on every node: each node publishes the changes that are made there
// (replication/output_plugin.h). The coordinator decides what they are; other nodes have of their
// tables and schemas those that exist there. Called by: the handlers of this room, and cluster when
// a table or a node joins.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// Every publication of this database: OIDs.
List* AllPublications();
// Those in which the relation is, or a table of which it is a partition; of those FOR ALL TABLES
// only the ones that publish partitions as their root.
List* PublicationsOf(Oid relation);
// Those FOR TABLES IN SCHEMA of one of the schemas.
List* PublicationsOfSchemas(const List* schemas);

// Publications as another node has them, made anew there: Definitions for RemoteDefinitions.
List* PublicationDefinitions(const List* publications);

// Makes publications on every other node as they are here now; those that are gone are passed over.
void SendPublications(const List* publications);

}  // namespace pgspan::ddl
