// Casts, operators, operator classes and text search objects as SQL.
#include "engine/ddl/definition_parts.h"

namespace pgspan::ddl {

namespace {

// alike: what an object of the catalog is, its name included, as an expression over its row that
// gives the same text on every node.
List* MadeAnew(const char* catalog, Oid object, const char* alike, const char* drop,
               const char* create) {
    const char* here =
        CatalogText("SELECT %s FROM pg_catalog.%s o WHERE o.oid = %u", alike, catalog, object);
    return AddDefinition(NIL,
                         psprintf("EXISTS (SELECT FROM pg_catalog.%s o WHERE %s = %s)", catalog,
                                  alike, quote_literal_cstr(here)),
                         psprintf("%s; %s", drop, create));
}

}  // namespace

List* CastDefinition(Oid cast) {
    static constexpr char kAlike[] =
        "concat_ws(' ', o.castsource::pg_catalog.regtype, o.casttarget::pg_catalog.regtype,"
        " o.castfunc::pg_catalog.regprocedure, o.castcontext, o.castmethod)";
    const char* types = CatalogText(
        "SELECT format('(%%s AS %%s)', castsource::regtype, casttarget::regtype) FROM pg_cast"
        " WHERE oid = %u",
        cast);
    const char* how = CatalogText(
        "SELECT CASE castmethod WHEN 'f' THEN format('WITH FUNCTION %%s', castfunc::regprocedure)"
        " WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END ||"
        " CASE castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END"
        " FROM pg_cast WHERE oid = %u",
        cast);
    return MadeAnew("pg_cast", cast, kAlike, psprintf("DROP CAST IF EXISTS %s", types),
                    psprintf("CREATE CAST %s %s", types, how));
}

List* OperatorDefinition(Oid op) {
    static constexpr char kAlike[] =
        "concat_ws(' ', o.oid::pg_catalog.regoperator, o.oprcode::pg_catalog.regprocedure,"
        " o.oprcanhash, o.oprcanmerge)";
    List* rows = CatalogRows(
        "SELECT o.oid::regoperator, format('%%I.%%s', n.nspname, o.oprname), concat_ws(', ',"
        " format('FUNCTION = %%s', o.oprcode::regproc),"
        " CASE WHEN o.oprleft <> 0 THEN format('LEFTARG = %%s', o.oprleft::regtype) END,"
        " format('RIGHTARG = %%s', o.oprright::regtype),"
        " (SELECT format('COMMUTATOR = OPERATOR(%%s.%%s)', p.oprnamespace::regnamespace, p.oprname)"
        "   FROM pg_operator p WHERE p.oid = o.oprcom),"
        " (SELECT format('NEGATOR = OPERATOR(%%s.%%s)', p.oprnamespace::regnamespace, p.oprname)"
        "   FROM pg_operator p WHERE p.oid = o.oprnegate),"
        " CASE WHEN o.oprrest <> 0 THEN format('RESTRICT = %%s', o.oprrest::regproc) END,"
        " CASE WHEN o.oprjoin <> 0 THEN format('JOIN = %%s', o.oprjoin::regproc) END,"
        " CASE WHEN o.oprcanhash THEN 'HASHES' END, CASE WHEN o.oprcanmerge THEN 'MERGES' END)"
        " FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace"
        " WHERE o.oid = %u AND o.oprcode <> 0",
        op);
    if (rows == NIL) return NIL;
    const auto* row = static_cast<CatalogRow*>(linitial(rows));
    return MadeAnew("pg_operator", op, kAlike, psprintf("DROP OPERATOR IF EXISTS %s", row[0]),
                    psprintf("CREATE OPERATOR %s (%s)", row[1], row[2]));
}

List* OperatorFamilyDefinition(Oid family) {
    List* rows = CatalogRows(
        "SELECT format('%%I.%%I USING %%I', n.nspname, f.opfname, a.amname),"
        " format('f.opfname = %%L AND n.nspname = %%L AND a.amname = %%L', f.opfname, n.nspname,"
        "  a.amname)"
        " FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace"
        " JOIN pg_am a ON a.oid = f.opfmethod WHERE f.oid = %u",
        family);
    if (rows == NIL) return NIL;
    const auto* row = static_cast<CatalogRow*>(linitial(rows));
    return AddDefinition(
        NIL,
        psprintf("EXISTS (SELECT FROM pg_catalog.pg_opfamily f JOIN pg_catalog.pg_namespace"
                 " n ON n.oid = f.opfnamespace JOIN pg_catalog.pg_am a ON a.oid ="
                 " f.opfmethod WHERE %s)",
                 row[1]),
        psprintf("CREATE OPERATOR FAMILY %s", row[0]));
}

List* OperatorClassDefinition(Oid opclass) {
    // Those members that are its own; the others of its family are needed by none of its indexes.
    static constexpr char kAlike[] =
        "concat_ws(' ', o.opcnamespace::pg_catalog.regnamespace, o.opcname,"
        " (SELECT a.amname FROM pg_catalog.pg_am a WHERE a.oid = o.opcmethod),"
        " o.opcintype::pg_catalog.regtype, o.opcdefault, o.opckeytype::pg_catalog.regtype,"
        " (SELECT pg_catalog.string_agg(concat_ws(',', m.amopstrategy,"
        "   m.amopopr::pg_catalog.regoperator, m.amoplefttype::pg_catalog.regtype,"
        "   m.amoprighttype::pg_catalog.regtype), ';' ORDER BY m.amopstrategy, m.amopopr::"
        "pg_catalog.regoperator::pg_catalog.text) FROM pg_catalog.pg_amop m JOIN"
        "   pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_amop'::pg_catalog.regclass AND"
        "   d.objid = m.oid AND d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass AND"
        "   d.refobjid = o.oid),"
        " (SELECT pg_catalog.string_agg(concat_ws(',', m.amprocnum,"
        "   m.amproc::pg_catalog.regprocedure, m.amproclefttype::pg_catalog.regtype,"
        "   m.amprocrighttype::pg_catalog.regtype), ';' ORDER BY m.amprocnum, m.amproc::"
        "pg_catalog.regprocedure::pg_catalog.text) FROM pg_catalog.pg_amproc m JOIN"
        "   pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_amproc'::pg_catalog.regclass AND"
        "   d.objid = m.oid AND d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass AND"
        "   d.refobjid = o.oid))";
    List* rows = CatalogRows(
        "SELECT format('%%I.%%I', n.nspname, c.opcname), format('%%sFOR TYPE %%s',"
        "  CASE WHEN c.opcdefault THEN 'DEFAULT ' ELSE '' END, c.opcintype::regtype),"
        " quote_ident(a.amname), format('%%s.%%I', f.opfnamespace::regnamespace, f.opfname),"
        " concat_ws(', ', format('STORAGE %%s', (CASE WHEN c.opckeytype = 0 THEN c.opcintype ELSE"
        "  c.opckeytype END)::regtype),"
        " (SELECT string_agg(format('OPERATOR %%s %%s%%s', m.amopstrategy, m.amopopr::regoperator,"
        "   (SELECT format(' FOR ORDER BY %%s.%%I', s.opfnamespace::regnamespace, s.opfname)"
        "    FROM pg_opfamily s WHERE s.oid = m.amopsortfamily)), ', ' ORDER BY m.amopstrategy)"
        "  FROM pg_amop m JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = m.oid"
        "   AND d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid),"
        " (SELECT string_agg(format('FUNCTION %%s (%%s, %%s) %%s', m.amprocnum,"
        "   m.amproclefttype::regtype, m.amprocrighttype::regtype, m.amproc::regprocedure), ', '"
        "   ORDER BY m.amprocnum) FROM pg_amproc m JOIN pg_depend d ON d.classid ="
        "   'pg_amproc'::regclass AND d.objid = m.oid AND d.refclassid = 'pg_opclass'::regclass AND"
        "   d.refobjid = c.oid))"
        " FROM pg_opclass c JOIN pg_namespace n ON n.oid = c.opcnamespace"
        " JOIN pg_am a ON a.oid = c.opcmethod JOIN pg_opfamily f ON f.oid = c.opcfamily"
        " WHERE c.oid = %u",
        opclass);
    if (rows == NIL) return NIL;
    const auto* row = static_cast<CatalogRow*>(linitial(rows));
    return MadeAnew("pg_opclass", opclass, kAlike,
                    psprintf("DROP OPERATOR CLASS IF EXISTS %s USING %s", row[0], row[2]),
                    psprintf("CREATE OPERATOR CLASS %s %s USING %s FAMILY %s AS %s", row[0], row[1],
                             row[2], row[3], row[4]));
}

List* TextSearchDictionaryDefinition(Oid dictionary) {
    // The options are kept as text, whose names are quoted as the session that gave them quotes.
    static constexpr char kAlike[] =
        "concat_ws(' ', o.dictnamespace::pg_catalog.regnamespace, o.dictname, (SELECT"
        " concat_ws('.', t.tmplnamespace::pg_catalog.regnamespace, t.tmplname) FROM"
        " pg_catalog.pg_ts_template t WHERE t.oid = o.dicttemplate), pg_catalog.regexp_replace("
        "o.dictinitoption, '\"([a-z_][a-z0-9_]*)\" = ', '\\1 = ', 'g'))";
    List* rows = CatalogRows(
        "SELECT format('%%s.%%I', d.dictnamespace::regnamespace, d.dictname),"
        " format('TEMPLATE = %%s.%%I', t.tmplnamespace::regnamespace, t.tmplname) ||"
        " coalesce(', ' || d.dictinitoption, '')"
        " FROM pg_ts_dict d JOIN pg_ts_template t ON t.oid = d.dicttemplate WHERE d.oid = %u",
        dictionary);
    if (rows == NIL) return NIL;
    const auto* row = static_cast<CatalogRow*>(linitial(rows));
    return MadeAnew("pg_ts_dict", dictionary, kAlike,
                    psprintf("DROP TEXT SEARCH DICTIONARY IF EXISTS %s", row[0]),
                    psprintf("CREATE TEXT SEARCH DICTIONARY %s (%s)", row[0], row[1]));
}

List* TextSearchConfigurationDefinition(Oid configuration) {
    static constexpr char kAlike[] =
        "concat_ws(' ', o.cfgnamespace::pg_catalog.regnamespace, o.cfgname, (SELECT"
        " concat_ws('.', p.prsnamespace::pg_catalog.regnamespace, p.prsname) FROM"
        " pg_catalog.pg_ts_parser p WHERE p.oid = o.cfgparser), (SELECT"
        " pg_catalog.string_agg(concat_ws(',', m.maptokentype,"
        " m.mapdict::pg_catalog.regdictionary), ';' ORDER BY m.maptokentype, m.mapseqno) FROM"
        " pg_catalog.pg_ts_config_map m WHERE m.mapcfg = o.oid))";
    List* rows = CatalogRows(
        "SELECT format('%%s.%%I', c.cfgnamespace::regnamespace, c.cfgname),"
        " format('%%s.%%I', p.prsnamespace::regnamespace, p.prsname),"
        " (SELECT string_agg(format('; ALTER TEXT SEARCH CONFIGURATION %%s.%%I ADD MAPPING FOR %%I"
        "   WITH %%s', c.cfgnamespace::regnamespace, c.cfgname, t.alias, d.dictionaries), '' ORDER"
        "   BY t.tokid) FROM ts_token_type(c.cfgparser) t JOIN (SELECT maptokentype,"
        "   string_agg(mapdict::regdictionary::text, ', ' ORDER BY mapseqno) AS dictionaries FROM"
        "   pg_ts_config_map WHERE mapcfg = c.oid GROUP BY 1) d ON d.maptokentype = t.tokid)"
        " FROM pg_ts_config c JOIN pg_ts_parser p ON p.oid = c.cfgparser WHERE c.oid = %u",
        configuration);
    if (rows == NIL) return NIL;
    const auto* row = static_cast<CatalogRow*>(linitial(rows));
    return MadeAnew("pg_ts_config", configuration, kAlike,
                    psprintf("DROP TEXT SEARCH CONFIGURATION IF EXISTS %s", row[0]),
                    psprintf("CREATE TEXT SEARCH CONFIGURATION %s (PARSER = %s)%s", row[0], row[1],
                             row[2] ? row[2] : ""));
}

}  // namespace pgspan::ddl
