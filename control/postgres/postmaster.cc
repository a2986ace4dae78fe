#include "control/postgres/postmaster.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "control/postgres/postmaster_file.h"

namespace pgspan::control {
namespace {

namespace fs = std::filesystem;

// Every process of a server works in its data folder; nothing else has a reason to, except a shell
// that someone took there, which the program's name tells apart.
bool IsServerProcessOf(pid_t id, const std::string& data_folder) {
    std::error_code error;
    const std::string proc = "/proc/" + std::to_string(id);
    if (fs::read_symlink(proc + "/cwd", error) != data_folder || error) return false;
    std::string program = fs::read_symlink(proc + "/exe", error).filename().string();
    // An upgrade of the package replaces the file of a running server.
    if (const size_t mark = program.find(" (deleted)"); mark != std::string::npos) {
        program.resize(mark);
    }
    return !error && program == "postgres";
}

FileDescriptor OpenProcess(pid_t id) {
    return FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, id, 0)));
}

std::vector<Postmaster> ServerProcesses(const std::string& data_folder) {
    std::vector<Postmaster> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator("/proc", error)) {
        const std::string name = entry.path().filename().string();
        pid_t id = 0;
        const auto [rest, bad] = std::from_chars(name.data(), name.data() + name.size(), id);
        if (bad != std::errc() || rest != name.data() + name.size()) continue;
        FileDescriptor process = OpenProcess(id);
        // Looked at after the descriptor is open, so that both speak of the same process.
        if (process && IsServerProcessOf(id, data_folder)) {
            found.push_back({id, std::move(process), false});
        }
    }
    return found;
}

}  // namespace

Done Postmaster::Signal(int signal) const {
    if (syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0) != 0 && errno != ESRCH) {
        return Failure(SystemError("cannot signal process " + std::to_string(id), errno),
                       "run pgspan as root, or as the user who owns the cluster");
    }
    return Success();
}

Outcome<ServerState> FindServer(const std::string& data_folder) {
    const std::string path = data_folder + "/postmaster.pid";
    std::ifstream stream(path);
    if (!stream) {
        if (errno == ENOENT) return ServerState{};
        return Failure(SystemError("cannot read " + path, errno),
                       "run pgspan as root, or as the user who owns the cluster",
                       ExitCode::kConfiguration);
    }
    std::ostringstream text;
    text << stream.rdbuf();
    ServerState state;
    state.left_behind = true;
    const Result<PostmasterFile> file = ParsePostmasterFile(text.str());
    // A file that is empty or broken was left by a machine that lost its power.
    if (!file) return state;
    FileDescriptor process = OpenProcess(file->process);
    if (process && IsServerProcessOf(file->process, data_folder)) {
        state.postmaster = Postmaster{file->process, std::move(process), file->ready};
        state.left_behind = false;
    }
    return state;
}

Done WaitForEmptyFolder(const std::string& data_folder, std::chrono::milliseconds patience,
                        const WaitLimit& limit) {
    const auto patience_end = std::chrono::steady_clock::now() + patience;
    bool told = false;
    while (true) {
        const std::vector<Postmaster> processes = ServerProcesses(data_folder);
        if (processes.empty()) return Success();
        const auto now = std::chrono::steady_clock::now();
        if (!told && now >= patience_end) {
            for (const Postmaster& process : processes) {
                if (Done signalled = process.Signal(SIGQUIT); !signalled) return signalled;
            }
            told = true;
        }
        std::vector<pollfd> descriptors{{processes.front().process.get(), POLLIN, 0}};
        const auto pause =
            told ? std::chrono::milliseconds(1000)
                 : std::chrono::duration_cast<std::chrono::milliseconds>(patience_end - now) +
                       std::chrono::milliseconds(1);
        const WaitEnd end = Wait(descriptors, limit, pause);
        if (end == WaitEnd::kTimedOut || end == WaitEnd::kInterrupted) {
            return WaitFailure(end,
                               "process " + std::to_string(processes.front().id) +
                                   " of PostgreSQL in " + data_folder + " to end",
                               "look what it does; as the last resort: kill -QUIT " +
                                   std::to_string(processes.front().id));
        }
    }
}

Done ClearForStart(const std::string& data_folder, std::chrono::milliseconds patience,
                   const WaitLimit& limit) {
    if (Done empty = WaitForEmptyFolder(data_folder, patience, limit); !empty) return empty;
    Outcome<ServerState> server = FindServer(data_folder);
    if (!server) return server.failure();
    if (!server->left_behind) return Success();
    const std::string path = data_folder + "/postmaster.pid";
    if (unlink(path.c_str()) != 0 && errno != ENOENT) {
        return Failure(SystemError("cannot remove " + path + ", which a killed server left", errno),
                       "");
    }
    return Success();
}

}  // namespace pgspan::control
