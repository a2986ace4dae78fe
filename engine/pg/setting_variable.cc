#include "engine/pg/setting_variable.h"

extern "C" {
#include "utils/guc_tables.h"
}

namespace pgspan::pg {

namespace {

config_generic* FindGeneric(const char* name) {
#if PG_VERSION_NUM >= 160000
    return find_option(name, false, true, ERROR);
#else
    config_generic** variables = get_guc_variables();
    const int count = GetNumConfigOptions();
    for (int i = 0; i < count; i++)
        if (pg_strcasecmp(variables[i]->name, name) == 0) return variables[i];
    return nullptr;
#endif
}

config_generic* FindExisting(const char* name) {
    config_generic* generic = FindGeneric(name);
    if (generic == nullptr) elog(ERROR, "setting \"%s\" does not exist", name);
    return generic;
}

}  // namespace

SettingVariable FindSettingVariable(const char* name) {
    config_generic* generic = FindExisting(name);
    SettingVariable found = {generic->name, nullptr, nullptr, nullptr};
    switch (generic->vartype) {
    case PGC_STRING:
        found.text = reinterpret_cast<config_string*>(generic)->variable;
        break;
    case PGC_INT:
        found.number = reinterpret_cast<config_int*>(generic)->variable;
        break;
    case PGC_ENUM:
        found.number = reinterpret_cast<config_enum*>(generic)->variable;
        break;
    case PGC_BOOL:
        found.flag = reinterpret_cast<config_bool*>(generic)->variable;
        break;
    case PGC_REAL:
        elog(ERROR, "setting \"%s\" is a real number", name);
    }
    return found;
}

GucStringCheckHook ReplaceCheck(const char* name, GucStringCheckHook check) {
    config_generic* generic = FindExisting(name);
    if (generic->vartype != PGC_STRING) elog(ERROR, "setting \"%s\" is not a text", name);
    return std::exchange(reinterpret_cast<config_string*>(generic)->check_hook, check);
}

}  // namespace pgspan::pg
