#include "control/cluster/create.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "control/cluster/password.h"
#include "control/postgres/installation.h"
#include "control/process/process.h"

namespace pgspan::control {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kNodeBytes = 200ULL * 1024 * 1024;  // an empty node, its WAL, and some room
constexpr const char* kFreeSomeSpace =
    "free some space, ask for fewer --workers, or choose another disk: --data DIR";
constexpr std::chrono::seconds kUndoTime{60};
constexpr std::chrono::seconds kInitdbPatience{10};  // to end a step that it has begun

Done CheckSpace(const std::string& folder, size_t nodes) {
    Outcome<uint64_t> free = FreeBytes(folder);
    if (!free) return free.failure();
    if (*free >= kNodeBytes * nodes) return Success();
    constexpr uint64_t kMebibyte = 1024 * 1024;
    return Failure(fmt::format("{} nodes need {} MB, and there are {} MB free for {}", nodes,
                               kNodeBytes * nodes / kMebibyte, *free / kMebibyte, folder),
                   kFreeSomeSpace, ExitCode::kConfiguration);
}

// Everything that can be found wrong before anything is made.
Outcome<Cluster> Plan(const Creation& creation, const WaitLimit& limit) {
    const Wish& wish = creation.wish;
    Result<ClusterSpec> spec = MakeSpec(creation.place.name, wish.workers.value_or(kDefaultWorkers),
                                        wish.port.value_or(kDefaultPort), wish.settings);
    if (!spec) return Failure(spec.error().message, spec.error().hint, ExitCode::kUsage);
    Outcome<Account> account = ServerAccount();
    if (!account) return account.failure();
    Outcome<Installation> installation = FindInstallation(creation.bindir, *account, limit);
    if (!installation) return installation.failure();
    if (Done done = CheckPortsAreFree(spec->nodes); !done) return done.failure();
    if (Done done = CheckSpace(creation.place.folder, spec->nodes.size()); !done) {
        return done.failure();
    }
    spec->bindir = installation->bindir;
    spec->server_version = installation->version;
    return Cluster{creation.place.folder, std::move(*spec), *account};
}

// The cluster's folder: made now, with the folders that lead there, or found empty.
struct ClaimedFolder {
    FileDescriptor lock;
    std::vector<std::string> made;  // the outermost first
};

Failure InTheWay(const std::string& folder, const std::string& why) {
    return {folder + " is in the way: " + why,
            "choose another --data DIR, or look at what it holds and remove it",
            ExitCode::kRefused};
}

void RemoveEmptyFolders(const std::vector<std::string>& folders) {
    // One that has something in it by now stays, as it must.
    for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) rmdir(folder->c_str());
}

Done ClaimInto(const Cluster& cluster, ClaimedFolder& claimed) {
    const std::string& folder = cluster.folder;
    std::error_code error;
    if (!fs::exists(folder, error)) {
        // The server's account has to pass through root's folders.
        const mode_t mode = cluster.account.switch_needed ? 0755 : 0700;
        if (Done parents = MakeParents(folder, mode, claimed.made); !parents) return parents;
        Done made = MakeFolder(folder, {0700, {}, {}});
        if (made) claimed.made.push_back(folder);
        // If another command was quicker, its lock tells.
        if (!made && !fs::exists(folder, error)) return made;
    }
    if (!fs::is_directory(folder, error)) return InTheWay(folder, "it is not a folder");
    Outcome<FileDescriptor> lock = LockFolder(folder);
    if (!lock) return lock.failure();
    claimed.lock = std::move(*lock);
    Outcome<bool> empty = IsEmptyFolder(folder, Cluster::kDescription);
    if (!empty) return empty.failure();
    if (*empty) return Success();
    if (fs::exists(cluster.description_file(), error)) {
        return Failure("another command has just made a cluster in " + folder,
                       "look at it: pgspan status", ExitCode::kRefused);
    }
    return InTheWay(folder, "it is not empty, and it is not a pgspan cluster");
}

Outcome<ClaimedFolder> ClaimFolder(const Cluster& cluster) {
    ClaimedFolder claimed;
    Done done = ClaimInto(cluster, claimed);
    if (done) return claimed;
    RemoveEmptyFolders(claimed.made);
    return done.failure();
}

