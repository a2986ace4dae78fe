#include "engine/ddl/same_columns.h"

namespace pgspan::ddl {

namespace {

bool AreSame(const FormData_pg_attribute& a, const FormData_pg_attribute& b) {
    if (a.attisdropped || b.attisdropped) return a.attisdropped == b.attisdropped;
    return strcmp(NameStr(a.attname), NameStr(b.attname)) == 0 && a.atttypid == b.atttypid &&
           a.atttypmod == b.atttypmod && a.attcollation == b.attcollation &&
           a.attnotnull == b.attnotnull;
}

}  // namespace

void RequireSameColumns(const metadata::Table& table) {
    CommandCounterIncrement();
    const Relation shell = relation_open(table.relation, NoLock);
    const Relation container = relation_open(table.container, AccessShareLock);
    const TupleDesc ours = RelationGetDescr(shell);
    const TupleDesc theirs = RelationGetDescr(container);
    int different = ours->natts == theirs->natts ? 0 : std::min(ours->natts, theirs->natts) + 1;
    for (int i = 0; different == 0 && i < ours->natts; i++)
        if (!AreSame(*TupleDescAttr(ours, i), *TupleDescAttr(theirs, i))) different = i + 1;
    if (different != 0)
        ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR),
                errmsg("columns of \"%s\" and of its container \"%s\" differ",
                       RelationGetRelationName(shell), RelationGetRelationName(container)),
                errdetail("The first difference is in column %d.", different));
    relation_close(container, AccessShareLock);
    relation_close(shell, NoLock);
}

}  // namespace pgspan::ddl
