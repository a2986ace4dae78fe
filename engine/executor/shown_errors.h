// Errors of what this node runs over containers and shards, for others and for itself, with the
// names that users know.
#pragma once

#include "engine/metadata/constraint_names.h"
#include "engine/pg/entry.h"
#include "engine/pg/postgres.h"

namespace pgspan::executor {

// Runs body; an error of it is raised with users' names. parts(): a List of the OIDs of relations
// that body names, asked for after an error only.
template <typename Body, typename Parts>
void WithUsersNames(Body&& body, Parts&& parts) {
    ErrorData* error = pg::Capture(body);
    if (!error) return;
    metadata::NameAsUsersKnow(error, parts());
    ReThrowError(error);
}

// Watches all statements that write or lock rows; called once from _PG_init.
void InstallShownErrors();

}  // namespace pgspan::executor