Done MakeNodeFolders(const Cluster& cluster, const NodeSpec& node) {
    const NodeFiles files = cluster.Files(node);
    if (Done done = MakeFolder(cluster.Folder(node), cluster.SharedFolder()); !done) return done;
    for (const std::string& folder : {files.data_folder, files.log_folder, files.socket_folder}) {
        if (Done done = MakeFolder(folder, cluster.ServersFolder()); !done) return done;
    }
    return Success();
}

// Every node's initdb, all at the same time.
Done RunInitdb(const Cluster& cluster, const std::string& secret, std::vector<Process>& running,
               const WaitLimit& limit) {
    for (const NodeSpec& node : cluster.spec.nodes) {
        const std::string data = cluster.Files(node).data_folder;
        Outcome<Process> process = Process::Start(
            {{cluster.spec.bindir + "/initdb", "--pgdata", data, "--username", kSuperuser,
              "--pwfile", secret, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale",
              "C.UTF-8", "--data-checksums", "--no-instructions"},
             cluster.Folder(node),
             ""},
            cluster.account);
        if (!process) return process.failure();
        running.push_back(std::move(*process));
    }
    for (size_t i = 0; i < running.size(); i++) {
        if (Done ended = running[i].WaitForEnd(limit); !ended) return ended;
        if (!running[i].Succeeded()) {
            return Failure(
                fmt::format("initdb of {} ended with {}:\n{}", cluster.spec.nodes[i].name,
                            running[i].HowItEnded(), running[i].output()),
                running[i].output().find("No space left on device") == std::string::npos
                    ? ""
                    : kFreeSomeSpace);
        }
    }
    return Success();
}

Done MakeDataFolders(const Cluster& cluster, const std::string& password, const WaitLimit& limit) {
    const std::string secret = cluster.folder + "/initdb-password";
    if (Done done = WriteFile(secret, password + "\n", cluster.ServersFile()); !done) return done;
    std::vector<Process> running;
    if (Done done = RunInitdb(cluster, secret, running, limit); !done) {
        // Killed, the servers that initdb runs would leave their shared memory to the machine.
        for (const Process& process : running) process.AskToEnd();
        const WaitLimit patience = WaitLimit::In(kInitdbPatience);
        for (Process& process : running) {
            // Also the servers: they would go on in the folder that is removed next.
            if (Done ended = process.WaitForEndOfAll(patience); !ended) break;  // killed: `running`
        }
        return done;
    }
    if (unlink(secret.c_str()) != 0) {
        return Failure(SystemError("cannot remove " + secret, errno), "");
    }
    for (const NodeSpec& node : cluster.spec.nodes) {
        // The configuration lies beside the data; files that nobody reads would mislead.
        for (const char* name : {"postgresql.conf", "pg_hba.conf", "pg_ident.conf"}) {
            const std::string path = cluster.Files(node).data_folder + "/" + name;
            if (unlink(path.c_str()) != 0) {
                return Failure(SystemError("cannot remove " + path, errno), "");
            }
        }
    }
    return Success();
}

Done ConnectNodes(const Cluster& cluster, const WaitLimit& limit) {
    for (const NodeSpec& node : cluster.spec.nodes) {
        Outcome<Session> session = Session::Open(cluster.AddressOf(node), limit);
        if (!session) return session.failure();
        Outcome<std::vector<Row>> created = session->Query("CREATE EXTENSION pgspan", limit);
        if (!created) return created.failure();
    }
    Outcome<Session> session = Session::Open(cluster.AddressOf(cluster.spec.coordinator()), limit);
    if (!session) return session.failure();
    for (const NodeSpec& node : cluster.spec.nodes) {
        const char* function =
            node.IsCoordinator() ? "citus_set_coordinator_host" : "citus_add_node";
        Outcome<std::vector<Row>> registered = session->Query(
            fmt::format("SELECT {}('{}', {})", function, kLoopback, node.port), limit);
        if (!registered) return registered.failure();
    }
    return Success();
}

