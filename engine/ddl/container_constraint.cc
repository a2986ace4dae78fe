#include "engine/ddl/container_constraint.h"

#include "engine/ddl/foreign_key.h"
#include "engine/ddl/local_shards.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/table_definition.h"
#include "engine/metadata/constraint_names.h"

extern "C" {
#include "catalog/pg_constraint.h"
#include "utils/ruleutils.h"
}

namespace pgspan::ddl {

namespace {

void AddToContainer(const metadata::Table& table, Oid constraint, const char* name, bool is_key) {
    const int settings = EnterCanonicalSettings();
    const char* sql = pg_get_constraintdef_command(constraint);
    auto* stmt = castNode(AlterTableStmt, ParseUtility(sql));
    stmt->relation = RangeVarFor(table.container);
    auto* command = linitial_node(AlterTableCmd, stmt->cmds);
    auto* definition = castNode(Constraint, command->def);
    definition->conname = pstrdup(name);
    // The shards are to have it, whatever inherits from the shell.
    definition->is_no_inherit = false;
    // The rows of a check constraint are evaluated as the current user; a key needs CREATE on the
    // containers' schema.
    if (is_key)
        RunUtilityAsOwner(reinterpret_cast<Node*>(stmt), sql);
    else
        RunUtility(reinterpret_cast<Node*>(stmt), sql);
    LeaveCanonicalSettings(settings);
}

}  // namespace

char ConstraintType(Oid relation, const char* name) {
    const Oid constraint = get_relation_constraint_oid(relation, name, true);
    if (!OidIsValid(constraint)) return '\0';
    HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for constraint %u", constraint);
    const char type = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple))->contype;
    ReleaseSysCache(tuple);
    return type;
}

void MirrorMissingConstraints(const metadata::Table& table) {
    CommandCounterIncrement();
    const std::span<const Oid> constraints = ConstraintsOf(table.relation, '\0');
    for (const Oid constraint : constraints) {
        const char* name = get_constraint_name(constraint);
        const char type = ConstraintType(table.relation, name);
        const bool is_key = type == CONSTRAINT_PRIMARY || type == CONSTRAINT_UNIQUE;
        if ((!is_key && type != CONSTRAINT_CHECK) || !table.IsHash()) continue;
        const char* container_name =
            is_key ? metadata::ContainerIndexName(name, table.table_id) : name;
        if (ConstraintType(table.container, container_name) == '\0')
            AddToContainer(table, constraint, container_name, is_key);
    }
    // Last: a foreign key may need one of the keys.
    for (const Oid constraint : ConstraintsOf(table.relation, CONSTRAINT_FOREIGN))
        MirrorForeignKey(table.relation, constraint);
}

void RunOnShardConstraints(const metadata::Table& table, const AlterTableCmd& command) {
    for (const LocalShard& shard : LocalShards(table)) {
        auto* stmt = makeNode(AlterTableStmt);
        auto* copy = CopyOf<AlterTableCmd>(&command);
        char* name = metadata::ShardConstraintName(
            command.name ? command.name : castNode(Constraint, command.def)->conname,
            shard.shard_id);
        if (copy->name) copy->name = name;
        if (copy->def) castNode(Constraint, copy->def)->conname = name;
        if (copy->subtype == AT_DropConstraint) copy->missing_ok = true;
        stmt->relation = RangeVarFor(shard.relation);
        stmt->objtype = OBJECT_TABLE;
        stmt->cmds = list_make1(copy);
        RunUtility(reinterpret_cast<Node*>(stmt), nullptr);
    }
}

}  // namespace pgspan::ddl
