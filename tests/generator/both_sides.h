// The two servers with the same schema on both: builds it, runs units of statements, says what
// differs. What the cluster refuses with SQLSTATE 0A000 is a gap and not run on PostgreSQL.
#pragma once

#include <string>
#include <vector>

#include "tests/generator/schema.h"
#include "tests/generator/statement_maker.h"
#include "tests/harness/schema_session.h"

namespace pgspan::test {

struct Outcome {
    std::string kind;        // of a difference, in a word or two; empty: none
    std::string difference;  // both sides, for a reader
    // A planner has evaluated what no row reaches, for its estimates. Which do depends on the plans
    // that are considered.
    bool by_estimate = false;
    int statements = 0;
    int errors = 0;  // of PostgreSQL
    int gaps = 0;
    std::vector<std::string> refusals;  // messages of the gaps
    std::vector<std::string> messages;  // of the errors of PostgreSQL

    [[nodiscard]] bool differs() const { return !kind.empty(); }
};

class BothSides {
  public:
    // settings: SQL that both sessions begin with.
    explicit BothSides(const std::string& settings);

    // Makes the schema anew with its first rows.
    Outcome Build(const Schema& schema);
    // One more object on both sides.
    Outcome Define(const std::string& sql);
    // Runs a unit and, if it writes, compares the tables. rehearsal: leaves no trace.
    Outcome Run(const Unit& unit, bool rehearsal);
    // New sessions, out of any transaction.
    void Reset();

  private:
    void Step(const std::string& sql, Outcome* outcome);
    bool StepInTransaction(const std::string& sql, bool guarded, Outcome* outcome);
    void Judge(const std::string& sql, const Answer& truth, const Answer& cluster,
               Outcome* outcome);
    void CompareTables(Outcome* outcome);
    void Prepare(const std::string& sql, bool cluster_only, Outcome* outcome);

    SchemaSession truth_;
    SchemaSession cluster_;
    std::vector<std::string> tables_;
    bool cursor_ordered_ = false;
    std::string prepared_ = "SELECT";  // the last PREPARE
};

}  // namespace pgspan::test
