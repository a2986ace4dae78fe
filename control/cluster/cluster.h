// Cluster: a cluster on this machine: its folder, its description, its account.
//
//   FOLDER/                  who made it; the server's account may enter
//     cluster.json           the description (spec/cluster_spec.h); marks the folder as ours
//     passfile               libpq's: the superuser's password for every node
//     NODE/                  coordinator, worker1, worker2, ...
//       postgresql.conf pg_hba.conf pg_ident.conf    rendered at every start
//       data/                PostgreSQL's data folder
//       log/                 postgresql-DAY.log; startup.log: what came before the log was open
//       socket/              the Unix socket, where its path is short enough
//
// Root writes nothing into folders that belong to the server's account.
#pragma once

#include <string>
#include <vector>

#include "control/cluster/files.h"
#include "control/postgres/configuration.h"
#include "control/postgres/session.h"
#include "control/process/account.h"
#include "control/spec/cluster_spec.h"

namespace pgspan::control {

struct Place {
    std::string folder;  // absolute
    std::string name;    // as asked for; what the folder is named after unless --data is given
};

// Where the cluster is: `data` if given; else for root /var/lib/pgspan/NAME, and for a user
// XDG_DATA_HOME/pgspan/NAME (~/.local/share). Root's XDG_DATA_HOME counts when it is set.
Outcome<Place> FindPlace(const std::string& name, const std::string& data);

struct Cluster {
    std::string folder;
    ClusterSpec spec;
    Account account;

    static constexpr const char* kDescription = "cluster.json";

    [[nodiscard]] std::string description_file() const { return folder + "/" + kDescription; }
    [[nodiscard]] std::string passfile() const { return folder + "/passfile"; }
    [[nodiscard]] std::string Folder(const NodeSpec& node) const {
        return folder + "/" + node.name;
    }
    [[nodiscard]] std::string Startup(const NodeSpec& node) const;
    [[nodiscard]] NodeFiles Files(const NodeSpec& node) const;
    [[nodiscard]] Address AddressOf(const NodeSpec& node) const;

    // Reads the description. kNotFound: there is no cluster. A cluster that another account made is
    // kConfiguration.
    static Outcome<Cluster> Load(const Place& place);

    // Writes the description.
    [[nodiscard]] Done Save() const;
    // Writes the files that configure a node.
    [[nodiscard]] Done Configure(const NodeSpec& node) const;

    // How folders and files are shared with the server's account: it may enter and read.
    [[nodiscard]] Access SharedFolder() const;
    [[nodiscard]] Access SharedFile() const;
    // What belongs to the server's account alone.
    [[nodiscard]] Access ServersFolder() const;
    [[nodiscard]] Access ServersFile() const;
};

// The last lines of what a node has written, the startup log and the newest log.
Outcome<std::string> LastWords(const Cluster& cluster, const NodeSpec& node, int lines);

// The log that a node writes now: the newest in its folder; "" when there is none.
std::string CurrentLog(const Cluster& cluster, const NodeSpec& node);

}  // namespace pgspan::control
