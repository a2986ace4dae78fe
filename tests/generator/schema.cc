#include "tests/generator/schema.h"

namespace pgspan::test {
namespace {

// Ids of first rows are below this; statements that insert count up from it.
constexpr int kFirstRowsMax = 60;

const std::vector<std::string>& Functions() {
    static const std::vector<std::string> kFunctions = {
        "CREATE FUNCTION bump(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE "
        "AS $$ BEGIN RETURN $1 + 1; END $$",
        "CREATE FUNCTION shout(text) RETURNS text LANGUAGE sql IMMUTABLE AS "
        "$$ SELECT upper($1) || '!' $$",
        "CREATE FUNCTION steady(anyelement) RETURNS anyelement LANGUAGE plpgsql STABLE AS "
        "$$ BEGIN RETURN $1; END $$",
        // Stands where no row comes.
        "CREATE FUNCTION never(anyelement) RETURNS anyelement LANGUAGE plpgsql STABLE AS "
        "$$ BEGIN RAISE EXCEPTION 'never %', $1; END $$",
        "CREATE FUNCTION upto(integer) RETURNS SETOF integer LANGUAGE sql STABLE AS "
        "$$ SELECT generate_series(1, least($1, 4)) $$"};
    return kFunctions;
}

class TableMaker {
  public:
    TableMaker(Random& random, const Schema& schema) : random_(random), schema_(schema) {}

    Table Make(int number, Table::Kind kind, int group, Type key_type, bool none) {
        table_.kind = kind;
        table_.group = group;
        table_.name = Prefix(kind) + std::to_string(number);
        MakeColumns(key_type);
        MakeForeignKey();
        Define();
        Spread(none);
        Index();
        AddLateColumn();
        Fill();
        return table_;
    }

  private:
    static std::string Prefix(Table::Kind kind) {
        if (kind == Table::Kind::kDistributed) return "dist";
        return kind == Table::Kind::kReference ? "ref" : "loc";
    }

    void MakeColumns(Type key_type) {
        const bool unique = table_.kind == Table::Kind::kReference || random_.Chance(75);
        std::vector<TableColumn> columns;
        if (unique) columns.push_back({"id", Type::kInt4, true});
        const int others = random_.Between(2, 6);
        for (int i = 1; i <= others; ++i) columns.push_back(OtherColumn(i));
        if (table_.kind == Table::Kind::kDistributed) {
            const auto place = static_cast<std::ptrdiff_t>(random_.Below(columns.size() + 1));
            columns.insert(columns.begin() + place, {"k", key_type, unique});
            table_.key = static_cast<int>(place);
        }
        for (size_t i = 0; i < columns.size(); ++i) {
            if (columns[i].name == "id") table_.id = static_cast<int>(i);
        }
        table_.columns = std::move(columns);
    }

    TableColumn OtherColumn(int number) {
        static const std::vector<std::string> kOddNames = {"\"Odd Name\"", "\"select\"", "\"ünï\"",
                                                           "\"a.b\"", "\"q\"\"q\""};
        TableColumn column;
        column.name = "c" + std::to_string(number);
        if (random_.Chance(8) && number <= 5) {
            column.name = kOddNames[static_cast<size_t>(number - 1)];
        }
        column.type = AnyType(random_);
        column.not_null = random_.Chance(15);
        return column;
    }

    // To a reference table's id, or to (k, id) of a colocated table.
    void MakeForeignKey() {
        std::vector<const Table*> parents;
        for (const Table& other : schema_.tables) {
            const bool reference = other.kind == Table::Kind::kReference;
            const bool colocated = table_.kind == Table::Kind::kDistributed &&
                                   other.kind == Table::Kind::kDistributed &&
                                   other.group == table_.group && other.id >= 0;
            if (reference || colocated) parents.push_back(&other);
        }
        if (parents.empty() || table_.kind == Table::Kind::kLocal || random_.Chance(60)) return;
        parent_ = random_.Pick(parents);
        table_.columns.push_back({"parent", Type::kInt4, false, false, true});
        if (parent_->kind == Table::Kind::kDistributed) {
            static const std::vector<std::string> kActions = {"", " ON DELETE CASCADE"};
            foreign_key_ = "FOREIGN KEY (k, parent) REFERENCES " + parent_->name + " (k, id)" +
                           random_.Pick(kActions);
        } else {
            static const std::vector<std::string> kActions = {"", " ON DELETE CASCADE",
                                                              " ON DELETE SET NULL"};
            foreign_key_ = "FOREIGN KEY (parent) REFERENCES " + parent_->name + " (id)" +
                           random_.Pick(kActions);
        }
    }

    std::string ColumnDefinition(TableColumn& column) {
        std::string text = column.name + " " + Name(column.type);
        if (column.not_null) text += " NOT NULL";
        if (column.name == "k" || column.name == "id" || column.reference) return text;
        if (column.type == Type::kInt4 && table_.id >= 0 && random_.Chance(12)) {
            column.generated = true;
            return text + " GENERATED ALWAYS AS (id * 2 % 7) STORED";
        }
        if (random_.Chance(15)) text += " DEFAULT " + Literal(column.type, random_);
        if (column.type == Type::kInt4 && random_.Chance(10)) {
            text += " CHECK (" + column.name + " < 900)";
        }
        return text;
    }

