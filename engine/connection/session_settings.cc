// Settings that change results or meaning are the same on a node as in the session that asks it.
// (row_security is not among them: policies are applied where the statement was planned.)
//
// One snapshot of the session's values has a version; each connection remembers the version that it
// has seen, so that an unchanged session costs a few comparisons a statement, whatever the number
// of nodes.
#include "engine/connection/connection_state.h"
#include "engine/pg/custom_settings.h"
#include "engine/pg/list.h"
#include "engine/pg/search_path.h"
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
uint64 custom_version = 0;

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
    const uint64 custom_now = pg::CustomSettingsVersion();
    if (custom_now != custom_version) changed = true;
    custom_version = custom_now;
    if (changed) version++;
}

// value: nullptr for RESET.
void AppendSetting(StringInfo sql, const char* name, const char* value) {
    appendStringInfo(sql, "%s pg_catalog.set_config(%s, %s, false)", sql->len ? "," : "SELECT",
                     quote_literal_cstr(name), value ? quote_literal_cstr(value) : "NULL");
}

SentSetting* FindSent(const Connection* connection, const char* name) {
    for (SentSetting* sent = connection->custom_settings; sent; sent = sent->next)
        if (strcmp(sent->name, name) == 0) return sent;
    return nullptr;
}

void AppendCustomSetting(StringInfo sql, Connection* connection, const pg::CustomSetting& setting) {
    SentSetting* sent = FindSent(connection, setting.name);
    if (sent && sent->value && strcmp(sent->value, setting.value) == 0) return;
    if (!sent) {
        char* name = MemoryContextStrdup(connection->context, setting.name);
        sent = static_cast<SentSetting*>(
            MemoryContextAllocZero(connection->context, sizeof(SentSetting)));
        sent->name = name;
        sent->next = connection->custom_settings;
        connection->custom_settings = sent;
    }
    char* value = MemoryContextStrdup(connection->context, setting.value);
    if (sent->value) pfree(sent->value);
    sent->value = value;
    AppendSetting(sql, setting.name, setting.value);
}

bool IsAmong(const List* settings, const char* name) {
    for (const auto* setting : pg::Each<pg::CustomSetting>(settings))
        if (strcmp(setting->name, name) == 0) return true;
    return false;
}

void AppendCustomSettings(StringInfo sql, Connection* connection) {
    const List* settings = pg::CustomSettings();
    for (const auto* setting : pg::Each<pg::CustomSetting>(settings))
        AppendCustomSetting(sql, connection, *setting);
    for (SentSetting** link = &connection->custom_settings; *link;) {
        SentSetting* sent = *link;
        if (IsAmong(settings, sent->name)) {
            link = &sent->next;
            continue;
        }
        AppendSetting(sql, sent->name, nullptr);
        *link = sent->next;
        if (sent->value) pfree(sent->value);
        pfree(sent->name);
        pfree(sent);
    }
}

}  // namespace

char* SettingsCommand(Connection* connection) {
    Refresh();
    if (connection->settings_version == version) return nullptr;
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < kSessionSettingCount; i++) {
        const char* value = strcmp(kNames[i], "search_path") == 0
                                ? pg::SearchPathOfTasks()
                                : GetConfigOption(kNames[i], false, false);
        if (value == nullptr) value = "";
        char*& sent = connection->settings[i];
        if (sent && strcmp(sent, value) == 0) continue;
        char* copy = MemoryContextStrdup(connection->context, value);
        if (sent) pfree(sent);
        sent = copy;
        AppendSetting(&sql, kNames[i], value);
    }
    AppendCustomSettings(&sql, connection);
    connection->settings_version = version;
    return sql.len ? sql.data : nullptr;
}

void ForgetSessionSettings(Connection* connection) {
    connection->settings_version = 0;
    connection->settings_in_transaction = false;
    connection->roles = kUnknownRoles;
    for (char*& sent : connection->settings) {
        if (sent) pfree(sent);
        sent = nullptr;
    }
    for (SentSetting* sent = connection->custom_settings; sent; sent = sent->next) {
        if (sent->value) pfree(sent->value);
        sent->value = nullptr;
    }
}

void ForgetRolledBackSettings(Connection* connection) {
    if (connection->settings_in_transaction) ForgetSessionSettings(connection);
}

}  // namespace pgspan::connection
