#include "engine/connection/connection.h"
#include "engine/ddl/definition_parts.h"
#include "engine/ddl/mirror.h"
#include "engine/metadata/node_session.h"
#include "engine/pg/owner.h"
#include "engine/pg/search_path.h"

extern "C" {
#include "catalog/objectaddress.h"
#include "commands/extension.h"
}

namespace pgspan::ddl {

namespace {

struct Setting {
    const char* name;
    const char* value;
};

constexpr Setting kCanonicalSettings[] = {
    {"search_path", pg::kSafeSearchPath},
    {"datestyle", "ISO, YMD"},
    {"intervalstyle", "postgres"},
    {"extra_float_digits", "3"},
    {"bytea_output", "hex"},
    {"quote_all_identifiers", "off"},
    {"xmloption", "content"},
    {"check_function_bodies", "off"},
    {"default_tablespace", ""},
    {"default_table_access_method", "heap"},
    {"standard_conforming_strings", "on"},
};

char* TextArray(List* definitions, bool conditions) {
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "ARRAY[");
    bool first = true;
    for (const auto* definition : pg::Each<Definition>(definitions)) {
        if (!first) appendStringInfoString(&sql, ", ");
        first = false;
        const char* text = conditions ? definition->unless : definition->sql;
        appendStringInfoString(&sql, text ? quote_literal_cstr(text) : "NULL");
    }
    appendStringInfoString(&sql, "]::pg_catalog.text[]");
    return sql.data;
}

List* RowsOf(const char* format, va_list arguments) {
    char sql[8192];
    const int length = pg_vsnprintf(sql, sizeof(sql), format, arguments);
    if (length < 0 || length >= static_cast<int>(sizeof(sql)))
        elog(ERROR, "catalog query is too long");
    return pg::QueryRowsAsOwner(sql);
}

}  // namespace

List* AddDefinition(List* definitions, const char* unless, const char* sql) {
    auto* definition = static_cast<Definition*>(palloc(sizeof(Definition)));
    *definition = {unless, sql};
    return lappend(definitions, definition);
}

int EnterCanonicalSettings() {
    const int nest_level = NewGUCNestLevel();
    for (const Setting& setting : kCanonicalSettings)
        set_config_option(setting.name, setting.value, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE,
                          true, 0, false);
    return nest_level;
}

void LeaveCanonicalSettings(int nest_level) {
    AtEOXact_GUC(true, nest_level);
}

void RunDefinitions(List* definitions) {
    const int settings = EnterCanonicalSettings();
    const int quiet = EnterQuiet();
    WithoutMirroring([&] {
        WithPlainShells([&] {
            for (const auto* definition : pg::Each<Definition>(definitions)) {
                CHECK_FOR_INTERRUPTS();
                if (definition->unless &&
                    IsTrue(pg::QueryText(psprintf("SELECT (%s)", definition->unless))))
                    continue;
                pg::RunSql(definition->sql);
            }
        });
    });
    LeaveQuiet(quiet);
    LeaveCanonicalSettings(settings);
}

char* RemoteDefinitions(List* definitions) {
    return psprintf("SELECT pgspan.run_statements(%s, %s)", TextArray(definitions, true),
                    TextArray(definitions, false));
}

List* CatalogRows(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    List* rows = RowsOf(format, arguments);
    va_end(arguments);
    return rows;
}

char* CatalogText(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    List* rows = RowsOf(format, arguments);
    va_end(arguments);
    return rows == NIL ? nullptr : static_cast<char**>(linitial(rows))[0];
}

char* QualifiedName(Oid relation) {
    const char* name = get_rel_name(relation);
    if (!name) elog(ERROR, "cache lookup failed for relation %u", relation);
    return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), name);
}

}  // namespace pgspan::ddl

using namespace pgspan;

// pgspan.run_statements(unless text[], statements text[]): definitions sent by another node, run as
// the caller.
PGSPAN_FUNCTION(pgspan_run_statements) {
    if (!metadata::IsInternalSession())
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("pgspan.run_statements() is called by other nodes only"));
    Datum* conditions = nullptr;
    Datum* statements = nullptr;
    bool* no_condition = nullptr;
    int condition_count = 0;
    int statement_count = 0;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT, &conditions,
                      &no_condition, &condition_count);
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &statements,
                      nullptr, &statement_count);
    if (condition_count != statement_count)
        ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                errmsg("pgspan.run_statements needs as many conditions as statements"));
    List* definitions = NIL;
    for (int i = 0; i < statement_count; i++)
        definitions = ddl::AddDefinition(
            definitions, no_condition[i] ? nullptr : TextDatumGetCString(conditions[i]),
            TextDatumGetCString(statements[i]));
    ddl::RunDefinitions(definitions);
    PG_RETURN_VOID();
}
