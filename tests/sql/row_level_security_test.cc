// Proves that policies cannot be evaded: not by reading parts of a table by name, on whatever node,
// not in a session that would be another node's, not by leaving the role for which a node acts, not
// by functions that run inside a task, and not by what a task's text could mean elsewhere.
#include "tests/harness/cluster_test.h"

namespace pgspan::test {
namespace {

class RowLevelSecurityTest : public ClusterTest {
  protected:
    void SetUp() override {
        ClusterTest::SetUp();
        OnCluster("CREATE ROLE rls_reader LOGIN");
        OnCluster("GRANT USAGE ON SCHEMA " + schema() + " TO rls_reader");
        OnCluster("CREATE TABLE secret (k int PRIMARY KEY, usr text, v int)");
        OnCluster("CREATE TABLE ref (k int PRIMARY KEY, usr text)");
        OnCluster("SELECT create_distributed_table('secret', 'k', shard_count => 8)");
        OnCluster("SELECT create_reference_table('ref')");
        OnCluster(
            "INSERT INTO secret SELECT g, CASE WHEN g % 10 = 0 THEN 'rls_reader' ELSE 'x' "
            "END, g FROM generate_series(1, 100) g");
        OnCluster("INSERT INTO ref SELECT k, usr FROM secret");
        OnCluster("GRANT ALL ON secret, ref TO rls_reader");
        for (const std::string& table : {std::string("secret"), std::string("ref")}) {
            OnCluster("CREATE POLICY own ON " + table + " USING (usr = current_user)");
            OnCluster("ALTER TABLE " + table + " ENABLE ROW LEVEL SECURITY");
        }
    }
    void TearDown() override {
        OnCluster("RESET ROLE");
        OnCluster("DROP OWNED BY rls_reader CASCADE");
        OnCluster("DROP ROLE rls_reader");
        ClusterTest::TearDown();
    }
    // A session of the reader's own on a node.
    Session Intruder(const Node& node) {
        Session session = OpenNode(node);
        Do(session, "SET pgspan.shards_shown = on");
        Do(session, "SET SESSION AUTHORIZATION rls_reader");
        return session;
    }
    // The parts of the distributed table on a node, the container among them.
    std::vector<std::string> Parts(Session& session) {
        std::vector<std::string> parts;
        for (const auto& row : session
                                   .Run("SELECT oid::regclass FROM pg_class WHERE relname LIKE "
                                        "'secret\\_%' AND relkind IN ('r', 'p') AND relnamespace "
                                        "= 'pgspan_data'::regnamespace")
                                   .rows)
            parts.push_back(row.front().value_or(""));
        return parts;
    }
};

TEST_F(RowLevelSecurityTest, PartsShowNothingToWhoNamesThem) {
    size_t seen = 0;
    for (const Node& node : Nodes()) {
        Session session = Intruder(node);
        for (const std::string& part : Parts(session)) {
            seen++;
            EXPECT_EQ(Value(session, "SELECT count(*) FROM " + part), "0") << part;
            EXPECT_EQ(Value(session, "WITH d AS (DELETE FROM " + part +
                                         " RETURNING 1) SELECT count(*) FROM d"),
                      "0");
            // (A container alone may have no shard for the row, which is said first.)
            EXPECT_EQ(session.Run("INSERT INTO " + part + " VALUES (1000, 'rls_reader', 1)").kind,
                      AnswerKind::kError);
            Do(session, "SET row_security = off");
            ExpectError(session, "SELECT count(*) FROM " + part, "42501");
            Do(session, "RESET row_security");
        }
        // Each node's copy of a reference table is a table with policies of its own.
        EXPECT_EQ(Value(session, "SELECT count(*) FROM " + schema() + ".ref"), "10");
    }
    EXPECT_GT(seen, 8U);
    EXPECT_EQ(Number("SELECT count(*) FROM secret"), 100);
}

TEST_F(RowLevelSecurityTest, NobodyPassesForANode) {
    OnCluster("ALTER ROLE rls_reader PASSWORD 'of the reader'");
    for (const Node& node : Workers()) {
        const std::string reader =
            node.conninfo + " user=rls_reader password='of the reader' options='-c ";
        EXPECT_TRUE(Session::Open(reader + "work_mem=1MB'").ok());
        EXPECT_FALSE(Session::Open(reader + "pgspan.internal_session=0'").ok());
        Session session = Intruder(node);
        ExpectError(session, "SET pgspan.internal_session = 0", "55P02");
        EXPECT_EQ(Value(session, "SHOW pgspan.session_challenge"), "");
        ExpectError(session, "SELECT pgspan.act_for('postgres', 'postgres', 1, '')", "42501");
        ExpectError(session, "SELECT * FROM pgspan.cluster_secret", "42501");
        for (const std::string& part : Parts(session)) {
            const std::string count = "SELECT count(*) FROM " + part;
            EXPECT_EQ(Value(session, count), "0") << part;
            // Of the container alone there is no row for which the function would be looked at.
            const Answer own = session.Run(count + " WHERE pgspan.row_condition(tableoid, true)");
            EXPECT_TRUE(own.sqlstate == "42501" ||
                        (own.rows.size() == 1 && own.rows.front().front() == "0"))
                << part;
        }
        ExpectError(session, "SELECT pgspan.row_condition(1, true)", "42501");
        // Every copy is written, or none.
        Do(session, "UPDATE " + schema() + ".ref SET k = k + 1000 WHERE k = 10");
    }
    EXPECT_EQ(Number("SELECT count(*) FROM ref WHERE k > 1000"), 1);
}

// The text that a node runs for a role finds no way back to the superuser who has logged in.
TEST_F(RowLevelSecurityTest, WhoASessionActsForIsAllThatItIs) {
    OnCluster(R"(CREATE FUNCTION pad(key bytea, with_byte int) RETURNS bytea LANGUAGE sql AS $$
SELECT string_agg(set_byte('\x00', 0, CASE WHEN i < length(key) THEN get_byte(key, i) ELSE 0 END # with_byte), '' ORDER BY i)
FROM generate_series(0, 63) i $$)");
    OnCluster(R"(CREATE FUNCTION hmac(key text, message text) RETURNS text LANGUAGE sql AS $$
SELECT encode(sha256(pad(k, 92) || sha256(pad(k, 54) || message::bytea)), 'hex') FROM (SELECT sha256(key::bytea)) x (k) $$)");
    Session session = OpenAsCoordinator(Workers().at(0));
    const std::string who = "SELECT concat_ws(' ', session_user, current_user)";
    Do(session, "SELECT pgspan.act_for('rls_reader', 'rls_reader', 1, '')");
    for (const char* attempt :
         {"RESET SESSION AUTHORIZATION", "SET SESSION AUTHORIZATION DEFAULT", "RESET ROLE",
          "SET ROLE NONE", "DISCARD ALL", "RESET ALL", "SET SESSION AUTHORIZATION rls_reader"}) {
        Do(session, attempt);
        EXPECT_EQ(Value(session, who), "rls_reader rls_reader") << attempt;
    }
    for (const char* attempt :
         {"SET SESSION AUTHORIZATION postgres", "SET ROLE postgres",
          "SELECT set_config('session_authorization', 'postgres', false)",
          "SELECT set_config('role', 'postgres', true)",
          "SELECT pgspan.act_for('postgres', 'postgres', 2, '')",
          "SELECT pgspan.act_for('rls_reader', 'postgres', 2, '')",
          "SELECT pgspan.act_for('rls_reader', 'rls_reader', 2, '', true)",
          "SELECT * FROM pgspan.cluster_secret", "SET session_replication_role = replica",
          "ALTER ROLE rls_reader SUPERUSER"})
        ExpectError(session, attempt, "42501");
    // With a proof it goes on, once.
    const std::string challenge = Value(session, "SHOW pgspan.session_challenge");
    const std::string key = Value("SELECT secret FROM pgspan.cluster_secret");
    const auto act_for = [&](const std::string& role, int number, bool as_replica = false) {
        const std::string proof =
            Value("SELECT hmac('" + key + "', '" + challenge + " " + std::to_string(number) + " " +
                  std::to_string(role.size()) + " " + role + " " + role + "')");
        return "SELECT pgspan.act_for('" + role + "', '" + role + "', " + std::to_string(number) +
               ", '" + proof + (as_replica ? "', true)" : "')");
    };
    Do(session, act_for("postgres", 7));
    EXPECT_EQ(Value(session, who), "postgres postgres");
    Do(session, act_for("rls_reader", 8));
    for (int number : {0, 6, 7, 8}) ExpectError(session, act_for("postgres", number), "42501");
    EXPECT_EQ(Value(session, who), "rls_reader rls_reader");
    // One for the roles is none for what keeps foreign keys still.
    ExpectError(session, act_for("rls_reader", 9, true), "42501");
    EXPECT_EQ(Value(session, "SHOW session_replication_role"), "origin");
    // Nor does the proof for one session serve in another.
    Session other = OpenAsCoordinator(Workers().at(0));
    Do(other, "SELECT pgspan.act_for('rls_reader', 'rls_reader', 1, '')");
    ExpectError(other, act_for("postgres", 20), "42501");
    // What fails leaves no doubt about who runs what comes next.
    Do(session, "BEGIN");
    Do(session, act_for("postgres", 30));
    ExpectError(session, "SELECT 1 / 0", "22012");
    Do(session, "ROLLBACK");
    Do(session, act_for("rls_reader", 31));
    EXPECT_EQ(Value(session, who), "rls_reader rls_reader");
    // SET by the user's own text, before and inside the transaction.
    Do(session, "SET SESSION AUTHORIZATION rls_reader");
    Do(session, act_for("postgres", 32));
    EXPECT_EQ(Value(session, who), "postgres postgres");
    Do(session, act_for("rls_reader", 33));
    EXPECT_EQ(Value(session, who), "rls_reader rls_reader");
}

TEST_F(RowLevelSecurityTest, AUserCannotAddConditionsOfHisOwn) {
    OnCluster("SET ROLE rls_reader");
    ExpectError(
        "SELECT count(*) FROM secret WHERE pgspan.row_condition(tableoid, 1 / (k % 10) = "
        "0 OR true)",
        "42501");
    ExpectError("SELECT count(*) FROM secret WHERE pgspan.row_condition(NULL, true)", "42501");
    EXPECT_EQ(Number("SELECT count(*) FROM secret"), 10);
}

// Functions in constraints run on the nodes, in sessions whose tasks are trusted.
TEST_F(RowLevelSecurityTest, FunctionsInsideATaskAreNotTrusted) {
    OnCluster(R"(CREATE FUNCTION peek(seed int) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE part regclass; name text; n int; parts int := 0; found int := 0; refused int := 0; ran int := 0;
BEGIN
    FOR part IN SELECT oid FROM pg_class WHERE relname LIKE 'secret\_%' AND relkind IN ('r', 'p') LOOP
        parts := parts + 1;
        BEGIN
            EXECUTE format('SELECT count(*) FROM %s', part) INTO n;
            found := found + n;
            EXECUTE format('SELECT count(*) FROM %s WHERE pgspan.row_condition(tableoid, true)', part) INTO n;
            found := found + n;
        EXCEPTION WHEN object_not_in_prerequisite_state OR insufficient_privilege THEN
        END;
    END LOOP;
    FOR name IN SELECT p.name FROM pg_prepared_statements p WHERE NOT p.from_sql AND p.statement LIKE '%secret%' LOOP
        BEGIN
            EXECUTE format('EXECUTE %I (20, ''x'')', name);
            ran := ran + 1;
        EXCEPTION WHEN insufficient_privilege THEN
            refused := refused + 1;
        END;
        BEGIN
            EXECUTE format('EXPLAIN ANALYZE EXECUTE %I (20, ''x'')', name);
            ran := ran + 1;
        EXCEPTION WHEN insufficient_privilege THEN
            refused := refused + 1;
        END;
    END LOOP;
    RAISE EXCEPTION 'parts %, found %, refused %, ran %', parts > 0, found, refused > 0, ran;
END $$)");
    OnCluster("CREATE TABLE mine (k int PRIMARY KEY CHECK (peek(k)))");
    OnCluster("SELECT create_distributed_table('mine', 'k', colocate_with => 'secret')");
    OnCluster("GRANT ALL ON mine TO rls_reader");
    OnCluster("SET ROLE rls_reader");
    // Every session with a node has asked for the secret rows, and keeps prepared statements.
    OnCluster("PREPARE one (int) AS SELECT v FROM secret WHERE k = $1");
    for (int k = 1; k <= 40; k++) OnCluster("EXECUTE one (" + std::to_string(k) + ")");
    EXPECT_EQ(Number("SELECT count(*) FROM secret"), 10);
    for (int k = 1; k <= 8; k++)
        ExpectError("INSERT INTO mine VALUES (" + std::to_string(k) + ")", "P0001",
                    "parts t, found 0, refused t, ran 0");
}

// Somebody with a schema of his own makes an operator there that suits the columns better than
// PostgreSQL's own, which is for any array or enum.
TEST_F(RowLevelSecurityTest, NoOperatorTakesThePlaceOfAnother) {
    OnCluster("CREATE TYPE state AS ENUM ('open', 'closed')");
    OnCluster("CREATE TABLE tagged (k int PRIMARY KEY, tags text[], state state)");
    OnCluster("SELECT create_distributed_table('tagged', 'k', colocate_with => 'secret')");
    OnCluster(
        "INSERT INTO tagged SELECT g, ARRAY[CASE WHEN g % 10 = 0 THEN 'mine' ELSE 'x' END], CASE "
        "WHEN g % 10 = 0 THEN 'open' ELSE 'closed' END::state FROM generate_series(1, 100) g");
    OnCluster("CREATE VIEW opened AS SELECT * FROM tagged WHERE state = 'open'");
    OnCluster("GRANT SELECT ON opened TO rls_reader");
    OnCluster("CREATE TABLE guarded (LIKE tagged)");
    OnCluster("SELECT create_distributed_table('guarded', 'k', colocate_with => 'secret')");
    OnCluster("INSERT INTO guarded SELECT * FROM tagged");
    OnCluster("CREATE POLICY own ON guarded USING (tags = ARRAY['mine'])");
    OnCluster("ALTER TABLE guarded ENABLE ROW LEVEL SECURITY");
    OnCluster("GRANT SELECT ON guarded TO rls_reader");
    for (const Node& node : Nodes()) {
        Session session = OpenNode(node);
        Do(session, "CREATE SCHEMA rls_trap AUTHORIZATION rls_reader");
        Do(session, "SET ROLE rls_reader");
        for (const std::string& type : {std::string("text[]"), schema() + ".state"}) {
            Do(session, "CREATE FUNCTION rls_trap.yes(" + type + ", " + type +
                            ") RETURNS boolean IMMUTABLE PARALLEL SAFE LANGUAGE sql AS 'SELECT "
                            "true'");
            Do(session, "CREATE OPERATOR rls_trap.= (FUNCTION = rls_trap.yes, LEFTARG = " + type +
                            ", RIGHTARG = " + type + ")");
        }
    }
    OnCluster("SET ROLE rls_reader");
    EXPECT_EQ(Number("SELECT count(*) FROM opened"), 10);
    EXPECT_EQ(Number("SELECT count(*) FROM guarded"), 10);
    for (const char* path : {"rls_trap", "rls_trap, pg_catalog"}) {
        OnCluster(std::string("SET search_path = ") + path);
        for (const char* query : {"SELECT count(*) FROM ", "SELECT sum(k) + 1 FROM "})
            for (const char* table : {".opened", ".guarded"})
                ExpectError(query + schema() + table, "0A000", "hides what");
        ExpectError("SELECT k FROM " + schema() + ".guarded WHERE k = 3", "0A000", "hides what");
    }
    // Names of pg_catalog that stand elsewhere, too, stay what they are.
    OnCluster("CREATE FUNCTION rls_trap.abs(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 0'");
    EXPECT_EQ(Number("SELECT count(*) FROM " + schema() + ".secret WHERE pg_catalog.abs(v) > 0"),
              10);
    OnCluster("RESET ROLE");
    OnCluster("SET search_path = " + schema());
    for (const Node& node : Nodes()) {
        Session session = OpenNode(node);
        Do(session, "DROP SCHEMA rls_trap CASCADE");
    }
}

// A literal that would end early under another setting than the one under which it was written.
TEST_F(RowLevelSecurityTest, LiteralsDoNotEndWhereSettingsSay) {
    OnCluster("SET pgspan.shards_shown = on");
    const std::string container = Value(
        "SELECT c.oid::regclass FROM pg_class c WHERE relname LIKE 'secret\\_%' AND relkind = 'p'");
    const std::string query =
        "SELECT k, v FROM secret WHERE usr <> '\\'')) UNION ALL SELECT k, v "
        "FROM " +
        container + " --'";
    OnCluster("SET ROLE rls_reader");
    OnCluster("SET pgspan.max_cached_connections = 0");  // each statement is read by a new session
    OnCluster("PREPARE hidden AS " + query);
    EXPECT_EQ(OnCluster("EXECUTE hidden").rows.size(), 10U);
    OnCluster("SET standard_conforming_strings = off");
    EXPECT_EQ(OnCluster("EXECUTE hidden").rows.size(), 10U);
    OnCluster("SET standard_conforming_strings = on");
    OnCluster("DEALLOCATE hidden");
    OnCluster("SET standard_conforming_strings = off");
    OnCluster("PREPARE hidden AS SELECT k, v FROM secret WHERE usr <> 'a\\\\b''c'");
    EXPECT_EQ(OnCluster("EXECUTE hidden").rows.size(), 10U);
    OnCluster("SET standard_conforming_strings = on");
    EXPECT_EQ(OnCluster("EXECUTE hidden").rows.size(), 10U);
}

// Who may read every table is not thereby a node.
TEST_F(RowLevelSecurityTest, TheSecretIsForSuperusersAlone) {
    OnCluster("GRANT pg_read_all_data, pg_write_all_data TO rls_reader");
    for (const Node& node : Nodes()) {
        Session session = Intruder(node);
        for (const char* table : {"cluster_secret", "auth_info"}) {
            EXPECT_EQ(Value(session, std::string("SELECT count(*) FROM pgspan.") + table), "0");
            Do(session, std::string("DELETE FROM pgspan.") + table);
        }
        Do(session, "UPDATE pgspan.cluster_secret SET secret = ''");
    }
    EXPECT_EQ(Number("SELECT count(*) FROM pgspan.cluster_secret WHERE length(secret) > 64"), 1);
}

// The settings of the session with a node are the user's as well: his function runs there.
TEST_F(RowLevelSecurityTest, FunctionsInsideATaskCannotTurnTheNextOnes) {
    OnCluster(R"(CREATE FUNCTION turn(seed int) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('standard_conforming_strings', 'off', false), set_config('search_path', 'public, pg_catalog', false);
    CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (length(value) > 1000);
    RETURN true;
END $$)");
    OnCluster("CREATE TABLE mine (k int PRIMARY KEY CHECK (turn(k)))");
    OnCluster("SELECT create_distributed_table('mine', 'k', colocate_with => 'secret')");
    OnCluster("GRANT ALL ON mine TO rls_reader");
    OnCluster("SET pgspan.shards_shown = on");
    const std::string container = Value(
        "SELECT c.oid::regclass FROM pg_class c WHERE relname LIKE 'secret\\_%' AND relkind = 'p'");
    OnCluster("SET ROLE rls_reader");
    OnCluster("INSERT INTO mine VALUES (1)");
    // (Which of the sessions the function has run in is not known.)
    int refused = 0;
    for (int k = 1; k <= 40; k++) {
        const Answer answer =
            cluster().Run("SELECT k, v FROM secret WHERE k = " + std::to_string(k) +
                          " AND usr <> '\\'')) UNION ALL SELECT k, v FROM " + container + " --'");
        if (answer.kind == AnswerKind::kError)
            refused++;
        else
            EXPECT_EQ(answer.rows.size(), k % 10 == 0 ? 1U : 0U) << k;
    }
    EXPECT_GT(refused, 0);
    EXPECT_LT(refused, 40);
}

}  // namespace
}  // namespace pgspan::test
