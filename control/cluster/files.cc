#include "control/cluster/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace pgspan::control {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kSameUser = static_cast<uid_t>(-1);
constexpr gid_t kSameGroup = static_cast<gid_t>(-1);
constexpr const char* kUnfinishedSuffix = ".new";

Failure CannotWrite(const std::string& path, int number) {
    const bool full = number == ENOSPC || number == EDQUOT;
    return {SystemError("cannot write " + path, number), full ? "free some space on its disk" : "",
            full ? ExitCode::kConfiguration : ExitCode::kFailure};
}

Done WriteAll(int descriptor, const std::string& text, const std::string& path) {
    size_t written = 0;
    while (written < text.size()) {
        const ssize_t count = write(descriptor, text.data() + written, text.size() - written);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return CannotWrite(path, errno);
        written += static_cast<size_t>(count);
    }
    if (fsync(descriptor) != 0) return CannotWrite(path, errno);
    return Success();
}

Done GiveAway(int descriptor, const std::string& path, const Access& access) {
    if (access.user || access.group) {
        if (fchown(descriptor, access.user.value_or(kSameUser),
                   access.group.value_or(kSameGroup)) != 0) {
            return Failure(SystemError("cannot change the owner of " + path, errno), "");
        }
    }
    // After the owner: a change of owner may clear bits; and whatever the umask took away.
    if (fchmod(descriptor, access.mode) != 0) {
        return Failure(SystemError("cannot change the mode of " + path, errno), "");
    }
    return Success();
}

Done SyncFolder(const std::string& path) {
    FileDescriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || fsync(folder.get()) != 0) {
        return Failure(SystemError("cannot write the folder " + path, errno), "");
    }
    return Success();
}

}  // namespace

Done WriteFile(const std::string& path, const std::string& text, const Access& access) {
    const std::string unfinished = path + kUnfinishedSuffix;
    // Left by a process that died; the lock on the cluster says that nobody writes it now.
    unlink(unfinished.c_str());
    FileDescriptor file(open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) return CannotWrite(unfinished, errno);
    Done done = WriteAll(file.get(), text, unfinished);
    if (done) done = GiveAway(file.get(), unfinished, access);
    if (done && rename(unfinished.c_str(), path.c_str()) != 0) {
        done = Failure(SystemError("cannot replace " + path, errno), "");
    }
    if (!done) {
        unlink(unfinished.c_str());
        return done;
    }
    return SyncFolder(fs::path(path).parent_path().string());
}

Outcome<std::string> ReadFile(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    if (stream && stream.peek() != std::ifstream::traits_type::eof()) text << stream.rdbuf();
    if (!stream.is_open() || stream.bad() || text.bad()) {
        const int number = errno;
        return Failure(
            SystemError("cannot read " + path, number), "",
            number == ENOENT || number == ENOTDIR ? ExitCode::kNotFound : ExitCode::kConfiguration);
    }
    return text.str();
}

Outcome<std::string> ReadFileEnd(const std::string& path, size_t bytes_max) {
    std::ifstream stream(path, std::ios::binary | std::ios::ate);
    if (!stream) {
        if (errno == ENOENT) return std::string();
        return Failure(SystemError("cannot read " + path, errno), "", ExitCode::kConfiguration);
    }
    const auto size = static_cast<size_t>(std::max<std::streamoff>(stream.tellg(), 0));
    std::string text(std::min(size, bytes_max), '\0');
    stream.seekg(static_cast<std::streamoff>(size - text.size()));
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
    return text;
}

Done MakeFolder(const std::string& path, const Access& access) {
    if (mkdir(path.c_str(), 0700) != 0) {
        return Failure(SystemError("cannot make the folder " + path, errno),
                       "look at the folder that it lies in, or choose another place: --data DIR",
                       ExitCode::kConfiguration);
    }
    FileDescriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (!folder) return Failure(SystemError("cannot open the folder " + path, errno), "");
    return GiveAway(folder.get(), path, access);
}

Done MakeParents(const std::string& path, mode_t mode, std::vector<std::string>& made) {
    std::vector<fs::path> missing;
    std::error_code error;
    for (fs::path parent = fs::path(path).parent_path(); !fs::exists(parent, error);
         parent = parent.parent_path()) {
        missing.push_back(parent);
    }
    for (auto parent = missing.rbegin(); parent != missing.rend(); ++parent) {
        if (Done done = MakeFolder(parent->string(), {mode, {}, {}}); !done) return done;
        made.push_back(parent->string());
    }
    return Success();
}

Outcome<bool> IsEmptyFolder(const std::string& path, const std::string& file) {
    std::error_code error;
    bool empty = true;
    for (const auto& entry : fs::directory_iterator(path, error)) {
        empty = empty && entry.path().filename() == file + kUnfinishedSuffix;
    }
    if (error) {
        return Failure("cannot look into " + path + ": " + error.message(), "",
                       ExitCode::kConfiguration);
    }
    return empty;
}

Done RemoveContents(const std::string& folder, bool and_folder) {
    std::error_code error;
    std::vector<fs::path> entries;
    for (const auto& entry : fs::directory_iterator(folder, error)) entries.push_back(entry.path());
    // The description goes last: as long as anything is left, the folder is known as a cluster's.
    std::stable_partition(entries.begin(), entries.end(),
                          [](const fs::path& path) { return path.filename() != "cluster.json"; });
    for (const fs::path& entry : entries) {
        if (!error) fs::remove_all(entry, error);
    }
    if (error) {
        return Failure("cannot remove what is in " + folder + ": " + error.message(),
                       "look at its owner and mode, then repeat the command");
    }
    // Empty, it harms nobody; whoever made it where we may not remove it may want it.
    if (and_folder && rmdir(folder.c_str()) != 0 && errno != EBUSY && errno != EACCES &&
        errno != EPERM && errno != EROFS && errno != ENOENT) {
        return Failure(SystemError("cannot remove the folder " + folder, errno), "");
    }
    return Success();
}

Outcome<uint64_t> FreeBytes(const std::string& path) {
    fs::path existing(path);
    std::error_code error;
    while (!fs::exists(existing, error) && existing.has_parent_path() &&
           existing != existing.parent_path()) {
        existing = existing.parent_path();
    }
    struct statvfs space {};
    if (statvfs(existing.c_str(), &space) != 0) {
        return Failure(SystemError("cannot look at the free space of " + existing.string(), errno),
                       "", ExitCode::kConfiguration);
    }
    return static_cast<uint64_t>(space.f_bavail) * space.f_frsize;
}

Outcome<FileDescriptor> LockFolder(const std::string& path) {
    FileDescriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder) {
        return Failure(SystemError("cannot open the folder " + path, errno), "",
                       errno == ENOENT ? ExitCode::kNotFound : ExitCode::kConfiguration);
    }
    if (flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return Failure(SystemError("cannot lock " + path, errno), "");
        return Failure("another pgspan command works on the cluster in " + path,
                       "wait until it has ended, then try again", ExitCode::kRefused);
    }
    struct stat locked {};
    struct stat current {};
    if (fstat(folder.get(), &locked) != 0 || stat(path.c_str(), &current) != 0 ||
        locked.st_ino != current.st_ino || locked.st_dev != current.st_dev) {
        return Failure("the folder " + path + " was removed a moment ago", "try again",
                       ExitCode::kRefused);
    }
    return folder;
}

}  // namespace pgspan::control
