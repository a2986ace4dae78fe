#include "control/process/account.h"

#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace pgspan::control {

Outcome<Account> ServerAccount() {
    if (geteuid() != 0) {
        const passwd* self = getpwuid(geteuid());
        return Account{self == nullptr ? std::to_string(geteuid()) : self->pw_name, geteuid(),
                       getegid(), false};
    }
    errno = 0;
    const passwd* postgres = getpwnam("postgres");
    if (postgres == nullptr) {
        return Failure(
            "PostgreSQL does not run as root, and this system has no account 'postgres' for it",
            "install PostgreSQL (apt-get install postgresql-15, or ./quickstart), "
            "or run pgspan as an ordinary user",
            ExitCode::kConfiguration);
    }
    return Account{"postgres", postgres->pw_uid, postgres->pw_gid, true};
}

int BecomeAccount(const Account& account) {
    if (!account.switch_needed) return 0;
    if (initgroups(account.name.c_str(), account.group) != 0) return errno;
    if (setgid(account.group) != 0) return errno;
    if (setuid(account.user) != 0) return errno;
    return 0;
}

Outcome<bool> CanAccess(const Account& account, const std::string& path, int mode) {
    if (!account.switch_needed) return access(path.c_str(), mode) == 0;
    // Only a process of the account can tell: its groups and the kernel's rules decide.
    const pid_t child = fork();
    if (child < 0) return Failure(SystemError("cannot start a process", errno), "");
    if (child == 0) {
        if (BecomeAccount(account) != 0) _exit(2);
        _exit(access(path.c_str(), mode) == 0 ? 0 : 1);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return Failure(SystemError("cannot wait for a process", errno), "");
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) {
        return Failure("cannot become the account " + account.name,
                       "run pgspan as root, or as a "
                       "user who owns the cluster",
                       ExitCode::kConfiguration);
    }
    return WEXITSTATUS(status) == 0;
}

}  // namespace pgspan::control
