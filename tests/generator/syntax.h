// A statement as a tree of text: enough structure to take parts away from it, and no more. The
// generator builds trees; the reducer asks for simpler ones and keeps those that still show a
// difference. Pure.
//
//   text        itself
//   sequence    its parts, one after the other
//   list        its parts with a separator; parts may be taken away down to `least`
//   optional    a sequence that may be taken away
//   choice      a sequence that may be replaced by `minimal` (unless empty) and by any part inside
//               it of the same `type`: expressions, queries, FROM items
//   select      a sequence whose first list inside counts the output columns for `ordinals`
//   ordinals    "1, 2, …": every output column of the select around it
//
// Whether a simpler statement is still valid is for PostgreSQL to say.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgspan::test {

struct Syntax {
    enum class Kind { kText, kSequence, kList, kOptional, kChoice, kSelect, kOrdinals };

    Syntax() = default;
    Syntax(const char* words) : text(words) {}             // NOLINT(google-explicit-constructor)
    Syntax(std::string words) : text(std::move(words)) {}  // NOLINT(google-explicit-constructor)

    Kind kind = Kind::kText;
    std::string text;  // of kText; the separator of kList; what is minimal for kChoice
    std::string type;  // of kChoice
    size_t least = 1;  // of kList
    std::vector<Syntax> parts;
};

template <typename... Parts>
Syntax Sequence(Parts&&... parts) {
    Syntax syntax;
    syntax.kind = Syntax::Kind::kSequence;
    syntax.parts.reserve(sizeof...(parts));
    (syntax.parts.push_back(Syntax(std::forward<Parts>(parts))), ...);
    return syntax;
}

template <typename... Parts>
Syntax Optional(Parts&&... parts) {
    Syntax syntax = Sequence(std::forward<Parts>(parts)...);
    syntax.kind = Syntax::Kind::kOptional;
    return syntax;
}

template <typename... Parts>
Syntax Choice(std::string type, std::string minimal, Parts&&... parts) {
    Syntax syntax = Sequence(std::forward<Parts>(parts)...);
    syntax.kind = Syntax::Kind::kChoice;
    syntax.type = std::move(type);
    syntax.text = std::move(minimal);
    return syntax;
}

Syntax List(std::vector<Syntax> parts, std::string separator = ", ", size_t least = 1);
Syntax Select(Syntax body);
Syntax Ordinals();

std::string Render(const Syntax& syntax);

// Every way to take one step towards a simpler statement, the big steps first.
std::vector<Syntax> Simplifications(const Syntax& root);

}  // namespace pgspan::test
