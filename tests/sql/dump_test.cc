// Proves that pg_dump of a coordinator succeeds and contains what the user made, with its rows, and
// nothing of how pgspan stores it.
#include <sys/wait.h>

#include <cstdlib>

#include "tests/harness/cluster_test.h"

namespace pgspan::test {
namespace {

class DumpTest : public ClusterTest {
  protected:
    // Runs a program of PostgreSQL; expects success, returns its output.
    std::string Output(const std::string& program, const std::string& arguments) {
        const char* folder = std::getenv("PGSPAN_PG_BINDIR");
        const std::string path = folder ? std::string(folder) + "/" + program : program;
        const std::string line = "'" + path + "' " + arguments + " 2>&1";
        FILE* pipe = popen(line.c_str(), "r");
        if (pipe == nullptr) {
            ADD_FAILURE() << "cannot run " << line;
            return "";
        }
        std::string output;
        char buffer[4096];
        size_t length = 0;
        while ((length = fread(buffer, 1, sizeof buffer, pipe)) > 0) output.append(buffer, length);
        const int status = pclose(pipe);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << line << "\n" << output;
        return output;
    }
};

TEST_F(DumpTest, ContainsTheUsersTablesAndRowsAndNoParts) {
    OnCluster("CREATE TYPE mood AS ENUM ('sad', 'ok')");
    OnCluster("CREATE TABLE ref (k int PRIMARY KEY, t text)");
    OnCluster("SELECT create_reference_table('ref')");
    OnCluster(
        "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY, k int, m mood DEFAULT 'ok', v "
        "numeric CHECK (v > 0), g int GENERATED ALWAYS AS (k * 2) STORED, r int REFERENCES ref, "
        "PRIMARY KEY (k, id))");
    OnCluster("SELECT create_distributed_table('t', 'k')");
    OnCluster("CREATE INDEX t_m ON t (m) WHERE v > 1");
    OnCluster("CREATE VIEW w AS SELECT k, count(*) FROM t GROUP BY k");
    OnCluster("COMMENT ON TABLE t IS 'a table'");
    OnCluster(
        "CREATE FUNCTION raise_v() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN NEW.v := NEW.v + 1; RETURN NEW; END $$");
    OnCluster("CREATE TRIGGER raised BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION raise_v()");
    OnCluster("INSERT INTO ref SELECT g, 'r' || g FROM generate_series(1, 5) g");
    OnCluster("INSERT INTO t (k, v, r) SELECT g % 10, g, 1 + g % 5 FROM generate_series(1, 100) g");

    const std::string all = Output("pg_dump", "-d '" + ClusterConninfo() + "'");
    EXPECT_EQ(all.find("pgspan_data"), std::string::npos);
    EXPECT_NE(all.find("INDEX t_m ON"), std::string::npos) << "the index of the table is missing";

    Do(truth(), "DROP SCHEMA " + schema() + " CASCADE");
    const char* folder = std::getenv("PGSPAN_PG_BINDIR");
    const std::string bin = folder ? std::string(folder) + "/" : "";
    Output("pg_dump", "--quote-all-identifiers -d '" + ClusterConninfo() + "' -n " + schema() +
                          " | '" + bin + "psql' -qX -v ON_ERROR_STOP=1 -d '" + TruthConninfo() +
                          "'");
    for (const char* query :
         {"SELECT * FROM t ORDER BY id", "SELECT * FROM ref ORDER BY k",
          "SELECT * FROM w ORDER BY k", "SELECT obj_description('t'::regclass)",
          "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 't'::regclass AND NOT "
          "tgisinternal"}) {
        EXPECT_EQ(Rows(truth(), query), Rows(query)) << query;
    }
}

}  // namespace
}  // namespace pgspan::test
