#include "control/process/process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "control/process/environment.h"

namespace pgspan::control {
namespace {

// What went wrong between fork and exec; travels through a pipe that a successful exec closes.
enum class Stage { kFolder, kOutput, kAccount, kExec };

struct LaunchError {
    Stage stage;
    int number;
};

[[noreturn]] void RunChild(const Program& program, const Account& account, int output,
                           int error_pipe, pid_t parent) {
    const auto fail = [error_pipe](Stage stage, int number) {
        const LaunchError error{stage, number};
        const ssize_t written = write(error_pipe, &error, sizeof error);
        _exit(written == sizeof error ? 126 : 127);
    };
    setsid();
    for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(signal, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    umask(077);
    if (const int number = BecomeAccount(account); number != 0) fail(Stage::kAccount, number);
    // After the change of account, which would undo it.
    if (!program.outlives_us) prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!program.outlives_us && getppid() != parent) _exit(127);
    if (chdir(program.folder.c_str()) != 0) fail(Stage::kFolder, errno);
    if (!program.output_file.empty()) {
        output = open(program.output_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
        if (output < 0) fail(Stage::kOutput, errno);
    }
    const int input = open("/dev/null", O_RDONLY);
    if (input < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) {
        fail(Stage::kOutput, errno);
    }
    if (input > 2) close(input);
    if (output > 2) close(output);
    // Messages are shown to the user and, by tests, compared: one language, whoever runs it.
    setenv("LC_ALL", "C.UTF-8", 1);
    // Not even what our own sessions and psql are left: servers connect to each other.
    ForgetPostgresVariables({});
    std::vector<char*> arguments;
    for (const std::string& argument : program.arguments) {
        arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    execv(arguments[0], arguments.data());
    fail(Stage::kExec, errno);
    _exit(127);
}

Failure Explain(const LaunchError& error, const Program& program, const Account& account) {
    switch (error.stage) {
    case Stage::kFolder:
        return {SystemError("the account " + account.name + " cannot enter " + program.folder,
                            error.number),
                "place the cluster where that account may go (--data DIR)",
                ExitCode::kConfiguration};
    case Stage::kOutput:
        return {SystemError("the account " + account.name + " cannot write " +
                                (program.output_file.empty() ? "output" : program.output_file),
                            error.number),
                "look at the owner and the mode of the folder", ExitCode::kConfiguration};
    case Stage::kAccount:
        return {SystemError("cannot become the account " + account.name, error.number), "",
                ExitCode::kConfiguration};
    case Stage::kExec:
        break;
    }
    return {SystemError("the account " + account.name + " cannot run " + program.arguments[0],
                        error.number),
            "look whether it exists and may be reached and run by that account",
            ExitCode::kConfiguration};
}

std::string LastPart(const std::string& path) {
    return path.substr(path.find_last_of('/') + 1);
}

}  // namespace

Outcome<Process> Process::Start(const Program& program, const Account& account) {
    int error_ends[2];
    int output_ends[2] = {-1, -1};
    if (pipe2(error_ends, O_CLOEXEC) != 0)
        return Failure(SystemError("cannot make a pipe", errno), "");
    FileDescriptor error_reader(error_ends[0]);
    FileDescriptor error_writer(error_ends[1]);
    if (program.output_file.empty() && pipe2(output_ends, O_CLOEXEC) != 0) {
        return Failure(SystemError("cannot make a pipe", errno), "");
    }
    FileDescriptor output_reader(output_ends[0]);
    FileDescriptor output_writer(output_ends[1]);

    const pid_t self = getpid();
    const pid_t id = fork();
    if (id < 0) return Failure(SystemError("cannot start a process", errno), "");
    if (id == 0) RunChild(program, account, output_writer.get(), error_writer.get(), self);

    error_writer.Close();
    output_writer.Close();
    Process process(id, FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, id, 0))),
                    std::move(output_reader));
    process.name_ = LastPart(program.arguments[0]);
    if (!process.ended_) {
        return Failure(SystemError("cannot watch a process", errno),
                       "pgspan needs Linux 5.3 or newer", ExitCode::kConfiguration);
    }
    LaunchError error{};
    ssize_t count = 0;
    do {
        count = read(error_reader.get(), &error, sizeof error);
    } while (count < 0 && errno == EINTR);
    if (count == sizeof error) return Explain(error, program, account);
    if (process.output_pipe_) fcntl(process.output_pipe_.get(), F_SETFL, O_NONBLOCK);
    return process;
}

