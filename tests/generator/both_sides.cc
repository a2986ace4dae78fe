#include "tests/generator/both_sides.h"

#include <algorithm>

#include "tests/harness/servers.h"
#include "tests/runner/comparison.h"
#include "tests/runner/splitter.h"

namespace pgspan::test {
namespace {

constexpr const char* kSchemaName = "generated";
constexpr const char* kNotSupported = "0A000";
constexpr const char* kInternalError = "XX000";
constexpr const char* kRaised = "P0001";  // by never()

// One word for what a server did, so that a reduced statement is known to show the same difference.
std::string Kind(const Answer& answer) {
    switch (answer.kind) {
    case AnswerKind::kError:
        return answer.sqlstate;
    case AnswerKind::kLost:
        return "lost";
    case AnswerKind::kTimeout:
        return "hangs";
    default:
        return "answers";
    }
}

bool IsNothing(const Answer& answer, size_t column) {
    return std::all_of(answer.rows.begin(), answer.rows.end(),
                       [&](const Row& row) { return !row[column]; });
}

// Folding constants, PostgreSQL may find a length or precision that the parser has not
// (nullif(x, y)), or lose one that it has where only NULL is left (coalesce(x, x)); behind a remote
// column, the parser's stays.
Answer WithLengthsOf(const Answer& cluster, Answer truth) {
    if (truth.columns.size() != cluster.columns.size()) return truth;
    for (size_t i = 0; i < truth.columns.size(); ++i) {
        Column& column = truth.columns[i];
        const Column& other = cluster.columns[i];
        const bool is_folded =
            other.type_modifier == -1 || (column.type_modifier == -1 && IsNothing(truth, i));
        if (is_folded && !column.is_plain && column.type_oid == other.type_oid)
            column.type_name = other.type_name;
    }
    return truth;
}

}  // namespace

BothSides::BothSides(const std::string& settings)
    : truth_(TruthConninfo(), kSchemaName, settings),
      cluster_(ClusterConninfo(), kSchemaName, settings) {}

void BothSides::Judge(const std::string& sql, const Answer& truth, const Answer& cluster,
                      Outcome* outcome) {
    if (!truth.ok()) {
        ++outcome->errors;
        outcome->messages.push_back(truth.sqlstate + " " + truth.message);
    }
    Comparison how;
    how.ordered = sql.starts_with("FETCH") ? cursor_ordered_ : OrderedAtTopLevel(sql);
    std::string difference = Difference(WithLengthsOf(cluster, truth), cluster, how);
    if (difference.empty() && cluster.sqlstate == kInternalError) {
        difference = Describe(cluster, 0) + "\n";
    }
    if (difference.empty()) return;
    outcome->by_estimate = (cluster.ok() && truth.sqlstate == kRaised) ||
                           (truth.ok() && cluster.sqlstate == kRaised &&
                            cluster_.RunApart(prepared_, "EXPLAIN " + sql).sqlstate == kRaised);
    outcome->kind =
        truth.ok() && cluster.ok() ? "other rows" : Kind(cluster) + " instead of " + Kind(truth);
    outcome->difference = difference;
}

// The cluster first: what it refuses must not happen on the other side either.
void BothSides::Step(const std::string& sql, Outcome* outcome) {
    if (sql.starts_with("PREPARE")) prepared_ = sql;
    if (sql.starts_with("DECLARE")) cursor_ordered_ = OrderedAtTopLevel(sql);
    // A simplified cursor may have lost its order: then there is no such thing as its next row.
    const bool some_rows = sql.starts_with("FETCH") || sql.starts_with("MOVE");
    if (some_rows && !cursor_ordered_ && sql != "FETCH ALL FROM made") return;
    ++outcome->statements;
    const Answer cluster = cluster_.Run(sql);
    if (cluster.sqlstate == kNotSupported) {
        ++outcome->gaps;
        outcome->refusals.push_back(cluster.message);
        return;
    }
    Judge(sql, truth_.Run(sql), cluster, outcome);
}

// False: the transaction cannot go on, since only one of its sides has failed.
bool BothSides::StepInTransaction(const std::string& sql, bool guarded, Outcome* outcome) {
    if (guarded) Prepare("SAVEPOINT before_step", false, outcome);
    const int gaps = outcome->gaps;
    Step(sql, outcome);
    if (outcome->differs()) return false;
    if (outcome->gaps == gaps) return true;
    if (guarded) Prepare("ROLLBACK TO SAVEPOINT before_step", true, outcome);
    return guarded && !outcome->differs();
}

// What has to succeed for the rest to make sense. In a failed transaction it fails on both sides.
void BothSides::Prepare(const std::string& sql, bool cluster_only, Outcome* outcome) {
    const Answer cluster = cluster_.Run(sql);
    if (cluster_only && cluster.ok()) return;
    Judge(sql, cluster_only ? Answer() : truth_.Run(sql), cluster, outcome);
}

Outcome BothSides::Run(const Unit& unit, bool rehearsal) {
    Outcome outcome;
    // A simplified unit may have left its statement behind.
    if (rehearsal) Prepare("DEALLOCATE ALL", false, &outcome);
    const bool wrapped = rehearsal && unit.writes && !unit.transaction;
    if (wrapped) Prepare("BEGIN", false, &outcome);
    const size_t end = unit.steps.size() - (rehearsal && unit.transaction ? 1 : 0);
    bool alive = true;
    for (size_t i = 0; i < end && alive && !outcome.differs(); ++i) {
        const std::string sql = Render(unit.steps[i]);
        if (unit.transaction) {
            const bool control = i == 0 || i + 1 == unit.steps.size();
            alive = StepInTransaction(sql, unit.guarded && !control, &outcome);
        } else {
            Step(sql, &outcome);
            alive = outcome.gaps == 0;
        }
    }
    if (unit.writes && !outcome.differs() && alive) CompareTables(&outcome);
    const bool gap_in_transaction = unit.transaction && !alive;
    if (outcome.differs()) {
        Reset();
    } else if (rehearsal || gap_in_transaction || cluster_.in_transaction()) {
        Prepare("ROLLBACK", false, &outcome);
    }
    if (!outcome.differs() && outcome.gaps > 0 && unit.steps.size() > 1) {
        Prepare("DEALLOCATE ALL", false, &outcome);
    }
    return outcome;
}

void BothSides::CompareTables(Outcome* outcome) {
    // In a failed transaction there is nothing to see.
    for (const std::string& table : tables_) {
        const std::string sql = "SELECT * FROM " + table;
        Judge(sql, truth_.Run(sql), cluster_.Run(sql), outcome);
        if (!outcome->differs()) continue;
        outcome->kind = "afterwards " + outcome->kind;
        outcome->difference = "  of table " + table + ":\n" + outcome->difference;
        return;
    }
}

void BothSides::Reset() {
    cluster_.Reopen();
    truth_.Reopen();
}

Outcome BothSides::Define(const std::string& sql) {
    Outcome outcome;
    Step(sql, &outcome);
    return outcome;
}

Outcome BothSides::Build(const Schema& schema) {
    tables_.clear();
    truth_.MakeSchemaAnew();
    cluster_.MakeSchemaAnew();
    Outcome outcome;
    const auto all = [&](const std::vector<std::string>& statements) {
        for (const std::string& sql : statements) {
            Step(sql, &outcome);
            if (!outcome.differs() && outcome.gaps + outcome.errors == 0) continue;
            if (!outcome.differs()) {
                outcome.kind = "no such schema";
                outcome.difference =
                    outcome.gaps > 0 ? outcome.refusals.back() : outcome.messages.back();
                outcome.difference += "\n";
            }
            outcome.difference = sql + "\n" + outcome.difference;
            return false;
        }
        return true;
    };
    if (!all(schema.prologue)) return outcome;
    for (const Table& table : schema.tables) {
        if (!all(table.create)) return outcome;
        if (!table.spread.empty()) {
            const Answer answer = cluster_.Run(table.spread);
            if (!answer.ok()) {
                outcome.kind = "not distributed";
                outcome.difference = table.spread + "\n" + Describe(answer, 0) + "\n";
                return outcome;
            }
        }
        if (!all(table.finish) || !all(table.contents)) return outcome;
        if (table.kind != Table::Kind::kView) tables_.push_back(table.name);
    }
    CompareTables(&outcome);
    return outcome;
}

}  // namespace pgspan::test
