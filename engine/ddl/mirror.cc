#include "engine/ddl/mirror.h"

#include "engine/connection/connection.h"
#include "engine/connection/roles.h"
#include "engine/ddl/statement.h"
#include "engine/ddl/table_definition.h"
#include "engine/metadata/node_session.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/owner.h"
#include "engine/transaction/remote_transaction.h"

extern "C" {
#include "catalog/index.h"
#include "parser/parser.h"
}

namespace pgspan::ddl {

namespace {

void RefuseParts(Oid relation, const char* command) {
    if (!OidIsValid(relation) || !IsOrigin()) return;
    if (get_rel_namespace(relation) != get_namespace_oid(metadata::kDataSchema, true)) return;
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("cannot run %s on \"%s\", which is a part of a distributed table", command,
                   get_rel_name(relation)),
            errhint("Run it on the distributed table."));
}

}  // namespace

bool IsOrigin() {
    return !metadata::IsInternalSession();
}

bool IsCarried() {
    return IsOrigin() && metadata::IsCoordinator() && metadata::AllNodes().size() > 1;
}

void RequireOrigin(const char* command) {
    if (!IsOrigin() || metadata::IsCoordinator()) return;
    ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
            errmsg("cannot run %s on distributed or reference tables from a worker", command),
            errhint("Connect to the coordinator and run it there."));
}

const metadata::Table* FindForDdl(Oid relation, const char* command) {
    if (!OidIsValid(relation)) return nullptr;
    const metadata::Table* table = metadata::FindTable(relation);
    if (table)
        RequireOrigin(command);
    else
        RefuseParts(relation, command);
    return table;
}

const metadata::Table* FindForDdl(const RangeVar* name, const char* command) {
    return FindForDdl(RangeVarGetRelid(name, NoLock, true), command);
}

const metadata::Table* FindForIndex(Oid index, const char* command) {
    if (!OidIsValid(index)) return nullptr;
    const char kind = get_rel_relkind(index);
    if (kind != RELKIND_INDEX && kind != RELKIND_PARTITIONED_INDEX) return nullptr;
    return FindForDdl(IndexGetRelation(index, true), command);
}

void Broadcast(const char* sql) {
    if (!IsOrigin()) return;
    const std::span<const metadata::Node> nodes = metadata::AllNodes();
    auto* groups = static_cast<int32*>(palloc(sizeof(int32) * (nodes.size() + 1)));
    size_t count = 0;
    for (const metadata::Node& node : nodes)
        if (node.is_active && node.is_primary && !node.is_local) groups[count++] = node.group_id;
    if (count == 0) return;
    connection::OpenAll({groups, count});
    auto** connections =
        static_cast<connection::Connection**>(palloc(sizeof(connection::Connection*) * count));
    for (size_t i = 0; i < count; i++) {
        connections[i] = connection::ForGroup(groups[i]);
        transaction::Join(connections[i], transaction::Access::kWrite);
    }
    connection::ExecuteAll({connections, count}, sql);
}

void BroadcastSchemas(Oid relation) {
    if (superuser() || !IsOrigin() || metadata::AllNodes().size() < 2) return;
    List* schemas = RequiredSchemas(relation);
    if (schemas != NIL) connection::AsLogin([&] { Broadcast(RemoteDefinitions(schemas)); });
}

void BroadcastRequirements(Oid relation) {
    if (!IsOrigin() || metadata::AllNodes().size() < 2) return;
    CommandCounterIncrement();
    BroadcastSchemas(relation);
    List* required = RequiredObjects(relation);
    if (required != NIL) Broadcast(RemoteDefinitions(required));
}

int EnterQuiet() {
    const int nest_level = NewGUCNestLevel();
    set_config_option("client_min_messages", "error", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
                      true, 0, false);
    return nest_level;
}

void LeaveQuiet(int nest_level) {
    AtEOXact_GUC(true, nest_level);
}

void RunUtility(Node* tree, const char* source) {
    CommandCounterIncrement();
    auto* planned = makeNode(PlannedStmt);
    planned->commandType = CMD_UTILITY;
    planned->utilityStmt = tree;
    planned->stmt_location = -1;
    Statement part = {};
    part.planned = planned;
    part.source = source ? source : "";
    part.context = PROCESS_UTILITY_SUBCOMMAND;
    part.receiver = None_Receiver;
    const int quiet = EnterQuiet();
    RunStandard(part);
    LeaveQuiet(quiet);
}

void RunUtilityText(const char* sql) {
    RunUtility(ParseUtility(sql), sql);
}

void RunUtilityAsOwner(Node* tree, const char* source) {
    const pg::UserSwitch caller = pg::BecomeExtensionOwner();
    RunUtility(tree, source);
    pg::ReturnToUser(caller);
}

Node* ParseUtility(const char* sql) {
    List* statements = raw_parser(sql, RAW_PARSE_DEFAULT);
    if (list_length(statements) != 1) elog(ERROR, "expected one statement in \"%s\"", sql);
    return static_cast<RawStmt*>(linitial(statements))->stmt;
}

char* QualifiedRelationName(Oid relation) {
    const char* name = get_rel_name(relation);
    if (!name) elog(ERROR, "cache lookup failed for relation %u", relation);
    return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), name);
}

RangeVar* RangeVarFor(Oid relation) {
    char* name = get_rel_name(relation);
    if (!name) elog(ERROR, "cache lookup failed for relation %u", relation);
    return makeRangeVar(get_namespace_name(get_rel_namespace(relation)), name, -1);
}

void RefuseOn(const metadata::Table& table, const char* construct, const char* hint) {
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("%s is not supported on %s tables", construct,
                   table.IsHash() ? "distributed" : "reference"),
            errdetail("Table \"%s\" is a %s table.", get_rel_name(table.relation),
                      table.IsHash() ? "distributed" : "reference"),
            hint ? errhint("%s", hint) : 0);
    pg_unreachable();
}

}  // namespace pgspan::ddl
