#include "engine/ddl/change_while_local.h"
#include "engine/ddl/container_constraint.h"
#include "engine/ddl/foreign_key.h"
#include "engine/ddl/handlers.h"
#include "engine/ddl/index.h"
#include "engine/ddl/local_shards.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/policy.h"
#include "engine/ddl/required_change.h"
#include "engine/ddl/same_columns.h"
#include "engine/ddl/table_definition.h"
#include "engine/metadata/constraint_names.h"
#include "engine/metadata/heirs.h"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "parser/parse_func.h"
}

namespace pgspan::ddl {

namespace {

RenameStmt* CopyFor(const RenameStmt& stmt, Oid relation, const char* subname,
                    const char* newname) {
    auto* copy = CopyOf<RenameStmt>(&stmt);
    copy->relation = RangeVarFor(relation);
    if (subname) copy->subname = pstrdup(subname);
    copy->newname = pstrdup(newname);
    return copy;
}

void RenameIndex(const Statement& statement, const RenameStmt& stmt, const metadata::Table& table,
                 Oid index) {
    const Oid container_index =
        table.IsHash() ? ContainerIndex(table, get_rel_name(index)) : InvalidOid;
    RunStandard(statement);
    if (OidIsValid(container_index)) {
        auto* copy = CopyFor(stmt, container_index, nullptr,
                             metadata::ContainerIndexName(stmt.newname, table.table_id));
        copy->renameType = OBJECT_INDEX;
        RunUtilityAsOwner(reinterpret_cast<Node*>(copy), nullptr);
    }
    Broadcast(statement.Text());
}

void RenameColumn(const Statement& statement, const RenameStmt& stmt,
                  const metadata::Table& table) {
    RunStandard(statement);
    if (table.IsHash()) {
        RunUtility(
            reinterpret_cast<Node*>(CopyFor(stmt, table.container, stmt.subname, stmt.newname)),
            nullptr);
        RequireSameColumns(table);
    }
    Broadcast(statement.Text());
}

void RenameShardConstraints(const metadata::Table& table, const RenameStmt& stmt) {
    for (const LocalShard& shard : LocalShards(table))
        RunUtility(
            reinterpret_cast<Node*>(CopyFor(
                stmt, shard.relation, metadata::ShardConstraintName(stmt.subname, shard.shard_id),
                metadata::ShardConstraintName(stmt.newname, shard.shard_id))),
            nullptr);
}

void RenameConstraint(const Statement& statement, const RenameStmt& stmt,
                      const metadata::Table& table) {
    const char type = ConstraintType(table.relation, stmt.subname);
    const bool is_kept_here = IsKeptHere(table.relation, stmt.subname);
    RunStandard(statement);
    if (is_kept_here) return;
    if (table.IsHash()) switch (type) {
        case CONSTRAINT_CHECK:
            RunUtility(
                reinterpret_cast<Node*>(CopyFor(stmt, table.container, stmt.subname, stmt.newname)),
                nullptr);
            break;
        case CONSTRAINT_PRIMARY:
        case CONSTRAINT_UNIQUE:
            RunUtilityAsOwner(reinterpret_cast<Node*>(CopyFor(
                                  stmt, table.container,
                                  metadata::ContainerIndexName(stmt.subname, table.table_id),
                                  metadata::ContainerIndexName(stmt.newname, table.table_id))),
                              nullptr);
            break;
        case CONSTRAINT_FOREIGN:
        case CONSTRAINT_EXCLUSION:
            RenameShardConstraints(table, stmt);
            break;
        default:
            break;
        }
    Broadcast(statement.Text());
}

void RenameRelation(const Statement& statement, const RenameStmt& stmt) {
    const Oid relation = RangeVarGetRelid(stmt.relation, NoLock, true);
    if (const metadata::Table* owner = FindForIndex(relation, "ALTER INDEX")) {
        RenameIndex(statement, stmt, *owner, relation);
        return;
    }
    const metadata::Table* table = FindForDdl(relation, "ALTER TABLE");
    RunStandard(statement);
    // Container and shards keep their names for ever.
    if (table) Broadcast(statement.Text());
}

void RenameSchema(const Statement& statement, const RenameStmt& stmt) {
    const Oid schema = get_namespace_oid(stmt.subname, true);
    RunWhereRequired(statement, NamespaceRelationId, schema, "ALTER SCHEMA");
}

Oid CompositeType(const RangeVar* name) {
    const Oid relation = RangeVarGetRelid(name, NoLock, true);
    return OidIsValid(relation) ? get_rel_type_id(relation) : InvalidOid;
}

void RenameAttribute(const Statement& statement, const RenameStmt& stmt) {
    const Oid type = CompositeType(stmt.relation);
    WhileLocal(TablesOf(type),
               [&] { RunWhereRequired(statement, TypeRelationId, type, "ALTER TYPE"); });
}

Oid FunctionNamed(const RenameStmt& stmt) {
    return LookupFuncWithArgs(stmt.renameType, castNode(ObjectWithArgs, stmt.object), true);
}

// Every node has a trigger of the name (trigger.h).
void RenameTrigger(const Statement& statement) {
    RunStandard(statement);
    Broadcast(statement.Text());
}

// Columns, constraints and triggers of a local table are renamed in its partitions and heirs too.
List* HeirsRenamedBy(const RenameStmt& stmt) {
    if (!stmt.relation->inh || !IsOrigin() || stmt.renameType == OBJECT_RULE ||
        stmt.renameType == OBJECT_POLICY)
        return NIL;
    const Oid relation = RangeVarGetRelid(stmt.relation, NoLock, true);
    if (stmt.renameType == OBJECT_TRIGGER && OidIsValid(relation) &&
        get_rel_relkind(relation) != RELKIND_PARTITIONED_TABLE)
        return NIL;
    return metadata::DistributedHeirs(relation);
}

// A part of a relation: a column, a constraint, a trigger, or something that distributed tables do
// not support.
void RenamePart(const Statement& statement, const RenameStmt& stmt) {
    const metadata::Table* table = FindForDdl(stmt.relation, "ALTER TABLE");
    List* heirs = HeirsRenamedBy(stmt);
    if (table && heirs != NIL) heirs = lcons_oid(table->relation, heirs);
    if (!table || heirs != NIL)
        RunOnHeirs(statement, heirs);
    else if (stmt.renameType == OBJECT_COLUMN)
        RenameColumn(statement, stmt, *table);
    else if (stmt.renameType == OBJECT_TABCONSTRAINT &&
             ConstraintType(table->relation, stmt.subname) == CONSTRAINT_TRIGGER)
        RunStandard(statement);
    else if (stmt.renameType == OBJECT_TABCONSTRAINT)
        RenameConstraint(statement, stmt, *table);
    else if (stmt.renameType == OBJECT_RULE)
        RunStandard(statement);
    else if (stmt.renameType == OBJECT_TRIGGER)
        RenameTrigger(statement);
    else if (stmt.renameType == OBJECT_POLICY)
        RenamePolicy(statement, *table);
    else
        RefuseOn(*table, "ALTER RULE", nullptr);
}

}  // namespace

void HandleRename(const Statement& statement) {
    const auto* stmt = statement.Tree<RenameStmt>();
    switch (stmt->renameType) {
    case OBJECT_TABLE:
    case OBJECT_INDEX:
    case OBJECT_VIEW:
    case OBJECT_MATVIEW:
    case OBJECT_FOREIGN_TABLE:
    case OBJECT_SEQUENCE:
        RenameRelation(statement, *stmt);
        return;
    case OBJECT_COLUMN:
    case OBJECT_TABCONSTRAINT:
    case OBJECT_TRIGGER:
    case OBJECT_RULE:
    case OBJECT_POLICY:
        RenamePart(statement, *stmt);
        return;
    case OBJECT_PUBLICATION:
        RenamePublication(statement, *stmt);
        return;
    case OBJECT_ROLE:
        RenameRole(statement, stmt->subname);
        return;
    case OBJECT_SCHEMA:
        RenameSchema(statement, *stmt);
        return;
    case OBJECT_TYPE:
    case OBJECT_DOMAIN:
    case OBJECT_DOMCONSTRAINT:
        RunWhereRequired(statement, TypeRelationId, TypeNamed(castNode(List, stmt->object)),
                         "ALTER TYPE");
        return;
    case OBJECT_ATTRIBUTE:
        RenameAttribute(statement, *stmt);
        return;
    case OBJECT_FUNCTION:
    case OBJECT_PROCEDURE:
    case OBJECT_ROUTINE:
    case OBJECT_AGGREGATE:
        RunWhereRequired(statement, ProcedureRelationId, FunctionNamed(*stmt), "ALTER FUNCTION");
        return;
    case OBJECT_COLLATION:
    case OBJECT_OPCLASS:
    case OBJECT_OPFAMILY:
    case OBJECT_TSCONFIGURATION:
    case OBJECT_TSDICTIONARY:
        HandleAlterObject(statement);
        return;
    default:
        RunStandard(statement);
    }
}

}  // namespace pgspan::ddl
