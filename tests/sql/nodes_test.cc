// Proves that nodes can be added, disabled, activated, updated and removed, and that a node that
// cannot be added is refused with a clear error and leaves nothing behind. Works in a database of
// its own on the run's servers, so that their cluster stays as it is.
#include "tests/harness/cluster_test.h"

namespace pgspan::test {
namespace {

constexpr const char* kDatabase = "nodes_test";

class NodesTest : public ::testing::Test {
  protected:
    void SetUp() override {
        nodes_ = Nodes();
        for (const Node& node : nodes_) {
            Session session = OpenNode(node);
            Must(session, std::string("DROP DATABASE IF EXISTS ") + kDatabase + " WITH (FORCE)");
            Must(session, std::string("CREATE DATABASE ") + kDatabase);
            Session inside = Open(node);
            Must(inside, "CREATE EXTENSION pgspan");
        }
        coordinator_.emplace(Open(nodes_[0]));
        Must(*coordinator_, "SELECT citus_set_coordinator_host('" + nodes_[0].host + "', " +
                                std::to_string(nodes_[0].port) + ")");
    }

    void TearDown() override {
        coordinator_.reset();
        for (const Node& node : nodes_) {
            Session session = OpenNode(node);
            Must(session, std::string("DROP DATABASE IF EXISTS ") + kDatabase + " WITH (FORCE)");
        }
    }

    static void Must(Session& session, const std::string& sql) {
        const Answer answer = session.Run(sql);
        ASSERT_TRUE(answer.ok()) << sql << "\n" << Describe(answer, 0);
    }

    Session Open(const Node& node) { return OpenOrDie(node.conninfo + " dbname=" + kDatabase); }

    Answer Add(const std::string& host, int port) {
        return coordinator_->Run("SELECT citus_add_node('" + host + "', " + std::to_string(port) +
                                 ")");
    }
    Answer Add(const Node& node) { return Add(node.host, node.port); }

    std::string NodeList() {
        const Answer answer = coordinator_->Run(
            "SELECT string_agg(nodeport || ':' || isactive, ' ' ORDER BY nodeid) FROM "
            "pg_dist_node");
        return answer.ok() ? answer.rows[0][0].value_or("") : answer.message;
    }

    void ExpectRefused(const Answer& answer, const std::string& part_of_message) {
        EXPECT_EQ(answer.kind, AnswerKind::kError) << Describe(answer, 1);
        EXPECT_NE((answer.message + answer.detail + answer.hint).find(part_of_message),
                  std::string::npos)
            << Describe(answer, 0) << " " << answer.hint << "\ndoes not speak of "
            << part_of_message;
    }

