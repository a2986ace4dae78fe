// The fixture of tests that need servers: a session on the coordinator and one on the truth, both
// in a schema of the test's own, which goes away with the test.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/harness/servers.h"
#include "tests/runner/comparison.h"

namespace pgspan::test {

class ClusterTest : public ::testing::Test {
  protected:
    void SetUp() override;
    void TearDown() override;

    Session& cluster() { return *cluster_; }
    Session& truth() { return *truth_; }
    [[nodiscard]] const std::string& schema() const { return schema_; }
    // A new session on the coordinator, in the test's schema.
    Session OpenCoordinator();
    void CloseCluster() { cluster_.reset(); }

    // Runs a statement that must succeed; the failure shows the statement and the answer.
    Answer Do(Session& session, const std::string& sql, std::string_view copy_data = {});
    Answer OnCluster(const std::string& sql, std::string_view copy_data = {}) {
        return Do(cluster(), sql, copy_data);
    }
    // The same on both sides, plain tables on the truth, what distributes them on the cluster
    // alone.
    void OnBoth(const std::string& sql, std::string_view copy_data = {});
    // One value of a statement that must give exactly one.
    std::string Value(Session& session, const std::string& sql);
    std::string Value(const std::string& sql) { return Value(cluster(), sql); }
    long Number(const std::string& sql) { return Number(cluster(), sql); }
    long Number(Session& session, const std::string& sql);
    // Rows as text: columns joined by '|', rows by newlines.
    std::string Rows(Session& session, const std::string& sql);
    std::string Rows(const std::string& sql) { return Rows(cluster(), sql); }
    // The first column of a query.
    std::vector<std::string> Column(const std::string& sql);

    void ExpectError(Session& session, const std::string& sql, const std::string& sqlstate,
                     const std::string& part_of_message = "");
    void ExpectError(const std::string& sql, const std::string& sqlstate,
                     const std::string& part_of_message = "") {
        ExpectError(cluster(), sql, sqlstate, part_of_message);
    }
    void ExpectSameAnswer(const std::string& sql);

  private:
    std::string schema_;
    std::optional<Session> cluster_;
    std::optional<Session> truth_;
};

}  // namespace pgspan::test
