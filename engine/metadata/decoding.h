// What logical decoding has to know of the metadata. It looks at them as they were when the change
// that is decoded was made: the tables that are read here are catalogs for it
// (user_catalog_table).
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::metadata {

// As a change of which table a change of relation is to be published: of the distributed table, if
// relation is one of its shards; of itself, if it is an ordinary table, or a reference table on the
// coordinator; InvalidOid if subscribers shall not see it: other copies of reference tables,
// metadata, and what is moved between a shell and its shards while a table is being distributed.
// Reads catalogs; called inside decoding only.
Oid PublishedAs(Oid relation);

}  // namespace pgspan::metadata
