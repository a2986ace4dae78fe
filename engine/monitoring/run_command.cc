// run_command_on_*: commands on connections of their own, one for each node and call. Every error,
// of the connection or of the command, is a row of the result.
#include "engine/connection/connection.h"
#include "engine/metadata/nodes.h"
#include "engine/metadata/tables.h"
#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/pg/subtransaction.h"

extern "C" {
#include "commands/dbcommands.h"
#include "tcop/tcopprot.h"
}

namespace pgspan::monitoring {

namespace {

struct Command {
    const metadata::Node* node;
    int64 shard_id;
    const char* sql;
    bool success;
    const char* result;
    connection::Connection* connection;  // while it runs
    connection::Reader reader;
    bool in_block;  // several statements in a transaction block
};

void Fail(Command* command, ErrorData* error) {
    command->success = false;
    command->result = psprintf("ERROR:  %s", error->message);
}

// Ends the transaction block of a command of several statements.
void EndBlock(Command* command) {
    if (!command->in_block || !command->connection) return;
    command->in_block = false;
    const bool commits = command->success;
    ErrorData* error = pg::Attempt(
        [&] { connection::Execute(command->connection, commits ? "COMMIT" : "ROLLBACK"); });
    if (error && commits) Fail(command, error);
}

// The statements of a command: a connection takes one at a time.
struct Script {
    const char** statements;
    int count;
};

Script Split(const char* sql) {
    const List* parsed = strchr(sql, ';') ? pg_parse_query(sql) : NIL;
    auto** statements =
        static_cast<const char**>(palloc(sizeof(char*) * (list_length(parsed) + 1)));
    if (list_length(parsed) < 2) {
        statements[0] = sql;
        return {statements, 1};
    }
    int count = 0;
    for (const auto* raw : pg::Each<RawStmt>(parsed))
        statements[count++] = raw->stmt_len > 0 ? pnstrdup(sql + raw->stmt_location, raw->stmt_len)
                                                : pstrdup(sql + raw->stmt_location);
    return {statements, count};
}

void Open(const metadata::Node& node, connection::Connection** connection) {
    *connection = connection::OpenOutside(node.host, node.port, get_database_name(MyDatabaseId),
                                          connection::Purpose::kUserCommands);
}

// The connection is opened here for the first command of a node, and kept for the others. Several
// statements in one command are one transaction, as in PostgreSQL's simple protocol; the last one
// is left running.
void Start(Command* command, connection::Connection** connection) {
    const bool opens = *connection == nullptr;
    ErrorData* error = pg::Attempt([&] {
        if (opens) Open(*command->node, connection);
        const Script script = Split(command->sql);
        command->in_block = script.count > 1;
        if (command->in_block) connection::Execute(*connection, "BEGIN");
        for (int i = 0; i < script.count - 1; i++)
            connection::Execute(*connection, script.statements[i]);
        connection::Statement statement = {};
        statement.sql = script.statements[script.count - 1];
        connection::Send(*connection, statement, &command->reader);
        command->connection = *connection;
    });
    if (!error) return;
    if (opens) *connection = nullptr;  // gone with the subtransaction that opened it
    command->connection = *connection;
    Fail(command, error);
    EndBlock(command);
    command->connection = nullptr;
}

void Finish(Command* command) {
    if (!command->connection) return;
    const MemoryContext caller = CurrentMemoryContext;
    ErrorData* error = pg::Attempt([&] {
        PGresult* row = nullptr;
        const char* value = nullptr;
        bool has_row = false;
        while (connection::FetchRowWaiting(command->connection, &row)) {
            if (has_row) continue;
            has_row = true;
            if (PQnfields(row) > 0 && !PQgetisnull(row, 0, 0))
                value = MemoryContextStrdup(caller, PQgetvalue(row, 0, 0));
        }
        const char* tag = row ? PQcmdStatus(row) : "";
        const bool is_query = strncmp(tag, "SELECT", 6) == 0;
        command->success = true;
        command->result = has_row ? value : MemoryContextStrdup(caller, is_query ? "" : tag);
    });
    if (error) Fail(command, error);
    EndBlock(command);
}

void RunOne(Command* command, connection::Connection** connection) {
    Start(command, connection);
    Finish(command);
}

}  // namespace

// Runs the commands, those of different nodes at the same time if parallel; those of one node one
// after another.
static void RunAll(std::span<Command> commands, bool parallel) {
    const std::span<const metadata::Node> nodes = metadata::AllNodes();
    auto** connections = static_cast<connection::Connection**>(
        palloc0(sizeof(connection::Connection*) * (nodes.size() + 1)));
    auto* next = static_cast<size_t*>(palloc0(sizeof(size_t) * (nodes.size() + 1)));
    auto** running = static_cast<Command**>(palloc0(sizeof(Command*) * (nodes.size() + 1)));
    // Rounds: the next command of every node is started, then all are awaited.
    for (bool any = true; any;) {
        any = false;
        for (size_t n = 0; n < nodes.size(); n++) {
            running[n] = nullptr;
            while (next[n] < commands.size() && commands[next[n]].node != &nodes[n]) next[n]++;
            if (next[n] == commands.size()) continue;
            any = true;
            running[n] = &commands[next[n]++];
            if (parallel)
                Start(running[n], &connections[n]);
            else
                RunOne(running[n], &connections[n]);
        }
        for (size_t n = 0; parallel && n < nodes.size(); n++)
            if (running[n]) Finish(running[n]);
        for (size_t n = 0; n < nodes.size(); n++)
            if (connections[n] && connection::IsBroken(connections[n])) {
                connection::Close(connections[n]);
                connections[n] = nullptr;
            }
    }
    for (size_t n = 0; n < nodes.size(); n++)
        if (connections[n]) connection::Close(connections[n]);
}

// One command for each node that belongs(node).
template <typename Belongs>
static std::span<Command> CommandsFor(const char* sql, Belongs&& belongs) {
    const std::span<const metadata::Node> nodes = metadata::AllNodes();
    auto* commands = static_cast<Command*>(palloc0(sizeof(Command) * (nodes.size() + 1)));
    size_t count = 0;
    for (const metadata::Node& node : nodes) {
        if (!node.is_active || !node.is_primary || !belongs(node)) continue;
        commands[count].node = &node;
        commands[count].sql = sql;
        commands[count].reader = {};
        count++;
    }
    return {commands, count};
}

// command with every %s replaced by the shard's name.
static const char* ForShard(const char* command, const char* shard) {
    StringInfoData sql;
    initStringInfo(&sql);
    for (const char* c = command; *c; c++) {
        if (c[0] == '%' && c[1] == 's') {
            appendStringInfoString(&sql, shard);
            c++;
        } else {
            appendStringInfoChar(&sql, *c);
        }
    }
    return sql.data;
}

// One command for each placement of the table's shards.
static std::span<Command> CommandsForShards(Oid relation, const char* command) {
    const metadata::Table* table = metadata::FindTable(relation);
    if (!table)
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("relation \"%s\" is not distributed",
                       get_rel_name(relation) ? get_rel_name(relation) : psprintf("%u", relation)));
    const std::span<const metadata::Node> nodes = metadata::AllNodes();
    auto* commands =
        static_cast<Command*>(palloc0(sizeof(Command) * (nodes.size() * table->shard_count + 1)));
    size_t count = 0;
    for (int32 shard = 0; shard < table->shard_count; shard++) {
        const char* name = table->IsHash() ? metadata::QualifiedShardName(*table, shard)
                                           : quote_qualified_identifier(
                                                 get_namespace_name(get_rel_namespace(relation)),
                                                 get_rel_name(relation));
        for (const metadata::Node& node : nodes) {
            if (!node.is_active || !node.is_primary) continue;
            if (table->IsHash() && node.group_id != table->shard_groups[shard]) continue;
            commands[count].node = &node;
            commands[count].shard_id = table->shard_ids[shard];
            commands[count].sql = ForShard(command, name);
            commands[count].reader = {};
            count++;
        }
    }
    return {commands, count};
}

