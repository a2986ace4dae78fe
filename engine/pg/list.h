// Typed iteration over PostgreSQL's List:  for (auto* tle :
// pg::Each<TargetEntry>(query->targetList)) ... The list must not be changed while it is being
// iterated.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

template <typename T>
struct Each {
    const List* list;
    explicit Each(const List* l) : list(l) {}
    struct Iterator {
        ListCell* cell;
        T* operator*() const { return static_cast<T*>(cell->ptr_value); }
        Iterator& operator++() {
            ++cell;
            return *this;
        }
        bool operator!=(const Iterator& o) const { return cell != o.cell; }
    };
    [[nodiscard]] Iterator begin() const { return {list ? list->elements : nullptr}; }
    [[nodiscard]] Iterator end() const { return {list ? list->elements + list->length : nullptr}; }
};

struct EachInt {
    const List* list;
    explicit EachInt(const List* l) : list(l) {}
    struct Iterator {
        ListCell* cell;
        int operator*() const { return cell->int_value; }
        Iterator& operator++() {
            ++cell;
            return *this;
        }
        bool operator!=(const Iterator& o) const { return cell != o.cell; }
    };
    [[nodiscard]] Iterator begin() const { return {list ? list->elements : nullptr}; }
    [[nodiscard]] Iterator end() const { return {list ? list->elements + list->length : nullptr}; }
};

struct EachOid {
    const List* list;
    explicit EachOid(const List* l) : list(l) {}
    struct Iterator {
        ListCell* cell;
        Oid operator*() const { return cell->oid_value; }
        Iterator& operator++() {
            ++cell;
            return *this;
        }
        bool operator!=(const Iterator& o) const { return cell != o.cell; }
    };
    [[nodiscard]] Iterator begin() const { return {list ? list->elements : nullptr}; }
    [[nodiscard]] Iterator end() const { return {list ? list->elements + list->length : nullptr}; }
};

// makeList of one or more nodes.
template <typename... T>
List* MakeList(T*... items) {
    List* list = NIL;
    ((list = lappend(list, items)), ...);
    return list;
}

}  // namespace pgspan::pg
