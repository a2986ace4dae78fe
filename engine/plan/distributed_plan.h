// The distributed plan as data: what the planner decides and the executor carries out. It travels
// inside a PlannedStmt as the custom_private list of a CustomScan (so it must consist of Nodes that
// copyObject knows, and survives plan caching), written by Encode and read by Decode. Expressions
// travel apart, in custom_exprs (CustomExpressions), where PostgreSQL's setrefs and finalize_plan
// process them like any other:
//
//   scan->custom_private = plan::Encode(p);
//   scan->custom_exprs = plan::CustomExpressions(p);
//
// One DistributedPlan is one remote statement, sent to one shard group's node (router) or to every
// node that holds shards of the colocation group (fan-out). Which nodes and shards those are is
// worked out at execution, from the metadata of that moment; a metadata change invalidates cached
// plans through the shells' relcache entries.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::plan {

enum class TaskKind : int {
    kRouter = 1,  // one shard group; relation slots become the shards' own tables
    kFanOut = 2,  // every node with shards of the group; slots become containers, marker slot the
                  // shard set
    kReference = 3,  // a write to reference tables: the statement runs on every node, locally first
};

// Rows that the tasks of the scan read beside the tables. Either a child plan computes them here
// and they travel with the tasks: a column is an array, one of the tasks' parameters. Or the child
// has nodes keep them for each other (executor/exchange.h), and the tasks are told where: by the
// arguments of pgspan.gather. The parameters of all shipments, in order, are $1, $2, …
struct Shipment {
    List* types;       // OidList: of the columns, or of the arguments
    int route_column;  // 0-based: each row goes to the node of the shard to which this value
                       // hashes; -1: every node gets all rows
    bool is_exchange;
    int rows;  // as many as the planner expects, of all nodes together: for EXPLAIN
};

// The types of these arguments: handles, group, rows, once (executor/exchange.h).
inline constexpr Oid kGatherTypes[] = {TEXTOID, INT4OID, FLOAT8OID, BOOLOID};

struct DistributedPlan {
    TaskKind kind;
    CmdType command;    // CMD_SELECT, CMD_INSERT, CMD_UPDATE, CMD_DELETE
    bool returns_rows;  // SELECT or RETURNING
    bool modifies;  // any part writes (data-modifying CTEs too) or locks rows: needs Access::kWrite
    bool holds;     // keeps something on the nodes until the transaction ends: needs Access::kHold
    Oid anchor;     // shell of a table of the colocation group: tells shard count and placement
    const char*
        sql;  // template: names containers (pgspan_data.orders_t12) and, for fan-out, holds the
              // marker slot kShardSetSlot where the shard set's text goes (inside quotes)
    List* relations;   // OIDs of the shells whose containers appear in sql
    List* copies;      // kReference: OIDs of the reference tables in it
    List* copy_uses;   // IntList of CopyUse: what it does with each
    List* parameters;  // Expr nodes for $1..$n of sql, evaluated once at start of execution on the
                       // coordinator: Const, external Param, PARAM_EXEC Param, or any Var-free
                       // expression
    List* parameter_types;  // OIDs: the type sent for each; a parameter of a type that is not built
                            // in travels as text (type 25, value = its output text) and the SQL
                            // casts it
    Expr* shard_key;        // router: expression (of shard_key_type) whose hash picks the shard
    Oid shard_key_type;
    int fixed_shard;  // router: shard index known at planning, else -1
    // Merge of sorted runs (fan-out with ORDER BY pushed): column numbers, sort operators,
    // collations, nulls first.
    List* sort_columns;     // IntList of 1-based columns of the result; NIL: rows come in any order
    List* sort_operators;   // OidList
    List* sort_collations;  // OidList
    List* sort_nulls_first;  // IntList
    // General way (a CustomScan with scanrelid > 0, one distributed table): attribute numbers of
    // the shell to which the result's columns go, in order; the scan slot has the shell's row type,
    // all other attributes are NULL and tts_tableOid is the shell's OID. NIL: the scan tuple is the
    // result row (scanrelid 0, custom_scan_tlist).
    List* scan_attributes;  // IntList
    // Types of the result's columns, in order. Equal to the scan tuple's descriptor.
    List* result_types;       // OidList
    List* result_typmods;     // IntList
    List* result_collations;  // OidList
    List* shipments;          // of Shipment*; the scan's custom_plans are theirs
};

inline constexpr const char* kShardSetSlot = "@shards@";

// The custom scans that carry plans out: the executor registers them under these names, the planner
// asks for them.
inline constexpr const char* kRemoteScanName = "pgspan remote scan";
inline constexpr const char* kInsertScanName = "pgspan insert scan";

// Everything but the expressions (parameters, shard_key).
List* Encode(const DistributedPlan& plan);
// The parameters in order, then the shard key if there is one.
List* CustomExpressions(const DistributedPlan& plan);
// The plan again, from a scan's two lists. Pointers into the lists; trivially destructible, lives
// as long as they do.
DistributedPlan Decode(List* custom_private, List* custom_exprs);

}  // namespace pgspan::plan