// Rows of up to three columns that tell the place, then success and result.
template <typename Place>
static Datum Return(FunctionCallInfo fcinfo, std::span<Command> commands, Place&& place) {
    InitMaterializedSRF(fcinfo, 0);
    auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    for (const Command& command : commands) {
        Datum values[5] = {};
        bool nulls[5] = {};
        const int columns = place(command, values);
        values[columns] = BoolGetDatum(command.success);
        nulls[columns + 1] = command.result == nullptr;
        if (command.result) values[columns + 1] = CStringGetTextDatum(command.result);
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return Datum{0};
}

static int PlaceByNodeId(const Command& command, Datum* values) {
    values[0] = Int32GetDatum(command.node->node_id);
    return 1;
}

static void WarnOfFailures(std::span<Command> commands, bool wanted) {
    for (const Command& command : commands)
        if (wanted && !command.success && !command.connection)
            ereport(
                WARNING,
                errmsg("could not connect to node %s:%d", command.node->host, command.node->port),
                errdetail("%s", command.result));
}

}  // namespace pgspan::monitoring

using namespace pgspan;

PGSPAN_FUNCTION(run_command_on_workers) {
    const std::span<monitoring::Command> commands = monitoring::CommandsFor(
        text_to_cstring(PG_GETARG_TEXT_PP(0)),
        [](const metadata::Node& node) { return node.group_id != metadata::kCoordinatorGroup; });
    monitoring::RunAll(commands, PG_GETARG_BOOL(1));
    return monitoring::Return(fcinfo, commands,
                              [](const monitoring::Command& command, Datum* values) {
                                  values[0] = CStringGetTextDatum(command.node->host);
                                  values[1] = Int32GetDatum(command.node->port);
                                  return 2;
                              });
}

