#include "tests/runner/splitter.h"

#include <cctype>

namespace pgspan::test {
namespace {

bool IsWordStart(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
}

bool IsWordPart(char c) {
    return IsWordStart(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '$';
}

std::string Trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return "";
    return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::string Upper(std::string_view word) {
    std::string upper(word);
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return upper;
}

// One lexical element of SQL, as far as splitting needs to know it.
enum class TokenKind { kWord, kQuoted, kComment, kSpace, kSymbol, kUnterminated };

struct Token {
    TokenKind kind = TokenKind::kSymbol;
    std::string_view text;
};

// Reads SQL text token by token. Every character belongs to exactly one token.
class Lexer {
  public:
    explicit Lexer(std::string_view text) : text_(text) {}

    [[nodiscard]] bool done() const { return position_ >= text_.size(); }
    [[nodiscard]] size_t position() const { return position_; }
    void set_position(size_t position) { position_ = position; }

    Token Next() {
        const size_t start = position_;
        const TokenKind kind = Advance();
        return {kind, text_.substr(start, position_ - start)};
    }

  private:
    [[nodiscard]] char At(size_t i) const { return i < text_.size() ? text_[i] : '\0'; }

    TokenKind Advance() {
        const char c = At(position_);
        const char next = At(position_ + 1);
        if (std::isspace(static_cast<unsigned char>(c)) != 0) return Spaces();
        if (c == '-' && next == '-') return LineComment();
        if (c == '/' && next == '*') return BlockComment();
        if (c == '\'' || c == '"') return Quoted(c, false);
        if ((c == 'e' || c == 'E') && next == '\'') {
            ++position_;
            return Quoted('\'', true);
        }
        if (c == '$' && (next == '$' || IsWordStart(next))) return DollarQuoted();
        if (IsWordStart(c) || std::isdigit(static_cast<unsigned char>(c)) != 0) {
            while (!done() && IsWordPart(text_[position_])) ++position_;
            return TokenKind::kWord;
        }
        ++position_;
        return TokenKind::kSymbol;
    }

    TokenKind Spaces() {
        while (!done() && std::isspace(static_cast<unsigned char>(text_[position_])) != 0) {
            ++position_;
        }
        return TokenKind::kSpace;
    }

    TokenKind LineComment() {
        const size_t end = text_.find('\n', position_);
        position_ = end == std::string_view::npos ? text_.size() : end;
        return TokenKind::kComment;
    }

    TokenKind BlockComment() {
        int depth = 0;
        while (!done()) {
            if (At(position_) == '/' && At(position_ + 1) == '*') {
                ++depth;
                position_ += 2;
            } else if (At(position_) == '*' && At(position_ + 1) == '/') {
                position_ += 2;
                if (--depth == 0) return TokenKind::kComment;
            } else {
                ++position_;
            }
        }
        return TokenKind::kUnterminated;
    }

    TokenKind Quoted(char quote, bool backslash_escapes) {
        ++position_;
        while (!done()) {
            const char c = text_[position_++];
            if (backslash_escapes && c == '\\') {
                ++position_;
            } else if (c == quote) {
                if (At(position_) != quote) return TokenKind::kQuoted;
                ++position_;
            }
        }
        position_ = text_.size();
        return TokenKind::kUnterminated;
    }

    TokenKind DollarQuoted() {
        size_t tag_end = position_ + 1;
        while (tag_end < text_.size() && IsWordPart(text_[tag_end]) && text_[tag_end] != '$') {
            ++tag_end;
        }
        if (At(tag_end) != '$') {
            ++position_;
            return TokenKind::kSymbol;
        }
        const std::string_view tag = text_.substr(position_, tag_end - position_ + 1);
        const size_t end = text_.find(tag, tag_end + 1);
        if (end == std::string_view::npos) {
            position_ = text_.size();
            return TokenKind::kUnterminated;
        }
        position_ = end + tag.size();
        return TokenKind::kQuoted;
    }

    std::string_view text_;
    size_t position_ = 0;
};

// How deep a token stands: parentheses, and the BEGIN ATOMIC … END bodies of SQL functions.
class Depth {
  public:
    void See(const Token& token) {
        if (token.kind == TokenKind::kSymbol) {
            if (token.text == "(") ++parentheses_;
            if (token.text == ")" && parentheses_ > 0) --parentheses_;
        }
        if (token.kind != TokenKind::kWord) return;
        const std::string word = Upper(token.text);
        if (word == "ATOMIC" && previous_ == "BEGIN") body_ = 1;
        if (body_ > 0 && word == "CASE") ++body_;
        if (body_ > 0 && word == "END") --body_;
        previous_ = word;
    }
    [[nodiscard]] bool top() const { return parentheses_ == 0 && body_ == 0; }

  private:
    int parentheses_ = 0;
    int body_ = 0;
    std::string previous_;
};

// Recognises COPY … FROM STDIN by its words outside parentheses.
class CopyDetector {
  public:
    void See(const Token& token, bool top) {
        if (token.kind != TokenKind::kWord || !top) return;
        const std::string word = Upper(token.text);
        if (++words_ == 1) copy_ = word == "COPY";
        if (copy_ && word == "STDIN" && previous_ == "FROM") reads_data_ = true;
        previous_ = word;
    }
    [[nodiscard]] bool reads_data() const { return reads_data_; }

  private:
    int words_ = 0;
    bool copy_ = false;
    bool reads_data_ = false;
    std::string previous_;
};

class Splitter {
  public:
    Splitter(std::string_view script, PsqlCommands commands)
        : script_(script), lexer_(script), commands_(commands) {}

    Result<std::vector<Statement>> Run() {
        while (!lexer_.done()) {
            const size_t start = lexer_.position();
            const Token token = lexer_.Next();
            if (token.kind == TokenKind::kUnterminated) {
                return Fail(start, "a quote or comment is not terminated");
            }
            if (!begun_) {
                if (token.kind == TokenKind::kSpace) continue;
                if (token.kind == TokenKind::kComment) {
                    ReadDirective(token.text, start);
                    continue;
                }
                if (token.text == ";") continue;
                if (token.text == "\\" && commands_ == PsqlCommands::kRefuse) {
                    return Fail(start, "psql's commands are not supported");
                }
                Begin(start);
            }
            if (token.text == "\\" && commands_ == PsqlCommands::kKeep) {
                TakeCommand(start);
                continue;
            }
            depth_.See(token);
            copy_.See(token, depth_.top());
            if (token.text == ";" && depth_.top()) {
                statement_.text = std::string(script_.substr(begin_, start - begin_));
                if (copy_.reads_data() && !ReadCopyData() && commands_ == PsqlCommands::kRefuse) {
                    return Fail(begin_, "the data of COPY has no line \\.");
                }
                Finish();
            }
        }
        if (begun_) {
            statement_.text = Trim(script_.substr(begin_));
            Finish();
        } else if (!statement_.directives.empty()) {
            statement_.line = statement_.directives.back().line;
            Finish();
        }
        return std::move(statements_);
    }

  private:
    [[nodiscard]] int LineOf(size_t position) const {
        int line = 1;
        for (size_t i = 0; i < position; ++i) line += script_[i] == '\n' ? 1 : 0;
        return line;
    }

    [[nodiscard]] Error Fail(size_t position, const std::string& what) const {
        return Error{"line " + std::to_string(LineOf(position)) + ": " + what, ""};
    }

    void ReadDirective(std::string_view comment, size_t start) {
        if (!comment.starts_with("-- @")) return;
        comment.remove_prefix(4);
        const size_t space = std::min(comment.find(' '), comment.size());
        statement_.directives.push_back(
            {std::string(comment.substr(0, space)), Trim(comment.substr(space)), LineOf(start)});
    }

    // To the end of the line; what stands before it is a statement.
    void TakeCommand(size_t start) {
        const size_t end = std::min(script_.find('\n', start), script_.size());
        statement_.text = Trim(script_.substr(begin_, start - begin_));
        statement_.command = Trim(script_.substr(start + 1, end - start - 1));
        lexer_.set_position(end);
        Finish();
    }

    void Begin(size_t start) {
        begun_ = true;
        begin_ = start;
        statement_.line = LineOf(start);
        depth_ = Depth();
        copy_ = CopyDetector();
    }

    void Finish() {
        statements_.push_back(std::move(statement_));
        statement_ = Statement();
        begun_ = false;
    }

    // The data starts on the line after the semicolon. A script for psql may know that its COPY
    // fails and goes on with statements at once.
    bool ReadCopyData() {
        const size_t after = lexer_.position();
        if (FindCopyData()) return true;
        lexer_.set_position(after);
        statement_.copy_data.clear();
        return false;
    }

    bool FindCopyData() {
        size_t line_start = script_.find('\n', lexer_.position());
        while (line_start != std::string_view::npos) {
            ++line_start;
            const size_t line_end = std::min(script_.find('\n', line_start), script_.size());
            const std::string_view line = script_.substr(line_start, line_end - line_start);
            if (line == "\\.") {
                lexer_.set_position(line_end);
                return true;
            }
            const bool statement = commands_ == PsqlCommands::kKeep && line.ends_with(';');
            if (line_end == script_.size() || statement) return false;
            statement_.copy_data.append(line).push_back('\n');
            line_start = line_end;
        }
        return false;
    }

    std::string_view script_;
    Lexer lexer_;
    PsqlCommands commands_;
    std::vector<Statement> statements_;
    Statement statement_;
    bool begun_ = false;
    size_t begin_ = 0;
    Depth depth_;
    CopyDetector copy_;
};

}  // namespace

Result<std::vector<Statement>> SplitStatements(std::string_view script, PsqlCommands commands) {
    return Splitter(script, commands).Run();
}

namespace {

std::string Quote(const std::string& value, char quote) {
    std::string quoted(1, quote);
    for (const char c : value) {
        if (c == quote) quoted += c;
        quoted += c;
    }
    return quoted + quote;
}

}  // namespace

std::string SubstituteVariables(
    std::string_view statement,
    const std::function<std::optional<std::string>(const std::string&)>& value_of) {
    std::string text;
    Lexer lexer(statement);
    std::string_view previous;
    while (!lexer.done()) {
        Token token = lexer.Next();
        if (token.text != ":" || previous == ":" || lexer.done()) {
            text += token.text;
            previous = token.text;
            continue;
        }
        const Token name = lexer.Next();
        std::optional<std::string> value;
        if (name.kind == TokenKind::kWord) value = value_of(std::string(name.text));
        if (name.kind == TokenKind::kQuoted && name.text.size() > 2 && name.text[0] != '$') {
            value = value_of(std::string(name.text.substr(1, name.text.size() - 2)));
            if (value) value = Quote(*value, name.text[0]);
        }
        text += value ? *value : ":" + std::string(name.text);
        previous = value ? std::string_view() : name.text;
    }
    return text;
}

bool OrderedAtTopLevel(std::string_view statement) {
    Lexer lexer(statement);
    Depth depth;
    std::string previous;
    while (!lexer.done()) {
        const Token token = lexer.Next();
        depth.See(token);
        if (token.kind == TokenKind::kSpace || token.kind == TokenKind::kComment) continue;
        const std::string word = token.kind == TokenKind::kWord ? Upper(token.text) : "";
        if (depth.top() && previous == "ORDER" && word == "BY") return true;
        previous = word;
    }
    return false;
}

}  // namespace pgspan::test
