#include "tests/generator/syntax.h"

#include <algorithm>

namespace pgspan::test {
namespace {

using Kind = Syntax::Kind;

const Syntax* FirstList(const Syntax& syntax) {
    if (syntax.kind == Kind::kList) return &syntax;
    for (const Syntax& part : syntax.parts) {
        if (const Syntax* list = FirstList(part)) return list;
    }
    return nullptr;
}

void RenderInto(const Syntax& syntax, size_t columns, std::string* out) {
    switch (syntax.kind) {
    case Kind::kText:
        *out += syntax.text;
        return;
    case Kind::kOrdinals:
        for (size_t i = 1; i <= columns; ++i) *out += (i > 1 ? ", " : "") + std::to_string(i);
        return;
    case Kind::kList:
        for (size_t i = 0; i < syntax.parts.size(); ++i) {
            if (i > 0) *out += syntax.text;
            RenderInto(syntax.parts[i], columns, out);
        }
        return;
    case Kind::kSelect:
        if (const Syntax* list = FirstList(syntax)) columns = list->parts.size();
        break;
    case Kind::kSequence:
    case Kind::kOptional:
    case Kind::kChoice:
        break;
    }
    for (const Syntax& part : syntax.parts) RenderInto(part, columns, out);
}

// The outermost choices of a type strictly inside.
void CollectInside(const Syntax& syntax, const std::string& type, std::vector<Syntax>* found) {
    for (const Syntax& part : syntax.parts) {
        if (part.kind == Kind::kChoice && part.type == type) {
            found->push_back(part);
        } else {
            CollectInside(part, type, found);
        }
    }
}

// What one node may become.
std::vector<Syntax> Replacements(const Syntax& node) {
    std::vector<Syntax> replacements;
    if (node.kind == Kind::kOptional && !node.parts.empty()) replacements.emplace_back("");
    if (node.kind == Kind::kChoice) {
        if (!node.text.empty() && !(node.parts.size() == 1 && node.parts[0].text == node.text)) {
            Syntax minimal = node;
            minimal.parts = {Syntax(node.text)};
            replacements.push_back(std::move(minimal));
        }
        CollectInside(node, node.type, &replacements);
    }
    if (node.kind == Kind::kList && node.parts.size() > node.least) {
        if (node.parts.size() > node.least + 2) {
            Syntax shorter = node;
            shorter.parts.resize(std::max(node.least, node.parts.size() / 2));
            replacements.push_back(std::move(shorter));
        }
        for (size_t i = 0; i < node.parts.size(); ++i) {
            Syntax shorter = node;
            shorter.parts.erase(shorter.parts.begin() + static_cast<std::ptrdiff_t>(i));
            replacements.push_back(std::move(shorter));
        }
    }
    return replacements;
}

void Collect(const Syntax& root, Syntax& copy, Syntax& node, std::vector<Syntax>* found) {
    for (Syntax& replacement : Replacements(node)) {
        Syntax kept = std::exchange(node, std::move(replacement));
        found->push_back(copy);
        node = std::move(kept);
    }
    for (Syntax& part : node.parts) Collect(root, copy, part, found);
}

}  // namespace

Syntax List(std::vector<Syntax> parts, std::string separator, size_t least) {
    Syntax syntax;
    syntax.kind = Kind::kList;
    syntax.text = std::move(separator);
    syntax.least = least;
    syntax.parts = std::move(parts);
    return syntax;
}

Syntax Select(Syntax body) {
    Syntax syntax;
    syntax.kind = Kind::kSelect;
    syntax.parts = {std::move(body)};
    return syntax;
}

Syntax Ordinals() {
    Syntax syntax;
    syntax.kind = Kind::kOrdinals;
    return syntax;
}

std::string Render(const Syntax& syntax) {
    std::string text;
    RenderInto(syntax, 0, &text);
    return text;
}

std::vector<Syntax> Simplifications(const Syntax& root) {
    std::vector<Syntax> found;
    Syntax copy = root;
    Collect(root, copy, copy, &found);
    return found;
}

}  // namespace pgspan::test
