// COPY of distributed and reference tables, called by the utility hook in place of, or before,
// PostgreSQL's own.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::executor {

// Runs COPY table FROM … (stdin, file or program; text, csv or binary) into a distributed or
// reference table: rows are parsed once here and streamed, in COPY, to each node's container. Does
// what DoCopy does about rights, read-only transactions, column lists, defaults, WHERE and the line
// number in the context of an error. Sets completion (may be nullptr) to COPY n. stmt->relation
// must name a table for which metadata::FindTable knows an entry, or a partitioned one some of
// whose partitions are distributed: then all rows are read first, and inserted by one INSERT.
void RunCopyFrom(const CopyStmt* stmt, const char* query_string, QueryCompletion* completion);

// COPY table [(columns)] TO … of a distributed table as the COPY (SELECT columns FROM table) TO …
// that PostgreSQL's own utility runs through the planner hook: hand the returned copy to it.
// Generated columns are left out as PostgreSQL does. COPY of a reference table needs no rewriting.
CopyStmt* RewriteCopyTo(const CopyStmt* stmt);

}  // namespace pgspan::executor
