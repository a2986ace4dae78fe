// Parts shared by the files that write table definitions. Private to the *_definition.cc files of
// this room. All of them read the catalogs as the extension's owner and expect canonical settings.
#pragma once

#include "engine/ddl/table_definition.h"
#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/pg/spi.h"

namespace pgspan::ddl {

// A row of a catalog query: text values by column index, nullptr for NULL.
using CatalogRow = char*;

// Rows of a query over the catalogs, read as the extension's owner; format is printf's.
List* CatalogRows(const char* format, ...) pg_attribute_printf(1, 2);
// First column of the first row, or nullptr.
char* CatalogText(const char* format, ...) pg_attribute_printf(1, 2);

[[nodiscard]] inline bool IsTrue(const char* text) {
    return text != nullptr && text[0] == 't';
}

// "schema.name", quoted.
char* QualifiedName(Oid relation);

// Sequences that the relation's defaults and identity columns use, as created on the node of a
// group; identity sequences are part of CREATE TABLE and not among them.
List* SequenceDefinitions(Oid relation, int32 group_id);
// Ties serial columns' sequences to the table, once it exists.
List* SequenceOwnership(Oid relation);
// "(SEQUENCE NAME … START WITH … )" of an identity column.
char* IdentityOptions(Oid relation, AttrNumber attribute, int32 group_id);
// Uses up identity sequences whose type has no range left for this group.
List* ExhaustedIdentities(Oid relation, int32 group_id);

// The column list of CREATE TABLE, gaps included; and the statements that make the gaps.
enum class ColumnsOf { kShell, kContainer };
char* ColumnDefinitions(Oid relation, ColumnsOf target, int32 group_id);
List* GapDefinitions(Oid relation, const char* target);
// ALTER TABLE … ALTER COLUMN … for storage, compression, statistics targets and options.
List* ColumnSettings(Oid relation, const char* target);
// Storage options of the table as "fillfactor='70', toast.x='…'"; nullptr if none.
char* StorageOptions(Oid relation);
// ALTER TABLE target OWNER TO the relation's owner.
List* OwnerDefinition(Oid relation, const char* target);
// " USING method" if it is not heap, else "".
const char* AccessMethodClause(Oid relation);

// ALTER TABLE target ENABLE ROW LEVEL SECURITY if the relation has it; NIL if not.
List* EnableRowSecurity(Oid relation, const char* target);

// CREATE TYPE or DOMAIN; nullptr for kinds that cannot be written down; "" for those that come with
// another type.
const char* TypeDefinition(Oid type);

// What makes an object that somebody made (object_definition.cc): Definitions that replace one of
// the name that differs. Without what it needs; NIL if there is nothing to make.
List* CastDefinition(Oid cast);
List* OperatorDefinition(Oid op);
List* OperatorFamilyDefinition(Oid family);  // left alone where there is one
List* OperatorClassDefinition(Oid opclass);
List* TextSearchDictionaryDefinition(Oid dictionary);
List* TextSearchConfigurationDefinition(Oid configuration);

// GRANT statements of a schema.
List* SchemaGrants(Oid schema);

// Constraints and indexes. On a container the names of indexes and keys get its suffix.
struct Target {
    const char* table;  // qualified name
    int32 table_id;     // 0: the shell itself, names unchanged
};
List* CheckConstraints(Oid relation, const char* target);
List* KeyConstraints(Oid relation, const Target& target, const char* types);
List* PlainIndexes(Oid relation, const Target& target);

}  // namespace pgspan::ddl
