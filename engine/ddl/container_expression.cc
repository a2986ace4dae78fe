#include "engine/ddl/container_expression.h"

namespace pgspan::ddl {

namespace {

struct Renaming {
    const char* shell;
    const char* shell_schema;
    char* container;
};

bool IsName(const List* fields, int position, const char* name) {
    const auto* field = static_cast<Node*>(list_nth(fields, position));
    return IsA(field, String) && strcmp(strVal(field), name) == 0;
}

void Rename(ColumnRef* column, const Renaming& renaming) {
    List* fields = column->fields;
    if (list_length(fields) < 2) return;
    if (IsName(fields, 0, renaming.shell)) {
        lfirst(list_head(fields)) = makeString(renaming.container);
    } else if (list_length(fields) > 2 && IsName(fields, 0, renaming.shell_schema) &&
               IsName(fields, 1, renaming.shell)) {
        lfirst(list_head(fields)) = makeString(pstrdup(metadata::kDataSchema));
        lfirst(list_nth_cell(fields, 1)) = makeString(renaming.container);
    }
}

bool Walk(Node* node, void* renaming) {
    if (!node) return false;
    if (IsA(node, ColumnRef)) {
        Rename(reinterpret_cast<ColumnRef*>(node), *static_cast<Renaming*>(renaming));
        return false;
    }
    return raw_expression_tree_walker(node, reinterpret_cast<bool (*)()>(Walk), renaming);
}

}  // namespace

void QualifyByContainer(const metadata::Table& table, Node* raw_expression) {
    Renaming renaming = {get_rel_name(table.relation),
                         get_namespace_name(get_rel_namespace(table.relation)),
                         get_rel_name(table.container)};
    Walk(raw_expression, &renaming);
}

}  // namespace pgspan::ddl
