// The servers of a run, as tests/with_servers has started and exported them: one plain PostgreSQL
// (the truth) and one pgspan cluster. Environment read here, and nowhere else:
//   PGSPAN_TEST_TRUTH    connection string of the plain PostgreSQL
//   PGSPAN_TEST_CLUSTER  connection string of the cluster's coordinator
//   PGSPAN_TEST_BINARY, PGSPAN_TEST_NAME, PGSPAN_TEST_DATA
//                        the pgspan program, the cluster's name and its data folder
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tests/harness/session.h"

namespace pgspan::test {

struct Node {
    int id = 0;
    std::string host;
    int port = 0;
    bool coordinator = false;
    std::string conninfo;
};

std::string TruthConninfo();
std::string ClusterConninfo();

// Every node of the cluster, the coordinator first, as pg_dist_node lists them.
std::vector<Node> Nodes();
std::vector<Node> Workers();

// Aborts the test program with a message when the server cannot be reached: no test of a run
// without servers means anything.
Session OpenOrDie(const std::string& conninfo);
Session OpenTruth();
Session OpenCluster();
Session OpenNode(const Node& node);
// As the coordinator opens its sessions on other nodes (engine/metadata/node_session.h).
Session OpenAsCoordinator(const Node& node);

// The one value of a statement that must succeed with one row and one column; dies otherwise, with
// the statement and what the server said.
std::string Scalar(Session& session, const std::string& sql);

// The process id of the postmaster that answers at conninfo, read from its data folder.
int PostmasterPid(Session& session);

// Memory of a process on this machine that is its own, neither shared nor of a file, in kB; -1 when
// there is no such process.
long PrivateMemoryKb(int pid);

// Runs `pgspan COMMAND` for the cluster of this run; returns its exit status, its output in
// *output.
int Pgspan(const std::string& command, std::string* output);

}  // namespace pgspan::test
