#include "engine/ddl/change_while_local.h"

#include "engine/ddl/alter_table_rules.h"
#include "engine/pg/list.h"
#include "engine/pg/spi.h"

namespace pgspan::ddl {

namespace {

bool AddsSequence(const ColumnDef& column) {
    if (IsSerial(column.typeName)) return true;
    for (const auto* constraint : pg::Each<Constraint>(column.constraints))
        if (constraint->contype == CONSTR_IDENTITY || constraint->contype == CONSTR_FOREIGN ||
            (constraint->contype == CONSTR_DEFAULT && CallsNextval(constraint->raw_expr)))
            return true;
    return false;
}

bool IsOne(const AlterTableCmd& command, const char* distribution_column) {
    switch (command.subtype) {
    case AT_AlterColumnType:
        return strcmp(command.name, distribution_column) == 0;
    case AT_AddColumn:
        return AddsSequence(*castNode(ColumnDef, command.def));
    case AT_ColumnDefault:
        return CallsNextval(command.def);
    case AT_AddConstraint:
        return castNode(Constraint, command.def)->contype == CONSTR_EXCLUSION;
    case AT_AddIdentity:
    case AT_SetIdentity:
    case AT_DropIdentity:
    case AT_SetLogged:
    case AT_SetUnLogged:
    case AT_SetAccessMethod:
        return true;
    default:
        return false;
    }
}

}  // namespace

bool MustBeLocalFor(const metadata::Table& table, const AlterTableStmt& stmt) {
    if (!table.IsHash()) return false;
    const char* column = get_attname(table.relation, table.distribution_column, false);
    for (const auto* command : pg::Each<AlterTableCmd>(stmt.cmds))
        if (IsOne(*command, column)) return true;
    return false;
}

void ChangeWhileLocal(const Statement& statement, const metadata::Table& table) {
    const Oid relation = table.relation;
    const int32 shard_count = table.shard_count;
    const AttrNumber column = table.distribution_column;
    // The room of these functions builds on this one.
    pg::RunSql(psprintf("SELECT pg_catalog.undistribute_table(%u::pg_catalog.regclass)", relation));
    CommandCounterIncrement();
    RunStandard(statement);
    CommandCounterIncrement();
    pg::RunSql(psprintf(
        "SELECT pg_catalog.create_distributed_table(%u::pg_catalog.regclass, %s, shard_count => "
        "%d)",
        relation, quote_literal_cstr(get_attname(relation, column, false)), shard_count));
}

}  // namespace pgspan::ddl
