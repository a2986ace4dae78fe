#include "tests/control/sandbox.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/harness/ports.h"
#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

std::string Needed(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') {
        std::fprintf(stderr, "%s is not set: run this by ./check, or under tests/with_folder\n",
                     name);
        std::exit(3);
    }
    return value;
}

std::string CommandLine(const std::string& process) {
    std::string text = TextOf(process + "/cmdline");
    std::replace(text.begin(), text.end(), '\0', ' ');
    return text;
}

bool Contains(const std::string& text, const std::string& word) {
    return text.find(word) != std::string::npos;
}

}  // namespace

Sandbox::Sandbox(const std::string& name)
    : folder_(fs::canonical(Needed("PGSPAN_TEST_WORK")).string() + "/" + name),
      program_(Needed("PGSPAN_TEST_BINARY")) {
    fs::create_directories(folder_ + "/home");
    // Root's servers run as another account, which has to pass.
    for (const std::string& each : {folder_, folder_ + "/home"}) chmod(each.c_str(), 0755);
    const char* path = std::getenv("PATH");
    environment_ = {{"PATH", path == nullptr ? "/usr/bin:/bin" : path},
                    {"HOME", folder_ + "/home"},
                    {"XDG_DATA_HOME", folder_ + "/clusters"},
                    {"PGSPAN_PG_BINDIR", Needed("PGSPAN_PG_BINDIR")},
                    {"PGSPAN", program_}};
}

Sandbox::~Sandbox() {
    WipeClusters();
    EXPECT_TRUE(Eventually(seconds(10), [&] { return Processes().empty(); }))
        << "left behind: " << testing::PrintToString(Processes());
    EXPECT_TRUE(Files().empty()) << "left behind: " << testing::PrintToString(Files());
    std::error_code error;
    fs::remove_all(folder_, error);
    EXPECT_FALSE(error) << error.message();
}

std::string Sandbox::ClusterFolder(const std::string& name) const {
    return folder_ + "/clusters/pgspan/" + name;
}

Program Sandbox::Start(const std::vector<std::string>& arguments) {
    std::vector<std::string> all{program_};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return Program::Start(all, environment_, folder_ + "/run" + std::to_string(++runs_));
}

Ended Sandbox::Run(const std::vector<std::string>& arguments) {
    return Start(arguments).Wait();
}

Ended Sandbox::Shell(const std::string& script) {
    return Program::Start({"/bin/bash", "-c", script}, environment_,
                          folder_ + "/run" + std::to_string(++runs_))
        .Wait();
}

int Sandbox::Up(const std::string& name) {
    const int port = FreePorts(2);
    const Ended ended =
        Run({"up", "--name", name, "--workers", "1", "--port", std::to_string(port)});
    EXPECT_EQ(Complaint(ended, 0), "");
    return port;
}

nlohmann::ordered_json Sandbox::Status(int code, const std::string& name) {
    const Ended ended = Run({"status", "-o", "json", "--name", name});
    EXPECT_EQ(Complaint(ended, code), "");
    // Throws, which fails the test, when it is not JSON.
    return nlohmann::ordered_json::parse(ended.out);
}

std::vector<std::string> Sandbox::Processes() const {
    std::vector<std::string> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator("/proc", error)) {
        const std::string process = entry.path().string();
        if (process.find_first_of("0123456789") != std::string("/proc/").size()) continue;
        std::error_code gone;
        const std::string place = fs::read_symlink(process + "/cwd", gone).string();
        if (!gone && place.starts_with(folder_ + "/")) {
            found.push_back(entry.path().filename().string() + " " + CommandLine(process));
        }
    }
    return found;
}

std::vector<std::string> Sandbox::Files() const {
    std::vector<std::string> found;
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ + "/clusters", error)) {
        // The folders that lead to clusters are the user's.
        if (entry.path() != folder_ + "/clusters/pgspan") found.push_back(entry.path().string());
    }
    return found;
}

void Sandbox::WipeClusters() {
    std::vector<std::string> clusters;
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(folder_, error)) {
        if (entry.path().filename() == "cluster.json") {
            clusters.push_back(entry.path().parent_path().string());
        }
    }
    for (const std::string& cluster : clusters) {
        if (testing::Test::HasFailure()) {
            std::fprintf(stderr, "%s", Run({"logs", "--data", cluster}).out.c_str());
        }
        EXPECT_EQ(Complaint(Run({"down", "--wipe", "--data", cluster}), 0), "");
    }
}

std::string Complaint(const Ended& ended, int code, const std::vector<std::string>& words) {
    std::string complaint;
    if (ended.code != code) {
        complaint = "it ended with " + std::to_string(ended.code) + ", not " + std::to_string(code);
    }
    for (const std::string& word : words) {
        if (!Contains(ended.out, word) && !Contains(ended.err, word)) {
            complaint += "\nit does not say '" + word + "'";
        }
    }
    if (complaint.empty()) return "";
    return complaint + "\nstandard output:\n" + ended.out + "\nstandard error:\n" + ended.err;
}

bool IsRoot() {
    return geteuid() == 0;
}

}  // namespace pgspan::test