// Precondition: the folder is ours, empty and locked.
Done Build(Cluster& cluster, const Progress& progress, const WaitLimit& limit) {
    // From here on the folder is known as a cluster in the making, whatever happens to this
    // process.
    if (Done done = cluster.Save(); !done) return done;
    FileDescriptor folder(open(cluster.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const Access access = cluster.SharedFolder();
    if (!folder ||
        fchown(folder.get(), static_cast<uid_t>(-1),
               access.group.value_or(static_cast<gid_t>(-1))) != 0 ||
        fchmod(folder.get(), access.mode) != 0) {
        return Failure(SystemError("cannot share the folder " + cluster.folder, errno), "");
    }
    Outcome<bool> reachable = CanAccess(cluster.account, cluster.folder, R_OK | X_OK);
    if (!reachable) return reachable.failure();
    if (!*reachable) {
        return Failure(fmt::format("the account {}, which PostgreSQL runs as, cannot reach {}",
                                   cluster.account.name, cluster.folder),
                       "open the folders that lead there (chmod a+x), or choose another --data DIR",
                       ExitCode::kConfiguration);
    }
    Outcome<std::string> password = GeneratePassword();
    if (!password) return password.failure();
    Done done = WriteFile(cluster.passfile(), RenderPassfile(cluster.spec, *password),
                          cluster.ServersFile());
    if (!done) return done;
    for (const NodeSpec& node : cluster.spec.nodes) {
        if (done = MakeNodeFolders(cluster, node); !done) return done;
    }
    progress(fmt::format("making the data folders of {} nodes", cluster.spec.nodes.size()));
    if (done = MakeDataFolders(cluster, *password, limit); !done) return done;
    Outcome<std::vector<std::string>> started =
        StartNodes(cluster, Unfinished::kKill, progress, limit);
    if (!started) return started.failure();
    progress("connecting the nodes");
    if (done = ConnectNodes(cluster, limit); !done) return done;
    cluster.spec.phase = Phase::kReady;
    return cluster.Save();
}

}  // namespace

Outcome<Cluster> CreateCluster(const Creation& creation, const Progress& progress,
                               const WaitLimit& limit) {
    Outcome<Cluster> planned = Plan(creation, limit);
    if (!planned) return planned;
    Cluster cluster = std::move(*planned);
    Outcome<ClaimedFolder> claimed = ClaimFolder(cluster);
    if (!claimed) return claimed.failure();
    // Links are resolved once and for all: servers are known by the real path of their data.
    std::error_code error;
    const std::string real_path = fs::canonical(cluster.folder, error).string();
    if (error) return Failure("cannot resolve " + cluster.folder + ": " + error.message(), "");
    cluster.folder = real_path;

    Done built = Build(cluster, progress, limit);
    if (built) return cluster;
    const Failure& failure = built.failure();
    progress("removing what was made so far");
    Done removed = RemoveCluster(cluster, false, progress, WaitLimit::In(kUndoTime));
    RemoveEmptyFolders(claimed->made);
    if (!removed) {
        return Failure(failure.message + "\nand then: " + removed.failure().message,
                       "remove the rest with: pgspan down --wipe", failure.code);
    }
    // The hints of a wait speak of a cluster that is there.
    if (failure.code == ExitCode::kInterrupted || failure.code == ExitCode::kTimedOut) {
        return Failure(failure.message, "nothing of the cluster is left; run the command again",
                       failure.code);
    }
    return failure;
}

Done RemoveCluster(const Cluster& cluster, bool and_folder, const Progress& progress,
                   const WaitLimit& limit) {
    // What is removed next needs no checkpoint.
    Outcome<std::vector<std::string>> stopped =
        StopNodes(cluster, StopMode::kImmediate, progress, limit);
    if (!stopped) return stopped.failure();
    Cluster removed = cluster;
    if (removed.spec.phase == Phase::kReady) {
        removed.spec.phase = Phase::kRemoving;
        // A disk too full for this is all the more reason to go on.
        if (Done saved = removed.Save(); !saved) progress(saved.failure().message);
    }
    return RemoveContents(cluster.folder, and_folder);
}

}  // namespace pgspan::control
