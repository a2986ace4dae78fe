#include "tests/harness/servers.h"

#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace pgspan::test {
namespace {

[[noreturn]] void Die(const std::string& message) {
    std::fprintf(stderr, "%s\n", message.c_str());
    std::exit(3);
}

std::string Environment(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') {
        Die(std::string(name) + " is not set: run this by ./check, or under tests/with_servers");
    }
    return value;
}

}  // namespace

std::string TruthConninfo() {
    return Environment("PGSPAN_TEST_TRUTH");
}

std::string ClusterConninfo() {
    return Environment("PGSPAN_TEST_CLUSTER");
}

std::vector<Node> Nodes() {
    Session session = OpenCluster();
    const Answer answer = session.Run(
        "SELECT nodeid, nodename, nodeport, groupid = 0 FROM pg_dist_node "
        "ORDER BY groupid = 0 DESC, nodeid");
    if (!answer.ok()) Die("cannot read pg_dist_node: " + answer.message);
    std::vector<Node> nodes;
    for (const Row& row : answer.rows) {
        Node node{std::stoi(*row[0]), *row[1], std::stoi(*row[2]), row[3] == "t", ""};
        // The last host and port in a connection string win.
        node.conninfo = ClusterConninfo() + " host=" + node.host + " port=" + *row[2];
        nodes.push_back(node);
    }
    return nodes;
}

std::vector<Node> Workers() {
    std::vector<Node> nodes = Nodes();
    std::erase_if(nodes, [](const Node& node) { return node.coordinator; });
    return nodes;
}

Session OpenOrDie(const std::string& conninfo) {
    Result<Session> session = Session::Open(conninfo);
    if (!session) Die(session.error().message);
    return std::move(*session);
}

Session OpenTruth() {
    return OpenOrDie(TruthConninfo());
}

Session OpenCluster() {
    return OpenOrDie(ClusterConninfo());
}

Session OpenNode(const Node& node) {
    return OpenOrDie(node.conninfo);
}

Session OpenAsCoordinator(const Node& node) {
    return OpenOrDie(node.conninfo + " options='-c pgspan.internal_session=0'");
}

std::string Scalar(Session& session, const std::string& sql) {
    const Answer answer = session.Run(sql);
    if (!answer.ok() || answer.rows.size() != 1 || answer.rows[0].size() != 1) {
        Die("expected one value of: " + sql + "\ngot: " + std::to_string(answer.rows.size()) +
            " rows, " + answer.sqlstate + " " + answer.message);
    }
    return answer.rows[0][0].value_or("");
}

int PostmasterPid(Session& session) {
    std::ifstream file(Scalar(session, "SHOW data_directory") + "/postmaster.pid");
    int pid = 0;
    file >> pid;
    if (pid <= 1) Die("no postmaster.pid in the data folder of a running server");
    return pid;
}

long PrivateMemoryKb(int pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string word; status >> word;) {
        long kb = 0;
        if (word == "RssAnon:" && status >> kb) return kb;
    }
    return -1;
}

int Pgspan(const std::string& command, std::string* output) {
    const std::string line = "'" + Environment("PGSPAN_TEST_BINARY") + "' " + command +
                             " --name '" + Environment("PGSPAN_TEST_NAME") + "' --data '" +
                             Environment("PGSPAN_TEST_DATA") + "' 2>&1 </dev/null";
    FILE* pipe = popen(line.c_str(), "r");
    if (pipe == nullptr) Die("cannot run " + line);
    char buffer[4096];
    while (fgets(buffer, sizeof buffer, pipe) != nullptr) *output += buffer;
    const int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace pgspan::test
