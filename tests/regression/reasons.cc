#include "tests/regression/reasons.h"

#include <algorithm>
#include <istream>
#include <map>
#include <ostream>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace pgspan::test {
namespace {

struct Difference {
    std::string script;
    std::string statement;
    std::string truth;
    std::string cluster;
};

struct Reason {
    int count = 0;
    std::map<std::string, int> scripts;
};

bool Matches(const std::string& text, const char* pattern) {
    return std::regex_search(text, std::regex(pattern, std::regex::icase | std::regex::ECMAScript));
}

// The head of an entry: "refused script:12: SELECT …".
bool IsHead(const std::string& line) {
    return Matches(line, "^(refused|different|BROKEN) [a-z0-9_]+:[0-9]+: ");
}

std::vector<Difference> Read(std::istream& report) {
    std::vector<Difference> differences;
    std::string Difference::*part = nullptr;
    for (std::string line; std::getline(report, line);) {
        if (IsHead(line)) {
            const size_t name = line.find(' ') + 1;
            const size_t colon = line.find(':', name);
            const size_t text = line.find(": ", colon + 1) + 2;
            differences.push_back({line.substr(name, colon - name), line.substr(text), "", ""});
            part = &Difference::statement;
        } else if (line.starts_with("not distributed: ")) {
            part = nullptr;
        } else if (part && line.starts_with("  postgres ")) {
            part = &Difference::truth;
            differences.back().*part = line.substr(11);
        } else if (part && line.starts_with("  cluster  ")) {
            part = &Difference::cluster;
            differences.back().*part = line.substr(11);
        } else if (part) {
            differences.back().*part += "\n" + line;
        }
    }
    return differences;
}

// The message of an error without the names in it.
std::string Message(const std::string& answer) {
    std::string message = answer.substr(0, answer.find('\n'));
    message = message.substr(0, message.find(" DETAIL:"));
    message = message.substr(0, message.find(" HINT:"));
    message = std::regex_replace(message, std::regex("^ERROR [0-9A-Z]{5}: "), "");
    message = std::regex_replace(message, std::regex("\"[^\"]*\""), "…");
    return std::regex_replace(message, std::regex("\\|"), "\\|");
}

constexpr const char* kFollows = "follows from a refusal earlier in the script";
constexpr const char* kOther = "other";

std::string ReasonOfError(const Difference& difference, bool after_refusal) {
    const std::string& answer = difference.cluster;
    if (answer.find("0A000") != std::string::npos) return "0A000: " + Message(answer);
    if (Matches(answer, "^ERROR 42501: permission denied for table .*_(t[0-9]+|[0-9]{6})"))
        return "rights are checked on the nodes for the session's role, not for the owner of a "
               "view "
               "or the columns in question";
    if (Matches(answer, "^ERROR (42P01|42P07|42704|42703|42710|25P02|3B001|26000|34000)") ||
        after_refusal)
        return kFollows;
    return kOther;
}

std::string ReasonOfRows(const Difference& difference, bool after_refusal) {
    const std::string& statement = difference.statement;
    if (Matches(statement, "explain|parallel_sort_stats")) return "plans, as a function reads them";
    if (Matches(statement,
                "txid_|pg_current_xact|xmin|relfilenode|::oid|_reset|pg_stat|now\\(|_lsn|lo_creat"))
        return "times, counters, OIDs and transaction numbers of the server itself";
    if (Matches(statement, "pg_class|pg_proc|pg_views|pg_depend|pg_constraint|pg_settings|pg_am"))
        return "catalogs that show the extension's own objects, or what was refused";
    if (after_refusal) return kFollows;
    if (Matches(statement, "limit|fetch|move|tablesample|random\\(|over *\\(|\\bctid\\b|returning"))
        return "rows, or an order of rows, that the statement leaves open";
    return kOther;
}

std::string ReasonOf(const Difference& difference, bool after_refusal) {
    if (difference.cluster.starts_with("CONNECTION")) return "lost connections";
    if (difference.cluster.starts_with("ERROR")) return ReasonOfError(difference, after_refusal);
    if (difference.truth.starts_with("ERROR") && after_refusal) return kFollows;
    return ReasonOfRows(difference, after_refusal);
}

std::string Scripts(const Reason& reason) {
    std::vector<std::pair<std::string, int>> scripts(reason.scripts.begin(), reason.scripts.end());
    std::stable_sort(scripts.begin(), scripts.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    constexpr size_t kShown = 5;
    std::string text;
    for (size_t i = 0; i < std::min(scripts.size(), kShown); ++i)
        text += (i == 0 ? "" : ", ") + scripts[i].first + " " + std::to_string(scripts[i].second);
    return scripts.size() > kShown ? text + ", …" : text;
}

}  // namespace

void PrintReasons(std::istream& report, std::ostream& out) {
    std::map<std::string, Reason> reasons;
    std::set<std::string> scripts_with_refusals;
    std::vector<Difference> others;
    const std::vector<Difference> differences = Read(report);
    for (const Difference& difference : differences) {
        const bool after_refusal = scripts_with_refusals.contains(difference.script);
        const std::string text = ReasonOf(difference, after_refusal);
        if (text.starts_with("0A000")) scripts_with_refusals.insert(difference.script);
        if (text == kOther) others.push_back(difference);
        Reason& reason = reasons[text];
        ++reason.count;
        ++reason.scripts[difference.script];
    }
    std::vector<std::pair<std::string, Reason>> sorted(reasons.begin(), reasons.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second.count > b.second.count; });
    out << "| statements | reason | scripts |\n|---:|---|---|\n";
    for (const auto& [text, reason] : sorted)
        out << "| " << reason.count << " | " << text << " | " << Scripts(reason) << " |\n";
    out << "\n"
        << differences.size() << " differences in all. Those under \"" << kOther << "\":\n\n";
    std::map<std::string, int> lines;
    for (const Difference& difference : others) {
        std::string statement = difference.statement.substr(0, 100);
        std::replace(statement.begin(), statement.end(), '\n', ' ');
        ++lines["- " + difference.script + ": `" + statement + "`"];
    }
    for (const auto& [line, count] : lines)
        out << line << (count > 1 ? " (" + std::to_string(count) + " times)" : "") << "\n";
}

}  // namespace pgspan::test
