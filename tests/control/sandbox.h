// A place of its own for clusters that a test makes with the program pgspan: a folder, an
// environment in which all clusters lie in that folder, and the promise that nothing is left of
// them: when it ends, every cluster is wiped, and a process or file that stays fails the test.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/control/program.h"

namespace pgspan::test {

class Sandbox {
  public:
    // Below the folder PGSPAN_TEST_WORK (tests/with_folder makes it). Also read from the
    // environment: PGSPAN_TEST_BINARY, the program, and PGSPAN_PG_BINDIR.
    explicit Sandbox(const std::string& name);
    Sandbox(const Sandbox&) = delete;
    ~Sandbox();

    [[nodiscard]] const std::string& folder() const { return folder_; }
    // What the tests' programs see; may be changed.
    std::map<std::string, std::string>& environment() { return environment_; }
    // Where `--name NAME` without `--data` lies.
    [[nodiscard]] std::string ClusterFolder(const std::string& name = "default") const;

    // pgspan with these arguments.
    Program Start(const std::vector<std::string>& arguments);
    Ended Run(const std::vector<std::string>& arguments);
    // A script of the shell, in which $PGSPAN is the program.
    Ended Shell(const std::string& script);

    // `pgspan up` on free ports with one worker, which must succeed; returns the port.
    int Up(const std::string& name = "default");
    // `pgspan status -o json`, which must end with this code.
    nlohmann::ordered_json Status(int code, const std::string& name = "default");

    // Processes that work in the folder or below, as "PID command line".
    [[nodiscard]] std::vector<std::string> Processes() const;
    // Files and folders of clusters.
    [[nodiscard]] std::vector<std::string> Files() const;

  private:
    void WipeClusters();

    std::string folder_;
    std::string program_;
    std::map<std::string, std::string> environment_;
    int runs_ = 0;
};

// Empty, or what is wrong: the code is another one, or a text does not hold these words.
std::string Complaint(const Ended& ended, int code, const std::vector<std::string>& words = {});

bool IsRoot();

}  // namespace pgspan::test
