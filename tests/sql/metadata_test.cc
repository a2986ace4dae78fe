// Proves that the metadata that users query has the columns and the truth that they expect: nodes,
// tables, shards, placements, sizes; and that run_command_on_* run where they say.
#include "tests/harness/cluster_test.h"

namespace pgspan::test {
namespace {

class MetadataTest : public ClusterTest {
  protected:
    void MakeTables() {
        OnCluster("CREATE TABLE orders (tenant int, id int, note text, PRIMARY KEY (tenant, id))");
        OnCluster("CREATE TABLE lines (tenant int, order_id int, no int)");
        OnCluster("CREATE TABLE kinds (id int PRIMARY KEY, label text)");
        OnCluster("SELECT create_distributed_table('orders', 'tenant', shard_count => 6)");
        OnCluster("SELECT create_distributed_table('lines', 'tenant', colocate_with => 'orders')");
        OnCluster("SELECT create_reference_table('kinds')");
        OnCluster(
            "INSERT INTO orders SELECT g % 50, g, repeat('x', 200) FROM generate_series(1, 2000) "
            "g");
        OnCluster("INSERT INTO kinds SELECT g, 'k' || g FROM generate_series(1, 100) g");
    }

    std::string ColumnNames(const std::string& relation) {
        std::string names;
        for (const test::Column& column :
             OnCluster("SELECT * FROM " + relation + " LIMIT 0").columns) {
            names += (names.empty() ? "" : " ") + column.name;
        }
        return names;
    }
};

TEST_F(MetadataTest, RelationsHaveTheColumnsThatUsersQuery) {
    EXPECT_EQ(ColumnNames("pg_dist_node"),
              "nodeid groupid nodename nodeport noderack hasmetadata isactive noderole nodecluster "
              "metadatasynced shouldhaveshards");
    EXPECT_EQ(ColumnNames("pg_dist_partition"),
              "logicalrelid partmethod partkey colocationid repmodel autoconverted");
    EXPECT_EQ(ColumnNames("pg_dist_shard"),
              "logicalrelid shardid shardstorage shardminvalue shardmaxvalue");
    EXPECT_EQ(ColumnNames("pg_dist_placement"),
              "placementid shardid shardstate shardlength groupid");
    EXPECT_EQ(ColumnNames("pg_dist_colocation"),
              "colocationid shardcount replicationfactor distributioncolumntype "
              "distributioncolumncollation");
    EXPECT_EQ(ColumnNames("citus_tables"),
              "table_name citus_table_type distribution_column colocation_id table_size "
              "shard_count table_owner access_method");
    EXPECT_EQ(ColumnNames("citus_shards"),
              "table_name shardid shard_name citus_table_type colocation_id nodename nodeport "
              "shard_size");
}

TEST_F(MetadataTest, NodesAreOneCoordinatorAndTwoWorkers) {
    EXPECT_EQ(Rows("SELECT groupid = 0, count(*), bool_and(isactive), min(noderole::text) FROM "
                   "pg_dist_node GROUP BY 1 ORDER BY 1"),
              "f|2|t|primary\nt|1|t|primary");
    EXPECT_EQ(Number("SELECT count(*) FROM citus_get_active_worker_nodes()"), 2);
    EXPECT_EQ(Rows("SELECT * FROM citus_get_active_worker_nodes() ORDER BY 1, 2"),
              Rows("SELECT nodename, nodeport FROM pg_dist_node WHERE groupid > 0 ORDER BY 1, 2"));
    EXPECT_EQ(Rows("SELECT * FROM master_get_active_worker_nodes() ORDER BY 1, 2"),
              Rows("SELECT * FROM citus_get_active_worker_nodes() ORDER BY 1, 2"));
}

TEST_F(MetadataTest, EveryNodeKnowsTheSame) {
    MakeTables();
    const std::string of_schema = " WHERE logicalrelid::text LIKE '" + schema() + ".%' ";
    const std::string nodes =
        "SELECT nodeid, groupid, nodename, nodeport, isactive, shouldhaveshards FROM pg_dist_node";
    const std::string partitions =
        "SELECT logicalrelid::regclass::text, partmethod, colocationid FROM pg_dist_partition";
    const std::string shards =
        "SELECT logicalrelid::regclass::text, shardid, shardminvalue, shardmaxvalue FROM "
        "pg_dist_shard";
    const std::vector<std::string> queries = {
        nodes + " ORDER BY 1", partitions + of_schema + "ORDER BY 1",
        shards + of_schema + "ORDER BY 2",
        "SELECT shardid, groupid FROM pg_dist_placement ORDER BY 1, 2",
        "SELECT * FROM pg_dist_colocation ORDER BY 1"};
    OnCluster("SET search_path = pg_catalog");
    for (const std::string& query : queries) {
        const std::string expected = Rows(query);
        EXPECT_NE(expected, "") << query;
        for (const Node& node : Workers()) {
            Session session = OpenNode(node);
            Do(session, "SET search_path = pg_catalog");
            EXPECT_EQ(Rows(session, query), expected) << "on port " << node.port << ": " << query;
        }
    }
}

TEST_F(MetadataTest, OnlyTheCoordinatorIsTheCoordinator) {
    EXPECT_EQ(Value("SELECT citus_is_coordinator()"), "t");
    for (const Node& node : Workers()) {
        Session session = OpenNode(node);
        EXPECT_EQ(Value(session, "SELECT citus_is_coordinator()"), "f");
    }
}

TEST_F(MetadataTest, VersionNamesPgspan) {
    EXPECT_NE(Value("SELECT citus_version()").find("pgspan"), std::string::npos);
}

TEST_F(MetadataTest, HealthCheckCoversEveryPairOfNodes) {
    EXPECT_EQ(Rows("SELECT count(*), bool_and(result) FROM citus_check_cluster_node_health()"),
              "9|t");
}

TEST_F(MetadataTest, CitusTablesTellsKindKeyAndShards) {
    MakeTables();
    EXPECT_EQ(Rows("SELECT table_name, citus_table_type, distribution_column, shard_count, "
                   "table_owner, access_method FROM citus_tables WHERE table_name IN "
                   "('orders'::regclass, 'lines'::regclass, 'kinds'::regclass) "
                   "ORDER BY table_name::text"),
              "kinds|reference|<none>|1|postgres|heap\n"
              "lines|distributed|tenant|6|postgres|heap\n"
              "orders|distributed|tenant|6|postgres|heap");
    EXPECT_EQ(Value("SELECT count(DISTINCT colocation_id) FROM citus_tables WHERE table_name IN "
                    "('orders'::regclass, 'lines'::regclass)"),
              "1");
}

TEST_F(MetadataTest, ShardsOfColocatedTablesLiveTogetherOnAllWorkers) {
    MakeTables();
    EXPECT_EQ(Rows("SELECT count(*), count(DISTINCT nodeport) FROM citus_shards WHERE table_name = "
                   "'orders'::regclass"),
              "6|2");
    EXPECT_EQ(Number("SELECT count(*) FROM citus_shards WHERE table_name = 'kinds'::regclass"),
              Number("SELECT count(*) FROM pg_dist_node"));
    const std::string port_of_every_tenant =
        "SELECT string_agg(nodeport::text, ',' ORDER BY tenant) FROM generate_series(0, 49) tenant "
        "JOIN citus_shards ON shardid = get_shard_id_for_distribution_column(";
    EXPECT_EQ(Value(port_of_every_tenant + "'orders', tenant)"),
              Value(port_of_every_tenant + "'lines', tenant)"));
}

TEST_F(MetadataTest, DefaultShardCountIs32AndSettingsChangeIt) {
    OnCluster("CREATE TABLE a (k int)");
    OnCluster("CREATE TABLE b (k int)");
    OnCluster("CREATE TABLE c (k int)");
    OnCluster("SELECT create_distributed_table('a', 'k', colocate_with => 'none')");
    OnCluster("SET citus.shard_count = 5");
    OnCluster("SELECT create_distributed_table('b', 'k', colocate_with => 'none')");
    OnCluster("SET pgspan.shard_count = 7");
    OnCluster("SELECT create_distributed_table('c', 'k', colocate_with => 'none')");
    EXPECT_EQ(Rows("SELECT table_name, shard_count FROM citus_tables WHERE table_name IN "
                   "('a'::regclass, 'b'::regclass, 'c'::regclass) ORDER BY table_name::text"),
              "a|32\nb|5\nc|7");
}

TEST_F(MetadataTest, EveryRowIsInTheOneShardThatItsKeyNames) {
    MakeTables();
    const Answer shards = OnCluster(
        "SELECT shardid, success, result FROM run_command_on_shards('orders', "
        "'SELECT string_agg(DISTINCT tenant::text, '','') FROM %s')");
    ASSERT_EQ(shards.rows.size(), 6U);
    int tenants = 0;
    for (const Row& row : shards.rows) {
        ASSERT_EQ(row[1], "t") << row[2].value_or("");
        if (!row[2] || row[2]->empty()) continue;
        std::string list = *row[2];
        list.insert(0, "'{").append("}'::int[]");
        EXPECT_EQ(Value("SELECT string_agg(DISTINCT get_shard_id_for_distribution_column('orders', "
                        "k)::text, ',') FROM unnest(" +
                        list + ") k"),
                  *row[0]);
        tenants += static_cast<int>(Number("SELECT cardinality(" + list + ")"));
    }
    EXPECT_EQ(tenants, 50);
    EXPECT_EQ(Number("SELECT sum(result::int) FROM run_command_on_shards('orders', 'SELECT "
                     "count(*) FROM %s')"),
              2000);
}

TEST_F(MetadataTest, ShellsHoldNoRows) {
    MakeTables();
    for (const Node& node : Nodes()) {
        Session session = OpenNode(node);
        EXPECT_EQ(Value(session, "SELECT pg_relation_size('" + schema() + ".orders')"), "0");
    }
}

TEST_F(MetadataTest, SizesCountEveryShard) {
    MakeTables();
    const long relation = Number("SELECT citus_relation_size('orders')");
    const long table = Number("SELECT citus_table_size('orders')");
    const long total = Number("SELECT citus_total_relation_size('orders')");
    EXPECT_GT(relation, 2000L * 200L);
    EXPECT_GE(table, relation);
    EXPECT_GT(total, table);
    OnCluster("CREATE INDEX ON orders (note)");
    EXPECT_GT(Number("SELECT citus_total_relation_size('orders')"), total);
    EXPECT_GT(Number("SELECT sum(shard_size) FROM citus_shards WHERE table_name = "
                     "'orders'::regclass"),
              2000L * 200L);
    EXPECT_NE(Value("SELECT table_size FROM citus_tables WHERE table_name = 'orders'::regclass"),
              "0 bytes");
}

TEST_F(MetadataTest, CommandsRunOnTheNodesThatTheyName) {
    EXPECT_EQ(Rows("SELECT success, result FROM run_command_on_workers('SHOW port') ORDER BY "
                   "result"),
              Rows("SELECT true, nodeport::text FROM pg_dist_node WHERE groupid > 0 ORDER BY 2"));
    EXPECT_EQ(Rows("SELECT n.nodeport, success, result FROM run_command_on_all_nodes('SHOW port') "
                   "JOIN pg_dist_node n USING (nodeid) ORDER BY 1"),
              Rows("SELECT nodeport, true, nodeport FROM pg_dist_node ORDER BY 1"));
    EXPECT_EQ(Rows("SELECT nodename, nodeport, success FROM run_command_on_workers('SELECT 1/0') "
                   "ORDER BY nodeport"),
              Rows("SELECT nodename, nodeport, false FROM pg_dist_node WHERE groupid > 0 ORDER BY "
                   "nodeport"));
    EXPECT_EQ(Number("SELECT count(*) FROM run_command_on_workers('SELECT 1/0') WHERE result LIKE "
                     "'%division by zero%'"),
              2);
}

TEST_F(MetadataTest, FailingCommandsOnShardsSayWhy) {
    MakeTables();
    EXPECT_EQ(Rows("SELECT count(*), bool_or(success) FROM run_command_on_shards('orders', 'SELECT "
                   "nope FROM %s') WHERE result LIKE '%nope%'"),
              "6|f");
}

TEST_F(MetadataTest, DroppedTablesLeaveNothingOnAnyNode) {
    MakeTables();
    const std::vector<std::string> shards = Column(
        "SELECT shard_name FROM citus_shards WHERE table_name IN ('orders'::regclass, "
        "'lines'::regclass)");
    ASSERT_EQ(shards.size(), 12U);
    OnCluster("DROP TABLE orders, lines, kinds");
    for (const Node& node : Nodes()) {
        Session session = OpenNode(node);
        Do(session, "SET pgspan.shards_shown = on");
        EXPECT_EQ(Value(session,
                        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = "
                        "relnamespace WHERE nspname = '" +
                            schema() + "'"),
                  "0");
        for (const std::string& shard : shards) {
            EXPECT_EQ(Value(session, "SELECT count(*) FROM pg_class WHERE relname = '" +
                                         shard.substr(shard.find('.') + 1) + "'"),
                      "0")
                << shard << " on port " << node.port;
        }
        EXPECT_EQ(Value(session,
                        "SELECT count(*) FROM pg_dist_partition p WHERE NOT EXISTS "
                        "(SELECT 1 FROM pg_class c WHERE c.oid = p.logicalrelid)"),
                  "0");
    }
}

}  // namespace
}  // namespace pgspan::test
