#include "engine/pg/deparse.h"

#include "engine/pg/entry.h"
#include "engine/pg/list.h"

extern "C" {
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/bytea.h"
#include "utils/float.h"
}

namespace pgspan::pg {

namespace {

#if PG_VERSION_NUM >= 170000
int EmptySearchPath() {
    const int nest = NewGUCNestLevel();
    set_config_option("search_path", "", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
                      false);
    return nest;
}
void RestoreSearchPath(int nest) {
    AtEOXact_GUC(true, nest);
}
#else
int EmptySearchPath() {
    OverrideSearchPath path = {};
    path.addCatalog = true;
    PushOverrideSearchPath(&path);
    return 0;
}
void RestoreSearchPath(int) {
    PopOverrideSearchPath();
}
#endif

// With one relation in FROM the deparser writes its columns without the relation's name. In ORDER
// BY and DISTINCT ON such a name would be read as that of an output column, if there is one. A
// second relation, which stands in no FROM, makes the deparser qualify them.
List* WithQualifyingEntry(const Query* query) {
    if (list_length(query->rtable) != 1 || (!query->sortClause && !query->hasDistinctOn))
        return query->rtable;
    auto* entry = makeNode(RangeTblEntry);
    entry->rtekind = RTE_RESULT;
    entry->eref = makeAlias("*RESULT*", NIL);
    return list_make2(linitial(query->rtable), entry);
}

// Length of the literal or quoted identifier that starts at sql; a doubled quote does not end it.
size_t QuotedLength(const char* sql) {
    size_t i = 1;
    while (sql[i] != '\0' && (sql[i] != sql[0] || sql[++i] == sql[0])) i++;
    return i;
}

// Literals with backslashes as E'…', which reads the same whatever standard_conforming_strings is
// where the text is read. (The deparser writes neither comments nor dollar quotes.)
char* WithEscapes(char* sql) {
    if (!strchr(sql, '\\')) return sql;
    StringInfoData out;
    initStringInfo(&out);
    while (*sql) {
        const size_t length = *sql == '\'' || *sql == '"' ? QuotedLength(sql) : 1;
        const bool escapes = *sql == '\'' && memchr(sql, '\\', length);
        if (escapes) appendStringInfoChar(&out, 'E');
        for (const char* end = sql + length; sql < end; sql++) {
            if (escapes && *sql == '\\') appendStringInfoChar(&out, '\\');
            appendStringInfoChar(&out, *sql);
        }
    }
    return out.data;
}

// Whatever the session sets, names are quoted where they must be only: slots and names of
// containers are looked for in the text of a task, which may be kept until the session has set
// something else.
template <typename Body>
ErrorData* CaptureWithPlainNames(Body&& body) {
    const bool quotes_all = quote_all_identifiers;
    quote_all_identifiers = false;
    ErrorData* error = Capture(body);
    quote_all_identifiers = quotes_all;
    return error;
}

}  // namespace

char* DeparseQuery(Query* query) {
    List* const entries = query->rtable;
    query->rtable = WithQualifyingEntry(query);
    const int date_style = DateStyle;
    const int date_order = DateOrder;
    const int interval_style = IntervalStyle;
    const int float_digits = extra_float_digits;
    const int bytea_style = bytea_output;
    const bool conforming = standard_conforming_strings;
    const int search_path = EmptySearchPath();
    DateStyle = USE_ISO_DATES;
    DateOrder = DATEORDER_YMD;
    IntervalStyle = INTSTYLE_ISO_8601;
    extra_float_digits = 1;
    bytea_output = BYTEA_OUTPUT_HEX;
    standard_conforming_strings = true;
    char* sql = nullptr;
    ErrorData* error = CaptureWithPlainNames([&] { sql = pg_get_querydef(query, false); });
    query->rtable = entries;
    DateStyle = date_style;
    DateOrder = date_order;
    IntervalStyle = interval_style;
    extra_float_digits = float_digits;
    bytea_output = bytea_style;
    standard_conforming_strings = conforming;
    if (error) ReThrowError(error);  // the search path is restored by the (sub)transaction's end
    RestoreSearchPath(search_path);
    return WithEscapes(sql);
}

char* QualifiedNameInTask(const char* schema, const char* name) {
    char* qualified = nullptr;
    ErrorData* error =
        CaptureWithPlainNames([&] { qualified = quote_qualified_identifier(schema, name); });
    if (error) ReThrowError(error);
    return qualified;
}

// A type modifier is given (as "none") so that character and bit are not read as of length 1.
char* NameOfType(Oid type) {
    return format_type_extended(type, -1, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
}

}  // namespace pgspan::pg
