// Files and folders of a cluster: made private, written whole or not at all.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control/outcome.h"
#include "control/process/file_descriptor.h"

namespace pgspan::control {

struct Access {
    mode_t mode = 0600;
    // Given to this user and group; empty: they stay with who makes them.
    std::optional<uid_t> user;
    std::optional<gid_t> group;
};

// Replaces the file in one step: a reader sees the old or the new text; a crash leaves one of them.
Done WriteFile(const std::string& path, const std::string& text, const Access& access);

// The text, or a Failure whose code is kNotFound when there is no such file.
Outcome<std::string> ReadFile(const std::string& path);

// At most the last `bytes_max` bytes of a file; "" when it is not there.
Outcome<std::string> ReadFileEnd(const std::string& path, size_t bytes_max);

// Fails when it exists already.
Done MakeFolder(const std::string& path, const Access& access);

// Makes the folders that lead to path, as far as they are missing, with this mode. `made` gets
// those that it made, the outermost first, also when it fails.
Done MakeParents(const std::string& path, mode_t mode, std::vector<std::string>& made);

// Whether nothing is in it, but for what a WriteFile of `file` that was killed may have left.
Outcome<bool> IsEmptyFolder(const std::string& path, const std::string& file);

// Removes what the folder holds and, if asked and possible, the folder: one that is the root of a
// disk, or lies where the user may remove nothing, stays. Links are removed, never followed.
Done RemoveContents(const std::string& folder, bool and_folder);

// Bytes that an unprivileged user can still write where path is, or will be.
Outcome<uint64_t> FreeBytes(const std::string& path);

// Holds a folder for this process alone until it is destroyed; nothing stays behind when the
// process dies. Fails with kRefused when another process holds it.
Outcome<FileDescriptor> LockFolder(const std::string& path);

}  // namespace pgspan::control
