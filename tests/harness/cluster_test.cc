#include "tests/harness/cluster_test.h"

#include <cctype>

namespace pgspan::test {

void ClusterTest::SetUp() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    schema_ = "test_";
    for (const char* c = info->name(); *c != '\0'; ++c) {
        if (std::isupper(static_cast<unsigned char>(*c)) != 0 && schema_.back() != '_') {
            schema_ += '_';
        }
        const bool plain = std::isalnum(static_cast<unsigned char>(*c)) != 0;
        schema_ += plain ? static_cast<char>(std::tolower(static_cast<unsigned char>(*c))) : '_';
    }
    schema_ = schema_.substr(0, 60);
    cluster_.emplace(OpenCluster());
    truth_.emplace(OpenTruth());
    for (Session* session : {&*cluster_, &*truth_}) {
        Do(*session, "SET client_min_messages = warning");
        Do(*session, "DROP SCHEMA IF EXISTS " + schema_ + " CASCADE");
        Do(*session, "CREATE SCHEMA " + schema_);
        Do(*session, "SET search_path = " + schema_ + ", public");
        ASSERT_FALSE(HasFailure()) << "no schema to test in";
    }
}

void ClusterTest::TearDown() {
    // In new sessions: a test may have left its own in a transaction, or killed it.
    cluster_.reset();
    truth_.reset();
    for (const std::string& conninfo : {ClusterConninfo(), TruthConninfo()}) {
        Session session = OpenOrDie(conninfo);
        Do(session, "SET client_min_messages = warning");
        Do(session, "DROP SCHEMA " + schema_ + " CASCADE");
    }
}

Session ClusterTest::OpenCoordinator() {
    Session session = OpenCluster();
    Do(session, "SET search_path = " + schema_ + ", public");
    return session;
}

Answer ClusterTest::Do(Session& session, const std::string& sql, std::string_view copy_data) {
    Answer answer = session.Run(sql, copy_data);
    EXPECT_TRUE(answer.ok()) << sql << "\n" << Describe(answer, 0) << " " << answer.hint;
    return answer;
}

void ClusterTest::OnBoth(const std::string& sql, std::string_view copy_data) {
    Do(truth(), sql, copy_data);
    Do(cluster(), sql, copy_data);
}

std::string ClusterTest::Value(Session& session, const std::string& sql) {
    const Answer answer = Do(session, sql);
    if (answer.rows.size() != 1 || answer.rows[0].size() != 1) {
        ADD_FAILURE() << "one value expected of " << sql << ", got " << Describe(answer, 3);
        return "";
    }
    return answer.rows[0][0].value_or("");
}

long ClusterTest::Number(Session& session, const std::string& sql) {
    const std::string value = Value(session, sql);
    char* end = nullptr;
    const long number = std::strtol(value.c_str(), &end, 10);
    EXPECT_TRUE(!value.empty() && *end == '\0') << "not a number: '" << value << "' of " << sql;
    return number;
}

std::string ClusterTest::Rows(Session& session, const std::string& sql) {
    std::string text;
    for (const Row& row : Do(session, sql).rows) {
        if (!text.empty()) text += "\n";
        for (size_t i = 0; i < row.size(); ++i) {
            text += (i > 0 ? "|" : "") + row[i].value_or("NULL");
        }
    }
    return text;
}

std::vector<std::string> ClusterTest::Column(const std::string& sql) {
    std::vector<std::string> values;
    for (const Row& row : OnCluster(sql).rows) values.push_back(row.at(0).value_or("NULL"));
    return values;
}

void ClusterTest::ExpectError(Session& session, const std::string& sql, const std::string& sqlstate,
                              const std::string& part_of_message) {
    const Answer answer = session.Run(sql);
    EXPECT_EQ(answer.kind, AnswerKind::kError) << sql << "\n" << Describe(answer, 2);
    // A class of two letters matches all of its states.
    EXPECT_EQ(answer.sqlstate.substr(0, sqlstate.size()), sqlstate) << sql << "\n"
                                                                    << Describe(answer, 2);
    EXPECT_NE((answer.message + answer.detail + answer.hint).find(part_of_message),
              std::string::npos)
        << sql << "\n"
        << Describe(answer, 2) << "\ndoes not speak of '" << part_of_message << "'";
}

void ClusterTest::ExpectSameAnswer(const std::string& sql) {
    Answer expected = truth().Run(sql);
    Answer got = cluster().Run(sql);
    EXPECT_TRUE(expected.ok()) << sql << "\n" << Describe(expected, 0);
    // Types of one's own have another OID on either side; their names are the runner's business.
    for (Answer* answer : {&expected, &got}) {
        for (test::Column& column : answer->columns) {
            if (column.type_oid < 16384) column.type_name = std::to_string(column.type_oid);
        }
    }
    EXPECT_EQ(Difference(expected, got, {}), "") << sql;
}

}  // namespace pgspan::test
