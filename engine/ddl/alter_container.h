// ALTER TABLE of a distributed or reference table, carried from the shell to the container and the
// shards of this node. Private to this room: alter_table.cc.
#pragma once

#include "engine/ddl/alter_table_rules.h"
#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// A sub-command, and what had to be read from the shell before it ran.
struct Step {
    AlterTableCmd* command;
    Target target;
    char constraint_type;  // of kNamedConstraint
};

struct Steps {
    Step* items;
    int count;
    [[nodiscard]] const Step* begin() const { return items; }
    [[nodiscard]] const Step* end() const { return items + count; }
    [[nodiscard]] bool Has(AlterTableType subtype) const {
        for (const Step& step : *this)
            if (step.command->subtype == subtype) return true;
        return false;
    }
};

// To be called before the statement runs on the shell. Raises 0A000 for the constraint of a
// trigger.
Steps PlanSteps(const metadata::Table& table, const AlterTableStmt& stmt);

// Carries the steps out on container and shards, once the shell has changed; the constraints that
// PostgreSQL has made on the shell follow. defaults: as StableDefaults gives them. source: the text
// that locations in the commands refer to.
void AlterParts(const metadata::Table& table, const Steps& steps, List* defaults,
                const char* source);

// ALTER TABLE relation, with these AlterTableCmds; on this node alone.
void AlterRelation(Oid relation, List* commands, const char* source);

}  // namespace pgspan::ddl