    void Define() {
        std::vector<std::string> parts;
        for (TableColumn& column : table_.columns) parts.push_back(ColumnDefinition(column));
        const bool gap = random_.Chance(30);
        if (gap) {
            parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(random_.Below(parts.size())),
                         "gone text");
        }
        const std::vector<std::string> unique = table_.UniqueKey();
        if (!unique.empty()) {
            const bool swapped = unique.size() == 2 && random_.Chance(30);
            parts.push_back("PRIMARY KEY (" +
                            (unique.size() == 1 ? unique[0]
                             : swapped          ? unique[1] + ", " + unique[0]
                                                : unique[0] + ", " + unique[1]) +
                            ")");
        }
        // A table that is not distributed yet must not reference one that is.
        const bool inside =
            random_.Chance(50) && parent_ != nullptr && parent_->kind == Table::Kind::kReference;
        if (!foreign_key_.empty() && inside) parts.push_back(foreign_key_);
        std::string sql = "CREATE TABLE " + table_.name + " (";
        for (size_t i = 0; i < parts.size(); ++i) sql += (i > 0 ? ", " : "") + parts[i];
        table_.create.push_back(sql + ")");
        if (gap) {
            (random_.Chance(50) ? table_.create : table_.finish)
                .push_back("ALTER TABLE " + table_.name + " DROP COLUMN gone");
        }
        if (!foreign_key_.empty() && !inside) {
            table_.finish.push_back("ALTER TABLE " + table_.name + " ADD " + foreign_key_);
        }
    }

    void Spread(bool none) {
        if (table_.kind == Table::Kind::kReference) {
            table_.spread = "SELECT create_reference_table('" + table_.name + "')";
        }
        if (table_.kind != Table::Kind::kDistributed) return;
        const Table* first = nullptr;
        for (const Table& other : schema_.tables) {
            if (other.group == table_.group && first == nullptr) first = &other;
        }
        table_.spread = "SELECT create_distributed_table('" + table_.name + "', 'k', ";
        table_.spread += first != nullptr
                             ? "colocate_with => '" + first->name + "')"
                             : std::string(none ? "colocate_with => 'none', " : "") +
                                   "shard_count => " + std::to_string(random_.Between(1, 9)) + ")";
    }

    void Index() {
        for (const TableColumn& column : table_.columns) {
            if (!random_.Chance(15)) continue;
            const bool expression = column.type == Type::kText && random_.Chance(40);
            const bool plain =
                column.type == Type::kJsonb || column.type == Type::kRange || !random_.Chance(20);
            (random_.Chance(50) ? table_.create : table_.finish)
                .push_back("CREATE INDEX ON " + table_.name + " (" +
                           (expression ? "lower(" + column.name + ")" : column.name) + ")" +
                           (plain ? "" : " WHERE " + column.name + " IS NOT NULL"));
        }
    }

    void AddLateColumn() {
        if (!random_.Chance(25)) return;
        const Type type = AnyType(random_);
        table_.finish.push_back("ALTER TABLE " + table_.name + " ADD COLUMN late " + Name(type) +
                                " DEFAULT " + Literal(type, random_));
        late_ = TableColumn{"late", type};
    }

    std::string ValueFor(const TableColumn& column, int row) {
        if (column.name == "id") return std::to_string(row);
        if (column.reference) return random_.Chance(40) ? "NULL" : ParentId();
        if (!column.not_null && random_.Chance(15)) return "NULL";
        return Literal(column.type, random_);
    }

    // Only of reference tables: that a colocated parent has the same k is up to later statements.
    std::string ParentId() {
        const bool certain = parent_->kind == Table::Kind::kReference && parent_->rows > 0;
        return certain ? std::to_string(random_.Between(1, parent_->rows)) : "NULL";
    }

    void Fill() {
        static const std::vector<int> kRows = {0, 3, 12, 30, 30, 45, kFirstRowsMax};
        table_.rows = random_.Pick(kRows);
        if (table_.rows > 0) {
            std::string names;
            std::string rows;
            for (const TableColumn& column : table_.columns) {
                if (!column.generated) names += (names.empty() ? "" : ", ") + column.name;
            }
            for (int row = 1; row <= table_.rows; ++row) {
                std::string values;
                for (const TableColumn& column : table_.columns) {
                    if (column.generated) continue;
                    values += (values.empty() ? "" : ", ") + ValueFor(column, row);
                }
                rows += (row > 1 ? ", (" : "(") + values + ")";
            }
            table_.contents.push_back("INSERT INTO " + table_.name + " (" + names + ") VALUES " +
                                      rows);
        }
        if (late_.name == "late") table_.columns.push_back(late_);
    }

    Random& random_;
    const Schema& schema_;
    Table table_;
    const Table* parent_ = nullptr;
    std::string foreign_key_;
    TableColumn late_;
};

}  // namespace

std::vector<std::string> Table::UniqueKey() const {
    if (id < 0) return {};
    if (key < 0) return {"id"};
    return {"k", "id"};
}

const Table* Schema::Find(const std::string& name) const {
    for (const Table& table : tables) {
        if (table.name == name) return &table;
    }
    return nullptr;
}

Schema MakeSchema(Random& random) {
    Schema schema;
    schema.prologue = TypeDefinitions();
    for (const std::string& function : Functions()) schema.prologue.push_back(function);
    int number = 0;
    const auto add = [&](Table::Kind kind, int group, Type key_type, bool none) {
        schema.tables.push_back(
            TableMaker(random, schema).Make(++number, kind, group, key_type, none));
    };
    const int references = random.Between(1, 2);
    for (int i = 0; i < references; ++i) {
        add(Table::Kind::kReference, -1, Type::kInt4, false);
    }
    const int groups = random.Between(2, 3);
    for (int group = 0; group < groups; ++group) {
        Type key_type = random.Chance(50) ? Type::kInt4 : AnyType(random);
        if (!IsKeyable(key_type)) key_type = Type::kInt8;
        const int tables = random.Between(1, 3);
        for (int i = 0; i < tables; ++i) {
            add(Table::Kind::kDistributed, group, key_type, true);
        }
    }
    add(Table::Kind::kLocal, -1, Type::kInt4, false);
    return schema;
}

}  // namespace pgspan::test
