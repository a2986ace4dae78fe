#include "tests/control/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

[[noreturn]] void Become(const std::vector<std::string>& arguments,
                         const std::map<std::string, std::string>& environment,
                         const std::string& prefix) {
    const int input = open("/dev/null", O_RDONLY);
    const int out = open((prefix + ".out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int err = open((prefix + ".err").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (input < 0 || out < 0 || err < 0 || dup2(input, 0) < 0 || dup2(out, 1) < 0 ||
        dup2(err, 2) < 0) {
        _exit(125);
    }
    // A shell's background jobs have them ignored.
    for (const int each : {SIGINT, SIGQUIT}) signal(each, SIG_DFL);
    for (int descriptor = 3; descriptor < 64; ++descriptor) close(descriptor);
    std::vector<std::string> variables;
    std::vector<char*> variable_pointers;
    for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
    for (std::string& variable : variables) variable_pointers.push_back(variable.data());
    variable_pointers.push_back(nullptr);
    std::vector<char*> pointers;
    for (const std::string& argument : arguments) {
        pointers.push_back(const_cast<char*>(argument.c_str()));
    }
    pointers.push_back(nullptr);
    execvpe(pointers[0], pointers.data(), variable_pointers.data());
    _exit(127);
}

}  // namespace

std::string TextOf(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    if (stream && stream.peek() != std::ifstream::traits_type::eof()) text << stream.rdbuf();
    return text.str();
}

Program Program::Start(const std::vector<std::string>& arguments,
                       const std::map<std::string, std::string>& environment,
                       const std::string& prefix) {
    const pid_t id = fork();
    if (id < 0) {
        std::perror("cannot start a process");
        std::abort();
    }
    if (id == 0) Become(arguments, environment, prefix);
    return {id, prefix};
}

Program::Program(Program&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      status_(other.status_),
      ended_(other.ended_),
      prefix_(std::move(other.prefix_)) {}

Program::~Program() {
    if (id_ < 0 || !Runs()) return;
    Signal(SIGKILL);
    waitpid(id_, &status_, 0);
}

std::string Program::out() const {
    return TextOf(prefix_ + ".out");
}

std::string Program::err() const {
    return TextOf(prefix_ + ".err");
}

bool Program::Runs() {
    if (!ended_) ended_ = waitpid(id_, &status_, WNOHANG) == id_;
    return !ended_;
}

void Program::Signal(int signal) const {
    if (!ended_) kill(id_, signal);
}

Ended Program::Wait(std::chrono::milliseconds deadline) {
    const bool in_time = Eventually(deadline, [&] { return !Runs(); });
    if (!in_time) {
        Signal(SIGKILL);
        waitpid(id_, &status_, 0);
        ended_ = true;
    }
    Ended ended{-1, out(), err()};
    if (in_time) {
        ended.code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
    }
    return ended;
}

}  // namespace pgspan::test