PGSPAN_FUNCTION(run_command_on_all_nodes) {
    const std::span<monitoring::Command> commands = monitoring::CommandsFor(
        text_to_cstring(PG_GETARG_TEXT_PP(0)), [](const metadata::Node&) { return true; });
    monitoring::RunAll(commands, PG_GETARG_BOOL(1));
    monitoring::WarnOfFailures(commands, PG_GETARG_BOOL(2));
    return monitoring::Return(fcinfo, commands, monitoring::PlaceByNodeId);
}

PGSPAN_FUNCTION(run_command_on_coordinator) {
    const std::span<monitoring::Command> commands = monitoring::CommandsFor(
        text_to_cstring(PG_GETARG_TEXT_PP(0)),
        [](const metadata::Node& node) { return node.group_id == metadata::kCoordinatorGroup; });
    monitoring::RunAll(commands, true);
    monitoring::WarnOfFailures(commands, PG_GETARG_BOOL(1));
    return monitoring::Return(fcinfo, commands, monitoring::PlaceByNodeId);
}

PGSPAN_FUNCTION(run_command_on_shards) {
    const std::span<monitoring::Command> commands =
        monitoring::CommandsForShards(PG_GETARG_OID(0), text_to_cstring(PG_GETARG_TEXT_PP(1)));
    monitoring::RunAll(commands, PG_GETARG_BOOL(2));
    return monitoring::Return(fcinfo, commands,
                              [](const monitoring::Command& command, Datum* values) {
                                  values[0] = Int64GetDatum(command.shard_id);
                                  return 1;
                              });
}

PGSPAN_FUNCTION(run_command_on_placements) {
    const std::span<monitoring::Command> commands =
        monitoring::CommandsForShards(PG_GETARG_OID(0), text_to_cstring(PG_GETARG_TEXT_PP(1)));
    monitoring::RunAll(commands, PG_GETARG_BOOL(2));
    return monitoring::Return(fcinfo, commands,
                              [](const monitoring::Command& command, Datum* values) {
                                  values[0] = CStringGetTextDatum(command.node->host);
                                  values[1] = Int32GetDatum(command.node->port);
                                  values[2] = Int64GetDatum(command.shard_id);
                                  return 3;
                              });
}
