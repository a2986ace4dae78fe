// Sequences of serial and identity columns on other nodes: each node group draws from a range of
// its own, so that numbers drawn on different nodes never clash.
#include "engine/ddl/definition_parts.h"

extern "C" {
#include "catalog/pg_attribute.h"
}

namespace pgspan::ddl {

namespace {

struct SequenceRange {
    int64 low;
    int64 high;
    bool is_empty;  // the type has no range left for this group: the sequence must never give a
                    // number
};

SequenceRange RangeFor(Oid type, int32 group_id) {
    const int bits = type == INT2OID ? 12 : type == INT4OID ? 28 : 48;
    const int64 groups = type == INT8OID ? 1 << 15 : 1 << 3;
    if (group_id >= groups) return {1, 1, true};
    const int64 base = static_cast<int64>(group_id) << bits;
    return {base + 1, base + (int64{1} << bits) - 1, false};
}

enum Column {
    kOid,
    kName,
    kType,
    kStart,
    kIncrement,
    kMinimum,
    kMaximum,
    kCache,
    kCycle,
    kPersistence,
    kOwner
};

constexpr const char* kSequenceColumns =
    "s.seqrelid, quote_ident(n.nspname) || '.' || quote_ident(c.relname), s.seqtypid::oid, "
    "s.seqstart, s.seqincrement,"
    " s.seqmin, s.seqmax, s.seqcache, s.seqcycle, c.relpersistence, "
    "quote_ident(pg_get_userbyid(c.relowner))"
    " FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = "
    "c.relnamespace";

char* Options(const CatalogRow* row, int32 group_id) {
    const char* start = row[kStart];
    const char* minimum = row[kMinimum];
    const char* maximum = row[kMaximum];
    if (group_id != 0) {
        const SequenceRange range =
            RangeFor(static_cast<Oid>(strtoul(row[kType], nullptr, 10)), group_id);
        minimum = psprintf(INT64_FORMAT, range.low);
        maximum = psprintf(INT64_FORMAT, range.high);
        start = row[kIncrement][0] == '-' ? maximum : minimum;
    }
    return psprintf("START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s %s", start,
                    row[kIncrement], minimum, maximum, row[kCache],
                    IsTrue(row[kCycle]) ? "CYCLE" : "NO CYCLE");
}

bool IsExhausted(const CatalogRow* row, int32 group_id) {
    return group_id != 0 &&
           RangeFor(static_cast<Oid>(strtoul(row[kType], nullptr, 10)), group_id).is_empty;
}

// A sequence without a range for this node says so when used ("reached maximum value"), rather than
// clash.
char* Exhaust(const char* name) {
    return psprintf("SELECT pg_catalog.setval(%s::pg_catalog.regclass, 1, true)",
                    quote_literal_cstr(name));
}

}  // namespace

List* SequenceDefinitions(Oid relation, int32 group_id) {
    List* rows = CatalogRows(
        "SELECT DISTINCT %s WHERE c.oid IN (SELECT dep.refobjid FROM pg_depend dep JOIN pg_attrdef "
        "d ON d.oid = dep.objid"
        "   WHERE dep.classid = 'pg_attrdef'::regclass AND dep.refclassid = 'pg_class'::regclass "
        "AND d.adrelid = %u"
        "   UNION SELECT dep.objid FROM pg_depend dep WHERE dep.classid = 'pg_class'::regclass"
        "   AND dep.refclassid = 'pg_class'::regclass AND dep.refobjid = %u AND dep.deptype = 'a') "
        "ORDER BY 1",
        kSequenceColumns, relation, relation);
    List* definitions = NIL;
    for (const auto* row : pg::Each<CatalogRow>(rows)) {
        const char* missing =
            psprintf("pg_catalog.to_regclass(%s) IS NOT NULL", quote_literal_cstr(row[kName]));
        const Oid type = static_cast<Oid>(strtoul(row[kType], nullptr, 10));
        if (IsExhausted(row, group_id)) {
            const char* create = psprintf("CREATE SEQUENCE %s AS %s %s", row[kName],
                                          format_type_be(type), Options(row, group_id));
            definitions = AddDefinition(definitions, missing, create);
            definitions = AddDefinition(definitions, nullptr, Exhaust(row[kName]));
        } else {
            definitions = AddDefinition(
                definitions, missing,
                psprintf("CREATE %sSEQUENCE %s AS %s %s",
                         row[kPersistence][0] == RELPERSISTENCE_UNLOGGED ? "UNLOGGED " : "",
                         row[kName], format_type_be(type), Options(row, group_id)));
        }
        definitions =
            AddDefinition(definitions, nullptr,
                          psprintf("ALTER SEQUENCE %s OWNER TO %s", row[kName], row[kOwner]));
        definitions = list_concat(
            definitions,
            GrantDefinitions(static_cast<Oid>(strtoul(row[kOid], nullptr, 10)), row[kName]));
    }
    return definitions;
}

List* SequenceOwnership(Oid relation) {
    List* rows = CatalogRows(
        "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), quote_ident(a.attname)"
        " FROM pg_depend dep JOIN pg_class c ON c.oid = dep.objid JOIN pg_namespace n ON n.oid = "
        "c.relnamespace"
        " JOIN pg_attribute a ON a.attrelid = dep.refobjid AND a.attnum = dep.refobjsubid"
        " WHERE dep.classid = 'pg_class'::regclass AND dep.refclassid = 'pg_class'::regclass AND "
        "c.relkind = 'S'"
        " AND dep.refobjid = %u AND dep.deptype = 'a' ORDER BY 1",
        relation);
    List* definitions = NIL;
    for (const auto* row : pg::Each<CatalogRow>(rows))
        definitions = AddDefinition(
            definitions, nullptr,
            psprintf("ALTER SEQUENCE %s OWNED BY %s.%s", row[0], QualifiedName(relation), row[1]));
    return definitions;
}

char* IdentityOptions(Oid relation, AttrNumber attribute, int32 group_id) {
    List* rows = CatalogRows(
        "SELECT %s JOIN pg_depend dep ON dep.objid = c.oid AND dep.classid = 'pg_class'::regclass"
        " AND dep.refclassid = 'pg_class'::regclass AND dep.deptype = 'i'"
        " WHERE dep.refobjid = %u AND dep.refobjsubid = %d",
        kSequenceColumns, relation, attribute);
    if (rows == NIL)
        elog(ERROR, "identity column %d of relation %u has no sequence", attribute, relation);
    const auto* row = static_cast<CatalogRow*>(linitial(rows));
    return psprintf("(SEQUENCE NAME %s %s)", row[kName], Options(row, group_id));
}

List* ExhaustedIdentities(Oid relation, int32 group_id) {
    List* rows = CatalogRows(
        "SELECT %s JOIN pg_depend dep ON dep.objid = c.oid AND dep.classid = 'pg_class'::regclass"
        " AND dep.refclassid = 'pg_class'::regclass AND dep.deptype = 'i' WHERE dep.refobjid = %u",
        kSequenceColumns, relation);
    List* definitions = NIL;
    for (const auto* row : pg::Each<CatalogRow>(rows))
        if (IsExhausted(row, group_id))
            definitions = AddDefinition(definitions, nullptr, Exhaust(row[kName]));
    return definitions;
}

}  // namespace pgspan::ddl
