#include "tests/generator/statement_maker.h"

namespace pgspan::test {
namespace {

constexpr int kDepth = 3;

}  // namespace

Unit StatementMaker::Make(uint64_t seed) {
    Random random(seed);
    QueryMaker queries(random, schema_);
    random_ = &random;
    queries_ = &queries;
    Unit unit;
    switch (random.Weighted({56, 10, 20, 10, 4})) {
    case 1:
        Prepared(&unit);
        break;
    case 2:
        unit.writes = true;
        unit.steps.push_back(Write());
        break;
    case 3:
        Transaction(&unit);
        break;
    case 4:
        Cursor(&unit);
        break;
    default:
        unit.steps.push_back(Read(kDepth));
    }
    random_ = nullptr;
    queries_ = nullptr;
    return unit;
}

Syntax StatementMaker::Read(int depth) {
    return queries_->Statement({}, random_->Between(0, depth)).syntax;
}

Syntax StatementMaker::Write() {
    const Table& table = Target();
    switch (random_->Weighted({40, 12, 26, 12, 3, 4, 1})) {
    case 1:
        return table.id >= 0 ? Upsert(table) : InsertValues(table);
    case 2:
        return Update(table);
    case 3:
        return Delete(table);
    case 4:
        return Merge(table);
    case 5:
        return ModifyingCte(table);
    case 6:
        return Sequence("TRUNCATE ", table.name);
    default:
        return Insert(table);
    }
}

void StatementMaker::Prepared(Unit* unit) {
    std::vector<Type> types;
    queries_->UseParameters(&types);
    unit->writes = random_->Chance(30);
    Syntax statement = unit->writes ? Write() : Read(1);
    queries_->UseParameters(nullptr);
    if (Render(statement).starts_with("TRUNCATE")) statement = Read(1);
    std::string declared;
    for (const Type type : types) {
        declared += (declared.empty() ? " (" : ", ") + std::string(Name(type));
    }
    if (!declared.empty()) declared += ")";
    unit->steps.push_back(Sequence("PREPARE made", declared, " AS ", std::move(statement)));
    // After five the plan may become a generic one.
    const int times = unit->writes ? 2 : random_->Between(1, 8);
    for (int i = 0; i < times; ++i) {
        std::vector<Syntax> values;
        for (const Type type : types) {
            values.push_back(Choice(
                "value", Simplest(type),
                random_->Chance(6) ? std::string("NULL::") + Name(type) : Literal(type, *random_)));
        }
        const size_t count = values.size();
        unit->steps.push_back(
            count == 0 ? Syntax("EXECUTE made")
                       : Sequence("EXECUTE made(", List(std::move(values), ", ", count), ")"));
    }
    unit->steps.push_back("DEALLOCATE made");
}

void StatementMaker::Transaction(Unit* unit) {
    unit->writes = true;
    unit->transaction = true;
    unit->guarded = random_->Chance(50);
    unit->steps.push_back(random_->Chance(25) ? "BEGIN ISOLATION LEVEL REPEATABLE READ" : "BEGIN");
    const int count = random_->Between(2, 7);
    int savepoints = 0;
    for (int i = 0; i < count; ++i) {
        const std::string last = "s" + std::to_string(savepoints);
        switch (random_->Weighted({46, 26, 14, 7, 5, 2})) {
        case 1:
            unit->steps.push_back(Read(1));
            break;
        case 2:
            unit->steps.push_back("SAVEPOINT s" + std::to_string(++savepoints));
            break;
        case 3:
            if (savepoints > 0) unit->steps.push_back("ROLLBACK TO SAVEPOINT " + last);
            break;
        case 4:
            if (savepoints > 0) {
                unit->steps.push_back("RELEASE SAVEPOINT " + last);
                --savepoints;
            }
            break;
        case 5:
            unit->steps.push_back("SELECT 1 / 0");
            break;
        default:
            unit->steps.push_back(Write());
        }
    }
    unit->steps.push_back(random_->Chance(75) ? "COMMIT" : "ROLLBACK");
}

void StatementMaker::Cursor(Unit* unit) {
    unit->transaction = true;
    unit->steps.push_back("BEGIN");
    const MadeQuery query = queries_->Statement({}, random_->Between(0, 2));
    const bool scroll = random_->Chance(40);
    unit->steps.push_back(
        Sequence("DECLARE made ", scroll ? "SCROLL " : "", "CURSOR FOR ", query.syntax));
    const int count = query.ordered ? random_->Between(1, 4) : 0;
    for (int i = 0; i < count; ++i) {
        static const std::vector<std::string> kForward = {"FETCH 1 FROM made", "FETCH 3 FROM made",
                                                          "MOVE 2 IN made"};
        static const std::vector<std::string> kAnyWay = {
            "FETCH LAST FROM made", "FETCH PRIOR FROM made", "FETCH FIRST FROM made",
            "FETCH BACKWARD 2 FROM made", "FETCH ABSOLUTE 2 FROM made"};
        unit->steps.push_back(random_->Pick(scroll && random_->Chance(50) ? kAnyWay : kForward));
    }
    unit->steps.push_back("FETCH ALL FROM made");
    unit->steps.push_back("COMMIT");
}

}  // namespace pgspan::test
