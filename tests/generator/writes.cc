// INSERT, UPDATE, DELETE, MERGE.
#include <set>

#include "tests/generator/statement_maker.h"

namespace pgspan::test {
namespace {

// Only rows with ids below are copied, so that one number added to them gives new ones.
constexpr int kCopiedIds = 100;

bool IsKeyOfTable(const TableColumn& column) {
    return column.name == "k" || column.name == "id";
}

}  // namespace

const Table& StatementMaker::Target() {
    std::vector<const Table*> targets;
    for (const Table& table : schema_.tables) {
        if (table.kind == Table::Kind::kView) continue;
        targets.push_back(&table);
        if (table.kind == Table::Kind::kDistributed) targets.push_back(&table);
    }
    return *random_->Pick(targets);
}

std::string StatementMaker::FreshValue(const TableColumn& column, bool fresh_id) {
    if (column.name == "id") {
        return std::to_string(fresh_id ? next_id_++ : random_->Between(1, 40));
    }
    if (column.reference)
        return random_->Chance(70) ? "NULL" : std::to_string(random_->Between(1, 3));
    if (!column.not_null && random_->Chance(10)) return "NULL";
    return Literal(column.type, *random_);
}

// A value that neither overflows nor violates NOT NULL and CHECK.
Syntax StatementMaker::Assignable(const Table&, const TableColumn& column, const Scope& scope) {
    if (column.type == Type::kPositive) return Literal(column.type, *random_);
    Syntax value = queries_->Expression(column.type, scope, random_->Between(0, 2));
    if (column.type == Type::kInt4) value = Sequence("(", std::move(value), ") % 100");
    if (!column.not_null) return value;
    return Sequence("coalesce(", std::move(value), ", ", Literal(column.type, *random_), ")");
}

Syntax StatementMaker::Returning(const Scope& scope) {
    if (!random_->Chance(35)) return "";
    std::vector<Syntax> columns;
    const int count = random_->Between(1, 3);
    for (int i = 0; i < count; ++i) {
        const Type type = random_->Pick(scope.items[0].columns).type;
        columns.push_back(queries_->Expression(type, scope, random_->Between(0, 1)));
    }
    return Optional(" RETURNING ", List(std::move(columns)));
}

Syntax StatementMaker::Insert(const Table& table) {
    return random_->Chance(40) ? InsertSelect(table) : InsertValues(table);
}

Syntax StatementMaker::InsertValues(const Table& table) {
    // A row that may be refused stands alone: with two of them, the first one met decides.
    const bool risky = random_->Chance(10);
    const int count = risky ? 1 : random_->Between(1, 6);
    std::vector<const TableColumn*> columns;
    std::vector<Syntax> names;
    for (const TableColumn& column : table.columns) {
        const bool needed = column.not_null || column.name == "id" || column.name == "k";
        if (column.generated || (!needed && random_->Chance(15))) continue;
        columns.push_back(&column);
        names.push_back(column.name);
    }
    std::vector<Syntax> rows;
    for (int i = 0; i < count; ++i) {
        std::vector<Syntax> values;
        for (const TableColumn* column : columns) {
            const bool plain = IsKeyOfTable(*column) || column->not_null || column->reference;
            const Scope none;
            Syntax value = FreshValue(*column, !risky);
            if (!plain && random_->Chance(8)) value = "DEFAULT";
            if (!plain && random_->Chance(20)) value = Assignable(table, *column, none);
            if (risky && column->not_null && random_->Chance(20)) value = "NULL";
            values.push_back(std::move(value));
        }
        const size_t width = values.size();
        rows.push_back(Sequence("(", List(std::move(values), ", ", width), ")"));
    }
    const std::string alias = queries_->NewAlias();
    Scope scope;
    scope.items.push_back(queries_->TableItem(table, alias));
    const size_t width = names.size();
    return Sequence("INSERT INTO ", table.name, " AS ", alias, " (",
                    List(std::move(names), ", ", width), ") VALUES ", List(std::move(rows)),
                    Returning(scope));
}

Syntax StatementMaker::InsertSelect(const Table& table) {
    std::vector<Type> types;
    std::string names;
    std::string outer;
    // Sources whose rows have keys of their own that the target's can be made of.
    std::vector<const Table*> sources;
    for (const Table& other : schema_.tables) {
        const bool same_key = other.key >= 0 && table.key >= 0 &&
                              other.columns[static_cast<size_t>(other.key)].type ==
                                  table.columns[static_cast<size_t>(table.key)].type;
        if (other.id >= 0 && (other.key < 0 || same_key)) sources.push_back(&other);
    }
    if (table.id >= 0 && sources.empty()) return InsertValues(table);
    const std::string alias = queries_->NewAlias();
    Scope scope;
    const Table* source = table.id >= 0 ? random_->Pick(sources) : nullptr;
    if (source != nullptr) scope.items.push_back(queries_->TableItem(*source, alias));
    std::vector<Syntax> values;
    for (const TableColumn& column : table.columns) {
        if (column.generated) continue;
        names += (names.empty() ? "" : ", ") + column.name;
        types.push_back(column.type);
        if (source == nullptr) {
            const std::string own = alias + ".x" + std::to_string(types.size());
            outer += outer.empty() ? "" : ", ";
            outer += column.reference                 ? "NULL::integer"
                     : column.type == Type::kInt4     ? own + " % 100"
                     : column.type == Type::kPositive ? Literal(column.type, *random_)
                                                      : own;
            continue;
        }
        if (column.name == "id") {
            values.push_back(alias + ".id + " + std::to_string(next_id_));
        } else if (column.name == "k" && source->key >= 0) {
            values.push_back(alias + ".k");
        } else if (column.reference) {
            values.push_back("NULL::integer");
        } else {
            values.push_back(Assignable(table, column, scope));
        }
    }
    const std::string into = "INSERT INTO " + table.name + " (" + names + ") ";
    if (source != nullptr) {
        next_id_ += kCopiedIds;
        const size_t width = values.size();
        return Sequence(into, "SELECT ", List(std::move(values), ", ", width), " FROM ",
                        source->name, " AS ", alias, " WHERE ", alias, ".id < ",
                        std::to_string(kCopiedIds),
                        Optional(" AND ", queries_->Condition(scope, 1)));
    }
    for (const TableColumn& column : table.columns) {
        if (column.not_null && !column.generated) return InsertValues(table);
    }
    QueryWish wish;
    wish.types = types;
    wish.named = true;
    const MadeQuery query = queries_->Query(wish, random_->Between(0, 2));
    const std::string inner = queries_->NewAlias();
    return Sequence(into, "SELECT ", outer, " FROM (", query.syntax, ") AS ", alias,
                    query.rows > 60 ? " WHERE false" : "");
}

Syntax StatementMaker::Upsert(const Table& table) {
    const std::string alias = queries_->NewAlias();
    std::vector<const TableColumn*> columns;
    std::string names;
    for (const TableColumn& column : table.columns) {
        if (column.generated) continue;
        columns.push_back(&column);
        names += (names.empty() ? "" : ", ") + column.name;
    }
    std::set<int> ids;
    std::vector<Syntax> rows;
    const int count = random_->Between(1, 4);
    for (int i = 0; i < count; ++i) {
        const int id = random_->Between(1, table.rows + 8);
        if (!ids.insert(id).second) continue;
        std::string values;
        for (const TableColumn* column : columns) {
            values += values.empty() ? "" : ", ";
            values += column->name == "id" ? std::to_string(id)
                      : column->reference  ? "NULL"
                                           : FreshValue(*column, false);
        }
        rows.push_back("(" + values + ")");
    }
    Scope scope;
    scope.items.push_back(queries_->TableItem(table, alias));
    scope.items.push_back(queries_->TableItem(table, "excluded"));
    for (Item& item : scope.items) {
        if (item.alias == "excluded") item.alias = "";  // no whole rows of it
    }
    Scope target;
    target.items.push_back(scope.items[0]);
    const std::string arbiter = table.key >= 0 ? " ON CONFLICT (k, id)" : " ON CONFLICT (id)";
    Syntax action = " DO NOTHING";
    if (random_->Chance(70)) {
        action = Sequence(
            " DO UPDATE SET ", Assignments(table, scope),
            random_->Chance(40) ? Optional(" WHERE ", queries_->Condition(scope, 1)) : Syntax(""));
    }
    return Sequence("INSERT INTO ", table.name, " AS ", alias, " (", names, ") VALUES ",
                    List(std::move(rows)), arbiter, std::move(action), Returning(target));
}

Syntax StatementMaker::Assignments(const Table& table, const Scope& scope) {
    std::vector<Syntax> assignments;
    std::vector<const TableColumn*> free;
    for (const TableColumn& column : table.columns) {
        if (!IsKeyOfTable(column) && !column.generated && !column.reference) {
            free.push_back(&column);
        }
    }
    if (free.empty()) {
        const std::string& key = table.columns[0].name;
        return Sequence(key, " = ", scope.items[0].alias, ".", key);
    }
    const TableColumn& first = *random_->Pick(free);
    assignments.push_back(Sequence(first.name, " = ", Assignable(table, first, scope)));
    const TableColumn& second = *random_->Pick(free);
    if (&first != &second && random_->Chance(50)) {
        assignments.push_back(Sequence(second.name, " = ",
                                       random_->Chance(10) && !second.not_null
                                           ? Syntax("DEFAULT")
                                           : Assignable(table, second, scope)));
    }
    return List(std::move(assignments));
}

// A second table of which at most one row joins a row of the first.
bool StatementMaker::UniqueJoin(const Table& table, const std::string& alias, Scope* scope,
                                Syntax* source, Syntax* condition) {
    struct Way {
        const Table* other;
        std::string condition;
    };
    const std::string other_alias = queries_->NewAlias();
    std::vector<Way> ways;
    for (const Table& other : schema_.tables) {
        if (other.id < 0) continue;
        if (other.key < 0) {
            for (const TableColumn& column : table.columns) {
                if (column.type == Type::kInt4) {
                    ways.push_back({&other, other_alias + ".id = " + alias + "." + column.name});
                }
            }
        } else if (table.key >= 0 && table.id >= 0 &&
                   table.columns[static_cast<size_t>(table.key)].type ==
                       other.columns[static_cast<size_t>(other.key)].type) {
            ways.push_back({&other, other_alias + ".k = " + alias + ".k AND " + other_alias +
                                        ".id = " + alias + ".id"});
        }
    }
    if (ways.empty()) return false;
    const Way& way = random_->Pick(ways);
    *source = way.other->name + " AS " + other_alias;
    *condition = way.condition;
    scope->items.push_back(queries_->TableItem(*way.other, other_alias));
    return true;
}

Syntax StatementMaker::Update(const Table& table) {
    const std::string alias = queries_->NewAlias();
    Scope scope;
    scope.items.push_back(queries_->TableItem(table, alias));
    if (table.id >= 0 && table.key >= 0 && random_->Chance(4)) {
        const TableColumn& key = table.columns[static_cast<size_t>(table.key)];
        return Sequence("UPDATE ", table.name, " AS ", alias,
                        " SET k = ", Literal(key.type, *random_),
                        " WHERE id = ", std::to_string(random_->Between(1, 40)));
    }
    Syntax source;
    Syntax condition;
    const bool joined =
        random_->Chance(30) && UniqueJoin(table, alias, &scope, &source, &condition);
    Syntax where = queries_->Where(scope, 1);
    if (joined) {
        where = Sequence(" FROM ", std::move(source), " WHERE ", std::move(condition),
                         Optional(" AND ", queries_->Condition(scope, 1)));
    }
    return Sequence("UPDATE ", table.name, " AS ", alias, " SET ", Assignments(table, scope),
                    std::move(where), Returning(scope));
}

Syntax StatementMaker::Delete(const Table& table) {
    const std::string alias = queries_->NewAlias();
    Scope scope;
    scope.items.push_back(queries_->TableItem(table, alias));
    const Item target = scope.items[0];
    // Not too many rows at once, or nothing is left for the rest of the run.
    const ScopeColumn& column = random_->Pick(target.columns);
    Syntax few = Sequence(column.text, " = ", queries_->Constant(column.type));
    Syntax using_other = "";
    Scope targets;
    targets.items.push_back(target);
    if (random_->Chance(30)) {
        const Table& other = Target();
        const std::string other_alias = queries_->NewAlias();
        scope.items.push_back(queries_->TableItem(other, other_alias));
        using_other = Sequence(" USING ", other.name, " AS ", other_alias);
        if (table.key >= 0 && other.group == table.group && random_->Chance(60)) {
            few = Sequence(std::move(few), " AND ", alias, ".k = ", other_alias, ".k");
        }
    }
    return Sequence("DELETE FROM ", table.name, " AS ", alias, std::move(using_other), " WHERE ",
                    std::move(few), Optional(" AND ", queries_->Condition(scope, 2)),
                    Returning(targets));
}

Syntax StatementMaker::Merge(const Table& table) {
    const std::string alias = queries_->NewAlias();
    Scope scope;
    scope.items.push_back(queries_->TableItem(table, alias));
    Syntax source;
    Syntax condition;
    if (!UniqueJoin(table, alias, &scope, &source, &condition)) return Update(table);
    return Sequence("MERGE INTO ", table.name, " AS ", alias, " USING ", std::move(source), " ON ",
                    std::move(condition), " WHEN MATCHED AND ", queries_->Condition(scope, 1),
                    " THEN UPDATE SET ", Assignments(table, scope),
                    Optional(" WHEN MATCHED AND ", queries_->Condition(scope, 0), " THEN DELETE"));
}

Syntax StatementMaker::ModifyingCte(const Table& table) {
    const std::string alias = queries_->NewAlias();
    Scope scope;
    scope.items.push_back(queries_->TableItem(table, alias));
    const std::string column = random_->Pick(table.columns).name;
    Syntax write =
        random_->Chance(50)
            ? Sequence("DELETE FROM ", table.name, " AS ", alias, " WHERE ",
                       queries_->Condition(scope, 1), " AND ", queries_->Condition(scope, 0))
            : Sequence("UPDATE ", table.name, " AS ", alias, " SET ", Assignments(table, scope),
                       queries_->Where(scope, 1));
    return Sequence("WITH changed AS (", std::move(write), " RETURNING ", alias, ".", column,
                    " AS x1) SELECT count(*), count(DISTINCT x1) FROM changed");
}

}  // namespace pgspan::test
