// Proves what happens on a full disk: a small one made for the test, which takes root.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/control/sandbox.h"
#include "tests/harness/ports.h"

namespace pgspan::test {
namespace {

namespace fs = std::filesystem;

class FullDiskTest : public testing::Test {
  protected:
    void TearDown() override {
        if (mounted_) {
            sandbox_.Run({"down", "--wipe", "--data", Data()});
            EXPECT_EQ(umount2(disk_.c_str(), MNT_DETACH), 0) << strerror(errno);
        }
    }

    // False: it cannot be made here. The mount is this program's own, and ends with it.
    bool MakeDisk(const std::string& options) {
        if (!IsRoot() || unshare(CLONE_NEWNS) != 0 ||
            mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
            return false;
        }
        fs::create_directory(disk_);
        mounted_ = mount("tmpfs", disk_.c_str(), "tmpfs", 0, (options + ",mode=755").c_str()) == 0;
        return mounted_;
    }

    std::string Data() const { return disk_ + "/cluster"; }

    Ended Up() {
        return sandbox_.Run(
            {"up", "--data", Data(), "--workers", "1", "--port", std::to_string(FreePorts(2))});
    }

    // Takes all the space that is left.
    void Fill() {
        const int file = open((disk_ + "/ballast").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        ASSERT_GE(file, 0);
        const std::string block(1 << 16, 'x');
        ssize_t written = 0;
        do {
            written = write(file, block.data(), block.size());
        } while (written > 0);
        EXPECT_EQ(errno, ENOSPC);
        close(file);
    }

    Sandbox sandbox_{std::string("disk_") +
                     testing::UnitTest::GetInstance()->current_test_info()->name()};
    std::string disk_ = sandbox_.folder() + "/disk";
    bool mounted_ = false;
};

constexpr const char* kNoDisk = "only root can make a small disk to fill";

TEST_F(FullDiskTest, ADiskThatIsTooSmallIsSeenBeforeAnythingIsMade) {
    if (!MakeDisk("size=64m")) GTEST_SKIP() << kNoDisk;
    EXPECT_EQ(Complaint(Up(), 3,
                        {"2 nodes need 400 MB, and there are 6", "free some space", "--data DIR"}),
              "");
    EXPECT_TRUE(fs::is_empty(disk_));
}

TEST_F(FullDiskTest, ADiskThatBecomesFullWhileAClusterIsMadeIsLeftAsItWas) {
    // Space enough, but not for so many files.
    if (!MakeDisk("size=1g,nr_inodes=500")) GTEST_SKIP() << kNoDisk;
    EXPECT_EQ(Complaint(Up(), 1, {"initdb of ", "No space left on device", "free some space"}), "");
    EXPECT_TRUE(fs::is_empty(disk_));
    EXPECT_TRUE(sandbox_.Processes().empty());
}

TEST_F(FullDiskTest, AStoppedClusterStartsAgainWhenThereIsSpaceAgain) {
    if (!MakeDisk("size=420m")) GTEST_SKIP() << kNoDisk;
    ASSERT_EQ(Complaint(Up(), 0), "");
    const std::string data = Data();
    EXPECT_EQ(Complaint(sandbox_.Run({"psql", "--data", data, "--", "-qc",
                                      "CREATE TABLE kept AS SELECT 7 AS a"}),
                        0),
              "");
    ASSERT_EQ(Complaint(sandbox_.Run({"stop", "--data", data}), 0), "");
    Fill();
    EXPECT_EQ(Complaint(sandbox_.Run({"start", "--data", data}), 3,
                        {"No space left on device", "free some space"}),
              "");
    EXPECT_EQ(Complaint(sandbox_.Run({"status", "--data", data}), 9, {"stopped"}), "");
    fs::remove(disk_ + "/ballast");
    EXPECT_EQ(Complaint(sandbox_.Run({"start", "--data", data}), 0), "");
    EXPECT_EQ(sandbox_.Run({"psql", "--data", data, "--", "-XAtc", "TABLE kept"}).out, "7\n");
    // A full disk is what people wipe clusters for.
    Fill();
    EXPECT_EQ(Complaint(sandbox_.Run({"down", "--wipe", "--data", data}), 0), "");
    EXPECT_FALSE(fs::exists(data));
}

TEST_F(FullDiskTest, ADiskOfItsOwnIsEmptiedAndStays) {
    if (!MakeDisk("size=420m")) GTEST_SKIP() << kNoDisk;
    EXPECT_EQ(Complaint(sandbox_.Run({"up", "--data", disk_, "--workers", "1", "--port",
                                      std::to_string(FreePorts(2))}),
                        0),
              "");
    EXPECT_EQ(Complaint(sandbox_.Run({"down", "--wipe", "--data", disk_}), 0, {"are gone"}), "");
    EXPECT_TRUE(fs::is_empty(disk_));
}

}  // namespace
}  // namespace pgspan::test
