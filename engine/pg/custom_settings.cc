#include "engine/pg/custom_settings.h"

extern "C" {
#include "utils/guc_tables.h"
}

namespace pgspan::pg {

namespace {

// A setting whose name has a prefix, as it was when it was looked at last. PostgreSQL replaces the
// variable of a name when its extension is loaded: the place in the table tells.
struct Watched {
    int place;
    config_generic* variable;
    GucSource source;
    char* text;
    double number;
};

struct Table {
    config_generic** variables;
    int count;
};

Watched* watched = nullptr;
int watched_count = 0;
Table known = {};
uint64 version = 1;

Table CurrentTable() {
#if PG_VERSION_NUM >= 160000
    static TimestampTz made_at = 0;
    static MemoryContext context = nullptr;
    static Table table = {};
    if (made_at == GetCurrentStatementStartTimestamp()) return table;
    made_at = GetCurrentStatementStartTimestamp();
    if (context == nullptr)
        context =
            AllocSetContextCreate(TopMemoryContext, "pgspan settings", ALLOCSET_DEFAULT_SIZES);
    MemoryContextReset(context);
    const MemoryContext outer = MemoryContextSwitchTo(context);
    table.variables = get_guc_variables(&table.count);
    MemoryContextSwitchTo(outer);
    return table;
#else
    return {get_guc_variables(), GetNumConfigOptions()};
#endif
}

bool IsCustom(const char* name) {
    return strchr(name, '.') != nullptr && strncmp(name, "pgspan.", 7) != 0 &&
           strncmp(name, "citus.", 6) != 0;
}

const char* TextOf(const config_generic* variable) {
    if (variable->vartype != PGC_STRING) return nullptr;
    const char* text = *reinterpret_cast<const config_string*>(variable)->variable;
    return text ? text : "";
}

double NumberOf(const config_generic* variable) {
    switch (variable->vartype) {
    case PGC_BOOL:
        return *reinterpret_cast<const config_bool*>(variable)->variable ? 1 : 0;
    case PGC_INT:
        return *reinterpret_cast<const config_int*>(variable)->variable;
    case PGC_REAL:
        return *reinterpret_cast<const config_real*>(variable)->variable;
    case PGC_ENUM:
        return *reinterpret_cast<const config_enum*>(variable)->variable;
    case PGC_STRING:
        break;
    }
    return 0;
}

void Remember(Watched* setting) {
    const char* text = TextOf(setting->variable);
    char* copy = text ? MemoryContextStrdup(TopMemoryContext, text) : nullptr;
    if (setting->text) pfree(setting->text);
    setting->text = copy;
    setting->number = NumberOf(setting->variable);
    setting->source = setting->variable->source;
}

bool HasChanged(const Watched& setting) {
    if (setting.source != setting.variable->source) return true;
    const char* text = TextOf(setting.variable);
    if (text == nullptr) return NumberOf(setting.variable) != setting.number;
    return setting.text == nullptr || strcmp(text, setting.text) != 0;
}

void Watch(const Table& table) {
    for (int i = 0; i < watched_count; i++)
        if (watched[i].text) pfree(watched[i].text);
    watched_count = 0;
    int custom = 0;
    for (int i = 0; i < table.count; i++) custom += IsCustom(table.variables[i]->name) ? 1 : 0;
    const Size size = sizeof(Watched) * (custom + 1);
    watched = static_cast<Watched*>(watched ? repalloc(watched, size)
                                            : MemoryContextAlloc(TopMemoryContext, size));
    for (int i = 0; i < table.count; i++) {
        if (!IsCustom(table.variables[i]->name)) continue;
        Watched* setting = &watched[watched_count];
        *setting = {i, table.variables[i], PGC_S_DEFAULT, nullptr, 0};
        Remember(setting);
        watched_count++;
    }
    known = table;
}

bool IsSameTable(const Table& table) {
    if (table.variables != known.variables || table.count != known.count) return false;
    for (int i = 0; i < watched_count; i++)
        if (table.variables[watched[i].place] != watched[i].variable) return false;
    return true;
}

bool IsOfSession(const config_generic* variable) {
    if (variable->source < PGC_S_DATABASE) return false;
    return variable->context == PGC_USERSET || (variable->context == PGC_SUSET && superuser());
}

const char* ValueOf(config_generic* variable) {
    switch (variable->vartype) {
    case PGC_BOOL:
        return NumberOf(variable) != 0 ? "on" : "off";
    case PGC_INT:
        return psprintf("%d", *reinterpret_cast<config_int*>(variable)->variable);
    case PGC_REAL:
        return psprintf("%.17g", NumberOf(variable));
    case PGC_ENUM: {
        auto* choice = reinterpret_cast<config_enum*>(variable);
        return config_enum_lookup_by_value(choice, *choice->variable);
    }
    case PGC_STRING:
        break;
    }
    return TextOf(variable);
}

}  // namespace

uint64 CustomSettingsVersion() {
    const Table table = CurrentTable();
    if (!IsSameTable(table)) {
        Watch(table);
        return ++version;
    }
    bool changed = false;
    for (int i = 0; i < watched_count; i++) {
        if (!HasChanged(watched[i])) continue;
        Remember(&watched[i]);
        changed = true;
    }
    return changed ? ++version : version;
}

List* CustomSettings() {
    List* settings = NIL;
    for (int i = 0; i < watched_count; i++) {
        config_generic* variable = watched[i].variable;
        if (!IsOfSession(variable)) continue;
        auto* setting = static_cast<CustomSetting*>(palloc(sizeof(CustomSetting)));
        *setting = {variable->name, ValueOf(variable)};
        settings = lappend(settings, setting);
    }
    return settings;
}

}  // namespace pgspan::pg
