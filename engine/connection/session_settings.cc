// Settings that change results or meaning are the same on a node as in the session that asks it.
//
// One snapshot of the session's values has a version; each connection remembers the version that it
// has seen, so that an unchanged session costs a few comparisons a statement, whatever the number
// of nodes.
#include "engine/connection/connection_state.h"
#include "engine/pg/setting_variable.h"

namespace pgspan::connection {

namespace {

constexpr const char* kNames[] = {"TimeZone",
                                  "DateStyle",
                                  "IntervalStyle",
                                  "extra_float_digits",
                                  "bytea_output",
                                  "search_path",
                                  "default_text_search_config",
                                  "lc_monetary",
                                  "lc_numeric",
                                  "lc_time",
                                  "xmlbinary",
                                  "xmloption",
                                  "transform_null_equals",
                                  "array_nulls",
                                  "row_security",
                                  "lock_timeout",
                                  "standard_conforming_strings",
                                  "backslash_quote",
                                  "timezone_abbreviations",
                                  "quote_all_identifiers",
                                  "check_function_bodies",
                                  "gin_fuzzy_search_limit"};
static_assert(std::size(kNames) == kSessionSettingCount);

struct Current {
    pg::SettingVariable variable;
    char* text;  // as last seen
    int number;
};

Current current[kSessionSettingCount];
bool found = false;
uint64 version = 0;

void FindAll() {
    for (int i = 0; i < kSessionSettingCount; i++)
        current[i].variable = pg::FindSettingVariable(kNames[i]);
    found = true;
}

int NumberOf(const Current& setting) {
    return setting.variable.flag ? static_cast<int>(*setting.variable.flag)
                                 : *setting.variable.number;
}

bool Changed(const Current& setting) {
    if (!setting.variable.text) return NumberOf(setting) != setting.number;
    const char* now = *setting.variable.text;
    return setting.text == nullptr || strcmp(now ? now : "", setting.text) != 0;
}

void Remember(Current* setting) {
    if (!setting->variable.text) {
        setting->number = NumberOf(*setting);
        return;
    }
    const char* now = *setting->variable.text;
    char* copy = MemoryContextStrdup(TopMemoryContext, now ? now : "");
    if (setting->text) pfree(setting->text);
    setting->text = copy;
}

void Refresh() {
    if (!found) FindAll();
    bool changed = version == 0;
    for (Current& setting : current) {
        if (!Changed(setting)) continue;
        Remember(&setting);
        changed = true;
    }
    if (changed) version++;
}

}  // namespace

char* SettingsCommand(Connection* connection) {
    Refresh();
    if (connection->settings_version == version) return nullptr;
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < kSessionSettingCount; i++) {
        const char* value = GetConfigOption(kNames[i], false, false);
        if (value == nullptr) value = "";
        char*& sent = connection->settings[i];
        if (sent && strcmp(sent, value) == 0) continue;
        char* copy = MemoryContextStrdup(connection->context, value);
        if (sent) pfree(sent);
        sent = copy;
        appendStringInfo(&sql, "%s pg_catalog.set_config('%s', %s, false)",
                         sql.len ? "," : "SELECT", kNames[i], quote_literal_cstr(value));
    }
    connection->settings_version = version;
    return sql.len ? sql.data : nullptr;
}

void ForgetSessionSettings(Connection* connection) {
    connection->settings_version = 0;
    connection->settings_in_transaction = false;
    for (char*& sent : connection->settings) {
        if (sent) pfree(sent);
        sent = nullptr;
    }
}

void ForgetRolledBackSettings(Connection* connection) {
    if (connection->settings_in_transaction) ForgetSessionSettings(connection);
}

}  // namespace pgspan::connection
