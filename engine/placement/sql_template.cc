#include "engine/placement/sql_template.h"

namespace pgspan::placement {

namespace {

bool IsIdentifierByte(char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9') || u == '_' ||
           u == '$' || u >= 0x80;
}

// Length of the literal or quoted identifier that starts at sql[0]; a doubled quote does not end
// it.
size_t QuotedLength(std::string_view sql) {
    const char quote = sql[0];
    for (size_t i = 1; i < sql.size(); i++) {
        if (sql[i] != quote) continue;
        if (i + 1 < sql.size() && sql[i + 1] == quote)
            i++;
        else
            return i + 1;
    }
    return sql.size();
}

bool StartsWithWholeName(std::string_view sql, std::string_view name) {
    if (!sql.starts_with(name)) return false;
    return name.ends_with('"') || sql.size() == name.size() || !IsIdentifierByte(sql[name.size()]);
}

}  // namespace

std::string ReplaceNames(
    std::string_view sql,
    const std::vector<std::pair<std::string_view, std::string_view>>& substitutes) {
    std::string out;
    out.reserve(sql.size() + 64);
    while (!sql.empty()) {
        size_t taken = 0;
        for (const auto& [name, substitute] : substitutes) {
            if (!StartsWithWholeName(sql, name)) continue;
            out += substitute;
            taken = name.size();
            break;
        }
        if (taken == 0) {
            if (sql[0] == '\'' || sql[0] == '"') {
                taken = QuotedLength(sql);
            } else {
                taken = 1;
                // A name can only start at the start of a token.
                if (IsIdentifierByte(sql[0]))
                    while (taken < sql.size() && IsIdentifierByte(sql[taken])) taken++;
            }
            out += sql.substr(0, taken);
        }
        sql.remove_prefix(taken);
    }
    return out;
}

std::string FillSlot(std::string_view sql, std::string_view slot, std::string_view text) {
    constexpr std::string_view kMarker = "pgspan.task_shards";
    const std::string literal = "'" + std::string(slot) + "'";
    std::string out;
    out.reserve(sql.size() + 64);
    bool in_marker = false;
    while (!sql.empty()) {
        size_t taken = 1;
        if (sql[0] == '\'' || sql[0] == '"') {
            taken = QuotedLength(sql);
            if (in_marker && sql.substr(0, taken) == literal) {
                out += '\'' + std::string(text) + '\'';
                in_marker = false;
                sql.remove_prefix(taken);
                continue;
            }
        } else if (StartsWithWholeName(sql, kMarker)) {
            in_marker = true;
            taken = kMarker.size();
        } else if (IsIdentifierByte(sql[0])) {
            while (taken < sql.size() && IsIdentifierByte(sql[taken])) taken++;
        }
        out += sql.substr(0, taken);
        sql.remove_prefix(taken);
    }
    return out;
}

std::pair<std::string, std::string> SplitInsert(std::string_view sql) {
    size_t at = 0;
    while (at < sql.size()) {
        const std::string_view rest = sql.substr(at);
        if (rest[0] == '\'' || rest[0] == '"') {
            at += QuotedLength(rest);
        } else if (StartsWithWholeName(rest, "VALUES")) {
            const size_t close = sql.find(')', at);
            if (close == std::string_view::npos) break;
            return {std::string(sql.substr(0, at)), std::string(sql.substr(close + 1))};
        } else {
            size_t taken = 1;
            if (IsIdentifierByte(rest[0]))
                while (taken < rest.size() && IsIdentifierByte(rest[taken])) taken++;
            at += taken;
        }
    }
    return {std::string(sql), ""};
}

}  // namespace pgspan::placement