Process::Process(Process&& other) noexcept
    : name_(std::move(other.name_)),
      id_(std::exchange(other.id_, -1)),
      status_(other.status_),
      ended_(std::move(other.ended_)),
      output_pipe_(std::move(other.output_pipe_)),
      output_(std::move(other.output_)) {}

Process& Process::operator=(Process&& other) noexcept {
    if (this == &other) return *this;
    KillIfRunning();
    name_ = std::move(other.name_);
    id_ = std::exchange(other.id_, -1);
    status_ = other.status_;
    ended_ = std::move(other.ended_);
    output_pipe_ = std::move(other.output_pipe_);
    output_ = std::move(other.output_);
    return *this;
}

Process::~Process() {
    KillIfRunning();
}

void Process::KillIfRunning() {
    if (id_ < 0) return;
    kill(-id_, SIGKILL);  // its session's group: what it started ends with it
    kill(id_, SIGKILL);
    while (waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
}

void Process::TakeOutput() {
    if (!output_pipe_) return;
    char buffer[8192];
    while (true) {
        const ssize_t count = read(output_pipe_.get(), buffer, sizeof buffer);
        if (count > 0) {
            output_.append(buffer, static_cast<size_t>(count));
        } else if (count < 0 && errno == EINTR) {
            continue;
        } else {
            if (count == 0) output_pipe_.Close();
            return;
        }
    }
}

bool Process::Poll() {
    TakeOutput();
    if (id_ < 0) return true;
    const pid_t ended = waitpid(id_, &status_, WNOHANG);
    if (ended != id_) return false;
    TakeOutput();
    id_ = -1;
    return true;
}

Done Process::WaitForEnd(const WaitLimit& limit) {
    while (!Poll()) {
        std::vector<pollfd> descriptors{{ended_.get(), POLLIN, 0}};
        if (output_pipe_) descriptors.push_back({output_pipe_.get(), POLLIN, 0});
        const WaitEnd end = control::Wait(descriptors, limit);
        if (end == WaitEnd::kTimedOut || end == WaitEnd::kInterrupted) return Unended(end);
    }
    return Success();
}

Done Process::WaitForEndOfAll(const WaitLimit& limit) {
    // The program is not reaped meanwhile: the group that would be killed keeps its number.
    for (TakeOutput(); output_pipe_; TakeOutput()) {
        std::vector<pollfd> descriptors{{output_pipe_.get(), POLLIN, 0}};
        const WaitEnd end = control::Wait(descriptors, limit);
        if (end == WaitEnd::kTimedOut || end == WaitEnd::kInterrupted) return Unended(end);
    }
    return WaitForEnd(limit);
}

Failure Process::Unended(WaitEnd end) const {
    return WaitFailure(end, name_ + " (process " + std::to_string(id_) + ")", "");
}

void Process::AskToEnd() const {
    if (id_ >= 0) kill(id_, SIGTERM);
}

bool Process::Succeeded() const {
    return WIFEXITED(status_) && WEXITSTATUS(status_) == 0;
}

std::string Process::HowItEnded() const {
    if (WIFSIGNALED(status_)) return "signal " + std::to_string(WTERMSIG(status_));
    return "exit code " + std::to_string(WEXITSTATUS(status_));
}

void Process::Detach() {
    id_ = -1;
}

Outcome<std::string> Run(const Program& program, const Account& account, const WaitLimit& limit) {
    Outcome<Process> process = Process::Start(program, account);
    if (!process) return process.failure();
    if (Done ended = process->WaitForEnd(limit); !ended) return ended.failure();
    if (!process->Succeeded()) {
        return Failure(LastPart(program.arguments[0]) + " ended with " + process->HowItEnded() +
                           (process->output().empty() ? "" : ":\n" + process->output()),
                       "");
    }
    return process->output();
}

}  // namespace pgspan::control
