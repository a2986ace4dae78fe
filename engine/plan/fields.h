// The fields of a plan as a List of Nodes that copyObject, nodeToString and plan caching know,
// written and read in the same order. Used by the encoders of this room only.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::plan {

struct FieldWriter {
    List* list = NIL;

    void Int(int value) { list = lappend(list, makeInteger(value)); }
    // OIDs are unsigned; Integer holds the same 32 bits.
    void Object(Oid oid) { Int(static_cast<int>(oid)); }
    // A String cannot be a null pointer to every consumer: an empty list stands for it.
    void Text(const char* text) {
        list = lappend(list, text ? static_cast<void*>(makeString(pstrdup(text))) : NIL);
    }
    void Nodes(List* nodes) { list = lappend(list, nodes); }
};

struct FieldReader {
    const List* list;
    int at = 0;

    explicit FieldReader(const List* l) : list(l) {}

    void* Next() { return list_nth(list, at++); }
    int Int() { return intVal(Next()); }
    Oid Object() { return static_cast<Oid>(Int()); }
    const char* Text() {
        void* value = Next();
        return value ? strVal(value) : nullptr;
    }
    List* Nodes() { return static_cast<List*>(Next()); }
};

}  // namespace pgspan::plan
