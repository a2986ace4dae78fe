#include "control/postgres/installation.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "control/process/process.h"

namespace pgspan::control {
namespace {

constexpr const char* kVersionsFolder = "/usr/lib/postgresql";  // Debian's, a folder a version

std::string Trimmed(std::string text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
    return text;
}

Outcome<std::string> AskPgConfig(const std::string& program, const char* question,
                                 const Account& account, const WaitLimit& limit) {
    Outcome<std::string> answer = Run({{program, question}, "/", ""}, account, limit);
    if (!answer) return answer.failure();
    return Trimmed(*answer);
}

// Why the PostgreSQL in bindir cannot run nodes, or what it is.
Outcome<Installation> Examine(const std::string& bindir, const Account& account,
                              const WaitLimit& limit) {
    for (const char* tool : {"postgres", "initdb", "pg_config", "psql"}) {
        const std::string path = bindir + "/" + tool;
        Outcome<bool> usable = CanAccess(account, path, X_OK);
        if (!usable) return usable.failure();
        if (!*usable) {
            return Failure(
                fmt::format("{} is missing, or the account {} may not run it", path, account.name),
                "install it with: apt-get install postgresql-15", ExitCode::kConfiguration);
        }
    }
    const std::string pg_config = bindir + "/pg_config";
    Outcome<std::string> version = AskPgConfig(pg_config, "--version", account, limit);
    if (!version) return version.failure();
    // "PostgreSQL 15.4 (Debian 15.4-1)"
    const size_t space = version->find(' ');
    const std::string number = space == std::string::npos ? "" : version->substr(space + 1);
    const int major = std::atoi(number.c_str());
    if (major < kOldestServer) {
        return Failure(fmt::format("{} is '{}', and pgspan needs PostgreSQL {} or newer", bindir,
                                   *version, kOldestServer),
                       "install it with: apt-get install postgresql-15", ExitCode::kConfiguration);
    }
    Outcome<std::string> library = AskPgConfig(pg_config, "--pkglibdir", account, limit);
    if (!library) return library.failure();
    Outcome<std::string> share = AskPgConfig(pg_config, "--sharedir", account, limit);
    if (!share) return share.failure();
    for (const std::string& path :
         {*library + "/pgspan.so", *share + "/extension/pgspan.control"}) {
        Outcome<bool> readable = CanAccess(account, path, R_OK);
        if (!readable) return readable.failure();
        if (!*readable) {
            return Failure(fmt::format("the PostgreSQL in {} does not have the extension pgspan: "
                                       "no readable {}",
                                       bindir, path),
                           "build and install it: ./quickstart, or cmake --install BUILD",
                           ExitCode::kConfiguration);
        }
    }
    return Installation{bindir, number};
}

// Newest first.
Outcome<std::vector<std::string>> Candidates(const Account& account, const WaitLimit& limit) {
    std::vector<std::pair<double, std::string>> versions;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(kVersionsFolder, error)) {
        const std::string bindir = entry.path().string() + "/bin";
        if (access((bindir + "/postgres").c_str(), X_OK) == 0) {
            versions.emplace_back(std::atof(entry.path().filename().c_str()), bindir);
        }
    }
    std::sort(versions.rbegin(), versions.rend());
    std::vector<std::string> bindirs;
    bindirs.reserve(versions.size());
    for (auto& [version, bindir] : versions) bindirs.push_back(bindir);

    const char* path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string program = folder + "/pg_config";
        if (folder.empty() || access(program.c_str(), X_OK) != 0) continue;
        Outcome<std::string> bindir = AskPgConfig(program, "--bindir", account, limit);
        if (!bindir) return bindir.failure();
        const bool known = std::find(bindirs.begin(), bindirs.end(), *bindir) != bindirs.end();
        // pg_config comes with the client's headers too, where no server need be.
        if (!known && access((*bindir + "/postgres").c_str(), X_OK) == 0)
            bindirs.push_back(*bindir);
        break;
    }
    return bindirs;
}

}  // namespace

Outcome<Installation> FindInstallation(const std::string& bindir, const Account& account,
                                       const WaitLimit& limit) {
    const char* variable = std::getenv(kBindirVariable);
    const std::string named =
        !bindir.empty() ? bindir : (variable == nullptr ? "" : std::string(variable));
    if (!named.empty()) {
        Outcome<Installation> examined =
            Examine(std::filesystem::absolute(named).lexically_normal().string(), account, limit);
        if (examined) return examined;
        return Failure(
            examined.failure().message,
            fmt::format("it was named by {}; {}", bindir.empty() ? kBindirVariable : "--pg-bindir",
                        examined.failure().hint),
            examined.failure().code);
    }
    Outcome<std::vector<std::string>> candidates = Candidates(account, limit);
    if (!candidates) return candidates.failure();
    if (candidates->empty()) {
        return Failure(fmt::format("no PostgreSQL server was found (looked in {}/*/bin and for "
                                   "pg_config in PATH)",
                                   kVersionsFolder),
                       fmt::format("install it with: apt-get install postgresql-15; or name its "
                                   "folder of programs by --pg-bindir or {}",
                                   kBindirVariable),
                       ExitCode::kConfiguration);
    }
    // Of several failures the newest version's says most.
    Outcome<Installation> newest = Examine(candidates->front(), account, limit);
    if (newest) return newest;
    for (size_t i = 1; i < candidates->size(); i++) {
        Outcome<Installation> other = Examine((*candidates)[i], account, limit);
        if (other) return other;
    }
    return newest;
}

}  // namespace pgspan::control
