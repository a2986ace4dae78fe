// The account that PostgreSQL runs as. PostgreSQL refuses to run as root, so root's clusters belong
// to the unprivileged account `postgres` that PostgreSQL's packages make; everyone else's clusters
// run as themselves.
#pragma once

#include <sys/types.h>

#include <string>

#include "control/outcome.h"

namespace pgspan::control {

struct Account {
    std::string name;
    uid_t user = 0;
    gid_t group = 0;
    bool switch_needed = false;  // this program runs as root and must become the account
};

Outcome<Account> ServerAccount();

// Whether the account can do `mode` (R_OK, W_OK, X_OK of access(2)) with the file or folder.
Outcome<bool> CanAccess(const Account& account, const std::string& path, int mode);

// Becomes the account for good: groups, group, user. For a child between fork and exec.
// Returns 0 or an errno.
int BecomeAccount(const Account& account);

}  // namespace pgspan::control
