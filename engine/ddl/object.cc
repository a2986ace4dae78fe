// Objects that tables may need and that have no file of their own (operators, their classes and
// families, collations, text search dictionaries and configurations): a change of one is carried
// out wherever it is needed.
#include "engine/ddl/handlers.h"
#include "engine/ddl/required_change.h"

extern "C" {
#include "catalog/objectaddress.h"
}

namespace pgspan::ddl {

namespace {

struct Named {
    ObjectType type;
    Node* name;
};

Node* AsNode(List* list) {
    return reinterpret_cast<Node*>(list);
}

// As get_object_address() takes it: the access method comes before the name.
Named NamedBy(const Statement& statement) {
    Node* tree = statement.planned->utilityStmt;
    switch (nodeTag(tree)) {
    case T_AlterOpFamilyStmt: {
        auto* stmt = statement.Tree<AlterOpFamilyStmt>();
        return {OBJECT_OPFAMILY,
                AsNode(lcons(makeString(stmt->amname), list_copy(stmt->opfamilyname)))};
    }
    case T_AlterOperatorStmt:
        return {OBJECT_OPERATOR,
                reinterpret_cast<Node*>(statement.Tree<AlterOperatorStmt>()->opername)};
    case T_AlterTSDictionaryStmt:
        return {OBJECT_TSDICTIONARY, AsNode(statement.Tree<AlterTSDictionaryStmt>()->dictname)};
    case T_AlterTSConfigurationStmt:
        return {OBJECT_TSCONFIGURATION,
                AsNode(statement.Tree<AlterTSConfigurationStmt>()->cfgname)};
    case T_AlterOwnerStmt:
        return {statement.Tree<AlterOwnerStmt>()->objectType,
                statement.Tree<AlterOwnerStmt>()->object};
    case T_RenameStmt:
        return {statement.Tree<RenameStmt>()->renameType, statement.Tree<RenameStmt>()->object};
    case T_AlterObjectSchemaStmt:
        return {statement.Tree<AlterObjectSchemaStmt>()->objectType,
                statement.Tree<AlterObjectSchemaStmt>()->object};
    default:
        elog(ERROR, "unrecognized node type: %d", static_cast<int>(nodeTag(tree)));
    }
}

}  // namespace

void HandleAlterObject(const Statement& statement) {
    const Named named = NamedBy(statement);
    Relation relation = nullptr;
    const ObjectAddress address =
        get_object_address(named.type, named.name, &relation, AccessShareLock, true);
    RunWhereRequired(statement, address.classId, address.objectId, "ALTER");
}

}  // namespace pgspan::ddl