    std::vector<Node> nodes_;
    std::optional<Session> coordinator_;
};

TEST_F(NodesTest, AddedWorkersHoldShards) {
    const std::string before = NodeList();
    EXPECT_TRUE(Add(nodes_[1]).ok());
    EXPECT_TRUE(Add(nodes_[2]).ok());
    EXPECT_NE(NodeList(), before);
    Must(*coordinator_, "CREATE TABLE t (k int PRIMARY KEY)");
    Must(*coordinator_, "SELECT create_distributed_table('t', 'k')");
    Must(*coordinator_, "INSERT INTO t SELECT generate_series(1, 100)");
    EXPECT_EQ(Scalar(*coordinator_, "SELECT count(*) FROM t"), "100");
    EXPECT_EQ(Scalar(*coordinator_, "SELECT count(DISTINCT nodeport) FROM citus_shards"), "2");
    // A node with shards stays.
    ExpectRefused(coordinator_->Run("SELECT citus_remove_node('" + nodes_[1].host + "', " +
                                    std::to_string(nodes_[1].port) + ")"),
                  "shard");
    Must(*coordinator_, "DROP TABLE t");
    Must(*coordinator_, "SELECT citus_remove_node('" + nodes_[1].host + "', " +
                            std::to_string(nodes_[1].port) + ")");
    EXPECT_EQ(Scalar(*coordinator_, "SELECT count(*) FROM citus_get_active_worker_nodes()"), "1");
}

TEST_F(NodesTest, ReferenceTablesReachNodesThatAreAddedLater) {
    EXPECT_TRUE(Add(nodes_[1]).ok());
    Must(*coordinator_, "CREATE TABLE r (k int PRIMARY KEY)");
    Must(*coordinator_, "SELECT create_reference_table('r')");
    Must(*coordinator_, "INSERT INTO r SELECT generate_series(1, 10)");
    Must(*coordinator_,
         "CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$");
    Must(*coordinator_,
         "CREATE TRIGGER skipped BEFORE DELETE ON r FOR EACH ROW EXECUTE FUNCTION skip()");
    EXPECT_TRUE(Add(nodes_[2]).ok());
    Session late = Open(nodes_[2]);
    EXPECT_EQ(Scalar(late, "SELECT count(*) FROM r"), "10");
    EXPECT_EQ(late.Run("DELETE FROM r").sqlstate, "0A000");
    Must(*coordinator_, "DELETE FROM r");
    EXPECT_EQ(Scalar(late, "SELECT count(*) FROM r"), "10");
}

TEST_F(NodesTest, ExtensionsAreTheSameOnNodesThatAreAddedLater) {
    Must(*coordinator_, "CREATE SCHEMA tools");
    Must(*coordinator_, "CREATE EXTENSION hstore SCHEMA tools VERSION '1.7'");
    EXPECT_TRUE(Add(nodes_[1]).ok());
    const auto state = [this] {
        Session inside = Open(nodes_[1]);
        return Scalar(inside,
                      "SELECT coalesce(string_agg(extnamespace::regnamespace || ' ' || extversion, "
                      "','), '') FROM pg_extension WHERE extname = 'hstore'");
    };
    EXPECT_EQ(state(), "tools 1.7");
    Must(*coordinator_, "ALTER EXTENSION hstore UPDATE TO '1.8'");
    Must(*coordinator_, "ALTER EXTENSION hstore SET SCHEMA public");
    EXPECT_EQ(state(), "public 1.8");
    Must(*coordinator_, "DROP EXTENSION hstore");
    EXPECT_EQ(state(), "");
}

TEST_F(NodesTest, CastsAndOperatorClassesOfTypesAreOnNodesThatAreAddedLater) {
    Must(*coordinator_, "CREATE TYPE label AS (a int, b int)");
    Must(*coordinator_, "CREATE CAST (int AS date) WITHOUT FUNCTION");
    Must(*coordinator_, "CREATE CAST (label AS text) WITH INOUT AS IMPLICIT");
    Must(*coordinator_,
         "CREATE OPERATOR CLASS label_ops DEFAULT FOR TYPE label USING btree AS OPERATOR 1 <"
         " (record, record), OPERATOR 3 = (record, record), FUNCTION 1 btrecordcmp(record, "
         "record)");
    Must(*coordinator_,
         "CREATE TABLE r (k int PRIMARY KEY, l label, d date GENERATED ALWAYS AS "
         "(k::date) STORED)");
    Must(*coordinator_, "SELECT create_reference_table('r')");
    EXPECT_TRUE(Add(nodes_[1]).ok());
    const auto state = [this] {
        Session inside = Open(nodes_[1]);
        return Scalar(
            inside,
            "SELECT concat_ws(' ', (SELECT string_agg(castsource::regtype || '>' || "
            "casttarget::regtype, ',' ORDER BY casttarget) FROM pg_cast WHERE oid >= 16384),"
            " (SELECT string_agg(opcname, ',') FROM pg_opclass WHERE opcname LIKE 'label%'))");
    };
    EXPECT_EQ(state(), "label>text,integer>date label_ops");
    Must(*coordinator_, "DROP CAST (label AS text)");
    EXPECT_EQ(state(), "integer>date label_ops");
    const std::string node = "('" + nodes_[1].host + "', " + std::to_string(nodes_[1].port) + ")";
    Must(*coordinator_, "SELECT citus_disable_node" + node);
    Must(*coordinator_, "CREATE CAST (label AS varchar) WITH INOUT");
    EXPECT_EQ(state(), "integer>date label_ops");
    Must(*coordinator_, "SELECT citus_activate_node" + node);
    EXPECT_EQ(state(), "label>character varying,integer>date label_ops");
    Must(*coordinator_, "DROP TYPE label CASCADE");
    EXPECT_EQ(state(), "integer>date");
}

TEST_F(NodesTest, ANodeCanBeRemovedAndAddedAgain) {
    EXPECT_TRUE(Add(nodes_[1]).ok());
    Must(*coordinator_, "SELECT citus_remove_node('" + nodes_[1].host + "', " +
                            std::to_string(nodes_[1].port) + ")");
    const Answer again = Add(nodes_[1]);
    EXPECT_TRUE(again.ok()) << Describe(again, 0);
    EXPECT_EQ(Scalar(*coordinator_, "SELECT count(*) FROM citus_get_active_worker_nodes()"), "1");
}

TEST_F(NodesTest, ADisabledNodeIsNotActiveUntilActivated) {
    EXPECT_TRUE(Add(nodes_[1]).ok());
    EXPECT_TRUE(Add(nodes_[2]).ok());
    const std::string node = "('" + nodes_[2].host + "', " + std::to_string(nodes_[2].port) + ")";
    Must(*coordinator_, "SELECT citus_disable_node" + node);
    EXPECT_EQ(Scalar(*coordinator_, "SELECT count(*) FROM citus_get_active_worker_nodes()"), "1");
    Must(*coordinator_, "SELECT citus_activate_node" + node);
    EXPECT_EQ(Scalar(*coordinator_, "SELECT count(*) FROM citus_get_active_worker_nodes()"), "2");
}

TEST_F(NodesTest, AnUnreachableNodeIsRefused) {
    const std::string before = NodeList();
    ExpectRefused(Add("127.0.0.1", 1), "127.0.0.1");
    EXPECT_EQ(NodeList(), before);
}

TEST_F(NodesTest, APresentNodeIsRefused) {
    EXPECT_TRUE(Add(nodes_[1]).ok());
    const std::string before = NodeList();
    ExpectRefused(Add(nodes_[1]), std::to_string(nodes_[1].port));
    EXPECT_EQ(NodeList(), before);
}

TEST_F(NodesTest, ANodeWithoutTheExtensionIsRefused) {
    Session inside = Open(nodes_[2]);
    Must(inside, "DROP EXTENSION pgspan CASCADE");
    const std::string before = NodeList();
    ExpectRefused(Add(nodes_[2]), "extension");
    EXPECT_EQ(NodeList(), before);
    EXPECT_EQ(Scalar(inside, "SELECT count(*) FROM pg_extension WHERE extname = 'pgspan'"), "0");
}

TEST_F(NodesTest, RemovingOrUpdatingAnUnknownNodeIsRefused) {
    ExpectRefused(coordinator_->Run("SELECT citus_remove_node('127.0.0.1', 1)"), "127.0.0.1");
    ExpectRefused(coordinator_->Run("SELECT citus_update_node(4711, '127.0.0.1', 1)"), "4711");
    ExpectRefused(coordinator_->Run("SELECT citus_disable_node('127.0.0.1', 1)"), "127.0.0.1");
}

TEST_F(NodesTest, ANodeGetsNoAddressOfAnotherServer) {
    EXPECT_TRUE(Add(nodes_[1]).ok());
    const std::string list = NodeList();
    const auto update = [this](int group, const std::string& host, int port) {
        return coordinator_->Run("SELECT citus_update_node(nodeid, '" + host + "', " +
                                 std::to_string(port) +
                                 ") FROM pg_dist_node WHERE groupid = " + std::to_string(group));
    };
    const auto groups = [this](const Node& node) {
        Session inside = Open(node);
        return Scalar(inside, "SELECT groupid FROM pg_dist_local_group");
    };
    ExpectRefused(update(1, nodes_[2].host, nodes_[2].port), "does not belong to this cluster");
    EXPECT_EQ(groups(nodes_[2]), "0");
    EXPECT_TRUE(Add(nodes_[2]).ok());
    const std::string both = NodeList();
    EXPECT_NE(both, list);
    // Another name of the other worker, and of the coordinator.
    ExpectRefused(update(1, "localhost", nodes_[2].port), "is the node of group 2, not 1");
    ExpectRefused(update(1, "localhost", nodes_[0].port), "does not belong to this cluster");
    ExpectRefused(update(0, "localhost", nodes_[2].port), "not this server");
    ExpectRefused(update(1, "", 0), "is not the address of a node");
    EXPECT_EQ(NodeList(), both);
    EXPECT_EQ(groups(nodes_[1]), "1");
    EXPECT_EQ(groups(nodes_[2]), "2");
    const Answer moved = update(1, "localhost", nodes_[1].port);
    EXPECT_TRUE(moved.ok()) << Describe(moved, 0);
    Session inside = Open(nodes_[2]);
    EXPECT_EQ(Scalar(inside, "SELECT nodename FROM pg_dist_node WHERE groupid = 1"), "localhost");
}

TEST_F(NodesTest, OldNamesStillWork) {
    const std::string node = "('" + nodes_[1].host + "', " + std::to_string(nodes_[1].port) + ")";
    Must(*coordinator_, "SELECT master_add_node" + node);
    EXPECT_EQ(Scalar(*coordinator_, "SELECT count(*) FROM master_get_active_worker_nodes()"), "1");
    Must(*coordinator_, "SELECT master_remove_node" + node);
    EXPECT_EQ(Scalar(*coordinator_, "SELECT count(*) FROM master_get_active_worker_nodes()"), "0");
}

TEST(PreloadTest, CreateExtensionWithoutPreloadSaysWhatToDo) {
    Session truth = OpenTruth();  // the same PostgreSQL, without shared_preload_libraries
    const Answer answer = truth.Run("CREATE EXTENSION pgspan");
    ASSERT_EQ(answer.kind, AnswerKind::kError);
    EXPECT_NE((answer.message + answer.hint).find("shared_preload_libraries"), std::string::npos)
        << Describe(answer, 0);
}

}  // namespace
}  // namespace pgspan::test
