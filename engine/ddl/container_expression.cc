#include "engine/ddl/container_expression.h"

namespace pgspan::ddl {

namespace {

struct Shell {
    const char* name;
    const char* schema;
};

bool IsName(const List* fields, int position, const char* name) {
    auto* field = static_cast<Node*>(list_nth(fields, position));  // castNode takes no const
    return IsA(field, String) && strcmp(strVal(field), name) == 0;
}

void DropQualifier(ColumnRef* column, const Shell& shell) {
    const int length = list_length(column->fields);
    if (length > 1 && IsName(column->fields, 0, shell.name))
        column->fields = list_copy_tail(column->fields, 1);
    else if (length > 2 && IsName(column->fields, 0, shell.schema) &&
             IsName(column->fields, 1, shell.name))
        column->fields = list_copy_tail(column->fields, 2);
}

bool Walk(Node* node, void* shell) {
    if (!node) return false;
    if (IsA(node, ColumnRef)) {
        DropQualifier(reinterpret_cast<ColumnRef*>(node), *static_cast<Shell*>(shell));
        return false;
    }
    return raw_expression_tree_walker(node, reinterpret_cast<bool (*)()>(Walk), shell);
}

}  // namespace

void DropQualifiers(const metadata::Table& table, Node* raw_expression) {
    Shell shell = {get_rel_name(table.relation),
                   get_namespace_name(get_rel_namespace(table.relation))};
    Walk(raw_expression, &shell);
}

}  // namespace pgspan::ddl
