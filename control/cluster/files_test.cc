// Proves that files are private and replaced whole, that removing follows no links, and that a lock
// excludes others.
#include "control/cluster/files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "control/cluster/password.h"

namespace pgspan::control {
namespace {

namespace fs = std::filesystem;

class FilesTest : public testing::Test {
  protected:
    FilesTest() {
        std::string pattern = (fs::temp_directory_path() / "pgspan-files-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    ~FilesTest() override { fs::remove_all(folder_); }

    static mode_t Mode(const std::string& path) {
        struct stat entry {};
        EXPECT_EQ(stat(path.c_str(), &entry), 0) << path;
        return entry.st_mode & 07777;
    }

    std::string folder_;
};

TEST_F(FilesTest, WritesPrivateFilesAndReplacesThem) {
    const std::string path = folder_ + "/file";
    ASSERT_TRUE(WriteFile(path, "one", {0600, {}, {}}).ok());
    EXPECT_EQ(Mode(path), 0600U);
    ASSERT_TRUE(WriteFile(path, "", {0640, {}, {}}).ok());
    EXPECT_EQ(Mode(path), 0640U);
    const auto text = ReadFile(path);
    ASSERT_TRUE(text.ok());
    EXPECT_EQ(*text, "");
    EXPECT_FALSE(fs::exists(path + ".new"));
}

TEST_F(FilesTest, AnUnfinishedFileOfTheDeadIsNoObstacle) {
    const std::string path = folder_ + "/file";
    std::ofstream(path + ".new") << "half";
    ASSERT_TRUE(WriteFile(path, "whole", {0600, {}, {}}).ok());
    EXPECT_EQ(*ReadFile(path), "whole");
}

TEST_F(FilesTest, AMissingFileIsTold) {
    const auto text = ReadFile(folder_ + "/none");
    ASSERT_FALSE(text.ok());
    EXPECT_EQ(text.failure().code, ExitCode::kNotFound);
    EXPECT_EQ(*ReadFileEnd(folder_ + "/none", 10), "");
}

TEST_F(FilesTest, ReadsTheEnd) {
    ASSERT_TRUE(WriteFile(folder_ + "/file", "0123456789", {}).ok());
    EXPECT_EQ(*ReadFileEnd(folder_ + "/file", 3), "789");
    EXPECT_EQ(*ReadFileEnd(folder_ + "/file", 30), "0123456789");
}

TEST_F(FilesTest, MakesParentsAndFoldersWithTheirModes) {
    const std::string path = folder_ + "/a/b/c";
    std::vector<std::string> made;
    ASSERT_TRUE(MakeParents(path, 0755, made).ok());
    EXPECT_EQ(made, (std::vector<std::string>{folder_ + "/a", folder_ + "/a/b"}));
    EXPECT_EQ(Mode(folder_ + "/a"), 0755U);
    ASSERT_TRUE(MakeFolder(path, {0750, {}, {}}).ok());
    EXPECT_EQ(Mode(path), 0750U);
    EXPECT_FALSE(MakeFolder(path, {0750, {}, {}}).ok()) << "it is there already";
}

TEST_F(FilesTest, RemovingFollowsNoLinks) {
    const std::string outside = folder_ + "/outside";
    const std::string inside = folder_ + "/inside";
    fs::create_directories(outside);
    fs::create_directories(inside + "/deep");
    ASSERT_TRUE(WriteFile(outside + "/kept", "x", {}).ok());
    ASSERT_TRUE(WriteFile(inside + "/cluster.json", "x", {}).ok());
    fs::create_directory_symlink(outside, inside + "/deep/link");
    fs::create_directory_symlink(outside, inside + "/link");
    ASSERT_TRUE(RemoveContents(inside, false).ok());
    EXPECT_TRUE(*IsEmptyFolder(inside, "cluster.json"));
    EXPECT_TRUE(fs::exists(outside + "/kept"));
    ASSERT_TRUE(RemoveContents(inside, true).ok());
    EXPECT_FALSE(fs::exists(inside));
    EXPECT_FALSE(RemoveContents(inside, true).ok());
}

TEST_F(FilesTest, AFolderIsEmptyButForAFileThatWasNeverFinished) {
    EXPECT_TRUE(*IsEmptyFolder(folder_, "a"));
    ASSERT_TRUE(WriteFile(folder_ + "/a.new", "x", {}).ok());
    EXPECT_TRUE(*IsEmptyFolder(folder_, "a"));
    EXPECT_FALSE(*IsEmptyFolder(folder_, "b"));
    ASSERT_TRUE(WriteFile(folder_ + "/a", "x", {}).ok());
    EXPECT_FALSE(*IsEmptyFolder(folder_, "a"));
    EXPECT_FALSE(IsEmptyFolder(folder_ + "/none", "a").ok());
}

TEST_F(FilesTest, ALockExcludesOthersUntilItIsGone) {
    {
        const auto lock = LockFolder(folder_);
        ASSERT_TRUE(lock.ok());
        const auto second = LockFolder(folder_);
        ASSERT_FALSE(second.ok());
        EXPECT_EQ(second.failure().code, ExitCode::kRefused);
    }
    EXPECT_TRUE(LockFolder(folder_).ok());
    EXPECT_EQ(LockFolder(folder_ + "/none").failure().code, ExitCode::kNotFound);
}

TEST(PasswordTest, IsLongAndNeverTheSame) {
    const auto one = GeneratePassword();
    const auto other = GeneratePassword();
    ASSERT_TRUE(one.ok());
    EXPECT_EQ(one->size(), 32U);
    EXPECT_NE(*one, *other);
}

}  // namespace
}  // namespace pgspan::control
