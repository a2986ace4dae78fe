// Proves that a result larger than memory streams from the nodes through the coordinator, whose
// memory stays flat whatever the pace of the client, and that the cancellation of one leaves
// nothing running on any node. PGSPAN_TEST_STREAM_MB: the size of the result (256).
#include "tests/harness/cluster_test.h"
#include "tests/harness/wait.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace pgspan::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr size_t kMegabyte = 1 << 20;
constexpr int kPauses = 16;
// What grew with the result would be hundreds of times as much.
constexpr long kGrowthMaxKb = 1024;
constexpr milliseconds kPatience{20'000};
constexpr milliseconds kSoon{1'000};

size_t ResultBytes() {
    const char* megabytes = std::getenv("PGSPAN_TEST_STREAM_MB");
    return (megabytes == nullptr ? 256 : std::strtoul(megabytes, nullptr, 10)) * kMegabyte;
}

class StreamingTest : public ClusterTest {
  protected:
    static constexpr int kKeys = 64;

    // The join of every row with those of its key makes a large result of a small table.
    void SetUp() override {
        ClusterTest::SetUp();
        table_ = "stream" + std::to_string(cluster().backend_pid());
        OnCluster("CREATE TABLE " + table_ + " (k int, id int, payload text)");
        OnCluster("SELECT create_distributed_table('" + table_ + "', 'k')");
        const double rows = static_cast<double>(ResultBytes()) / 1000;
        rows_of_key_ = static_cast<size_t>(std::ceil(std::sqrt(rows / kKeys)));
        OnCluster("INSERT INTO " + table_ + " SELECT k, i, repeat('x', 1000) FROM " +
                  "generate_series(1, " + std::to_string(kKeys) + ") k, generate_series(1, " +
                  std::to_string(rows_of_key_) + ") i");
        for (const Node& node : Workers()) workers_.push_back(OpenNode(node));
        query_ = "SELECT a.id, b.payload FROM " + table_ + " a JOIN " + table_ + " b USING (k)";
        other_ = OpenCoordinator();
    }

    [[nodiscard]] size_t RowsOfResult() const { return kKeys * rows_of_key_ * rows_of_key_; }

    // Statements of this test that run now: on the workers, or on the coordinator.
    long Running(Session& session) {
        return Number(session,
                      "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> "
                      "pg_backend_pid() AND query LIKE '%" +
                          table_ + "%'");
    }
    long RunningOnWorkers() {
        long running = 0;
        for (Session& worker : workers_) running += Running(worker);
        return running;
    }

    // The client has stopped to read: whatever lies between it and the nodes is full now.
    bool CoordinatorWaitsForClient() {
        return Eventually(kPatience, [&] {
            return Value(*other_,
                         "SELECT coalesce(wait_event, '') FROM pg_stat_activity WHERE "
                         "pid = " +
                             std::to_string(cluster().backend_pid())) == "ClientWrite";
        });
    }

    // Reads all rows, with pauses in which everything before the client fills up.
    void ExpectStreams(const std::string& statement) {
        // What a session keeps after its first statement of this form is its own, not the result's.
        ASSERT_TRUE(cluster().Run(query_ + " WHERE k < 3 AND a.id < 3").ok());
        const int pid = cluster().backend_pid();
        const long idle = PrivateMemoryKb(pid);
        ASSERT_GT(idle, 0);
        long peak = idle;
        long at_nodes = 0;
        size_t rows = 0;
        size_t bytes = 0;
        const size_t step = ResultBytes() / kPauses;
        const auto start = steady_clock::now();
        ASSERT_TRUE(cluster().SendStreaming(statement));
        for (size_t next = step; const std::optional<size_t> size = cluster().NextRow();) {
            ++rows;
            bytes += *size;
            if (bytes < next) continue;
            next += step;
            if (bytes + 2 * step > ResultBytes()) continue;  // the rest fits into the buffers
            ASSERT_TRUE(CoordinatorWaitsForClient()) << "after " << bytes << " bytes";
            peak = std::max(peak, PrivateMemoryKb(pid));
            at_nodes = std::max(at_nodes, RunningOnWorkers());
        }
        const Answer end = cluster().Wait();
        ASSERT_TRUE(end.ok()) << Describe(end, 1);
        peak = std::max(peak, PrivateMemoryKb(pid));
        EXPECT_EQ(rows, RowsOfResult());
        EXPECT_GE(bytes, RowsOfResult() * 1000);
        EXPECT_EQ(at_nodes, 2) << "the nodes were done long before the client";
        EXPECT_LE(peak - idle, kGrowthMaxKb);
        std::printf("%zu MB in %.1f s, memory %ld kB when idle, %ld kB at most\n",
                    bytes / kMegabyte,
                    std::chrono::duration<double>(steady_clock::now() - start).count(), idle, peak);
    }

    // Reads a quarter, cancels, reads what was on its way. How long it took until nothing ran.
    milliseconds CancelInTheMiddle() {
        EXPECT_TRUE(cluster().SendStreaming(query_));
        for (size_t rows = 0; rows < RowsOfResult() / 4; ++rows) {
            EXPECT_TRUE(cluster().NextRow().has_value());
        }
        EXPECT_TRUE(CoordinatorWaitsForClient());
        EXPECT_EQ(RunningOnWorkers(), 2);
        const auto start = steady_clock::now();
        EXPECT_TRUE(cluster().Cancel());
        size_t more = 0;
        while (cluster().NextRow()) ++more;
        EXPECT_EQ(cluster().Wait().sqlstate, "57014");
        EXPECT_LT(more, RowsOfResult() / 2);
        EXPECT_TRUE(
            Eventually(kPatience, [&] { return RunningOnWorkers() + Running(*other_) == 0; }));
        return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
    }

    std::string table_;
    std::string query_;
    size_t rows_of_key_ = 0;
    std::vector<Session> workers_;
    std::optional<Session> other_;
};

TEST_F(StreamingTest, ASelectLeavesTheMemoryOfTheCoordinatorFlat) {
    ExpectStreams(query_);
}

TEST_F(StreamingTest, ACopyLeavesTheMemoryOfTheCoordinatorFlat) {
    ExpectStreams("COPY (" + query_ + ") TO STDOUT");
}

TEST_F(StreamingTest, ACancellationInTheMiddleLeavesNothingRunningWithinASecond) {
    std::vector<milliseconds> times;
    times.reserve(5);
    for (int i = 0; i < 5; ++i) times.push_back(CancelInTheMiddle());
    std::sort(times.begin(), times.end());
    std::printf("nothing ran after %ld to %ld ms\n", static_cast<long>(times.front().count()),
                static_cast<long>(times.back().count()));
    // One of them may meet a machine that is busy with something else.
    EXPECT_LT(times[2], kSoon);
    EXPECT_EQ(Number("SELECT count(*) FROM " + table_), static_cast<long>(kKeys * rows_of_key_));
}

}  // namespace
}  // namespace pgspan::test
